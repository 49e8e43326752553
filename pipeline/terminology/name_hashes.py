"""The hashes of many names at once (`normal_form.name_hash` is that of one)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.terminology.normal_form import PARAGRAPH, Cutter, Int64s, Uint64s, Words, mix


def words_of(names: Sequence[str], cutter: Cutter) -> tuple[Words, Int64s]:
    """Cut names, all at once; returns their words, and of which name each is.

    Args:
        names: The names, without line breaks.
        cutter: What cuts them and remembers their words.
    """
    ends = np.cumsum([len(name) + len(PARAGRAPH) for name in names], dtype=np.int64)
    words = cutter.cut(PARAGRAPH.join(names))
    owner = np.searchsorted(ends, words.start, "right")
    inside = words.end <= ends[owner] - len(PARAGRAPH)
    return words.where(inside), owner[inside]


def fold(value: Uint64s, factor: Uint64s, owner: Int64s) -> tuple[Int64s, Uint64s, Uint64s]:
    """Combine the words of each name; returns owners, their hashes, and those of beginnings."""
    every = np.bincount(owner)
    owners = np.flatnonzero(every)
    count = every[owners]
    first = np.cumsum(count) - count
    total = np.zeros(len(owners), np.uint64)
    steps: list[Uint64s] = [np.zeros(0, np.uint64)]
    for k in range(int(count.max(initial=0))):
        longer = np.flatnonzero(count > k)
        word = first[longer] + k
        total[longer] = total[longer] * factor[word] + value[word]
        steps.append(total[longer][count[longer] > k + 1])
    return owners, total, np.concatenate(steps)


def name_hashes(names: Sequence[str], cutter: Cutter) -> tuple[Uint64s, npt.NDArray[np.bool_]]:
    """Return the hash of each string as one name, and which strings have words at all.

    Args:
        names: The strings, without line breaks.
        cutter: What cuts them and remembers their words.
    """
    words, owner = words_of(names, cutter)
    owners, hashes, _ = fold(words.hash, words.factor, owner)
    values, known = np.zeros(len(names), np.uint64), np.zeros(len(names), np.bool_)
    values[owners], known[owners] = hashes, True
    return mix(values), known
