"""Offsets of BioC files: in code points, as they should be, or in what else a program counted."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

Units = Callable[[Any], Any]
"""Tells how many units a file may count for each of some code points, an array of numbers."""


def utf16_units(code_points: Any) -> Any:
    """Count as Java does."""
    return 1 + (code_points > 0xFFFF)


def utf8_bytes(code_points: Any) -> Any:
    """Count the bytes of UTF-8."""
    return 1 + (code_points > 0x7F) + (code_points > 0x7FF) + (code_points > 0xFFFF)


def borders_in(text: str, first: int, last: int, units: Units | None) -> tuple[int, int] | None:
    """Turn borders in the units of a file into code points; None when they are none."""
    if units is None or text.isascii():
        return (first, last) if 0 <= first < last <= len(text) else None
    positions = _positions(text, units)
    if not 0 <= first < last <= positions[-1]:
        return None
    start, end = (int(n) for n in np.searchsorted(positions, (first, last)))
    return (start, end) if positions[start] == first and positions[end] == last else None


@lru_cache(maxsize=4)
def _positions(text: str, units: Units) -> Any:
    """Return where each character begins in units, and where the text ends."""
    code_points = np.frombuffer(text.encode("utf-32-le", "replace"), dtype="<u4")
    return np.concatenate(([0], np.cumsum(units(code_points))))


def is_same(found: str, said: str) -> bool:
    """Compare as far as ASCII goes: PubTator says `TNF-a` where the text has `TNF-α`."""
    if found == said:
        return True
    return len(found) == len(said) and all(
        a.casefold() == b.casefold() or (a.isspace() and b.isspace()) or not (a + b).isascii()
        for a, b in zip(found, said, strict=True)
    )
