from __future__ import annotations

import numpy as np
import pytest
from papers_by_hand import annotation, compared, gold_paper, mention, predicted_paper

from pipeline.evaluation.bootstrap import compare, f1_interval
from pipeline.evaluation.metrics import METRICS, Metric
from pipeline.evaluation.scoring import compare_systems, score

MICRO = METRICS["doc_micro"]
MACRO = METRICS["doc_macro"]


def table(*rows: tuple[int, int, int, int], times: int = 1) -> np.ndarray:
    return np.array(rows * times, dtype=np.float64)


def test_documents_that_are_alike_leave_no_doubt() -> None:
    interval = f1_interval(table((1, 2, 1, 2), times=20), MICRO)
    assert (interval.low, interval.high) == pytest.approx((0.5, 0.5))


def test_interval_of_a_binomial_proportion() -> None:
    # half of 400 documents are right: the standard error of the share is 0.025
    counts = table((1, 1, 1, 1), (0, 1, 0, 1), times=200)
    interval = f1_interval(counts, MICRO, samples=4000)
    assert interval.low == pytest.approx(0.5 - 1.96 * 0.025, abs=0.006)
    assert interval.high == pytest.approx(0.5 + 1.96 * 0.025, abs=0.006)


@pytest.mark.parametrize("metric", [MICRO, MACRO])
def test_same_input_gives_the_same_interval(metric: Metric) -> None:
    counts = table((1, 1, 1, 1), (0, 1, 0, 1), (0, 0, 0, 2), times=10)
    assert f1_interval(counts, metric) == f1_interval(counts, metric)


def test_pairing_sees_what_intervals_hide() -> None:
    # documents differ a lot, but the first system is right in one more of every ten
    hard = [(i % 2, 1, i % 2, 1) for i in range(200)]
    better = [(1, 1, 1, 1) if i % 10 == 0 else row for i, row in enumerate(hard)]
    first, second = table(*better), table(*hard)
    one, other = f1_interval(first, MICRO), f1_interval(second, MICRO)
    assert one.low < other.high
    difference = compare(first, second, MICRO)
    assert difference.f1 == pytest.approx(0.1)
    assert difference.interval.low > 0
    assert difference.p_value < 0.01


def test_a_system_does_not_differ_from_itself() -> None:
    counts = table((1, 1, 1, 1), (0, 1, 0, 1), times=10)
    difference = compare(counts, counts, MACRO)
    assert difference.f1 == 0
    assert (difference.interval.low, difference.interval.high) == (0, 0)
    assert difference.p_value == 1


def test_chance_differences_are_not_significant() -> None:
    first = table((1, 1, 1, 1), (0, 1, 0, 1), (1, 1, 1, 1), times=10)
    second = table((1, 1, 1, 1), (1, 1, 1, 1), (0, 1, 0, 1), times=10)
    assert compare(first, second, MICRO).p_value > 0.5


def test_only_the_same_documents_can_be_paired() -> None:
    with pytest.raises(ValueError, match="20 and 10 documents"):
        compare(table((1, 1, 1, 1), times=20), table((1, 1, 1, 1), times=10), MICRO)


def test_no_documents() -> None:
    empty = np.empty((0, 4))
    assert f1_interval(empty, MICRO).high == 0
    assert compare(empty, empty, MICRO).p_value == 1


def test_rows_get_intervals_on_request() -> None:
    gold = [gold_paper(annotation(0, 3, "NCBIGene:1"), id=str(i)) for i in range(8)]
    found = [predicted_paper(mention(0, 3, "NCBIGene:1"), id=str(i)) for i in range(4)]
    comparisons = compared(gold, found)
    (plain,) = score(comparisons, [MICRO])
    (row,) = score(comparisons, [MICRO], samples=500)
    assert plain.f1_low is None
    assert row.f1_low is not None
    assert row.f1_high is not None
    assert row.f1_low < row.f1 < row.f1_high
    assert row.f1 == plain.f1


def test_systems_are_compared_by_type() -> None:
    gold = [
        gold_paper(annotation(0, 3, "NCBIGene:1"), annotation(4, 6, "MESH:1", type="Disease"), id=i)
        for i in "abcdef"
    ]
    genes = [predicted_paper(mention(0, 3, "NCBIGene:1"), id=i) for i in "abcdef"]
    types = ("Gene", "Disease")
    differences = compare_systems(
        compared(gold, genes, types=types), compared(gold, [], types=types), MICRO
    )
    assert {type: d.f1 for type, d in differences.items()} == pytest.approx(
        {"Gene": 1.0, "Disease": 0.0, "all": 2 / 3}
    )
    with pytest.raises(ValueError, match="same documents"):
        compare_systems(compared(gold, genes), compared(gold, genes, types=types), MICRO)
