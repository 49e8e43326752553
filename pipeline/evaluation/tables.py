"""Rows of figures as a table for the terminal, TSV, JSON and Markdown.

Figures are in percent with one decimal. The columns of the confidence interval of F1 and of the
difference from the reference system are there only if they were computed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal

from rich.table import Table

from pipeline.evaluation.error_analysis import Error, summarize
from pipeline.evaluation.evaluate import Result
from pipeline.evaluation.scoring import Row

_NAMES: Final = ("corpus", "split", "system", "type", "metric")
_FIGURES: Final = ("precision", "recall", "f1")
_COUNTS: Final = ("gold", "predicted")
_INTERVAL: Final = ("f1_low", "f1_high")
_DIFFERENCE: Final = ("ahead", "ahead_low", "ahead_high", "p_value")
_DECIMALS: Final[Mapping[str, int]] = MappingProxyType({"p_value": 4})

ERROR_COLUMNS: Final = (*_NAMES[:4], "class", "false negatives", "false positives")
"""Columns of the counts of errors by class."""


def columns(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return the names of the columns that a table of these rows has."""
    interval = _INTERVAL if any(row.f1_low is not None for row in rows) else ()
    difference = _DIFFERENCE if any(row.ahead is not None for row in rows) else ()
    return (*_NAMES, *_FIGURES, *_COUNTS, *interval, *difference)


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
    return markdown_table(names, _cells(rows), numbers=[n for n in names if n not in _NAMES])


def markdown_table(
    names: Sequence[str], lines: Iterable[Sequence[str]], *, numbers: Collection[str] = ()
) -> str:
    """Write a Markdown table; the columns in `numbers` are aligned to the right."""
    ruler = ["---:" if name in numbers else "---" for name in names]
    cells = ([cell.replace("|", "\\|") for cell in line] for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in (names, ruler, *cells))


def to_table(rows: Sequence[Row]) -> Table:
    """Make a table for a terminal, with a line between corpora."""
    table = Table(header_style="bold", pad_edge=False)
    for name in columns(rows):
        table.add_column(name, justify="left" if name in _NAMES else "right", overflow="fold")
    corpora = [(row.corpus, row.split) for row in rows]
    for number, cells in enumerate(_cells(rows), start=1):
        ends = number < len(corpora) and corpora[number] != corpora[number - 1]
        table.add_row(*cells, end_section=ends)
    return table


def error_lines(analysed: Iterable[tuple[Result, Iterable[Error]]]) -> list[tuple[str, ...]]:
    """Count the errors of each system on each split by type and class, in `ERROR_COLUMNS`."""
    return [
        (result.corpus, result.split, result.system, type, error_class, str(missed), str(wrong))
        for result, errors in analysed
        for type, error_class, missed, wrong in summarize(errors)
    ]


def to_error_table(lines: Iterable[Sequence[str]]) -> Table:
    """Make a table of errors by class for a terminal."""
    table = Table(header_style="bold", pad_edge=False)
    for name in ERROR_COLUMNS:
        justify: Literal["left", "right"] = "right" if name in ERROR_COLUMNS[-2:] else "left"
        table.add_column(name, justify=justify, overflow="fold")
    for line in lines:
        table.add_row(*line)
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
    text = f"{value:.{_DECIMALS.get(name, 1)}f}" if isinstance(value, float) else str(value)
    return " ".join(text.split())


def _value(row: Row, name: str) -> str | int | float | None:
    value: str | int | float | None = getattr(row, name)
    return round(value, _DECIMALS.get(name, 1)) if isinstance(value, float) else value
