"""Shards: how large they are, and what becomes of them when a worker dies."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Paper, Passage, Problem
from pipeline.running.conductor import after_death
from pipeline.running.engines import Died
from pipeline.running.items import Item, Position
from pipeline.running.shards import Shard, Sharder


def item(number: int, length: int = 1000) -> Item:
    paper = Paper(str(number), (Passage("text", "text", "x" * length),))
    return Item(Position(0, number), paper, str(number), characters=length)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_shards_grow_with_the_speed_and_the_time() -> None:
    clock = Clock()
    sharder = Sharder(clock=clock)
    first = sharder.budget
    sharder.measured(100_000, 1.0)
    assert sharder.budget == 50_000 > first
    clock.now = 100.0
    assert sharder.budget == 500_000
    clock.now = 10_000.0
    assert sharder.budget == 1_000_000
    for _ in range(50):
        sharder.measured(10_000_000, 1.0)
    assert sharder.budget == 4_000_000, "a bound for memory"


def test_cutting() -> None:
    clock = Clock()
    sharder = Sharder(clock=clock)
    numbers = iter(range(1000))
    while not sharder.is_full:
        sharder.add(item(next(numbers)))
    shard = sharder.cut()
    assert sharder.budget <= shard.characters <= sharder.budget + 1200
    assert (shard.start, shard.end) == ((0, 0), (0, len(shard.items)))
    assert not sharder.has_items
    sharder.add(item(next(numbers)))
    assert not sharder.has_waited
    clock.now = 1.0
    assert sharder.has_waited
    assert sharder.cut().number == shard.number + 1


def test_what_lies_apart_is_in_shards_of_its_own() -> None:
    sharder = Sharder(clock=Clock())
    for number in (3, 4):
        sharder.add(item(number))
    assert not sharder.is_full
    sharder.add(item(9), behind_gap=True)
    sharder.add(item(20), behind_gap=True)
    found = []
    while sharder.has_items:
        found.append(sharder.cut())
    assert [[i.position.item for i in shard.items] for shard in found] == [[3, 4], [9], [20]]
    assert [shard.number for shard in found] == [0, 1, 2]
    sharder.add(item(30), behind_gap=True)
    assert sharder.cut().start == (0, 30), "nothing waited before the gap"


def killers(shard: Shard, kills: Callable[[Item], bool], known: bool) -> tuple[list[Item], int]:
    """Work on a shard whose killers kill every worker; return what is done, and the deaths."""
    done: list[Item] = []
    deaths = 0
    waiting = [shard]
    while waiting:
        shard = waiting.pop()
        harmful = [n for n, i in enumerate(shard.items) if kills(i)]
        if harmful:
            deaths += 1
            waiting += after_death(Died(shard, "it died", harmful[0] if known else None))
        else:
            done += shard.items
    return sorted(done, key=lambda i: i.position), deaths


@given(st.sets(st.integers(0, 30)), st.booleans())
def test_only_killers_go_to_the_quarantine(bad: set[int], known: bool) -> None:
    def kills(item: Item) -> bool:
        return isinstance(item.content, Paper) and item.position.item in bad

    shard = Shard(0, tuple(item(n) for n in range(31)))
    done, deaths = killers(shard, kills, known)
    assert [i.position.item for i in done] == list(range(31)), "nothing lost, nothing twice"
    assert {i.position.item for i in done if isinstance(i.content, Problem)} == bad
    if known:
        assert deaths == 2 * len(bad)


@pytest.mark.parametrize("culprit", [3, None])
def test_a_single_death_costs_no_paper(culprit: int | None) -> None:
    shard = Shard(0, tuple(item(n) for n in range(8)))
    again = list(after_death(Died(shard, "it died", culprit)))
    assert sorted(i.position.item for s in again for i in s.items) == list(range(8))
    assert all(isinstance(i.content, Paper) for s in again for i in s.items)
