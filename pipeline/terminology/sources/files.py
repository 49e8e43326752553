"""Open source files: plain or compressed, alone, in a directory tree or inside a tar archive."""

from __future__ import annotations

import gzip
import hashlib
import lzma
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from pipeline.errors import SourceError
from pipeline.terminology.sources.records import Damage

COMPRESSIONS = (".gz", ".xz")
_UNREADABLE = (OSError, EOFError, lzma.LZMAError, zlib.error, tarfile.TarError)


def plain_name(path: Path) -> str:
    """Return the file's name without the suffix of its compression.

    >>> plain_name(Path("gene/Homo_sapiens.gene_info.gz"))
    'Homo_sapiens.gene_info'
    """
    return path.stem if path.suffix in COMPRESSIONS else path.name


def find(directory: Path, *patterns: str) -> list[Path]:
    """Find files in a directory tree by the name they have when uncompressed.

    Args:
        directory: Where to look, at any depth.
        patterns: Glob patterns of names, such as `*.gene_info` or `d20[0-9][0-9].bin`.

    Returns:
        The files, sorted by name; of a file that is there several times (plain and compressed),
        the one whose path sorts first.
    """
    found: dict[str, Path] = {}
    for path in sorted(directory.rglob("*")):
        name = plain_name(path)
        if any(Path(name).match(pattern) for pattern in patterns) and path.is_file():
            found.setdefault(name, path)
    return [found[name] for name in sorted(found)]


def sha256(path: Path) -> str:
    """Return the SHA-256 digest of the file as it lies on disk, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def readable(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for reading bytes, decompressed.

    Raises:
        SourceError: If the file cannot be opened, or turns out to be damaged while it is read.
    """
    try:
        with _decompressed(path) as stream:
            yield stream
    except _UNREADABLE as error:
        raise SourceError(f"{path}: cannot be read ({error}). Download it again.") from error


@contextmanager
def member(archive: Path, name: str) -> Iterator[IO[bytes]]:
    """Open a file that lies inside a tar archive.

    Raises:
        SourceError: If the archive is damaged or has no such file.
    """
    with readable(archive) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
        for entry in tar:
            if entry.isfile() and Path(entry.name).name == name:
                yield cast("IO[bytes]", tar.extractfile(entry))
                return
    raise SourceError(f"{archive}: has no file {name}")


def members(archive: Path, pattern: str) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield name and content of each file of a tar archive that matches a glob pattern."""
    with readable(archive) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
        for entry in tar:
            content = tar.extractfile(entry) if entry.isfile() else None
            if content is not None and Path(entry.name).match(pattern):
                yield Path(entry.name).name, content


def lines(stream: IO[bytes], damage: Damage) -> Iterator[tuple[int, str]]:
    """Yield number and text of each line, without its end.

    A line that is not UTF-8 is reported as damaged and left out; a byte order mark is dropped.
    """
    for number, raw in enumerate(stream, start=1):
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            damage.report(number, f"not UTF-8 ({error.reason})")
            continue
        yield number, text.rstrip("\r\n")


def _decompressed(path: Path) -> IO[bytes]:
    """Open by suffix."""
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path))
    if path.suffix == ".xz":
        return cast("IO[bytes]", lzma.open(path))
    return path.open("rb")
