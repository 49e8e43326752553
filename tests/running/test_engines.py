"""Engines and the conductor: bounded memory, and workers that are started afresh."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from light_jobs import load_light, many, write_papers

from pipeline.model import Paper, Passage
from pipeline.running.conductor import Conductor
from pipeline.running.engines import Finished, Outcome
from pipeline.running.intake import Intake
from pipeline.running.items import Event, Extents, FileRead, Item, Position, Selection, read_items
from pipeline.running.job_directory import JobDirectory, Journal
from pipeline.running.limits import Limits
from pipeline.running.shard_results import Counts, ShardResult
from pipeline.running.shard_work import Recipe
from pipeline.running.shards import Shard
from pipeline.running.stopping import Stop
from pipeline.running.workers import Processes
from pipeline.terminology.terminology import shared_terminology

PAPERS = 3000


class Papers:
    """A source that never runs dry until its end, and counts what was taken."""

    connections: Sequence[Connection] = ()

    def __init__(self) -> None:
        self.taken = 0
        self.exhausted = False

    def take(self) -> list[Event]:
        if self.taken == PAPERS:
            self.exhausted = True
            return []
        self.taken += 1
        paper = Paper(str(self.taken), (Passage("text", "text", "x" * 2000),))
        last = [FileRead(0, PAPERS, 0.0)] if self.taken == PAPERS else []
        return [Item(Position(0, self.taken - 1), paper, characters=2000), *last]

    def close(self) -> None:
        self.exhausted = True


class SlowEngine:
    """Two workers, of which each needs a while for a shard; notes how much was read ahead."""

    name = "slow"
    workers = 2
    underway = 0

    def __init__(self, source: Papers) -> None:
        self.source = source
        self.shards: list[Shard] = []
        self.finished = 0
        self.ahead: list[int] = []

    @property
    def room(self) -> int:
        return self.workers - len(self.shards)

    def submit(self, shard: Shard) -> None:
        assert self.room > 0
        self.shards.append(shard)

    def wait(self, also: Sequence[Connection], seconds: float) -> list[Outcome]:
        self.ahead.append(self.source.taken - self.finished)
        shard = self.shards.pop(0)
        self.finished += len(shard.items)
        seconds = {"annotate": 0.01 * len(shard.items)}
        return [Finished(shard, ShardResult(0, b"", Counts(len(shard.items), seconds=seconds)))]

    def close(self) -> None:
        self.shards = []


def test_no_more_is_read_than_can_be_worked_on(tmp_path: Path) -> None:
    source = Papers()
    engine = SlowEngine(source)
    directory = JobDirectory(tmp_path / "out")
    with directory.locked():
        directory.begin({})
        intake = Intake([tmp_path], directory, Journal({}, {}, ()), limits=Limits(), shown_papers=0)
        conductor = Conductor(
            source, intake, engine, directory, stop=Stop(), on_progress=lambda: None
        )
        assert conductor.run()
        directory.leave()
    assert engine.finished == PAPERS == conductor.counts.items
    largest = max(shard.end.item - shard.start.item for shard in conductor.finished)
    assert max(engine.ahead) <= 3 * largest, "two in work and one that waits"
    assert len(conductor.finished) > 10


def test_workers_that_are_started_afresh(small_snapshot: Path, tmp_path: Path) -> None:
    recipe = Recipe(
        partial(load_light, small_snapshot), partial(shared_terminology, str(small_snapshot))
    )
    file = write_papers(tmp_path / "in.pubtator", many(5))
    events = read_items(
        [file], selection=Selection(), done=Extents(), whole=(), start=Position(0, 0)
    )
    shard = Shard(0, tuple(e for e in events if isinstance(e, Item)))
    engine = Processes(recipe.open, Limits(), 1, method="spawn")
    try:
        assert engine.room == 0, "not ready yet"
        while not engine.room:
            engine.wait((), 0.1)
        engine.submit(shard)
        outcomes: list[Outcome] = []
        while not outcomes:
            outcomes = engine.wait((), 0.1)
    finally:
        engine.close()
    (outcome,) = outcomes
    assert isinstance(outcome, Finished)
    assert outcome.result.data == recipe.open().process(shard).data
