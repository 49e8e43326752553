"""The course of a job: shards go to the engine, results to the disk, failures to the quarantine."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace

from pipeline.errors import BionormError
from pipeline.model import Paper
from pipeline.running.engines import Died, Engine, Finished
from pipeline.running.intake import Intake, failed
from pipeline.running.job_directory import JobDirectory, ShardDone
from pipeline.running.reading import Source
from pipeline.running.shard_results import Counts
from pipeline.running.shards import Shard, Sharder
from pipeline.running.stopping import Stop

LOG = logging.getLogger("bionorm")
_MOST_DEATHS = 20
_PATIENCE = 0.2


class Conductor:
    """Brings the items of a source through an engine to the disk.

    Memory is bounded: there are never more shards than the engine works on and one that waits, and
    no more is read until one of them has been written.
    """

    def __init__(
        self,
        source: Source,
        intake: Intake,
        engine: Engine,
        directory: JobDirectory,
        *,
        stop: Stop,
        on_progress: Callable[[], None],
    ) -> None:
        """Set up.

        Args:
            source: Where items come from.
            intake: Makes them ready to work on.
            engine: Does the work.
            directory: Where finished shards go.
            stop: Tells whether to stop when the shards in work are finished.
            on_progress: Called again and again while the work goes on.
        """
        self.finished: list[ShardDone] = []
        self.counts = Counts()
        self.deaths = 0
        self._source = source
        self._intake = intake
        self._engine = engine
        self._directory = directory
        self._stop = stop
        self._on_progress = on_progress
        self._sharder = Sharder()
        self._again: deque[Shard] = deque()
        self._next: Shard | None = None
        self._in_work = 0
        self._deaths_in_a_row = 0

    def run(self) -> bool:
        """Work until everything is done.

        Returns:
            Whether it is; False when it was asked to stop.

        Raises:
            BionormError: If workers die one after the other and nothing gets done.
            OSError: If a result cannot be written.
            UsageError: If a file has changed since an earlier session of the job.
        """
        while True:
            self._stop.check()
            self._feed()
            if not self._in_work and (self._stop.wanted or self._is_over()):
                return not self._stop.wanted
            outcomes = self._engine.wait(
                self._source.connections if self._wants() else (), _PATIENCE
            )
            self._in_work -= len(outcomes)
            for outcome in outcomes:
                if isinstance(outcome, Died):
                    self._mourn(outcome)
            self._feed()
            for outcome in outcomes:
                if isinstance(outcome, Finished):
                    self._write(outcome)
            self._on_progress()

    def _is_over(self) -> bool:
        return (
            self._source.exhausted
            and not self._again
            and self._next is None
            and not self._sharder.has_items
        )

    def _wants(self) -> bool:
        """Whether more items could be used now."""
        return self._next is None and not self._stop.wanted

    def _feed(self) -> None:
        """Give the engine what it can take, and have one more shard ready."""
        while not self._stop.wanted:
            if self._next is None:
                self._next = self._cut()
            if self._next is None or not self._engine.room:
                return
            self._engine.submit(self._next)
            self._in_work += 1
            self._next = None

    def _cut(self) -> Shard | None:
        if self._again:
            return self._again.popleft()
        sharder, source = self._sharder, self._source
        while not sharder.is_full and not source.exhausted:
            events = source.take()
            for event in events:
                item = self._intake.take(event)
                if item is not None:
                    sharder.add(item, behind_gap=self._intake.behind_gap)
            if not events:
                break
        idle = self._engine.room and sharder.has_waited
        if sharder.has_items and (sharder.is_full or source.exhausted or idle):
            return sharder.cut()
        return None

    def _write(self, outcome: Finished) -> None:
        shard, result = outcome.shard, outcome.result
        done = self._directory.keep(shard, result)
        self.finished.append(done)
        self.counts += result.counts
        self._deaths_in_a_row = 0
        self._sharder.measured(shard.characters, sum(result.counts.seconds.values()))

    def _mourn(self, died: Died) -> None:
        self.deaths += 1
        self._deaths_in_a_row += 1
        if self._deaths_in_a_row > _MOST_DEATHS:
            raise BionormError(
                f"{self._deaths_in_a_row} workers died one after the other, the last one because "
                f"{died.reason}"
            )
        for shard in after_death(died):
            self._again.append(self._sharder.renumbered(shard))


def after_death(died: Died) -> Iterator[Shard]:
    """Decide what becomes of the items of a shard that cost a worker its life.

    The item that was worked on is tried again, alone; if it costs another worker its life, it goes
    to the quarantine. When it is not known which item it was, the shard is tried again, and then in
    halves, until it is known.

    Yields:
        Shards with all the items.
    """
    shard = died.shard
    items = shard.items
    if len(items) == 1:
        if not shard.strikes:
            yield replace(shard, strikes=1)
        else:
            LOG.warning("%s goes to the quarantine: %s", _name(shard), died.reason)
            reason = f"given up after two workers died over it: {died.reason}"
            yield Shard(0, (failed(items[0], reason),))
    elif died.culprit is not None:
        LOG.warning("a worker died over %s (%s)", _name(shard, died.culprit), died.reason)
        alone = items[died.culprit : died.culprit + 1]
        for part, strikes in (
            (items[: died.culprit], 0),
            (alone, 1),
            (items[died.culprit + 1 :], 0),
        ):
            if part:
                yield Shard(0, part, strikes)
    elif not shard.strikes:
        LOG.warning("a worker died (%s); its %d papers are tried again", died.reason, len(items))
        yield replace(shard, strikes=1)
    else:
        middle = len(items) // 2
        for part in (items[:middle], items[middle:]):
            yield Shard(0, part, 1)


def _name(shard: Shard, number: int = 0) -> str:
    content = shard.items[number].content
    return f"paper {content.id}" if isinstance(content, Paper) else "a paper that cannot be read"
