"""How far the scores can be trusted, as a section of the results page and as a plot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Final

from pipeline.evaluation.calibration import BINS, LINKED, Judged, Reliability, reliability
from pipeline.evaluation.tables import markdown_table

_THRESHOLDS: Final = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95)
_COLOURS: Final = ("#1c4595", "#97390f", "#17602f", "#5e2ca5", "#5a6170")
_SIDE: Final = 360
_MARGIN: Final = 52


def render_section(judged: Sequence[Judged], *, plot: str, fitted_on: int) -> str:
    """Return the section of the results page.

    Args:
        judged: The mentions to measure on.
        plot: Address of the plot, seen from the page.
        fitted_on: How many documents the scores were fitted on; none of `judged` is from them.
    """
    groups = reliability(judged)
    columns = ("type", "mentions", "number", "mean score", "right", "calibration error")
    lines = [
        (g.type, g.kind, str(g.mentions), _percent(g.score), _percent(g.right), _percent(g.error))
        for g in groups
    ]
    bins = ("type", "mentions", "score", "number", "mean score", "right")
    threshold = ("type", "min score", "number", "right", "right ones kept")
    return "\n".join(
        [
            "## Calibration",
            "",
            "The score of a linked mention is the probability that span, type and identifier are "
            "right; that of a mention without concept, that span and type are. Figures are in "
            f"percent. The calibration error is the expected one over {BINS} bins of equal width "
            "(Naeini et al. 2015, Guo et al. 2017). The weights that make probabilities of scores "
            f"were fitted on {fitted_on} documents of development splits, which are left out "
            "here, and corpora whose guidelines differ from ours are left out too.",
            "",
            f"![Scores beside the share of right mentions]({plot})",
            "",
            markdown_table(columns, lines, numbers=columns[2:]),
            "Bins:",
            "",
            markdown_table(bins, _bin_lines(groups), numbers=bins[2:]),
            "What `--min-score` does: of the linked mentions with at least this score, the share "
            "that is right, and the share of all right ones that is kept.",
            "",
            markdown_table(threshold, _threshold_lines(judged), numbers=threshold[1:]),
        ]
    )


def render_plot(judged: Iterable[Judged]) -> str:
    """Return the reliability plot as SVG: a line per type, a circle per bin, sized by mentions."""
    groups = [g for g in reliability(judged) if g.kind == LINKED]
    size = _SIDE + 2 * _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" '
        f'viewBox="0 0 {size} {size}" font-family="sans-serif" font-size="12" role="img">',
        "<title>Scores beside the share of right mentions</title>",
        f'<rect width="{size}" height="{size}" fill="#ffffff"/>',
        *_axes(),
    ]
    most = max((b.mentions for g in groups for b in g.bins), default=1)
    for i, group in enumerate(groups):
        colour = _COLOURS[i % len(_COLOURS)]
        points = [(_x(b.score), _y(b.right), b.mentions) for b in group.bins]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}"/>')
        for x, y, count in points:
            radius = 2 + 8 * (count / most) ** 0.5
            parts.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}" '
                'fill-opacity="0.5"/>'
            )
        label = f"{group.type} (error {_percent(group.error)} %)"
        y = _MARGIN + 18 + 18 * i
        parts.append(f'<text x="{_MARGIN + 12}" y="{y}" fill="{colour}">{escape(label)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _axes() -> Iterator[str]:
    for i in range(0, BINS + 1, 2):
        value = i / BINS
        x, y = _x(value), _y(value)
        grey = 'stroke="#e2e0da"'
        yield f'<line x1="{x:.1f}" y1="{_y(0):.1f}" x2="{x:.1f}" y2="{_y(1):.1f}" {grey}/>'
        yield f'<line x1="{_x(0):.1f}" y1="{y:.1f}" x2="{_x(1):.1f}" y2="{y:.1f}" {grey}/>'
        yield f'<text x="{x:.1f}" y="{_y(0) + 18:.1f}" text-anchor="middle">{value:g}</text>'
        yield f'<text x="{_x(0) - 8:.1f}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'
    yield (
        f'<line x1="{_x(0):.1f}" y1="{_y(0):.1f}" x2="{_x(1):.1f}" y2="{_y(1):.1f}" '
        'stroke="#5a6170" stroke-dasharray="4 4"/>'
    )
    middle = _MARGIN + _SIDE / 2
    yield f'<text x="{middle:g}" y="{_y(0) + 38:.1f}" text-anchor="middle">score</text>'
    yield (
        f'<text transform="translate(14 {middle:g}) rotate(-90)" text-anchor="middle">'
        "share of right mentions</text>"
    )


def _x(value: float) -> float:
    return _MARGIN + _SIDE * value


def _y(value: float) -> float:
    return _MARGIN + _SIDE * (1 - value)


def _bin_lines(groups: Iterable[Reliability]) -> Iterator[tuple[str, ...]]:
    for g in groups:
        for b in g.bins:
            score = f"{b.low:.1f} to {b.high:.1f}"
            yield g.type, g.kind, score, str(b.mentions), _percent(b.score), _percent(b.right)


def _threshold_lines(judged: Sequence[Judged]) -> Iterator[tuple[str, ...]]:
    linked = [one for one in judged if one.kind == LINKED]
    for type in dict.fromkeys(one.type for one in linked):
        of_type = [one for one in linked if one.type == type]
        every = sum(one.right for one in of_type)
        for threshold in _THRESHOLDS:
            kept = [one for one in of_type if one.score >= threshold]
            right = sum(one.right for one in kept)
            yield (
                type,
                f"{threshold:g}",
                str(len(kept)),
                _percent(right / len(kept)) if kept else "",
                _percent(right / every) if every else "",
            )


def _percent(share: float) -> str:
    return f"{share * 100:.1f}"
