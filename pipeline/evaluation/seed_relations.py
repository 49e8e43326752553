"""How a predicted concept is related to an annotated one, in words that a biologist can check."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

NARROW = "skos:narrowMatch"
BROAD = "skos:broadMatch"


class Hierarchy(Protocol):
    """What the check needs to know of a terminology (see `Terminology` for the meanings)."""

    def __contains__(self, curie: str) -> bool: ...
    def current(self, curie: str) -> str:
        """Return what replaces a retired identifier, or the identifier itself."""
        ...

    def name(self, curie: str) -> str:
        """Return the preferred name, or an empty string."""
        ...

    def taxon(self, curie: str) -> str:
        """Return the taxon of a gene, or an empty string."""
        ...

    def parents(self, curie: str) -> tuple[str, ...]:
        """Return the parents of a concept."""
        ...

    def path_up(self, curie: str, ancestor: str) -> tuple[str, ...]:
        """Return a shortest path from a concept up to an ancestor, or nothing."""
        ...

    def mappings(self, curie: str) -> tuple[tuple[str, str], ...]:
        """Return predicate and object of each mapping, seen from this concept."""
        ...

    def equivalents(self, curie: str) -> tuple[str, ...]:
        """Return the concept and its exact matches."""
        ...

    def homologues(self, curie: str) -> tuple[str, ...]:
        """Return the genes of other species in the same group of orthologs."""
        ...

    def names(self, curie: str) -> tuple[tuple[str, str], ...]:
        """Return the names of a concept with their scopes."""
        ...


class RelationKind(IntEnum):
    """Kinds of relation, closest first."""

    SAME = 0
    NARROWER = 1
    BROADER = 2
    HOMOLOGUE = 3
    SAME_SYMBOL = 4


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation of a predicted concept to an annotated one.

    Attributes:
        kind: Its kind.
        distance: Steps in the hierarchy; 0 for relations without a path.
        words: A sentence that states it.
    """

    kind: RelationKind
    distance: int
    words: str


def relate(predicted: tuple[str, ...], annotated: str, terminology: Hierarchy) -> Relation | None:
    """Return the closest relation of a predicted concept to an annotated one, if there is any.

    Looked for, in this order: the same concept through an exact mapping; a path of `is a` or
    parent relations between them in either direction, in the vocabulary of either or through exact
    mappings; a broad or narrow mapping; a group of orthologs; the same symbol in another species.

    Args:
        predicted: Identifiers of the predicted concept, the primary one first.
        annotated: The annotated identifier.
        terminology: Names, hierarchy and mappings.
    """
    ours = _with_equivalents(predicted, terminology)
    theirs = terminology.equivalents(annotated)
    if shared := [c for c in theirs if c in ours]:
        words = f"{describe(predicted[0], terminology)} is the same concept as {annotated}"
        if shared[0] not in (predicted[0], annotated):
            words += f", through the mappings of both to {shared[0]}"
        else:
            words += ", through a mapping between the two vocabularies"
        return Relation(RelationKind.SAME, 0, words + ".")
    for find in (_hierarchy, _mapped, _homology):
        if relation := find(ours, theirs, terminology):
            return relation
    return None


def common_ancestor(predicted: tuple[str, ...], annotated: str, terminology: Hierarchy) -> str:
    """Return the nearest concept that two concepts both fall under, or an empty string.

    Nearest is the one with the fewest steps from both together. The roots of a vocabulary, under
    which everything falls, do not count.

    Args:
        predicted: Identifiers of the predicted concept.
        annotated: The annotated identifier.
        terminology: Hierarchy and mappings.
    """
    ours = _ancestors(_with_equivalents(predicted, terminology), terminology)
    theirs = _ancestors(terminology.equivalents(annotated), terminology)
    shared = [c for c in ours if c in theirs and terminology.parents(c)]
    return min(shared, key=lambda c: (ours[c] + theirs[c], c), default="")


def _ancestors(curies: Iterable[str], terminology: Hierarchy) -> dict[str, int]:
    """Return the concepts with everything above them and the number of steps to it."""
    steps = dict.fromkeys(curies, 0)
    queue = deque(steps)
    while queue:
        curie = queue.popleft()
        for parent in terminology.parents(curie):
            if parent not in steps:
                steps[parent] = steps[curie] + 1
                queue.append(parent)
    return steps


def describe(curie: str, terminology: Hierarchy) -> str:
    """Return a concept's name and identifier, and for a gene its species.

    Args:
        curie: The concept.
        terminology: Where the names come from.
    """
    name = terminology.name(curie)
    taxon = terminology.taxon(curie)
    inside = curie
    if taxon:
        inside += f", {terminology.name(taxon) or taxon}"
    return f"{name} ({inside})" if name else inside


def _with_equivalents(curies: Iterable[str], terminology: Hierarchy) -> tuple[str, ...]:
    own = tuple(curies)
    return tuple(dict.fromkeys((*own, *(e for c in own for e in terminology.equivalents(c)))))


def _hierarchy(
    ours: tuple[str, ...], theirs: tuple[str, ...], terminology: Hierarchy
) -> Relation | None:
    pairs = [(p, g) for p in ours for g in theirs]
    down = [path for p, g in pairs if (path := terminology.path_up(p, g))]
    # Everything falls under the root of its vocabulary: that is no relation to speak of.
    up = [path for p, g in pairs if terminology.parents(p) and (path := terminology.path_up(g, p))]
    kinds = (RelationKind.NARROWER, "more specific"), (RelationKind.BROADER, "more general")
    for paths, (kind, word) in zip((down, up), kinds, strict=True):
        if paths:
            path = min(paths, key=len)
            steps = " → ".join(terminology.name(c) or c for c in path)
            words = (
                f"{describe(ours[0], terminology)} is {word} than "
                f"{describe(theirs[0], terminology)}: {steps} (each falls under the next)."
            )
            return Relation(kind, len(path) - 1, words)
    return None


def _mapped(
    ours: tuple[str, ...], theirs: tuple[str, ...], terminology: Hierarchy
) -> Relation | None:
    for predicate, kind, word in (
        (BROAD, RelationKind.NARROWER, "narrower"),
        (NARROW, RelationKind.BROADER, "broader"),
    ):
        for curie in ours:
            for found, other in terminology.mappings(curie):
                if found == predicate and other in theirs:
                    words = (
                        f"{describe(curie, terminology)} is mapped to "
                        f"{describe(other, terminology)} as a {word} concept."
                    )
                    return Relation(kind, 1, words)
    return None


def _homology(
    ours: tuple[str, ...], theirs: tuple[str, ...], terminology: Hierarchy
) -> Relation | None:
    predicted, annotated = ours[0], theirs[0]
    pair = f"{describe(predicted, terminology)} {{}} {describe(annotated, terminology)}"
    if predicted in terminology.homologues(annotated):
        words = pair.format("is the homologue, in another species, of") + "."
        return Relation(RelationKind.HOMOLOGUE, 0, words)
    taxa = terminology.taxon(predicted), terminology.taxon(annotated)
    symbols = [terminology.name(c).casefold() for c in (predicted, annotated)]
    if all(taxa) and taxa[0] != taxa[1] and symbols[0] and symbols[0] == symbols[1]:
        words = pair.format("has, in another species, the symbol of") + "."
        return Relation(RelationKind.SAME_SYMBOL, 0, words)
    return None
