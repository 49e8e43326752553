"""Papers as rows of a Parquet file; `pipeline.papers.table` is the reader."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any, Final

from pipeline.model import Paper, Problem
from pipeline.papers.records import KEYS, field_name, missing, paper_of
from pipeline.papers.source import Source

MARK: Final = b"PAR1"
"""What a Parquet file begins with."""

_ROWS: Final = 64


def rows(source: Source) -> Iterator[Paper | Problem]:
    """Yield a paper per row, or the problem that it has no identifier or no text.

    Only the columns that are used are read, some rows at a time.

    Raises:
        PaperError: If the file is damaged or too large; the rows before that are yielded.
    """
    import pyarrow as pa
    from pyarrow import parquet

    number = 0
    try:
        with parquet.ParquetFile(source.file or io.BytesIO(source.content())) as file:
            names = file.schema_arrow.names
            if lack := missing(names):
                yield source.problem(0, lack)
                return
            keys = {name: field_name(name) for name in reversed(names)}
            wanted = [name for name in names if keys[name] in KEYS]
            for batch in file.iter_batches(_ROWS, columns=wanted):
                if batch.nbytes > _ROWS * source.limits.record:
                    raise source.error(0, f"rows {number + 1} and following are too large")
                for index in range(batch.num_rows):
                    number += 1
                    yield _paper(batch.slice(index, 1), keys, number, source)
    except (pa.ArrowException, ValueError, OSError, MemoryError) as error:
        reason = " ".join(str(error).split())[:200]
        raise source.error(0, f"the Parquet data are damaged: {reason}") from error


def _paper(row: Any, keys: dict[str, str], number: int, source: Source) -> Paper | Problem:
    try:
        [values] = row.to_pylist()
    except UnicodeDecodeError:
        return source.problem(0, f"row {number}: not UTF-8: the row is left out")
    record = {keys[name]: _plain(values[name]) for name in reversed(row.schema.names)}
    made = paper_of(record, 0, source)
    if isinstance(made, Problem):
        return replace(made, reason=f"row {number}: {made.reason}")
    problems = tuple(replace(p, reason=f"row {number}: {p.reason}") for p in made.problems)
    return replace(made, problems=problems)


def _plain(value: Any) -> Any:
    """Turn what JSON does not have into text; a missing number into nothing."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return None if value != value else value  # NaN
