"""The species of genes as what is scored, in the place of the genes themselves."""

from __future__ import annotations

from typing import Protocol


class Taxa(Protocol):
    """What this asks of a terminology."""

    def current(self, curie: str) -> str:
        """Return the identifier that replaces a retired one, or the same."""

    def taxon(self, curie: str) -> str:
        """Return the taxon of a gene, or an empty string."""


class SpeciesOfGenes:
    """A `comparison.Resolver` for which a gene is the species that it belongs to.

    A gene that the terminology does not have stays what it is, and no species is right for it.
    """

    def __init__(self, terminology: Taxa) -> None:
        self._terminology = terminology

    def current(self, curie: str) -> str:
        """Return the species of a gene, or the identifier of what has none."""
        gene = self._terminology.current(curie)
        return self._terminology.taxon(gene) or gene

    def equivalents(self, curie: str) -> tuple[str, ...]:
        """Return the identifier alone."""
        return (curie,)
