"""The acceptance model: many readings are judged as each would be by itself."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.recognition.acceptance import AcceptanceModel

_WEIGHTS = {"before=of": 0.3, "after=gene": 1.1, "case=lower": -0.7, "any": -1.3, "right=_": 40.0}
MODEL = AcceptanceModel({"Gene": _WEIGHTS, "Species": {"any": 0.1}}, {})
FEATURES = st.lists(st.sampled_from([*_WEIGHTS, "before=unheard"]), max_size=8)
KNOWN = st.floats(-50, 50)


@given(st.lists(st.tuples(st.sampled_from(["Gene", "Species", "Cell"]), FEATURES, KNOWN)))
def test_many_readings_are_judged_like_each(described: list[tuple[str, list[str], float]]) -> None:
    assert MODEL.probabilities(described) == [
        MODEL.probability(type_, features, known=known) for type_, features, known in described
    ]


@given(FEATURES, KNOWN)
def test_the_probability_is_the_logistic_function_of_the_weights(
    features: list[str], known: float
) -> None:
    odds = sum(_WEIGHTS.get(feature, 0.0) for feature in features) + known
    expected = 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))
    assert MODEL.probability("Gene", features, known=known) == pytest.approx(expected)


def test_a_type_that_was_not_trained_is_taken_at_its_word() -> None:
    assert MODEL.probability("Cell", ["any"]) == 1.0
