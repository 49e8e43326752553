from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from pipeline.model import Paper, Problem
from pipeline.papers import Limits, scan

FILES = {
    "PMC1/a.txt": b"A title\n\nText.\n",
    "PMC1/fig1.jpg": b"\xff\xd8\xff",
    "PMC1/.hidden": b"x",
    "../../etc/evil.txt": b"Evil title\n\nText.\n",
    "/abs/b.pubtator": b"1|t|T\n1|a|A\n",
    "c.txt.gz": gzip.compress(b"Packed\n\nText.\n"),
    "d.pdf": b"%PDF-1.7",
}
NAMES = ["PMC1/a.txt", "../../etc/evil.txt", "abs/b.pubtator", "c.txt.gz"]


def tar(path: Path, mode: str, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return path


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("name", ["x.tar", "x.tar.gz", "x.tar.xz", "x.zip"])
def test_the_members_of_archives_are_read(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    if name.endswith("zip"):
        zipped(file, FILES)
    else:
        tar(file, "w:" + name[6:], FILES)
    items = list(scan(file))
    papers = [item for item in items if isinstance(item, Paper)]
    assert [paper.source for paper in papers] == [f"{file}/{member}" for member in NAMES]
    assert [paper.id for paper in papers] == ["a", "evil", "1", "c"]
    [problem] = [item for item in items if isinstance(item, Problem)]
    assert problem.path == f"{file}/d.pdf"
    assert "PDF" in problem.reason
    assert not list(tmp_path.glob("**/evil.txt"))


def test_a_format_that_is_named_holds_for_all_members(tmp_path: Path) -> None:
    file = zipped(tmp_path / "x.zip", {"a.dat": b"1|t|T\n", "b": b"2|t|T\n"})
    assert [item.id for item in scan(file, format="pubtator") if isinstance(item, Paper)] == [
        "1",
        "2",
    ]


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_archives_that_are_cut_off_are_told(kind: str, tmp_path: Path) -> None:
    file = tmp_path / f"x.{kind}"
    files = {f"{n}.txt": b"A title\n\nText.\n" * 50 for n in range(50)}
    if kind == "zip":
        zipped(file, files)
    else:
        tar(file, "w:" + kind[4:], files)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    *_, problem = scan(file)
    assert isinstance(problem, Problem)
    assert "damaged" in problem.reason


def test_a_damaged_member_costs_no_other(tmp_path: Path) -> None:
    file = zipped(tmp_path / "x.zip", {"a.txt": b"A" * 500, "b.txt": b"B title\n\nText."})
    data = bytearray(file.read_bytes())
    data[36:40] = b"\xff\xff\xff\xff"
    file.write_bytes(data)
    problem, paper = scan(file)
    assert isinstance(problem, Problem)
    assert "damaged or cut off" in problem.reason
    assert isinstance(paper, Paper)


def test_bombs_in_archives_are_refused(tmp_path: Path) -> None:
    limits = Limits(spared=1 << 18)
    many = {f"{n}.txt": b"a" * 100_000 for n in range(5)}
    for file in (zipped(tmp_path / "x.zip", many), tar(tmp_path / "x.tgz", "w:gz", many)):
        *_, problem = scan(file, limits=limits)
        assert isinstance(problem, Problem)
        assert "refused" in problem.reason


def test_office_documents_and_encrypted_members_are_told(tmp_path: Path) -> None:
    file = zipped(tmp_path / "x.docx", {"[Content_Types].xml": b"<x/>", "word/a.xml": b"<x/>"})
    [problem] = scan(file)
    assert isinstance(problem, Problem)
    assert "Office" in problem.reason
    file = zipped(tmp_path / "y.zip", {"a.txt": b"abc", "b.txt": b"Title\n\nText."})
    data = bytearray(file.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    file.write_bytes(data)
    problem, paper = scan(file)
    assert "a.txt is encrypted" in str(problem)
    assert isinstance(paper, Paper)


def test_an_archive_without_papers_is_told(tmp_path: Path) -> None:
    for file in (zipped(tmp_path / "x.zip", {}), tar(tmp_path / "x.tar", "w:", {"a.png": b"x"})):
        [problem] = scan(file)
        assert str(problem) == f"{file}: there is no paper in the archive"


def test_a_zip_member_without_a_name_is_no_surprise(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "A title\n\nBRCA1.")
        archive.writestr("b.txt", "Another title\n\nBRCA2.")
    data = stream.getvalue()
    # The name's length in the central directory becomes 0, and the name a comment.
    place = data.rindex(b"PK\x01\x02")
    entry = bytearray(data[place:])
    entry[28:30], entry[32:34] = b"\0\0", (5).to_bytes(2, "little")
    file = tmp_path / "papers.zip"
    file.write_bytes(data[:place] + entry)
    first, second = scan(file)
    assert isinstance(first, Paper)
    assert isinstance(second, Problem)
    assert "the archive is damaged" in second.reason
