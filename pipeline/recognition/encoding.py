"""What the tagger sees of a text: words with their forms, hints of the terminology, repetitions.

The same function makes it for training and for recognition.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pipeline.recognition.sequence import Hint, Word, sentences

Int64s = npt.NDArray[np.int64]

WINDOW = 4000
"""Words that are looked at together at most: a long paper is cut at the ends of sentences."""
LEVELS = ("1", "2", "3")
"""How likely the acceptance model takes a hint: at all, more likely than not, surely."""
_UNLIKELY, _EVEN, _SURE = 0.1, 0.5, 0.8
_S, _B, _I, _E = 1, 2, 3, 4
_BRACKETS = frozenset("()")
_PLACES = 4

Definition = tuple[int, int, int, int]
"""Offsets of a short form and of its long form: start, end, start, end."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of whole sentences, as parallel arrays with an entry for each word.

    Attributes:
        words: The words and signs.
        borders: Number of the first word of each sentence, and the number of words.
        same: Number of the word among the window's different ones, regardless of case.
        different: How many different ones there are.
        in_brackets: 1 within round brackets, otherwise 0.
        begins: 1 for the first word of a sentence, otherwise 0.
        named: For each type, the longest name of the terminology that covers the word: 0 for none,
            otherwise four times the number of its scope and the word's place in it.
        likely: The same with the acceptance model's level in place of the scope.
        long_form: For the words of an abbreviation, the last word of its long form, otherwise -1.
    """

    words: Sequence[Word]
    borders: Sequence[int]
    same: Int64s
    different: int
    in_brackets: Int64s
    begins: Int64s
    named: Int64s
    likely: Int64s
    long_form: Int64s


def windows(
    text: str,
    hints: Sequence[Hint],
    definitions: Sequence[Definition],
    types: Sequence[str],
    scopes: Mapping[str, int],
    *,
    limit: int = WINDOW,
) -> Iterator[Window]:
    """Cut a text into windows and describe each.

    Args:
        text: The text.
        hints: Names of the terminology, longest first.
        definitions: The abbreviations that the text defines.
        types: The types that are looked for.
        scopes: Number of each scope of names, from 0.
        limit: A window ends with the sentence that reaches this number of words.
    """
    parts: list[list[Word]] = []
    length = 0
    for part in sentences(text):
        parts.append(part)
        length += len(part)
        if length >= limit:
            yield _window(parts, hints, definitions, types, scopes)
            parts, length = [], 0
    if parts:
        yield _window(parts, hints, definitions, types, scopes)


def _window(
    parts: Sequence[Sequence[Word]],
    hints: Sequence[Hint],
    definitions: Sequence[Definition],
    types: Sequence[str],
    scopes: Mapping[str, int],
) -> Window:
    words = [w for part in parts for w in part]
    texts = [w.text for w in words]
    borders = np.cumsum([0, *map(len, parts)])
    numbers: dict[str, int] = {}
    same = [numbers.setdefault(text.lower(), len(numbers)) for text in texts]
    begins = np.zeros(len(words), np.int64)
    begins[borders[:-1]] = 1
    places = _Places([w.start for w in words], [w.end for w in words])
    named, likely = _lay(places, hints, types, scopes)
    return Window(
        words,
        borders.tolist(),
        np.array(same, np.int64),
        len(numbers),
        _in_brackets(texts, borders.tolist()),
        begins,
        named,
        likely,
        _long_forms(texts, places, definitions),
    )


def _in_brackets(texts: Sequence[str], borders: Sequence[int]) -> Int64s:
    result = np.zeros(len(texts), np.int64)
    for first, end in pairwise(borders):
        # An opening bracket alone counts for its sentence only; closing ones alone do not count.
        depth, opened = 0, 0
        signs = [i for i in range(first, end) if texts[i] in _BRACKETS]
        for i in signs:
            if texts[i] == "(":
                opened = i if depth == 0 else opened
                depth += 1
            elif depth:
                depth -= 1
                if depth == 0:
                    result[opened:i] = 1
        if depth:
            result[opened:end] = 1
    return result


@dataclass(frozen=True, slots=True)
class _Places:
    starts: Sequence[int]
    ends: Sequence[int]

    def words(self, start: int, end: int) -> tuple[int, int]:
        """Return the first word that lies in a span and the one after the last."""
        return bisect_left(self.starts, start), bisect_right(self.ends, end)


def _lay(
    places: _Places, hints: Sequence[Hint], types: Sequence[str], scopes: Mapping[str, int]
) -> tuple[Int64s, Int64s]:
    """Lay hints over the words: of each kind the longest one that covers a word."""
    count = len(places.starts)
    named = {type_: [0] * count for type_ in types}
    likely = {type_: [0] * count for type_ in types}
    before, after = (places.starts[0], places.ends[-1]) if count else (0, 0)
    for hint in hints:
        if hint.type not in named or hint.start < before or hint.end > after:
            continue
        first, end = places.words(hint.start, hint.end)
        if first >= end:
            continue
        row = named[hint.type]
        scope = scopes.get(hint.scope)
        if scope is not None and not row[first] and not row[end - 1]:
            row[first:end] = _tags(end - first, scope)
        row = likely[hint.type]
        if hint.probability >= _UNLIKELY and not row[first] and not row[end - 1]:
            level = (hint.probability >= _EVEN) + (hint.probability >= _SURE)
            row[first:end] = _tags(end - first, level)
    return (
        np.array([named[t] for t in types], np.int64),
        np.array([likely[t] for t in types], np.int64),
    )


def _tags(length: int, kind: int) -> list[int]:
    base = kind * _PLACES
    if length == 1:
        return [base + _S]
    return [base + _B, *[base + _I] * (length - 2), base + _E]


def _long_forms(texts: Sequence[str], places: _Places, definitions: Sequence[Definition]) -> Int64s:
    """Return for each word of a short form, anywhere, where its long form ends."""
    result = np.full(len(texts), -1, np.int64)
    # Of several definitions of a short form the last one holds, wherever it stands.
    latest: dict[tuple[str, ...], int] = {}
    for short_start, short_end, long_start, long_end in definitions:
        first, end = places.words(short_start, short_end)
        long_first, after_long = places.words(long_start, long_end)
        if first < end and long_first < after_long:
            key = tuple(texts[first:end])
            latest.pop(key, None)
            latest[key] = after_long - 1
    for key, long_last in latest.items():
        short = list(key)
        size = len(short)
        plural = [*short[:-1], short[-1] + "s"]
        for first_word in dict.fromkeys((short[0], plural[0])):
            for start in _all(texts, first_word):
                if texts[start : start + size] in (short, plural):
                    result[start : start + size] = long_last
    return result


def _all(texts: Sequence[str], text: str) -> Iterator[int]:
    """Yield where a text stands among others."""
    place = -1
    for _ in range(texts.count(text)):
        place = texts.index(text, place + 1)
        yield place


_DIGIT = re.compile(r"\d")
_REPEATED = re.compile(r"(.)\1+")
_LONGEST_SHAPE = 5


def vector_word(text: str) -> str:
    """Return the word under which its vector is kept: `P53` is `p00`."""
    return _DIGIT.sub("0", text.lower())


def word_shape(text: str) -> str:
    """Return the kinds of characters in turn: `Runx2` is `Aa0`."""
    kinds = "".join(
        "A" if c.isupper() else "0" if c.isdigit() else "a" if c.isalpha() else "-" for c in text
    )
    return _REPEATED.sub(r"\1", kinds)[:_LONGEST_SHAPE]


CHARACTERS = 16
"""Characters of a word that are looked at: the first and the last half."""


def word_characters(text: str, numbers: Mapping[str, int]) -> list[int]:
    """Return the numbers of a word's characters: 0 fills up, 1 is an unknown one."""
    found = [numbers.get(c, 1) for c in text]
    if len(found) > CHARACTERS:
        found = found[: CHARACTERS // 2] + found[-CHARACTERS // 2 :]
    return found + [0] * (CHARACTERS - len(found))
