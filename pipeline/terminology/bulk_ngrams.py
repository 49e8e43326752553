"""The most similar names of many strings at once, by one product of sparse matrices.

Similarity is that of `ngrams`. Reading all trigrams of a string costs more than choosing some, but
next to nothing is done for each string alone: with some ten thousand names this is many times as
fast, with hundreds of thousands it is slower.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from pipeline.terminology.fuzzy_index import GRAMS, TypeIndex, positions, token_grams
from pipeline.terminology.ngrams import TrigramSearch

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

_FEW_POSTINGS = 400_000
"""Postings of all names up to which the product is faster than one search for each string."""

_AT_ONCE = 128
"""Strings whose vectors and similarities together stay in the processor's caches."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Forms similar to strings, as parallel arrays: those of a string together, best first.

    Attributes:
        rows: Number of the string.
        forms: Number of the form.
        similarity: Cosine, above 0, at most 1.
    """

    rows: Int64s
    forms: Int64s
    similarity: Floats


class BulkTrigrams:
    """Finds the forms of one entity type that are most similar to sequences of tokens."""

    def __init__(self, index: TypeIndex, search: TrigramSearch) -> None:
        self._index = index
        self._search = search
        self._few = len(index.forms.values) <= _FEW_POSTINGS

    @cached_property
    def _columns(self) -> npt.NDArray[np.int32]:
        """The column of each trigram in `_forms`; those that no form has share the first one."""
        known = np.zeros(GRAMS, np.bool_)
        known[self._index.grams] = True
        columns: npt.NDArray[np.int32] = np.where(known, np.cumsum(known), 0).astype(np.int32)
        return columns

    @cached_property
    def _forms(self) -> csr_array:
        """The trigrams of the forms, which are the rows, divided by the forms' lengths."""
        index = self._index
        counts = np.diff(index.grams_starts.astype(np.int64))
        columns = self._columns[index.grams]
        weights = np.repeat(1 / index.norms, counts)
        shape = (len(counts), int(self._columns.max(initial=0)) + 1)
        return csr_array((weights, columns, index.grams_starts.astype(np.int32)), shape=shape)

    def search(self, strings: Sequence[Sequence[str]], *, most: int, least: float) -> Alike:
        """Return the most similar forms of each string.

        Forms of the same similarity come in the order of their numbers. What is found for a string
        does not depend on the other strings.

        Args:
            strings: Tokens of each string (`name_words.tokens_of`).
            most: Number of forms wanted for a string.
            least: Least similarity, above 0.
        """
        parts = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))]
        if self._few:
            for start in range(0, len(strings), _AT_ONCE):
                some = strings[start : start + _AT_ONCE]
                rows, forms, similarity = self._compared(some, most, least)
                parts.append((rows + start, forms, similarity))
        else:
            for row, tokens in enumerate(strings):
                forms, similarity = self._search.search(tokens, most=most, least=least)
                parts.append((np.full(len(forms), row), forms, similarity))
        rows, forms, similarity = map(np.concatenate, zip(*parts, strict=True))
        return Alike(rows, forms, similarity)

    def _compared(
        self, strings: Sequence[Sequence[str]], most: int, least: float
    ) -> tuple[Int64s, Int64s, Floats]:
        # For each trigram of each form the processor goes over all strings in one stretch of
        # memory, which is faster than finding out which of them have it.
        cosines = (self._forms @ self._vectors(strings)).ravel()
        near = np.flatnonzero(cosines >= least)
        similarity = np.minimum(cosines[near], 1)
        forms, rows = np.divmod(near, len(strings))
        order = np.lexsort((forms, -similarity, rows))
        rows = rows[order]
        first = np.arange(len(rows)) - np.searchsorted(rows, np.arange(len(strings)))[rows] < most
        best = order[first]
        return rows[first], forms[best], similarity[best]

    def _vectors(self, strings: Sequence[Sequence[str]]) -> Floats:
        """Return the unit vectors of strings, as columns."""
        number: dict[str, int] = {}
        flat = np.array([number.setdefault(t, len(number)) for s in strings for t in s], np.int64)
        table = token_grams(list(number))
        counts = np.diff(table.starts.astype(np.int64))[flat]
        lengths = np.fromiter(map(len, strings), np.int64, len(strings))
        owner = np.repeat(np.repeat(np.arange(len(strings)), lengths), counts)
        each = owner * GRAMS + table.values[positions(table.starts, flat)]
        rows, grams = np.divmod(np.unique(each), GRAMS)
        weights = self._index.weights[grams]
        squares = np.bincount(rows, weights, len(strings))
        vectors = np.zeros((self._forms.shape[1], len(strings)), np.float32)
        vectors[self._columns[grams], rows] = weights / np.sqrt(np.maximum(squares[rows], 1e-9))
        return vectors
