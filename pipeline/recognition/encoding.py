"""What the tagger sees of a text: words with their forms, hints of the terminology, repetitions.

The same function makes it for training and for recognition.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import numpy as np
import numpy.typing as npt

from pipeline.recognition.sequence import Hint, Words

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
        words: The words and signs, with their places in the whole text.
        same: Number of the word among the window's different ones, regardless of case.
        different: How many different ones there are.
        in_brackets: 1 within round brackets, otherwise 0.
        begins: 1 for the first word of a sentence, otherwise 0.
        named: For each type, the longest name of the terminology that covers the word: 0 for none,
            otherwise four times the number of its scope and the word's place in it.
        likely: The same with the acceptance model's level in place of the scope.
        long_form: For the words of an abbreviation, the last word of its long form, otherwise -1.
    """

    words: Words
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
    words = Words.of(text)
    last = len(words.borders) - 1
    start = 0
    for end in range(1, last + 1):
        if end == last or words.borders[end] - words.borders[start] >= limit:
            yield _window(words.part(start, end), hints, definitions, types, scopes)
            start = end


def _window(
    words: Words,
    hints: Sequence[Hint],
    definitions: Sequence[Definition],
    types: Sequence[str],
    scopes: Mapping[str, int],
) -> Window:
    lower = [text.lower() for text in words.texts]
    numbers = {text: i for i, text in enumerate(dict.fromkeys(lower))}
    begins = np.zeros(len(lower), np.int64)
    begins[words.borders[:-1]] = 1
    named, likely = _lay(words, hints, types, scopes)
    return Window(
        words,
        np.fromiter(map(numbers.__getitem__, lower), np.int64, len(lower)),
        len(numbers),
        _in_brackets(words),
        begins,
        named,
        likely,
        _long_forms(words, definitions),
    )


def _in_brackets(words: Words) -> Int64s:
    result = np.zeros(len(words.texts), np.int64)
    signs = [i for i, text in enumerate(words.texts) if text in _BRACKETS]
    sentence, end, depth, opened = 0, 0, 0, 0
    for i in signs:
        if i >= end:
            # An opening bracket alone counts for its sentence only; closing ones alone do not.
            if depth:
                result[opened:end] = 1
            sentence = bisect_right(words.borders, i, sentence)
            end, depth = words.borders[sentence], 0
        if words.texts[i] == "(":
            opened = i if depth == 0 else opened
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                result[opened:i] = 1
    if depth:
        result[opened:end] = 1
    return result


def _lay(
    words: Words, hints: Sequence[Hint], types: Sequence[str], scopes: Mapping[str, int]
) -> tuple[Int64s, Int64s]:
    """Lay hints over the words: of each kind the longest one that covers a word."""
    count = len(words.texts)
    rows = {type_: i * count for i, type_ in enumerate(types)}
    # Arrays of the standard library: they are faster at single numbers.
    named, likely = (array("q", bytes(8 * count * len(types))) for _ in range(2))
    before, after = words.starts[0], words.ends[-1]
    for start, stop, type_, probability, scope in hints:
        if type_ not in rows or start < before or stop > after:
            continue
        first, end = words.inside(start, stop)
        if first >= end:
            continue
        first, last = rows[type_] + first, rows[type_] + end - 1
        if scope in scopes and not named[first] and not named[last]:
            _cover(named, first, last, scopes[scope])
        if probability >= _UNLIKELY and not likely[first] and not likely[last]:
            _cover(likely, first, last, (probability >= _EVEN) + (probability >= _SURE))
    return (
        np.frombuffer(named, np.int64).reshape(len(types), count),
        np.frombuffer(likely, np.int64).reshape(len(types), count),
    )


def _cover(row: array[int], first: int, last: int, kind: int) -> None:
    base = kind * _PLACES
    if first == last:
        row[first] = base + _S
        return
    for i in range(first + 1, last):
        row[i] = base + _I
    row[first], row[last] = base + _B, base + _E


def _long_forms(words: Words, definitions: Sequence[Definition]) -> Int64s:
    """Return for each word of a short form, anywhere, where its long form ends."""
    texts = words.texts
    result = np.full(len(texts), -1, np.int64)
    # Of several definitions of a short form the last one holds, wherever it stands.
    latest: dict[tuple[str, ...], int] = {}
    for short_start, short_end, long_start, long_end in definitions:
        first, end = words.inside(short_start, short_end)
        long_first, after_long = words.inside(long_start, long_end)
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
_LONGEST_SHAPE = 5


def vector_word(text: str) -> str:
    """Return the word under which its vector is kept: `P53` is `p00`."""
    return _DIGIT.sub("0", text.lower())


def word_shape(text: str) -> str:
    """Return the kinds of characters in turn: `Runx2` is `Aa0`."""
    return "".join(kind for kind, _ in groupby(map(_kind, text)))[:_LONGEST_SHAPE]


@lru_cache(maxsize=1000)
def _kind(c: str) -> str:
    return "A" if c.isupper() else "0" if c.isdigit() else "a" if c.isalpha() else "-"


CHARACTERS = 16
"""Characters of a word that are looked at: the first and the last half."""


def word_characters(text: str, numbers: Mapping[str, int]) -> list[int]:
    """Return the numbers of a word's characters: 0 fills up, 1 is an unknown one."""
    found = [numbers.get(c, 1) for c in text]
    if len(found) > CHARACTERS:
        found = found[: CHARACTERS // 2] + found[-CHARACTERS // 2 :]
    return found + [0] * (CHARACTERS - len(found))
