r"""Tab-separated values that pandas, `cut` and spreadsheets read alike.

Rules of the files:

- UTF-8 without a byte order mark, `\n` at the end of every line, a header line.
- A tab, a line end of any kind (also U+000B, U+000C, U+001C to U+001E, U+0085, U+2028, U+2029) or
  NUL inside a value becomes one space, character by character, so that the length of a cell is the
  length of the value. An unpaired surrogate becomes U+FFFD.
- A cell is quoted only when it begins with a double quote, because pandas, the `csv` module, R and
  Excel take a quote in that place for the start of a quoted cell. It is then written as RFC 4180
  says: quotes around it, its own quotes doubled. These programs read it back unchanged; `cut` finds
  it in the right column and shows the quotes. Quotes anywhere else are plain characters.
- Missing values are empty cells. Read the files with
  `pandas.read_csv(path, sep="\t", keep_default_na=False)`; without that option pandas turns texts
  such as `NA`, `None` or `nan` (there are genes of such names) into missing values.
- No value is changed to please a spreadsheet: a cell may begin with `=`, `+`, `-` or `@`, and gene
  symbols such as SEPT2 stay what they are. Import the files in Excel by "Data, From Text/CSV" with
  the columns' type set to text, so that it neither computes formulas nor makes dates.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pandas as pd

from pipeline.export.atomic import atomic_write
from pipeline.export.characters import one_line
from pipeline.export.frames import table_columns, table_rows
from pipeline.export.prefixes import restyle_paper
from pipeline.export.sink import Sink, WriteOptions
from pipeline.model import Paper

# What is not written as it is: line ends and NUL, surrogates, a quote at the start of a cell.
_NOT_PLAIN = re.compile('[\0\n-\r\x1c-\x1e\x85\u2028\u2029\ud800-\udfff]|(?:^|\t)"')


@contextmanager
def open_tsv(stream: BinaryIO, options: WriteOptions) -> Iterator[Sink]:
    """Write a table of mentions or entities."""
    stream.write(tsv_line(table_columns(options.table)))

    def write(paper: Paper) -> None:
        for row in table_rows(restyle_paper(paper, options.prefix_style), options.table):
            stream.write(row_line(row))

    yield write


def write_tsv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as tab-separated values, whole or not at all.

    Floating-point numbers are written in the shortest form that reads back as the same number;
    the index is not written.

    Args:
        frame: The table.
        path: The file to write. Its directory must exist.

    Raises:
        OSError: If the file cannot be written.
    """
    with atomic_write(path) as stream:
        stream.write(tsv_line(frame.columns))
        for row in frame.itertuples(index=False, name=None):
            stream.write(tsv_line(row))


def clean_cell(value: object) -> str:
    r"""Return what a reader of the file finds in the cell of a value.

    >>> clean_cell("a\tb\r\nc"), clean_cell(0.5), clean_cell(None)
    ('a b  c', '0.5', '')
    """
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    return one_line(str(value))


def tsv_line(values: Iterable[object]) -> bytes:
    r"""Return the line of a table's row or header.

    >>> tsv_line(("a\tb", 1, None, "c"))
    b'a b\t1\t\tc\n'
    """
    cells = (clean_cell(value) for value in values)
    return ("\t".join(map(_quoted, cells)) + "\n").encode()


def row_line(row: tuple[object, ...]) -> bytes:
    r"""Return what `tsv_line` does for a row without missing values: sooner where it is plain.

    >>> row_line(("a\tb", 1, "β"))
    b'a b\t1\t\xce\xb2\n'
    """
    line = "\t".join(map(str, row))
    if line.count("\t") == len(row) - 1 and not _NOT_PLAIN.search(line):
        return line.encode() + b"\n"
    return tsv_line(row)


def _quoted(cell: str) -> str:
    if cell.startswith('"'):
        return '"' + cell.replace('"', '""') + '"'
    return cell
