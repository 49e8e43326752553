"""Confidence intervals by resampling documents.

Mentions of one document depend on each other, so documents are drawn, not mentions: with
replacement, as many as there are, many times (Efron and Tibshirani 1993, percentile interval). Two
systems are compared on the same draws (Koehn 2004, paired bootstrap), so that documents that are
difficult for both do not blur the difference. The seed is fixed: the same counts give the same
figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.evaluation.metrics import Array, Metric

SEED: Final = 20_031
LEVEL: Final = 0.95
_CELLS: Final = 4_000_000  # of the weight matrix that is held in memory at a time


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval, in the unit of the figure."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """F1 of a system minus F1 of another one on the same documents, as fractions.

    Attributes:
        f1: The difference.
        interval: Its confidence interval.
        p_value: Two-sided: how often a difference at least as far from the observed one as zero is
            comes out by the draw of the documents alone, at least 1 / (samples + 1).
    """

    f1: float
    interval: Interval
    p_value: float


def f1_interval(counts: Array, metric: Metric, *, samples: int = 1000) -> Interval:
    """Return the confidence interval of F1, as fractions.

    Args:
        counts: The metric's counts, documents x 4.
        metric: The metric.
        samples: Number of draws.
    """
    if not len(counts):
        return Interval(0.0, 0.0)
    f1 = np.concatenate(
        [metric.average(counts, weights)[:, 2] for weights in _draws(len(counts), samples)]
    )
    return _interval(f1)


def compare(first: Array, second: Array, metric: Metric, *, samples: int = 1000) -> Difference:
    """Compare two systems on the same documents.

    Args:
        first: Counts of the first system, documents x 4.
        second: Counts of the second one, the same documents in the same order.
        metric: The metric.
        samples: Number of draws.

    Raises:
        ValueError: If the systems were not scored on the same number of documents.
    """
    if first.shape != second.shape:
        raise ValueError(f"{len(first)} and {len(second)} documents cannot be paired")
    if not len(first):
        return Difference(0.0, Interval(0.0, 0.0), 1.0)
    everything = np.ones((1, len(first)))
    observed = float((metric.average(first, everything) - metric.average(second, everything))[0, 2])
    drawn = np.concatenate(
        [
            metric.average(first, weights)[:, 2] - metric.average(second, weights)[:, 2]
            for weights in _draws(len(first), samples)
        ]
    )
    # Under the null hypothesis the draws scatter around zero as they do around what was observed.
    extreme = int(np.count_nonzero(np.abs(drawn - observed) >= abs(observed)))
    return Difference(observed, _interval(drawn), (extreme + 1) / (samples + 1))


def _draws(documents: int, samples: int) -> Iterator[Array]:
    """Yield how often each document is drawn, samples x documents, in blocks."""
    generator = np.random.default_rng(SEED)
    block = max(1, _CELLS // documents)
    uniform = np.full(documents, 1 / documents)
    for start in range(0, samples, block):
        size = min(block, samples - start)
        yield generator.multinomial(documents, uniform, size=size).astype(np.float64)


def _interval(values: Array) -> Interval:
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(values, (tail, 1 - tail))
    return Interval(float(low), float(high))
