"""Diseases in sentences: one concept, told in MONDO and MeSH."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import Link, Mention, Paper
from pipeline.normalization.diseases import concept_group, link_disease
from pipeline.terminology.terminology import Terminology

Annotate = Callable[[str], Paper]


def diseases(paper: Paper) -> list[Mention]:
    return [m for m in paper.mentions if m.type == "Disease"]


@pytest.mark.parametrize(
    ("text", "surface", "mondo", "mesh"),
    [
        ("Patients with osteoarthritis.", "osteoarthritis", "MONDO:0005178", "MESH:D010003"),
        ("Patients with type 2 diabetes.", "type 2 diabetes", "MONDO:0005148", "MESH:D003924"),
        ("Parkinson’s disease progresses.", "Parkinson’s disease", "MONDO:0005180", "MESH:D010300"),
        ("Children with asthma.", "asthma", "MONDO:0004979", "MESH:D001249"),
        ("Leukaemias are frequent.", "Leukaemias", "MONDO:0005059", "MESH:D007938"),
    ],
)
def test_both_vocabularies(
    annotate: Annotate, text: str, surface: str, mondo: str, mesh: str
) -> None:
    (mention,) = diseases(annotate(text))
    assert mention.text == surface
    assert mention.link.curie == mondo
    assert mondo in mention.link.mondo
    assert mesh in mention.link.mesh
    assert {mondo, mesh} <= set(mention.link.curies)


def test_an_abbreviation_is_its_long_form(annotate: Annotate) -> None:
    found = diseases(annotate("Osteoarthritis (OA) is common. Patients with OA walk less."))
    assert [m.text for m in found] == ["Osteoarthritis", "OA", "OA"]
    assert {m.link.curie for m in found} == {"MONDO:0005178"}
    assert {m.link.method for m in found[1:]} == {"abbreviation"}
    assert "Osteoarthritis" in found[1].link.reason


def test_the_longest_name_wins(annotate: Annotate) -> None:
    (mention,) = diseases(annotate("Patients with osteoarthritis of the knee."))
    assert mention.text == "osteoarthritis of the knee"
    assert "MESH:D020370" in mention.link.mesh


def test_a_disease_without_a_concept_says_why(small: Terminology) -> None:
    link = link_disease((), small)
    assert link.is_nil
    assert link.reason
    assert link == Link(method=link.method, reason=link.reason)


def test_names_of_one_concept_in_two_vocabularies(small: Terminology) -> None:
    link = link_disease(small.exact_matches("osteoarthritis"), small)
    assert link.curie == "MONDO:0005178"
    assert link.mondo == ("MONDO:0005178",)
    assert link.mesh == ("MESH:D010003",)
    assert link.name == "osteoarthritis"


def test_nothing_is_silently_widened(small: Terminology) -> None:
    link = link_disease(small.exact_matches("Osteoarthritis, Knee"), small)
    assert link.curies == ("MESH:D020370",)


def test_the_order_of_names_does_not_matter(terminology: Terminology) -> None:
    for text in ("osteoarthritis", "tumours", "stroke", "depression"):
        names = [n for n in terminology.exact_matches(text) if n.type == "Disease"]
        assert names
        assert link_disease(names, terminology) == link_disease(names[::-1], terminology)


@pytest.mark.parametrize("curie", ["MONDO:0005178", "MESH:D010003", "OMIM:165720"])
def test_the_group_is_the_same_from_each_member(small: Terminology, curie: str) -> None:
    group = concept_group(curie, small)
    assert set(group) == {"MONDO:0005178", "MESH:D010003", "OMIM:165720"}
    assert group[0] == "MONDO:0005178"
