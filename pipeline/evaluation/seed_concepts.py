"""The concepts that a paper's mentions were resolved to, with current identifiers."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.evaluation.seed_relations import Hierarchy
from pipeline.model import Link, Mention, Paper


@dataclass(frozen=True, slots=True)
class PredictedConcept:
    """A concept found in a paper.

    Attributes:
        type: Entity type of its mentions.
        curies: Its identifiers, current ones, the primary one first.
        mentions: The mentions resolved to it, in text order.
    """

    type: str
    curies: tuple[str, ...]
    mentions: tuple[Mention, ...]

    @property
    def curie(self) -> str:
        """The primary identifier."""
        return self.curies[0]

    @property
    def best(self) -> Link:
        """The link with the best score, the first one if there are several."""
        return max((m.link for m in self.mentions), key=lambda link: link.score)

    @property
    def texts(self) -> tuple[tuple[str, int], ...]:
        """Each distinct surface form with its count, in the order of first occurrence."""
        counts: dict[str, int] = {}
        for mention in self.mentions:
            counts[mention.text] = counts.get(mention.text, 0) + 1
        return tuple(counts.items())


def current_curies(link: Link, terminology: Hierarchy) -> tuple[str, ...]:
    """Return the identifiers of a link with retired ones replaced, the primary one first."""
    return tuple(dict.fromkeys(terminology.current(c) for c in link.curies))


def predicted_concepts(paper: Paper, terminology: Hierarchy) -> tuple[PredictedConcept, ...]:
    """Return the concepts of a paper in the order of their first mentions.

    Two links of the same entity type are one concept when the primary identifier of one is among
    the identifiers of the other, so that a disease found once by MONDO and once by MeSH counts
    once.

    Args:
        paper: An annotated paper.
        terminology: Tells what replaces a retired identifier.
    """
    concepts: list[PredictedConcept] = []
    for mention in paper.mentions:
        curies = current_curies(mention.link, terminology)
        if not curies:
            continue
        for i, concept in enumerate(concepts):
            if concept.type == mention.type and (
                curies[0] in concept.curies or concept.curie in curies
            ):
                concepts[i] = PredictedConcept(
                    concept.type,
                    tuple(dict.fromkeys((*concept.curies, *curies))),
                    (*concept.mentions, mention),
                )
                break
        else:
            concepts.append(PredictedConcept(str(mention.type), curies, (mention,)))
    return tuple(concepts)
