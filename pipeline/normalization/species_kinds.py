"""What kind of organism a taxon is, as far as papers treat the genes of such organisms alike."""

from __future__ import annotations

from functools import lru_cache

from pipeline.terminology.taxon_kinds import TaxonKinds
from pipeline.terminology.terminology import Terminology

_MODELS = {
    "NCBITaxon:9606": "human",
    "NCBITaxon:10090": "mouse",
    "NCBITaxon:10116": "rat",
    "NCBITaxon:7955": "fish",
    "NCBITaxon:7227": "fly",
    "NCBITaxon:6239": "worm",
    "NCBITaxon:559292": "yeast",
    "NCBITaxon:284812": "yeast",
}
_GROUPS = {
    "bacteria": "bacterium",
    "virus": "virus",
    "fungus": "fungus",
    "plant": "plant",
    "mammal": "animal",
    "bird": "animal",
    "vertebrate": "animal",
    "arthropod": "animal",
    "animal": "animal",
}
"""Group of organisms (see `TaxonKinds`) -> kind."""
_OTHER = "other"
_FARM = "vertebrate"


class SpeciesKinds:
    """Sorts taxa into kinds.

    The model organisms are kinds of their own; further species whose genes the terminology has are
    `vertebrate`; all others go by their place in the taxonomy.
    """

    def __init__(self, terminology: Terminology) -> None:
        self._groups = TaxonKinds(terminology)
        self._taxa = frozenset(terminology.gene_taxa())
        self.of = lru_cache(maxsize=10_000)(self._of)

    def _of(self, taxon: str) -> str:
        if taxon in _MODELS:
            return _MODELS[taxon]
        if taxon in self._taxa:
            return _FARM
        _, group = self._groups.of(taxon)
        return _GROUPS.get(group, _OTHER)
