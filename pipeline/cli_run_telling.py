"""What `bionorm run` tells while it works and when something goes wrong: text, or lines of JSON."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from pipeline.errors import BionormError, UsageError

if TYPE_CHECKING:
    from pipeline.running.job import JobResult
    from pipeline.running.monitor import Monitor

_MOST_TOLD = 50


@contextmanager
def telling(*, as_json: bool) -> Iterator[Monitor]:
    """Open what tells how a run is doing: a bar on a terminal, lines of JSON, or nothing.

    A run that was stopped ends the command here, with the exit status that its signal has in a
    shell; as JSON, so does any other error that is meant for the user.

    Args:
        as_json: Whether everything on standard error is to be JSON.

    Raises:
        typer.Exit: If the run was stopped, or failed and that was told as JSON.
    """
    from pipeline.progress import JobBar
    from pipeline.running.monitor import JsonLines, JsonLogHandler, Silent
    from pipeline.running.stopping import StoppedError

    try:
        if as_json:
            lines = JsonLines(sys.stderr.write)
            with _logging_to(JsonLogHandler(lines)), _errors_to(lines):
                yield lines
        elif sys.stderr.isatty():
            with JobBar() as bar:
                yield bar
        else:
            yield Silent()
    except StoppedError as stopped:
        if not as_json:
            sys.stderr.write(f"bionorm: {stopped}\n")
        raise typer.Exit(128 + stopped.signal) from None


@contextmanager
def _logging_to(handler: logging.Handler) -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:]
    root.handlers[:] = [handler]
    try:
        yield
    finally:
        root.handlers[:] = before


@contextmanager
def _errors_to(monitor: Monitor) -> Iterator[None]:
    from pipeline.running.stopping import StoppedError

    try:
        yield
    except StoppedError as stopped:
        monitor.tell("stopped", text=str(stopped))
        raise
    except (BionormError, OSError) as error:
        monitor.tell("error", text=str(error))
        raise typer.Exit(2 if isinstance(error, UsageError) else 1) from None


def tell_problems(result: JobResult, monitor: Monitor, *, as_json: bool) -> None:
    """Tell the problems and warnings of a run, and as JSON also its figures."""
    from pipeline.running.record import problem_records

    problems = result.problems[:_MOST_TOLD]
    if as_json:
        for text in result.warnings:
            monitor.tell("warning", text=text)
        for record in problem_records(result.problems):
            monitor.tell("problem", **record)
        monitor.tell("end", counts=result.counts.record(), **result.performance)
        return
    lines = [*result.warnings[:_MOST_TOLD], *map(str, problems)]
    if untold := result.counts.problems - len(problems):
        lines.append(f"… and {untold:,} problems more: see quarantine.tsv and run.json")
    for line in lines:
        sys.stderr.write(f"bionorm: {line}\n")
