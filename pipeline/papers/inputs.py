"""From what the user names, files and directories, to the list of files to read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.papers.decoding import shown


def collect(inputs: Sequence[Path]) -> list[Path]:
    """Return the files that inputs stand for.

    A directory stands for the files in it and in its subdirectories, sorted by path. Hidden
    files and directories (`.DS_Store`, `.git`), what is no regular file, and links to directories
    are left out there. A file that is named twice is returned once, at its first place.

    Raises:
        UsageError: If there are no inputs, or one is missing, cannot be listed, is neither a file
            nor a directory, or is a directory without files.
    """
    if not inputs:
        raise UsageError("no input: name at least one file or directory with papers")
    files: dict[Path, Path] = {}
    for path in inputs:
        for file in _files(path):
            files.setdefault(file.resolve(), file)
    return list(files.values())


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(_walk(path), key=lambda file: file.relative_to(path).parts)
        if not found:
            raise UsageError(f"no papers: there are no files in the directory {shown(path)}")
        return found
    if path.is_file():
        return [path]
    if path.exists():
        raise UsageError(f"neither a file nor a directory: {shown(path)}")
    raise UsageError(f"no such file or directory: {shown(path)}")


def _walk(directory: Path) -> Iterator[Path]:
    def fail(error: OSError) -> None:
        raise UsageError(f"the directory cannot be listed: {error.filename}: {error.strerror}")

    for parent, directories, names in os.walk(directory, onerror=fail):
        directories[:] = [name for name in directories if not name.startswith(".")]
        for name in names:
            file = Path(parent, name)
            if not name.startswith(".") and file.is_file():
                yield file
