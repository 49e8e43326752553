"""Exact search for the most similar names by the trigrams they share.

Similarity is the cosine between vectors of trigrams weighted by inverse document frequency (as in
scispaCy's candidate generator, but without approximation). The search follows L2AP (Anastasiu and
Karypis, ICDE 2014): the query is split into its rarest trigrams, whose posting lists are read, and
the rest, whose length bounds what the rest can still add (Cauchy and Schwarz). Names that cannot
reach the least similarity are never looked at again; the similarity of the others is then computed
exactly from their own trigrams.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from pipeline.terminology.fuzzy_index import GRAMS, TypeIndex, token_grams

Hits = tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]

_SLACK = 1e-4
"""For the rounding of single precision numbers."""

_FIRST_LOOK = 0.5
"""Share of the query's squared length that is read before the first comparison."""

_REST = 0.7
"""Share of the query's squared length that need not be read, for forms of similarity 1."""

_TRIED = 3
"""How many times the forms wanted are compared first, to learn what the best ones reach."""

_SHORT_LIST = 256
"""Length up to which a posting list is read whole."""


class TrigramSearch:
    """Finds the forms of one entity type that are most similar to a sequence of tokens."""

    def __init__(self, index: TypeIndex) -> None:
        self._index = index
        self._sizes = np.diff(index.forms.starts.astype(np.int64))
        self._total = np.zeros(len(index.norms), np.float32)
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
        grams = np.unique(token_grams(tokens).values).astype(np.int64)
        index = self._index
        weights = index.weights[grams]
        norm = math.sqrt(float(weights.sum()))
        if norm == 0:
            return nothing
        order = np.argsort(self._sizes[grams], kind="stable")
        grams, weights = grams[order], weights[order]
        self._mine[grams] = weights
        read = np.cumsum(weights) / (norm * norm)
        lists: list[npt.NDArray[np.int32]] = []
        try:
            # What the best forms with the rarest trigrams reach is the least that matters.
            first = _first(read, _FIRST_LOOK)
            self._read(grams[:first], weights[:first], norm, least, lists)
            seen = np.concatenate(lists)
            partial = self._total.take(seen) / (norm * index.norms.take(seen))
            least = max(least, self._reached(seen, partial, norm, most))
            # A form with none of these trigrams is too far, since the rest is too short.
            split = max(first, _first(read, 1 - least * least + _SLACK))
            self._read(grams[first:split], weights[first:split], norm, least, lists)
            seen = np.concatenate(lists)
            # Reading a posting costs less than computing a similarity: some more are read, so
            # that few forms pass.
            further = max(split, _first(read, 1 - _REST * least * least))
            self._read_more(grams[split:further], weights[split:further], norm, least)
            partial = self._total.take(seen) / (norm * index.norms.take(seen))
            done = float(read[further - 1])
            passed = np.flatnonzero(partial >= _least_partial(done, least))
            seen, partial = seen.take(passed), partial.take(passed)
            least = max(least, self._reached(seen, partial, norm, most))
            # What of a form has not been read is known, too: another bound, mostly a lower one; and
            # at most all of the rest is shared.
            ratio = norm / index.norms.take(seen)
            rest = max(0.0, 1 - done)
            unread = np.maximum(0, 1 - partial * ratio)
            bound = partial + np.minimum(np.sqrt(unread * rest), rest * ratio)
            likely = (partial >= _least_partial(done, least)) & (bound >= least - _SLACK)
            forms = seen.compress(likely)
            similarity = self._similarity(forms, norm)
        finally:
            self._mine[grams] = 0
            for forms_seen in lists:
                self._total[forms_seen] = 0
        enough = similarity >= least
        forms, similarity = forms[enough].astype(np.int64), similarity[enough]
        best = np.lexsort((forms, -similarity))[:most]
        return forms[best], similarity[best]

    def _read(
        self,
        grams: npt.NDArray[np.int64],
        weights: npt.NDArray[np.float32],
        norm: float,
        least: float,
        lists: list[npt.NDArray[np.int32]],
    ) -> None:
        """Add up what each form shares of some trigrams; add to the lists the forms new to them."""
        total = self._total
        for forms, weight in self._postings(grams, weights, norm, least):
            before = total.take(forms)
            lists.append(forms.compress(before == 0))
            before += weight
            total[forms] = before

    def _read_more(
        self,
        grams: npt.NDArray[np.int64],
        weights: npt.NDArray[np.float32],
        norm: float,
        least: float,
    ) -> None:
        """Add up what forms share of further trigrams, for the forms that have been seen."""
        total = self._total
        for forms, weight in self._postings(grams, weights, norm, least):
            before = total.take(forms)
            # Without a choice for each form, which a processor cannot foresee.
            before += weight * (before > 0)
            total[forms] = before

    def _postings(
        self,
        grams: npt.NDArray[np.int64],
        weights: npt.NDArray[np.float32],
        norm: float,
        least: float,
    ) -> Iterator[tuple[npt.NDArray[np.int32], np.float32]]:
        """Yield the forms that have each trigram, and its weight.

        The cosine is at most the ratio of the shorter to the longer vector, and forms are numbered
        by length: only a stretch of each posting list can matter.
        """
        index = self._index
        starts = index.forms.starts
        low, high = np.searchsorted(
            index.norms,
            np.array([norm * least * (1 - _SLACK), norm / least * (1 + _SLACK)], np.float32),
        )
        for gram, weight in zip(grams.tolist(), weights, strict=True):
            forms = index.forms.values[starts[gram] : starts[gram + 1]]
            if len(forms) > _SHORT_LIST:
                forms = forms[forms.searchsorted(low) : forms.searchsorted(high)]
            yield forms, weight

    def _reached(
        self,
        seen: npt.NDArray[np.int32],
        partial: npt.NDArray[np.float32],
        norm: float,
        most: int,
    ) -> float:
        """Return a similarity that so many forms reach, judged by the forms that look best."""
        if len(seen) < most:
            return 0.0
        count = _TRIED * most
        if len(seen) > count:
            seen = seen.take(np.argpartition(-partial, count)[:count])
        similarity = self._similarity(seen, norm)
        return float(np.partition(similarity, len(seen) - most)[len(seen) - most])

    def _similarity(self, forms: npt.NDArray[np.int32], norm: float) -> npt.NDArray[np.float32]:
        index = self._index
        if not len(forms):
            return np.zeros(0, np.float32)
        first = index.grams_starts.take(forms).astype(np.int64)
        counts = index.grams_starts.take(forms + 1) - first
        begins = np.cumsum(counts) - counts
        places = np.repeat(first - begins, counts) + np.arange(begins[-1] + counts[-1])
        shared = self._mine.take(index.grams.take(places))
        sums = np.add.reduceat(shared, begins)
        similarity: npt.NDArray[np.float32] = sums / (norm * index.norms.take(forms))
        return similarity


def _first(read: npt.NDArray[np.float32], share: float) -> int:
    """Return how many trigrams have to be read for a share of the query's squared length."""
    return min(int(np.searchsorted(read, share)) + 1, len(read))


def _least_partial(done: float, least: float) -> float:
    """Return the least share that a form must have of the trigrams read to reach a similarity.

    Let `done` be the squared length of the part of the (unit) query that was read, at the angle a
    to the form. Then the form's similarity is at most cos(a - b), with tan b the ratio of the rest
    to the part read.
    """
    angle = math.atan2(math.sqrt(max(0.0, 1 - done)), math.sqrt(done)) + math.acos(min(1.0, least))
    return max(0.0, math.sqrt(done) * math.cos(min(angle, math.pi / 2)) - _SLACK)
