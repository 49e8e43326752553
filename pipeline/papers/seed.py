"""Seed Markdown: a paper's summary, findings and abstract with lists of its entities.

    # Title
    **Authors:** A, B
    PMC · DOI: 10.1000/x · Journal · 2026-01-10
    ## TL;DR            one passage, as is ## Contribution
    ## Key findings     one passage per list item
    ## Abstract         one passage per paragraph
    ## Linked entities  annotations, as in every section whose heading ends in "entities"
    ## Full text        where to find it, as are ## Figures and ## References
    Source: https://…

Any part may be missing, and sections may stand in any order. Sections of another name are text,
their heading included. The entity lists never become text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.model import Annotation, Paper, Passage, Problem
from pipeline.papers.decoding import shown
from pipeline.papers.markup import (
    heading,
    is_thematic_break,
    markdown,
    markdown_blocks,
    plain,
)
from pipeline.papers.seed_annotations import Fault, parse_line
from pipeline.papers.source import Source, reader

_KINDS = {
    "tl;dr": "tldr",
    "tldr": "tldr",
    "contribution": "contribution",
    "contributions": "contribution",
    "key findings": "finding",
    "findings": "finding",
    "abstract": "abstract",
}
_SINGLE = frozenset({"title", "tldr", "contribution"})
_POINTERS = frozenset({"full text", "figures", "tables", "references"})
_ENTITY_LISTS = frozenset({"entities", "linked entities", "full-text entities"})
_ARCHIVES = frozenset({"pmc", "pubmed", "pubmed central", "europe pmc", "biorxiv", "medrxiv"})
_LABELS = {
    "author": "authors",
    "authors": "authors",
    "date": "date",
    "doi": "doi",
    "journal": "journal",
    "keywords": "keywords",
    "pmcid": "pmcid",
    "pmid": "pmid",
    "published": "date",
}

_URL = re.compile(r"https?://[^\s<>()\[\]\"]+")
_SOURCE = re.compile(r"\s*(?:\*\*)?Source(?:\*\*:|:\*\*|:)\s*<?(https?://[^\s<>]+)>?\s*$")
_LABELLED = re.compile(r"\s*(?:\*\*)?([A-Za-z]+)(?:\*\*:|:\*\*|:)\s*(\S.*)$")
_DATE = re.compile(r"[12][0-9]{3}(?:[-/ ](?:[0-9]{1,2}|[A-Z][a-z]{2,8})){0,2}")
_COUNT = re.compile(r"\s*\([0-9]+\)$")
_RESOLVER = re.compile(r"https?://(?:dx\.)?doi\.org/")
_PART_END = re.compile(r"\s+·\s+")
_PMCID = re.compile(r"PMC[0-9]+")


@dataclass(frozen=True, slots=True)
class _Section:
    """A stretch of lines under a heading of level 1 or 2; level 0 before the first heading."""

    level: int
    heading: str  # as it stands in the source
    first_line: int
    lines: tuple[str, ...]

    @property
    def name(self) -> str:
        return _name(self.heading)

    @property
    def is_title(self) -> bool:
        return self.level == 1 and not (
            self.name in _KINDS or self.name in _POINTERS or self.name in _ENTITY_LISTS
        )

    @property
    def is_entities(self) -> bool:
        return not self.is_title and self.name.endswith("entities")


@dataclass(slots=True)
class _Draft:
    """What has been read of a paper so far."""

    passages: list[Passage] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def add_text(self, kind: str, blocks: Iterable[str]) -> None:
        """Append a passage for each block that has any text."""
        for block in blocks:
            if text := markdown(block):
                self.counts[kind] += 1
                number = self.counts[kind]
                name = kind if kind in _SINGLE and number == 1 else f"{kind}.{number}"
                self.passages.append(Passage(name, kind, text))


def looks_like(text: str) -> bool:
    r"""Tell whether a text is seed Markdown: it has one of the format's own sections or labels.

    >>> looks_like("# Exosomes repair bone\n\n## TL;DR\n\nThey do.")
    True
    >>> looks_like("Exosomes repair bone\n\nThey do.")
    False
    """
    sections = list(_sections(text.split("\n")))
    return any(
        section.level >= 2 and (section.name in _KINDS or section.is_entities)
        for section in sections
    ) or any(line.startswith("**Authors:**") for section in sections[:2] for line in section.lines)


@reader
def read(source: Source) -> Iterator[Paper | Problem]:
    """Read a file of seed Markdown.

    Yields:
        The paper, with a problem for each entity annotation that cannot be read; or the problem
        that prevents reading it: no text in UTF-8, or neither a title nor any text.
    """
    yield parse(source.text(), source.path, stem=source.stem)


def parse(text: str, path: Path, *, stem: str | None = None) -> Paper | Problem:
    """Parse seed Markdown.

    Args:
        text: The text.
        path: The file that it is from.
        stem: Identifier of a paper without a PMC identifier; by default the file's name without
            its suffix.

    Returns:
        The paper, or the problem that it has neither a title nor any text.
    """
    draft = _Draft()
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if match := _SOURCE.match(line):
            draft.metadata["url"] = match[1]
            lines[number] = ""
    for section in _sections(lines):
        _read_section(section, draft)
    metadata = draft.metadata
    source, paper_id = shown(path), shown(Path(path.stem)) if stem is None else stem
    if match := _PMCID.search(metadata.get("url", "")) or _PMCID.search(metadata.get("pmcid", "")):
        paper_id = metadata["pmcid"] = match[0]
    if not draft.passages:
        return Problem(source, 0, "the paper has neither a title nor any text", paper_id)
    return Paper(
        id=paper_id,
        passages=tuple(draft.passages),
        annotations=tuple(draft.annotations),
        metadata=metadata,
        source=source,
        problems=tuple(
            Problem(source, line, reason, paper_id, fatal=False) for line, reason in draft.faults
        ),
    )


def _sections(lines: list[str]) -> Iterator[_Section]:
    """Split at headings of level 1 and 2, and of any level before a list of entities.

    Other headings stay in the text of their section.
    """
    level, title, start = 0, "", 0
    for number, line in enumerate(lines):
        next_level, next_title = heading(line)
        if next_level in (1, 2) or (next_level and _name(next_title).endswith("entities")):
            yield _Section(level, title, start + 1, tuple(lines[start:number]))
            level, title, start = next_level, next_title, number + 1
    yield _Section(level, title, start + 1, tuple(lines[start:]))


def _name(heading: str) -> str:
    """Return a heading as it is looked up: `**Key findings:** (3)` as `key findings`."""
    return _COUNT.sub("", markdown(heading)).rstrip(" :").casefold()


def _read_section(section: _Section, draft: _Draft) -> None:
    if section.level == 0:
        draft.add_text("section", markdown_blocks(_front_matter(section.lines, draft.metadata)))
    elif section.is_entities:
        _read_entities(section, draft)
    elif section.name in _POINTERS:
        _read_pointers(section, draft.metadata)
    elif section.name in _KINDS:
        draft.add_text(_KINDS[section.name], markdown_blocks(section.lines))
    elif section.is_title and not draft.counts["title"]:
        draft.add_text("title", [section.heading])
        draft.add_text("section", markdown_blocks(_front_matter(section.lines, draft.metadata)))
    else:
        draft.add_text("section", [section.heading, *markdown_blocks(section.lines)])


def _read_entities(section: _Section, draft: _Draft) -> None:
    group = markdown(section.heading).rstrip(" :")
    for number, line in enumerate(section.lines, section.first_line):
        if not line.strip() or is_thematic_break(line):
            continue
        for entry in parse_line(line, group=group, number=number):
            if isinstance(entry, Fault):
                draft.faults.append((number, f"{group}: {entry}"))
            else:
                draft.annotations.append(entry)


def _read_pointers(section: _Section, metadata: dict[str, str]) -> None:
    """Note where the full text is; other sections point to it as well as to single references."""
    for match in _URL.finditer("\n".join(section.lines)):
        url = match[0].rstrip(".,;")
        if section.name == "full text":
            metadata["full_text_url"] = url
            return
        if "full" in url.rpartition("/")[2]:
            metadata.setdefault("full_text_url", url)


def _front_matter(lines: Iterable[str], metadata: dict[str, str]) -> Iterator[str]:
    """Move what the lines tell about the paper into its metadata; yield the other lines.

    A line that was moved leaves a blank one, as it separates what stands around it.
    """
    for line in lines:
        found = _bibliographic(line)
        metadata.update(found)
        yield "" if found else line


def _bibliographic(line: str) -> dict[str, str]:
    """Read a line such as `PMC · DOI: 10.1000/x · Journal · 2026-01-10`; empty for any other."""
    found: dict[str, str] = {}
    others: list[str] = []
    for part in _PART_END.split(line):
        text = plain(part)
        labelled = _LABELLED.match(text)
        if labelled and (key := _LABELS.get(labelled[1].casefold())):
            found[key] = _RESOLVER.sub("", labelled[2])
        elif _PMCID.fullmatch(text):
            found["pmcid"] = text
        elif _DATE.fullmatch(text):
            found["date"] = text
        elif text.casefold() in _ARCHIVES:
            found["archive"] = text
        elif text:
            others.append(text)
    if found and others and "journal" not in found and "authors" not in found:
        found["journal"] = " · ".join(others)
    return found
