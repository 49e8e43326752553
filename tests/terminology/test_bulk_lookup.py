"""Lookup of many strings at once: the same candidates as one by one, in batches of any size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.terminology.bulk_lookup import BulkLookup, lookup_many
from pipeline.terminology.fuzzy import EXACT, NORMAL_FORM, TRIGRAMS, Hit, NameLookup
from pipeline.terminology.name_hashes import name_hashes
from pipeline.terminology.normal_form import Cutter, name_hash
from pipeline.terminology.terminology import Terminology

STRINGS = (
    "osteoarthritis", "osteo-arthritis", "Osteoarthritis, Knee", "osteoarthritis of the knee",
    "Parkinsonian disease", "DJD", "osteoartritis", "knee and hip osteoarthritis", "", "  ", "...",
    "Runx2", "hRUNX2", "TNFa", "phospho-RUNX2", "IL-6", "IL6", "interleukin 6", "a\0b", "gout",
)  # fmt: skip
TEXTS = st.text(max_size=60) | st.text(alphabet="aB1αß()-/,.' \n\tR+p", max_size=30)


@pytest.fixture(scope="module")
def small_names(small: Terminology, tmp_path_factory: pytest.TempPathFactory) -> NameLookup:
    return NameLookup(small, cache=tmp_path_factory.mktemp("fuzzy"))


@pytest.fixture(scope="module")
def all_names(terminology: Terminology) -> NameLookup:
    return NameLookup(terminology)


def looked_up(names: NameLookup, type: str, **ways: Any) -> list[list[Hit]]:
    return list(BulkLookup(names, type).look_up(STRINGS, **ways).hits())


@pytest.mark.parametrize("type", ["Disease", "Gene"])
@pytest.mark.parametrize(
    "ways",
    [
        {},
        {"fuzzy": True},
        {"fuzzy": True, "limit": 40, "enough": 1},
        {"fuzzy": True, "limit": None},
        {"fuzzy": True, "limit": 3, "alike": 0.5},
        {"fuzzy": True, "organism": 9606},
    ],
)
def test_the_same_as_one_by_one(small_names: NameLookup, type: str, ways: dict[str, Any]) -> None:
    expected = [small_names.lookup(text, type=type, **ways) for text in STRINGS]
    assert looked_up(small_names, type, **ways) == expected
    assert any(expected)


def test_the_same_where_there_are_too_many_names_for_a_product(all_names: NameLookup) -> None:
    expected = [all_names.lookup(text, type="Disease", fuzzy=True) for text in STRINGS]
    assert looked_up(all_names, "Disease", fuzzy=True) == expected


def test_batches_of_any_size_give_the_same(small_names: NameLookup) -> None:
    bulk = BulkLookup(small_names, "Disease")
    many = list(bulk.look_up(STRINGS * 20, fuzzy=True).hits())
    alone = [next(bulk.look_up([text], fuzzy=True).hits()) for text in STRINGS]
    assert many == alone * 20
    assert list(bulk.look_up([], fuzzy=True).hits()) == []


def test_identifiers_are_those_of_the_hits(small_names: NameLookup) -> None:
    answers = BulkLookup(small_names, "Gene").look_up(STRINGS, fuzzy=True)
    hits = [[hit.candidate.curie for hit in found] for found in answers.hits()]
    assert answers.identifiers() == hits
    assert any(hits)


def test_a_tier_with_enough_candidates_is_the_last(small_names: NameLookup) -> None:
    bulk = BulkLookup(small_names, "Disease")
    texts = ["osteoarthritis", "osteoartritis"]
    few, spelled = bulk.look_up(texts, fuzzy=True, enough=1).hits()
    assert {hit.method for hit in few} == {EXACT, NORMAL_FORM}
    assert TRIGRAMS in {hit.method for hit in spelled}
    more, _ = bulk.look_up(texts, fuzzy=True).hits()
    assert more[: len(few)] == few
    assert len(more) > len(few)


@settings(max_examples=50)
@given(st.lists(TEXTS, max_size=6))
def test_any_strings_may_be_looked_up(all_names: NameLookup, texts: list[str]) -> None:
    found = list(BulkLookup(all_names, "Disease").look_up(texts, fuzzy=True, limit=5).hits())
    assert found == [all_names.lookup(t, type="Disease", fuzzy=True, limit=5) for t in texts]


@given(st.lists(TEXTS.map(lambda t: " ".join(t.split())), max_size=6))
def test_hashes_are_those_of_single_names(texts: list[str]) -> None:
    hashes, with_words = name_hashes(texts, Cutter())
    expected = [name_hash(text) for text in texts]
    assert with_words.tolist() == [h is not None for h in expected]
    assert np.array_equal(hashes[with_words], np.array([h for h in expected if h], np.uint64))


@pytest.mark.parametrize("type", [None, "Disease", "Species"])
def test_strings_come_in_their_order(small: Terminology, tmp_path: Path, type: str | None) -> None:
    texts = ["mouse", "osteoarthritis", "mouse", "Runx2"]
    answers = list(lookup_many(small, iter(texts), type=type, fuzzy=True, cache=tmp_path))
    assert [text for text, _ in answers] == texts
    names = NameLookup(small, cache=tmp_path)
    assert answers == [(text, names.lookup(text, type=type, fuzzy=True)) for text in texts]
