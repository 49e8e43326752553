"""The progress bar of commands: on a terminal only."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


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
