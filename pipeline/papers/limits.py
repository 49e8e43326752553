"""How much of an input is read, so that no file can use up memory or disk."""

from __future__ import annotations

from dataclasses import dataclass

_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What an input may be; beyond that it is a problem.

    Attributes:
        paper: Longest text of a paper, in code points.
        record: Most bytes of a source that may stand for one paper.
        whole: Most bytes of a source that can only be read as a whole (packed Parquet).
        failures: Papers of a source that may fail one after the other; then its rest is not read.
        unpacked: Most bytes that a compressed file may unpack to.
        ratio: Most bytes that may come out of one compressed byte. Papers give 3 to 30.
        spared: Bytes up to which `ratio` is not looked at.
    """

    paper: int = 20_000_000
    record: int = 64 * _MEBIBYTE
    whole: int = 1024 * _MEBIBYTE
    failures: int = 1000
    unpacked: int = 1 << 40
    ratio: int = 200
    spared: int = 64 * _MEBIBYTE


DEFAULT = Limits()
"""What holds where nobody says otherwise."""
