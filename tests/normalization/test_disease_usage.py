"""What annotators mean by names, words and concepts."""

from __future__ import annotations

from pipeline.normalization.disease_usage import DiseaseUsage, Usage, disease_concept
from pipeline.terminology.terminology import Terminology

GUT, SKIN = ("MONDO:1", "MESH:D1", "OMIM:1"), ("MESH:D2",)
CONCEPTS = {curie: concept for concept in (GUT, SKIN) for curie in concept}
ROWS = [
    Usage("gut lesions", "MESH:D1", 2),
    Usage("lesions of the gut", "OMIM:1", 3),
    Usage("skin lesions", "MESH:D2", 4),
]
USAGE = DiseaseUsage(ROWS, CONCEPTS.__getitem__)


def test_names_and_words() -> None:
    assert USAGE.of_name("Gut lesions") == {GUT: 2}
    assert USAGE.of_words("lesion of the gut") == {GUT: 5}
    assert USAGE.count(GUT) == 5
    assert USAGE.count(("MESH:D3",)) == 0


def test_each_word_tells_something() -> None:
    meant = USAGE.of_each_word("lesion of skin and bone")
    assert meant[SKIN] > meant[GUT] > 0
    assert all(share < 1 for share in meant.values())
    assert USAGE.of_each_word("bone") == {}


def test_the_identifier_that_is_used_most() -> None:
    assert USAGE.identifier(GUT) == "OMIM:1"
    assert USAGE.identifier(SKIN) == "MESH:D2"
    assert USAGE.identifier(("MESH:D3",)) == ""


def test_all_identifiers_lead_to_the_same_concept(terminology: Terminology) -> None:
    for concept in (disease_concept(c, terminology) for c in ("MESH:D020371", "OMIM:312080")):
        assert concept == ("MONDO:0010714", "MESH:D020371", "OMIM:312080")
