"""The tables of a job as files: one writer, to which TSV files and partitions of Parquet are alike.

Both hold the same cells in the same order. A partition of Parquet has the rows of `PART_PAPERS`
papers, so that the parts with the same number, in the directories of the tables, are about the same
papers; what is in a part does not depend on how the work was divided.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Protocol, Self

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from pipeline.export.frames import NUMBERS
from pipeline.export.tsv import tsv_line
from pipeline.running.shard_results import TABLES, PaperRows

PART_PAPERS = 50_000
"""Papers in a partition."""
_GROUP_ROWS = 1 << 17
_BLOCK_BYTES = 1 << 23


class TableFormat(StrEnum):
    """How the tables of a job are written."""

    TSV = "tsv"
    PARQUET = "parquet"

    def file_names(self) -> list[str]:
        """Return the names of the tables' files or directories, in the order of `TABLES`."""
        return [f"{name}.{self}" for name in TABLES]


class TableFiles:
    """Writes the rows of papers, which come in order, to the files of the tables."""

    def __init__(
        self, directory: Path, form: TableFormat, *, part_papers: int = PART_PAPERS
    ) -> None:
        """Prepare to write.

        Args:
            directory: Where the files go; must exist and be empty.
            form: The form of the tables.
            part_papers: Papers in a partition of Parquet.
        """
        paths = [directory / name for name in form.file_names()]
        if form is TableFormat.TSV:
            self._tables: list[_Table] = [
                _TsvTable(path, columns)
                for path, columns in zip(paths, TABLES.values(), strict=True)
            ]
        else:
            self._tables = [
                _ParquetTable(path, columns, part_papers)
                for path, columns in zip(paths, TABLES.values(), strict=True)
            ]
        self._stack = ExitStack()

    def __enter__(self) -> TableFiles:
        for table in self._tables:
            self._stack.enter_context(table)
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def write(self, paper: PaperRows, tables: Sequence[bytes]) -> None:
        """Write the rows of the next paper: the lines of each table."""
        for table, lines in zip(self._tables, tables, strict=True):
            table.write(lines)


class _Table(Protocol):
    """One of the tables."""

    def __enter__(self) -> Self: ...
    def __exit__(self, kind: object, *_: object) -> bool | None: ...
    def write(self, lines: bytes) -> None:
        """Write the lines of a paper."""


class _TsvTable:
    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._path = path
        self._columns = columns

    def __enter__(self) -> _TsvTable:
        self._stream = self._path.open("xb")
        self._stream.write(tsv_line(self._columns))
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        with self._stream as stream:
            if kind is None:
                sync(stream)

    def write(self, lines: bytes) -> None:
        self._stream.write(lines)


class _ParquetTable:
    def __init__(self, path: Path, columns: Sequence[str], part_papers: int) -> None:
        types = {"int64": pa.int64(), "float64": pa.float64()}
        self._path = path
        self._schema = pa.schema([(c, types.get(NUMBERS.get(c, ""), pa.string())) for c in columns])
        self._part_papers = part_papers
        self._papers = 0
        self._part = 0
        self._lines = BytesIO()
        self._rows: pa.Table = self._schema.empty_table()

    def __enter__(self) -> _ParquetTable:
        self._path.mkdir()
        self._open_part()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._close_part()
        else:
            self._stream.close()

    def write(self, lines: bytes) -> None:
        if self._papers == self._part_papers:
            self._close_part()
            self._part += 1
            self._open_part()
        self._papers += 1
        self._lines.write(lines)
        if self._lines.tell() >= _BLOCK_BYTES:
            self._parse()

    def _open_part(self) -> None:
        self._papers = 0
        self._stream: IO[bytes] = (self._path / f"part-{self._part:05d}.parquet").open("xb")
        self._writer = pq.ParquetWriter(self._stream, self._schema, compression="zstd")

    def _close_part(self) -> None:
        self._parse()
        if len(self._rows):
            self._writer.write_table(self._rows)
            self._rows = self._schema.empty_table()
        self._writer.close()
        with self._stream as stream:
            sync(stream)

    def _parse(self) -> None:
        """Take over the lines so far, and write the row groups that are full."""
        if self._lines.tell():
            new = pyarrow.csv.read_csv(
                BytesIO(self._lines.getvalue()),
                read_options=pyarrow.csv.ReadOptions(
                    column_names=self._schema.names, use_threads=False, block_size=2 * _BLOCK_BYTES
                ),
                parse_options=pyarrow.csv.ParseOptions(delimiter="\t"),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=self._schema, strings_can_be_null=False
                ),
            )
            self._lines = BytesIO()
            # In one piece, so that the pages of the file do not depend on the pieces it came in.
            self._rows = pa.concat_tables([self._rows, new]).combine_chunks()
        while len(self._rows) >= _GROUP_ROWS:
            self._writer.write_table(self._rows.slice(0, _GROUP_ROWS).combine_chunks())
            self._rows = self._rows.slice(_GROUP_ROWS).combine_chunks()


def sync(stream: IO[bytes]) -> None:
    """See to it that what was written is on the disk."""
    stream.flush()
    os.fsync(stream.fileno())
