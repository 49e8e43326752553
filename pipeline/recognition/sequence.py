"""The words of sentences, and what the terminology finds as hints for those that judge them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.recognition.features import Reading

_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9(\[\"“])|\n\s*\n")


class Word(NamedTuple):
    """A word or sign of a sentence with its place in the text."""

    text: str
    start: int
    end: int


class Hint(NamedTuple):
    """A reading of the terminology as a hint: where, of what type, how likely accepted."""

    start: int
    end: int
    type: str
    probability: float
    scope: str


def hints_of(every: Sequence[Reading], probabilities: Sequence[float]) -> list[Hint]:
    """Turn readings into hints, the longest at each place first."""
    hints = [
        Hint(r.match.start, r.match.end, r.sense.type, p, r.sense.best.scope)
        for r, p in zip(every, probabilities, strict=True)
    ]
    return sorted(hints, key=lambda h: (h.start - h.end, h.start, h.type))


def sentences(text: str) -> Iterator[list[Word]]:
    """Yield the words of each sentence."""
    start = 0
    for end in (*(found.start() for found in _SENTENCE.finditer(text)), len(text)):
        words = [Word(found.group(), *found.span()) for found in _WORD.finditer(text, start, end)]
        if words:
            yield words
        start = end
