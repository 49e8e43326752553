"""From any taxon that a text mentions to the taxon whose genes the terminology has."""

from __future__ import annotations

from functools import lru_cache

from pipeline.terminology.terminology import Terminology

_RANKS = frozenset({"species", "genus", "species group", "species subgroup", "subgenus"})


class GeneTaxa:
    """Maps strains to their species, and a genus to its model organism.

    `Mus` (10088) stands for the mouse (10090), baker's yeast (4932) for its reference strain
    (559292), whose genes NCBI Gene lists; a deer stands for nothing, for its genes are not here.
    """

    def __init__(self, terminology: Terminology) -> None:
        self._terminology = terminology
        self._taxa = frozenset(terminology.gene_taxa())
        self._above: dict[str, str] = {}
        for taxon in terminology.gene_taxa():
            for ancestor in self._ancestors(taxon):
                if ancestor != taxon and terminology.rank(ancestor) in _RANKS:
                    self._above.setdefault(ancestor, taxon)
        self.of = lru_cache(maxsize=10_000)(self._of)

    def _of(self, taxon: str) -> str:
        """Return the taxon whose genes a mention of `taxon` may mean, or an empty string."""
        if taxon in self._above:
            return self._above[taxon]
        if taxon in self._taxa:
            return taxon
        for ancestor in self._ancestors(taxon):
            if ancestor in self._taxa:
                return ancestor
            if self._terminology.rank(ancestor) == "species":
                return self._above.get(ancestor, "")
        return ""

    def _ancestors(self, taxon: str) -> list[str]:
        path = [taxon]
        while parents := self._terminology.parents(path[-1]):
            if parents[0] in path:
                break
            path.append(parents[0])
        return path
