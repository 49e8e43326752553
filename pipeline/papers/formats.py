"""The registry of paper formats: recognize a file's format and read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pipeline.errors import PaperError, UsageError
from pipeline.model import Paper, Problem
from pipeline.papers import pubtator, seed, text
from pipeline.papers.decoding import read_head, shown

Reader = Callable[[Path], Iterator[Paper | Problem]]
"""Reads a file; a problem that is fatal stands in the place of a paper."""

FORMATS: Final[Mapping[str, Reader]] = MappingProxyType(
    {"seed": seed.read, "text": text.read, "pubtator": pubtator.read}
)
"""Input formats by the names that users give them."""

# The content decides first, as a `.txt` file may hold any of them; the suffix decides the rest.
_BY_CONTENT: Final[tuple[tuple[str, Callable[[str], bool]], ...]] = (
    ("pubtator", pubtator.looks_like),
    ("seed", seed.looks_like),
)
_BY_SUFFIX: Final[Mapping[str, str]] = MappingProxyType(
    {
        "": "text",
        ".txt": "text",
        ".text": "text",
        ".md": "text",
        ".markdown": "text",
        ".pubtator": "pubtator",
    }
)
_FOREIGN: Final = (
    ("<!doctype html", "HTML"),
    ("<html", "HTML"),
    ("<?xml", "XML"),
    ("<!doctype", "XML"),
    ("{", "JSON"),
    ("[{", "JSON"),
)


def recognize(path: Path, head: str) -> str:
    """Return the name of a file's format.

    Args:
        path: The file; only its name counts.
        head: The beginning of the file's text.

    Raises:
        PaperError: If the format is none of `FORMATS`.
    """
    for name, looks_like in _BY_CONTENT:
        if looks_like(head):
            return name
    start = head.lstrip()[:20].casefold()
    known = ", ".join(FORMATS)
    for mark, foreign in _FOREIGN:
        if start.startswith(mark):
            reason = f"{foreign} is not a format that can be read (formats: {known})"
            raise PaperError(Problem(shown(path), 0, reason))
    if name := _BY_SUFFIX.get(path.suffix.lower(), ""):
        return name
    reason = (
        f"the format is not recognized by content or by the suffix {path.suffix!r}; "
        f"name it if it is one of {known}"
    )
    raise PaperError(Problem(shown(path), 0, reason))


def scan(path: Path, *, format: str | None = None) -> Iterator[Paper | Problem]:
    """Read the papers of a file; whatever is wrong with it comes as a problem, not an exception.

    Args:
        path: The file.
        format: Name of its format, one of `FORMATS`; recognized if None.

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
    return _scan(path, format)


def _scan(path: Path, format: str | None) -> Iterator[Paper | Problem]:
    try:
        if format is None:
            head = read_head(path)
            if isinstance(head, Problem):
                yield head
                return
            format = recognize(path, head)
        yield from FORMATS[format](path)
    except PaperError as error:
        yield error.problem
    except OSError as error:
        yield Problem(shown(path), 0, f"the file cannot be read: {error.strerror or error}")


def read(path: str | Path, *, format: str | None = None) -> Iterator[Paper]:
    """Read the papers of a file.

    Args:
        path: The file.
        format: Name of its format, one of `FORMATS`; recognized if None.

    Returns:
        An iterator over the papers in the order of the file. Problems that left them readable
        are in `Paper.problems`.

    Raises:
        PaperError: While iterating, at the first paper that cannot be read.
        UsageError: If there is no format of that name.
    """
    return _only_papers(scan(Path(path), format=format))


def _only_papers(items: Iterator[Paper | Problem]) -> Iterator[Paper]:
    for item in items:
        if isinstance(item, Problem):
            raise PaperError(item)
        yield item
