"""Diseases resolved by the ranker: both vocabularies, uncertainty, what is wider than the text."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Link
from pipeline.normalization.disease_candidates import heads, is_acronym, stands_for
from pipeline.normalization.disease_features import DiseaseName, disease_name
from pipeline.normalization.disease_linking import BROAD, DiseaseLinker
from pipeline.normalization.disease_ranking import shipped_ranker
from pipeline.normalization.disease_usage import Usage, shipped_usage, to_table
from pipeline.terminology.terminology import Terminology

NAMES = [
    DiseaseName(text, text)
    for text in (
        "osteoarthritis",
        "hypertensive",
        "kidney diseases",
        "diseases of the kidney",
        "recurrent chronic pancreatitis",
        "qqqq zzzz",
        "OAB",
        "overactive bladder",
    )
]


@pytest.fixture(scope="module")
def linker(terminology: Terminology) -> DiseaseLinker:
    return DiseaseLinker(terminology, ranker=shipped_ranker(), usage=shipped_usage())


def test_one_concept_in_both_vocabularies(linker: DiseaseLinker) -> None:
    links = linker.link(NAMES)
    arthrosis = links[NAMES[0]]
    assert (arthrosis.curie, arthrosis.mesh) == ("MONDO:0005178", ("MESH:D010003",))
    assert links[NAMES[1]].mesh == ("MESH:D006973",)
    assert links[NAMES[2]].curies == links[NAMES[3]].curies


def test_the_identifier_that_annotators_use_comes_first(terminology: Terminology) -> None:
    name = DiseaseName("Pelizaeus-Merzbacher disease", "Pelizaeus-Merzbacher disease")

    def link(curie: str) -> Link:
        usage = [Usage(name.text, curie, 3)]
        return DiseaseLinker(terminology, ranker=shipped_ranker(), usage=usage).link([name])[name]

    as_heading, as_catalogued = link("MESH:D020371"), link("OMIM:312080")
    assert as_heading.curie == "MONDO:0010714"
    assert as_catalogued.curie == "OMIM:312080"
    assert as_catalogued.name == as_heading.name != ""
    assert as_catalogued.mondo == as_heading.mondo == ("MONDO:0010714",)
    assert as_catalogued.mesh == as_heading.mesh == ("MESH:D020371",)


def test_a_heading_is_looked_for_where_only_mondo_has_the_name(linker: DiseaseLinker) -> None:
    name = DiseaseName(*["attention-deficit/hyperactivity disorder"] * 2)
    assert linker.link([name])[name].mesh == ("MESH:D001289",)


def test_what_nothing_is_like_stays_without_concept(linker: DiseaseLinker) -> None:
    link = linker.link(NAMES)[NAMES[5]]
    assert link.is_nil
    assert link.reason
    assert link.method in {"none", "uncertain"}
    assert link.score == 0


def test_an_acronym_may_stand_for_another_mention(linker: DiseaseLinker) -> None:
    acronym, name = NAMES[6:8]
    links = linker.link([acronym, name])
    assert links[acronym].curies == links[name].curies
    assert links[acronym].method == "abbreviation"
    assert links[acronym].reason.startswith("short for overactive bladder; ")
    assert linker.link([acronym])[acronym].curies != links[name].curies


def test_the_order_of_mentions_does_not_matter(linker: DiseaseLinker) -> None:
    links = linker.link(NAMES)
    assert linker.link(NAMES[::-1] + NAMES) == links


def test_alternatives_come_behind_the_link(linker: DiseaseLinker) -> None:
    for link in linker.link(NAMES).values():
        scores = [c.score for c in link.alternatives]
        assert scores == sorted(scores, reverse=True)
        assert not {c.curie for c in link.alternatives} & set(link.curies)


def test_what_is_wider_than_the_text_is_marked(terminology: Terminology) -> None:
    ranker, usage = shipped_ranker(), ()
    name = NAMES[4]
    wide = DiseaseLinker(terminology, ranker=ranker, usage=usage).link([name])[name]
    assert wide.method == BROAD
    assert wide.mesh == ("MESH:D050500",)
    assert "→" in wide.reason
    narrow = DiseaseLinker(terminology, ranker=ranker, usage=usage, broad=False)
    assert "MESH:D050500" not in narrow.link([name])[name].curies


def test_that_something_is_a_disease_is_no_news(linker: DiseaseLinker) -> None:
    for text in ("incurable diseases", "mysterious disease"):
        name = DiseaseName(text, text)
        assert "MONDO:0000001" not in linker.link([name])[name].curies
    plain = DiseaseName("disease", "disease")
    assert linker.link([plain])[plain].mondo == ("MONDO:0000001",)


def test_the_evidence_adds_up_to_the_probability(linker: DiseaseLinker) -> None:
    model = shipped_ranker().model
    for name in NAMES[:4]:
        ranked = linker.ranked(NAMES, name)
        chances = [r.probability for r in ranked]
        assert chances == sorted(chances, reverse=True)
        shares = [math.exp(model.base + sum(r.added.values())) for r in ranked]
        expected = [share / (1 + sum(shares)) for share in shares]
        assert chances == pytest.approx(expected, abs=1e-4)


def test_abbreviations_are_read_in_full() -> None:
    long_forms = {"AD": "Alzheimer disease", "OA": "osteoarthritis"}

    def resolve(text: str) -> str:
        return long_forms.get(text, "")

    assert disease_name("OA", resolve) == DiseaseName("osteoarthritis", "OA")
    assert disease_name("familial AD", resolve).text == "familial Alzheimer disease"
    assert disease_name("knee pain", resolve) == DiseaseName("knee pain", "knee pain")


def test_the_table_of_usage_is_sorted() -> None:
    rows = [Usage("b", "MESH:D2", 1), Usage("a", "MESH:D1", 2)]
    assert to_table(rows).splitlines()[1:] == [
        "text\tcurie\tmentions",
        "a\tMESH:D1\t2",
        "b\tMESH:D2\t1",
    ]


@pytest.mark.parametrize(
    ("acronym", "name", "expected"),
    [
        ("OAB", "overactive bladder", True),
        ("BMD", "Becker muscular dystrophy", True),
        ("FAPs", "familial adenomatous polyposis", True),
        ("OAB", "obese rabbits", False),
        ("RA", "osteoarthritis", False),
        ("AAAAAA", "a a", False),
    ],
)
def test_stands_for(acronym: str, name: str, expected: bool) -> None:
    assert stands_for(acronym, name) is expected


@given(st.text(max_size=40), st.text(max_size=8))
def test_any_text_can_be_asked_about(text: str, acronym: str) -> None:
    assert all(text.split()[i:] == rest.split() for i, rest in enumerate(heads(text), 1))
    if is_acronym(acronym):
        assert stands_for(acronym, text) in {True, False}
