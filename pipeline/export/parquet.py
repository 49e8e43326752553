"""Parquet: the columns of the tables with their types, in row groups, compressed by zstd."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.export.frames import NUMBERS, table_columns, table_rows
from pipeline.export.prefixes import restyle_paper
from pipeline.export.sink import Sink, WriteOptions
from pipeline.model import Paper

GROUP_ROWS: Final = 1 << 16
"""A row group is written when at least so many rows have come together."""


@contextmanager
def open_parquet(stream: BinaryIO, options: WriteOptions) -> Iterator[Sink]:
    """Write a table of mentions or entities."""
    types = {"int64": pa.int64(), "float64": pa.float64()}
    schema = pa.schema(
        [(c, types.get(NUMBERS.get(c, ""), pa.string())) for c in table_columns(options.table)]
    )
    rows: list[tuple[object, ...]] = []

    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:

        def flush() -> None:
            columns = zip(*rows, strict=True)
            arrays = [pa.array(c, type=f.type) for c, f in zip(columns, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            rows.clear()

        def write(paper: Paper) -> None:
            rows.extend(table_rows(restyle_paper(paper, options.prefix_style), options.table))
            if len(rows) >= GROUP_ROWS:
                flush()

        yield write
        if rows:
            flush()
