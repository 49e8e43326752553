"""From what is read to items that can be worked on: identifiers, limits, what the report shows."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.model import Paper, Problem
from pipeline.running.items import (
    Event,
    Extents,
    FileOpened,
    FileRead,
    Item,
    StillReading,
    file_state,
    with_number,
)
from pipeline.running.job_directory import JobDirectory, Journal, ShardDone
from pipeline.running.limits import Limits
from pipeline.running.unique_ids import UniqueIds

SHOWN_CHARACTERS = 5_000_000
"""The report takes no further papers when those that it has are as long as this together."""


class Intake:
    """Takes in what is read, in the order of the input.

    Shards that were finished in an earlier session are passed over, in their place, so that papers
    get the same identifiers as if the job had never been interrupted.

    Attributes:
        items: How many items were taken in.
        behind_gap: Whether finished shards lie between the last item and the one before it.
        seconds: How long reading took.
    """

    def __init__(
        self,
        files: Sequence[Path],
        directory: JobDirectory,
        journal: Journal,
        *,
        limits: Limits,
        shown_papers: int,
    ) -> None:
        self._files = files
        self._directory = directory
        self._opened = journal.opened
        # Plain arrays: there may be a file for each of millions of papers.
        self._lengths = array("q", [-1]) * len(files)
        for number, entry in journal.read.items():
            self._lengths[number] = entry.items
        self._finished = list(reversed(journal.shards))
        self._limits = limits
        self._shown_papers = shown_papers
        self._ids = UniqueIds()
        self._shown = 0
        self._shown_characters = 0
        self._sizes = array("q", map(_size, files))
        self._total = sum(self._sizes)
        self._behind = float(sum(self._sizes[n] for n in journal.read))
        self._within = 0.0
        self.items = 0
        self.behind_gap = False
        self.seconds = sum(entry.seconds for entry in journal.read.values())

    @property
    def lengths(self) -> Sequence[int]:
        """Number of items of each file; -1 of one that has not been read to its end."""
        return self._lengths

    @property
    def share_read(self) -> float:
        """Share of the input's bytes that has been read, from 0 to 1."""
        return min(1.0, (self._behind + self._within) / self._total) if self._total else 0.0

    def take(self, event: Event) -> Item | None:
        """Take in what was read; return the item to work on, if it is one.

        Raises:
            UsageError: If a file is not what it was when the job began.
        """
        if isinstance(event, FileOpened):
            self._open(event)
        elif isinstance(event, StillReading):
            self._within = event.share * self._sizes[event.file]
        elif isinstance(event, FileRead):
            self._within = 0.0
            if self._lengths[event.file] < 0:
                self._behind += self._sizes[event.file]
            self._lengths[event.file] = event.items
            self.seconds += event.seconds
            self._directory.note(event)
        else:
            self.behind_gap = False
            while self._finished and self._finished[-1].start < event.position:
                self._pass_over(self._finished.pop())
                self.behind_gap = True
            self.items += 1
            return self._prepared(event)
        return None

    def _open(self, state: FileOpened) -> None:
        known = self._opened.get(state.file)
        if known is None:
            self._directory.note(state)
        elif state.sha256 != known.sha256:
            raise changed(self._files[state.file])

    def _pass_over(self, shard: ShardDone) -> None:
        with self._directory.open_shard(shard) as file:
            for paper in file.papers():
                self._ids.restore(*paper.key)
        self._shown += shard.shown
        self._shown_characters += shard.shown_characters

    def _prepared(self, item: Item) -> Item:
        paper = item.content
        if isinstance(paper, Problem):
            return item
        number = self._ids.add(paper.id)
        item = replace(
            item, content=with_number(paper, number), original_id=paper.id, number=number
        )
        if self._shown < self._shown_papers and self._shown_characters < SHOWN_CHARACTERS:
            self._shown += 1
            self._shown_characters += item.characters
            item = replace(item, shown=True)
        if item.characters > self._limits.characters:
            reason = (
                f"the paper has {item.characters:,} characters, more than the limit of "
                f"{self._limits.characters:,}"
            )
            return failed(item, reason)
        return item


def failed(item: Item, reason: str) -> Item:
    """Return the item with a problem in the place of its paper."""
    paper = item.content
    if not isinstance(paper, Paper):
        return item
    return replace(item, content=Problem(paper.source, 0, reason, paper.id))


def verify_inputs(files: Sequence[Path], journal: Journal) -> None:
    """Make sure that files are what they were when the job began.

    Files of the same size and time of last change are taken for the same; of others, the content is
    compared.

    Raises:
        UsageError: If one is not.
    """
    for number, known in journal.opened.items():
        status = _status(files[number])
        same = status == (known.size, known.mtime_ns)
        if not same and file_state(number, files[number]).sha256 != known.sha256:
            raise changed(files[number])


def changed(path: Path) -> UsageError:
    """Return the error that tells of a file that is not what it was."""
    return UsageError(
        f"{path} has changed since the unfinished job began; start over with --restart"
    )


def whole_files(journal: Journal) -> frozenset[int]:
    """Return the numbers of the files whose items are all in finished shards."""
    extents = Extents([(s.start, s.end) for s in journal.shards])
    return frozenset(n for n, entry in journal.read.items() if extents.has_all(n, entry.items))


def _status(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


def _size(path: Path) -> int:
    return _status(path)[0]
