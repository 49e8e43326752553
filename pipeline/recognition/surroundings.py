"""What stands around a match in the text."""

from __future__ import annotations

import re
from typing import NamedTuple

_NEXT_WORD = re.compile(r"\W?[\s\-]*([^\W_]+)")


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


def surroundings(text: str, start: int, end: int) -> Surroundings:
    """Describe the neighbourhood of a span."""
    head, tail = text[max(0, start - 40) : start], text[end : end + 40]
    before, after = _NEXT_WORD.match(head[::-1]), _NEXT_WORD.match(tail)
    stripped = head.rstrip(" \"'“‘([")
    return Surroundings(
        text[start:end],
        before.group(1)[::-1].lower() if before else "",
        after.group(1).lower() if after else "",
        head[-1:],
        tail[:2],
        not stripped or stripped[-1] in ".!?:\n•",
    )
