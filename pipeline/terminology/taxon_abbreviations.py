"""Species by an abbreviated genus among all of NCBI Taxonomy: `P. maidis` is Peregrinus maidis.

The names of the taxonomy are one block of lines. An index of it, compiled once into the user's
cache, has for each species a hash of its initial and what follows its genus, and where its name
begins in the block: 12 bytes a name, mapped into memory.
"""

from __future__ import annotations

import hashlib
import mmap
import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.terminology import array_store, normal_form
from pipeline.terminology.array_store import open_arrays
from pipeline.terminology.arrays import Arrays
from pipeline.terminology.index import cache_directory
from pipeline.terminology.normal_form import Uint64s, mix, polynomials
from pipeline.terminology.taxon_files import line_at

MOST = 20
"""More species than this of one abbreviation tell nothing."""

_NAMES = re.compile(rb"^([A-Z])[a-z]+ ([a-z][a-z-]+(?: [a-z][a-z-]+)?)$", re.MULTILINE)
_ABBREVIATED = re.compile(r"([A-Z])([a-z]{0,2})\. ?([a-z][a-z-]+(?: [a-z][a-z-]+)?)")
_CHUNK = 200_000
_SAMPLE = 1 << 20


@dataclass(frozen=True, slots=True)
class Abbreviations:
    """The index.

    Attributes:
        hashes: Hash of initial and epithets of each name, ascending.
        positions: Where the name begins in the block.
        block: The names, one a line.
    """

    hashes: Uint64s
    positions: npt.NDArray[np.uint32]
    block: mmap.mmap

    def find(self, text: str) -> list[str]:
        """Return the names that a string abbreviates, in the order of the alphabet.

        Nothing is returned for more than `MOST` names.
        """
        match = _ABBREVIATED.fullmatch(text)
        if not match:
            return []
        wanted = _hashes([f"{match[1]} {match[3]}"])[0]
        low, high = (int(np.searchsorted(self.hashes, wanted, side)) for side in ("left", "right"))
        names = {line_at(self.block, int(p)) for p in self.positions[low:high]}
        genus, rest = match[1] + match[2], f" {match[3]}"
        fitting = sorted(n for n in names if n.startswith(genus) and n.endswith(rest))
        return fitting if len(fitting) <= MOST else []


def open_abbreviations(block: mmap.mmap, *, cache: Path | None = None) -> Abbreviations:
    """Open the index of a block of names; compile it when the cache has none (some seconds).

    Args:
        block: The names, one a line.
        cache: Directory for compiled arrays; by default the user's cache.
    """
    target = (cache or cache_directory()) / "abbreviations" / _key(block)
    what = "the abbreviated names of NCBI Taxonomy"
    arrays = open_arrays(target, lambda: _compiled(block), what)
    return Abbreviations(arrays["hashes"], arrays["positions"], block)


def _compiled(block: mmap.mmap) -> Arrays:
    hashes, positions = [np.zeros(0, np.uint64)], [np.zeros(0, np.uint32)]
    found = _NAMES.finditer(block)
    while some := list(islice(found, _CHUNK)):
        hashes.append(_hashes([f"{m[1].decode()} {m[2].decode()}" for m in some]))
        positions.append(np.array([m.start() for m in some], np.uint32))
    every, where = np.concatenate(hashes), np.concatenate(positions)
    order = np.lexsort((where, every))
    return {"hashes": every[order], "positions": where[order]}


def _hashes(texts: list[str]) -> Uint64s:
    return mix(polynomials(texts)[0])


def _key(block: mmap.mmap) -> str:
    digest = hashlib.sha256(f"{len(block)}".encode())
    digest.update(block[:_SAMPLE])
    digest.update(block[-_SAMPLE:])
    for module in (__file__, normal_form.__file__, array_store.__file__):
        digest.update(Path(str(module)).read_bytes())
    return digest.hexdigest()[:24]
