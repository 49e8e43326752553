"""Likeness of disease names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.normalization.disease_words import Likeness, WordWeights, name_words

COUNTS = {"disease": 900, "kidney": 40, "polycystic": 3}
WEIGHTS = WordWeights({name_words(word).key: n for word, n in COUNTS.items()}, 1000)
names = st.text(st.sampled_from("abc Type12-,'é"), max_size=24)


def likeness(text: str, name: str) -> Likeness:
    return WEIGHTS.likenesses(text, (name,))[name]


def test_a_rare_word_counts_more() -> None:
    rare = likeness("polycystic kidney disease", "polycystic disease")
    common = likeness("polycystic kidney disease", "kidney disease")
    assert rare.told > common.told
    assert rare.covered == common.covered == 1


def test_words_for_the_same_thing_are_the_same() -> None:
    assert likeness("renal diseases", "Disease of the kidney").words == pytest.approx(1)


def test_numbers_tell_subtypes_apart() -> None:
    like = likeness("diabetes type 2", "diabetes type 1")
    assert (like.numbers_more, like.numbers_less) == (1, 1)
    assert name_words("diabetes type II").numbers == name_words("diabetes type 2").numbers


@given(names, names)
def test_likeness_is_a_share_and_symmetrical(one: str, two: str) -> None:
    there, back = likeness(one, two), likeness(two, one)
    for value in (there.told, there.covered, there.words, there.letters):
        assert 0 <= value <= 1 + 1e-9
    assert there.words == pytest.approx(back.words)
    assert (there.told, there.letters) == pytest.approx((back.covered, back.letters))
    assert there.words_more == back.words_less


@given(names)
def test_a_name_is_like_itself(name: str) -> None:
    if name_words(name).stems:
        like = likeness(name, name)
        assert like.words == pytest.approx(1)
        assert like.letters == pytest.approx(1)
        assert like.head == 1
