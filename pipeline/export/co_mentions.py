"""Which concepts papers mention together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from pipeline.export.frames import type_rank
from pipeline.model import Link, Paper

MOST_PAIRS = 200


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept as the table of pairs shows it."""

    type: str
    curie: str
    name: str


@dataclass(frozen=True, slots=True)
class CoMention:
    """Two concepts, in how many passages both are mentioned, and in how many papers."""

    first: Concept
    second: Concept
    passages: int
    papers: int


def co_mentions(papers: Iterable[Paper], *, most: int = MOST_PAIRS) -> list[CoMention]:
    """Return the pairs of concepts that share most passages.

    Titles and abstracts count as passages of their own. Pairs of one type and of two types are
    treated alike; a concept is not paired with itself.

    Args:
        papers: Annotated papers.
        most: Number of pairs wanted.

    Returns:
        Pairs in the order of shared passages, then papers, then identifiers; the first concept of
        a pair is the one whose type comes first (genes, diseases, species).
    """
    passages: Counter[tuple[str, str]] = Counter()
    together: Counter[tuple[str, str]] = Counter()
    known: dict[str, Concept] = {}
    for paper in papers:
        found: dict[str, set[str]] = {}
        for mention in paper.mentions:
            if not mention.link.is_nil:
                known.setdefault(mention.link.curie, _concept(mention.type, mention.link))
                found.setdefault(mention.passage, set()).add(mention.link.curie)
        pairs = [pair for curies in found.values() for pair in combinations(sorted(curies), 2)]
        passages.update(pairs)
        together.update(set(pairs))
    best = sorted(passages, key=lambda pair: (-passages[pair], -together[pair], pair))[:most]
    return [_pair(known, pair, passages[pair], together[pair]) for pair in best]


def _concept(type_: str, link: Link) -> Concept:
    return Concept(str(type_), link.curie, link.name or link.curie)


def _pair(
    known: dict[str, Concept], pair: tuple[str, str], passages: int, papers: int
) -> CoMention:
    first, second = sorted(
        (known[curie] for curie in pair), key=lambda c: (type_rank(c.type), c.curie)
    )
    return CoMention(first, second, passages, papers)
