"""Species mentions that a paper itself explains, or that stand for a name with additions."""

from __future__ import annotations

import re

import pytest

from pipeline.language import link_papers, load
from pipeline.model import Link, Mention, Paper, Passage
from pipeline.normalization.species import link_species
from pipeline.normalization.species_paper import PaperNames
from pipeline.recognition.recognizer import DEFAULT_GUIDELINE
from pipeline.terminology.terminology import NameMatch, Terminology


def resolved(text: str, surface: str, guideline: str = DEFAULT_GUIDELINE) -> Link:
    """Return the link of the last place where a string stands."""
    start = text.rindex(surface)
    mention = Mention("text", start, start + len(surface), surface, "Species")
    paper = Paper("p", (Passage("text", "text", text),), (mention,))
    return next(link_papers(load(guideline=guideline), [paper])).mentions[0].link


@pytest.mark.parametrize(
    ("text", "surface", "name"),
    [
        # What stands beside a scientific name is another word for it.
        ("The pink grub, Pectinophora gossypiella, eats. A grub fed.", "grub", "Pectinophora"),
        ("The cuckoo (Cuculus canorus) sings. Every cuckoo sings.", "cuckoo", "Cuculus canorus"),
        ("Strange onion (Hymenocallis tubiflora). An onion.", "onion", "Allium cepa"),
        # Strains
        ("Escherichia coli strain QX-17 grew. QX-17 died.", "QX-17", "Escherichia coli"),
        # The genus is not what the acronym of its species means.
        ("RVF virus (RVFV), genus Phlebovirus. RVFV.", "RVFV", "Rift Valley fever virus"),
        # Additions
        ("We saw Tribolium castaneum (Herbst).", "Tribolium castaneum (Herbst)", "Tribolium"),
        ("We saw Artemisia annua plants.", "Artemisia annua plants", "Artemisia annua"),
        ("We saw Dermamoeba algensis n. sp.", "Dermamoeba algensis n. sp.", "Dermamoeba"),
        ("Sindbis was found.", "Sindbis", "Sindbis virus"),
        ("Old Picea glauca, then Picea glaca.", "Picea glaca", "Picea glauca"),
        # Of many fire ants the one that stands beside the name.
        ("The fire ant Solenopsis invicta. A fire ant.", "fire ant", "Solenopsis invicta"),
        # In a list nothing stands beside the name.
        ("B. anthracis, i.e. Bacillus anthracis: anthrax, B. cereus.", "anthrax", "Bacillus anth"),
        # What only the full taxonomy knows, behind an acronym that is another virus's elsewhere.
        ("The rat cytomegalovirus (RCMV). RCMV.", "RCMV", "Murid betaherpesvirus 2"),
        # A scanned page tells what an abbreviation stands for, too.
        (
            "Staphylococcus aureus, Streptococcusfaecalis; so S. faecalis",
            "S. faecalis",
            "Enterococcus faecalis",
        ),
        # An epithet too short for a dictionary.
        ("Larvae of Trichoplusia ni. We fed T. ni.", "T. ni", "Trichoplusia ni"),
        # A single strain stands for its species.
        ("We used Escherichia coli DH5α.", "Escherichia coli DH5α", "Escherichia coli"),
    ],
)
def test_what_a_paper_explains(text: str, surface: str, name: str) -> None:
    link = resolved(text, surface)
    assert link.name.startswith(name)
    assert link.reason


def test_a_virus_is_not_its_host() -> None:
    assert resolved("We saw Escherichia coli QX17 virus.", "Escherichia coli QX17 virus").name != (
        "Escherichia coli"
    )


def test_the_end_of_a_name_is_no_abbreviation() -> None:
    assert resolved("T. cani were fed.", "T. cani").is_nil  # not C. ani


def test_strains_by_the_guideline_of_s800() -> None:
    text = surface = "Mus musculus castaneus"
    assert resolved(text, surface).curie == "NCBITaxon:10091"
    assert resolved(text, surface, "s800").curie == "NCBITaxon:10090"


def test_a_renamed_virus_is_no_strain(terminology: Terminology) -> None:
    names = [n for n in terminology.exact_matches("Taura syndrome virus") if n.type == "Species"]
    link = link_species(names, {}, terminology, strains="species")
    assert link.curie == link_species(names, {}, terminology).curie


def name(curie: str, text: str) -> NameMatch:
    return NameMatch(curie, text, "scientific", "Species", 0, 2)


def test_an_alias_of_two_species_is_none() -> None:
    text = "The grub (Aus primus) and the grub (Bus altus); a fly (Aus primus)."
    taxa = [
        (m.start(), m.end(), (name(f"NCBITaxon:{m[0]}", m[0]),))
        for m in re.finditer("Aus primus|Bus altus", text)
    ]
    paper = PaperNames(text, taxa)
    assert paper.alias("grub") == ()
    assert [n.text for n in paper.alias("flies")] == ["Aus primus"]
    assert paper.alias("primus") == ()
