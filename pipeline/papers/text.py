"""Plain text: a title, if there is one, and paragraphs between blank lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.model import Paper, Passage, Problem
from pipeline.papers.decoding import shown
from pipeline.papers.markup import paragraphs, plain
from pipeline.papers.source import Source, reader

LONGEST_TITLE = 500
"""Code points of the longest first line that is taken for a title."""


@reader
def read(source: Source) -> Iterator[Paper | Problem]:
    """Read a file of text.

    Yields:
        The paper, whose identifier is the file's name without its suffix; or the problem that
        prevents reading it.
    """
    yield parse(source.text(), source.path, stem=source.stem)


def parse(text: str, path: Path, *, stem: str | None = None) -> Paper | Problem:
    """Split a text into a title and paragraphs.

    The first paragraph is the title if it is a single line of moderate length with a blank line
    and more text after it.

    Args:
        text: The text.
        path: The file that it is from.
        stem: Identifier of the paper; by default the file's name without its suffix.

    Returns:
        The paper, or the problem that nothing but markup is there.
    """
    stem = shown(Path(path.stem)) if stem is None else stem
    lines = text.strip().split("\n")
    texts = [text for text in map(plain, paragraphs(lines)) if text]
    if not texts:
        return Problem(shown(path), 0, "the file has no text, only markup", stem)
    passages = [Passage("title", "title", texts.pop(0))] if is_title(texts, lines) else []
    passages += [Passage(f"text.{n}", "text", body) for n, body in enumerate(texts, start=1)]
    return Paper(stem, tuple(passages), source=shown(path))


def is_title(texts: Sequence[str], lines: Sequence[str]) -> bool:
    """Tell whether the first of some texts is a title, by the lines that they come from."""
    start = next((n for n, line in enumerate(lines) if line.strip()), 0)
    return (
        len(texts) > 1
        and len(lines) > start + 1
        and not lines[start + 1].strip()
        and len(texts[0]) <= LONGEST_TITLE
    )
