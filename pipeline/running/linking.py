"""The job of `bionorm link`: resolve the mentions that files give, and look for no others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from spacy.language import Language

from pipeline.errors import PaperError, UsageError
from pipeline.language import link_papers
from pipeline.model import EntityType, Mention, Paper, Passage, Problem
from pipeline.papers import mention_table, pubtator, unpacking
from pipeline.papers.decoding import is_utf8
from pipeline.papers.formats import FORMATS, recognize
from pipeline.papers.mention_table import ORGANISM
from pipeline.papers.source import STDIN, Source, reader
from pipeline.terminology.terminology import Terminology

_TABLES: Final = (".tsv", ".csv", ".tab")
_TOLD: Final = "organism that the user names"
"""Identifier of the passage by which a paper is told its organism."""


@reader
def read_given(
    source: Source, *, type: str = "", papers: Mapping[str, Paper] | None = None
) -> Iterator[Paper | Problem]:
    """Read the mentions of a file: a table, a list of strings, or annotated papers.

    Args:
        source: The file, or standard input.
        type: Type of mentions that the file gives none.
        papers: Texts that tables refer to, by paper.

    Yields:
        Papers whose mentions have no links yet, and problems.
    """
    head = source.head_text()
    if isinstance(head, Problem):
        raise PaperError(head)
    if mention_table.looks_like(head):
        problems: list[Problem] = []
        lines = _clean(source, problems)
        yield from mention_table.read_table(lines, source.name, type=type, papers=papers)
        yield from problems
    elif unpacking.inner(source.path).suffix.lower() in _TABLES and not pubtator.looks_like(head):
        raise source.error(1, "no header with a column 'text', or with 'context', 'start', 'end'")
    elif (format := _format(source, head)) != "text":
        yield from map(_with_given, FORMATS[format](source))
    else:
        problems = []
        yield from mention_table.read_strings(_clean(source, problems), source.name, type=type)
        yield from problems


def link_given(
    given: Iterable[Paper | Problem], nlp: Language, terminology: Terminology, *, organism: str = ""
) -> Iterator[Paper | Problem]:
    """Resolve the mentions of papers.

    A mention without type gets that of the best concept of its name. The organism that the user
    names counts as the species that the paper is about.

    Args:
        given: Papers with mentions; problems are passed on.
        nlp: The pipeline.
        terminology: Its terminology.
        organism: Name or taxon number of the organism, for papers that name none of their own.

    Raises:
        UsageError: If there is no organism of that name.
    """
    default = find_organism(organism, terminology) if organism else ""
    for item in given:
        if isinstance(item, Problem):
            yield item
            continue
        named = item.metadata.get(ORGANISM, "")
        try:
            taxon = find_organism(named, terminology) if named else default
        except UsageError as error:
            yield Problem(item.source, 0, str(error), item.id)
            continue
        typed = item.with_mentions(tuple(_typed(m, terminology) for m in item.mentions))
        told = _telling(typed, terminology.name(taxon)) if taxon else typed
        linked = next(link_papers(nlp, [told]))
        yield replace(item, mentions=tuple(m for m in linked.mentions if m.passage != _TOLD))


def find_organism(text: str, terminology: Terminology) -> str:
    """Return the taxon of a name or number.

    Raises:
        UsageError: If the terminology has none.
    """
    local = text.strip().removeprefix("NCBITaxon:")
    if local.isdecimal():
        curie = terminology.current(f"NCBITaxon:{local}")
        if terminology.type_of(curie) == EntityType.SPECIES:
            return curie
    elif found := terminology.lookup(local, type=EntityType.SPECIES):
        return found[0].curie
    raise UsageError(f"no organism {text!r} in the terminology; give a name or a taxon number")


def _format(source: Source, head: str) -> str:
    """Return the format of a source that is no table; standard input may hold plain strings."""
    path = Path("strings.txt") if source.path == STDIN else source.path
    return recognize(path, head)


def _clean(source: Source, problems: list[Problem]) -> Iterator[str]:
    """Yield the lines of a source; one that cannot be read becomes empty, and a problem."""
    for number, line in enumerate(source.lines(), start=1):
        if isinstance(line, Problem):
            problems.append(line)
        elif not is_utf8(line):
            problems.append(source.problem(number, "not UTF-8: the row is left out", fatal=False))
        else:
            yield line
            continue
        yield "\n"


def _with_given(item: Paper | Problem) -> Paper | Problem:
    """Turn the annotations that a paper carries into mentions to resolve."""
    if isinstance(item, Problem):
        return item
    mentions = dict.fromkeys(
        Mention(a.passage, a.start, a.end, a.name, a.type)
        for a in item.annotations
        if a.start >= 0 and a.passage
    )
    if item.annotations and not mentions:
        return Problem(item.source, 0, "its annotations have no positions in the text", item.id)
    return item.with_mentions(tuple(mentions))


def _typed(mention: Mention, terminology: Terminology) -> Mention:
    if mention.type:
        return mention
    found = terminology.lookup(mention.text)
    return replace(mention, type=terminology.type_of(found[0].curie)) if found else mention


def _telling(paper: Paper, organism: str) -> Paper:
    """Put the organism in front of a paper, as its title would say it."""
    passage = Passage(_TOLD, "title", organism)
    mention = Mention(_TOLD, 0, len(organism), organism, EntityType.SPECIES)
    return replace(paper, passages=(passage, *paper.passages), mentions=(mention, *paper.mentions))
