"""What a job tells of itself while it runs."""

from __future__ import annotations

import json
import logging

from pipeline.progress import told
from pipeline.running.monitor import Gauge, JsonLines, JsonLogHandler, State


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_speed_and_time_left() -> None:
    clock = Clock()
    gauge = Gauge(clock=clock)
    clock.now += 10
    # 200 papers are half of the input; 100 of them are done.
    state = gauge.state(100, 3, 200, 0.5)
    assert state == State(100, 3, 10.0, 0.25, 10.0, 30.0)
    assert told(state) == "100 papers, 10.0/s, 3 failed, 0:30 left"


def test_a_resumed_job_knows_what_was_done() -> None:
    clock = Clock()
    gauge = Gauge(papers=100, failures=1, clock=clock)
    gauge.state(0, 0, 0, 0.5)
    clock.now += 10
    state = gauge.state(50, 0, 100, 1.0)
    assert (state.papers, state.failures) == (150, 1)
    assert state.papers_per_second == 5.0
    assert state.share == 0.75
    assert state.seconds_left == 10.0


def test_nothing_done_yet() -> None:
    state = Gauge(clock=Clock()).state(0, 0, 0, 0.0)
    assert state.seconds_left is None
    assert told(state) == "0 papers, 0.0/s"


def test_lines_of_json() -> None:
    clock = Clock()
    lines: list[str] = []
    monitor = JsonLines(lines.append, every=5, clock=clock)
    state = State(1, 0, 1.0, 0.5, 1.0, None)
    for _ in range(12):
        clock.now += 1
        monitor.show(state)
    monitor.tell("problem", file="\ud800", line=3)
    logger = logging.getLogger("bionorm.test")
    logger.propagate = False
    logger.addHandler(JsonLogHandler(monitor))
    logger.warning("a worker died")
    records = [json.loads(line) for line in lines]
    assert [r["event"] for r in records] == ["progress", "progress", "problem", "log"]
    assert records[0] | {"papers": 1, "share": 0.5, "seconds_left": None} == records[0]
    assert records[2]["line"] == 3
    assert records[3]["text"] == "a worker died"
