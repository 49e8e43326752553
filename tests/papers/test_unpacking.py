from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from pipeline.model import Paper, Problem
from pipeline.papers import Limits, scan

RANDOM = b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(3000))
PUBTATOR = b"".join(b"%d|t|Title %d\n%d|a|Text.\n\n" % (n, n, n) for n in range(1, 2000))
PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": (".gz", gzip.compress),
    "bzip2": (".bz2", bz2.compress),
    "xz": (".xz", lzma.compress),
    "zstd": (".zst", zstandard.compress),
}


@pytest.mark.parametrize("kind", PACKERS)
def test_packed_files_are_read_as_if_they_were_not(kind: str, tmp_path: Path) -> None:
    suffix, pack = PACKERS[kind]
    file = tmp_path / f"x.txt{suffix}"
    file.write_bytes(pack(PUBTATOR))
    papers = list(scan(file))
    assert [paper.id for paper in papers if isinstance(paper, Paper)] == [
        str(n) for n in range(1, 2000)
    ]
    assert {paper.source for paper in papers if isinstance(paper, Paper)} == {str(file)}


@pytest.mark.parametrize("kind", PACKERS)
def test_parts_one_after_the_other_are_one_file(kind: str, tmp_path: Path) -> None:
    _, pack = PACKERS[kind]
    file = tmp_path / "x"
    file.write_bytes(pack(PUBTATOR[:5000]) + pack(PUBTATOR[5000:]))
    assert sum(isinstance(item, Paper) for item in scan(file)) == 1999


def test_the_suffix_inside_tells_the_format_and_the_name(tmp_path: Path) -> None:
    file = tmp_path / "notes.md.gz"
    file.write_bytes(gzip.compress(b"A title\n\n*Runx2*\n"))
    [paper] = scan(file)
    assert isinstance(paper, Paper)
    assert (paper.id, [p.text for p in paper.passages]) == ("notes", ["A title", "Runx2"])


@pytest.mark.parametrize("kind", PACKERS)
@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_what_is_cut_off_is_told(kind: str, share: float, tmp_path: Path) -> None:
    suffix, pack = PACKERS[kind]
    data = pack(PUBTATOR)
    file = tmp_path / f"x.pubtator{suffix}"
    file.write_bytes(data[: max(int(len(data) * share), 8)])
    items = list(scan(file))
    if kind == "zstd" and len(items) and isinstance(items[-1], Paper):
        pytest.fail("a frame that is cut off was taken for a whole one")
    problem = items[-1]
    assert isinstance(problem, Problem)
    assert problem.fatal
    assert "damaged or cut off" in problem.reason or "empty" in problem.reason, problem.reason


@pytest.mark.parametrize("kind", PACKERS)
def test_damaged_data_are_told(kind: str, tmp_path: Path) -> None:
    suffix, pack = PACKERS[kind]
    data = bytearray(pack(RANDOM))
    data[5000:5100] = bytes(100)
    file = tmp_path / f"x.pubtator{suffix}"
    file.write_bytes(data)
    *_, problem = scan(file)
    assert isinstance(problem, Problem)


@pytest.mark.parametrize("kind", PACKERS)
def test_bombs_are_refused(kind: str, tmp_path: Path) -> None:
    suffix, pack = PACKERS[kind]
    file = tmp_path / f"bomb.txt{suffix}"
    file.write_bytes(pack(b"1|t|" + bytes([65]) * 6_000_000))
    limits = Limits(spared=1 << 20)
    *_, problem = scan(file, limits=limits)
    assert isinstance(problem, Problem)
    assert f"the {kind} data are refused: the file unpacks to" in problem.reason
    *_, problem = scan(file, limits=Limits(unpacked=5_000_000))
    assert isinstance(problem, Problem)
    assert "more than 5,000,000 bytes" in problem.reason


def test_a_bomb_in_a_bomb_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "x.txt.gz"
    file.write_bytes(gzip.compress(gzip.compress(b"abc")))
    [problem] = scan(file)
    assert isinstance(problem, Problem)
    assert "gzip-compressed; unpack it first" in problem.reason
