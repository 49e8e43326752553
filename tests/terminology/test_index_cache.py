"""The cache of compiled indexes: compiled once, whole or not at all, shared by processes."""

from __future__ import annotations

import logging
import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from pipeline.errors import SnapshotError
from pipeline.terminology import index as index_module
from pipeline.terminology.index import cache_directory, open_index
from pipeline.terminology.terminology import Terminology

Make = Callable[..., Path]


def found(snapshot: Path, cache: Path) -> list[tuple[str, str]]:
    terminology = Terminology.open(snapshot, cache=cache)
    return [(c.curie, c.matched) for c in terminology.lookup("Runx2")]


EXPECTED = [
    ("NCBIGene:860", "RUNX2"),
    ("NCBIGene:12393", "Runx2"),
    ("NCBIGene:367218", "Runx2"),
]


def only_index(cache: Path) -> Path:
    (directory,) = (cache / "index").iterdir()
    return directory


def is_mapped(array: npt.NDArray[Any]) -> bool:
    return isinstance(array, np.memmap) or isinstance(array.base, np.memmap)


@pytest.fixture
def no_compiling(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def forbid() -> None:
        def fail(_: Path) -> None:
            raise AssertionError("compiled again")

        monkeypatch.setattr(index_module, "compile_arrays", fail)

    return forbid


def test_compiled_once_and_mapped_after(
    small_snapshot: Path, tmp_path: Path, no_compiling: Callable[[], None]
) -> None:
    assert sorted(found(small_snapshot, tmp_path)) == sorted(EXPECTED)
    no_compiling()
    assert sorted(found(small_snapshot, tmp_path)) == sorted(EXPECTED)
    opened = open_index(small_snapshot, cache=tmp_path)
    assert is_mapped(opened.names.block)
    assert is_mapped(opened.key_table.keys)


def test_nothing_is_left_behind_in_the_cache(small_snapshot: Path, tmp_path: Path) -> None:
    open_index(small_snapshot, cache=tmp_path)
    assert not only_index(tmp_path).name.startswith(".")


def test_another_snapshot_gets_its_own_index(
    small_snapshot: Path, make_snapshot: Make, tmp_path: Path
) -> None:
    names = [("NCBIGene:860", "Runx2", "symbol", "ncbi")]
    other = make_snapshot(tmp_path / "other", names=names)
    assert sorted(found(small_snapshot, tmp_path)) == sorted(EXPECTED)
    assert found(other, tmp_path) == [("NCBIGene:860", "Runx2")]
    assert len(list((tmp_path / "index").iterdir())) == 2


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3])


def scramble(path: Path) -> None:
    path.write_bytes(b"x" * path.stat().st_size)


def remove(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def nonsense(path: Path) -> None:
    path.write_text('{"sizes": [], "kinds": 3}')


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("names_block.npy", truncate),
        ("key_hashes.npy", scramble),
        ("parents_values.npy", remove),
        ("curies_ends.npy", empty),
        ("index.json", truncate),
        ("index.json", remove),
        ("index.json", empty),
        ("index.json", nonsense),
    ],
)
def test_a_damaged_index_is_compiled_again(
    name: str,
    damage: Callable[[Path], None],
    small_snapshot: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    no_compiling: Callable[[], None],
) -> None:
    open_index(small_snapshot, cache=tmp_path)
    damage(only_index(tmp_path) / name)
    with caplog.at_level(logging.WARNING, "bionorm"):
        assert sorted(found(small_snapshot, tmp_path)) == sorted(EXPECTED)
    assert "damaged" in caplog.text
    assert str(only_index(tmp_path)) in caplog.text
    no_compiling()
    assert sorted(found(small_snapshot, tmp_path)) == sorted(EXPECTED)


def test_two_processes_at_once(small_snapshot: Path, tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        results = pool.starmap(found, [(small_snapshot, tmp_path)] * 2)
    assert [sorted(r) for r in results] == [sorted(EXPECTED)] * 2
    assert not only_index(tmp_path).name.startswith(".")


def test_a_process_that_comes_second_takes_what_is_there(
    small_snapshot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compile_arrays = index_module.compile_arrays

    def overtaken(snapshot: Path) -> object:
        monkeypatch.setattr(index_module, "compile_arrays", compile_arrays)
        open_index(snapshot, cache=tmp_path)
        return compile_arrays(snapshot)

    monkeypatch.setattr(index_module, "compile_arrays", overtaken)
    assert sorted(found(small_snapshot, tmp_path)) == sorted(EXPECTED)
    assert not only_index(tmp_path).name.startswith(".")


def test_a_cache_that_cannot_be_written(
    small_snapshot: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "file"
    file.write_text("a file stands where the directory should be")
    with caplog.at_level(logging.WARNING, "bionorm"):
        assert sorted(found(small_snapshot, file)) == sorted(EXPECTED)
    assert "cannot be kept" in caplog.text
    assert str(file) in caplog.text


def test_the_cache_is_where_the_user_wants_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BIONORM_CACHE", str(tmp_path))
    assert cache_directory() == tmp_path
    monkeypatch.delenv("BIONORM_CACHE")
    assert cache_directory().name == "bionorm"


def test_no_snapshot(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="no terminology snapshot"):
        open_index(tmp_path / "nowhere", cache=tmp_path)


def test_a_snapshot_with_a_missing_table(make_snapshot: Make, tmp_path: Path) -> None:
    snapshot = make_snapshot(tmp_path / "snapshot")
    (snapshot / "names.parquet").unlink()
    with pytest.raises(SnapshotError, match=r"names\.parquet"):
        open_index(snapshot, cache=tmp_path)


def test_names_of_an_unknown_concept_are_told(make_snapshot: Make, tmp_path: Path) -> None:
    names = [("NCBIGene:1", "A1BG", "symbol", "ncbi")]
    snapshot = make_snapshot(tmp_path / "snapshot", names=names)
    with pytest.raises(SnapshotError, match="NCBIGene:1"):
        open_index(snapshot, cache=tmp_path)


def test_a_snapshot_without_mappings_and_parents(make_snapshot: Make, tmp_path: Path) -> None:
    snapshot = make_snapshot(tmp_path / "snapshot", parents=[], mappings=[])
    for _ in range(2):
        terminology = Terminology.open(snapshot, cache=tmp_path)
        assert terminology.mappings("MONDO:0005178") == ()
        assert terminology.parents("MONDO:0005178") == ()
        assert terminology.lookup("deer")[0].curie == "NCBITaxon:9859"


def test_an_empty_snapshot(make_snapshot: Make, tmp_path: Path) -> None:
    tables: dict[str, list[object]] = {t: [] for t in ("concepts", "names", "parents", "mappings")}
    snapshot = make_snapshot(tmp_path / "snapshot", **tables)
    for _ in range(2):
        terminology = Terminology.open(snapshot, cache=tmp_path)
        assert terminology.lookup("human") == []
        assert terminology.find("human") == ()
        assert list(terminology) == []


def test_what_nobody_used_for_months_is_removed(make_snapshot: Make, tmp_path: Path) -> None:
    old, recent = tmp_path / "index" / "old", tmp_path / "index" / "recent"
    for directory in (old, recent):
        directory.mkdir(parents=True)
    os.utime(old, (0, 0))
    Terminology.open(make_snapshot(tmp_path / "snapshot"), cache=tmp_path)
    assert not old.exists()
    assert recent.exists()
