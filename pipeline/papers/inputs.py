"""From what the user names, files, directories and patterns, to the list of files to read."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from pipeline.errors import UsageError
from pipeline.papers.decoding import shown
from pipeline.papers.source import STDIN

_SYSTEM: Final = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})
_PICTURES: Final = frozenset(
    {
        *(".jpg", ".jpeg", ".png", ".gif", ".tif", ".tiff", ".bmp", ".svg", ".eps", ".webp"),
        *(".mp3", ".mp4", ".wav", ".avi", ".mov", ".mpg", ".mpeg", ".m4v", ".wmv", ".webm"),
    }
)


def collect(inputs: Sequence[Path]) -> list[Path]:
    """Return the files that inputs stand for.

    A directory stands for the files in it and in its subdirectories, sorted by path; links to
    directories are followed, each directory once. Hidden files and directories (`.DS_Store`,
    `.git`), pictures, films, and what is no file are left out there. A directory that cannot be
    listed and a link that leads nowhere or in a circle are in the list: reading them tells so as a
    problem. A name with `*`, `?` or `[` that is no file is a pattern, `**` for any directories;
    `-` is standard input. A file that is named twice is returned once, at its first place.

    Raises:
        UsageError: If there are no inputs, or one is missing, is neither a file nor a directory,
            is a directory without files or a pattern that nothing matches.
    """
    if not inputs:
        raise UsageError("no input: name at least one file or directory with papers")
    files: dict[str, Path] = {}
    for path in inputs:
        for file in _files(path):
            files.setdefault("-" if file == STDIN else os.path.realpath(file), file)
    return list(files.values())


def is_paper_name(name: str) -> bool:
    """Tell whether a file or directory of that name, found in a directory or archive, is read.

    >>> [is_paper_name(name) for name in ("a/b.xml", "a/.DS_Store", ".git/config", "a/fig1.JPG")]
    [True, False, False, False]
    """
    path = PurePosixPath(name)
    if any(part.startswith(".") and part not in (".", "..") for part in path.parts):
        return False
    return path.suffix.lower() not in _PICTURES and _SYSTEM.isdisjoint(path.parts)


def obstacle(path: Path) -> str:
    """Say why a path cannot be read, as far as that shows before it is opened; empty if it can."""
    if path == STDIN:
        return ""
    if path.is_dir():
        try:
            with os.scandir(path):
                pass
        except OSError as error:
            return f"the directory cannot be read: {error.strerror}"
        if path.is_symlink():
            return "cannot be read: a link back to a directory that it is in"
        return "cannot be read as a file: it is a directory"
    if path.is_symlink() and not path.exists():
        return "cannot be read: a link that leads nowhere or in a circle"
    return ""


def _files(path: Path) -> list[Path]:
    if path == STDIN:
        return [path]
    try:
        if path.is_dir():
            found = list(_walk(path))
            if not found:
                raise UsageError(f"no papers: there are no files in the directory {shown(path)}")
            return found
        if path.is_file():
            return [path]
        there = path.exists()
    except OSError as error:
        raise UsageError(f"cannot be read: {shown(path)}: {error.strerror}") from error
    if there:
        raise UsageError(f"neither a file nor a directory: {shown(path)}")
    if path.is_symlink():
        raise UsageError(f"a link that leads nowhere or in a circle: {shown(path)}")
    if glob.has_magic(str(path)):
        return _matching(path)
    raise UsageError(f"no such file or directory: {shown(path)}")


def _matching(pattern: Path) -> list[Path]:
    """Return the files that a pattern stands for, sorted; directories that match count whole."""
    # Unlike `Path.glob`, it takes absolute patterns and leaves hidden files out.
    names = glob.glob(str(pattern), recursive=True)  # noqa: PTH207 - as said
    matches = sorted(map(Path, names), key=lambda path: path.parts)
    found = [file for path in matches for file in (_walk(path) if path.is_dir() else [path])]
    if not found:
        raise UsageError(f"no file matches the pattern {shown(pattern)}")
    return found


def _walk(directory: Path) -> Iterator[Path]:
    """Yield the files in a directory in the order of their paths."""
    stack = [iter([directory])]
    above: list[tuple[int, int]] = []
    visited: set[tuple[int, int]] = set()
    while stack:
        path = next(stack[-1], None)
        if path is None:
            stack.pop()
            if above:
                above.pop()
            continue
        try:
            if not path.is_dir():
                if path.is_file() or path.is_symlink():
                    yield path
                continue
            status = path.stat()
            key = (status.st_dev, status.st_ino)
            children = sorted(path.iterdir())
        except OSError:
            yield path
            continue
        if key in above:
            yield path
        elif key not in visited:
            visited.add(key)
            above.append(key)
            stack.append(iter([child for child in children if is_paper_name(child.name)]))
