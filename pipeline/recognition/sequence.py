"""The words of sentences, and what the terminology finds as hints for those that judge them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from pipeline.recognition.features import Reading

_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9(\[\"“])|\n\s*\n")


class Word(NamedTuple):
    """A word or sign of a sentence with its place in the text."""

    text: str
    start: int
    end: int


_MAKE = partial(tuple.__new__, Word)
"""As `Word._make`, without a call of Python for each of very many."""


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
        (match.start - match.end, match.start, sense.type, i, match.end, sense.best.scope)
        for i, (match, sense, _) in enumerate(every)
    ]
    return [
        Hint(start, end, type_, probabilities[i], scope)
        for _, start, type_, i, end, scope in sorted(hints)
    ]


def sentences(text: str) -> Iterator[list[Word]]:
    """Yield the words of each sentence."""
    start = 0
    for end in (*(found.start() for found in _SENTENCE.finditer(text)), len(text)):
        words = [(found.group(), *found.span()) for found in _WORD.finditer(text, start, end)]
        if words:
            yield list(map(_MAKE, words))
        start = end
