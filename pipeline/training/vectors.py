"""Vectors of words from what stands beside them in texts.

The counts of neighbours, weighted by closeness and kept apart by side, are turned into positive
pointwise mutual information and cut down to their main dimensions, which comes close to word2vec
on texts of this size (Levy, Goldberg and Dagan 2015).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix, csr_matrix
from sklearn.utils.extmath import randomized_svd

from pipeline.recognition.encoding import vector_word
from pipeline.recognition.sequence import Words

_WIDTH = 100
_REACH = 4
_RARE = 3
_SMOOTHING = 0.75


@dataclass(frozen=True, slots=True)
class Vectors:
    """Words and their vectors.

    Attributes:
        words: The words, frequent ones first.
        rows: Words x dimensions, with a standard deviation of 1.
    """

    words: tuple[str, ...]
    rows: npt.NDArray[np.float32]


def learn_vectors(texts: Iterable[str]) -> Vectors:
    """Learn vectors of the words that occur at least three times."""
    sequences = [
        [vector_word(word) for word in words.texts[first:end]]
        for words in map(Words.of, texts)
        for first, end in pairwise(words.borders)
    ]
    counts = Counter(word for sequence in sequences for word in sequence)
    words = tuple(
        sorted((w for w, n in counts.items() if n >= _RARE), key=lambda w: (-counts[w], w))
    )
    numbers = {word: i for i, word in enumerate(words)}
    gap = [-1] * _REACH
    line: list[int] = []
    for sequence in sequences:
        line += [numbers.get(word, -1) for word in sequence]
        line += gap
    information = _information(np.array(line), len(words))
    left, strength, _ = randomized_svd(information, _WIDTH, n_iter=4, random_state=0)
    rows = left * np.sqrt(strength)
    return Vectors(words, (rows / max(rows.std(), 1e-9)).astype(np.float32))


def _information(line: npt.NDArray[np.int64], count: int) -> csr_matrix:
    """Return the positive pointwise mutual information of words and their neighbours by side."""
    total = csr_matrix((count, 2 * count))
    for distance in range(1, _REACH + 1):
        first, second = line[:-distance], line[distance:]
        both = (first >= 0) & (second >= 0)
        first, second = first[both], second[both]
        weight = np.full(len(first), 1 / distance)
        shape = total.shape
        total = total + coo_matrix((weight, (first, second)), shape=shape).tocsr()
        total = total + coo_matrix((weight, (second, first + count)), shape=shape).tocsr()
    found = total.tocoo()
    by_word = np.bincount(found.row, found.data, count)
    by_neighbour = np.bincount(found.col, found.data, 2 * count) ** _SMOOTHING
    by_neighbour /= by_neighbour.sum()
    information = np.log(found.data / (by_word[found.row] * by_neighbour[found.col]))
    kept = information > 0
    return csr_matrix((information[kept], (found.row[kept], found.col[kept])), shape=total.shape)
