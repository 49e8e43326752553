"""Which species a text speaks of, and where."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.normalization.species_context import (
    HUMAN,
    SpeciesChoice,
    SpeciesContext,
    SpeciesMention,
    species_weights,
)

TAXA = {
    "human": HUMAN,
    "mice": "NCBITaxon:10090",
    "rats": "NCBITaxon:10116",
    "deer": "NCBITaxon:9850",
}
LIKENESS = dict.fromkeys([HUMAN, "NCBITaxon:10090", "NCBITaxon:10116"], 1.0)


def context(text: str) -> SpeciesContext:
    mentions = [
        SpeciesMention(found.start(), found.end(), TAXA[found.group().lower()])
        for found in re.finditer("|".join(TAXA), text, re.IGNORECASE)
    ]
    title_end = text.find("\n\n")
    return SpeciesContext(
        text, mentions, title_end if title_end >= 0 else len(text), weights=species_weights()
    )


def choices(
    text: str, start: int | None = None, likeness: Mapping[str, float] = LIKENESS
) -> list[SpeciesChoice]:
    """Rank the species of the gene that stands at an offset, by default of the first one."""
    start = text.index("GENE1") if start is None else start
    return context(text).choices(start, start + 5, "GENE1", likeness, {})


def best(text: str) -> str:
    ranked = choices(text)
    return ranked[0].taxon if ranked else ""


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("GENE1 rose.", "human"),
        ("In mice, GENE1 rose.", "mice"),
        ("GENE1 rose in rats.", "rats"),
        ("A study of mice\n\nWe find that GENE1 rose.", "mice"),
        ("In human cells X fell. In mice, GENE1 rose.", "mice"),
        ("In rats X fell. We then saw rats run. GENE1 rose.", "rats"),
    ],
)
def test_the_species_that_the_text_supports(text: str, word: str) -> None:
    assert best(text) == TAXA[word]


def test_only_species_with_such_a_gene_are_offered() -> None:
    text = "In mice, rats and human cells GENE1 rose."
    offered = choices(text, likeness={"NCBITaxon:10116": 1.0})
    assert {c.taxon for c in offered} <= {"NCBITaxon:10116"}


def test_a_choice_has_its_reason() -> None:
    ranked = choices("In mice, GENE1 rose.")
    assert ranked
    assert all(choice.reason for choice in ranked)


def test_the_taxa_of_a_text() -> None:
    assert set(context("mice, deer, mice").taxa) == {"NCBITaxon:10090", "NCBITaxon:9850"}
    assert set(context("nothing").taxa) == set()


def test_more_mice_and_fewer_rats_never_speak_for_rats() -> None:
    for count in range(2, 6):
        text = "Rats ran. " + "Mice ran. " * count + "GENE1 rose."
        assert best(text) == TAXA["mice"]


@given(
    st.lists(
        st.sampled_from([*TAXA, "(", ")", "[", "]", ".", ";", ":", "\n\n", "X", "GENE1", "α"]),
        max_size=20,
    ),
    st.sampled_from(["", " "]),
)
def test_any_text(parts: list[str], separator: str) -> None:
    text = separator.join([*parts, "GENE1"])
    for place in re.finditer("GENE1", text):
        ranked = choices(text, place.start())
        taxa = [c.taxon for c in ranked]
        assert len(taxa) == len(set(taxa))
        assert set(taxa) <= set(LIKENESS)
        assert [c.weight for c in ranked] == sorted((c.weight for c in ranked), reverse=True)
