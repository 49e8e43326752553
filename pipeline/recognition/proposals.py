"""Proposals: spans that may be mentions, and the one decision about those that overlap."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.model import EntityType

_ORDER: dict[str, int] = {EntityType.DISEASE: 0, EntityType.GENE: 1, EntityType.SPECIES: 2}


@dataclass(frozen=True, slots=True)
class Member:
    """One of the names that a coordinated expression such as `BRCA1/2` consists of.

    A name that stands in two places has the offsets from its first character to its last one, as
    discontinuous names have in gold corpora: BRCA2 those of the whole `BRCA1/2`.

    Attributes:
        start: First code point.
        end: Code point after the last one.
        full: The name in full; empty if it is what stands there.
    """

    start: int
    end: int
    full: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A span that a recognizer proposes as a mention.

    Attributes:
        start: First code point.
        end: Code point after the last one.
        type: Entity type.
        score: Between 0 and 1.
        reason: Why it is proposed, in a few words.
        members: The names in it, each of which becomes a mention; none if it is one itself.
    """

    start: int
    end: int
    type: str
    score: float
    reason: str
    members: tuple[Member, ...] = ()


def without_overlaps(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Choose among overlapping proposals; returns them in text order.

    The choice has the greatest sum of scores, each weighted with the square root of its length
    (weighted interval scheduling): a long name beats the short ones in it unless it is much less
    likely. Equal sums are decided by the order of types and of the text.
    """
    ordered = sorted(
        proposals,
        key=lambda p: (
            (p.end, -p.start, -p.score, _ORDER.get(p.type, 3), p.type, p.reason),
            [(m.start, m.end, m.full) for m in p.members],
        ),
    )
    ends = [p.end for p in ordered]
    best = [0.0]
    taken: list[bool] = []
    for i, p in enumerate(ordered):
        before = bisect_right(ends, p.start, 0, i)
        value = best[before] + p.score * (p.end - p.start) ** 0.5
        # A later proposal must be better by more than rounding to replace an earlier one.
        taken.append(value > best[-1] + 1e-9)
        best.append(value if taken[-1] else best[-1])
    chosen = []
    i = len(ordered)
    while i > 0:
        if taken[i - 1]:
            chosen.append(ordered[i - 1])
            i = bisect_right(ends, ordered[i - 1].start, 0, i - 1)
        else:
            i -= 1
    return chosen[::-1]
