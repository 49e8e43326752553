"""What stands around a match."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.recognition.surroundings import surroundings

WORDS = re.compile(r"[^\W_]+")


def around(marked: str) -> tuple[str, int, int]:
    """Return the text without its two bars, and where they stood."""
    start, end = marked.index("|"), marked.rindex("|") - 1
    return marked.replace("|", ""), start, end


@pytest.mark.parametrize(
    ("marked", "before", "after", "left", "right", "starts"),
    [
        ("the |RUNX2| gene", "the", "gene", " ", " g", False),
        ("|RUNX2| gene", "", "gene", "", " g", True),
        ("the gene |RUNX2|", "gene", "", " ", "", False),
        ("It rose. |Runx2| fell.", "", "fell", " ", " f", True),
        ("It rose (|Runx2|) there", "rose", "there", "(", ") ", False),
        ("anti-|TNF|-treated", "anti", "treated", "-", "-t", False),
        ("Title\n\n|TNF| rises", "title", "rises", "\n", " r", True),
        ("Results: “|TNF|” rises", "", "rises", "“", "” ", True),
    ],
)
def test_the_neighbourhood(
    marked: str, before: str, after: str, left: str, right: str, starts: bool
) -> None:
    text, start, end = around(marked)
    found = surroundings(text, start, end)
    assert found.surface == text[start:end]
    assert (found.before, found.after) == (before, after)
    assert (found.left, found.right) == (left, right)
    assert found.starts_sentence is starts


@given(st.text(max_size=40), st.data())
def test_any_span_of_any_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = surroundings(text, start, end)
    assert found.surface == text[start:end]
    assert found.left == text[:start][-1:]
    assert found.right == text[end:][:2]
    assert found.before in {"", *(word.lower() for word in WORDS.findall(text[:start]))}
    assert found.after in {"", *(word.lower() for word in WORDS.findall(text[end:]))}
