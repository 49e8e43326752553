"""Candidates of gene mentions, their evidence, and what a user may ask for."""

from __future__ import annotations

import pytest

from pipeline.errors import UsageError
from pipeline.model import Link
from pipeline.normalization.gene_confidence import confidence_evidence
from pipeline.normalization.gene_names import GeneNames
from pipeline.normalization.gene_ranking import GeneMention, GeneRanker
from pipeline.normalization.gene_usage import GeneUsage, shipped_gene_usage
from pipeline.normalization.gene_weights import probability, shares, shipped_weights
from pipeline.normalization.genes import GeneLinker, GeneSettings
from pipeline.normalization.species_context import HUMAN, MOUSE, RAT, SpeciesContext, SpeciesMention
from pipeline.normalization.species_reading import SpeciesReader
from pipeline.terminology.normal_form import normal_form
from pipeline.terminology.terminology import Terminology

FISH = "NCBITaxon:7955"
NO_USAGE = GeneUsage({})


@pytest.fixture(scope="module")
def names(terminology: Terminology) -> GeneNames:
    return GeneNames(terminology, orthologues=True)


@pytest.fixture(scope="module")
def reader(terminology: Terminology) -> SpeciesReader:
    return SpeciesReader(terminology)


def linker(terminology: Terminology, settings: GeneSettings | None = None) -> GeneLinker:
    return GeneLinker(
        terminology,
        weights=shipped_weights(),
        usage=shipped_gene_usage(),
        settings=settings or GeneSettings(),
    )


def link(
    terminology: Terminology,
    reader: SpeciesReader,
    text: str,
    surface: str,
    settings: GeneSettings | None = None,
) -> Link:
    start = text.index(surface)
    mention = GeneMention(start, start + len(surface), surface)
    context = reader.context(text, [], {})
    return linker(terminology, settings).link(text, [mention], context)[0]


@pytest.mark.parametrize(
    ("surface", "long", "curie", "step"),
    [
        ("RUNX2", "", "NCBIGene:860", "name"),
        ("Runx-2", "", "NCBIGene:860", "name"),
        ("vascular cell adhesion molecule (VCAM)-1", "", "NCBIGene:7412", "name"),
        ("IL-2Ralpha", "", "NCBIGene:3559", "greek letter"),
        ("OCN2", "tumor necrosis factor", "NCBIGene:7124", "long form"),
    ],
)
def test_how_a_gene_is_found(
    names: GeneNames, surface: str, long: str, curie: str, step: str
) -> None:
    found = {g.name.curie: g.step for g in names.find(surface, long, [HUMAN], NO_USAGE)}
    assert found[curie] == step


def test_each_gene_once(names: GeneNames) -> None:
    for surface in ("TNF", "p38", "actin", "no gene at all", ""):
        curies = [g.name.curie for g in names.find(surface, "", [HUMAN, MOUSE], NO_USAGE)]
        assert len(curies) == len(set(curies))


def test_orthologues_only_where_the_name_is_missing(
    names: GeneNames, terminology: Terminology
) -> None:
    found = names.find("CD31", "", [HUMAN, MOUSE, FISH], NO_USAGE)
    steps = {(g.name.taxon, g.step) for g in found}
    assert (9606, "name") in steps
    assert (9606, "orthologue") not in steps
    without = GeneNames(terminology, orthologues=False)
    assert all(g.step != "orthologue" for g in without.find("CD31", "", [HUMAN, FISH], NO_USAGE))


def test_usage_speaks_for_a_gene() -> None:
    usage = GeneUsage({normal_form("COX-2"): {"NCBIGene:5743": 3, "NCBIGene:4513": 1}})
    assert usage.strength("COX2", ["NCBIGene:5743"])[1] == 0.75
    assert usage.strength("COX2", ["NCBIGene:1"]) == (0.0, 0.0)
    assert usage.strength("other", ["NCBIGene:5743"]) == (0.0, 0.0)


def test_organisms_restrict(terminology: Terminology, reader: SpeciesReader) -> None:
    text = "RUNX2 rose in patients of this cohort."
    assert link(terminology, reader, text, "RUNX2").taxon == HUMAN
    only = GeneSettings(organisms=(RAT,), restrict=True)
    assert link(terminology, reader, text, "RUNX2", only).curie == "NCBIGene:367218"
    fish = GeneSettings(organisms=("NCBITaxon:559292",), restrict=True)
    nil = link(terminology, reader, text, "RUNX2", fish)
    assert nil.is_nil
    assert nil.reason


def test_organisms_rank(terminology: Terminology, reader: SpeciesReader) -> None:
    text = "Runx2 rose."
    preferred = GeneSettings(organisms=(RAT,))
    assert link(terminology, reader, text, "Runx2", preferred).taxon == RAT


def test_a_human_prior(terminology: Terminology, reader: SpeciesReader) -> None:
    text = "Runx2 rose in C57BL/6 animals."
    assert link(terminology, reader, text, "Runx2").taxon == MOUSE
    people = GeneSettings(human_prior=8.0)
    assert link(terminology, reader, text, "Runx2", people).taxon == HUMAN


@pytest.mark.parametrize(("text", "expected"), [("Runx2 rose.", 0.5), ("Runx2 in fish.", 0.2)])
def test_the_prior_where_no_species_is_named(
    terminology: Terminology, names: GeneNames, text: str, expected: float
) -> None:
    ranker = GeneRanker(
        terminology, names, weights=shipped_weights(), human_prior=0.2, human_unless_told=0.3
    )
    start = text.find("fish")
    species = [SpeciesMention(start, start + 4, FISH)] if start > 0 else []
    context = SpeciesContext(text, species, len(text))
    (ranking,) = ranker.rank(text, [GeneMention(0, 5, "Runx2")], context, NO_USAGE)
    assert ranking.species_evidence[HUMAN]["human prior"] == expected


def test_settings_are_checked(terminology: Terminology) -> None:
    with pytest.raises(UsageError, match="organisms"):
        linker(terminology, GeneSettings(organisms=("mouse",)))
    with pytest.raises(UsageError, match="nil or members"):
        linker(terminology, GeneSettings(families="some"))


def test_scores_are_in_order(terminology: Terminology, reader: SpeciesReader) -> None:
    for surface in ("p38", "RUNX2", "TNF", "AMPK", "VEGF"):
        found = link(terminology, reader, f"{surface} rose.", surface)
        scores = [c.score for c in found.alternatives]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= s <= 1 for s in scores)
        if not found.is_nil:
            assert all(s < found.score for s in scores)


def test_rankings_add_up(terminology: Terminology, reader: SpeciesReader) -> None:
    text = "Runx2 and p38 rose; Runx2 fell in HeLa cells."
    mentions = [GeneMention(i, i + len(w), w) for w in ("Runx2", "p38") for i in [text.index(w)]]
    rankings = linker(terminology).rank(text, mentions, reader.context(text, [], {}))
    for ranking in rankings:
        assert sum(r.probability for r in ranking.genes) == pytest.approx(1.0, abs=1e-4)
        assert sum(ranking.species.values()) == pytest.approx(1.0)
        assert ranking.species.keys() == ranking.species_evidence.keys()
    rows = confidence_evidence(mentions, rankings)
    assert [row["any"] for row in rows] == [1.0, 1.0]


def test_no_mentions(terminology: Terminology, reader: SpeciesReader) -> None:
    assert linker(terminology).link("", [], reader.context("", [], {})) == []


def test_shares_and_probabilities() -> None:
    assert shares([1000.0, 0.0])[0] == pytest.approx(1.0)
    assert probability(0.0) == 0.5
    assert 0.0 < probability(-1e9) < probability(1e9) < 1.0
