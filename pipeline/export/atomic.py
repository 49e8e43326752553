"""Writing files so that a reader sees the old file or the whole new one, never half of it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pipeline.export.characters import replace_surrogates


@contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that takes its place only when it is complete.

    The bytes go to a temporary file in the same directory, which is flushed to the disk and renamed
    at the end; POSIX and Windows both replace the target in one step. When the block raises, the
    temporary file is removed and an older file of the same name stays as it was. The new file gets
    the permissions that the umask gives; a symbolic link is followed, not replaced.

    A target that exists and is no regular file (a pipe, `/dev/stdout`) cannot be replaced and is
    written directly.

    Args:
        path: The file. Its directory must exist.

    Yields:
        The open binary file.

    Raises:
        OSError: If the file cannot be written.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as stream:
            yield stream
        return
    target = path.resolve()
    temporary = target.with_name(f".bionorm-{secrets.token_hex(8)}.tmp")
    try:
        stream = temporary.open("xb")
    except OSError as error:
        # The user has not named the temporary file.
        raise type(error)(error.errno, error.strerror, str(path)) from None
    try:
        with stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8 with the line ends that the text has, whole or not at all.

    Args:
        path: The file. Its directory must exist.
        text: Its content. Unpaired surrogates, which UTF-8 cannot hold, become U+FFFD.

    Raises:
        OSError: If the file cannot be written.
    """
    with atomic_write(path) as stream:
        stream.write(replace_surrogates(text).encode())
