"""What stands around a match in the text."""

from __future__ import annotations

import re
from functools import partial
from typing import NamedTuple

_next_word = re.compile(r"\W?[\s\-]*([^\W_]+)").match
_FAR = 40
"""Characters to either side that are looked at."""


class Surroundings(NamedTuple):
    """A match and its neighbourhood.

    Attributes:
        surface: The text of the match.
        before: The word before, in small letters; empty at the beginning.
        after: The word after, in small letters; empty at the end.
        left: The character before, or an empty string.
        right: The characters after, at most two.
        starts_sentence: Whether the match is the first word of a sentence or heading, where a
            capital letter says nothing.
    """

    surface: str
    before: str
    after: str
    left: str
    right: str
    starts_sentence: bool


_MAKE = partial(tuple.__new__, Surroundings)
"""As `Surroundings._make`, without a call of Python for each of very many."""


def surroundings(text: str, start: int, end: int) -> Surroundings:
    """Describe the neighbourhood of a span."""
    head, tail = text[start - _FAR if start > _FAR else 0 : start], text[end : end + _FAR]
    before, after = _next_word(head[::-1]), _next_word(tail)
    stripped = head.rstrip(" \"'“‘([")
    return _MAKE(
        (
            text[start:end],
            before[1][::-1].lower() if before else "",
            after[1].lower() if after else "",
            head[-1:],
            tail[:2],
            not stripped or stripped[-1] in ".!?:\n•",
        )
    )
