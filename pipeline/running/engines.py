"""What does the work on shards: this process, or others. All engines are used alike."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Protocol, TypeAlias

from pipeline.running.garbage import spare_loaded
from pipeline.running.limits import Limits, TimeLimitError, time_limit
from pipeline.running.shard_results import ShardResult
from pipeline.running.shard_work import ShardWork
from pipeline.running.shards import Shard


@dataclass(frozen=True, slots=True)
class Finished:
    """A shard that is done."""

    shard: Shard
    result: ShardResult


@dataclass(frozen=True, slots=True)
class Died:
    """A shard that cost a worker its life.

    Attributes:
        shard: The shard.
        reason: What happened, in words.
        culprit: Number of the item that was worked on; None if it is not known.
    """

    shard: Shard
    reason: str
    culprit: int | None = None


Outcome: TypeAlias = Finished | Died
OUT_OF_MEMORY = "it needs more memory than there is"


def over_time(limits: Limits) -> str:
    """Tell that a paper took too long."""
    return f"it takes longer than {limits.seconds:g} s"


def over_memory(limits: Limits) -> str:
    """Tell that a paper took too much memory in a worker."""
    return f"it needs more memory than {limits.memory_mb:,} MB"


class Engine(Protocol):
    """Works on shards."""

    @property
    def name(self) -> str:
        """Name for the record: `in-process`, `processes`, `dask`."""

    @property
    def workers(self) -> int:
        """How many shards are worked on at the same time."""

    @property
    def room(self) -> int:
        """How many more shards it takes now."""

    @property
    def underway(self) -> int:
        """How many items have been begun in shards that are not finished."""

    def submit(self, shard: Shard) -> None:
        """Take a shard; only when there is room."""

    def wait(self, also: Sequence[Connection], seconds: float) -> list[Outcome]:
        """Wait until something happens, but not longer than some seconds.

        Args:
            also: What else to wait for, besides the work.
            seconds: The most time to wait.

        Returns:
            What became of shards since the last call; may be nothing.
        """

    def close(self) -> None:
        """Stop all work at once."""


class InProcess:
    """Does the work in this process, one shard at a time."""

    name = "in-process"
    workers = 1

    def __init__(
        self, work: ShardWork, limits: Limits, *, on_item: Callable[[], None] = lambda: None
    ) -> None:
        """Set up.

        Args:
            work: Does the work.
            limits: Time that a paper may take.
            on_item: Called at the beginning of each item.
        """
        self._work = work
        self._limits = limits
        self._on_item = on_item
        self._shard: Shard | None = None
        self.underway = 0
        spare_loaded()

    @property
    def room(self) -> int:
        """Whether there is no shard waiting."""
        return int(self._shard is None)

    def submit(self, shard: Shard) -> None:
        """Take a shard."""
        self._shard = shard

    def wait(self, also: Sequence[Connection], seconds: float) -> list[Outcome]:
        """Do the work on the shard."""
        shard, self._shard = self._shard, None
        if shard is None:
            return []
        try:
            result = self._work.process(
                shard, on_item=self._begin, guard=lambda: time_limit(self._limits.seconds)
            )
        except MemoryError:
            return [Died(shard, OUT_OF_MEMORY, self.underway)]
        except TimeLimitError:
            return [Died(shard, over_time(self._limits), self.underway)]
        finally:
            self.underway = 0
        return [Finished(shard, result)]

    def close(self) -> None:
        """Forget the shard that waits."""
        self._shard = None
        gc.unfreeze()

    def _begin(self, number: int) -> None:
        self.underway = number
        self._on_item()
