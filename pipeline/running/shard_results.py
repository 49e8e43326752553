"""What becomes of a shard: the rows of its papers, packed into one file.

The file is a ZIP archive: the tables' lines, ordered by paper; one JSON line for each paper, which
tells how many lines of each table are its own; and the rest as JSON. Whoever opens the archive
later sees by its check sums whether it is whole.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias, cast

from pipeline.evaluation.seed_check import COLUMNS as FINDING_COLUMNS
from pipeline.export.frames import ENTITY_COLUMNS, MENTION_COLUMNS

TABLES: Mapping[str, tuple[str, ...]] = {
    "mentions": MENTION_COLUMNS,
    "entities": ENTITY_COLUMNS,
    "validation": FINDING_COLUMNS,
}
"""The tables of a job with their columns."""

Key: TypeAlias = tuple[str, int]
"""What papers are ordered by: the identifier of the source, and the number among its equals."""

_PAPERS, _REST = "papers.jsonl", "rest.json"


@dataclass(frozen=True, slots=True)
class PaperRows:
    """A paper in the tables.

    Attributes:
        key: What it is ordered by.
        lines: Number of its lines in each table, in the order of `TABLES`.
    """

    key: Key
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted and measured; adds up over shards and sessions of a job.

    Attributes:
        items: Papers of the input, those that failed among them.
        papers: Papers in the tables.
        characters: Code points of their text.
        mentions: Mentions.
        linked: Mentions with a concept.
        entities: Different concepts of each paper.
        problems: Everything that was wrong with the input.
        quarantined: Papers that failed.
        identified: Annotations of the papers themselves that carry an identifier.
        found: Those of them that were found exactly.
        seconds: Work by stage, summed over the processes.
        peak_memory_mb: Largest resident size of a process that worked on a shard.
    """

    items: int = 0
    papers: int = 0
    characters: int = 0
    mentions: int = 0
    linked: int = 0
    entities: int = 0
    problems: int = 0
    quarantined: int = 0
    identified: int = 0
    found: int = 0
    seconds: Mapping[str, float] = field(default_factory=dict)
    peak_memory_mb: int = 0

    def __add__(self, other: Counts) -> Counts:
        seconds = dict(self.seconds)
        for stage, value in other.seconds.items():
            seconds[stage] = round(seconds.get(stage, 0.0) + value, 6)
        peak = max(self.peak_memory_mb, other.peak_memory_mb)
        sums = {
            name: getattr(self, name) + getattr(other, name)
            for name in Counts.__slots__
            if name not in {"seconds", "peak_memory_mb"}
        }
        return Counts(**sums, seconds=seconds, peak_memory_mb=peak)

    def record(self) -> dict[str, Any]:
        """Return the counts as JSON-ready values."""
        return asdict(self)

    @classmethod
    def parse(cls, record: Mapping[str, Any]) -> Counts:
        """Make counts of what `record` returned."""
        return cls(**record)


@dataclass(frozen=True, slots=True)
class ShardResult:
    """A finished shard.

    Attributes:
        number: The shard's number.
        data: The archive.
        counts: What was counted.
    """

    number: int
    data: bytes
    counts: Counts


def pack(papers: Sequence[PaperRows], tables: Mapping[str, Sequence[bytes]], rest: bytes) -> bytes:
    """Return the archive of a shard.

    Args:
        papers: The papers, ordered by key.
        tables: Lines of each table, in the order of papers.
        rest: What else is to be kept, as JSON.
    """
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        _write(archive, _PAPERS, b"".join(map(format_paper, papers)))
        for name in TABLES:
            _write(archive, name, b"".join(tables[name]))
        _write(archive, _REST, rest)
    return buffer.getvalue()


def _write(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name)  # without the time of day
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)


class ShardFile:
    """A finished shard on disk, open for reading."""

    def __init__(self, path: Path) -> None:
        """Open an archive.

        Raises:
            OSError: If it cannot be read.
            zipfile.BadZipFile: If it is damaged.
        """
        self._archive = zipfile.ZipFile(path)

    def __enter__(self) -> ShardFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def papers(self) -> Iterator[PaperRows]:
        """Yield the papers, ordered by key."""
        with self._archive.open(_PAPERS) as stream:
            for line in stream:
                yield parse_paper(line)

    def open_tables(self, stack: ExitStack) -> list[BinaryIO]:
        """Open the lines of the tables, in the order of `TABLES`."""
        return [cast(BinaryIO, stack.enter_context(self._archive.open(name))) for name in TABLES]

    def is_whole(self) -> bool:
        """Tell whether all that is in it is as it was written."""
        try:
            return self._archive.testzip() is None
        except (zipfile.BadZipFile, zlib.error):
            return False

    def rest(self) -> bytes:
        """Return what else was kept, as JSON."""
        return self._archive.read(_REST)


def parse_paper(line: bytes) -> PaperRows:
    """Read the JSON line of a paper."""
    paper_id, number, *lines = json.loads(line)
    return PaperRows((paper_id, number), tuple(lines))


def format_paper(paper: PaperRows) -> bytes:
    """Write the JSON line of a paper."""
    return (json.dumps([*paper.key, *paper.lines]) + "\n").encode()
