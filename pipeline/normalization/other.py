"""Concepts of the types that users' terminologies add: resolved by name alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from pipeline.model import Candidate, Link
from pipeline.normalization.wording import told
from pipeline.terminology.terminology import NameMatch

_ALTERNATIVES = 5


class Concepts(Protocol):
    """What is asked of a terminology."""

    def name(self, curie: str) -> str:
        """Return the preferred name."""

    def equivalents(self, curie: str) -> tuple[str, ...]:
        """Return the concept and its exact matches."""

    def candidate(self, match: NameMatch, score: float) -> Candidate:
        """Turn a name match into a candidate with a score."""


def link_other(names: Sequence[NameMatch], type_: str, terminology: Concepts) -> Link:
    """Resolve a mention of a type that has no method of its own.

    The concept with the best name wins (see `NameMatch.weight`); where several have one as good,
    the first by identifier, with a lower score. Unlike for diseases, concepts of different
    vocabularies that are mapped to each other stay apart: nothing is known of their relation.

    Args:
        names: Names of the type that the mention matches.
        type_: The type, for the reason.
        terminology: The terminology.
    """
    best: dict[str, NameMatch] = {}
    for name in sorted(names, key=lambda n: (-n.weight, n.curie, n.text)):
        best.setdefault(name.curie, name)
    if not best:
        return Link(method="none", reason=f"no {type_} of this name in the terminology")
    ranked = list(best.values())
    first = ranked[0]
    rivals = sum(name.weight == first.weight for name in ranked)
    share = 1 / rivals**0.5
    reason = told(first.scope, terminology.name(first.curie))
    if rivals > 1:
        reason += f"; {rivals} concepts share this name"
    equivalents = terminology.equivalents(first.curie)
    return Link(
        curie=first.curie,
        name=terminology.name(first.curie),
        score=round(first.weight * share, 3),
        method="exact" if first.identical else "normal form",
        reason=reason,
        mesh=tuple(c for c in equivalents if c.startswith("MESH:")),
        mondo=tuple(c for c in equivalents if c.startswith("MONDO:")),
        alternatives=tuple(_alternatives(ranked[1:], share, terminology)),
    )


def _alternatives(
    ranked: Sequence[NameMatch], share: float, terminology: Concepts
) -> Iterator[Candidate]:
    for name in ranked[:_ALTERNATIVES]:
        yield terminology.candidate(name, round(name.weight * share, 3))
