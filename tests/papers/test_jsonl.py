from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import Paper, Problem
from pipeline.papers import scan


def read(folder: Path, content: str, name: str = "x.jsonl") -> list[Paper | Problem]:
    file = folder / name
    file.write_text(content, encoding="utf-8")
    return list(scan(file))


def found(items: list[Paper | Problem]) -> list[Any]:
    return [
        (item.line, item.reason)
        if isinstance(item, Problem)
        else (item.id, *((p.id, p.text) for p in item.passages))
        for item in items
    ]


PAPERS = [{"pmid": 1, "title": "A", "abstract": "B"}, {"ID": "x", "Full-Text": ["C", "D"]}]
EXPECTED = [("1", ("title", "A"), ("abstract.1", "B")), ("x", ("text.1", "C"), ("text.2", "D"))]


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(map(json.dumps, PAPERS)),
        "\ufeff\n" + "\r\n\r\n".join(map(json.dumps, PAPERS)) + "\n",
        json.dumps(PAPERS),
        json.dumps(PAPERS, indent=2),
        json.dumps({"papers": PAPERS}),
        "\n".join(json.dumps(paper, indent=2) for paper in PAPERS),
    ],
    ids=["lines", "lines of Windows", "list", "indented list", "object with a list", "objects"],
)
def test_layouts(content: str, tmp_path: Path) -> None:
    for name in ("x.jsonl", "x.txt"):
        assert found(read(tmp_path, content, name)) == EXPECTED


def test_passages_keep_their_sections(tmp_path: Path) -> None:
    passages = [
        "Plain.",
        {"text": "T", "kind": "title"},
        {"text": " M", "section": "Materials and methods"},
        {"text": "R", "section_type": "RESULTS"},
        {"text": "F", "type": "finding"},
        {"text": "Ref", "section": "References"},
        {"text": ""},
        {"kind": "title"},
        {"text": 7},
    ]
    [paper] = read(tmp_path, json.dumps({"id": 1, "passages": passages}))
    assert isinstance(paper, Paper)
    assert [(p.id, p.kind, p.text, p.offset) for p in paper.passages] == [
        ("text.1", "text", "Plain.", 0),
        ("title", "title", "T", 0),
        ("methods.1", "methods", "M", 1),
        ("results.1", "results", "R", 0),
        ("finding.1", "finding", "F", 0),
    ]
    [problem] = paper.problems
    assert (problem.line, problem.reason) == (1, "7 is no text: left out")


def test_metadata(tmp_path: Path) -> None:
    record = {"id": 1, "text": "T", "doi": "10.1/x", "authors": ["A B", "C"], "year": 2018, "x": 1}
    [paper] = read(tmp_path, json.dumps(record))
    assert isinstance(paper, Paper)
    assert dict(paper.metadata) == {"doi": "10.1/x", "authors": "A B, C", "date": "2018"}


def test_a_bad_line_costs_no_other(tmp_path: Path) -> None:
    lines = [
        '{"id": 1, "text": "a"}',
        '{"id": 2, "text"',
        '{"id": 3}',
        '{"id": "", "text": "a"}',
        '{"id": 5, "text": " "}',
        "[1]",
        '{"id": 7, "text": {"a": 1}}',
        "[" * 5000,
        '{"id": 9, "text": "\\ud800x", "passages": 3}',
    ]
    items = read(tmp_path, "\n".join(lines))
    assert found(items) == [
        ("1", ("text.1", "a")),
        (2, "the line is not JSON: Expecting ':' delimiter (column 17)"),
        (3, "no column or key with a text (such as title, abstract or text); there are: 'id'"),
        (4, "the identifier is empty"),
        (5, "the paper has no text"),
        (6, "not an object with keys and values"),
        (7, "the paper has no text"),
        (8, "the line is not JSON: nested too deeply"),
        ("9", ("text.1", "\ufffdx")),
    ]
    assert isinstance(items[-1], Paper)
    assert [p.reason for p in items[-1].problems] == ["the passages are no list: left out"]


def test_a_line_that_is_not_utf8_costs_no_other(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_bytes(b'{"id": 1, "text": "a"}\n{"id": 2, "text": "\xff"}\n{"id": 3, "text": "a"}')
    first, problem, last = scan(file)
    assert isinstance(first, Paper)
    assert str(problem) == f"{file}:2: not UTF-8: the line is left out"
    assert isinstance(last, Paper)
