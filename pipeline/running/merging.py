"""From the rows of many shards to tables that are ordered by paper.

Shards are ordered within themselves, so the tables are made by merging them: at most `FAN_IN` at a
time, whatever their number, so that memory and open files stay bounded (external merge sort, Knuth,
The Art of Computer Programming 3, 5.4).
"""

from __future__ import annotations

import gzip
import heapq
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from pipeline.errors import BionormError
from pipeline.running.shard_results import TABLES, PaperRows, ShardFile, format_paper, parse_paper

FAN_IN = 64
_PAPERS = "papers"

OpenRun = Callable[[ExitStack], "tuple[Iterator[PaperRows], list[BinaryIO]]"]
"""Opens something ordered: its papers, and the lines of each table in step with them."""


class PaperSink(Protocol):
    """Where the rows of papers go, in order."""

    def write(self, paper: PaperRows, tables: Sequence[bytes]) -> None:
        """Take the rows of a paper: the lines of each table, in the order of `TABLES`."""


def merge_shards(shards: Sequence[Path], sink: PaperSink, scratch: Path) -> None:
    """Write the rows of shards to a sink, ordered by paper.

    Args:
        shards: Files of shards.
        sink: Where the rows go.
        scratch: Directory for intermediate files; must exist.

    Raises:
        OSError: If a file cannot be read or written.
        zipfile.BadZipFile: If a shard is damaged.
    """
    runs = [_shard_opener(path) for path in shards]
    level = 0
    while len(runs) > FAN_IN:
        merged = []
        for start in range(0, len(runs), FAN_IN):
            directory = scratch / f"merged-{level}-{start // FAN_IN}"
            directory.mkdir()
            with _RunWriter(directory) as writer:
                _merge(runs[start : start + FAN_IN], writer)
            merged.append(_run_opener(directory))
        runs = merged
        level += 1
    _merge(runs, sink)


def _merge(runs: Sequence[OpenRun], sink: PaperSink) -> None:
    with ExitStack() as stack:
        for paper, rows in heapq.merge(*(_rows(run, stack) for run in runs), key=_key):
            sink.write(paper, rows)


def _rows(run: OpenRun, stack: ExitStack) -> Iterator[tuple[PaperRows, list[bytes]]]:
    papers, streams = run(stack)
    for paper in papers:
        rows = []
        for stream, count in zip(streams, paper.lines, strict=True):
            lines = list(islice(stream, count))
            if len(lines) != count:
                raise BionormError(f"rows of paper {paper.key[0]} are missing in a shard")
            rows.append(b"".join(lines))
        yield paper, rows


def _key(entry: tuple[PaperRows, list[bytes]]) -> tuple[str, int]:
    return entry[0].key


def _shard_opener(path: Path) -> OpenRun:
    def open_run(stack: ExitStack) -> tuple[Iterator[PaperRows], list[BinaryIO]]:
        shard = stack.enter_context(ShardFile(path))
        return shard.papers(), shard.open_tables(stack)

    return open_run


def _run_opener(directory: Path) -> OpenRun:
    def open_run(stack: ExitStack) -> tuple[Iterator[PaperRows], list[BinaryIO]]:
        papers = stack.enter_context(gzip.GzipFile(directory / _PAPERS))
        tables = [
            cast(BinaryIO, stack.enter_context(gzip.GzipFile(directory / name))) for name in TABLES
        ]
        return map(parse_paper, papers), tables

    return open_run


class _RunWriter:
    """Writes merged rows to compressed files that can be merged again."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._stack = ExitStack()

    def __enter__(self) -> _RunWriter:
        self._papers, *self._tables = (
            self._stack.enter_context(gzip.GzipFile(self._directory / name, "wb", compresslevel=1))
            for name in (_PAPERS, *TABLES)
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def write(self, paper: PaperRows, tables: Sequence[bytes]) -> None:
        """Take the rows of a paper."""
        self._papers.write(format_paper(paper))
        for stream, lines in zip(self._tables, tables, strict=True):
            stream.write(lines)
