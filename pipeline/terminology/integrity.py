"""Is a downloaded file what it should be: whole when unpacked, of the digest its source states?"""

from __future__ import annotations

import gzip
import hashlib
import lzma
import re
import zlib
from pathlib import Path
from typing import IO, cast

from pipeline.errors import SourceError

_ALGORITHMS = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
"""Digest algorithm by the number of hexadecimal digits."""

_PLAIN_LINE = re.compile(r"^\\?([0-9a-fA-F]{32,128})(?:\s+[ *]?(.*\S))?\s*$")
_TAGGED_LINE = re.compile(r"^\S+\s*\((.*)\)\s*=\s*([0-9a-fA-F]{32,128})\s*$")
_BLOCK = 1 << 20


class CorruptError(SourceError):
    """A file is damaged, or is not the file that was asked for."""


def check_readable(path: Path, name: str) -> None:
    """Unpack a file to its end, in constant memory, as its name says that it is packed.

    Args:
        path: The file, which may lie under another name.
        name: Its real name; `.gz` and `.xz` tell how it is packed.

    Raises:
        CorruptError: If it cannot be unpacked to the end (both formats end with a digest), is
            empty, or is a web page, as captive portals and error pages are.
    """
    try:
        with _unpacked(path, name) as stream:
            block = stream.read(_BLOCK)
            if not block:
                raise CorruptError("is empty")
            if block.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
                raise CorruptError("is a web page")
            while block:
                block = stream.read(_BLOCK)
    except (gzip.BadGzipFile, EOFError, lzma.LZMAError, zlib.error) as error:
        raise CorruptError(f"cannot be unpacked ({error})") from error


def stated_digest(text: str, name: str) -> str:
    r"""Return the digest that a checksum file states for a file, in lower case.

    Understood are the output of `md5sum` and its like, with or without a name, and the form
    `MD5 (name) = digest`.

    Args:
        text: Content of the checksum file.
        name: Name of the file; a digest without a name stands for any.

    Raises:
        CorruptError: If no digest for this file is there.

    >>> stated_digest("D41D8CD98F00B204E9800998ECF8427E  ./taxdump.tar.gz\n", "taxdump.tar.gz")
    'd41d8cd98f00b204e9800998ecf8427e'
    """
    for line in text.splitlines():
        if plain := _PLAIN_LINE.match(line):
            digest, named = plain[1], plain[2] or name
        elif tagged := _TAGGED_LINE.match(line):
            named, digest = tagged[1], tagged[2]
        else:
            continue
        if named.replace("\\", "/").rpartition("/")[2] == name and len(digest) in _ALGORITHMS:
            return digest.lower()
    raise CorruptError(f"states no digest of {name}")


def check_digest(path: Path, stated: str) -> None:
    """Compare a file with the digest that its source states; the length tells the algorithm.

    Raises:
        CorruptError: If they differ.
    """
    algorithm = _ALGORITHMS[len(stated)]
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, algorithm).hexdigest()
    if found != stated:
        raise CorruptError(f"has {algorithm.upper()} {found}, its source states {stated}")


def _unpacked(path: Path, name: str) -> IO[bytes]:
    """Open by the suffix of the real name."""
    if name.endswith(".gz"):
        return cast("IO[bytes]", gzip.open(path))
    if name.endswith(".xz"):
        return cast("IO[bytes]", lzma.open(path))
    return path.open("rb")
