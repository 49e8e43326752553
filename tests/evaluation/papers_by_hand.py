"""Small papers made by hand for the tests of the evaluation.

The text is a row of letters, so that a span says where it is: `annotation(3, 5, "NCBIGene:1")`.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.evaluation.comparison import Comparer, Comparison, Resolver
from pipeline.model import Annotation, Candidate, Link, Mention, Paper, Passage

TITLE = "abcdefghij"
ABSTRACT = "klmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
PASSAGES = (
    Passage("title", "title", TITLE, 0),
    Passage("abstract", "abstract", ABSTRACT, len(TITLE) + 1),
)


def _place(start: int, end: int) -> tuple[str, int, int, str]:
    passage = PASSAGES[0] if end <= len(TITLE) else PASSAGES[1]
    start, end = start - passage.offset, end - passage.offset
    return passage.id, start, end, passage.text[start:end]


def annotation(
    start: int, end: int, *identifiers: str, type: str = "Gene", joint: bool = False
) -> Annotation:
    passage, first, last, text = _place(start, end)
    return Annotation(type, identifiers, text, passage=passage, start=first, end=last, joint=joint)


def mention(
    start: int,
    end: int,
    curie: str = "",
    *,
    type: str = "Gene",
    score: float = 0.9,
    mesh: Sequence[str] = (),
    mondo: Sequence[str] = (),
    alternatives: Sequence[tuple[str, float]] = (),
) -> Mention:
    passage, first, last, text = _place(start, end)
    link = Link(
        curie,
        score=score,
        mesh=tuple(mesh),
        mondo=tuple(mondo),
        alternatives=tuple(Candidate(other, "", points) for other, points in alternatives),
    )
    return Mention(passage, first, last, text, type, link)


def gold_paper(*annotations: Annotation, id: str = "1") -> Paper:
    return Paper(id, PASSAGES, annotations=annotations)


def predicted_paper(*mentions: Mention, id: str = "1") -> Paper:
    return Paper(id, PASSAGES, mentions=mentions)


def compared(
    gold: Sequence[Paper],
    predicted: Sequence[Paper],
    *,
    types: Sequence[str] = ("Gene",),
    resolver: Resolver | None = None,
) -> list[Comparison]:
    comparer = Comparer(gold, types=types, resolver=resolver)
    return list(comparer.compare({paper.id: paper for paper in predicted}))
