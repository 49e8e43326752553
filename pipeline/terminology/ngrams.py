"""Exact search for the most similar names by the trigrams they share.

Similarity is the cosine between vectors of trigrams weighted by inverse document frequency (as in
scispaCy's candidate generator, but without approximation). Of the query's trigrams only the rarest
are read, as far as they make up most of its length: the others have the longest posting lists and
weigh least. What a name shares of these and what the rest can add (after Cauchy and Schwarz, as in
L2AP, Anastasiu and Karypis, ICDE 2014) bound its similarity from below and above. It is computed
exactly, from the name's own trigrams, for the few names that may be among the best.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from pipeline.terminology.fuzzy_index import GRAMS, LETTERS, Floats, TypeIndex
from pipeline.terminology.normal_form import Int64s

Hits = tuple[Int64s, Floats]

_SLACK = 1e-4
"""For the rounding of single precision numbers."""

_READ = 0.88
"""Share of the query's squared length that is read."""

_OTHER = LETTERS - 1
_KIND = {"\0": 0} | {c: i for i, c in enumerate("abcdefghijklmnopqrstuvwxyz0123456789", 1)}
_KINDS = bytes(_KIND.get(chr(code), _OTHER) for code in range(256))


class TrigramSearch:
    """Finds the forms of one entity type that are most similar to a sequence of tokens."""

    def __init__(self, index: TypeIndex) -> None:
        self._index = index
        self._starts = index.forms.starts.data
        self._sizes = np.diff(index.forms.starts.astype(np.int64))
        self._mine = np.zeros(GRAMS, np.float32)

    def search(self, tokens: Sequence[str], *, most: int, least: float) -> Hits:
        """Return the most similar forms and their similarity, best first.

        Forms of the same similarity come in the order of their numbers.

        Args:
            tokens: Tokens of the string (`name_words.tokens_of`).
            most: Number of forms wanted.
            least: Least similarity, above 0.
        """
        nothing = np.zeros(0, np.int64), np.zeros(0, np.float32)
        if not tokens:
            return nothing
        grams = np.array(grams_of(tokens), np.int64)
        weights = self._index.weights.take(grams)
        norm = math.sqrt(float(weights.sum()))
        if norm == 0:
            return nothing
        forms = self._likely(grams, weights, norm, most, least)
        similarity = self._similarity(forms, grams, weights, norm)
        enough = similarity >= least
        forms, similarity = forms[enough], similarity[enough]
        best = np.lexsort((forms, -similarity))[:most]
        return forms[best], similarity[best]

    def _likely(
        self, grams: Int64s, weights: Floats, norm: float, most: int, least: float
    ) -> Int64s:
        """Return the forms that may be among the most similar ones, ascending."""
        norms = self._index.norms
        order = np.argsort(self._sizes.take(grams), kind="stable")
        grams, weights = grams.take(order), weights.take(order)
        square = norm * norm
        read = np.cumsum(weights)
        last = min(int(read.searchsorted(np.float32(_READ * square))) + 1, len(grams))
        rest = max(0.0, square - float(read[last - 1])) + _SLACK * square
        # What is shared is the similarity times both lengths; at most it is all of the rest, too.
        most_shared = np.full(len(norms), rest, np.float32)
        self._add(grams[:last], weights[:last], most_shared)
        most_shared /= norms
        seen = np.flatnonzero(most_shared >= np.float32(least * norm))
        lengths = norms.take(seen)
        shared = most_shared.take(seen) * lengths - np.float32(rest)
        if len(seen) > most:
            # What so many forms reach is the least that matters.
            reached = np.partition(shared / lengths, len(seen) - most)[len(seen) - most]
            least = max(least, float(reached) / norm)
        # Nor can the rest add more than what of the form has not been read allows.
        unread = lengths * lengths * np.float32(1 + _SLACK) - shared
        bound = shared + np.minimum(rest, np.sqrt(unread * np.float32(rest)))
        return seen.compress(bound >= lengths * np.float32((least - _SLACK) * norm))

    def _add(self, grams: Int64s, weights: Floats, total: Floats) -> None:
        """Add the weight of each trigram to the forms that have it."""
        starts, values = self._starts, self._index.forms.values
        lists = [values[starts[gram] : starts[gram + 1]] for gram in grams.tolist()]
        forms = np.concatenate(lists, dtype=np.int64)
        np.add.at(total, forms, np.repeat(weights, [len(some) for some in lists]))

    def _similarity(self, forms: Int64s, grams: Int64s, weights: Floats, norm: float) -> Floats:
        """Compute the similarity of forms from their own trigrams."""
        index = self._index
        if not len(forms):
            return np.zeros(0, np.float32)
        first = index.grams_starts.take(forms).astype(np.int64)
        counts = index.grams_starts.take(forms + 1) - first
        begins = np.cumsum(counts) - counts
        places = np.repeat(first - begins, counts) + np.arange(begins[-1] + counts[-1])
        self._mine[grams] = weights
        shared = self._mine.take(index.grams.take(places))
        self._mine[grams] = 0
        sums = np.add.reduceat(shared, begins)
        similarity: Floats = sums / (norm * index.norms.take(forms))
        return similarity


def grams_of(tokens: Sequence[str]) -> list[int]:
    """Return the trigrams of a few tokens, each once, ascending (see `fuzzy_index.token_grams`)."""
    text = "\0" + "\0\0".join(tokens) + "\0"
    kinds = text.encode("ascii", "replace").translate(_KINDS)
    triples = zip(kinds, kinds[1:], kinds[2:], strict=False)
    return sorted({(a * LETTERS + b) * LETTERS + c for a, b, c in triples if b})
