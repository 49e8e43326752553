from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import PaperError
from pipeline.model import Paper, Passage, Problem
from pipeline.papers import Limits, scan
from pipeline.papers.source import Source, open_source, reader

PATH = Path("folder/my paper.txt")


def source(data: bytes, **limits: int) -> Source:
    return Source(PATH, io.BytesIO(data), Limits(**limits))


def test_a_source_has_the_names_of_its_file() -> None:
    made = Source(Path("a/x.v2.xml.GZ"), io.BytesIO(b"abc"))
    assert (made.name, made.stem, made.head) == ("a/x.v2.xml.GZ", "x.v2", b"abc")
    assert made.stream.read() == b"abc"


@given(st.binary(max_size=300), st.integers(1, 50))
def test_the_stream_is_the_whole_content_however_it_is_read(data: bytes, size: int) -> None:
    if data.startswith((b"\x1f\x8b", b"BZh", b"\xfd7z", b"\x28\xb5")):
        return
    made = source(data)
    assert made.head == data
    assert b"".join(iter(lambda: made.stream.read(size), b"")) == data


def test_text_is_read_up_to_the_limit() -> None:
    assert source(b"a\r\nb", record=4).text() == "a\nb"
    with pytest.raises(PaperError, match=r"my paper\.txt: more than 3 bytes"):
        source(b"abcd", record=3).text()


def test_long_lines_are_told_and_the_others_kept() -> None:
    lines = list(source(b"abcd\nabcdef\r\n\nabcdefabcdef\xff", record=5).lines())
    assert lines[0] == "abcd\n"
    assert lines[2] == "\n"
    long = [(item.line, item.reason) for item in lines if isinstance(item, Problem)]
    assert long == [(n, "the line is longer than 5 characters") for n in (2, 4)]


def test_lines_of_binary_data_are_refused() -> None:
    with pytest.raises(PaperError, match="NUL byte"):
        list(source(b"abc\x00").lines())


def test_content_is_read_up_to_the_limit() -> None:
    assert source(b"abc", whole=3).content() == b"abc"
    with pytest.raises(PaperError, match="unpack it first"):
        source(b"abcd", whole=3).content()


def test_a_reader_turns_errors_into_problems(tmp_path: Path) -> None:
    @reader
    def read(source: Source, *, fail: str = "") -> Iterator[Paper | Problem]:
        """Read nothing."""
        if fail == "paper":
            yield Paper("1", (Passage("text", "text", "abc"),))
            raise source.error(7, "broken")
        if fail == "os":
            raise OSError(5, "Input/output error")

    file = tmp_path / "x.txt"
    file.write_bytes(b"abc")
    assert read.__doc__ == "Read nothing."
    first, second = read(file, fail="paper")
    assert isinstance(first, Paper)
    assert str(second) == f"{file}:7: broken"
    assert [str(p) for p in read(file, fail="os")] == [
        f"{file}: the file cannot be read: Input/output error"
    ]
    assert [str(p) for p in read(file)] == [f"{file}: there is no paper in it"]
    [problem] = read(tmp_path / "absent")
    assert isinstance(problem, Problem)
    assert "cannot be read: No such file" in problem.reason
    with open_source(file) as opened:
        assert len(list(read(opened))) == 1


def test_a_paper_that_is_too_long_is_told_and_the_others_kept(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text('{"id": 1, "text": "abcdef"}\n{"id": 2, "title": "abc", "text": "de"}\n')
    problem, paper = scan(file, limits=Limits(paper=5))
    assert isinstance(problem, Problem)
    assert (problem.paper_id, problem.fatal) == ("1", True)
    assert problem.reason == "the paper has 6 characters; at most 5 are read"
    assert isinstance(paper, Paper)


def test_after_too_many_failures_the_rest_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text(
        '{"id": 1, "text": "a"}\n' + "{}\n" * 20 + '{"id": 2, "text": "a"}\n' + "{}\n" * 20
    )
    items = list(scan(file, limits=Limits(failures=15)))
    assert len(items) == 17
    assert "15 failures one after the other: the rest is not read" in str(items[-1])
    assert len(list(scan(file, limits=Limits(failures=21)))) == 42


class _Stdin:
    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


def test_standard_input_is_read_like_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", _Stdin(b"A title\n\nText.\n"))
    [paper] = scan(Path("-"))
    assert isinstance(paper, Paper)
    assert (paper.id, paper.source, paper.title) == ("stdin", "stdin", "A title")
    monkeypatch.setattr("sys.stdin", _Stdin(b""))
    [problem] = scan(Path("-"))
    assert str(problem) == "stdin: the file is empty"
