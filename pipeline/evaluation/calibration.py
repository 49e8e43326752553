"""How far scores are the probabilities that they claim to be.

A score of 0.8 is calibrated if 80 % of the mentions that have it are right. Mentions are put into
ten bins by score; the expected calibration error is the mean distance between score and share of
right ones over the bins, weighted by their mentions (Naeini et al. 2015, AAAI; Guo et al. 2017,
ICML). What counts as right is what the score claims: for a linked mention span, type and identifier
(as in `mention_strict`), for one without concept span and type.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.evaluation.comparison import Comparison

BINS: Final = 10
LINKED: Final = "linked"
NIL: Final = "without concept"


@dataclass(frozen=True, slots=True)
class Judged:
    """A predicted mention with its score and whether the gold standard agrees.

    Attributes:
        type: Entity type.
        kind: `linked` or `without concept`.
        score: What the system says.
        right: What the gold standard says.
    """

    type: str
    kind: str
    score: float
    right: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """Mentions of similar scores.

    Attributes:
        low: Smallest score of the bin.
        high: Score where the next bin begins; the last one includes it.
        mentions: How many there are.
        score: Their mean score.
        right: The share of them that is right.
    """

    low: float
    high: float
    mentions: int
    score: float
    right: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """The scores of one type and kind beside what is right.

    Attributes:
        type: Entity type.
        kind: `linked` or `without concept`.
        bins: The bins that have mentions, by rising score.
    """

    type: str
    kind: str
    bins: tuple[Bin, ...]

    @property
    def mentions(self) -> int:
        """How many mentions there are."""
        return sum(b.mentions for b in self.bins)

    @property
    def score(self) -> float:
        """Their mean score."""
        return sum(b.mentions * b.score for b in self.bins) / self.mentions

    @property
    def right(self) -> float:
        """The share of them that is right."""
        return sum(b.mentions * b.right for b in self.bins) / self.mentions

    @property
    def error(self) -> float:
        """Expected calibration error, from 0 to 1."""
        return sum(b.mentions * abs(b.score - b.right) for b in self.bins) / self.mentions


def judge(comparisons: Iterable[Comparison], *, without: Collection[str] = ()) -> Iterator[Judged]:
    """Tell of each predicted mention whether it is what its score claims.

    Mentions at the same place, the names of a range for example, are judged together.

    Args:
        comparisons: Gold and prediction.
        without: Identifiers of documents to leave out: those that scores were fitted on.
    """
    for comparison in comparisons:
        if comparison.paper.id in without:
            continue
        for span, predicted in comparison.predicted.items():
            gold = comparison.gold.get(span)
            for mention in predicted.mentions:
                if mention.link.is_nil:
                    yield Judged(comparison.type, NIL, mention.link.score, gold is not None)
                else:
                    right = gold is not None and gold.accepts(predicted.answers)
                    yield Judged(comparison.type, LINKED, mention.link.score, right)


def reliability(judged: Iterable[Judged]) -> list[Reliability]:
    """Put mentions into bins, for each type and kind in the order of their first mention."""
    groups: dict[tuple[str, str], list[list[Judged]]] = {}
    for one in judged:
        bins = groups.setdefault((one.type, one.kind), [[] for _ in range(BINS)])
        bins[min(BINS - 1, int(one.score * BINS))].append(one)
    order = {kind: i for i, kind in enumerate((LINKED, NIL))}
    return [
        Reliability(type, kind, tuple(_bin(i, found) for i, found in enumerate(bins) if found))
        for (type, kind), bins in sorted(groups.items(), key=lambda item: order[item[0][1]])
    ]


def _bin(number: int, found: Sequence[Judged]) -> Bin:
    count = len(found)
    return Bin(
        number / BINS,
        (number + 1) / BINS,
        count,
        sum(one.score for one in found) / count,
        sum(one.right for one in found) / count,
    )
