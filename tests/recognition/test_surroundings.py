"""What stands around a match."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.recognition.surroundings import is_part_of_larger_name, surroundings


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
        ("It rose. |Runx2| fell.", "rose", "fell", " ", " f", True),
        ("It rose (|Runx2|) there", "rose", "there", "(", ") ", False),
        ("anti-|TNF|-treated", "anti", "treated", "-", "-t", False),
        ("Title\n\n|TNF| rises", "title", "rises", "\n", " r", True),
        ("Results: “|TNF|” rises", "results", "rises", "“", "” ", True),
    ],
)
def test_the_neighbourhood(
    marked: str, before: str, after: str, left: str, right: str, starts: bool
) -> None:
    text, start, end = around(marked)
    found = surroundings(text, start, end)
    assert found.surface == text[start:end]
    assert (found.after, found.left, found.right) == (after, left, right)
    assert found.before in {before, ""}
    assert found.starts_sentence is starts


@pytest.mark.parametrize(
    ("marked", "larger"),
    [
        ("a |CCK|-8 assay", True),
        ("a |CCK|‑8 assay", True),
        ("Tb.|Sp| rises", True),
        ("see |foo|.bar", True),
        ("user@|TNF|", True),
        ("the end |TNF|.", False),
        ("the end |TNF|. Then", False),
        ("a |TNF|-treated cell", False),
        ("|TNF|/IL6", False),
        ("(|TNF|)", False),
        ("|TNF|", False),
    ],
)
def test_names_glued_to_more(marked: str, larger: bool) -> None:
    assert is_part_of_larger_name(surroundings(*around(marked))) is larger


@given(st.text(max_size=60), st.data())
def test_any_span_of_any_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = surroundings(text, start, end)
    assert found.surface == text[start:end]
    assert found.left == text[:start][-1:]
    assert found.right == text[end:][:2]
    assert found.before in text[:start].lower() or found.before.lower() != found.before
    assert isinstance(is_part_of_larger_name(found), bool)
