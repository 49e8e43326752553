from __future__ import annotations

from collections.abc import Sequence

import pytest
from papers_by_hand import annotation, compared, gold_paper, mention, predicted_paper

from pipeline.evaluation.bootstrap import compare
from pipeline.evaluation.evaluate import Result
from pipeline.evaluation.metrics import metric
from pipeline.evaluation.paired import with_differences
from pipeline.evaluation.scoring import count, score
from pipeline.model import Paper

METRICS = [metric("doc_micro"), metric("ner_strict")]
GOLD = [gold_paper(annotation(0, 2, "NCBIGene:1"), id=str(n)) for n in range(4)]


def result(system: str, found: Sequence[int], *, corpus: str = "a") -> Result:
    papers: list[Paper] = [predicted_paper(mention(0, 2, "NCBIGene:1"), id=str(n)) for n in found]
    comparisons = tuple(compared(GOLD, papers))
    rows = score(comparisons, METRICS, corpus=corpus, split="dev", system=system)
    return Result(corpus, "dev", system, comparisons, tuple(rows))


def test_each_system_is_compared_with_the_reference_on_the_same_split() -> None:
    results = [result("ours", [0, 1, 2]), result("peer", [0]), result("peer", [0], corpus="b")]
    ours, peer, elsewhere = with_differences(results, METRICS, reference="ours", samples=300)
    assert (ours, elsewhere) == (results[0], results[2])
    # F1: 3 of 4 found and nothing wrong is 6/7, 1 of 4 is 2/5
    expected = compare(
        count(ours.comparisons, METRICS[0])["Gene"],
        count(peer.comparisons, METRICS[0])["Gene"],
        METRICS[0],
        samples=300,
    )
    for row in peer.rows:
        assert row.ahead == pytest.approx(100 * (6 / 7 - 2 / 5))
        assert row.ahead_low == pytest.approx(100 * expected.interval.low)
        assert row.ahead_high == pytest.approx(100 * expected.interval.high)
        assert row.p_value == expected.p_value


def test_equal_systems_do_not_differ() -> None:
    results = [result("ours", [0, 1]), result("peer", [0, 1])]
    _, peer = with_differences(results, METRICS, reference="ours", samples=50)
    assert {(r.ahead, r.ahead_low, r.ahead_high, r.p_value) for r in peer.rows} == {(0, 0, 0, 1)}
