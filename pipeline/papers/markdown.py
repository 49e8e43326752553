"""Markdown: headings make sections, whose kind their wording tells.

The first heading of level 1 is the title; so is a line `title:` of the front matter between lines
of three hyphens, or a first line that stands alone as in plain text. Sections such as references
and acknowledgements are left out, with all below them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pipeline.model import Paper, Problem
from pipeline.papers.decoding import shown
from pipeline.papers.markup import heading, markdown, markdown_blocks, plain
from pipeline.papers.passages import PassageList
from pipeline.papers.sections import LEFT_OUT, kind_of_heading
from pipeline.papers.source import Source, reader
from pipeline.papers.text import is_title

SUFFIXES: Final = frozenset({".md", ".markdown"})

_FRONT: Final = "---"
_LONGEST_FRONT: Final = 200
_FIELD: Final = re.compile(
    r"(title|doi|pmid|pmcid|journal|date|authors?)\s*:\s*(\S.*)", re.IGNORECASE
)


def looks_like(text: str) -> bool:
    """Tell whether a text begins with a heading of Markdown."""
    return heading(text.lstrip("\n").partition("\n")[0])[0] > 0


@reader
def read(source: Source) -> Iterator[Paper | Problem]:
    """Read a file of Markdown.

    Yields:
        The paper, whose identifier is the file's name without its suffix; or the problem that
        prevents reading it.
    """
    yield parse(source.text(), source.path, stem=source.stem)


def parse(text: str, path: Path, *, stem: str | None = None) -> Paper | Problem:
    """Read Markdown.

    Args:
        text: The text.
        path: The file that it is from.
        stem: Identifier of the paper; by default the file's name without its suffix.

    Returns:
        The paper, or the problem that nothing but markup is there.
    """
    stem = shown(Path(path.stem)) if stem is None else stem
    lines = text.strip("\n").split("\n")
    metadata, start = _front_matter(lines)
    passages = PassageList()
    has_title = False
    if title := metadata.pop("title", ""):
        passages.add("title", title)
        has_title = True
    kinds: list[tuple[int, str]] = []
    for level, headline, body in _sections(lines[start:]):
        while kinds and kinds[-1][0] >= level:
            kinds.pop()
        above = kinds[-1][1] if kinds else "text"
        if level == 1 and not has_title and (found := markdown(headline)):
            has_title = True
            passages.add("title", found)
            kind = above
        else:
            kind = LEFT_OUT if above == LEFT_OUT else kind_of_heading(markdown(headline)) or above
            if kind != LEFT_OUT:
                passages.add(kind, markdown(headline), part="heading")
        if level:
            kinds.append((level, kind))
        if kind != LEFT_OUT:
            blocks = list(filter(None, map(markdown, markdown_blocks(body))))
            if level == 0 and not has_title and is_title(blocks, body):
                has_title = True
                passages.add("title", blocks.pop(0))
            for block in blocks:
                passages.add(kind, block)
    found_passages = passages.passages()
    if not found_passages:
        return Problem(shown(path), 0, "the file has no text, only markup", stem)
    return Paper(stem, found_passages, metadata=metadata, source=shown(path))


def _front_matter(lines: list[str]) -> tuple[dict[str, str], int]:
    """Return what the front matter tells, and the number of its lines."""
    if lines[0].rstrip() != _FRONT:
        return {}, 0
    ends = (
        n for n, line in enumerate(lines[1:_LONGEST_FRONT], 1) if line.rstrip() in ("---", "...")
    )
    end = next(ends, 0)
    found = {}
    for line in lines[1:end]:
        if match := _FIELD.match(line):
            key = "authors" if match[1].lower() == "author" else match[1].lower()
            found[key] = plain(match[2].strip().strip("\"'"))
    return {key: value for key, value in found.items() if value}, end + 1 if end else 0


def _sections(lines: list[str]) -> Iterator[tuple[int, str, list[str]]]:
    """Yield level and heading of each section with the lines below; level 0 before the first."""
    level, headline = 0, ""
    body: list[str] = []
    for line in lines:
        next_level, next_headline = heading(line)
        if next_level:
            yield level, headline, body
            level, headline, body = next_level, next_headline, []
        else:
            body.append(line)
    yield level, headline, body
