"""The candidates of one string while they are gathered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.terminology.index import Index

Numbers = npt.NDArray[np.int32] | npt.NDArray[np.int64]

HUMAN = 9606


class CandidateSet:
    """Names with scores; each concept counts once, with the best of its names.

    Args:
        index: The terminology's index.
        type: Entity type that candidates must have, or None.
        organism: Taxon number that genes must have, or None.
    """

    def __init__(self, index: Index, type: str | None, organism: int | None) -> None:
        self.type = type
        self._index = index
        self._organism = organism
        self._names: list[npt.NDArray[np.int64]] = []
        self._scores: list[npt.NDArray[np.float64]] = []
        self._methods: list[str] = []

    def fitting(self, names: Numbers, type: str | None) -> Numbers:
        """Return those of some names whose concept has the type, and the organism if a gene."""
        fitting: Numbers = names[fits(self._index, names, type, self._organism)]
        return fitting

    def add(self, names: Numbers, scores: npt.NDArray[np.float64], method: str) -> None:
        """Add names with their scores, as far as their organism fits."""
        if not len(names):
            return
        if self._organism is not None:
            fit = fits(self._index, names, None, self._organism)
            names, scores = names[fit], scores[fit]
        self._names.append(names.astype(np.int64))
        self._scores.append(scores)
        self._methods.append(method)

    def wants(self, limit: int | None) -> bool:
        """Tell whether there are fewer concepts than wanted."""
        return limit is None or len(self._concepts()) < limit

    def best(self, limit: int | None) -> list[tuple[int, int, float, str]]:
        """Return concept, name, score and method of the best candidates, best first.

        Of the same score come human genes first, then concepts with more names, which are the
        better known ones (`mouse` is a name of the genus, too), then by identifier.
        """
        if not self._names:
            return []
        index = self._index
        names, scores = np.concatenate(self._names), np.concatenate(self._scores).round(4)
        step = np.repeat(np.arange(len(self._names)), [len(n) for n in self._names])
        concepts = index.name_concept[names].astype(np.int64)
        order = np.lexsort((names, step, -scores, concepts))
        _, first = np.unique(concepts[order], return_index=True)
        chosen = order[first]
        if limit is not None and len(chosen) > limit:
            enough = np.partition(-scores[chosen], limit - 1)[limit - 1]
            chosen = chosen[-scores[chosen] <= enough]
        concept = concepts[chosen]
        names_of = index.names_of[concept + 1].astype(np.int64) - index.names_of[concept]
        keys = [
            (-score, is_other, -count, _Identifier(index, number), row)
            for score, is_other, count, number, row in zip(
                scores[chosen].tolist(),
                (index.concept_taxon[concept] != HUMAN).tolist(),
                names_of.tolist(),
                concept.tolist(),
                chosen.tolist(),
                strict=True,
            )
        ]
        return [
            (int(concepts[row]), int(names[row]), -score, self._methods[int(step[row])])
            for score, _, _, _, row in sorted(keys)[:limit]
        ]

    def _concepts(self) -> npt.NDArray[np.int32]:
        if not self._names:
            return np.zeros(0, np.int32)
        concepts: npt.NDArray[np.int32] = self._index.name_concept[np.concatenate(self._names)]
        return np.unique(concepts)


@dataclass(frozen=True, slots=True, order=False)
class _Identifier:
    """A concept that is ordered by its identifier, which is read only when that decides."""

    index: Index
    number: int

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identifier) and self.number == other.number

    def __hash__(self) -> int:
        return self.number

    def __lt__(self, other: _Identifier) -> bool:
        curies = self.index.curies
        return natural_key(curies[self.number]) < natural_key(curies[other.number])


def fits(
    index: Index, names: Numbers, type: str | None, organism: int | None
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


def natural_key(curie: str) -> tuple[str, int, str]:
    """Return a key that sorts identifiers by their number."""
    prefix, _, local = curie.partition(":")
    return prefix, int(local) if local.isdecimal() else 0, local
