r"""The registry of output formats, and how a writer is opened.

>>> from io import BytesIO
>>> from pipeline.model import Paper, Passage
>>> stream = BytesIO()
>>> with open_writer(stream, "pubtator") as write:
...     write(Paper("1", (Passage("title", "title", "RUNX2 in mice"),)))
>>> stream.getvalue()
b'1|t|RUNX2 in mice\n1|a|\n\n'
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Final, cast

from pipeline.errors import UsageError
from pipeline.export.atomic import atomic_write
from pipeline.export.sink import OpenSink, Sink, WriteOptions

_TABLE: Final = frozenset({"table", "prefix_style"})
_PREFIX: Final = frozenset({"prefix_style"})


@dataclass(frozen=True, slots=True)
class Format:
    """An output format.

    Attributes:
        suffixes: Endings of the names of its files, the usual one first.
        writer: Where its `OpenSink` is, as `module:function`; imported when it is used.
        options: The `WriteOptions` that it has, besides provenance.
        binary: Whether it is no text, so that a terminal is no place for it.
        streamed: Whether papers are written as they come; otherwise all are in memory at the end.
    """

    suffixes: tuple[str, ...]
    writer: str
    options: frozenset[str] = _PREFIX
    binary: bool = False
    streamed: bool = True

    def opener(self) -> OpenSink:
        """Import the function that opens a writer."""
        module, _, function = self.writer.partition(":")
        return cast(OpenSink, getattr(import_module(f"pipeline.export.{module}"), function))


FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        "tsv": Format((".tsv",), "tsv:open_tsv", _TABLE),
        "csv": Format((".csv",), "csv_table:open_csv", _TABLE | {"excel"}),
        "parquet": Format((".parquet",), "parquet:open_parquet", _TABLE, binary=True),
        "jsonl": Format((".jsonl", ".ndjson"), "json_lines:open_json_lines", _TABLE),
        "pubtator": Format((".pubtator",), "pubtator:open_pubtator", _PREFIX | {"dialect"}),
        "bioc-xml": Format((".bioc.xml", ".xml"), "bioc_xml:open_bioc_xml"),
        "bioc-json": Format((".bioc.json", ".json"), "bioc_json:open_bioc_json"),
        "web-annotation": Format((".jsonld",), "web_annotation:open_web_annotation"),
        "docbin": Format((".spacy",), "docbin:open_docbin", binary=True, streamed=False),
        "html": Format((".html", ".htm"), "html_page:open_html", streamed=False),
    }
)
"""Output formats by the names that users give them."""


def format_of(path: Path) -> str:
    """Return the format that a file's name tells.

    Raises:
        UsageError: If it tells none.

    >>> format_of(Path("results/mentions.tsv")), format_of(Path("a.bioc.xml"))
    ('tsv', 'bioc-xml')
    """
    name = path.name.lower()
    for format_name, format_ in FORMATS.items():
        if name.endswith(format_.suffixes):
            return format_name
    raise UsageError(
        f"the name {path.name!r} tells no output format; name one of {', '.join(FORMATS)}"
    )


def output_format(name: str, options: WriteOptions) -> Format:
    """Return a format by its name, after checking that it has the options that are set.

    Raises:
        UsageError: If there is no such format, or it has no such option.
    """
    if name not in FORMATS:
        raise UsageError(f"unknown output format {name!r}; one of {', '.join(FORMATS)}")
    default = WriteOptions()
    for option in ("table", "dialect", "prefix_style", "excel"):
        changed = getattr(options, option) != getattr(default, option)
        if changed and option not in FORMATS[name].options:
            having = ", ".join(n for n, f in FORMATS.items() if option in f.options)
            raise UsageError(f"{name} has no option {option}; it is one of {having}")
    return FORMATS[name]


@contextmanager
def open_writer(
    target: Path | BinaryIO, format: str, options: WriteOptions | None = None
) -> Iterator[Sink]:
    """Open a writer.

    Args:
        target: A file, which appears whole when the context is left without an error and not at
            all otherwise; or a binary stream, which is flushed and stays open.
        format: One of `FORMATS`.
        options: How to write.

    Yields:
        The function that writes one more paper.

    Raises:
        UsageError: If there is no such format, or it has not the options that are set.
        OSError: If the file cannot be written.
    """
    options = options or WriteOptions()
    opener = output_format(format, options).opener()
    if isinstance(target, Path):
        with atomic_write(target) as stream, opener(stream, options) as sink:
            yield sink
    else:
        with opener(target, options) as sink:
            yield sink
        target.flush()
