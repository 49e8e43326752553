"""From gold and predicted papers to rows of figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.evaluation.bootstrap import Difference, compare, f1_interval
from pipeline.evaluation.comparison import Comparison
from pipeline.evaluation.metrics import Array, Metric

ALL: Final = "all"
"""Type of the row that puts several types together: their counts are added document by document."""


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one system on one split of a corpus for one type and metric.

    Precision, recall, F1 and the borders of its confidence interval are in percent, unrounded.
    `gold` and `predicted` are what the metric divides by: mentions, or pairs of document and
    identifier. `ahead` is how many points of F1 the reference system is ahead of this one on the
    same documents (negative: behind), with its confidence interval and p-value.
    """

    corpus: str
    split: str
    system: str
    type: str
    metric: str
    precision: float
    recall: float
    f1: float
    gold: int
    predicted: int
    f1_low: float | None = None
    f1_high: float | None = None
    ahead: float | None = None
    ahead_low: float | None = None
    ahead_high: float | None = None
    p_value: float | None = None


def count(comparisons: Iterable[Comparison], metric: Metric) -> dict[str, Array]:
    """Count a metric in each document.

    Returns:
        The counts, documents x 4, by type; with more than one type also those of all together.
    """
    lists: dict[str, list[tuple[float, float, float, float]]] = {}
    for comparison in comparisons:
        counts = metric.count(comparison.gold, comparison.predicted)
        lists.setdefault(comparison.type, []).append(counts)
    arrays = {type: np.array(counts, dtype=np.float64) for type, counts in lists.items()}
    if len(arrays) > 1:
        arrays[ALL] = np.sum(list(arrays.values()), axis=0)
    return arrays


def score(
    comparisons: Sequence[Comparison],
    metrics: Iterable[Metric],
    *,
    corpus: str = "",
    split: str = "",
    system: str = "",
    samples: int = 0,
) -> list[Row]:
    """Score a system on a split of a corpus.

    Args:
        comparisons: Gold and prediction of each document and type.
        metrics: What to count.
        corpus: Name of the corpus for the rows.
        split: Name of the split for the rows.
        system: Name of the system for the rows.
        samples: Draws for the confidence interval of F1; 0 leaves the interval out.

    Returns:
        A row per type and metric, types first, in the order given; then those of all types.
    """
    metrics = tuple(metrics)
    counts = {metric.name: count(comparisons, metric) for metric in metrics}
    types = next(iter(counts.values()), {})
    rows = []
    for type in types:
        for metric in metrics:
            table = counts[metric.name][type]
            figures = metric.average(table, np.ones((1, len(table))))[0] * 100
            totals = table.sum(axis=0)
            interval = f1_interval(table, metric, samples=samples) if samples else None
            rows.append(
                Row(
                    corpus,
                    split,
                    system,
                    type,
                    metric.name,
                    float(figures[0]),
                    float(figures[1]),
                    float(figures[2]),
                    gold=round(totals[3]),
                    predicted=round(totals[1]),
                    f1_low=None if interval is None else interval.low * 100,
                    f1_high=None if interval is None else interval.high * 100,
                )
            )
    return rows


def compare_systems(
    first: Sequence[Comparison],
    second: Sequence[Comparison],
    metric: Metric,
    *,
    samples: int = 1000,
) -> Mapping[str, Difference]:
    """Compare two systems that were scored on the same documents.

    Returns:
        The difference of F1 (first minus second, as fractions) by type.

    Raises:
        ValueError: If the documents or types are not the same.
    """
    if [(c.paper.id, c.type) for c in first] != [(c.paper.id, c.type) for c in second]:
        raise ValueError("two systems can be compared on the same documents and types only")
    counts = count(first, metric)
    others = count(second, metric)
    return {type: compare(counts[type], others[type], metric, samples=samples) for type in counts}
