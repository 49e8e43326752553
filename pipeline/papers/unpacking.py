"""Compressed input: unpacked while it is read, within limits.

A small file can unpack to any size (a "bomb"). What was unpacked is therefore compared with
what was read for it, and reading ends with a problem when papers do not have such proportions.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

import zstandard

from pipeline.errors import PaperError
from pipeline.model import Problem
from pipeline.papers.limits import Limits

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

SUFFIXES: Final = frozenset({".gz", ".bgz", ".bz2", ".xz", ".zst", ".zstd"})
"""Suffixes of compressed files, which tell nothing about the format inside."""

_CHUNK: Final = 1 << 20
_DAMAGED: Final = (
    *(EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError),
    *(tarfile.TarError, zipfile.BadZipFile, NotImplementedError),
)


class BombError(PaperError):
    """Data unpack beyond the limits."""


class Readable(Protocol):
    """Anything with data to read."""

    def read(self, size: int = -1, /) -> bytes:
        """Return so many bytes or fewer, none at the end."""


def _zstd(stream: BinaryIO) -> Readable:
    unpacker = zstandard.ZstdDecompressor()  # refuses windows over 128 MiB
    return unpacker.stream_reader(stream, read_across_frames=True)


_KINDS: Final[tuple[tuple[bytes, str, Callable[[BinaryIO], Readable]], ...]] = (
    (b"\x1f\x8b", "gzip", gzip.open),
    (b"BZh", "bzip2", bz2.open),
    (b"\xfd7zXZ\x00", "xz", lzma.open),
    (b"\x28\xb5\x2f\xfd", "zstd", _zstd),
)


def inner(path: Path) -> Path:
    """Return a path without the suffix of a compression.

    >>> inner(Path("papers/pubmed25n0001.xml.gz")).name
    'pubmed25n0001.xml'
    """
    return path.with_suffix("") if path.suffix.lower() in SUFFIXES else path


def is_compressed(head: bytes) -> bool:
    """Tell whether data that begin so are compressed in a way that is known here."""
    return any(head.startswith(mark) for mark, _, _ in _KINDS)


def unpacked(stream: BinaryIO, head: bytes, name: str, limits: Limits) -> BinaryIO:
    """Return a stream of the unpacked data; the stream itself if it is not compressed.

    Args:
        stream: The data from their beginning.
        head: The first bytes of the data.
        name: Name of the input for problems.
        limits: How far it may unpack.

    Returns:
        A stream that raises `PaperError` when the data are damaged or unpack beyond the limits.
    """
    for mark, kind, opener in _KINDS:
        if head.startswith(mark):
            counted = Counted(stream)
            packed = opener(io.BufferedReader(counted))
            guarded = Guarded(packed, counted.so_far, name, limits, kind=kind)
            return io.BufferedReader(guarded, _CHUNK)
    return stream


class Counted(io.RawIOBase):
    """A stream that counts the bytes read from it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._total = 0

    def so_far(self) -> int:
        """Return how many bytes were read."""
        return self._total

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill a buffer as far as one read of the stream goes."""
        view = memoryview(buffer)
        data = self._stream.read(len(view))
        view[: len(data)] = data
        self._total += len(data)
        return len(data)


class Guarded(io.RawIOBase):
    """A stream of unpacked data that ends with a `PaperError` where unpacking goes wrong."""

    def __init__(
        self,
        stream: Readable,
        packed: Callable[[], int],
        name: str,
        limits: Limits,
        *,
        kind: str,
        unpacked: Callable[[int], int] | None = None,
    ) -> None:
        """Guard a stream.

        Args:
            stream: The unpacked data.
            packed: Tells how many compressed bytes have been read so far.
            name: Name of the input for problems.
            limits: How far it may unpack.
            kind: Name of the compression.
            unpacked: Adds to the number of bytes unpacked and tells the sum; by default the sum is
                that of this stream.
        """
        self._stream = stream
        self._packed = packed
        self._name = name
        self._limits = limits
        self._kind = kind
        self._total = 0
        self._unpacked = unpacked or self._add

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill a buffer, at most `_CHUNK` bytes of it.

        Raises:
            PaperError: If the data are damaged, or unpack beyond the limits.
        """
        view = memoryview(buffer)
        try:
            data = self._stream.read(min(len(view), _CHUNK))
        except _DAMAGED as error:
            raise self._damaged(error) from error
        except OSError as error:
            if error.errno is not None:
                raise
            raise self._damaged(error) from error
        view[: len(data)] = data
        total = self._unpacked(len(data))
        if total > self._limits.unpacked:
            raise self._refused(f"unpacks to more than {self._limits.unpacked:,} bytes")
        if total > self._limits.spared and total > self._limits.ratio * self._packed():
            ratio = total // max(self._packed(), 1)
            raise self._refused(f"unpacks to {ratio} times its size and more")
        return len(data)

    def _add(self, size: int) -> int:
        self._total += size
        return self._total

    def _damaged(self, error: Exception) -> PaperError:
        reason = f"the {self._kind} data are damaged or cut off: {error}"
        return PaperError(Problem(self._name, 0, reason))

    def _refused(self, what: str) -> BombError:
        reason = f"the {self._kind} data are refused: the file {what}, as no file of papers does"
        return BombError(Problem(self._name, 0, reason))
