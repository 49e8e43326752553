"""Coordinated disease names."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.recognition.coordinated_diseases import coordination_of, with_coordinated_diseases
from pipeline.recognition.proposals import Proposal

DISEASES = frozenset(
    """breast cancer|ovarian cancer|lung cancer|colorectal cancers|lung cancers|cancer
    |breast cancers|head and neck cancers|neck cancers|Parkinson's disease|Alzheimer's disease
    |cardiac failure|renal failure|renal injury|pressure injury|hepatitis B|hepatitis C
    |type 1 diabetes|type 2 diabetes|type I diabetes|type II diabetes|diabetes
    |cancer of the breast|cancer of the bladder|T-cell leukaemia|lymphoma|T-cell lymphoma|nausea
    |vomiting|familial breast cancer|obesity|Duchenne muscular dystrophy|Becker muscular dystrophy
    |fish-eye disease|deficiency disease|weight loss|memory loss""".replace("\n    ", "").split("|")
)


def known(name: str) -> bool:
    return name in DISEASES


def names(text: str, mention: str) -> list[str]:
    start = text.index(mention)
    place = coordination_of(text, start, start + len(mention), known)
    return [] if place is None else [m.full or text[m.start : m.end] for m in place.members]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("breast and ovarian cancer", ["breast cancer", "ovarian cancer"]),
        ("breast and/or ovarian cancer", ["breast cancer", "ovarian cancer"]),
        ("breast/ovarian cancer", ["breast cancer", "ovarian cancer"]),
        ("familial breast and ovarian cancer", []),
        ("human breast and ovarian cancer", ["breast cancer", "ovarian cancer"]),
        (
            "breast, lung, and colorectal cancers",
            ["breast cancers", "lung cancers", "colorectal cancers"],
        ),
        (
            "lung, breast and head and neck cancers",
            ["lung cancers", "breast cancers", "head and neck cancers"],
        ),
        (
            "Duchenne and the milder Becker muscular dystrophy",
            ["Duchenne muscular dystrophy", "Becker muscular dystrophy"],
        ),
        ("cancer of the breast and bladder", ["cancer of the breast", "cancer of the bladder"]),
        ("T-cell leukaemia or lymphoma", ["T-cell leukaemia", "T-cell lymphoma"]),
        ("types 1 and 2 diabetes", ["type 1 diabetes", "type 2 diabetes"]),
        ("nausea, vomiting", ["nausea", "vomiting"]),
        ("skin and bone disease", []),
        ("breast cancer", []),
        ("head and neck cancers", []),
    ],
)
def test_within_a_mention(text: str, expected: list[str]) -> None:
    assert names(text, text) == expected


@pytest.mark.parametrize(
    ("text", "mention", "expected"),
    [
        (
            "with Parkinson's and Alzheimer's disease",
            "Alzheimer's disease",
            ["Parkinson's disease", "Alzheimer's disease"],
        ),
        ("in cardiac or renal failure", "renal failure", ["cardiac failure", "renal failure"]),
        (
            "breast, lung and colorectal cancers",
            "colorectal cancers",
            ["breast cancers", "lung cancers", "colorectal cancers"],
        ),
        ("hepatitis B and C", "hepatitis B", ["hepatitis B", "hepatitis C"]),
        ("types 1 and 2 diabetes", "diabetes", ["type 1 diabetes", "type 2 diabetes"]),
        ("Type I or II diabetes", "diabetes", ["type I diabetes", "type II diabetes"]),
        ("type 1 or type 2 diabetes", "diabetes", ["type 1 diabetes", "type 2 diabetes"]),
        ("type 1 or type 2 diabetes", "type 2 diabetes", ["type 1 diabetes", "type 2 diabetes"]),
        ("blood pressure and renal injury", "renal injury", []),  # no pressure injury
        ("LCAT deficiency and fish-eye disease", "fish-eye disease", []),
        ("obesity and renal failure", "renal failure", []),
        ("memory, weight loss", "weight loss", []),  # a comma alone coordinates nothing
        ("types 1 and 3 diabetes", "diabetes", []),
        ("hepatitis B and a cough", "hepatitis B", []),
    ],
)
def test_beside_a_mention(text: str, mention: str, expected: list[str]) -> None:
    assert names(text, mention) == expected


def test_names_that_share_words_have_the_offsets_of_the_whole() -> None:
    text = "In breast and ovarian cancer."
    place = coordination_of(text, 3, 28, known)
    assert place is not None
    assert {(m.start, m.end) for m in place.members} == {(3, 28)}


def test_complete_names_have_their_own_offsets() -> None:
    text = "nausea, vomiting"
    place = coordination_of(text, 0, len(text), known)
    assert place is not None
    assert [text[m.start : m.end] for m in place.members] == ["nausea", "vomiting"]


def test_neighbouring_proposals_are_not_run_over() -> None:
    text = "breast and ovarian cancer"
    gene = Proposal(0, 6, "Gene", 0.9, "a name")
    disease = Proposal(11, 25, "Disease", 0.9, "a name")
    assert with_coordinated_diseases(text, [gene, disease], known) == [gene, disease]
    (both,) = with_coordinated_diseases(text, [disease], known)
    assert (both.start, both.end, len(both.members)) == (0, 25, 2)
    after = Proposal(12, 17, "Gene", 0.9, "a name")
    hepatitis = Proposal(0, 11, "Disease", 0.9, "a name")
    text = "hepatitis B and C"
    assert with_coordinated_diseases(text, [hepatitis, after], known) == [hepatitis, after]


WORDS = sorted({word for name in DISEASES for word in name.split()})
OTHERS = ["and", "or", ",", "/", "types", "1", "2", "and/or", "(", ".", "\n", "  "]
PIECES = st.sampled_from([*WORDS, *OTHERS])
SEPARATORS = re.compile(r"(?:[\s,/]|and|or)*")


@given(st.lists(PIECES, max_size=9), st.sampled_from([" ", ""]))
def test_every_member_lies_in_the_expression(words: list[str], glue: str) -> None:
    text = f"{glue or ' '}".join(words)
    borders = sorted({0, len(text), *(i for i, c in enumerate(text) if c == " ")})
    for start, end in itertools.combinations(borders, 2):
        place = coordination_of(text, start, end, known)
        if place is not None:
            # Separators at the borders of a mention are left out.
            assert SEPARATORS.fullmatch(text[start : max(start, place.start)])
            assert SEPARATORS.fullmatch(text[min(end, place.end) : end])
            assert 0 <= place.start < place.end <= len(text)
            assert len(place.members) > 1
            for m in place.members:
                assert place.start <= m.start < m.end <= place.end
                name = m.full or text[m.start : m.end]
                # The mention itself was found by a recognizer; it need not be listed.
                assert known(name) or name == text[start:end]
