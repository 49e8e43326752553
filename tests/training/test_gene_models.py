"""Training of the gene models."""

from __future__ import annotations

import pytest

from pipeline.normalization.gene_ranking import GeneMention
from pipeline.normalization.gene_weights import SPECIES, score, shares
from pipeline.normalization.species_context import HUMAN, MOUSE, SpeciesContext
from pipeline.terminology.terminology import Terminology
from pipeline.training.conditional_logit import Choice, fit
from pipeline.training.gene_cases import GeneCase, GoldGene
from pipeline.training.gene_models import right_species, train_gene_models, weights_table
from pipeline.training.gene_usage import UsageCounts


def case(number: int, text: str, surface: str, gene: str) -> GeneCase:
    start = text.index(surface)
    gold = GoldGene(GeneMention(start, start + len(surface), surface), frozenset({gene}))
    context = SpeciesContext(text, [], len(text))
    return GeneCase("c", str(number), text, context, [gold], [gold])


def test_a_fit_finds_what_decides() -> None:
    choices = [Choice([{"good": 1.0, "same": 1.0}, {"same": 1.0, "bad": 1.0}], [True, False])] * 9
    weights = fit(choices, strength=0.1)
    assert weights["good"] > 1
    assert weights["bad"] < -1
    assert abs(weights.get("same", 0.0)) < 0.01


def test_rare_evidence_is_left_out() -> None:
    assert fit([Choice([{"once": 1.0}, {}], [True, False])], strength=1.0) == {}


def test_several_alternatives_may_be_right() -> None:
    rows = [{"a": 1.0}, {"b": 1.0}, {"c": 1.0}]
    weights = fit([Choice(rows, [True, True, False])] * 20, strength=0.1)
    p = shares([score(weights, row) for row in rows])
    assert p[0] == pytest.approx(p[1], abs=0.01)
    assert p[2] < 0.1


def test_usage_forgets_the_paper_at_hand(terminology: Terminology) -> None:
    cases = [case(i, "AMPK rose.", "AMPK", "NCBIGene:5562") for i in range(3)]
    usage = UsageCounts(cases, terminology)
    assert usage.meanings == {"ampk": {"NCBIGene:5562": 3}}
    assert usage.without(cases[0]).meanings("AMPK") == (("NCBIGene:5562", 2),)
    assert list(usage.lines()) == ["AMPK\tNCBIGene:5562\t3"]


def test_usage_has_only_what_the_terminology_does_not_say(terminology: Terminology) -> None:
    cases = [case(0, "RUNX2 rose.", "RUNX2", "NCBIGene:860")]
    assert UsageCounts(cases, terminology).meanings == {}


def test_the_right_species(terminology: Terminology) -> None:
    rows = {HUMAN: {}, MOUSE: {}, "NCBITaxon:9850": {}}
    assert right_species(frozenset({"NCBIGene:860"}), rows, terminology) == [True, False, False]
    assert right_species(frozenset({"NCBIGene:9"}) - {"NCBIGene:9"}, rows, terminology) == [
        False, False, True,
    ]  # fmt: skip


def test_training_is_reproducible(terminology: Terminology) -> None:
    texts = [("RUNX2 rose.", "RUNX2", "NCBIGene:860"), ("Runx2 fell.", "Runx2", "NCBIGene:12393")]
    cases = [case(i, *texts[i % 2]) for i in range(12)]
    usage = UsageCounts(cases, terminology)
    first = train_gene_models(cases, usage, terminology)
    assert first == train_gene_models(cases, usage, terminology)
    assert first[SPECIES]
    table = weights_table(first)
    assert table.startswith("#")
    assert "[species]" in table
