"""An input as the readers get it: opened, unpacked, with its beginning to look at.

Standard input is named `-`. Whatever goes wrong while a source is read becomes a problem in
`reader`, so that the modules of the formats only deal with what is particular to their format.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Concatenate, Final, ParamSpec

from pipeline.errors import PaperError
from pipeline.model import Paper, Problem
from pipeline.papers import unpacking
from pipeline.papers.decoding import (
    HEAD_SIZE,
    decode,
    decode_head,
    not_text,
    shortened,
    shown,
)
from pipeline.papers.limits import DEFAULT, Limits

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

STDIN: Final = Path("-")
"""The path that stands for standard input."""

Options = ParamSpec("Options")


class Source:
    """An opened input.

    Attributes:
        path: The file; for a member of an archive, the archive and the member's name.
        name: The file in problems and in `Paper.source`.
        stem: Name of a paper that has no identifier: the file's name without suffixes.
        head: The first bytes of the content.
        stream: The content from its beginning, unpacked.
        file: The file whose bytes are the content; None when there is no such file.
        limits: How much of it may be read.
    """

    def __init__(
        self, path: Path, stream: BinaryIO, limits: Limits = DEFAULT, *, file: Path | None = None
    ) -> None:
        """Take over a stream that is at its beginning, and read what shows its format."""
        self.path = path
        self.name = shown(path)
        self.stem = shown(Path(unpacking.inner(path).stem))
        self.limits = limits
        self.file = file
        self.head = _read(stream, HEAD_SIZE)
        self.stream = _rejoined(self.head, stream)
        if unpacking.is_compressed(self.head):
            stream = unpacking.unpacked(self.stream, self.head, self.name, limits)
            self.file = None
            self.head = _read(stream, HEAD_SIZE)
            self.stream = _rejoined(self.head, stream)

    def problem(self, line: int, reason: str, *, paper_id: str = "", fatal: bool = True) -> Problem:
        """Make a problem of this source."""
        return Problem(self.name, line, shortened(reason), paper_id, fatal)

    def error(self, line: int, reason: str, *, paper_id: str = "") -> PaperError:
        """Make the error that ends the reading of this source."""
        return PaperError(self.problem(line, reason, paper_id=paper_id))

    def head_text(self) -> str | Problem:
        """Return the beginning as text, or the problem that it already shows."""
        return decode_head(self.head, self.path)

    def content(self) -> bytes:
        """Return the whole content.

        Raises:
            PaperError: If it is too long.
        """
        data = _read(self.stream, self.limits.whole + 1)
        if len(data) > self.limits.whole:
            raise self.error(0, f"more than {self.limits.whole:,} bytes; unpack it first")
        return data

    def text(self) -> str:
        r"""Return the content as one text, with line ends `\n`.

        Raises:
            PaperError: If it is too long for a paper, or is not text in UTF-8.
        """
        data = _read(self.stream, self.limits.record + 1)
        if len(data) > self.limits.record:
            raise self.error(0, f"more than {self.limits.record:,} bytes, too much for a paper")
        text = decode(data, self.path)
        if isinstance(text, Problem):
            raise PaperError(text)
        return text

    def lines(self) -> Iterator[str | Problem]:
        r"""Yield the lines of the content, with their ends as `\n`.

        Bytes that are not UTF-8 pass as lone surrogates (`decoding.is_utf8` tells), so that only
        their line is lost; a problem stands in the place of a line that is too long.

        Raises:
            PaperError: If the content is no text.
        """
        if problem := not_text(self.head, self.path):
            raise PaperError(problem)
        stream = io.TextIOWrapper(self.stream, encoding="utf-8-sig", errors="surrogateescape")
        most = self.limits.record
        number = 0
        while line := stream.readline(most + 1):
            number += 1
            if len(line) > most:
                while line and not line.endswith("\n"):
                    line = stream.readline(most)
                yield self.problem(number, f"the line is longer than {most:,} characters")
            else:
                yield line


@contextmanager
def open_source(path: Path, limits: Limits = DEFAULT) -> Iterator[Source]:
    """Open a file, or standard input when the path is `-`.

    Raises:
        OSError: If the file cannot be opened.
        PaperError: If its compression is damaged.
    """
    if path == STDIN:
        yield Source(Path("stdin"), sys.stdin.buffer, limits)
        return
    with path.open("rb") as stream:
        yield Source(path, stream, limits, file=path)


Reader = Callable[[Path | Source], Iterator[Paper | Problem]]
"""Reads a source; a problem that is fatal stands in the place of a paper."""


def reader(
    parse: Callable[Concatenate[Source, Options], Iterator[Paper | Problem]],
) -> Callable[Concatenate[Path | Source, Options], Iterator[Paper | Problem]]:
    """Make a reader of a function that reads opened sources.

    The reader also takes a path. It yields the errors of the function (`PaperError`, `OSError`) as
    problems, a problem for each paper that is longer than the source's limit, one for a source
    without any paper or problem, and one where so many papers fail that the rest is not read.
    """

    def read(
        source: Path | Source, /, *args: Options.args, **kwargs: Options.kwargs
    ) -> Iterator[Paper | Problem]:
        name = shown(source) if isinstance(source, Path) else source.name
        try:
            if isinstance(source, Path):
                with open_source(source) as opened:
                    yield from _checked(parse(opened, *args, **kwargs), opened)
            else:
                yield from _checked(parse(source, *args, **kwargs), source)
        except PaperError as error:
            yield error.problem
        except OSError as error:
            yield Problem(name, 0, f"the file cannot be read: {error.strerror or error}")

    update_wrapper(read, parse)
    return read


def _checked(items: Iterator[Paper | Problem], source: Source) -> Iterator[Paper | Problem]:
    most = source.limits.paper
    found, failures = False, 0
    for item in items:
        found = True
        if isinstance(item, Paper) and (size := sum(len(p.text) for p in item.passages)) > most:
            reason = f"the paper has {size:,} characters; at most {most:,} are read"
            item = source.problem(0, reason, paper_id=item.id)
        failures = failures + 1 if isinstance(item, Problem) else 0
        yield item
        if failures >= source.limits.failures:
            yield source.problem(
                0, f"{failures:,} failures one after the other: the rest is not read"
            )
            return
    if not found:
        yield source.problem(0, "there is no paper in it")


def _read(stream: BinaryIO, size: int) -> bytes:
    """Read so many bytes, or all that are left: a pipe gives them in pieces."""
    pieces = []
    while size > 0 and (piece := stream.read(min(size, 1 << 20))):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _rejoined(head: bytes, rest: BinaryIO) -> BinaryIO:
    return io.BufferedReader(_Joined(head, rest), 1 << 18)


class _Joined(io.RawIOBase):
    """A stream with what was already read of it put back."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        data = self._head[: len(view)] or self._rest.read(len(view))
        self._head = self._head[len(view) :]
        view[: len(data)] = data
        return len(data)
