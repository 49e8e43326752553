from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.papers import collect


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "b.txt",
        "a.txt",
        "sub/c.txt",
        "sub/.hidden",
        ".DS_Store",
        ".git/config",
        "a/z.md",
    ):
        path = tmp_path / "papers" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    return tmp_path / "papers"


def names(paths: list[Path], folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in paths]


def test_directories_are_sorted_and_hidden_files_left_out(folder: Path) -> None:
    assert names(collect([folder]), folder) == ["a/z.md", "a.txt", "b.txt", "sub/c.txt"]


def test_files_keep_their_order_and_come_once(folder: Path) -> None:
    inputs = [folder / "sub", folder / "b.txt", folder / "sub/../a.txt", folder]
    found = [path.resolve() for path in collect(inputs)]
    assert names(found, folder.resolve()) == ["sub/c.txt", "b.txt", "a.txt", "a/z.md"]


def test_a_hidden_file_that_is_named_is_taken(folder: Path) -> None:
    assert collect([folder / ".DS_Store"]) == [folder / ".DS_Store"]


def test_what_is_no_file_is_left_out_of_directories(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    (folder / "dangling.txt").symlink_to("absent")
    (folder / "loop").symlink_to(folder)
    (folder / "link.txt").symlink_to(folder / "b.txt")
    assert names(collect([folder]), folder) == ["a/z.md", "a.txt", "b.txt", "sub/c.txt"]


def test_wrong_use(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty/.git").mkdir(parents=True)
    os.mkfifo(folder / "pipe")
    for inputs, message in (
        ([], "no input"),
        ([folder, tmp_path / "absent"], "no such file or directory: .*absent"),
        ([tmp_path / "empty"], "no files in the directory .*empty"),
        ([folder / "pipe"], "neither a file nor a directory: .*pipe"),
    ):
        with pytest.raises(UsageError, match=message):
            collect(inputs)
