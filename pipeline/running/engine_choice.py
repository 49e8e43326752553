"""Which engine does the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.running.engines import Engine, InProcess
from pipeline.running.limits import Limits
from pipeline.running.record import basis
from pipeline.running.shard_work import Recipe, ShardWork
from pipeline.running.workers import START_METHOD, Processes, StartMethod


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """What is to do the work: this process, if nothing else is chosen.

    Attributes:
        processes: Number of worker processes; None for none.
        scheduler: Address of a Dask scheduler; empty for none.
        local_cluster: Whether to use Dask with `processes` workers on this machine.
    """

    processes: int | None = None
    scheduler: str = ""
    local_cluster: bool = False

    @property
    def is_here(self) -> bool:
        """Whether all work is done in this process."""
        return self.processes is None and not self.scheduler and not self.local_cluster

    @property
    def reading(self) -> StartMethod | None:
        """How the process is started that reads; None to read in this process."""
        if self.is_here:
            return None
        # Dask has threads, and a process with threads cannot be forked safely.
        return "spawn" if self.scheduler or self.local_cluster else START_METHOD

    def open(
        self,
        work: ShardWork,
        recipe: Recipe,
        limits: Limits,
        snapshot: Path,
        on_item: Callable[[], None],
    ) -> Engine:
        """Start the engine.

        Args:
            work: What this process has loaded.
            recipe: How other processes load the same.
            snapshot: Directory of the terminology's snapshot.
            limits: What a paper may cost.
            on_item: Called at the beginning of each item, if the work is done in this process.

        Raises:
            UsageError: If Dask is chosen and not installed, or its scheduler cannot be reached.
        """
        if self.scheduler or self.local_cluster:
            try:
                from pipeline.running.dask_engine import DaskEngine
            except ModuleNotFoundError as error:
                raise UsageError(f"{error}: pip install 'dask[distributed]'") from None
            return DaskEngine(
                recipe,
                limits,
                snapshot,
                basis(work.nlp, snapshot),
                scheduler=self.scheduler,
                workers=self.processes,
            )
        if self.processes is not None:
            open_work = (lambda: work) if START_METHOD == "fork" else recipe.open
            return Processes(open_work, limits, self.processes)
        return InProcess(work, limits, on_item=on_item)


IN_PROCESS = EngineChoice()
"""All work in this process."""
