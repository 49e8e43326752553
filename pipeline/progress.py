"""The progress bars of commands: on a terminal only."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from pipeline.running.monitor import State


def progress_bar(*, wanted: bool = True) -> Progress:
    """Return a progress bar on standard error that leaves nothing behind.

    Args:
        wanted: Whether there is enough to do for one. Without a terminal there is none.
    """
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal or not wanted,
    )


class JobBar:
    """Shows how a job is doing, on standard error: papers, rate, failures, time left.

    It is drawn when the job tells of itself and not by a thread, because a process with threads
    cannot be forked safely.
    """

    def __init__(self) -> None:
        self._progress = Progress(
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[told]}"),
            console=Console(stderr=True),
            transient=True,
            auto_refresh=False,
        )
        self._task = self._progress.add_task("papers", total=1.0, told="loading")

    def __enter__(self) -> JobBar:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def show(self, state: State) -> None:
        """Draw the bar."""
        self._progress.update(self._task, completed=state.share, told=told(state), refresh=True)

    def tell(self, event: str, **details: Any) -> None:
        """Leave it to the other messages of the command."""


def told(state: State) -> str:
    """Tell in a line how a job is doing."""
    parts = [f"{state.papers:,} papers", f"{state.papers_per_second:,.1f}/s"]
    if state.failures:
        parts.append(f"{state.failures:,} failed")
    if state.seconds_left is not None:
        parts.append(f"{duration(state.seconds_left)} left")
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """Write a duration as hours, minutes and seconds.

    >>> duration(59.7), duration(3725)
    ('1:00', '1:02:05')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
