"""The arrays of the index against Python's own containers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.terminology.arrays import (
    BEGINNING,
    NAME,
    Filter,
    HashTable,
    Ragged,
    SortedStrings,
    Strings,
)

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=30)
# Strings that differ only behind the part that is searched, or in zeros at their end.
ALIKE = st.lists(
    st.builds(
        lambda head, tail: head + tail, st.sampled_from(["", "é" * 12, "a" * 23]), st.text("a\0é")
    )
)
HASHES = st.integers(0, 2**64 - 1)
# Hashes that want the same slots, at the end of the table too, where probing wraps around.
CROWDED = st.builds(
    lambda high, low: (high << 20) + low, st.integers(0, 2**43), st.sampled_from([0, 1, 2**20 - 1])
)


def pack(texts: list[str]) -> Strings:
    return Strings.pack(pa.array(texts, pa.string()))


@given(TEXTS)
def test_strings_come_back(texts: list[str]) -> None:
    strings = pack(texts)
    assert len(strings) == len(texts)
    assert [strings[i] for i in range(len(texts))] == texts


@given(TEXTS | ALIKE, st.text(max_size=12))
def test_strings_are_found_when_sorted(texts: list[str], other: str) -> None:
    ordered = sorted(set(texts))
    strings = SortedStrings.pack(pa.array(ordered, pa.string()))
    assert [strings[i] for i in range(len(strings))] == ordered
    assert [strings.find(t) for t in ordered] == list(range(len(ordered)))
    assert strings.find(other) == (ordered.index(other) if other in ordered else -1)


def test_a_slice_of_strings_is_packed_without_the_rest() -> None:
    part = pa.array(["zero", "one", "two", "three"]).slice(1, 2)
    strings = Strings.pack(part)
    assert [strings[0], strings[1]] == ["one", "two"]
    assert strings.block.tobytes() == b"onetwo"


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 1000)), max_size=40))
def test_ragged_keeps_the_order_within_a_key(pairs: list[tuple[int, int]]) -> None:
    keys = np.array([k for k, _ in pairs], np.int64)
    values = np.array([v for _, v in pairs], np.int64)
    ragged = Ragged.group(keys, values, 10)
    for key in range(10):
        assert ragged[key].tolist() == [v for k, v in pairs if k == key]


@given(st.sets(HASHES | CROWDED, max_size=200), st.lists(HASHES | CROWDED, max_size=50))
def test_the_hash_table_is_a_dictionary(keys: set[int], others: list[int]) -> None:
    known = {k: i for i, k in enumerate(sorted(keys))}
    table = HashTable.build(np.array(list(known), np.uint64))
    asked = [*known, *others]
    assert table.find(np.array(asked, np.uint64)).tolist() == [known.get(k, -1) for k in asked]


@pytest.mark.parametrize("low", [0, 2**30 - 1])
def test_many_collisions(low: int) -> None:
    keys = (np.arange(1000, dtype=np.uint64) << np.uint64(30)) + np.uint64(low)
    table = HashTable.build(keys)
    assert (table.find(keys) == np.arange(1000)).all()
    assert (table.find(keys + np.uint64(1 << 50)) == -1).all()


def test_zero_is_a_hash_like_any_other() -> None:
    assert HashTable.build(np.array([7], np.uint64)).find(np.zeros(1, np.uint64)).tolist() == [-1]
    assert HashTable.build(np.zeros(1, np.uint64)).find(np.zeros(1, np.uint64)).tolist() == [0]


def test_an_empty_table_has_nothing() -> None:
    table = HashTable.build(np.zeros(0, np.uint64))
    assert table.find(np.array([0, 1, 2**64 - 1], np.uint64)).tolist() == [-1, -1, -1]


@given(st.lists(HASHES, max_size=100), st.lists(HASHES, max_size=100), st.integers(3, 16))
def test_a_filter_misses_nothing(names: list[int], beginnings: list[int], bits: int) -> None:
    one, other = np.array(names, np.uint64), np.array(beginnings, np.uint64)
    filter_ = Filter.build(one, other, bits=bits)
    assert (filter_.look(one) & NAME).all()
    assert (filter_.look(other) & BEGINNING).all()


@given(st.lists(HASHES, max_size=50), st.lists(HASHES, max_size=50), st.lists(HASHES, max_size=50))
def test_a_filter_tells_apart_what_its_bits_tell_apart(
    names: list[int], beginnings: list[int], asked: list[int]
) -> None:
    filter_ = Filter.build(np.array(names, np.uint64), np.array(beginnings, np.uint64), bits=12)
    told = filter_.look(np.array(asked, np.uint64)).tolist()
    assert told == [
        NAME * (h >> 52 in {n >> 52 for n in names})
        + BEGINNING * (h >> 52 in {b >> 52 for b in beginnings})
        for h in asked
    ]
