"""The most similar names of many strings at once, by one product of sparse matrices.

Similarity is that of `ngrams`. Reading all trigrams of a string costs more than choosing some, but
next to nothing is done for each string alone: with some ten thousand names this is many times as
fast, with hundreds of thousands it is slower.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from pipeline.terminology.fuzzy_index import GRAMS, TypeIndex, positions, token_grams
from pipeline.terminology.ngrams import TrigramSearch

Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

_FEW_POSTINGS = 400_000
"""Postings of all names up to which the product is faster than one search for each string."""

_CHUNK = 512


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
            for start in range(0, len(strings), _CHUNK):
                rows, forms, similarity = self._chunk(strings[start : start + _CHUNK], most, least)
                parts.append((rows + start, forms, similarity))
        else:
            for row, tokens in enumerate(strings):
                forms, similarity = self._search.search(tokens, most=most, least=least)
                parts.append((np.full(len(forms), row), forms, similarity))
        rows, forms, similarity = map(np.concatenate, zip(*parts, strict=True))
        return Alike(rows, forms, similarity)

    def _chunk(
        self, strings: Sequence[Sequence[str]], most: int, least: float
    ) -> tuple[Int64s, Int64s, Floats]:
        index = self._index
        queries, used = self._vectors(strings)
        forms = index.forms.values[positions(index.forms.starts, used)]
        starts = index.forms.starts
        ends = np.cumsum(starts[used + 1].astype(np.int64) - starts[used])
        weights = 1 / index.norms[forms]
        shape = (len(used), len(index.norms))
        product = queries @ csr_array((weights, forms, np.concatenate([[0], ends])), shape=shape)
        near = np.flatnonzero(product.data >= least)
        similarity = np.minimum(product.data[near], 1)
        found = product.indices[near].astype(np.int64)
        rows = np.searchsorted(product.indptr, near, "right") - 1
        order = np.lexsort((found, -similarity, rows))
        rows = rows[order]
        first = np.arange(len(rows)) - np.searchsorted(rows, np.arange(len(strings)))[rows] < most
        best = order[first]
        return rows[first], found[best], similarity[best]

    def _vectors(self, strings: Sequence[Sequence[str]]) -> tuple[csr_array, Int64s]:
        """Return the unit vectors of strings over the trigrams that they have, and these."""
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
        wanted = np.zeros(GRAMS, np.bool_)
        wanted[grams] = True
        column = np.cumsum(wanted) - 1
        unit = (weights / np.sqrt(np.maximum(squares[rows], 1e-9))).astype(np.float32)
        starts = np.searchsorted(rows, np.arange(len(strings) + 1))
        used = np.flatnonzero(wanted)
        shape = (len(strings), len(used))
        return csr_array((unit, column[grams], starts), shape=shape), used
