from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Problem
from pipeline.papers.decoding import decode, is_utf8, read_head, shown

PAPER = Path("folder/my paper.txt")


def problem(data: bytes) -> Problem:
    result = decode(data, PAPER)
    assert isinstance(result, Problem)
    assert result.fatal
    assert result.path == str(PAPER)
    return result


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"one\ntwo", "one\ntwo"),
        (b"one\r\ntwo\rthree\n", "one\ntwo\nthree\n"),
        (b"\xef\xbb\xbfone", "one"),
        (b"\xef\xbb\xbf\xef\xbb\xbf# one", "# one"),
        ("TNF-α\u00a0– Sjögren\u2028x".encode(), "TNF-α\u00a0– Sjögren\u2028x"),
        ("e\u0301".encode(), "e\u0301"),  # stays decomposed
    ],
)
def test_utf8_is_decoded(data: bytes, text: str) -> None:
    assert decode(data, PAPER) == text


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b" \r\n\t\n"])
def test_empty_files_are_reported(data: bytes) -> None:
    assert "empty" in problem(data).reason


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        ("a\r\nb\rSjögren".encode("latin-1"), 3, ["0xF6 at offset 7", "iconv -f ISO-8859-1"]),
        ("a\nthe \u201cmouse\u201d".encode("cp1252"), 2, ["0x93", "iconv -f WINDOWS-1252"]),
        (b"x \x81\xe9 y", 1, ["0x81", "encoding is unknown"]),
        ("α β γ\n".encode() + b"\xff" + "δ".encode(), 2, ["0xFF", "the rest is UTF-8"]),
        ("TNF-α".encode()[:-1], 1, ["cut off"]),
        ("Sjögren".encode("utf-16"), 1, ["UTF-16", "iconv -f UTF-16"]),
        ("Sjogren".encode("utf-16-le"), 1, ["UTF-16LE"]),
        ("Sjogren".encode("utf-16-be"), 1, ["UTF-16BE"]),
        ("Sjögren".encode("utf-32"), 1, ["UTF-32"]),
        (b"one\ntwo\x00three, and so on", 2, ["NUL byte at offset 7"]),
        (b"%PDF-1.7\n...", 0, ["PDF"]),
        (b"\x1f\x8b\x08\x00", 0, ["gzip"]),
        (b"a\x01b\x02c\x03", 0, ["control characters"]),
    ],
)
def test_what_is_not_utf8_text_is_reported_with_a_way_out(
    data: bytes, line: int, words: list[str]
) -> None:
    found = problem(data)
    assert found.line == line
    assert all(word in found.reason for word in words), found.reason


def test_the_command_of_the_way_out_works_for_names_with_blanks() -> None:
    assert problem(b"\xe9 x").reason.endswith("'my paper.txt' > 'my paper.utf8.txt'")


def test_a_single_control_character_does_not_make_a_text_binary() -> None:
    assert decode(b"a\x0cb\x02c", PAPER) == "a\x0cb\x02c"


def test_missing_file_and_directory_are_problems(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.txt", tmp_path):
        result = read_head(path)
        assert isinstance(result, Problem)
        assert "cannot be read" in result.reason


def test_head_may_end_inside_a_character(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(b"a" + "α".encode() * 40_000)
    head = read_head(path)
    assert isinstance(head, str)
    assert head.startswith("aααα")


def test_a_path_that_is_not_utf8_can_be_shown() -> None:
    assert shown(Path("b\udce9.txt")) == "b\\xe9.txt"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_line_numbers_survive(text: str) -> None:
    result = decode(text.encode(), PAPER)
    if isinstance(result, str):
        expected = re.split(r"\r\n|\r|\n", text.lstrip("\ufeff"))
        assert result.split("\n") == expected


@given(st.binary(max_size=200))
def test_any_bytes_give_text_or_a_problem_inside_the_file(data: bytes) -> None:
    result = decode(data, PAPER)
    if isinstance(result, Problem):
        assert 0 <= result.line <= len(re.findall(rb"\r\n|\r|\n", data)) + 1
    else:
        assert result == data.decode().lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


@given(st.binary())
def test_lines_tell_whether_they_are_utf8(data: bytes) -> None:
    try:
        data.decode()
    except UnicodeDecodeError:
        expected = False
    else:
        expected = True
    assert is_utf8(data.decode(errors="surrogateescape")) is expected
