"""Being asked to stop: by Ctrl-C (SIGINT) after the shards in work, by SIGTERM at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from pipeline.errors import BionormError


class StoppedError(BionormError):
    """A job was stopped on request; what is finished is kept.

    Attributes:
        signal: The signal that asked for it.
    """

    def __init__(self, message: str, number: signal.Signals) -> None:
        super().__init__(message)
        self.signal = number


class StopNow(BaseException):
    """Raised at once wherever the work is; not an `Exception`, so that nothing else takes it."""

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(number.name)
        self.signal = number


class Stop:
    """Whether someone has asked to stop.

    Attributes:
        wanted: Whether to stop when the shards in work are finished.
    """

    def __init__(self) -> None:
        self.wanted = False
        self._at_once: signal.Signals | None = None

    def check(self) -> None:
        """Stop here if someone has asked to stop at once.

        Raises:
            StopNow: If so. It is raised when the signal comes, but Python drops an exception that
                comes at a bad moment, as in `os.fork`.
        """
        if self._at_once is not None:
            raise StopNow(self._at_once)

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if number == signal.SIGINT and not self.wanted:
            self.wanted = True
        else:
            self._at_once = signal.Signals(number)
            raise StopNow(self._at_once)


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """Listen to signals: a first SIGINT asks to stop, a second one or SIGTERM raises `StopNow`.

    In a thread that is not the main one there are no signals, and nothing asks to stop.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, stop._on_signal) for number in numbers]
    try:
        yield stop
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
