"""The terminology as its users see it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.terminology.gene_taxa import GeneTaxa
from pipeline.terminology.terminology import Terminology

Make = Callable[..., Path]


# Concepts


def test_retired_identifiers_lead_to_what_is_in_use(small: Terminology) -> None:
    assert small.current("MONDO:0005179") == "MONDO:0005178"
    assert small.current("MONDO:0700001") == "MONDO:0005178"
    assert small.current("MONDO:0005178") == "MONDO:0005178"
    assert small.current("MONDO:9999999") == "MONDO:9999999"


def test_replacements_that_go_round_in_a_circle_end(make_snapshot: Make, tmp_path: Path) -> None:
    chain = [(f"MONDO:{i:02}", "Disease", "", 0, "", f"MONDO:{i + 1:02}") for i in range(20)]
    circle = [(f"DOID:{i}", "Disease", "", 0, "", f"DOID:{(i + 1) % 3}") for i in range(3)]
    concepts = [*chain, ("MONDO:20", "Disease", "x", 0, "", ""), *circle]
    snapshot = make_snapshot(
        tmp_path / "snapshot", concepts=concepts, names=[], parents=[], mappings=[]
    )
    terminology = Terminology.open(snapshot, cache=tmp_path)
    assert {terminology.current(c[0]) for c in chain} == {"MONDO:20"}
    assert [terminology.current(c[0]) for c in circle] == ["DOID:0", "DOID:1", "DOID:2"]


def test_which_identifiers_there_are(small: Terminology) -> None:
    assert "NCBIGene:860" in small
    assert "MONDO:0005179" in small, "a retired one"
    assert "OMIM:165720" not in small, "known from a mapping only"
    assert "NCBIGene:1" not in small
    assert "" not in small


@pytest.mark.parametrize(
    ("curie", "name", "type_", "taxon", "rank"),
    [
        ("NCBIGene:860", "RUNX2", "Gene", "NCBITaxon:9606", "protein-coding"),
        ("MONDO:0005178", "osteoarthritis", "Disease", "", ""),
        ("NCBITaxon:10088", "Mus", "Species", "", "genus"),
        ("OMIM:165720", "", "", "", ""),
        ("NCBIGene:1", "", "", "", ""),
        ("", "", "", "", ""),
    ],
)
def test_what_a_concept_is(
    small: Terminology, curie: str, name: str, type_: str, taxon: str, rank: str
) -> None:
    assert small.name(curie) == name
    assert small.type_of(curie) == type_
    assert small.taxon(curie) == taxon
    assert small.rank(curie) == rank


def test_names_with_their_scopes(small: Terminology) -> None:
    assert set(small.names("NCBIGene:12393")) == {
        ("Runx2", "symbol"),
        ("Cbfa1", "synonym"),
        ("SL3-3 enhancer factor (alpha) 1", "designation"),
        ("b2r", "locus"),
    }
    assert small.name_count("NCBIGene:12393") == 4
    for unnamed in ("NCBIGene:1", "MONDO:0005179"):
        assert small.names(unnamed) == ()
        assert small.name_count(unnamed) == 0


def test_identifiers_come_sorted_and_once(small: Terminology) -> None:
    every = list(small)
    assert every == sorted(set(every))
    assert {"NCBIGene:860", "DOID:8398", "MONDO:0700001"} <= set(every)


# Hierarchy


def test_parents(small: Terminology) -> None:
    assert small.parents("MONDO:0005178") == ("MONDO:0005578",)
    assert small.parents("MONDO:0000001") == ()
    assert small.parents("NCBIGene:1") == ()


def test_path_up(small: Terminology) -> None:
    path = ("MONDO:0005178", "MONDO:0005578", "MONDO:0000001")
    assert small.path_up("MONDO:0005178", "MONDO:0000001") == path
    assert small.path_up("MONDO:0005178", "MONDO:0005178") == ("MONDO:0005178",)
    assert small.path_up("MONDO:0000001", "MONDO:0005178") == ()
    assert small.path_up("NCBIGene:1", "MONDO:0000001") == ()


def test_path_up_is_the_shortest_and_knows_circles(make_snapshot: Make, tmp_path: Path) -> None:
    parents = [("A:1", "A:2"), ("A:2", "A:3"), ("A:3", "A:4"), ("A:1", "A:3"), ("A:4", "A:1")]
    concepts = [(f"A:{i}", "Disease", "x", 0, "", "") for i in range(1, 6)]
    snapshot = make_snapshot(
        tmp_path / "snapshot", concepts=concepts, names=[], parents=parents, mappings=[]
    )
    terminology = Terminology.open(snapshot, cache=tmp_path)
    assert terminology.path_up("A:1", "A:4") == ("A:1", "A:3", "A:4")
    assert terminology.path_up("A:1", "A:5") == ()


# Mappings


def test_mappings_are_seen_from_both_sides(small: Terminology) -> None:
    assert set(small.mappings("MONDO:0005178")) == {
        ("skos:exactMatch", "MESH:D010003"),
        ("skos:exactMatch", "OMIM:165720"),
        ("oboInOwl:hasDbXref", "DOID:8398"),
        ("skos:narrowMatch", "MESH:D020370"),
    }
    assert small.mappings("MESH:D010003") == (("skos:exactMatch", "MONDO:0005178"),)
    assert small.mappings("MESH:D020370") == (("skos:broadMatch", "MONDO:0005178"),)
    assert small.mappings("OMIM:165720") == (("skos:exactMatch", "MONDO:0005178"),)
    assert small.mappings("NCBIGene:1") == ()


def test_every_mapping_has_its_way_back(small: Terminology) -> None:
    inverse = {"skos:broadMatch": "skos:narrowMatch", "skos:narrowMatch": "skos:broadMatch"}
    seen = [(curie, p, o) for curie in small for p, o in small.mappings(curie)]
    assert len(seen) == len(set(seen)) == 14
    for subject, predicate, target in seen:
        assert (inverse.get(predicate, predicate), subject) in small.mappings(target)


def test_equivalents_are_exact_only(small: Terminology) -> None:
    assert small.equivalents("MONDO:0005178") == ("MONDO:0005178", "MESH:D010003", "OMIM:165720")
    assert small.equivalents("MESH:D020370") == ("MESH:D020370",)
    assert small.equivalents("NCBIGene:1") == ("NCBIGene:1",)


def test_homologues_of_every_member_of_a_group(small: Terminology) -> None:
    group = {"NCBIGene:860", "NCBIGene:12393", "NCBIGene:367218"}
    for member in group:
        assert set(small.homologues(member)) == group - {member}
    assert small.homologues("NCBIGene:7124") == ()


# Lookup


def test_the_best_name_comes_first(small: Terminology) -> None:
    found = small.lookup("Runx2")
    assert {c.curie for c in found} == {"NCBIGene:860", "NCBIGene:12393", "NCBIGene:367218"}
    assert found[-1].curie == "NCBIGene:860", "written as the rodents' symbol is"
    assert small.lookup("RUNX2")[0].curie == "NCBIGene:860"
    assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)
    assert all(0 < c.score <= 1 for c in found)


def test_human_comes_first_of_equals(small: Terminology) -> None:
    assert [c.curie for c in small.lookup("osteopontin")] == ["NCBIGene:6696", "NCBIGene:20750"]


def test_a_candidate_tells_what_it_matched(small: Terminology) -> None:
    (candidate,) = small.lookup("TNF-α")
    assert candidate.curie == "NCBIGene:7124"
    assert candidate.name == "TNF"
    assert candidate.matched == "TNF-alpha"
    assert candidate.scope == "synonym"
    assert candidate.taxon == "NCBITaxon:9606"


@pytest.mark.parametrize(
    ("text", "curies"),
    [
        ("Osteoarthritis", ["MONDO:0005178", "MESH:D010003"]),
        ("osteoarthritis (knee)", []),
        ("osteoarthritis knee", ["MESH:D020370"]),
        ("OSTEOARTHRITIS, knee", ["MESH:D020370"]),
        ("Joint Disease, Degenerative", ["MONDO:0005178"]),
        ("  Parkinsons disease ", ["MONDO:0005180"]),
        ("mice", ["NCBITaxon:10090"]),
        ("M. musculus", ["NCBITaxon:10090"]),
        ("a cat", []),
        ("b2r", []),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_lookup(small: Terminology, text: str, curies: list[str]) -> None:
    assert sorted(c.curie for c in small.lookup(text)) == sorted(curies)


def test_lookup_of_one_type(small: Terminology) -> None:
    assert small.lookup("Runx2", type="Disease") == []
    assert small.lookup("human", type="Species")[0].curie == "NCBITaxon:9606"


@given(st.text(st.characters(), max_size=40))
def test_lookup_and_find_know_every_string(small: Terminology, text: str) -> None:
    for candidate in small.lookup(text):
        assert candidate.curie in small
    for match in small.find(text):
        assert 0 <= match.start < match.end <= len(text)
    assert small.name(text) == "" or text in small
    assert small.current(text) in (text, small.current(text))


@given(st.data())
def test_every_name_finds_its_concept(small: Terminology, data: st.DataObject) -> None:
    curie = data.draw(st.sampled_from([c for c in small if small.names(c)]))
    for text, scope in small.names(curie):
        if scope != "locus":
            assert curie in {c.curie for c in small.lookup(text)}


# Taxa of genes


def test_gene_taxa_by_number_of_genes(small: Terminology) -> None:
    assert small.gene_taxa() == ("NCBITaxon:9606", "NCBITaxon:10090", "NCBITaxon:10116")


@pytest.mark.parametrize(
    ("taxon", "genes"),
    [
        ("NCBITaxon:10090", "NCBITaxon:10090"),
        ("NCBITaxon:10091", "NCBITaxon:10090"),
        ("NCBITaxon:10088", "NCBITaxon:10090"),
        ("NCBITaxon:9605", "NCBITaxon:9606"),
        ("NCBITaxon:9859", ""),
        ("NCBITaxon:1", ""),
        ("", ""),
    ],
)
def test_the_taxon_whose_genes_are_meant(small: Terminology, taxon: str, genes: str) -> None:
    assert GeneTaxa(small).of(taxon) == genes


# The terminology that comes with the package


@pytest.mark.parametrize(
    ("text", "type_", "curie"),
    [
        ("SP7", "Gene", "NCBIGene:121340"),
        ("osterix", "Gene", "NCBIGene:121340"),
        ("TNF-α", "Gene", "NCBIGene:7124"),
        ("osteoarthritis", "Disease", "MONDO:0005178"),
        ("Neoplasms, Breast", "Disease", "MESH:D001943"),
        ("tumours", "Disease", "MONDO:0005070"),
        ("mice", "Species", "NCBITaxon:10090"),
        ("patients", "Species", "NCBITaxon:9606"),
        ("E. coli", "Species", "NCBITaxon:562"),
    ],
)
def test_well_known_names(terminology: Terminology, text: str, type_: str, curie: str) -> None:
    assert curie in {c.curie for c in terminology.lookup(text, type=type_)}


def test_osteoarthritis_in_all_vocabularies(terminology: Terminology) -> None:
    assert {"MONDO:0005178", "MESH:D010003"} <= set(terminology.equivalents("MONDO:0005178"))
    assert "MONDO:0005178" in terminology.equivalents("MESH:D010003")


def test_runx2_in_mouse_and_rat(terminology: Terminology) -> None:
    assert {"NCBIGene:12393", "NCBIGene:367218"} <= set(terminology.homologues("NCBIGene:860"))


def test_strains_and_genera_stand_for_the_species_with_genes(terminology: Terminology) -> None:
    taxa = GeneTaxa(terminology)
    assert taxa.of("NCBITaxon:4932") == "NCBITaxon:559292", "baker's yeast"
    assert taxa.of("NCBITaxon:10088") == "NCBITaxon:10090", "Mus"


def test_the_embedded_retired_identifiers(terminology: Terminology) -> None:
    diseases = [c for c in terminology if c.startswith("MONDO:")]
    retired = [c for c in diseases if terminology.current(c) != c]
    assert len(retired) > 100
    for curie in retired:
        successor = terminology.current(curie)
        assert terminology.current(successor) == successor
        assert terminology.name(successor)


def test_an_identifier_with_thousands_of_digits_is_unknown(terminology: Terminology) -> None:
    absurd = "NCBITaxon:" + "1" * 5000
    assert terminology.current(absurd) == absurd
    assert terminology.name(absurd) == ""
    assert terminology.parents(absurd) == ()
