"""The trees of the disease ranker, and their file."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.normalization.disease_features import COLUMNS
from pipeline.normalization.disease_ranking import (
    DiseaseRanker,
    Node,
    TreeModel,
    pack,
    probabilities,
    shipped_ranker,
    unpack,
)

TREES = (
    (Node(0.0, 0, 0.5, 1, 2), Node(-1.0), Node(0.25, 1, 2.0, 3, 4), Node(0.5), Node(1.5)),
    (Node(0.0, 1, 1.0, 1, 2), Node(-0.25), Node(0.75)),
)
MODEL = TreeModel(-1.0, TREES, ("a", "b"))
numbers = st.floats(-5, 5)


def by_hand(a: float, b: float) -> float:
    odds = -1.0
    odds += -1.0 if a <= 0.5 else (0.5 if b <= 2 else 1.5)
    odds += -0.25 if b <= 1 else 0.75
    return odds


@given(st.lists(st.tuples(numbers, numbers), max_size=8))
def test_odds(rows: list[tuple[float, float]]) -> None:
    found = MODEL.odds(np.array(rows, float).reshape(-1, 2))
    assert found.tolist() == pytest.approx([by_hand(a, b) for a, b in rows])


@given(st.lists(numbers, max_size=8))
def test_candidates_share_a_probability_with_none(odds: list[float]) -> None:
    found = probabilities(np.array(odds)).tolist()
    assert all(0 < p < 1 for p in found)
    none = 1 / (1 + sum(map(math.exp, odds)))
    assert sum(found) + none == pytest.approx(1)
    assert [p / none for p in found] == pytest.approx([math.exp(o) for o in odds])


@given(numbers, numbers)
def test_contributions_add_up(a: float, b: float) -> None:
    added = MODEL.contributions(np.array([a, b]))
    assert MODEL.base + sum(added.values()) == pytest.approx(by_hand(a, b))
    assert set(added) <= {"a", "b"}


def test_the_file_gives_the_same_ranker() -> None:
    ranker = DiseaseRanker(MODEL, {"kidney": 3}, 7, 0.3, {"corpus": ("2", "1")})
    packed = pack(ranker)
    again = unpack(packed)
    assert pack(again) == packed
    assert again.model.trees == MODEL.trees
    assert again.training == {"corpus": ("1", "2")}


def test_the_shipped_ranker_knows_the_features() -> None:
    ranker = shipped_ranker()
    assert ranker.model.features == COLUMNS
    assert 0 < ranker.least < 1
    assert {"bc5cdr", "biored", "ncbi_disease"} <= set(ranker.training)
