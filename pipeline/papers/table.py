"""Papers as rows of a table: TSV or CSV with a column of identifiers and one of texts.

`pipeline.papers.records` has the names of the columns. The sign between columns is a tab, comma,
semicolon or bar, whichever the header has. Values may be in quotation marks as RFC 4180 has it, in
TSV too; a mark that no second one closes is taken as part of the text. Parquet is read by
`pipeline.papers.parquet`.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from pipeline.model import Paper, Problem
from pipeline.papers import parquet
from pipeline.papers.decoding import is_utf8
from pipeline.papers.records import IDENTIFIERS, TEXTS, field_name, missing, paper_of
from pipeline.papers.source import Source, reader

SUFFIXES: Final = frozenset({".tsv", ".csv", ".tab", ".parquet"})
"""Suffixes of tables, for those whose header is not known."""

_DELIMITERS: Final = ",;|"
_MOST_LINES: Final = 10_000
"""Lines that a value in quotation marks may have."""

Line = tuple[int, str] | Problem


def looks_like(text: str) -> bool:
    """Tell whether a text begins with the header of such a table."""
    header = text.partition("\n")[0]
    names = set(map(field_name, _quoted([header], _delimiter(header))))
    return not names.isdisjoint(IDENTIFIERS) and not names.isdisjoint(TEXTS)


@reader
def read(source: Source) -> Iterator[Paper | Problem]:
    """Read the rows of a table one after the other.

    Yields:
        A paper per row, or the problem that the row has too many or too few columns, no
        identifier, or no text; or that the table lacks such columns, with the columns it has.
    """
    if source.head.startswith(parquet.MARK):
        yield from parquet.rows(source)
        return
    # The module has one limit for all; its default is shorter than a paper.
    csv.field_size_limit(max(csv.field_size_limit(), source.limits.record))
    lines = _Lines(source)
    header = next((item for item in lines if isinstance(item, Problem) or item[1].strip()), None)
    if header is None or isinstance(header, Problem):
        yield header or source.problem(0, "the table is empty")
        return
    number, text = header
    delimiter = _delimiter(text)
    names = _quoted([text], delimiter)
    if lack := missing(names):
        yield source.problem(number, lack)
        return
    keys = [field_name(name) for name in names]
    for item in lines:
        if isinstance(item, Problem):
            yield item
            continue
        number, text = item
        if text.isspace():
            continue
        row = _row(text, lines, delimiter, len(keys))
        if not all(map(is_utf8, row)):
            yield source.problem(number, "not UTF-8: the row is left out")
        elif len(row) != len(keys):
            yield source.problem(number, f"{len(row)} columns; the header has {len(keys)}")
        else:
            yield paper_of(dict(zip(reversed(keys), reversed(row), strict=True)), number, source)


class _Lines:
    """The lines of a source with their numbers; some can be put back."""

    def __init__(self, source: Source) -> None:
        self._lines = enumerate(source.lines(), start=1)
        self._before: deque[Line] = deque()

    def __iter__(self) -> Iterator[Line]:
        return self

    def __next__(self) -> Line:
        if self._before:
            return self._before.popleft()
        number, line = next(self._lines)
        return line if isinstance(line, Problem) else (number, line)

    def put_back(self, items: list[Line]) -> None:
        """Let these items come next, in their order."""
        self._before.extendleft(reversed(items))


def _delimiter(header: str) -> str:
    return "\t" if "\t" in header else max(_DELIMITERS, key=header.count)


def _quoted(lines: Iterable[str], delimiter: str, *, strict: bool = False) -> list[str]:
    """Split the first record of some lines.

    Raises:
        csv.Error: If quotation marks are not as they should be; only when strict.
    """
    return next(csv.reader(lines, delimiter=delimiter, strict=strict), [])


def _row(text: str, lines: _Lines, delimiter: str, width: int) -> list[str]:
    """Split a row that begins with a line; where quotation marks say so, it takes further lines."""
    plain = text.rstrip("\n").split(delimiter)
    if '"' not in text:
        return plain
    taken: list[Line] = []

    def following() -> Iterator[str]:
        yield text
        for item in lines:
            taken.append(item)
            if isinstance(item, Problem) or len(taken) > _MOST_LINES:
                return
            yield item[1]

    try:
        row = _quoted(following(), delimiter, strict=True)
    except csv.Error:
        row = []
    if len(row) == width or (row and not taken):
        return row
    lines.put_back(taken)
    return plain if len(plain) == width else _quoted([text], delimiter)
