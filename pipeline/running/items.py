"""What a job works on: the papers of its files, each with its place in the input.

The order of the input is that of the files, sorted by their absolute paths, and within a file that
of its papers. It decides which of two papers with one identifier is renamed, and it is how a
resumed job knows what is done; the tables are ordered by the papers' identifiers.
"""

from __future__ import annotations

import hashlib
import os
import time
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, TypeAlias

from pipeline.model import Paper, Problem
from pipeline.papers import scan

_HASHED_AT_ONCE = 1 << 24
_SECONDS_BETWEEN_SIGNS = 0.5


class Position(NamedTuple):
    """A place in the input: number of the file and of the paper in it, both from 0."""

    file: int
    item: int


@dataclass(frozen=True, slots=True)
class Item:
    """A paper of the input, or the problem that stands in the place of one.

    Attributes:
        position: Its place.
        content: The paper with an identifier that is unique in the job, or the problem.
        original_id: The identifier that the source gives.
        number: Which of the papers with that identifier it is, from 1.
        characters: Code points of the paper's text; it stays when a problem takes its place.
        shown: Whether the paper is among those that the report shows.
        warning: What could not be added to the paper; empty if nothing.
    """

    position: Position
    content: Paper | Problem
    original_id: str = ""
    number: int = 1
    characters: int = 0
    shown: bool = False
    warning: str = ""


@dataclass(frozen=True, slots=True)
class FileOpened:
    """A file's content before its papers are read.

    Attributes:
        file: Number of the file.
        size: Bytes.
        mtime_ns: Time of its last change.
        sha256: Hash of its bytes; empty for what cannot be read twice, as a pipe.
    """

    file: int
    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FileRead:
    """The end of a file: how many items it has, and the seconds of work to read them."""

    file: int
    items: int
    seconds: float


@dataclass(frozen=True, slots=True)
class StillReading:
    """A sign of life while items are passed over; `share` of the file is behind, from 0 to 1."""

    file: int
    share: float


Event: TypeAlias = FileOpened | Item | FileRead | StillReading
Addition: TypeAlias = Callable[[Paper], tuple[Paper, str]]
"""Adds to a paper what its source lacks; returns it with a warning, empty if all is well."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which items of the input to read.

    Attributes:
        format: Input format; recognized for each file if None.
        addition: Makes what adds to the papers, in the process that reads; None to add nothing.
        only: Number of the only item of each file that is wanted, from 0; None for all.
    """

    format: str | None = None
    addition: Callable[[], Addition] | None = None
    only: int | None = None


class Extents:
    """Which parts of the input are done: stretches of positions that do not overlap."""

    def __init__(self, stretches: Sequence[tuple[Position, Position]] = ()) -> None:
        """Take stretches, each from its first position up to, but not including, its end."""
        self._stretches = sorted(stretches)

    def has(self, position: Position) -> bool:
        """Tell whether an item is done."""
        return self._around(position) is not None

    def _around(self, position: Position) -> tuple[Position, Position] | None:
        after = bisect_right(self._stretches, position, key=itemgetter(0))
        if after and position < self._stretches[after - 1][1]:
            return self._stretches[after - 1]
        return None

    def has_all(self, file: int, items: int) -> bool:
        """Tell whether all items of a file are done."""
        place = 0
        while place < items:
            stretch = self._around(Position(file, place))
            if stretch is None:
                return False
            end = stretch[1]
            place = end.item if end.file == file else items
        return True

    def gap(self, lengths: Sequence[int]) -> Position | None:
        """Return the first item that is not done, or is in two stretches.

        Args:
            lengths: Number of items of each file.
        """
        place = _next(Position(0, 0), lengths)
        for start, end in self._stretches:
            if start != place:
                return min(start, place)
            place = _next(end, lengths)
        return None if place.file == len(lengths) else place


def _next(position: Position, lengths: Sequence[int]) -> Position:
    """Return the position itself, or the start of the next file that has items."""
    file, item = position
    while file < len(lengths) and item >= lengths[file]:
        file, item = file + 1, 0
    return Position(file, item)


def input_order(path: Path) -> bytes:
    """Return the sort key of a file: its absolute path, directory by directory."""
    return os.fsencode(path.absolute()).replace(b"/", b"\0")


def text_length(paper: Paper) -> int:
    """Return the number of code points in a paper's passages."""
    return sum(len(p.text) for p in paper.passages)


def read_items(
    files: Sequence[Path],
    *,
    selection: Selection,
    done: Extents,
    whole: Collection[int],
    start: Position,
) -> Iterator[Event]:
    """Read the items of files that are not done yet.

    Whatever goes wrong with a file becomes a problem in the place of the paper concerned; the next
    file follows.

    Args:
        files: The files in the order of the input.
        selection: Which items to read.
        done: What is done.
        whole: Numbers of the files that are done as a whole; they are not opened.
        start: Where to begin.
    """
    add = selection.addition() if selection.addition else None
    for number in range(start.file, len(files)):
        if number in whole:
            continue
        first = start.item if number == start.file else 0
        yield from _read_file(number, files[number], selection, add, done, first)


def _read_file(
    number: int,
    path: Path,
    selection: Selection,
    add: Addition | None,
    done: Extents,
    first: int,
) -> Iterator[Event]:
    begin = time.perf_counter()
    state = file_state(number, path)
    seconds = time.perf_counter() - begin
    yield state
    count = 0
    last_sign = time.monotonic()
    progress = _FilePosition(path)
    contents = _scan(path, selection.format)
    while True:
        begin = time.perf_counter()
        content = next(contents, None)
        seconds += time.perf_counter() - begin  # without what others do between two items
        if content is None:
            break
        position = Position(number, count)
        count += 1
        if time.monotonic() - last_sign > _SECONDS_BETWEEN_SIGNS:
            yield StillReading(number, progress.share())
            last_sign = time.monotonic()
        if position.item < first or done.has(position):
            continue
        if selection.only is not None and position.item != selection.only:
            continue
        warning = ""
        if add and isinstance(content, Paper):
            content, warning = add(content)
        length = text_length(content) if isinstance(content, Paper) else 0
        yield Item(position, content, characters=length, warning=warning)
    yield FileRead(number, count, seconds)


def _scan(path: Path, format: str | None) -> Iterator[Paper | Problem]:
    try:
        yield from scan(path, format=format)
    except MemoryError:
        raise
    except Exception as error:  # a bug of a reader must not cost the other files
        yield Problem(str(path), 0, f"the reader failed: {told(error)}")


def told(error: BaseException) -> str:
    """Return an unexpected exception in a line: what, and where in our code."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = (
        f" (in {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno})" if trace else ""
    )
    return f"{type(error).__name__}: {' '.join(str(error).split())}{where}"


def file_state(number: int, path: Path) -> FileOpened:
    """Return size, time and hash of a file; without hash for what is no regular file."""
    try:
        status = path.stat()
        digest = hash_file(path) if path.is_file() else ""
    except OSError:  # the reader tells what is wrong with it
        return FileOpened(number, 0, 0, "")
    return FileOpened(number, status.st_size, status.st_mtime_ns, digest)


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_HASHED_AT_ONCE):
            digest.update(block)
    return digest.hexdigest()


class _FilePosition:
    """How far this process has read in a file, from what the kernel tells of its descriptors."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()

    def share(self) -> float:
        try:
            size = self._path.stat().st_size
            for link in Path("/proc/self/fd").iterdir():
                if link.readlink() == self._path:
                    lines = Path("/proc/self/fdinfo", link.name).read_text("ascii")
                    return min(1.0, int(lines.split()[1]) / max(1, size))
        except (OSError, ValueError, IndexError):
            return 0.0
        return 0.0


def with_number(paper: Paper, number: int) -> Paper:
    """Return the paper as the `number`th of its identifier: from the second on, it is renamed."""
    if number == 1:
        return paper
    new = f"{paper.id}#{number}"
    reason = f"another paper has the identifier {paper.id} too; this one is called {new}"
    problem = Problem(paper.source, 0, reason, new, fatal=False)
    return replace(paper, id=new, problems=(*paper.problems, problem))
