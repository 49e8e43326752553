"""How far the reference system is ahead of each other system on the same documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.evaluation.evaluate import Result
from pipeline.evaluation.metrics import Metric
from pipeline.evaluation.scoring import compare_systems


def with_differences(
    results: Sequence[Result], metrics: Iterable[Metric], *, reference: str, samples: int
) -> list[Result]:
    """Add the paired bootstrap difference from the reference to the rows of the other systems.

    Args:
        results: The systems on their splits.
        metrics: The metrics of the rows.
        reference: Name of the system that the others are compared with.
        samples: Draws of the documents.

    Returns:
        The results in their order; those of the reference, and of splits that it was not scored
        on, as they are.
    """
    chosen = tuple(metrics)
    references = {(r.corpus, r.split): r for r in results if r.system == reference}
    return [
        _beside(references[r.corpus, r.split], r, chosen, samples)
        if r.system != reference and (r.corpus, r.split) in references
        else r
        for r in results
    ]


def _beside(reference: Result, result: Result, metrics: Sequence[Metric], samples: int) -> Result:
    differences = {
        (type, metric.name): difference
        for metric in metrics
        for type, difference in compare_systems(
            reference.comparisons, result.comparisons, metric, samples=samples
        ).items()
    }
    rows = []
    for row in result.rows:
        difference = differences[row.type, row.metric]
        rows.append(
            replace(
                row,
                ahead=difference.f1 * 100,
                ahead_low=difference.interval.low * 100,
                ahead_high=difference.interval.high * 100,
                p_value=difference.p_value,
            )
        )
    return replace(result, rows=tuple(rows))
