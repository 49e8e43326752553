"""How a job is doing: papers, rate, time left, failures; on a terminal or as lines of JSON."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Protocol

_SECONDS_BETWEEN_LINES = 5.0
_SECONDS_BETWEEN_LOOKS = 0.1


@dataclass(frozen=True, slots=True)
class State:
    """How a job is doing.

    Attributes:
        papers: Papers of the input that are done, in this and earlier sessions.
        failures: Papers among them that failed.
        papers_per_second: Speed of this session.
        share: Share of the input that is done, from 0 to 1; as far as it can be told.
        seconds: Duration of this session.
        seconds_left: Time to the end at this speed; None as long as it cannot be told.
    """

    papers: int
    failures: int
    papers_per_second: float
    share: float
    seconds: float
    seconds_left: float | None


class Monitor(Protocol):
    """Tells a person or a program how a job is doing."""

    def show(self, state: State) -> None:
        """Tell how the job is doing; called often."""

    def tell(self, event: str, **details: Any) -> None:
        """Tell that something happened."""


class Silent:
    """Tells nothing: what a command in a pipe does."""

    def show(self, state: State) -> None:
        """Do nothing."""

    def tell(self, event: str, **details: Any) -> None:
        """Do nothing."""


SILENT = Silent()


class JsonLines:
    """Writes a line of JSON now and then, and for everything that happens."""

    def __init__(
        self,
        write: Callable[[str], object],
        *,
        every: float = _SECONDS_BETWEEN_LINES,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Set up.

        Args:
            write: Takes a line with its line end.
            every: Seconds between two lines of progress.
            clock: Seconds since 1970.
        """
        self._write = write
        self._every = every
        self._clock = clock
        self._last = clock()

    def show(self, state: State) -> None:
        """Write a line if the last one is some seconds old."""
        if self._clock() - self._last >= self._every:
            self.tell("progress", **asdict(state))
            self._last = self._clock()

    def tell(self, event: str, **details: Any) -> None:
        """Write a line."""
        record = {"time": round(self._clock(), 3), "event": event, **details}
        self._write(json.dumps(record) + "\n")


class Gauge:
    """Works out speed and time left."""

    def __init__(
        self, *, papers: int = 0, failures: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin a session.

        Args:
            papers: Papers that earlier sessions have done.
            failures: Those of them that failed.
            clock: Seconds.
        """
        self._clock = clock
        self._begin = clock()
        self._papers_before = papers
        self._failures_before = failures
        self._share_before: float | None = None
        self._last_look = 0.0

    @property
    def is_due(self) -> bool:
        """Whether it is time to look again."""
        now = self._clock()
        if now - self._last_look < _SECONDS_BETWEEN_LOOKS:
            return False
        self._last_look = now
        return True

    def state(self, done: int, failures: int, read: int, share_read: float) -> State:
        """Return how the job is doing.

        Args:
            done: Papers done in this session.
            failures: Papers that failed in this session.
            read: Papers read in this session; those that are done among them.
            share_read: Share of the input that has been read.
        """
        seconds = self._clock() - self._begin
        papers = self._papers_before + done
        known = self._papers_before + read
        share = share_read * papers / known if known else 0.0
        if self._share_before is None:
            self._share_before = share_read * self._papers_before / known if known else 0.0
        rate = done / seconds if seconds > 0 else 0.0
        gained = share - self._share_before
        left = (1 - share) * seconds / gained if gained > 0 and done else None
        return State(
            papers,
            self._failures_before + failures,
            round(rate, 2),
            round(share, 4),
            round(seconds, 1),
            None if left is None else round(left, 1),
        )


class JsonLogHandler(logging.Handler):
    """Tells log messages as lines of JSON."""

    def __init__(self, lines: JsonLines) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        self._lines.tell("log", level=record.levelname.lower(), text=record.getMessage())
