"""The words of sentences, and what the terminology finds as hints for those that judge them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import partial
from operator import sub
from typing import NamedTuple

from pipeline.recognition.features import Reading

_WORD = re.compile(r"[^\W_]+|\S")
_SENTENCE = re.compile(r"[.!?\n](?:(?<=\n)\s*\n|(?<!\n)\s+(?=[A-Z0-9(\[\"“]))")


class Words(NamedTuple):
    """The words and signs of a text, with their places in it, as parallel lists.

    Attributes:
        texts: The words.
        starts: First code point of each.
        ends: Code point after the last one of each.
        borders: Number of the first word of each sentence, and the number of words.
    """

    texts: list[str]
    starts: list[int]
    ends: list[int]
    borders: list[int]

    @classmethod
    def of(cls, text: str) -> Words:
        """Cut a text into words and sentences."""
        texts = _WORD.findall(text)
        end = 0
        # Only space is between words, so that each is the next place where it stands.
        ends = [end := text.index(word, end) + len(word) for word in texts]
        starts = list(map(sub, ends, map(len, texts)))
        borders = [bisect_left(starts, gap.end()) for gap in _SENTENCE.finditer(text)]
        return cls(texts, starts, ends, list(dict.fromkeys([0, *borders, len(texts)])))

    def inside(self, start: int, end: int) -> tuple[int, int]:
        """Return the first word that lies in a span of the text, and the one after the last."""
        return bisect_left(self.starts, start), bisect_right(self.ends, end)

    def part(self, start: int, end: int) -> Words:
        """Return the words from one border to another, both told by their number."""
        first, after = self.borders[start], self.borders[end]
        if after - first == len(self.texts):
            return self
        borders = [border - first for border in self.borders[start : end + 1]]
        return Words(
            self.texts[first:after], self.starts[first:after], self.ends[first:after], borders
        )


class Hint(NamedTuple):
    """A reading of the terminology as a hint: where, of what type, how likely accepted."""

    start: int
    end: int
    type: str
    probability: float
    scope: str


_HINT = partial(tuple.__new__, Hint)
"""As `Hint._make`, without a call of Python for each of very many."""


def hints_of(every: Sequence[Reading], probabilities: Sequence[float]) -> list[Hint]:
    """Turn readings into hints, the longest at each place first."""
    hints = [
        (match.start - match.end, match.start, sense.type, i, match.end, sense.best.scope)
        for i, (match, sense, _) in enumerate(every)
    ]
    return [
        _HINT((start, end, type_, probabilities[i], scope))
        for _, start, type_, i, end, scope in sorted(hints)
    ]
