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

from pipeline.terminology.arrays import BEGINNING, NAME
from pipeline.terminology.index import Index
from pipeline.terminology.normal_form import WORD, Cutter, Int64s, Uint64s, Words, mix, polynomial

MAX_WORDS = 24
_CLOSING = tuple(np.uint64(polynomial(c)[0]) for c in ")]+")
_NONE = np.zeros(0, np.int64)


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

# What is remembered of a piece of text: whether it may end a name, whether it may begin one, and,
# above these marks, the key of a word that is a name by itself.
_MARKS = NAME | BEGINNING
_KEY = 4


class Matcher:
    """Finds the names of an index in texts.

    Most windows are single words, and texts repeat their words: what there is to know of a word by
    itself is looked up once for all texts.
    """

    def __init__(self, index: Index) -> None:
        self._filter = index.filter
        self._keys = index.key_table
        self._cutter = Cutter(tell=self._tell)

    def find(self, text: str) -> list[Match]:
        """Return all matches, also those within each other, by start and then length.

        A match begins with a word, ends with a word or a closing bracket, and crosses no paragraph,
        since the end of one is a piece that no name has. The text may break a name wherever the
        name has a separator or punctuation, and a short name of one word anywhere (see `compile`),
        but not any other word (`Caeno rhabditis`).
        """
        words = self._cutter.cut(text)
        (alone,) = (words.told > _MARKS).nonzero()
        begins, ends, mixed = self._longer(words)
        keys = self._keys.find(mixed)
        (hit,) = (keys >= 0).nonzero()
        starts = words.start[np.concatenate([alone, begins[hit]])]
        stops = words.end[np.concatenate([alone, ends[hit]])]
        every_key = np.concatenate([words.told[alone] // _KEY - 1, keys[hit]])
        order = np.lexsort((stops, starts))
        rows = starts[order].tolist(), stops[order].tolist(), every_key[order].tolist()
        return list(map(_MAKE, zip(*rows, strict=True)))

    def _longer(self, words: Words) -> tuple[Int64s, Int64s, Uint64s]:
        """Return first and last piece and mixed hash of the windows that may be longer names."""
        found = [(_NONE, _NONE, _NONE.astype(np.uint64))]
        # A window may be a name if its last piece may end one, and grow if another piece follows.
        possible = words.told & NAME | BEGINNING
        possible[-1:] &= NAME
        (first,) = (words.told[:-1] & BEGINNING).nonzero()
        last = first
        value = words.hash[first]
        for _ in range(1, MAX_WORDS):
            if not len(first):
                break
            last = last + 1
            value = value * words.factor[last] + words.hash[last]
            mixed = mix(value)
            marks = self._filter.look(mixed) & possible[last]
            (likely,) = (marks & NAME).nonzero()
            found.append((first[likely], last[likely], mixed[likely]))
            (grows,) = (marks & BEGINNING).nonzero()
            first, last, value = first[grows], last[grows], value[grows]
        begins, ends, hashes = map(np.concatenate, zip(*found, strict=True))
        return begins, ends, hashes

    def _tell(self, kinds: npt.NDArray[np.uint8], hashes: Uint64s) -> Int64s:
        """Return what is remembered of pieces."""
        is_word = kinds == WORD
        mixed = mix(hashes)
        marks = self._filter.look(mixed) * is_word
        may_end = is_word
        if not is_word.all():
            for closing in _CLOSING:
                may_end = may_end | (hashes == closing)
        told: Int64s = (marks & BEGINNING) + may_end * NAME
        (likely,) = (marks & NAME).nonzero()
        told[likely] += (self._keys.find(mixed[likely]).astype(np.int64) + 1) * _KEY
        return told
