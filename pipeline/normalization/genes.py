"""Genes: the right gene of the right species, or a reason why there is none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from pipeline.errors import UsageError
from pipeline.model import Candidate, Link
from pipeline.normalization.gene_confidence import confidence, confidence_evidence
from pipeline.normalization.gene_families import FAMILY, members_of
from pipeline.normalization.gene_names import (
    LONG,
    NAME,
    ORTHOLOGUE,
    SHORTENED,
    USAGE,
    GeneName,
    GeneNames,
    is_spelled_alike,
)
from pipeline.normalization.gene_ranking import GeneMention, GeneRanker, Ranking
from pipeline.normalization.gene_usage import GeneUsage
from pipeline.normalization.gene_weights import CONFIDENCE, SPECIES, Weights
from pipeline.normalization.species_context import HUMAN, SpeciesContext
from pipeline.normalization.wording import told
from pipeline.terminology.terminology import Terminology

ALTERNATIVES = 5
_SCORED = 0.001
FAMILIES = ("nil", "members")
HUMAN_PRIOR = -0.4
"""Two of the corpora that the weights are trained on were collected for human genes. Of 0, -0.4,
-0.6 and -1.2, this has the best mean document F1 over the gene corpora's dev splits."""
HUMAN_UNLESS_TOLD = 0.4
"""Added where a text names no species, so that nothing counts against human there: with weights
that were not trained on the paper, more mentions of GNormPlus' train split get the right gene, and
as many of the other corpora's."""
GUIDELINE_PRIORS = MappingProxyType({"gnormplus": 0.8})
"""The prior for a corpus whose annotators had human genes in mind: best for its train split with
weights that were not trained on the paper."""


@dataclass(frozen=True, slots=True)
class GeneSettings:
    """What a user may want of genes.

    Attributes:
        organisms: Taxa whose genes are preferred, as CURIEs; empty for no preference.
        restrict: Whether genes of other organisms are never linked.
        families: What becomes of a name of several genes, of `FAMILIES`: no concept, or each gene.
        human_prior: Added to what speaks for human: logarithm of odds. Above 0 for texts about
            people, below 0 for texts about animals.
        least: Probability under which a mention gets no link.
    """

    organisms: tuple[str, ...] = ()
    restrict: bool = False
    families: str = FAMILIES[0]
    human_prior: float = HUMAN_PRIOR
    least: float = 0.25


class GeneLinker:
    """Resolves the gene mentions of a paper.

    Args:
        terminology: The terminology.
        weights: Weights of the models (see `gene_weights.py`).
        usage: What names stand for in annotated papers.
        settings: What the user wants.
        orthologues: Whether genes of other species lend their names to their orthologues.
    """

    def __init__(
        self,
        terminology: Terminology,
        *,
        weights: Mapping[str, Weights],
        usage: GeneUsage,
        settings: GeneSettings,
        orthologues: bool = True,
    ) -> None:
        if settings.families not in FAMILIES:
            raise UsageError(f"families are {' or '.join(FAMILIES)}, not {settings.families!r}")
        if unknown := [t for t in settings.organisms if not terminology.name(t)]:
            raise UsageError(f"unknown organisms {unknown}: taxa such as NCBITaxon:9606 are needed")
        self._terminology = terminology
        self.usage = usage
        self._settings = settings
        self.ranker = GeneRanker(
            terminology,
            GeneNames(terminology, orthologues=orthologues),
            weights=weights,
            human_prior=settings.human_prior,
            human_unless_told=HUMAN_UNLESS_TOLD,
            organisms=settings.organisms,
            restrict=settings.restrict,
        )
        self.weights = self.ranker.weights

    def rank(
        self, text: str, mentions: Sequence[GeneMention], context: SpeciesContext
    ) -> list[Ranking]:
        """Rank the genes that each mention of a paper may name."""
        return self.ranker.rank(text, mentions, context, self.usage)

    def link(
        self, text: str, mentions: Sequence[GeneMention], context: SpeciesContext
    ) -> list[Link]:
        """Resolve the gene mentions of a paper.

        Args:
            text: Its text.
            mentions: The mentions.
            context: What it says of species.
        """
        rankings = self.rank(text, mentions, context)
        evidence = confidence_evidence(mentions, rankings)
        return [
            self._link(m, ranking, confidence(row, self.weights[CONFIDENCE]), context.taxa)
            for m, ranking, row in zip(mentions, rankings, evidence, strict=True)
        ]

    def _link(
        self, m: GeneMention, ranking: Ranking, sure: float, mentioned: Collection[str]
    ) -> Link:
        terminology = self._terminology
        if not ranking.genes:
            return self._without_species(m, ranking, mentioned)
        best = ranking.genes[0]
        curie, name = best.gene.name.curie, best.gene.name
        taxon = f"NCBITaxon:{name.taxon}"
        species = terminology.name(taxon) or taxon
        scores = _scores(ranking, sure)
        rivals = [r for r in ranking.genes if r.gene.name.taxon == name.taxon]
        if members := members_of(ranking.genes, terminology):
            symbols = ", ".join(terminology.name(r.gene.name.curie) for r in members[:ALTERNATIVES])
            return Link(
                method=FAMILY,
                reason=f"stands for several genes of {species}: {symbols}",
                taxon=taxon,
                alternatives=self._alternatives([(r.gene, r.probability) for r in members]),
            )
        if sure < self._settings.least:
            method, reason = self._doubt(ranking, mentioned)
            return Link(method=method, reason=reason, alternatives=self._alternatives(scores))
        reason = f"{_found(best.gene, species)}: {ranking.reason(taxon, self.weights[SPECIES])}"
        if len(rivals) > 1:
            reason += f"; most likely of {len(rivals)} genes with this name"
        link = Link(
            curie=curie,
            name=terminology.name(curie),
            score=round(sure, 3),
            method=_method(best.gene),
            reason=reason,
            taxon=taxon,
            alternatives=self._alternatives(scores[1:]),
        )
        if m.long and (best.gene.also_long or best.gene.step in (LONG, SHORTENED)):
            link = replace(link, method="abbreviation", reason=f"short for {m.long}; {reason}")
        return link

    def _without_species(
        self, m: GeneMention, ranking: Ranking, mentioned: Collection[str]
    ) -> Link:
        """Say why a mention has no candidate in the species of the paper."""
        if not ranking.unranked:
            return Link(method="none", reason="no gene of this name in the terminology")
        genes = sorted(ranking.unranked, key=lambda g: (-g.name.weight, g.name.taxon, g.name.curie))
        if len(genes) == 1 and not mentioned and not self._settings.restrict:
            (gene,) = genes
            taxon = f"NCBITaxon:{gene.name.taxon}"
            species = self._terminology.name(taxon)
            return Link(
                curie=gene.name.curie,
                name=self._terminology.name(gene.name.curie),
                score=round(gene.name.weight * self._settings.least, 3),
                method=_method(gene),
                reason=f"{_found(gene, species)}: the only species with a gene so named",
                taxon=taxon,
            )
        return Link(
            method="species",
            reason=f"no gene of this name in {self._species_list(mentioned)}",
            alternatives=self._alternatives([(gene, 0.0) for gene in genes]),
        )

    def _doubt(self, ranking: Ranking, mentioned: Collection[str]) -> tuple[str, str]:
        """Say what makes the best candidate too unlikely."""
        best = ranking.genes[0]
        taxon = f"NCBITaxon:{best.gene.name.taxon}"
        share = ranking.species.get(taxon, 0.0)
        there = {f"NCBITaxon:{r.gene.name.taxon}" for r in ranking.genes}
        likeliest = min(ranking.species, key=lambda t: (-ranking.species[t], t))
        if likeliest not in there and share < 0.5:
            name = self._terminology.name(likeliest) or likeliest
            return "species", f"no gene of this name in {name}, which the text speaks of"
        rivals = sum(1 for r in ranking.genes if r.gene.name.taxon == best.gene.name.taxon)
        if rivals > 1 and best.probability < 0.5:
            species = self._terminology.name(taxon) or taxon
            return "ambiguous", f"{rivals} genes of {species} share this name"
        if best.probability < 0.5:
            return "species", "the text does not tell the species"
        if is_spelled_alike(best.gene.step):
            return "none", f"only spelled like {best.gene.name.text}"
        return "doubtful", f"a name of {best.gene.name.text}, but hardly meant here"

    def _alternatives(self, scores: Sequence[tuple[GeneName, float]]) -> tuple[Candidate, ...]:
        return tuple(
            self._terminology.candidate(gene.name, round(score, 3))
            for gene, score in scores[:ALTERNATIVES]
        )

    def _species_list(self, taxa: Collection[str]) -> str:
        wanted = self._settings.organisms if self._settings.restrict else {HUMAN, *taxa}
        names = [self._terminology.name(t) or t for t in sorted(wanted)]
        return " or ".join(names[:4]) + (", …" if len(names) > 4 else "")


def _scores(ranking: Ranking, sure: float) -> list[tuple[GeneName, float]]:
    """Score the candidates: the best gets the probability to be right, the others share the rest.

    An alternative never scores as high as the best one.
    """
    best, *others = ranking.genes
    rest = sum(r.probability for r in others)
    left = min(1 - sure, sure * rest / best.probability) if best.probability else 0.0
    return [
        (best.gene, sure),
        *(
            (r.gene, min(left * r.probability / rest, max(0.0, sure - _SCORED)))
            for r in others
            if rest
        ),
    ]


def _found(gene: GeneName, species: str) -> str:
    """Say in words how a gene was found."""
    of = f"a gene of {species}"
    if gene.step == USAGE:
        return f"named like this in annotated papers, {of}"
    if gene.step in (NAME, LONG, SHORTENED, ORTHOLOGUE):
        return told(gene.name.scope, of)
    if is_spelled_alike(gene.step):
        return f"spelled like {gene.name.text}, {told(gene.name.scope, of)}"
    return f"{gene.step} of {gene.name.text}, {told(gene.name.scope, of)}"


def _method(gene: GeneName) -> str:
    if gene.step in (NAME, LONG, SHORTENED):
        return "exact" if gene.name.identical == 2 else "normal form"
    return gene.step
