"""The registry of paper formats: recognize a file's format and read it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pipeline.errors import PaperError, UsageError
from pipeline.model import Paper, Problem
from pipeline.papers import (
    archives,
    bioc_json,
    bioc_xml,
    inputs,
    jats,
    jsonl,
    markdown,
    medline,
    parquet,
    pubtator,
    seed,
    table,
    text,
    unpacking,
)
from pipeline.papers.decoding import shown
from pipeline.papers.limits import DEFAULT, Limits
from pipeline.papers.source import Reader, Source, open_source

FORMATS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        "seed": seed.read,
        "text": text.read,
        "markdown": markdown.read,
        "pubtator": pubtator.read,
        "jats": jats.read,
        "medline": medline.read,
        "bioc-xml": bioc_xml.read,
        "bioc-json": bioc_json.read,
        "jsonl": jsonl.read,
        "table": table.read,
    }
)
"""Input formats by the names that users give them."""

# The content decides first, as a `.txt` file may hold any of them; the suffix decides the rest.
_BY_CONTENT: Final[tuple[tuple[str, Callable[[str], bool]], ...]] = (
    ("pubtator", pubtator.looks_like),
    ("seed", seed.looks_like),
    ("table", table.looks_like),
)
_BY_SUFFIX: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(table.SUFFIXES, "table"),
        **dict.fromkeys(markdown.SUFFIXES, "markdown"),
        **dict.fromkeys(("", ".txt", ".text"), "text"),
        ".pubtator": "pubtator",
        ".jsonl": "jsonl",
        ".ndjson": "jsonl",
    }
)
_ROOTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(jats.ROOTS, "jats"),
        **dict.fromkeys(medline.ROOTS, "medline"),
        bioc_xml.ROOT: "bioc-xml",
    }
)
_XML: Final = re.compile(r"\s*<(?:\?xml|!DOCTYPE|!--|[A-Za-z][\w.:-]*[\s/>])", re.IGNORECASE)
_HTML: Final = re.compile(r"\s*<!DOCTYPE\s+html", re.IGNORECASE)
_BEFORE_ROOT: Final = re.compile(
    r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE
)
_ROOT: Final = re.compile(r"<([A-Za-z_][\w.:-]*)")
_JSON: Final = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*\{)")


def recognize(path: Path, head: str) -> str:
    """Return the name of a file's format.

    Args:
        path: The file; only its name counts.
        head: The beginning of the file's text.

    Raises:
        PaperError: If the format is none of `FORMATS`.
    """
    head = head.lstrip("\ufeff")
    if _XML.match(head):
        return _xml_format(path, head)
    if _JSON.match(head):
        return "bioc-json" if bioc_json.looks_like(head) else "jsonl"
    for name, looks_like in _BY_CONTENT:
        if looks_like(head):
            return name
    suffix = unpacking.inner(path).suffix.lower()
    name = _BY_SUFFIX.get(suffix, "")
    if name == "text" and markdown.looks_like(head):
        return "markdown"
    if name:
        return name
    known = ", ".join(FORMATS)
    reason = (
        f"the format is not recognized by content or by the suffix {suffix!r}; "
        f"name it if it is one of {known}"
    )
    raise PaperError(Problem(shown(path), 0, reason))


def _xml_format(path: Path, head: str) -> str:
    """Return the format of XML by its first element."""
    position = 0
    while match := _BEFORE_ROOT.match(head, position):
        position = match.end()
    root = _ROOT.match(head, position)
    name = root[1] if root else ""
    local = name.rpartition(":")[2]
    if local in _ROOTS:
        return _ROOTS[local]
    known = ", ".join(FORMATS)
    is_html = local.casefold() == "html" or _HTML.match(head)
    what = "HTML" if is_html else f"XML that begins with <{name}>" if name else "XML"
    reason = f"{what} is not a format that can be read (formats: {known})"
    raise PaperError(Problem(shown(path), 0, reason))


def scan(
    path: Path, *, format: str | None = None, limits: Limits = DEFAULT
) -> Iterator[Paper | Problem]:
    """Read the papers of a file; whatever is wrong with it comes as a problem, not an exception.

    Args:
        path: The file, maybe compressed or an archive of files; `-` for standard input.
        format: Name of its format, one of `FORMATS`; recognized if None.
        limits: How much of it may be read.

    Returns:
        An iterator over the papers in the order of the file. A problem (always a fatal one)
        stands in the place of each paper that cannot be read; lesser ones are in
        `Paper.problems`.

    Raises:
        UsageError: If there is no format of that name.
    """
    if format is not None and format not in FORMATS:
        known = ", ".join(FORMATS)
        raise UsageError(f"unknown input format {format!r}; known formats: {known}")
    return _scan(path, format, limits)


def _scan(path: Path, format: str | None, limits: Limits) -> Iterator[Paper | Problem]:
    try:
        if reason := inputs.obstacle(path):
            yield Problem(shown(path), 0, reason)
            return
        with open_source(path, limits) as source:
            if archives.is_archive(source):
                found = False
                for member in archives.members(source):
                    found = True
                    yield from [member] if isinstance(member, Problem) else _read(member, format)
                if not found:
                    yield source.problem(0, "there is no paper in the archive")
            else:
                yield from _read(source, format)
    except PaperError as error:
        yield error.problem
    except OSError as error:
        yield Problem(shown(path), 0, f"the file cannot be read: {error.strerror or error}")


def _read(source: Source, format: str | None) -> Iterator[Paper | Problem]:
    if format is None:
        try:
            format = _format(source)
        except PaperError as error:
            yield error.problem
            return
    yield from FORMATS[format](source)


def _format(source: Source) -> str:
    if source.head.startswith(parquet.MARK):
        return "table"
    head = source.head_text()
    if isinstance(head, Problem):
        raise PaperError(head)
    return recognize(source.path, head)


def read(
    path: str | Path, *, format: str | None = None, limits: Limits = DEFAULT
) -> Iterator[Paper]:
    """Read the papers of a file.

    Args:
        path: The file, maybe compressed or an archive of files; `-` for standard input.
        format: Name of its format, one of `FORMATS`; recognized if None.
        limits: How much of it may be read.

    Returns:
        An iterator over the papers in the order of the file. Problems that left them readable
        are in `Paper.problems`.

    Raises:
        PaperError: While iterating, at the first paper that cannot be read.
        UsageError: If there is no format of that name.
    """
    return _only_papers(scan(Path(path), format=format, limits=limits))


def _only_papers(items: Iterator[Paper | Problem]) -> Iterator[Paper]:
    for item in items:
        if isinstance(item, Problem):
            raise PaperError(item)
        yield item
