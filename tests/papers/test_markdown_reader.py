from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.model import Paper, Problem
from pipeline.papers import markdown, scan

PAPER = """\
---
title: "A *title*"
author: Ann Able
DOI: 10.1/x
tags: [x]
---

Some words.

# Introduction

One
two.

## Aims of ours

- first, *Runx2*
- second

# 2. Methods

### Mice

They lived.

# Acknowledgements

Thanks.

## Funding bodies

More thanks.

# Discussion

It rose.
"""


def parse(text: str, name: str = "notes.md") -> Paper:
    paper = markdown.parse(text, Path(name))
    assert isinstance(paper, Paper)
    return paper


def test_sections_have_kinds() -> None:
    paper = parse(PAPER)
    assert [(p.id, p.text) for p in paper.passages] == [
        ("title", "A *title*"),
        ("text.1", "Some words."),
        ("introduction.1.heading", "Introduction"),
        ("introduction.2", "One two."),
        ("introduction.3.heading", "Aims of ours"),
        ("introduction.4", "first, Runx2"),
        ("introduction.5", "second"),
        ("methods.1.heading", "2. Methods"),
        ("methods.2.heading", "Mice"),
        ("methods.3", "They lived."),
        ("discussion.1.heading", "Discussion"),
        ("discussion.2", "It rose."),
    ]
    assert dict(paper.metadata) == {"authors": "Ann Able", "doi": "10.1/x"}
    assert (paper.id, paper.source) == ("notes", "notes.md")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# A *title*\nOne.\n## Results\n- a\n- b", ["title|A title", "One.", "Results", "a", "b"]),
        ("A title\n\n*Runx2*\n\n---\n", ["title|A title", "Runx2"]),
        ("\nOnly *this*.", ["Only this."]),
        ("---\n\nAfter a rule.\n\nMore.", ["title|After a rule.", "More."]),
        ("---\ntitle: x\nno end", ["title: x no end"]),
        ("## Results\n\n# Title", ["Results", "title|Title"]),
    ],
)
def test_titles(text: str, expected: list[str]) -> None:
    found = [f"title|{p.text}" if p.kind == "title" else p.text for p in parse(text).passages]
    assert found == expected


def test_nothing_but_markup_is_a_problem() -> None:
    problem = markdown.parse("#\n\n---\n", Path("x.md"))
    assert isinstance(problem, Problem)
    assert problem.reason == "the file has no text, only markup"


@pytest.mark.parametrize(("name", "text"), [("a.txt", "# Title\n\nText"), ("a.md", "Text")])
def test_markdown_is_recognized(name: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(text)
    [paper] = scan(file)
    assert isinstance(paper, Paper)
    assert paper.passages[-1].text == "Text"
