from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import PaperError
from pipeline.papers import Limits
from pipeline.papers.json_stream import loads, values
from pipeline.papers.source import Source

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(TEXT.filter(lambda key: key != "items"), VALUES, max_size=4)


def read(data: bytes, piece: int = 1 << 18, **limits: int) -> list[tuple[int, Any]]:
    source = Source(Path("x.json"), io.BytesIO(data), Limits(**limits))
    return list(values(source, ("items",), piece=piece))


@given(st.lists(VALUES), OBJECTS, st.integers(1, 40), st.booleans(), st.booleans())
def test_records_are_what_the_decoder_reads_at_once(
    records: list[Any], other: dict[str, Any], piece: int, ascii: bool, indented: bool
) -> None:
    indent = 1 if indented else None
    data = json.dumps({**other, "items": records, "z": other}, indent=indent, ensure_ascii=ascii)
    assert [value for _, value in read(data.encode(), piece)] == records


def test_records_have_their_lines() -> None:
    data = b'\n{"a": [1,\n2], "items": [\n{"x": 1},\n\n{"x":\n2}, 3\n]}\n{"b": 1}'
    assert read(data) == [(4, {"x": 1}), (6, {"x": 2}), (7, 3), (9, {"b": 1})]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"[]", []),
        (b"{}", [(1, {})]),
        (b'{"items": []}', []),
        (b'{"items": 3}', [(1, {"items": 3})]),
        (b'[{"items": [1]}, {"items": [2]}, {"a": 1}]', [(1, 1), (1, 2), (1, {"a": 1})]),
        (b'{"a":1}{"a":2}', [(1, {"a": 1}), (1, {"a": 2})]),
        (b"", []),
        (b" \n ", []),
    ],
)
def test_wrappings(data: bytes, expected: list[tuple[int, Any]]) -> None:
    assert read(data) == expected


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (b'{"items": [1,\n2', 2, "']' is missing"),
        (b'{"items": [1,\n{"a": }]}', 2, "Expecting value"),
        (b'{"items": [1,\n{"a": "x', 2, "Unterminated string"),
        (b'{"items": [1\n 2]}', 2, "']' is missing"),
        (b'{"items": [1]\n "b": 2}', 2, "'}' is missing"),
        (b"{items: []}", 1, "a key in quotation marks is missing"),
        (b'{"a" 1}', 1, "':' is missing"),
        (b"x", 1, "neither an object nor an array"),
        (b'[{"a": 1}]]', 1, "neither an object nor an array"),
        (b'{"items": [1, "\xff"]}', 1, "not UTF-8"),
        (b"[" * 100_000, 1, "nested too deeply"),
        (b'{"a": ' * 100_000, 1, "nested too deeply"),
        (b"[" + b"9" * 5000 + b"]", 1, "Exceeds the limit"),
    ],
)
def test_damage_has_its_line(data: bytes, line: int, reason: str) -> None:
    with pytest.raises(PaperError, match=r"x\.json") as caught:
        read(data)
    assert caught.value.problem.line == line
    assert reason in caught.value.problem.reason


def test_a_record_that_is_too_large_is_refused() -> None:
    data = json.dumps({"items": [1, "x" * 2_000_000]}).encode()
    assert len(read(data)) == 2
    with pytest.raises(PaperError, match="too much for a paper"):
        read(data, record=500_000)


def test_damage_is_told_before_everything_is_read() -> None:
    data = b'{"items": [{"a" 1}, ' + b'"x", ' * 2_000_000
    with pytest.raises(PaperError, match="Expecting ':' delimiter"):
        read(data, record=500_000)


def test_loads_tells_all_damage_in_one_way() -> None:
    assert loads('{"a": [1]}') == {"a": [1]}
    for text in ("{", "[" * 100_000, "9" * 5000):
        with pytest.raises(ValueError, match=r"column|deeply|limit"):
            loads(text)
