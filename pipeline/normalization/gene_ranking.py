"""The species and the gene of each gene mention of a paper.

Two models (see `gene_weights.py`). The first gives each mention a probability for each species,
from what the paper and the text near the mention say, from how the name is written and which
species have a gene of it. The second ranks the genes: by the probability of their species, by the
name and by what else the paper says.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pipeline.normalization.gene_evidence import GeneEvidence, NameContext, words_of
from pipeline.normalization.gene_names import (
    ORTHOLOGUE,
    GeneName,
    GeneNames,
    by_taxon,
    is_similar,
)
from pipeline.normalization.gene_usage import GeneUsage
from pipeline.normalization.gene_weights import GENES, SPECIES, Weights, score, shares
from pipeline.normalization.species_context import (
    HUMAN,
    Rows,
    SpeciesContext,
    reason_of,
    writing_of,
)
from pipeline.terminology.gene_prefixes import SCOPE as PREFIXED
from pipeline.terminology.gene_taxa import GeneTaxa
from pipeline.terminology.normal_form import normal_form
from pipeline.terminology.terminology import Terminology

_LEAST = -8.0
"""Logarithm of the smallest probability of a species that counts."""
_PREFERENCE = 4.0
"""What it weighs that an organism was asked for, or is the prefix of a symbol (`hTNF`): more than
most of what a text can say."""


@dataclass(frozen=True, slots=True)
class GeneMention:
    """A gene mention: where it stands, its text, and its long form or an empty string."""

    start: int
    end: int
    text: str
    long: str = ""


@dataclass(frozen=True, slots=True)
class RankedGene:
    """A gene that a mention may name.

    Attributes:
        gene: The gene and how it was found.
        probability: Probability among the mention's candidates.
        evidence: What speaks for it and against it.
    """

    gene: GeneName
    probability: float
    evidence: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a mention may be.

    Attributes:
        genes: The candidates, best first; those of species beyond those considered are not ranked.
        species: Probability of each species considered.
        species_evidence: Evidence for each of them.
        unranked: Genes of the name in species that the paper does not speak of.
    """

    genes: Sequence[RankedGene]
    species: Mapping[str, float]
    species_evidence: Rows
    unranked: Sequence[GeneName]

    def reason(self, taxon: str, weights: Weights) -> str:
        """Return the strongest evidence for a species in words."""
        return reason_of(self.species_evidence.get(taxon, {}), weights, taxon)


@dataclass(frozen=True, slots=True)
class _Described:
    """What is known of a name wherever it stands in the paper; all but the last in step.

    Attributes:
        genes: The genes that it may name.
        evidence: What speaks for each, but for its species.
        taxa: The species of each.
        scores: The weighted sum of the evidence for each.
        ties: What decides between genes of the same probability.
        unranked: Genes of the name in species that the paper does not speak of.
    """

    genes: Sequence[GeneName]
    evidence: Sequence[dict[str, float]]
    taxa: Sequence[str]
    scores: Sequence[float]
    ties: Sequence[tuple[bool, int]]
    unranked: Sequence[GeneName]


class GeneRanker:
    """Ranks the genes that the mentions of a paper may name.

    Args:
        terminology: The terminology.
        names: Finds the candidates.
        weights: The weights of the models `species` and `genes`.
        human_prior: Added to the score of human, for texts that are about people (above 0) or about
            animals (below 0): logarithm of odds.
        human_unless_told: Added, too, where a text names no species.
        organisms: Taxa that are preferred; empty for no preference.
        restrict: Whether genes of other organisms are left out.
    """

    def __init__(
        self,
        terminology: Terminology,
        names: GeneNames,
        *,
        weights: Mapping[str, Weights],
        human_prior: float = 0.0,
        human_unless_told: float = 0.0,
        organisms: Collection[str] = (),
        restrict: bool = False,
    ) -> None:
        wanted = {"organism": _PREFERENCE, "human prior": 1.0, "prefix": _PREFERENCE}
        self.weights = {**weights, SPECIES: {**weights[SPECIES], **wanted}}
        self._names = names
        self._evidence = GeneEvidence(terminology, names)
        self._held = frozenset(terminology.gene_taxa())
        taxa = GeneTaxa(terminology)
        self._organisms = frozenset(taxa.of(t) or t for t in organisms)
        self._restrict = restrict and bool(organisms)
        self._human_prior = human_prior
        self._human_unless_told = human_unless_told

    def rank(
        self, text: str, mentions: Sequence[GeneMention], context: SpeciesContext, usage: GeneUsage
    ) -> list[Ranking]:
        """Rank the genes of each mention.

        Args:
            text: The text of the paper.
            mentions: Its gene mentions.
            context: What it says of species.
            usage: What names stand for in annotated papers.
        """
        found = self.candidates(mentions, context, usage)
        species = self.species(mentions, found, context)
        words = words_of(text) if mentions else frozenset()
        elsewhere = _elsewhere(found)
        described: dict[tuple[str, str], _Described] = {}
        rankings = []
        for m, rows in zip(mentions, species, strict=True):
            key = m.text, m.long
            probabilities = dict(zip(rows, self._shares(rows), strict=True))
            if key not in described:
                genes = [g for g in found[key] if f"NCBITaxon:{g.name.taxon}" in rows]
                others = {
                    g.name.curie: elsewhere[g.name.curie] - 1
                    for g in genes
                    if elsewhere.get(g.name.curie, 0) > 1
                }
                name_context = NameContext(m.text, m.long, others, words)
                evidence = self._evidence.describe(genes, name_context, usage)
                described[key] = self._described(genes, evidence, found[key])
            rankings.append(self._ranked(described[key], probabilities, rows))
        return rankings

    def candidates(
        self, mentions: Sequence[GeneMention], context: SpeciesContext, usage: GeneUsage
    ) -> dict[tuple[str, str], list[GeneName]]:
        """Find the genes that each mention may name: text and long form -> genes."""
        held = frozenset(t for t in self._taxa(context) if t in self._held)
        found: dict[tuple[str, str], list[GeneName]] = {}
        for m in mentions:
            if (m.text, m.long) not in found:
                found[m.text, m.long] = self._names.find(m.text, m.long, held, usage)
        return found

    def _taxa(self, context: SpeciesContext) -> Sequence[str]:
        """Return the taxa that the paper's genes may belong to."""
        if self._restrict:
            return sorted(self._organisms)
        return sorted({*context.considered, *self._organisms})

    def _described(
        self,
        genes: Sequence[GeneName],
        evidence: Sequence[dict[str, float]],
        every: Sequence[GeneName],
    ) -> _Described:
        chosen = {g.name.curie for g in genes}
        return _Described(
            genes,
            evidence,
            [f"NCBITaxon:{g.name.taxon}" for g in genes],
            [score(self.weights[GENES], row) for row in evidence],
            [(g.name.taxon != 9606, _number(g.name.curie)) for g in genes],
            [g for g in every if g.name.curie not in chosen],
        )

    def _ranked(self, name: _Described, species: Mapping[str, float], rows: Rows) -> Ranking:
        weight = self.weights[GENES].get(SPECIES, 0.0)
        chances = {
            taxon: max(_LEAST, math.log(share)) if share > 0 else _LEAST
            for taxon, share in species.items()
        }
        of_species = [chances[taxon] for taxon in name.taxa]
        probabilities = shares(
            [of_name + weight * s for of_name, s in zip(name.scores, of_species, strict=True)]
        )
        rounded = [round(p, 6) for p in probabilities]
        order = sorted(range(len(rounded)), key=lambda i: (-rounded[i], name.ties[i]))
        ranked = [
            RankedGene(name.genes[i], rounded[i], {**name.evidence[i], SPECIES: of_species[i]})
            for i in order
        ]
        return Ranking(ranked, species, rows, name.unranked)

    def species(
        self,
        mentions: Sequence[GeneMention],
        found: Mapping[tuple[str, str], Sequence[GeneName]],
        context: SpeciesContext,
    ) -> list[Rows]:
        """Return the evidence for the species of each mention."""
        fits: dict[tuple[str, str], Rows] = {}
        style = _style(mentions)
        prior = self._human_prior + (0.0 if context.taxa else self._human_unless_told)
        rows: list[Rows] = []
        for m in mentions:
            key = m.text, m.long
            if key not in fits:
                fits[key] = self._fit(m, found[key], context, style)
            own = context.evidence(m.start, m.end)
            own = {t: own.get(t, {}) | fit for t, fit in fits[key].items()}
            if not self._restrict and PREFIXED in {g.name.scope for g in found[key]}:
                for g in found[key]:
                    own.setdefault(f"NCBITaxon:{g.name.taxon}", {})["prefix"] = 1.0
            for taxon in self._organisms:
                own[taxon]["organism"] = 1.0
            if prior and HUMAN in own:
                own[HUMAN]["human prior"] = prior
            rows.append(own)
        self._add_same_name(mentions, rows)
        return rows

    def _fit(
        self,
        m: GeneMention,
        genes: Sequence[GeneName],
        context: SpeciesContext,
        style: Mapping[str, float],
    ) -> Rows:
        """Return how well the name fits each taxon."""
        groups = by_taxon(genes)
        writing = writing_of(m.text)
        rows: Rows = {}
        for taxon in self._taxa(context):
            kind = context.kind_of(taxon)
            row = {f"paper {w} {kind}": share for w, share in style.items()}
            if writing:
                row[f"{writing} {kind}"] = 1.0
            there = groups.get(taxon, ())
            if not there:
                row["no such gene"] = 1.0
                row[f"no such gene {kind}"] = 1.0
            else:
                direct = [g for g in there if g.step != ORTHOLOGUE and not is_similar(g.step)]
                if direct:
                    row["name"] = max(g.name.weight for g in direct)
                    if any(g.name.identical == 2 for g in direct):
                        row["identical"] = 1.0
                        if any(g.name.identical == 2 and g.name.scope == "symbol" for g in direct):
                            row["symbol"] = 1.0
                elif any(g.step == ORTHOLOGUE for g in there):
                    row["orthologue"] = 1.0
                else:
                    row["similar name"] = max(g.closeness for g in there)
            rows[taxon] = row
        return rows

    def _add_same_name(self, mentions: Sequence[GeneMention], rows: Sequence[Rows]) -> None:
        """Let mentions of one name share what their sentences say."""
        places: dict[str, list[int]] = {}
        for i, m in enumerate(mentions):
            places.setdefault(normal_form(m.text), []).append(i)
        for same in places.values():
            if len(same) < 2:
                continue
            totals: defaultdict[str, float] = defaultdict(float)
            for i in same:
                for taxon, row in rows[i].items():
                    totals[taxon] += row.get("sentence", 0.0)
            for i in same:
                for taxon, row in rows[i].items():
                    elsewhere = totals[taxon] - row.get("sentence", 0.0)
                    if elsewhere > 0:
                        row["same name"] = elsewhere / (len(same) - 1)

    def _shares(self, rows: Rows) -> list[float]:
        return shares([score(self.weights[SPECIES], row) for row in rows.values()])


def _elsewhere(found: Mapping[tuple[str, str], Sequence[GeneName]]) -> Mapping[str, int]:
    """Count for each gene the different names of the paper that may stand for it."""
    names: dict[str, set[str]] = {}
    for (text, _), genes in found.items():
        normal = normal_form(text)
        for gene in genes:
            if not is_similar(gene.step):
                names.setdefault(gene.name.curie, set()).add(normal)
    return {curie: len(texts) for curie, texts in names.items()}


def _style(mentions: Sequence[GeneMention]) -> Mapping[str, float]:
    """Return how the paper writes gene symbols: the share of each way."""
    counts = Counter(w for m in {m.text: m for m in mentions}.values() if (w := writing_of(m.text)))
    total = counts.total()
    return {w: counts[w] / total for w in ("title", "upper", "lower") if counts[w]}


def _number(curie: str) -> int:
    return int(curie.partition(":")[2])
