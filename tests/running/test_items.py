"""The input as a sequence of items: its order, which parts of it are done, what is read of it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from light_jobs import many, write_papers

from pipeline.model import Paper, Problem
from pipeline.running.items import (
    Extents,
    FileOpened,
    FileRead,
    Item,
    Position,
    Selection,
    input_order,
    read_items,
)

START = Position(0, 0)


@st.composite
def inputs(draw: st.DrawFn) -> tuple[list[int], list[list[Position]]]:
    """Lengths of files, and their items cut into shards."""
    lengths = draw(st.lists(st.integers(0, 4), max_size=6))
    items = [Position(f, i) for f, length in enumerate(lengths) for i in range(length)]
    cuts = sorted(draw(st.sets(st.integers(1, max(1, len(items) - 1)))))
    edges = [0, *(c for c in cuts if c < len(items)), len(items)]
    return lengths, [items[a:b] for a, b in pairwise(edges) if a < b]


def stretch(shard: list[Position]) -> tuple[Position, Position]:
    return shard[0], Position(shard[-1].file, shard[-1].item + 1)


@given(inputs(), st.data())
def test_extents(drawn: tuple[list[int], list[list[Position]]], data: st.DataObject) -> None:
    lengths, every = drawn
    kept = [shard for shard in every if data.draw(st.booleans())]
    done = {position for shard in kept for position in shard}
    extents = Extents([stretch(shard) for shard in reversed(kept)])
    items = [position for shard in every for position in shard]
    for position in items:
        assert extents.has(position) == (position in done)
    for file, length in enumerate(lengths):
        whole = all(Position(file, i) in done for i in range(length))
        assert extents.has_all(file, length) == whole
    missing = [position for position in items if position not in done]
    assert extents.gap(lengths) == (missing[0] if missing else None)


def test_overlapping_shards_are_no_whole() -> None:
    twice = Extents([(START, Position(0, 3)), (Position(0, 2), Position(0, 5))])
    assert twice.gap([5]) is not None


def test_files_are_ordered_by_directory() -> None:
    paths = [Path(p) for p in ("b/x.txt", "a-b/x.txt", "a/z.txt", "a.txt", "a/b/y.txt")]
    ordered = sorted(paths, key=input_order)
    assert ordered == sorted(paths, key=lambda p: p.parts)
    absolute = sorted((p.absolute() for p in paths), key=input_order)
    assert absolute == [p.absolute() for p in ordered]


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    (tmp_path / "c.txt").write_bytes(b"")
    first = write_papers(tmp_path / "a.pubtator", many(4))
    return [first, write_papers(tmp_path / "b.pubtator", many(2), first=9), tmp_path / "c.txt"]


def test_reading(files: list[Path]) -> None:
    events = list(read_items(files, selection=Selection(), done=Extents(), whole=(), start=START))
    items = [e for e in events if isinstance(e, Item)]
    assert [i.position for i in items] == [
        (0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 1), (2, 0),
    ]  # fmt: skip
    assert isinstance(items[-1].content, Problem)
    assert all(isinstance(i.content, Paper) and i.characters > 20 for i in items[:-1])
    opened = [e for e in events if isinstance(e, FileOpened)]
    assert [(e.file, e.size) for e in opened] == [
        (n, f.stat().st_size) for n, f in enumerate(files)
    ]
    assert len({e.sha256 for e in opened}) == 3
    read = [e for e in events if isinstance(e, FileRead)]
    assert [(e.file, e.items) for e in read] == [(0, 4), (1, 2), (2, 1)]


def test_reading_what_is_not_done(files: list[Path]) -> None:
    done = Extents([(Position(0, 1), Position(0, 3)), (Position(1, 0), Position(1, 2))])
    events = list(
        read_items(files, selection=Selection(), done=done, whole={1}, start=Position(0, 1))
    )
    assert [e.position for e in events if isinstance(e, Item)] == [(0, 3), (2, 0)]
    assert [(e.file, e.items) for e in events if isinstance(e, FileRead)] == [(0, 4), (2, 1)]


def test_reading_one_paper(files: list[Path]) -> None:
    events = read_items(
        files[:1], selection=Selection(only=2), done=Extents(), whole=(), start=START
    )
    (item,) = [e for e in events if isinstance(e, Item)]
    assert isinstance(item.content, Paper)
    assert item.content.id == "3"


def test_additions(files: list[Path]) -> None:
    def addition():  # type: ignore[no-untyped-def]
        return lambda paper: (paper, f"nothing for {paper.id}")

    events = read_items(
        files, selection=Selection(addition=addition), done=Extents(), whole=(), start=START
    )
    warnings = [e.warning for e in events if isinstance(e, Item)]
    assert warnings == [*(f"nothing for {n}" for n in (1, 2, 3, 4, 9, 10)), ""]
