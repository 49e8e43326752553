"""What the gene models are trained on: papers with their gene mentions and what these mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.language import Language

from pipeline.language import document_text, passage_starts
from pipeline.model import EntityType, Paper
from pipeline.normalization.gene_ranking import GeneMention
from pipeline.normalization.normalizer import Normalizer
from pipeline.normalization.species_context import SpeciesContext
from pipeline.recognition.combination import short_forms_of
from pipeline.recognition.places import Place, places_of
from pipeline.recognition.spans import MENTIONS
from pipeline.terminology.terminology import Terminology


@dataclass(frozen=True, slots=True)
class GoldGene:
    """A gene mention with the genes that it means; none where it is no gene or has none."""

    mention: GeneMention
    genes: frozenset[str]


@dataclass(frozen=True, slots=True)
class GeneCase:
    """A paper for training.

    Attributes:
        corpus: Name of the corpus.
        paper_id: The paper.
        text: Its text.
        context: What it says of species, as the recognizer finds them.
        given: The mentions that annotators made and resolved.
        found: The mentions that the recognizer finds, with what annotators say of them.
    """

    corpus: str
    paper_id: str
    text: str
    context: SpeciesContext
    given: Sequence[GoldGene]
    found: Sequence[GoldGene]


def read_case(nlp: Language, normalizer: Normalizer, corpus: str, paper: Paper) -> GeneCase:
    """Prepare a paper.

    Args:
        nlp: The pipeline up to the normalizer.
        normalizer: The normalizer, which resolves the species.
        corpus: Name of the corpus.
        paper: The paper with its gold annotations.
    """
    doc = nlp(document_text(paper))
    text = doc.text
    short_forms = short_forms_of(doc)
    places = places_of(doc, MENTIONS)
    context = normalizer.species_context(
        text, places, normalizer.species(text, places, short_forms)
    )
    gold = _gold(paper, normalizer.terminology)

    def mention(place: Place) -> GeneMention:
        return normalizer.gene_mention(place, short_forms)

    given = [
        GoldGene(mention(Place.of(text, *span, EntityType.GENE)), genes)
        for span, genes in sorted(gold.items())
        if genes
    ]
    found = [
        GoldGene(mention(p), gold.get((p.start_char, p.end_char), frozenset()))
        for p in places
        if p.label_ == EntityType.GENE
    ]
    return GeneCase(corpus, paper.id, text, context, given, found)


def read_cases(
    nlp: Language, normalizer: Normalizer, papers: Sequence[tuple[str, Paper]]
) -> Iterator[GeneCase]:
    """Prepare papers, each given with the name of its corpus."""
    return (read_case(nlp, normalizer, corpus, paper) for corpus, paper in papers)


def _gold(paper: Paper, terminology: Terminology) -> dict[tuple[int, int], frozenset[str]]:
    starts = passage_starts(paper)
    gold: dict[tuple[int, int], frozenset[str]] = {}
    for a in paper.annotations:
        if a.type == EntityType.GENE and a.start >= 0:
            span = starts[a.passage] + a.start, starts[a.passage] + a.end
            genes = frozenset(map(terminology.current, a.identifiers))
            gold[span] = gold.get(span, frozenset()) | genes
    return gold
