"""Archives of papers: TAR (also compressed) and ZIP, read member by member.

Nothing is written to disk, so that the names of members lead nowhere ("zip slip"); they only tell
what a paper is called and where a problem is. Links and special files are no papers and are passed
over, as are hidden files and pictures.
"""

from __future__ import annotations

import io
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Final

from pipeline.errors import PaperError
from pipeline.model import Problem
from pipeline.papers import unpacking
from pipeline.papers.decoding import shown
from pipeline.papers.inputs import is_paper_name
from pipeline.papers.source import Source

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_TAR: Final = (b"ustar\x0000", b"ustar  \x00")
_TAR_MARK_AT: Final = 257
_ENCRYPTED: Final = 1
_OFFICE: Final = frozenset({"[Content_Types].xml", "mimetype"})


def is_archive(source: Source) -> bool:
    """Tell whether a source is an archive."""
    return source.head.startswith(_ZIP) or source.head.startswith(_TAR, _TAR_MARK_AT)


def members(source: Source) -> Iterator[Source | Problem]:
    """Yield the files in an archive, in its order; each is to be read before the next one.

    Raises:
        PaperError: If the archive is damaged, or unpacks beyond the limits.
    """
    yield from _zip(source) if source.head.startswith(_ZIP) else _tar(source)


def _tar(source: Source) -> Iterator[Source | Problem]:
    counted, total = unpacking.Counted(source.stream), _Total()
    try:
        with tarfile.open(fileobj=io.BufferedReader(counted), mode="r|") as archive:
            for member in archive:
                stream = archive.extractfile(member) if member.isfile() else None
                if stream is not None and is_paper_name(member.name):
                    total.packed = counted.so_far()
                    yield _member(source, member.name, stream, total)
    except tarfile.TarError as error:
        raise source.error(0, f"the archive is damaged or cut off: {error}") from error


def _zip(source: Source) -> Iterator[Source | Problem]:
    total = _Total()
    try:
        with zipfile.ZipFile(source.file or io.BytesIO(source.content())) as archive:
            infos = archive.infolist()
            if any(info.filename in _OFFICE for info in infos):
                raise source.error(0, "an Office document; save it as text first")
            for info in infos:
                # Not `info.is_dir()`: a damaged archive can have a member without a name.
                if info.filename.endswith("/") or not is_paper_name(info.filename):
                    continue
                if info.flag_bits & _ENCRYPTED:
                    reason = f"the member {info.filename} is encrypted; unpack it first"
                    yield source.problem(0, reason)
                    continue
                total.packed += info.compress_size
                with archive.open(info) as stream:
                    yield _member(source, info.filename, stream, total)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, zlib.error) as error:
        raise source.error(0, f"the archive is damaged: {error}") from error


class _Total:
    """How much the members of an archive take in it, and how much they unpack to together."""

    def __init__(self) -> None:
        self.packed = 0
        self._unpacked = 0

    def so_far(self) -> int:
        """Return the size in the archive."""
        return self.packed

    def add(self, size: int) -> int:
        """Add to the unpacked size and return the sum."""
        self._unpacked += size
        return self._unpacked


def _member(source: Source, name: str, stream: IO[bytes], total: _Total) -> Source | Problem:
    """Make a source of a member; or the problem that its beginning is damaged.

    Raises:
        BombError: If the archive unpacks beyond the limits.
    """
    path = source.path / name.lstrip("/")
    limits = source.limits
    guarded = unpacking.Guarded(
        stream, total.so_far, shown(path), limits, kind="archive", unpacked=total.add
    )
    try:
        return Source(path, io.BufferedReader(guarded), limits)
    except unpacking.BombError:
        raise
    except PaperError as error:
        return error.problem
