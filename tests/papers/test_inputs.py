from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.model import Problem
from pipeline.papers import collect, scan


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


def test_what_holds_no_papers_is_left_out_of_directories(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    for name in ("fig1.JPG", "film.mp4", "Thumbs.db", "__MACOSX/a.txt"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")
    (folder / "link.txt").symlink_to(folder / "b.txt")
    assert names(collect([folder]), folder) == ["a/z.md", "a.txt", "b.txt", "sub/c.txt"]
    assert collect([folder / "fig1.JPG"]) == [folder / "fig1.JPG"]


def reason(path: Path) -> str:
    [problem] = scan(path)
    assert isinstance(problem, Problem)
    assert problem.path == str(path)
    return problem.reason


def test_links_to_directories_are_followed_once(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "d.txt").write_text("x")
    (folder / "again").symlink_to(other)
    (folder / "more").symlink_to(other)
    assert names(collect([folder]), folder) == [
        *("a/z.md", "a.txt", "again/d.txt", "b.txt", "sub/c.txt"),
    ]


def test_links_in_a_circle_and_to_nothing_are_told(folder: Path) -> None:
    (folder / "loop").symlink_to(folder)
    (folder / "sub/up").symlink_to(folder / "sub")
    (folder / "self").symlink_to("self")
    (folder / "dangling.txt").symlink_to("absent")
    found = collect([folder])
    assert names(found, folder) == [
        *("a/z.md", "a.txt", "b.txt", "dangling.txt", "loop", "self", "sub/c.txt", "sub/up"),
    ]
    reasons = {name: reason(folder / name) for name in ("loop", "sub/up", "self", "dangling.txt")}
    assert reasons == {
        "loop": "cannot be read: a link back to a directory that it is in",
        "sub/up": "cannot be read: a link back to a directory that it is in",
        "self": "cannot be read: a link that leads nowhere or in a circle",
        "dangling.txt": "cannot be read: a link that leads nowhere or in a circle",
    }


def test_directories_that_cannot_be_listed_are_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = folder / "sub"
    listed, scanned = os.listdir, os.scandir

    def refuse(path: Path | str = ".") -> None:
        if Path(path) == closed:
            raise PermissionError(13, "Permission denied", str(path))

    def listdir(path: Path | str = ".") -> list[str]:
        refuse(path)
        return listed(path)

    def scandir(path: Path | str = ".") -> object:
        refuse(path)
        return scanned(path)

    # Root may list everything.
    monkeypatch.setattr("os.listdir", listdir)
    monkeypatch.setattr("os.scandir", scandir)
    assert names(collect([folder]), folder) == ["a/z.md", "a.txt", "b.txt", "sub"]
    assert reason(closed) == "the directory cannot be read: Permission denied"


def test_many_links_to_each_other_take_no_time(tmp_path: Path) -> None:
    for n in range(40):
        (tmp_path / f"{n:02}").mkdir()
        for name in ("x", "y"):
            (tmp_path / f"{n:02}" / name).symlink_to(tmp_path / f"{(n + 1) % 40:02}")
    (tmp_path / "39/a.txt").write_text("x")
    assert sum(path.name == "a.txt" for path in collect([tmp_path])) == 1


def test_patterns(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert collect([Path("*.txt")]) == [Path("a.txt"), Path("b.txt")]
    assert collect([Path("**/*.txt")]) == [Path("a.txt"), Path("b.txt"), Path("sub/c.txt")]
    assert collect([Path("[b-z]*")]) == [Path("b.txt"), Path("sub/c.txt")]
    assert collect([folder / "?.txt"]) == [folder / "a.txt", folder / "b.txt"]
    Path("odd[1].txt").write_text("x")
    assert collect([Path("odd[1].txt")]) == [Path("odd[1].txt")]
    with pytest.raises(UsageError, match=r"no file matches the pattern \*\.xml"):
        collect([Path("*.xml")])


def test_standard_input_comes_once(folder: Path) -> None:
    assert collect([Path("-"), folder / "a.txt", Path("-")]) == [Path("-"), folder / "a.txt"]


def test_wrong_use(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty/.git").mkdir(parents=True)
    os.mkfifo(folder / "pipe")
    (folder / "self").symlink_to("self")
    for inputs, message in (
        ([], "no input"),
        ([folder, tmp_path / "absent"], "no such file or directory: .*absent"),
        ([tmp_path / "empty"], "no files in the directory .*empty"),
        ([folder / "self"], "a link that leads nowhere or in a circle: .*self"),
        ([folder / "pipe"], "neither a file nor a directory: .*pipe"),
    ):
        with pytest.raises(UsageError, match=message):
            collect(inputs)
