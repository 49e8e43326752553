"""The candidates of many strings while they are gathered, as arrays (`candidate_set` for one)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.terminology.candidate_set import HUMAN, natural_key
from pipeline.terminology.index import Index

Int64s = npt.NDArray[np.int64]
Float64s = npt.NDArray[np.float64]

_Columns = tuple[Int64s, Int64s, Float64s, Int64s, Int64s]
"""Strings, names, scores, methods and steps."""

_MOST_POINTS = 16_384
"""More than a score has ten-thousandths."""
_MOST_STEPS = 128
_MOST_NAMES = 4_096


@dataclass(frozen=True, slots=True)
class Ranked:
    """Candidates of strings, as parallel arrays: those of a string together, best first.

    Attributes:
        rows: Number of the string.
        concepts: Number of the concept; each is there once for a string.
        names: Number of its name that matches best.
        scores: Score, to four decimals.
        methods: How it was found (number in `kinds`).
        kinds: Ways of finding.
    """

    rows: Int64s
    concepts: Int64s
    names: Int64s
    scores: Float64s
    methods: Int64s
    kinds: tuple[str, ...]

    def starts(self, count: int) -> Int64s:
        """Return where the candidates of each of so many strings begin, and where the last end."""
        return np.searchsorted(self.rows, np.arange(count + 1))


class BulkCandidates:
    """Names with scores, gathered for strings that are told by their number.

    Args:
        index: The terminology's index.
        organism: Taxon number that genes must have, or None.
    """

    def __init__(self, index: Index, organism: int | None) -> None:
        self._index = index
        self._organism = organism
        self._parts: list[_Columns] = []
        self._kinds: dict[str, int] = {}

    def fitting(self, names: npt.NDArray[np.int32], type: str | None) -> npt.NDArray[np.bool_]:
        """Tell which names' concepts have the type, and the organism if they are genes."""
        return _fits(self._index, names, type, self._organism)

    def add(
        self,
        rows: npt.ArrayLike,
        names: npt.ArrayLike,
        scores: npt.ArrayLike,
        methods: str | Sequence[str],
        steps: npt.ArrayLike = 0,
    ) -> None:
        """Add names with their scores, as far as their organism fits.

        Args:
            rows: Number of the string that each name is a candidate for.
            names: The names.
            scores: Their scores.
            methods: How all of them, or each, were found.
            steps: The lower, the more its method counts beside another of the same score.
        """
        found = np.asarray(names, np.int64)
        if not len(found):
            return
        each = [methods] if isinstance(methods, str) else methods
        kinds = [self._kinds.setdefault(m, len(self._kinds)) for m in each]
        kind = np.full(len(found), kinds[0]) if len(kinds) == 1 else np.array(kinds, np.int64)
        step = np.broadcast_to(np.asarray(steps, np.int64), len(found))
        part = (np.asarray(rows, np.int64), found, np.asarray(scores, np.float64), kind, step)
        if self._organism is not None:
            fit = np.flatnonzero(_fits(self._index, found, None, self._organism))
            part = _some(part, fit)
        self._parts.append(part)

    def counts(self, count: int) -> Int64s:
        """Return how many concepts each of so many strings has."""
        rows, names, *_ = self._columns()
        total = len(self._index.curies) + 1
        each = np.unique(rows * total + self._index.name_concept[names])
        return np.bincount(each // total, minlength=count)

    def best(self, limit: int | None, among: npt.NDArray[np.bool_] | None = None) -> Ranked:
        """Return the best candidates of each string, in the order of `CandidateSet.best`.

        Args:
            limit: Most candidates of a string.
            among: For each string whether its candidates are wanted; by default all are.
        """
        index = self._index
        columns = self._columns()
        if among is not None:
            columns = _some(columns, np.flatnonzero(among[columns[0]]))
        rows, names, scores, kinds, steps = columns
        concepts = index.name_concept[names].astype(np.int64)
        # What is compared fits into one number, which is sorted faster than columns are.
        points = (scores * 10_000).round().astype(np.int64)
        concept = rows * len(index.curies) + concepts
        order = np.lexsort((names, (_MOST_POINTS - points) * _MOST_STEPS + steps, concept))
        first = np.flatnonzero(np.diff(concept[order], prepend=-1))
        order = order[first]
        rows, concepts, points = rows[order], concepts[order], points[order]
        is_other = index.concept_taxon[concepts] != HUMAN
        named = index.names_of[concepts + 1].astype(np.int64) - index.names_of[concepts]
        rank = (rows * _MOST_POINTS + _MOST_POINTS - points) * 2 + is_other
        rank = rank * _MOST_NAMES - np.minimum(named, _MOST_NAMES - 1)
        ranked = np.argsort(rank, kind="stable")
        ranked = self._told_apart(ranked, rank, concepts)
        rows = rows[ranked]
        if limit is not None:
            begin = np.flatnonzero(np.diff(rows, prepend=-1))
            lengths = np.diff(begin, append=len(rows))
            kept = np.arange(len(rows)) - np.repeat(begin, lengths) < limit
            ranked, rows = ranked[kept], rows[kept]
        best = order[ranked]
        return Ranked(
            rows,
            concepts[ranked],
            names[best],
            scores[best].round(4),
            kinds[best],
            tuple(self._kinds),
        )

    def _told_apart(self, ranked: Int64s, rank: Int64s, concepts: Int64s) -> Int64s:
        """Order what has the same rank by identifier."""
        same = np.diff(rank[ranked]) == 0
        if not same.any():
            return ranked
        tied = np.zeros(len(ranked), np.bool_)
        tied[1:] |= same
        tied[:-1] |= same
        places = np.flatnonzero(tied)
        numbers, which = np.unique(concepts[ranked[places]], return_inverse=True)
        curies = [self._index.curies[number] for number in numbers.tolist()]
        order = sorted(range(len(curies)), key=lambda i: natural_key(curies[i]))
        natural = np.empty(len(curies), np.int64)
        natural[order] = np.arange(len(curies))
        result = ranked.copy()
        result[places] = ranked[places][np.lexsort((natural[which], rank[ranked[places]]))]
        return result

    def _columns(self) -> _Columns:
        if not self._parts:
            none = np.zeros(0, np.int64)
            return none, none, np.zeros(0), none, none
        if len(self._parts) > 1:
            columns = (np.concatenate(column) for column in zip(*self._parts, strict=True))
            self._parts = [tuple(columns)]
        return self._parts[0]


def _some(columns: _Columns, chosen: Int64s) -> _Columns:
    rows, names, scores, methods, steps = columns
    return rows[chosen], names[chosen], scores[chosen], methods[chosen], steps[chosen]


def _fits(
    index: Index, names: npt.NDArray[np.int32] | Int64s, type: str | None, organism: int | None
) -> npt.NDArray[np.bool_]:
    """Tell which names' concepts have a type, and an organism if they are genes; None is any."""
    concepts = index.name_concept[names]
    fit = np.ones(len(names), np.bool_)
    if type is not None:
        known = type in index.types
        fit &= known and index.concept_type[concepts] == index.types.index(type)
    if organism is not None:
        taxa = index.concept_taxon[concepts]
        fit &= (taxa == 0) | (taxa == organism)
    return fit
