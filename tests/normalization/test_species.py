"""Species in sentences: the taxon that the text names, at its rank."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.model import Mention, Paper
from pipeline.normalization.species import full_names, link_species
from pipeline.terminology.terminology import Terminology

Annotate = Callable[[str], Paper]


def species(paper: Paper) -> list[Mention]:
    return [m for m in paper.mentions if m.type == "Species"]


@pytest.mark.parametrize(
    ("text", "surface", "curie"),
    [
        ("Female mice were fed.", "mice", "NCBITaxon:10090"),
        ("The murine model was used.", "murine", "NCBITaxon:10090"),
        ("A rat tibial fatigue model was used.", "rat", "NCBITaxon:10116"),
        ("Patients were examined.", "Patients", "NCBITaxon:9606"),
        ("Escherichia coli grows fast.", "Escherichia coli", "NCBITaxon:562"),
        ("On Escherichia coli O157:H7.", "Escherichia coli O157:H7", "NCBITaxon:562"),
        ("Drosophila melanogaster flies.", "Drosophila melanogaster", "NCBITaxon:7227"),
        ("Hepatitis B virus was found.", "Hepatitis B virus", "NCBITaxon:10407"),
    ],
)  # fmt: skip
def test_names_of_taxa(annotate: Annotate, text: str, surface: str, curie: str) -> None:
    found = {m.text: m.link for m in species(annotate(text))}
    assert found[surface].curie == found[surface].taxon == curie
    assert found[surface].reason


@pytest.mark.parametrize(
    ("full", "short", "curie"),
    [
        ("Caenorhabditis elegans", "C. elegans", "NCBITaxon:6239"),
        ("Drosophila melanogaster", "D. melanogaster", "NCBITaxon:7227"),
    ],
)
def test_a_full_name_decides_what_the_short_one_means(
    annotate: Annotate, full: str, short: str, curie: str
) -> None:
    found = {m.text: m.link for m in species(annotate(f"{full} is small. We bred {short}."))}
    assert found[full].curie == found[short].curie == curie


def test_an_abbreviation_of_two_species(make_snapshot: Callable[..., Path], tmp_path: Path) -> None:
    concepts = [
        ("NCBITaxon:6239", "Species", "Caenorhabditis elegans", 0, "species", ""),
        ("NCBITaxon:33", "Species", "Centruroides elegans", 0, "species", ""),
    ]
    names = [(c[0], c[2], "scientific", "taxonomy") for c in concepts]
    snapshot = make_snapshot(
        tmp_path / "snapshot", concepts=concepts, names=names, parents=[], mappings=[]
    )
    terminology = Terminology.open(snapshot, cache=tmp_path)
    short = terminology.exact_matches("C. elegans")
    assert {n.curie for n in short} == {"NCBITaxon:6239", "NCBITaxon:33"}
    for full, curie in (
        ("Centruroides elegans", "NCBITaxon:33"),
        ("Caenorhabditis elegans", "NCBITaxon:6239"),
    ):
        first = link_species(terminology.exact_matches(full), {}, terminology)
        link = link_species(short, full_names([first]), terminology)
        assert link.curie == curie
        assert "in full" in link.reason
    undecided = link_species(short, {}, terminology)
    assert undecided.curie
    assert len(undecided.alternatives) == 1
    assert "2 species" in undecided.reason
    assert link_species(short[::-1], {}, terminology) == undecided


def test_a_species_without_a_taxon_says_why(small: Terminology) -> None:
    link = link_species((), {}, small)
    assert link.is_nil
    assert link.reason


def test_full_names_count_species_and_genus(small: Terminology) -> None:
    link = link_species(small.exact_matches("Mus musculus"), {}, small)
    assert full_names([link, link]) == {"Mus musculus": 2, "Mus": 2}
