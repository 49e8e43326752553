r"""Comma-separated values, for pandas or for Excel.

A CSV is UTF-8 with a header line, quoted as RFC 4180 says, `\n` at the end of a line; cells have
the values of the TSV (see `pipeline.export.tsv`). pandas, R and the `csv` module read them back
unchanged, and no value is altered to please a spreadsheet.

A spreadsheet, however, takes `=1+1` for a formula to compute and MARCH1 for the first of March, and
reads UTF-8 as another encoding. CSV has no means against this, so a file for Excel and LibreOffice
is made on request and is another one: it begins with a byte order mark, and a cell is written as a
formula that yields a text (`="MARCH1"`) when it begins with `=`, `+`, `-` or `@`, or when it has a
digit and holds words of the paper or of a terminology. The spreadsheet shows `MARCH1`, and computes
nothing that a paper says. Such a file is for eyes, not for pandas.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from pipeline.export.frames import table_columns, table_rows
from pipeline.export.prefixes import restyle_paper
from pipeline.export.sink import Sink, WriteOptions
from pipeline.export.tsv import clean_cell
from pipeline.model import Paper

_WORDS: Final = frozenset({"paper_id", "text", "name", "texts"})
_OPERATORS: Final = ("=", "+", "-", "@")
_DIGIT: Final = re.compile(r"\d")
_LONGEST_LITERAL: Final = 255
"""Code points that Excel allows in a text within a formula."""


@contextmanager
def open_csv(stream: BinaryIO, options: WriteOptions) -> Iterator[Sink]:
    """Write a table of mentions or entities."""
    columns = table_columns(options.table)
    if options.excel:
        stream.write(codecs.BOM_UTF8)
    writer = csv.writer(codecs.getwriter("utf-8")(stream), lineterminator="\n")
    writer.writerow(columns)

    def write(paper: Paper) -> None:
        for row in table_rows(restyle_paper(paper, options.prefix_style), options.table):
            cells: Iterable[str] = map(clean_cell, row)
            if options.excel:
                pairs = zip(columns, cells, strict=True)
                cells = (shown_in_excel(v, words=c in _WORDS) for c, v in pairs)
            writer.writerow(cells)

    yield write


def shown_in_excel(value: str, *, words: bool = True) -> str:
    """Return the cell that a spreadsheet shows as this value, whatever the value is.

    A value too long for a text within a formula gets an apostrophe before it if it would be
    computed; one that long is no date.

    Args:
        value: The value.
        words: Whether it holds words, so that a number or date in it is none.

    >>> shown_in_excel("SEPT2"), shown_in_excel("osteopontin"), shown_in_excel("=1+1")
    ('="SEPT2"', 'osteopontin', '="=1+1"')
    """
    computed = value.startswith(_OPERATORS)
    if not computed and not (words and _DIGIT.search(value)):
        return value
    if len(value) > _LONGEST_LITERAL:
        return f"'{value}" if computed else value
    return '="' + value.replace('"', '""') + '"'
