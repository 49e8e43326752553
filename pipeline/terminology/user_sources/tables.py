"""Tables with a header, as spreadsheets, scripts and people write them: TSV and CSV.

Values may be quoted as in RFC 4180, with line breaks inside. In a TSV, a quotation mark that does
not enclose a whole value is a part of it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.terminology.user_sources.statements import Fault

_LONGEST_RECORD = 50  # lines; an unclosed quotation mark must not swallow the file


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a table: its line, from 1, and its values by column; absent ones are empty."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table before its rows are read.

    Attributes:
        remarks: The lines before the header that begin with `#`, without it.
        header: Names of the columns in small letters, with `_` for blanks and hyphens.
        delimiter: Tab, comma or semicolon.
        lines: Number and text of each line after the header.
    """

    remarks: tuple[str, ...]
    header: tuple[str, ...]
    delimiter: str
    lines: Sequence[tuple[int, str]]

    def rows(self) -> Iterator[Record | Fault]:
        """Yield the rows, and a fault in the place of each that cannot be read.

        Missing values at the end of a row are empty; rows with too many are faults.
        """
        position = 0
        while position < len(self.lines):
            number, line = self.lines[position]
            position += 1
            if not line.strip():
                continue
            if "\ufffd" in line:
                yield Fault(number, "is not UTF-8; row left out")
                continue
            fields, more = self._fields(line, position)
            position += more
            surplus = len(fields) - len(self.header)
            if not fields:
                yield Fault(number, "a quotation mark is not closed; row left out")
            elif surplus > 0 and any(fields[-surplus:]):
                yield Fault(
                    number, f"has {len(fields)} values for {len(self.header)} columns; row left out"
                )
            else:
                values = {c: v.strip() for c, v in zip(self.header, fields, strict=False)}
                yield Record(number, dict.fromkeys(self.header, "") | values)

    def _fields(self, line: str, position: int) -> tuple[list[str], int]:
        """Return the values of a row and how many further lines it takes; none if it is broken."""
        if fields := split(line, self.delimiter):
            return fields, 0
        record = line
        for more, (_, following) in enumerate(self.lines[position : position + _LONGEST_RECORD], 1):
            record = f"{record}\n{following}"
            fields = split(record, self.delimiter)
            if len(fields) == len(self.header):
                return fields, more
        return (line.split(self.delimiter) if self.delimiter == "\t" else []), 0


def parse(text: str, *, is_header: frozenset[str]) -> Table | None:
    """Find the header of a table; None when there is none.

    Args:
        text: The table's text.
        is_header: Names of columns (in the form of `Table.header`), one of which every header has.
            It tells a header that begins with `#` from a remark.
    """
    remarks: list[str] = []
    lines = list(enumerate(text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"), 1))
    for i, (_, line) in enumerate(lines):
        if not line.strip():
            continue
        delimiter = next((d for d in "\t,;" if d in line), "\t")
        names = split(line.lstrip("#"), delimiter)
        header = tuple("_".join(n.replace("-", " ").casefold().split()) for n in names)
        if len(header) > 1 and not is_header.isdisjoint(header):
            return Table(tuple(remarks), header, delimiter, lines[i + 1 :])
        if not line.startswith("#"):
            return None
        remarks.append(line[1:])
    return None


def split(line: str, delimiter: str) -> list[str]:
    """Return the values of a row, none when its quotation marks do not match."""
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []


def several(value: str) -> list[str]:
    r"""Split a value at its vertical bars; `\|` is a bar within a value.

    >>> several("OA | degenerative arthritis||a\\|b")
    ['OA', 'degenerative arthritis', 'a|b']
    """
    parts = value.replace("\\|", "\0").split("|")
    return [part.replace("\0", "|").strip() for part in parts if part.strip()]
