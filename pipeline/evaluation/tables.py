"""Rows of figures as a table for the terminal, TSV, JSON and Markdown.

Figures are in percent with one decimal. The columns of the confidence interval of F1 are there
only if it was computed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from rich.table import Table

from pipeline.evaluation.scoring import Row

_NAMES: Final = ("corpus", "split", "system", "type", "metric")
_FIGURES: Final = ("precision", "recall", "f1")
_COUNTS: Final = ("gold", "predicted")
_INTERVAL: Final = ("f1_low", "f1_high")


def columns(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return the names of the columns that a table of these rows has."""
    interval = _INTERVAL if any(row.f1_low is not None for row in rows) else ()
    return (*_NAMES, *_FIGURES, *_COUNTS, *interval)


def to_tsv(rows: Sequence[Row]) -> str:
    """Write the rows as tab-separated values with a header."""
    lines = [columns(rows), *_cells(rows)]
    return "".join("\t".join(line) + "\n" for line in lines)


def to_json(rows: Sequence[Row]) -> str:
    """Write the rows as a JSON array of objects, figures as numbers."""
    names = columns(rows)
    objects = [{name: _value(row, name) for name in names} for row in rows]
    return json.dumps(objects, ensure_ascii=False, indent=2) + "\n"


def to_markdown(rows: Sequence[Row]) -> str:
    """Write the rows as a Markdown table."""
    names = columns(rows)
    ruler = ["---" if name in _NAMES else "---:" for name in names]
    lines = [names, ruler, *([cell.replace("|", "\\|") for cell in row] for row in _cells(rows))]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def to_table(rows: Sequence[Row]) -> Table:
    """Make a table for a terminal, with a line between corpora."""
    table = Table(header_style="bold", pad_edge=False)
    for name in columns(rows):
        table.add_column(name, justify="left" if name in _NAMES else "right")
    corpora = [(row.corpus, row.split) for row in rows]
    for number, cells in enumerate(_cells(rows), start=1):
        ends = number < len(corpora) and corpora[number] != corpora[number - 1]
        table.add_row(*cells, end_section=ends)
    return table


WRITERS: Final[Mapping[str, Callable[[Sequence[Row]], str]]] = MappingProxyType(
    {"tsv": to_tsv, "json": to_json, "markdown": to_markdown}
)
"""Formats for files and pipes; a terminal gets `to_table`."""


def _cells(rows: Sequence[Row]) -> list[list[str]]:
    names = columns(rows)
    return [[_cell(row, name) for name in names] for row in rows]


def _cell(row: Row, name: str) -> str:
    value = getattr(row, name)
    if value is None:
        return ""
    text = f"{value:.1f}" if isinstance(value, float) else str(value)
    return " ".join(text.split())


def _value(row: Row, name: str) -> str | int | float | None:
    value: str | int | float | None = getattr(row, name)
    return round(value, 1) if isinstance(value, float) else value
