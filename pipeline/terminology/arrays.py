"""Compact arrays for the index: strings, ragged lists and a hash table, all memory-mappable."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.terminology.normal_form import Int64s, Uint64s

Arrays = dict[str, npt.NDArray[Any]]
NAME, BEGINNING = 1, 2
"""What a `Filter` tells of a hash."""
_HEAD = 24
"""Bytes by which strings are searched: more than nearly all identifiers have."""


@dataclass(frozen=True, slots=True)
class Strings:
    """A list of strings as one UTF-8 block and the positions where they end."""

    block: npt.NDArray[np.uint8]
    ends: npt.NDArray[np.uint32]
    # The same memory, whose items are plain numbers and several times as fast to get.
    _bytes: memoryview = field(init=False, repr=False, compare=False)
    _stops: memoryview = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_bytes", self.block.data)
        object.__setattr__(self, "_stops", self.ends.data)

    @classmethod
    def pack(cls, texts: pa.Array) -> Strings:
        """Pack an Arrow array of strings without nulls."""
        ends = pc.cumulative_sum(pc.binary_length(texts)).to_numpy().astype(np.uint32)
        block = pc.binary_join(
            pa.ListArray.from_arrays([0, len(texts)], texts.cast(pa.binary())), b""
        )
        return cls(np.frombuffer(block[0].as_buffer(), np.uint8), ends)

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, index: int) -> str:
        start = self._stops[index - 1] if index else 0
        return str(self._bytes[start : self._stops[index]], "utf-8")


@dataclass(frozen=True, slots=True)
class SortedStrings:
    """A list of strings, sorted by code points, in which one can be found.

    Attributes:
        strings: The strings.
        heads: The first bytes of each: nearly always enough to tell two apart, and searched by one
            call instead of a decoded string for each step.
    """

    strings: Strings
    heads: npt.NDArray[np.bytes_]

    @classmethod
    def pack(cls, texts: pa.Array) -> SortedStrings:
        """Pack a sorted Arrow array of strings without nulls."""
        heads = pc.binary_slice(texts.cast(pa.binary()), 0, _HEAD)
        found = np.array(heads.to_pylist(), f"S{_HEAD}")
        return cls(Strings.pack(texts), found)

    def __len__(self) -> int:
        return len(self.strings)

    def __getitem__(self, index: int) -> str:
        return self.strings[index]

    def find(self, text: str) -> int:
        """Return the index of a string, or -1."""
        head = text[:_HEAD].encode("utf-8", "surrogatepass")[:_HEAD]
        low = int(self.heads.searchsorted(head))
        strings = self.strings
        if low == len(strings) or strings[low] == text:
            return low if low < len(strings) else -1
        high = int(self.heads.searchsorted(head, "right"))
        while low < high:
            middle = (low + high) // 2
            if strings[middle] < text:
                low = middle + 1
            else:
                high = middle
        return low if low < len(strings) and strings[low] == text else -1


@dataclass(frozen=True, slots=True)
class Ragged:
    """Lists of integers of different lengths (compressed sparse rows)."""

    starts: npt.NDArray[np.uint32]
    values: npt.NDArray[np.int32]

    @classmethod
    def group(cls, keys: npt.NDArray[np.int64], values: npt.NDArray[np.int64], n: int) -> Ragged:
        """Group values by key (0 to n-1); within a key the order of the input is kept."""
        order = np.argsort(keys, kind="stable")
        counts = np.bincount(keys, minlength=n)
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32)
        return cls(starts, values[order].astype(np.int32))

    def __getitem__(self, index: int) -> npt.NDArray[np.int32]:
        return self.values[self.starts[index] : self.starts[index + 1]]


@dataclass(frozen=True, slots=True)
class HashTable:
    """From 64-bit hashes to integers, by open addressing with linear probing.

    Attributes:
        keys: The hash in each slot.
        values: The integer in each slot, or -1 when the slot is empty.
    """

    keys: Uint64s
    values: npt.NDArray[np.int32]

    @classmethod
    def build(cls, hashes: Uint64s) -> HashTable:
        """Map each of the distinct hashes to its position."""
        size = 1 << max(4, int(len(hashes) * 1.6).bit_length())
        keys = np.zeros(size, np.uint64)
        values = np.full(size, -1, np.int32)
        pending = np.arange(len(hashes))
        slot = (hashes & np.uint64(size - 1)).astype(np.int64)
        while len(pending):
            # Of those that want the same free slot the first one gets it; the others go on.
            free = values[slot] < 0
            wanted, first = np.unique(slot[free], return_index=True)
            winners = np.flatnonzero(free)[first]
            keys[wanted] = hashes[pending[winners]]
            values[wanted] = pending[winners]
            rest = np.ones(len(pending), bool)
            rest[winners] = False
            pending = pending[rest]
            slot = (slot[rest] + 1) & (size - 1)
        return cls(keys, values)

    def find(self, hashes: Uint64s) -> npt.NDArray[np.int32]:
        """Return the value for each hash, -1 for those that are not in the table."""
        mask = len(self.keys) - 1
        slot = (hashes & np.uint64(mask)).astype(np.int64)
        result = self.values[slot]
        # A free slot ends the search, and its value is that of a hash that is not there.
        pending = np.flatnonzero((self.keys[slot] != hashes) & (result >= 0))
        slot = slot[pending]
        while len(pending):
            slot = (slot + 1) & mask
            values = self.values[slot]
            result[pending] = values
            rest = (self.keys[slot] != hashes[pending]) & (values >= 0)
            pending, slot = pending[rest], slot[rest]
        return result

    def find_one(self, hash_: int) -> int:
        """Return the value for one hash, or -1."""
        mask = len(self.keys) - 1
        slot = hash_ & mask
        while (value := int(self.values[slot])) >= 0 and int(self.keys[slot]) != hash_:
            slot = (slot + 1) & mask
        return value


@dataclass(frozen=True, slots=True)
class Filter:
    """Two sets of hashes in one: names, and beginnings of names.

    Each may contain more than was put in, never less (Bloom, 1970; one hash). The bits of both lie
    side by side, so that one look into memory answers for both.

    Attributes:
        bits: Four pairs of bits in each byte: the lower one for names, the other for beginnings.
    """

    bits: npt.NDArray[np.uint8]

    @classmethod
    def build(cls, names: Uint64s, beginnings: Uint64s, *, bits: int) -> Filter:
        """Make a filter with 2**bits pairs."""
        pairs = np.zeros(1 << bits, np.uint8)
        for hashes, mark in ((names, NAME), (beginnings, BEGINNING)):
            position = (hashes >> np.uint64(64 - bits)).astype(np.int64)
            pairs[position] |= np.uint8(mark)
        shifts = np.array([0, 2, 4, 6], np.uint8)
        quads = np.left_shift(pairs.reshape(-1, 4), shifts, dtype=np.uint8)
        return cls(np.bitwise_or.reduce(quads, axis=1, dtype=np.uint8))

    def look(self, hashes: Uint64s) -> Int64s:
        """Tell for each hash, as a sum, whether it may be a `NAME` and may be a `BEGINNING`."""
        bits = (len(self.bits) * 4).bit_length() - 1
        position = (hashes >> np.uint64(64 - bits)).view(np.int64)
        found: Int64s = self.bits[position >> 2] >> ((position & 3) << 1) & (NAME | BEGINNING)
        return found
