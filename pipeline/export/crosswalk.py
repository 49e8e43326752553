"""The cross-walk: how the further identifiers that a link gives relate to its primary one.

`mentions.tsv` has the identifiers of a disease in MeSH and in MONDO. Mostly they are exact matches;
where the vocabularies differ, each answers for itself, and here stands how the answers relate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import pandas as pd

from pipeline.model import Paper
from pipeline.normalization.diseases import concept_group
from pipeline.terminology.terminology import EXACT, Terminology

CROSSWALK_COLUMNS = (
    "type", "subject_id", "subject_label", "predicate_id", "object_id", "object_label", "mentions",
)  # fmt: skip
BROAD, NARROW, CLOSE = "skos:broadMatch", "skos:narrowMatch", "skos:closeMatch"
_OPPOSITE = {BROAD: NARROW, NARROW: BROAD, EXACT: EXACT, CLOSE: CLOSE}


class Answer(NamedTuple):
    """What mentions were resolved to: the type, and the identifiers as tables have them.

    Attributes:
        type: Entity type.
        curie: Primary identifier.
        mesh: Identifiers in MeSH, joined by `|`.
        mondo: Identifiers in MONDO, joined by `|`.
    """

    type: str
    curie: str
    mesh: str
    mondo: str


def crosswalk_frame(papers: Iterable[Paper], terminology: Terminology) -> pd.DataFrame:
    """Return the cross-walk of papers; see `crosswalk_table`.

    Args:
        papers: Annotated papers.
        terminology: The terminology that they were annotated with.
    """
    links = ((str(m.type), m.link) for paper in papers for m in paper.mentions)
    answers = (
        Answer(type_, link.curie, "|".join(link.mesh), "|".join(link.mondo))
        for type_, link in links
    )
    return crosswalk_table(Counter(answers), terminology)


def crosswalk_table(answers: Mapping[Answer, int], terminology: Terminology) -> pd.DataFrame:
    """Return one row for each pair of a primary identifier and another one of the same link.

    Columns, named as in SSSOM: `type`; `subject_id`, `subject_label` (the primary identifier);
    `predicate_id` (see `relation`); `object_id`, `object_label`; `mentions` (how many links have
    the pair). Identifiers of OMIM that are exact matches are told as well. Rows are sorted by
    type, subject and object.

    Args:
        answers: What mentions were resolved to, and how many of them.
        terminology: The terminology that they were annotated with.
    """
    counts: Counter[tuple[str, str, str]] = Counter()
    for answer, mentions in answers.items():
        for other in _others(answer, terminology):
            counts[answer.type, answer.curie, other] += mentions
    rows = [
        (
            type_,
            subject,
            terminology.name(subject),
            relation(subject, other, terminology),
            other,
            terminology.name(other),
            count,
        )
        for (type_, subject, other), count in sorted(counts.items())
    ]
    frame = pd.DataFrame(rows, columns=list(CROSSWALK_COLUMNS))
    return frame.astype({c: "int64" if c == "mentions" else "str" for c in CROSSWALK_COLUMNS})


def relation(subject: str, other: str, terminology: Terminology) -> str:
    """Return the predicate between two concepts, seen from the first.

    It is that of the mapping between them; else `skos:broadMatch` if the second is above the first,
    on a path that may change over to the other vocabulary at exact and broad matches,
    `skos:narrowMatch` if it is below; else `skos:closeMatch`: both vocabularies have a concept of
    the name, and neither says how they relate.

    >>> relation("MONDO:0005178", "MESH:D010003", Terminology.open())
    'skos:exactMatch'
    """
    one, two = concept_group(subject, terminology), concept_group(other, terminology)
    if other in one or subject in two:
        return EXACT
    for predicate, target in terminology.mappings(subject):
        if target == other and predicate in _OPPOSITE:
            return predicate
    for predicate, target in terminology.mappings(other):
        if target == subject and predicate in _OPPOSITE:
            return _OPPOSITE[predicate]
    if not _above(one, terminology).isdisjoint(two):
        return BROAD
    if not _above(two, terminology).isdisjoint(one):
        return NARROW
    return CLOSE


def _above(concept: Iterable[str], terminology: Terminology) -> set[str]:
    """Return what is above a concept in any vocabulary: a path may change over at exact matches."""
    seen: set[str] = set()
    level = set(concept)
    while level:
        wider = {p for curie in level for p in terminology.parents(curie)}
        wider |= {
            o for c in level for predicate, o in terminology.mappings(c) if predicate == BROAD
        }
        level = {m for curie in wider for m in concept_group(curie, terminology)} - seen
        seen |= level
    return seen


def _others(answer: Answer, terminology: Terminology) -> Iterator[str]:
    """Yield the further identifiers of an answer, and those of OMIM that are exact matches."""
    if answer.mesh or answer.mondo:
        told = f"{answer.mesh}|{answer.mondo}".split("|")
        for other in dict.fromkeys([*told, *terminology.equivalents(answer.curie)]):
            if other and other != answer.curie:
                yield other
