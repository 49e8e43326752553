"""The candidates of one string while they are gathered.

There are some dozens of names, for which plain numbers are faster than arrays.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

from pipeline.terminology.index import Index

HUMAN = 9606
_rank = itemgetter(0, 1, 2)


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
        self._taxa = None if organism is None else (0, organism)
        self._concept_of, self._taxon_of = index.name_concept.data, index.concept_taxon.data
        # For each concept the score, the number of the method and the name, the best first.
        self._best: dict[int, tuple[float, int, int]] = {}
        self._methods: list[str] = []

    def fitting(self, names: Iterable[int], type: str | None) -> list[int]:
        """Return those of some names whose concept has the type, and the organism if a gene."""
        index, concept_of = self._index, self._concept_of
        if type is not None:
            type_of = index.concept_type.data
            wanted = index.types.index(type) if type in index.types else -1
            names = [name for name in names if type_of[concept_of[name]] == wanted]
        if self._taxa is not None:
            names = [name for name in names if self._taxon_of[concept_of[name]] in self._taxa]
        return list(names)

    def add(self, names: Iterable[int], scores: Iterable[float], method: str) -> None:
        """Add names with their scores, as far as their organism fits."""
        best, concept_of, taxa = self._best, self._concept_of, self._taxa
        step = len(self._methods)
        self._methods.append(method)
        for name, score in zip(names, scores, strict=True):
            concept = concept_of[name]
            if taxa is not None and self._taxon_of[concept] not in taxa:
                continue
            found = (-rounded(score), step, name)
            if concept not in best or found < best[concept]:
                best[concept] = found

    def wants(self, limit: int | None) -> bool:
        """Tell whether there are fewer concepts than wanted."""
        return limit is None or len(self._best) < limit

    def best(self, limit: int | None) -> list[tuple[int, int, float, str]]:
        """Return concept, name, score and method of the best candidates, best first.

        Of the same score come human genes first, then concepts with more names, which are the
        better known ones (`mouse` is a name of the genus, too), then by identifier.
        """
        chosen = list(self._best.items())
        if limit is not None and len(chosen) > limit:
            enough = sorted([found[0] for _, found in chosen])[limit - 1]
            chosen = [item for item in chosen if item[1][0] <= enough]
        taxon_of, names_of = self._taxon_of, self._index.names_of.data
        ranked = sorted(
            [
                (score, taxon_of[c] != HUMAN, names_of[c] - names_of[c + 1], c)
                for c, (score, _, _) in chosen
            ]
        )
        concepts: list[int] = []
        for _, tied in groupby(ranked, _rank):
            same = [concept for *_, concept in tied]
            # Identifiers are read only where they decide.
            concepts += sorted(same, key=self._identifier) if len(same) > 1 else same
        found = ((concept, *self._best[concept]) for concept in concepts[:limit])
        return [(c, name, -score, self._methods[step]) for c, score, step, name in found]

    def _identifier(self, concept: int) -> tuple[str, int, str]:
        return natural_key(self._index.curies[concept])


def rounded(score: float) -> float:
    """Return a score to four decimals, as numpy rounds."""
    return round(score * 10_000) / 10_000


def natural_key(curie: str) -> tuple[str, int, str]:
    """Return a key that sorts identifiers by their number."""
    prefix, _, local = curie.partition(":")
    return prefix, int(local) if local.isdecimal() else 0, local
