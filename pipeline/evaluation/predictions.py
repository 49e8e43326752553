"""Read what a system predicted for the documents of a gold standard.

Two formats are read. PubTator is taken as it is. A TSV has the columns `document start end
identifier` and optionally `type`, with or without a header (with one, in any order); its offsets
count as PubTator's do. Several identifiers in a row (`6091;6092`) are several answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from pipeline.errors import UsageError
from pipeline.evaluation.corpora import GoldStandard
from pipeline.model import Annotation, Link, Mention, Paper, Problem
from pipeline.papers import pubtator
from pipeline.papers.decoding import is_utf8, read_head, shown

_COLUMNS: Final = ("document", "start", "end", "identifier")
_SUFFIXES: Final = (".tsv", ".pubtator", ".txt")


@dataclass(frozen=True, slots=True)
class Predictions:
    """Predictions of a system.

    Attributes:
        papers: Documents with the system's mentions, by identifier.
        problems: Rows and documents that could not be used.
    """

    papers: Mapping[str, Paper]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class PredictionFile:
    """A file of predictions that its name assigns to a split: `corpus.split.system.tsv`."""

    corpus: str
    split: str
    system: str
    path: Path


def find(folder: Path) -> list[PredictionFile]:
    """Find the prediction files of a folder, `corpus.split.system.tsv` or `….pubtator`.

    Raises:
        UsageError: If there is none.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}")
    found = []
    for file in sorted(folder.iterdir()):
        parts = file.stem.split(".", 2)
        if file.suffix in _SUFFIXES and len(parts) == 3:
            corpus, split, system = parts
            found.append(PredictionFile(corpus, split, system, file))
    if not found:
        raise UsageError(f"{folder} holds no predictions named corpus.split.system.tsv")
    return found


def read(path: Path, gold: GoldStandard, *, types: Iterable[str]) -> Predictions:
    """Read a system's predictions.

    Args:
        path: The file, PubTator or TSV.
        gold: The gold standard that they are predictions for.
        types: The types that are scored; with one only, it is the type of rows that name none.

    Returns:
        The predictions for documents of the gold standard. Those for other documents are told as a
        problem.
    """
    head = read_head(path)
    if isinstance(head, Problem):
        return Predictions({}, (head,))
    documents = {paper.id: paper for paper in gold.papers}
    if pubtator.looks_like(head):
        items = _read_pubtator(path, gold, documents)
    else:
        items = _read_tsv(path, documents, tuple(types))
    papers: dict[str, Paper] = {}
    problems: list[Problem] = []
    unknown: list[str] = []
    for item in items:
        if isinstance(item, Problem):
            problems.append(item)
        elif item.id in documents:
            papers[item.id] = item
        else:
            unknown.append(item.id)
    if unknown:
        names = ", ".join(unknown[:5]) + (", …" if len(unknown) > 5 else "")
        count = f"{len(unknown)} document" + ("s are" if len(unknown) > 1 else " is")
        problems.append(
            Problem(shown(path), 0, f"{count} not in the gold standard: {names}", fatal=False)
        )
    return Predictions(papers, tuple(problems))


def from_annotations(paper: Paper) -> Paper:
    """Turn what a paper carries as annotations into mentions, as if a system had found them.

    An annotation with several identifiers becomes as many mentions of the same span.
    """
    mentions = [
        Mention(a.passage, a.start, a.end, a.name, a.type, _link(curie))
        for a in paper.annotations
        if a.start >= 0
        for curie in a.identifiers or ("",)
    ]
    return replace(paper, mentions=tuple(mentions), annotations=())


@lru_cache(maxsize=1 << 16)
def _link(curie: str) -> Link:
    """Make the link to an identifier, or NIL; links are shared because files repeat them."""
    return Link(curie=curie, score=1.0) if curie else Link()


def _read_pubtator(
    path: Path, gold: GoldStandard, documents: Mapping[str, Paper]
) -> Iterator[Paper | Problem]:
    corpus = gold.split.corpus
    types = {**pubtator.TYPES, **corpus.types}
    usual = set(types.values())
    for item in pubtator.read(path, types=types):
        if isinstance(item, Problem):
            yield item
            continue
        yield from item.problems
        for annotation in item.annotations:
            if annotation.type not in usual and annotation.type.lower() not in corpus.pass_over:
                yield _unknown_type(annotation, item)
        original = documents.get(item.id)
        if original is not None and original.passages != item.passages:
            reason = (
                "the text is not that of the gold standard, so that offsets may mean other places"
            )
            yield Problem(item.source, 0, reason, item.id, fatal=False)
        yield from_annotations(item)


def _unknown_type(annotation: Annotation, paper: Paper) -> Problem:
    reason = f"unknown type {annotation.type!r}: it does not count"
    return Problem(paper.source, annotation.line, reason, paper.id, fatal=False)


def _read_tsv(
    path: Path, documents: Mapping[str, Paper], types: tuple[str, ...]
) -> Iterator[Paper | Problem]:
    mentions: dict[str, list[Mention]] = {}
    columns: tuple[str, ...] = _COLUMNS
    source = shown(path)
    # Bytes that are not UTF-8 pass as lone surrogates, so that only their row is lost.
    with path.open(encoding="utf-8-sig", errors="surrogateescape") as stream:
        for number, raw in enumerate(stream, start=1):
            fields = raw.rstrip("\r\n").split("\t")
            if fields == [""]:
                continue
            if not is_utf8(raw):
                reason = "not UTF-8: the row is left out"
                yield Problem(source, number, reason, fatal=False)
                continue
            if number == 1 and set(_COLUMNS) <= set(fields):
                columns = tuple(fields)
                continue
            try:
                document, found = _row(fields, columns, documents, types)
            except ValueError as error:
                yield Problem(source, number, str(error), fields[0], fatal=False)
            else:
                mentions.setdefault(document, []).extend(found)
    for document, found in mentions.items():
        passages = documents[document].passages if document in documents else ()
        yield Paper(document, passages, mentions=tuple(found), source=source)


def _row(
    fields: list[str],
    columns: tuple[str, ...],
    documents: Mapping[str, Paper],
    types: tuple[str, ...],
) -> tuple[str, list[Mention]]:
    """Read a row of a TSV.

    Returns:
        The document and the mentions: none if the gold standard does not have the document.

    Raises:
        ValueError: If the row is wrong. The message says what.
    """
    if len(fields) != len(columns):
        raise ValueError(
            f"expected {len(columns)} columns ({' '.join(columns)}), found {len(fields)}"
        )
    row = dict(zip(columns, fields, strict=True))
    document = row["document"].strip()
    try:
        start, end = int(row["start"]), int(row["end"])
    except ValueError:
        raise ValueError(f"offsets are not numbers: {row['start']!r}, {row['end']!r}") from None
    type = row.get("type", "").strip() or (types[0] if len(types) == 1 else "")
    if not type:
        raise ValueError(f"a column 'type' is needed to tell {', '.join(types)} apart")
    type = pubtator.TYPES.get(type.lower(), type)
    if document not in documents:
        return document, []
    passage = pubtator.locate(documents[document].passages, start, end)
    start, end = start - passage.offset, end - passage.offset
    text = passage.text[start:end]
    identifiers, _ = pubtator.parse_identifiers(row["identifier"], type)
    return document, [
        Mention(passage.id, start, end, text, type, _link(curie)) for curie in identifiers or ("",)
    ]
