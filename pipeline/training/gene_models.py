"""Trains the models that resolve gene mentions: species, genes, confidence."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from pipeline.language import load
from pipeline.model import EntityType
from pipeline.normalization.gene_confidence import confidence_evidence
from pipeline.normalization.gene_names import GeneNames
from pipeline.normalization.gene_ranking import GeneRanker, Ranking
from pipeline.normalization.gene_weights import CONFIDENCE, GENES, SPECIES, Weights
from pipeline.normalization.genes import HUMAN_PRIOR, HUMAN_UNLESS_TOLD
from pipeline.normalization.normalizer import STEPS, Normalizer
from pipeline.recognition.recognizer import Recognizer
from pipeline.terminology.terminology import Terminology, shared_terminology
from pipeline.training.conditional_logit import Choice, fit
from pipeline.training.corpora import TrainingCorpus
from pipeline.training.gene_cases import GeneCase, GoldGene, read_cases
from pipeline.training.gene_usage import UsageCounts

_STRENGTH = {SPECIES: 4.0, GENES: 2.0, CONFIDENCE: 2.0}
_WITH_FAMILIES = "biored"
_HEADER = (
    "# Written by `bionorm train`: what each kind of evidence weighs when a gene mention is",
    "# resolved, as a logarithm of odds.",
    "# species     which species its gene belongs to (species_context.py, gene_ranking.py)",
    "# genes       which gene it is (gene_evidence.py)",
    "# confidence  whether the best gene is right (gene_confidence.py)",
)
_FIRST: dict[str, Weights] = {SPECIES: {"is human": 1.0}, GENES: {"species": 1.0}}


def read_gene_cases(corpora: Sequence[TrainingCorpus]) -> list[GeneCase]:
    """Prepare the papers of the corpora that annotate genes.

    In the papers that it was trained on, the recognizer makes few mistakes to learn from: it takes
    hardly any family for a gene. By the guideline that counts families as genes it finds them.
    """
    nlp = load()
    nlp.remove_pipe("bionorm_normalizer")
    recognizer = nlp.get_pipe("bionorm_recognizer")
    if isinstance(recognizer, Recognizer):
        recognizer.guideline = _WITH_FAMILIES
    normalizer = Normalizer(shared_terminology(), steps=STEPS)
    papers = [(c.name, p) for c in corpora if EntityType.GENE in c.types for p in c.papers]
    return list(read_cases(nlp, normalizer, papers))


def train_gene_models(
    cases: Sequence[GeneCase], usage: UsageCounts, terminology: Terminology
) -> dict[str, Weights]:
    """Train the three models, one after the other.

    What a paper itself taught of the usage of names is not used for it.

    Args:
        cases: The papers.
        usage: What names stand for in them.
        terminology: The terminology.
    """
    names = GeneNames(terminology, orthologues=True)
    weights = dict(_FIRST)
    ranker = GeneRanker(terminology, names, weights=weights)
    choices = [c for case in cases for c in species_choices(case, ranker, usage, terminology)]
    weights[SPECIES] = fit(choices, strength=_STRENGTH[SPECIES])
    ranker = GeneRanker(terminology, names, weights=weights)
    choices = [c for case in cases for c in gene_choices(case, ranker, usage)]
    weights[GENES] = fit(choices, strength=_STRENGTH[GENES])
    ranker = GeneRanker(
        terminology,
        names,
        weights=weights,
        human_prior=HUMAN_PRIOR,
        human_unless_told=HUMAN_UNLESS_TOLD,
    )
    choices = [c for case in cases for c in confidence_choices(case, ranker, usage)]
    weights[CONFIDENCE] = fit(choices, strength=_STRENGTH[CONFIDENCE])
    return weights


def rankings_of(
    case: GeneCase, golds: Sequence[GoldGene], ranker: GeneRanker, usage: UsageCounts
) -> list[Ranking]:
    """Rank the genes of some mentions of a paper."""
    mentions = [gold.mention for gold in golds]
    return ranker.rank(case.text, mentions, case.context, usage.without(case))


def species_choices(
    case: GeneCase, ranker: GeneRanker, usage: UsageCounts, terminology: Terminology
) -> list[Choice]:
    """Return which species each given mention has, with the evidence for each."""
    mentions = [gold.mention for gold in case.given]
    found = ranker.candidates(mentions, case.context, usage.without(case))
    choices = []
    for gold, rows in zip(case.given, ranker.species(mentions, found, case.context), strict=True):
        right = right_species(gold.genes, rows, terminology)
        if any(right):
            choices.append(Choice(list(rows.values()), right))
    return choices


def right_species(
    genes: frozenset[str], rows: Mapping[str, object], terminology: Terminology
) -> list[bool]:
    """Tell which of the species considered is right.

    Where the terminology has not the gene, any species is right of which it has no genes.
    """
    taxa = {taxon for gene in genes if (taxon := terminology.taxon(gene))}
    if not taxa:
        held = set(terminology.gene_taxa())
        return [taxon not in held for taxon in rows]
    return [taxon in taxa for taxon in rows]


def gene_choices(case: GeneCase, ranker: GeneRanker, usage: UsageCounts) -> list[Choice]:
    """Return which gene each given mention means, with the evidence for each candidate."""
    choices = []
    for gold, ranking in zip(case.given, rankings_of(case, case.given, ranker, usage), strict=True):
        right = [r.gene.name.curie in gold.genes for r in ranking.genes]
        if any(right) and len(right) > 1:
            evidence = [r.evidence for r in ranking.genes]
            choices.append(Choice(evidence, right))
    return choices


def confidence_choices(case: GeneCase, ranker: GeneRanker, usage: UsageCounts) -> list[Choice]:
    """Return whether the best candidate of each mention found is right, with the evidence."""
    rankings = rankings_of(case, case.found, ranker, usage)
    rows = confidence_evidence([gold.mention for gold in case.found], rankings)
    choices = []
    for gold, ranking, row in zip(case.found, rankings, rows, strict=True):
        if row:
            right = ranking.genes[0].gene.name.curie in gold.genes
            choices.append(Choice([row, {}], [right, not right]))
    return choices


def weights_table(weights: Mapping[str, Weights]) -> str:
    """Return the file of the weights: a TOML table for each model."""
    lines = list(_HEADER)
    for model, table in weights.items():
        lines += ["", f"[{model}]", *(f"{json.dumps(k)} = {v}" for k, v in sorted(table.items()))]
    return "\n".join(lines) + "\n"
