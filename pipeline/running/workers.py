"""Worker processes on this machine: they share what is loaded, die alone, and are replaced.

On Linux workers are forked from this process when it has loaded the pipeline, so that they have it
in common, in memory as well; elsewhere they start afresh and load it themselves, which maps the
index but nothing else in common.

A worker says which item it begins, so that when it dies, or is silent for too long and is killed,
the paper is known that it was working on.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkContext, SpawnContext
from multiprocessing.process import BaseProcess
from typing import Literal, TypeAlias

from pipeline.errors import BionormError
from pipeline.running.engines import (
    Died,
    Finished,
    Outcome,
    over_memory,
    over_time,
)
from pipeline.running.garbage import spare_loaded
from pipeline.running.limits import Limits, end_with_parent, limit_memory
from pipeline.running.shard_results import ShardResult
from pipeline.running.shard_work import ShardWork
from pipeline.running.shards import Shard

StartMethod: TypeAlias = Literal["fork", "spawn"]
START_METHOD: StartMethod = "fork" if sys.platform == "linux" else "spawn"
_READY, _NO_MEMORY = "ready", "no memory"
_MOST_FALSE_STARTS = 3


@dataclass(slots=True)
class _Worker:
    """A worker process as its parent sees it.

    Attributes:
        process: The process.
        connection: To the process.
        ready: Whether it has loaded everything.
        shard: What it works on.
        item: Number of the item that it has begun.
        heard: When it last said something.
    """

    process: BaseProcess
    connection: Connection
    ready: bool = False
    shard: Shard | None = None
    item: int | None = None
    heard: float = 0.0


class Processes:
    """An engine of worker processes."""

    name = "processes"

    def __init__(
        self,
        open_work: Callable[[], ShardWork],
        limits: Limits,
        workers: int,
        *,
        method: StartMethod = START_METHOD,
    ) -> None:
        """Start the workers.

        Args:
            open_work: Called in each worker. With "fork" it may return what this process has
                loaded; with "spawn" it must be a function that can be sent to another process.
            limits: Time and memory of a paper.
            workers: How many.
            method: How they are started.
        """
        self.workers = workers
        self._open_work = open_work
        self._limits = limits
        self._context = process_context(method)
        self._false_starts = 0
        spare_loaded()  # or the collector of each worker would copy what they have in common
        self._pool = [self._start() for _ in range(workers)]

    @property
    def room(self) -> int:
        """How many workers are ready and have nothing to do."""
        return sum(w.ready and w.shard is None for w in self._pool)

    @property
    def underway(self) -> int:
        """How many items have been begun in shards that are not finished."""
        return sum(w.item or 0 for w in self._pool)

    def submit(self, shard: Shard) -> None:
        """Hand a shard to a worker that has nothing to do."""
        worker = next(w for w in self._pool if w.ready and w.shard is None)
        worker.shard, worker.item, worker.heard = shard, None, time.monotonic()
        with suppress(OSError):  # when it has just died, which `wait` will notice
            worker.connection.send(shard)

    def wait(self, also: Sequence[Connection], seconds: float) -> list[Outcome]:
        """Wait until a worker has finished a shard, has died, or has to be killed.

        Raises:
            BionormError: If workers die again and again before they are ready.
        """
        spoken = wait([*(w.connection for w in self._pool), *also], seconds)
        outcomes: list[Outcome] = []
        for i, worker in enumerate(self._pool):
            silent = time.monotonic() - worker.heard > self._limits.seconds
            try:
                if worker.connection in spoken:
                    outcomes += self._listen(worker)
                elif worker.shard and silent:
                    raise _LostError(over_time(self._limits))
            except _LostError as lost:
                outcomes += self._bury(worker, lost.reason)
                self._pool[i] = self._start()
        return outcomes

    def close(self) -> None:
        """Kill the workers."""
        for worker in self._pool:
            worker.process.kill()
        for worker in self._pool:
            worker.process.join()
            worker.connection.close()
        self._pool = []
        gc.unfreeze()

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_serve, args=(theirs, os.getpid(), self._open_work, self._limits), daemon=True
        )
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _listen(self, worker: _Worker) -> list[Outcome]:
        """Take in what a worker has said.

        Raises:
            _LostError: If it has died.
        """
        outcomes: list[Outcome] = []
        try:
            while worker.connection.poll():
                said = worker.connection.recv()
                worker.heard = time.monotonic()
                if isinstance(said, int):
                    worker.item = said
                elif isinstance(said, ShardResult) and worker.shard:
                    outcomes.append(Finished(worker.shard, said))
                    worker.shard = worker.item = None
                elif said == _READY:
                    worker.ready = True
                    self._false_starts = 0
                else:
                    raise _LostError(over_memory(self._limits))
        except (EOFError, OSError):
            worker.process.join(1)
            raise _LostError(f"the worker process {ending(worker.process.exitcode)}") from None
        return outcomes

    def _bury(self, worker: _Worker, reason: str) -> list[Outcome]:
        worker.process.kill()
        worker.process.join()
        worker.connection.close()
        if not worker.ready:
            self._false_starts += 1
            if self._false_starts >= _MOST_FALSE_STARTS:
                raise BionormError(f"no worker gets ready: {reason}")
        if worker.shard is None:
            return []
        item = worker.item
        known = item is not None and item < len(worker.shard.items)
        return [Died(worker.shard, reason, item if known else None)]


def process_context(method: StartMethod) -> ForkContext | SpawnContext:
    """Return what starts processes in that way."""
    if method == "fork":
        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")


class _LostError(Exception):
    """A worker is lost."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def ending(code: int | None) -> str:
    """Tell how a process ended, given its exit code."""
    if code is None:
        return "does not answer"
    if code >= 0:
        return f"ended with exit status {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"was killed by {name}"


def _serve(
    connection: Connection, parent: int, open_work: Callable[[], ShardWork], limits: Limits
) -> None:
    """Work on one shard after the other: the life of a worker."""
    # What a terminal sends to all its processes is for the parent to decide on.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with_parent(parent)
    work = open_work()
    limit_memory(limits.memory_mb)
    with suppress(EOFError, OSError):  # the parent has ended
        connection.send(_READY)
        while True:
            shard = connection.recv()
            try:
                result = work.process(shard, on_item=connection.send)
            except MemoryError:
                connection.send(_NO_MEMORY)
                return
            connection.send(result)
