"""Which species a text speaks of, and where."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.normalization.gene_weights import SPECIES, score, shares, shipped_weights
from pipeline.normalization.species_context import (
    HUMAN,
    MOUSE,
    RAT,
    SpeciesContext,
    SpeciesMention,
    reason_of,
    writing_of,
)
from pipeline.normalization.species_hints import find_hints

TAXA = {"human": HUMAN, "patients": HUMAN, "mice": MOUSE, "rats": RAT, "deer": "NCBITaxon:9850"}
KINDS = {HUMAN: "human", MOUSE: "mouse", RAT: "rat"}


def context(text: str) -> SpeciesContext:
    mentions = [
        SpeciesMention(
            found.start(),
            found.end(),
            TAXA[found.group().lower()],
            people=found.group().lower() == "patients",
        )
        for found in re.finditer("|".join(TAXA), text, re.IGNORECASE)
    ]
    title_end = text.find("\n\n")
    return SpeciesContext(
        text,
        mentions,
        title_end if title_end >= 0 else len(text),
        hints=find_hints(text),
        kind_of=lambda taxon: KINDS.get(taxon, "animal"),
    )


def likeliest(text: str, start: int | None = None) -> str:
    """Return the species of the gene that stands at an offset, by default of the first one."""
    start = text.index("GENE1") if start is None else start
    rows = context(text).evidence(start, start + 5)
    return max(rows, key=lambda taxon: score(shipped_weights()[SPECIES], rows[taxon]))


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
    assert likeliest(text) == TAXA[word]


def test_the_taxa_of_a_text() -> None:
    assert list(context("mice, deer, mice").taxa) == [MOUSE, "NCBITaxon:9850"]
    assert list(context("nothing").taxa) == []


def test_human_mouse_and_rat_are_always_considered() -> None:
    assert set(context("nothing").considered) == {HUMAN, MOUSE, RAT}
    assert set(context("deer").considered) == {HUMAN, MOUSE, RAT, "NCBITaxon:9850"}
    assert "NCBITaxon:7227" in context("in S2 cells").considered


def test_more_mice_and_fewer_rats_never_speak_for_rats() -> None:
    for count in range(2, 6):
        text = "Rats ran. " + "Mice ran. " * count + "GENE1 rose."
        assert likeliest(text) == MOUSE


def test_a_species_in_a_bracket_speaks_for_the_bracket_only() -> None:
    text = "GENE1 rose (mice were fed)."
    rows = context(text).evidence(0, 5)
    assert rows[MOUSE]["elsewhere"] == 1.0
    assert "sentence" not in rows[MOUSE]


def test_what_stands_where() -> None:
    text = "Mice ran. Rats ate. GENE1 rose in human cells of patients."
    rows = context(text).evidence(text.index("GENE1"), text.index("GENE1") + 5)
    assert rows[HUMAN]["nearest"] == rows[HUMAN]["people"] == rows[HUMAN]["most"] == 1.0
    assert rows[RAT]["last 1 sentences ago"] == 1.0
    assert "sentence" not in rows[MOUSE]
    assert rows[MOUSE]["share"] == 0.25


def test_cell_lines_and_strains_are_evidence() -> None:
    text = "GENE1 rose in HeLa cells. C57BL/6 animals ran."
    rows = context(text).evidence(0, 5)
    assert rows[HUMAN]["line in sentence"] == 1.0
    assert rows[MOUSE]["strain in paper"] > 0
    assert "strain in sentence" not in rows[MOUSE]


def test_a_short_cell_line_needs_the_word_cells() -> None:
    assert [h.taxon for h in find_hints("L6 cells")] == [RAT]
    assert not find_hints("the L6 electrode")


@pytest.mark.parametrize(
    ("surface", "writing"),
    [("RUNX2", "upper"), ("Runx2", "title"), ("runx2", "lower"), ("hTNF", "mixed"), ("p53", ""),
     ("tumor necrosis factor", "")],
)  # fmt: skip
def test_writing(surface: str, writing: str) -> None:
    assert writing_of(surface) == writing


def test_the_strongest_evidence_is_told() -> None:
    weights = {"before": 2.0, "share": 1.0}
    assert reason_of({"before": 1.0, "share": 1.0}, weights, MOUSE).startswith("the species word")
    assert reason_of({}, weights, HUMAN).startswith("human")
    assert reason_of({}, weights, MOUSE)


@given(
    st.lists(
        st.sampled_from([*TAXA, "(", ")", "[", "]", ".", ";", "HeLa", "\n\n", "X", "GENE1", "α"]),
        max_size=20,
    ),
    st.sampled_from(["", " "]),
)
def test_any_text(parts: list[str], separator: str) -> None:
    text = separator.join([*parts, "GENE1"])
    found = context(text)
    for place in re.finditer("GENE1", text):
        rows = found.evidence(place.start(), place.end())
        assert set(rows) == set(found.considered)
        scores = [score(shipped_weights()[SPECIES], row) for row in rows.values()]
        assert sum(shares(scores)) == pytest.approx(1.0)
