"""Workers of a Dask cluster: shards as tasks, results as their values.

A worker needs the package and its data, and nothing that it shares with this process: no common
file system, as papers come with the task and rows go back with its result. Only this process
writes, so a task that Dask runs twice does no harm.

Every worker loads the pipeline once, and works only if it has the same versions, the same
terminology and the same settings as this process.
"""

from __future__ import annotations

import faulthandler
import logging
import math
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import dask
from distributed import Client, Future, KilledWorker, LocalCluster, WorkerPlugin, get_worker

from pipeline.errors import BionormError, UsageError
from pipeline.running.engines import OUT_OF_MEMORY, Died, Finished, Outcome
from pipeline.running.garbage import spare_loaded
from pipeline.running.limits import Limits
from pipeline.running.record import basis, differences
from pipeline.running.shard_results import ShardResult
from pipeline.running.shard_work import Recipe, ShardWork
from pipeline.running.shards import Shard

_ENVIRONMENT = "distributed.nanny.pre-spawn-environ"
_SECONDS_TO_CONNECT = 30
_SECONDS_BETWEEN_COUNTS = 2.0
_SECONDS_BETWEEN_LOOKS = 0.02
_SECONDS_OF_GRACE = 1.0
_SHARDS_PER_THREAD = 2


@dataclass(frozen=True, slots=True)
class _Lost:
    """What a task returns that ran out of memory: the number of the item."""

    item: int


class _Loader(WorkerPlugin):  # type: ignore[misc]  # Dask's types are unfinished
    """Loads the pipeline in a worker, while the first shards are on their way."""

    def __init__(self, name: str, recipe: Recipe, snapshot: Path, basis: Mapping[str, Any]) -> None:
        self.name = name
        self._recipe = recipe
        self._snapshot = snapshot
        self._basis = basis

    def setup(self, worker: Any) -> None:
        """Begin to load."""
        # spaCy is not made for threads: a worker with several works on one shard at a time.
        self.lock = threading.Lock()
        self.deadline = Deadline()
        thread = ThreadPoolExecutor(1)
        self._work = thread.submit(self._open, worker.address)
        thread.shutdown(wait=False)

    @property
    def work(self) -> ShardWork:
        """What does the work.

        Raises:
            BionormError: If it would do it in another way than the client.
        """
        return self._work.result()

    def _open(self, address: str) -> ShardWork:
        work = self._recipe.open()
        different = differences(self._basis, basis(work.nlp, self._snapshot))
        if different:
            raise BionormError(f"the worker {address} is set up {' and '.join(different)}")
        spare_loaded()
        return work


class DaskEngine:
    """An engine of Dask workers, on this machine or elsewhere."""

    name = "dask"
    underway = 0

    def __init__(
        self,
        recipe: Recipe,
        limits: Limits,
        snapshot: Path,
        basis: Mapping[str, Any],
        *,
        scheduler: str = "",
        workers: int | None = None,
    ) -> None:
        """Connect to a cluster, or start one on this machine.

        Args:
            recipe: How a worker loads the pipeline.
            limits: Time that a paper may take; memory is for Dask to limit.
            snapshot: Directory of the terminology's snapshot, in a worker.
            basis: What a worker must have in common with this process.
            scheduler: Address of the scheduler; empty to start a cluster.
            workers: Workers of the cluster to start; by default one for each core.

        Raises:
            UsageError: If the scheduler does not answer.
        """
        self._limits = limits
        self._shards: dict[str, Shard] = {}
        self._done: SimpleQueue[Future] = SimpleQueue()
        self._cluster: LocalCluster | None = None
        self._session = os.urandom(4).hex()
        self._plugin = f"bionorm-{self._session}"
        self._submitted = 0
        self._threads = self.workers = 0
        self._counted = 0.0
        # The command tells what matters; what Dask tells on the way is for those who debug it.
        logging.getLogger("distributed").setLevel(logging.ERROR)
        if not scheduler:
            # Which shards a lost worker had is known at once; what becomes of them is decided here.
            environment = dict(dask.config.get(_ENVIRONMENT))
            # Every array of a paper would be given back to the system and asked for anew.
            environment.pop("MALLOC_TRIM_THRESHOLD_", None)
            dask.config.set(
                {
                    "distributed.scheduler.allowed-failures": 0,
                    "distributed.worker.profile.enabled": False,
                    _ENVIRONMENT: environment,
                }
            )
            self._cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                dashboard_address=None,
                memory_limit=f"{limits.memory_mb}MiB",
            )
        try:
            self._client = Client(self._cluster or scheduler, timeout=_SECONDS_TO_CONNECT)
        except (OSError, ValueError) as error:
            raise UsageError(
                f"the Dask scheduler at {scheduler} does not answer: {error}"
            ) from None
        self._client.register_plugin(_Loader(self._plugin, recipe, snapshot, basis))

    @property
    def room(self) -> int:
        """How many more shards the workers can have, with some in reserve."""
        if time.monotonic() - self._counted > _SECONDS_BETWEEN_COUNTS:
            threads = self._client.nthreads()
            self.workers = max(self.workers, len(threads))
            self._threads = sum(threads.values())
            self._counted = time.monotonic()
        return max(1, _SHARDS_PER_THREAD * self._threads) - len(self._shards)

    def submit(self, shard: Shard) -> None:
        """Send a shard to the cluster."""
        self._submitted += 1
        key = f"{self._plugin}-{self._submitted}"
        self._shards[key] = shard
        future = self._client.submit(
            _work_on, shard, self._plugin, self._limits.seconds, key=key, pure=False
        )
        future.add_done_callback(self._done.put)

    def wait(self, also: Sequence[Connection], seconds: float) -> list[Outcome]:
        """Wait until a task is done.

        Raises:
            BionormError: If a worker is not set up as it should be, or the scheduler is gone.
        """
        futures = []
        with suppress(Empty):
            if also:
                wait(also, _SECONDS_BETWEEN_LOOKS)
                futures.append(self._done.get_nowait())
            else:
                futures.append(self._done.get(timeout=seconds))
            while True:
                futures.append(self._done.get_nowait())
        return [self._outcome(future) for future in futures]

    def close(self) -> None:
        """Stop all work and leave the cluster."""
        with suppress(Exception):  # a cluster that is gone needs no farewell
            self._client.unregister_worker_plugin(self._plugin)
        self._client.close()
        if self._cluster:
            self._cluster.close()

    def _outcome(self, future: Future) -> Outcome:
        shard = self._shards.pop(future.key)
        if future.status == "error":
            error = future.exception()
            if isinstance(error, KilledWorker):
                return Died(shard, "the worker was killed, or took too long and ended itself")
            raise BionormError(f"a Dask worker failed: {error}")
        if future.status != "finished":
            raise BionormError("the Dask scheduler is gone")
        result: ShardResult | _Lost = future.result()
        if isinstance(result, _Lost):
            return Died(shard, OUT_OF_MEMORY, result.item)
        return Finished(shard, result)


def _work_on(shard: Shard, plugin: str, seconds: float) -> ShardResult | _Lost:
    """Work on a shard: the task."""
    loader: _Loader = get_worker().plugins[plugin]
    item = 0

    def begun(number: int) -> None:
        nonlocal item
        item = number

    with loader.lock:
        try:
            return loader.work.process(
                shard, on_item=begun, guard=lambda: loader.deadline.within(seconds)
            )
        except MemoryError:
            return _Lost(item)
        finally:
            loader.deadline.lift()


class Deadline:
    """Ends this process when what happens within takes too long: a task cannot be interrupted.

    The watch is a thread of its own, started for a while of papers and not for each: a thirtieth
    of a paper's time would go into starting and stopping it.
    """

    def __init__(self, *, grace: float = _SECONDS_OF_GRACE) -> None:
        """Set up.

        Args:
            grace: Seconds for which one watch is enough, and that a paper may take longer.
        """
        self._grace = grace
        self._set = -math.inf

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Allow what happens within at least these seconds, and the grace more at most."""
        now = time.monotonic()
        if now - self._set >= self._grace:
            faulthandler.dump_traceback_later(seconds + self._grace, exit=True)
            self._set = now
        yield

    def lift(self) -> None:
        """Let the process live on."""
        faulthandler.cancel_dump_traceback_later()
        self._set = -math.inf
