"""Designations of strains, and whose they are."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Paper
from pipeline.recognition.strains import find_strains, strain_key

BINOMIAL = re.compile(r"\b[A-Z](?:[a-z]+|\.) [a-z]{4,}\b")


def strains(text: str, *species: str) -> list[tuple[str, str, bool]]:
    names = [m.span() for m in BINOMIAL.finditer(text) if m.group() in species]
    found = find_strains(text, names)
    return [(text[s.start : s.end], text[slice(*names[s.name])], s.novel) for s in found]


DESCRIPTION = (
    "Flavobacterium ponti sp. nov., isolated from seawater.\n\n"
    "A bacterium, designated GSW-R14(T), was isolated. Strain GSW-R14(T) grew at 25 degrees and "
    "was similar to Flavobacterium gelidilacus LMG 21477(T). The name Flavobacterium ponti sp. "
    "nov. is proposed; the type strain is GSW-R14(T) (=KCTC 22802(T) =CCUG 58402(T))."
)


def test_a_described_species_has_the_strains_that_its_paper_designates() -> None:
    found = strains(DESCRIPTION, "Flavobacterium ponti", "Flavobacterium gelidilacus")
    assert found == [
        ("GSW-R14", "Flavobacterium ponti", True),
        ("GSW-R14", "Flavobacterium ponti", True),
        ("LMG 21477", "Flavobacterium gelidilacus", False),
        ("GSW-R14", "Flavobacterium ponti", True),
        ("KCTC 22802", "Flavobacterium ponti", True),
        ("CCUG 58402", "Flavobacterium ponti", True),
    ]


def test_each_of_two_described_species_has_its_own() -> None:
    text = (
        "Strains T-11(T) and E-112(T) are new. Anoxybacillus tengchongensis sp. nov. (type strain "
        "T-11(T) =KCTC 13721(T)) and Anoxybacillus eryuanensis sp. nov. (type strain E-112(T)) "
        "are proposed."
    )
    owners = {d: name for d, name, _ in strains(text, *BINOMIAL.findall(text))}
    assert owners == {
        "T-11": "Anoxybacillus tengchongensis",
        "KCTC 13721": "Anoxybacillus tengchongensis",
        "E-112": "Anoxybacillus eryuanensis",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Escherichia coli strain UMN026 grew; UMN026 is virulent.", ["UMN026", "UMN026"]),
        ("Escherichia coli DSM 30083 grew.", ["DSM 30083"]),
        ("The type strain of Escherichia coli is U5/41.", ["U5/41"]),
        ("Escherichia coli in 2007 grew 3 times.", []),
        ("Escherichia coli and the gene TP53 are here.", []),
        ("No species, strain UMN026.", []),
    ],
)
def test_what_belongs_to_a_species(text: str, expected: list[str]) -> None:
    assert [d for d, _, _ in strains(text, "Escherichia coli")] == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [("DSM 17368(T)", "DSM17368"), ("CCTCC AA 209024(T", "CCTCC AA 209024"), ("PB1T", "PB1")],
)
def test_ways_to_write_a_designation(one: str, other: str) -> None:
    assert strain_key(one) == strain_key(other)


@given(st.text(alphabet="ABab1 .,;()T=-/\n", max_size=120))
def test_strains_lie_in_the_text_and_outside_names(rest: str) -> None:
    text = f"Escherichia coli {rest} strain X1"
    names = [(0, 16)]
    for strain in find_strains(text, names):
        assert 16 < strain.start < strain.end <= len(text)
        assert strain.name == 0


def test_strains_of_described_species_are_mentions(annotate: Callable[[str], Paper]) -> None:
    text = "Escherichia coli sp. nov. is proposed, with the type strain QX-17(T) (=DSM 30083(T))."
    found = {m.text: m.link for m in annotate(text).mentions}
    assert found["QX-17"].curie == found["DSM 30083"].curie == "NCBITaxon:562"
    plain = annotate("Escherichia coli strain QX-17 grew.")
    assert "QX-17" not in {m.text for m in plain.mentions}
