"""Finds every name of the index in a text.

All windows of a text grow together, one word at a time: the hash of the longer window follows from
that of the shorter one, a window is looked up when it ends in a word, and it stops growing when no
name begins like it. The cost is a few array operations for each length, whatever the number of
names.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.terminology.index import Index
from pipeline.terminology.normal_form import PARAGRAPH, WORD, Words, mix, polynomial

MAX_WORDS = 24
_CLOSING = tuple(np.uint64(polynomial(c)[0]) for c in ")]+")
_WALL = np.uint64(polynomial(PARAGRAPH)[0])


class Match(NamedTuple):
    """A stretch of text whose normal form is that of a name.

    Attributes:
        start: First code point.
        end: Code point after the last one.
        key: Number of the normal form in the index.
    """

    start: int
    end: int
    key: int


_MAKE = partial(tuple.__new__, Match)
"""As `Match._make`, without a call of Python for each of very many."""


def find_names(words: Words, index: Index) -> list[Match]:
    """Return all matches, also those within each other, by start and then length.

    A match begins with a word, ends with a word or a closing bracket, and crosses no paragraph.
    The text may break a name wherever the name has a separator or punctuation, and a short name of
    one word anywhere (see `compile`), but not any other word (`Caeno rhabditis`).
    """
    count = len(words.start)
    if not count:
        return []
    is_word = words.kind == WORD
    may_end = is_word.copy()
    for closing in _CLOSING:
        may_end |= words.hash == closing
    wall = words.hash == _WALL
    first = np.flatnonzero(is_word)
    value = words.hash[first]
    last = first
    found: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int32]]] = []
    for _ in range(MAX_WORDS):
        mixed = mix(value)
        may_be_name, grows = index.filter.look(mixed)
        likely = np.flatnonzero(may_be_name & may_end[last])
        if len(likely):
            keys = index.key_table.find(mixed[likely])
            hit = keys >= 0
            likely = likely[hit]
            found.append((first[likely], last[likely], keys[hit]))
        grows &= last + 1 < count
        first, last, value = first[grows], last[grows] + 1, value[grows]
        passable = ~wall[last]
        first, last, value = first[passable], last[passable], value[passable]
        if not len(first):
            break
        value = value * words.factor[last] + words.hash[last]
    if not found:
        return []
    starts = words.start[np.concatenate([f[0] for f in found])]
    stops = words.end[np.concatenate([f[1] for f in found])]
    every_key = np.concatenate([f[2] for f in found])
    order = np.lexsort((stops, starts))
    rows = starts[order].tolist(), stops[order].tolist(), every_key[order].tolist()
    return list(map(_MAKE, zip(*rows, strict=True)))
