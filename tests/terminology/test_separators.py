"""Whether a text's blanks and hyphens allow it to stand for a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.terminology.separators import separators_agree

WILD = st.text(st.one_of(st.characters(), st.sampled_from("aAbB -.,()\n")), max_size=30)


@given(WILD, WILD)
def test_separators_agree_knows_every_string(one: str, other: str) -> None:
    assert separators_agree(one, one)
    assert separators_agree(one, other) == separators_agree(other, one)


@pytest.mark.parametrize(
    ("surface", "name", "agree"),
    [
        ("IL 6", "IL6", True),
        ("TNF alpha", "TNF-alpha", True),
        ("a cat", "ACAT", False),
        ("ACAT", "a cat", False),
        ("p 53", "p53", True),
        ("osteo arthritis", "osteoarthritis", True),
    ],
)
def test_separators(surface: str, name: str, agree: bool) -> None:
    assert separators_agree(surface, name) is agree
