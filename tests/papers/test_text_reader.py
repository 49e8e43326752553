from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.model import Paper, Problem
from pipeline.papers import text

LONG = "word " * 150


@pytest.mark.parametrize(
    ("source", "suffix", "expected"),
    [
        ("A title\n\nOne,\nmore.\n\nTwo.", ".txt", ["title|A title", "One, more.", "Two."]),
        ("\n\n A title \n\nOne.", ".txt", ["title|A title", "One."]),
        ("Only a paragraph.", ".txt", ["Only a paragraph."]),
        ("A line\nand another.\n\nTwo.", ".txt", ["A line and another.", "Two."]),
        (f"{LONG}\n\nTwo.", ".txt", [LONG.strip(), "Two."]),
        ("TNF-&alpha;\n\np &lt; 0.05, *P*", ".txt", ["title|TNF-α", "p < 0.05, *P*"]),
        ("# A *title*", ".txt", ["# A *title*"]),
        ("- a dash\n\n- another", ".txt", ["title|- a dash", "- another"]),
    ],
)
def test_titles_and_paragraphs(source: str, suffix: str, expected: list[str]) -> None:
    paper = text.parse(source, Path(f"notes{suffix}"))
    assert isinstance(paper, Paper)
    assert paper.id == "notes"
    found = [f"title|{p.text}" if p.kind == "title" else p.text for p in paper.passages]
    assert found == expected
    bodies = [p for p in paper.passages if p.kind == "text"]
    assert [p.id for p in bodies] == [f"text.{n + 1}" for n in range(len(bodies))]


def test_nothing_but_markup_is_a_problem() -> None:
    problem = text.parse("<p> </p>\n\n&#160;<br/>", Path("x.txt"))
    assert isinstance(problem, Problem)
    assert "no text" in problem.reason


def test_read(tmp_path: Path) -> None:
    path = tmp_path / "a b.txt"
    path.write_bytes(b"\xef\xbb\xbfTitle\r\n\r\nText.\r\n")
    [paper] = text.read(path)
    assert isinstance(paper, Paper)
    assert (paper.id, paper.title, paper.source) == ("a b", "Title", str(path))
    path.write_bytes(b"")
    [problem] = text.read(path)
    assert isinstance(problem, Problem)
