"""Where the items of a job come from: read in this process, or in one of its own.

A file can be as harmful as a paper. Read in a process of its own, one over which that process dies
or hangs costs the rest of this file, not the job; and reading goes on while others work.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

from pipeline.model import Problem
from pipeline.papers.decoding import shown
from pipeline.papers.source import STDIN
from pipeline.running.engines import OUT_OF_MEMORY, over_memory, over_time
from pipeline.running.items import (
    Event,
    Extents,
    FileOpened,
    FileRead,
    Item,
    Position,
    Selection,
    read_items,
)
from pipeline.running.limits import (
    Limits,
    TimeLimitError,
    end_with_parent,
    limit_memory,
    time_limit,
)
from pipeline.running.workers import START_METHOD, StartMethod, ending, process_context

_BATCH_EVENTS = 32
_BATCH_CHARACTERS = 100_000
_BATCH_SECONDS = 0.2
_MOST_STRIKES = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """What is to be read.

    Attributes:
        files: The files in the order of the input.
        selection: Which items of them.
        done: The parts of the input that are done.
        whole: Numbers of the files that are done as a whole.
        limits: Time and memory to read a paper.
    """

    files: Sequence[Path]
    selection: Selection
    done: Extents
    whole: frozenset[int]
    limits: Limits

    def events(self, start: Position) -> Iterator[Event]:
        """Read from a position on."""
        return read_items(
            self.files, selection=self.selection, done=self.done, whole=self.whole, start=start
        )


class Source(Protocol):
    """Where items come from."""

    @property
    def connections(self) -> Sequence[Connection]:
        """What to wait for when there is nothing to take."""

    @property
    def exhausted(self) -> bool:
        """Whether everything has been read."""

    def take(self) -> list[Event]:
        """Return what there is now, without waiting for another process."""

    def close(self) -> None:
        """Stop reading."""


class _Place:
    """How far reading has come, to go on behind what stopped it."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self.next = Position(0, 0)

    def follow(self, event: Event) -> None:
        if isinstance(event, FileOpened):
            self.next = max(self.next, Position(event.file, 0))
        elif isinstance(event, Item):
            self.next = Position(event.position.file, event.position.item + 1)
        elif isinstance(event, FileRead):
            self.next = Position(event.file + 1, 0)

    def give_up(self, reason: str) -> list[Event]:
        """Give up the rest of the file: a problem stands for it."""
        place = self.next
        while self._reading.done.has(place):
            place = Position(place.file, place.item + 1)
        path = self._reading.files[place.file]
        problem = Problem(shown(path), 0, f"the file cannot be read beyond here: {reason}")
        self.next = Position(place.file + 1, 0)
        return [Item(place, problem), FileRead(place.file, place.item + 1, 0.0)]


class ReadHere:
    """Reads in this process, an item at a time."""

    connections: Sequence[Connection] = ()

    def __init__(self, reading: Reading) -> None:
        self.exhausted = False
        self._reading = reading
        self._place = _Place(reading)
        self._events = reading.events(self._place.next)

    def take(self) -> list[Event]:
        """Read the next item."""
        try:
            with time_limit(self._reading.limits.seconds):
                event = next(self._events, None)
        except (TimeLimitError, MemoryError) as error:
            late = isinstance(error, TimeLimitError)
            events = self._place.give_up(over_time(self._reading.limits) if late else OUT_OF_MEMORY)
            self._events = self._reading.events(self._place.next)
            return events
        if event is None:
            self.exhausted = True
            return []
        self._place.follow(event)
        return [event]

    def close(self) -> None:
        """Close the file that is open."""
        self._events = iter(())


class ReadApart:
    """Reads in a process of its own, as far ahead as the pipe between the processes holds.

    When that process dies or hangs, another one goes on; when it happens again at the same place,
    the rest of the file is given up.
    """

    def __init__(self, reading: Reading, *, method: StartMethod = START_METHOD) -> None:
        self.exhausted = False
        self._reading = reading
        self._context = process_context(method)
        self._place = _Place(reading)
        self._strikes = 0
        self._asked = 0.0
        self._start()

    @property
    def connections(self) -> Sequence[Connection]:
        """The connection to the process."""
        return () if self.exhausted else (self._connection,)

    def take(self) -> list[Event]:
        """Return a batch of items if one has come."""
        if self.exhausted:
            return []
        try:
            if not self._connection.poll():
                self._asked = self._asked or time.monotonic()
                late = time.monotonic() - self._asked > self._reading.limits.seconds
                return self._strike(over_time(self._reading.limits)) if late else []
            self._asked = 0.0
            events: list[Event] | str | None = self._connection.recv()
        except (EOFError, OSError):
            self._process.join(1)
            return self._strike(f"the process that reads {ending(self._process.exitcode)}")
        if isinstance(events, str):
            return self._strike(events)
        if events is None:
            self.exhausted = True
            return []
        if any(isinstance(event, Item | FileRead) for event in events):
            self._strikes = 0
        for event in events:
            self._place.follow(event)
        return events

    def close(self) -> None:
        """Kill the process."""
        self._process.kill()
        self._process.join()
        self._connection.close()
        self.exhausted = True

    def _start(self) -> None:
        ours, theirs = self._context.Pipe(duplex=False)
        # Processes of Python have no standard input; here papers may come from it.
        stdin = os.dup(0) if self._context.get_start_method() == "fork" else -1
        self._process = self._context.Process(
            target=_read_apart,
            args=(theirs, os.getpid(), stdin, self._reading, self._place.next, self._strikes > 0),
            daemon=True,
        )
        self._process.start()
        theirs.close()
        if stdin >= 0:
            os.close(stdin)
        self._connection = ours

    def _strike(self, reason: str) -> list[Event]:
        self.close()
        self.exhausted = False
        self._asked = 0.0
        self._strikes += 1
        events: list[Event] = []
        if self._strikes >= _MOST_STRIKES:
            self._strikes = 0
            events = self._place.give_up(reason)
        self._start()
        return events


def open_source(reading: Reading, method: StartMethod | None) -> Source:
    """Begin to read.

    Args:
        reading: What is to be read.
        method: How to start a process that reads; None to read in this one.
    """
    # Only a forked process gets at this one's standard input.
    if method is None or (method == "spawn" and STDIN in reading.files):
        return ReadHere(reading)
    return ReadApart(reading, method=method)


def _read_apart(
    connection: Connection,
    parent: int,
    stdin: int,
    reading: Reading,
    start: Position,
    one_by_one: bool,
) -> None:
    """Read and send: the life of a process that reads."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with_parent(parent)
    limit_memory(reading.limits.memory_mb)
    if stdin >= 0:
        sys.stdin = os.fdopen(stdin, encoding="utf-8")
    batch: list[Event] = []
    characters = 0
    sent = time.monotonic()
    with suppress(BrokenPipeError):  # the parent has ended
        try:
            for event in reading.events(start):
                batch.append(event)
                characters += event.characters if isinstance(event, Item) else 0
                if (
                    one_by_one
                    or len(batch) >= _BATCH_EVENTS
                    or characters >= _BATCH_CHARACTERS
                    or time.monotonic() - sent > _BATCH_SECONDS
                ):
                    connection.send(batch)
                    batch, characters, sent = [], 0, time.monotonic()
        except MemoryError:
            connection.send(over_memory(reading.limits))
            return
        connection.send(batch)
        connection.send(None)
