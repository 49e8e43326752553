"""What kind of taxon a taxon is: its rank in few classes, and the kind of organism."""

from __future__ import annotations

from functools import lru_cache

from pipeline.terminology.terminology import Terminology

UNKNOWN = "unknown"
BELOW, SPECIES, GENUS, ABOVE = "below", "species", "genus", "above"
_GROUPS = {
    "NCBITaxon:2": "bacteria",
    "NCBITaxon:2157": "archaea",
    "NCBITaxon:10239": "virus",
    "NCBITaxon:4751": "fungus",
    "NCBITaxon:33090": "plant",
    "NCBITaxon:40674": "mammal",
    "NCBITaxon:8782": "bird",
    "NCBITaxon:7742": "vertebrate",
    "NCBITaxon:6656": "arthropod",
    "NCBITaxon:33208": "animal",
    "NCBITaxon:2759": "eukaryote",
}
_DEEPEST = 100


class TaxonKinds:
    """Tells of a taxon how its rank stands to species, and which group of organisms it is in.

    Args:
        terminology: The terminology, whose hierarchy decides.
    """

    def __init__(self, terminology: Terminology) -> None:
        self._terminology = terminology
        self.of = lru_cache(maxsize=20_000)(self._of)
        # Relatives share what is above them.
        self._above = lru_cache(maxsize=5_000)(self._look_above)

    def _of(self, taxon: str) -> tuple[str, str]:
        """Return the class of a taxon's rank, and its group; `unknown` for what is no taxon."""
        group, in_species = self._above(taxon)
        rank = self._terminology.rank(taxon)
        if in_species and rank != SPECIES:
            return BELOW, group
        if rank in {SPECIES, GENUS}:
            return rank, group
        return (ABOVE if rank else UNKNOWN), group

    def _look_above(self, taxon: str, depth: int = 0) -> tuple[str, bool]:
        """Return the smallest group that a taxon is in, and whether it is in a species."""
        is_species = self._terminology.rank(taxon) == SPECIES
        if own := _GROUPS.get(taxon):
            return own, is_species
        parents = self._parents(taxon)
        if not parents or parents[0] == taxon or depth > _DEEPEST:
            return UNKNOWN, is_species
        group, in_species = self._above(parents[0], depth + 1)
        return group, is_species or in_species

    def _parents(self, taxon: str) -> tuple[str, ...]:
        """Return what is right above a taxon; the snapshot leaves out ranks of some."""
        prefix, _, number = taxon.partition(":")
        full = self._terminology.taxonomy
        if full is None or prefix != "NCBITaxon" or not number.isdecimal():
            return self._terminology.parents(taxon)
        parent = full.parent(int(number))
        return (f"{prefix}:{parent}",) if parent else self._terminology.parents(taxon)
