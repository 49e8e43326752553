"""Plain text and simple Markdown: a title, if there is one, and paragraphs between blank lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.model import Paper, Passage, Problem
from pipeline.papers.decoding import read_text, shown
from pipeline.papers.markup import heading, markdown, markdown_blocks, paragraphs, plain

LONGEST_TITLE = 500
"""Code points of the longest first line that is taken for a title."""


def read(path: Path) -> Iterator[Paper | Problem]:
    """Read a file of text.

    Yields:
        The paper, whose identifier is the file's name without its suffix; or the problem that
        prevents reading it.
    """
    text = read_text(path)
    yield text if isinstance(text, Problem) else parse(text, path)


def parse(text: str, path: Path) -> Paper | Problem:
    """Split a text into a title and paragraphs; `path` gives source and identifier.

    The first paragraph is the title if it is a Markdown heading, or a single line of moderate
    length with a blank line and more text after it. In Markdown (known by the file's suffix or by
    a heading at the start) each list item and heading is a passage of its own.

    Returns:
        The paper, or the problem that nothing but markup is there.
    """
    lines = text.strip().split("\n")
    level, _ = heading(lines[0])
    if level or path.suffix.lower() in {".md", ".markdown"}:
        texts = [markdown(block) for block in markdown_blocks(lines)]
    else:
        texts = [plain(paragraph) for paragraph in paragraphs(lines)]
    texts = [text for text in texts if text]
    if not texts:
        return Problem(shown(path), 0, "the file has no text, only markup")
    has_title = bool(level) or (
        len(texts) > 1
        and len(lines) > 1
        and not lines[1].strip()
        and len(texts[0]) <= LONGEST_TITLE
    )
    passages = [Passage("title", "title", texts.pop(0))] if has_title else []
    passages += [Passage(f"text.{n}", "text", body) for n, body in enumerate(texts, start=1)]
    return Paper(shown(Path(path.stem)), tuple(passages), source=shown(path))
