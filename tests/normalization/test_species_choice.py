"""Which of the taxa of a name is meant."""

from __future__ import annotations

import pytest

from pipeline.normalization.species import link_species, within_species
from pipeline.terminology.terminology import NameMatch, Terminology


def named(terminology: Terminology, text: str) -> list[NameMatch]:
    return [n for n in terminology.exact_matches(text) if n.type == "Species"]


@pytest.mark.parametrize(
    ("text", "curie"),
    [
        ("humans", "NCBITaxon:9606"),  # listed for the genus
        ("mice", "NCBITaxon:10090"),
        ("C. elegans", "NCBITaxon:6239"),  # the best known of many
        ("D. melanogaster", "NCBITaxon:7227"),
        ("HIV", "NCBITaxon:12721"),
        ("HIV-1", "NCBITaxon:11676"),
    ],
)
def test_the_usual_meaning(terminology: Terminology, text: str, curie: str) -> None:
    assert link_species(named(terminology, text), {}, terminology).curie == curie


def test_strains_as_species(terminology: Terminology) -> None:
    names = named(terminology, "Escherichia coli O157:H7")
    own = link_species(names, {}, terminology, strains="own")
    lifted = link_species(names, {}, terminology, strains="species")
    assert own.curie == "NCBITaxon:83334"
    assert lifted.curie == lifted.taxon == "NCBITaxon:562"
    assert lifted.curie not in {c.curie for c in lifted.alternatives}
    assert "serotype" in lifted.reason


def test_a_single_strain_as_species(terminology: Terminology) -> None:
    names = named(terminology, "Pseudomonas aeruginosa PAO1")
    link = link_species(names, {}, terminology)
    assert link.curie == link.taxon == "NCBITaxon:287"
    assert "strain of Pseudomonas aeruginosa" in link.reason
    assert link_species(names, {}, terminology, strains="own").curie == "NCBITaxon:208964"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Escherichia coli O157:H7", "Escherichia coli"),  # a serotype
        ("Fusarium oxysporum f. sp. conglutinans", "Fusarium oxysporum"),  # of no rank
        ("Bacillus thuringiensis subsp. israelensis", "Bacillus thuringiensis subsp."),
        ("Dengue virus type 2", "Dengue virus type 2"),
    ],
)
def test_what_laboratories_tell_apart_is_its_species(
    terminology: Terminology, text: str, name: str
) -> None:
    assert link_species(named(terminology, text), {}, terminology).name.startswith(name)


def test_hamsters_are_a_subfamily(terminology: Terminology) -> None:
    assert link_species(named(terminology, "hamster"), {}, terminology).curie == "NCBITaxon:10026"


def test_a_subspecies_as_species(terminology: Terminology) -> None:
    names = named(terminology, "Mus musculus castaneus")
    assert link_species(names, {}, terminology).curie == "NCBITaxon:10091"
    assert link_species(names, {}, terminology, strains="species").curie == "NCBITaxon:10090"
    dogs = named(terminology, "dog")
    link = link_species(dogs, {}, terminology, strains="species")
    assert link.curie == "NCBITaxon:9615"  # no wolf


def test_the_end_of_a_long_form_is_no_domain(terminology: Terminology) -> None:
    assert within_species(named(terminology, "viruses"), terminology) == []
    assert within_species(named(terminology, "Mus musculus"), terminology)
