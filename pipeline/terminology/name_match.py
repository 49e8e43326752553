"""A name that a stretch of text may stand for, and how well it speaks for its concept."""

from __future__ import annotations

from dataclasses import dataclass, field

_SCOPE_WEIGHT = {
    "preferred": 1.0, "symbol": 1.0, "scientific": 1.0, "word": 0.98, "exact": 0.95,
    "description": 0.95, "common": 0.93, "synonym": 0.85, "equivalent": 0.9, "acronym": 0.85,
    "designation": 0.8, "abbreviated": 0.8, "former": 0.75, "narrow": 0.7, "related": 0.65,
    "broad": 0.6,
    "orthologue": 0.6, "adjective": 0.85, "learned": 0.8, "prefixed": 0.85, "family": 0.82,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A name of a concept that has the normal form of a surface form.

    Attributes:
        curie: The concept.
        text: The name as the source writes it.
        scope: The name's scope.
        type: The concept's entity type.
        taxon: Taxon number of a gene, otherwise 0.
        identical: How much the name resembles the surface form beyond the normal form: 2 when
            they are the same string, 1 when they differ in case only, otherwise 0.
        weight: How well a name of this scope and likeness speaks for its concept, from 0 to 1.
    """

    curie: str
    text: str
    scope: str
    type: str
    taxon: int
    identical: int
    weight: float = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        # Asked for much more often than made: names of a surface form are cached.
        object.__setattr__(self, "weight", name_weight(self.scope, self.identical))


def name_weight(scope: str, identical: int = 2) -> float:
    """Return how well a name of a scope and likeness speaks for its concept, from 0 to 1."""
    return _SCOPE_WEIGHT.get(scope, 0.6) * (0.9 + 0.05 * identical)
