"""Identifiers of a job: each one only once, however many there are and wherever it was resumed."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.running import unique_ids
from pipeline.running.unique_ids import UniqueIds

IDS = st.lists(st.sampled_from(["a", "b", "a#2", "a#3", "a#2#2", "", "#2", "\ud800"]), max_size=30)


def name(paper_id: str, number: int) -> str:
    return paper_id if number == 1 else f"{paper_id}#{number}"


@given(IDS)
def test_no_two_papers_have_the_same_name(ids: list[str]) -> None:
    seen = UniqueIds()
    names = [name(i, seen.add(i)) for i in ids]
    assert len(set(names)) == len(names)


@given(IDS, st.integers(0, 30))
def test_a_resumed_job_gives_the_same_numbers(ids: list[str], stop: int) -> None:
    whole = UniqueIds()
    numbers = [whole.add(i) for i in ids]
    resumed = UniqueIds()
    for paper_id, number in zip(ids[:stop], numbers[:stop], strict=True):
        resumed.restore(paper_id, number)
    assert [resumed.add(i) for i in ids[stop:]] == numbers[stop:]


def test_many_identifiers_take_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unique_ids, "_RECENT", 512)
    count = 20_000
    seen = UniqueIds()
    tracemalloc.start()
    assert {seen.add(str(i)) for i in range(count)} == {1}
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert size < 10 * count + 200 * 512
    assert [seen.add(str(i)) for i in range(0, count, 100)] == [2] * (count // 100)
