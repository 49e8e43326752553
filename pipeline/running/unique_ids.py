"""Which identifiers a job has seen, in eight bytes a paper."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import numpy.typing as npt

_RECENT = 1 << 14


class UniqueIds:
    """Numbers the papers that have the same identifier.

    Identifiers are kept as 64-bit hashes: among the 37 million citations of PubMed, the chance that
    any two of them are taken for the same is 1 in 27,000, and then a paper is renamed without need,
    not lost.
    """

    def __init__(self) -> None:
        self._sorted: npt.NDArray[np.uint64] = np.empty(0, np.uint64)
        self._recent: set[int] = set()
        self._numbers: dict[str, int] = {}

    def add(self, paper_id: str) -> int:
        """Return which of the papers with this identifier the next one is, from 1.

        The number of a second paper is chosen so that `identifier#number` is not the identifier of
        another paper seen before.

        >>> ids = UniqueIds()
        >>> [ids.add(i) for i in ("a", "a", "a#2", "a")]
        [1, 2, 2, 3]
        """
        number = self._numbers.get(paper_id, 1)
        if number == 1 and self._insert(paper_id):
            return 1
        number += 1
        while not self._insert(f"{paper_id}#{number}"):
            number += 1
        self._numbers[paper_id] = number
        return number

    def restore(self, paper_id: str, number: int) -> None:
        """Take note of a paper that was numbered before."""
        self._insert(paper_id if number == 1 else f"{paper_id}#{number}")
        if number > 1:
            self._numbers[paper_id] = max(number, self._numbers.get(paper_id, 1))

    def _insert(self, name: str) -> bool:
        """Add a name; tell whether it is new."""
        digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        value = int.from_bytes(digest, "little")
        if value in self._recent:
            return False
        place = int(np.searchsorted(self._sorted, np.uint64(value)))
        if place < len(self._sorted) and int(self._sorted[place]) == value:
            return False
        self._recent.add(value)
        if len(self._recent) >= _RECENT:
            new = np.fromiter(self._recent, np.uint64, len(self._recent))
            new.sort()
            self._sorted = np.insert(self._sorted, np.searchsorted(self._sorted, new), new)
            self._recent.clear()
        return True
