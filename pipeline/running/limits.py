"""What a paper may cost: time, memory, size; and the end of processes that outlive their parent."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a paper. Beyond them it goes to the quarantine.

    Attributes:
        seconds: Time to read or to annotate it, on the clock.
        memory_mb: Memory that a worker process may take for it, beyond what the process had when
            it was ready, and without what it maps from files. Not applied where the work is done
            in the process of the command itself.
        characters: Code points of its text.
    """

    seconds: float = 300.0
    memory_mb: int = 4096
    characters: int = 2_000_000


class TimeLimitError(BaseException):
    """A paper took too long. Not an `Exception`, so that no component takes it for its own."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `TimeLimitError` when what happens within takes too long.

    Only in the main thread of a process, as only it gets signals; and not before a call into
    compiled code that does not look for signals returns. Processes that are killed when they take
    too long, as `--processes` has them, are the safer way.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise TimeLimitError

    before = signal.signal(signal.SIGALRM, stop)
    # Again every second: an exception that hits a destructor is lost.
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def limit_memory(megabytes: int) -> None:
    """Let this process have so much more memory of its own than now; beyond it, `MemoryError`.

    On Linux, memory of its own is what it can write and shares with no other process; elsewhere it
    is all of its address space, and counts from nothing.
    """
    kind = resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS
    _, hard = resource.getrlimit(kind)
    wanted = _own_memory() + (megabytes << 20)
    soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    try:
        resource.setrlimit(kind, (soft, hard))
    except (ValueError, OSError):  # a system that has no such limit
        return


def _own_memory() -> int:
    """Return the bytes that `RLIMIT_DATA` counts of this process; 0 where it cannot be told."""
    try:
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("VmData:")), 0)


def end_with_parent(parent: int) -> None:
    """See to it that this process is killed when its parent ends, whatever it is doing.

    Linux only; elsewhere a child notices when it next speaks to its parent.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before
        os._exit(1)
