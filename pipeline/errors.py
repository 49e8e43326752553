"""Errors and warnings with a code, a reason and a way out."""

from __future__ import annotations

from pipeline.model import Problem


class BionormError(Exception):
    """Base of all errors that bionorm raises on purpose. The message is meant for its reader."""


class UsageError(BionormError):
    """The call itself is wrong: no input, an unknown format, a missing directory (exit 2)."""


class PaperError(BionormError):
    """A paper cannot be read. `problem` holds file, line and reason."""

    def __init__(self, problem: Problem) -> None:
        """Keep the problem; the message is its one-line form."""
        super().__init__(str(problem))
        self.problem = problem


class SourceError(BionormError):
    """A terminology source is damaged or missing."""


class SnapshotError(BionormError):
    """A terminology snapshot is missing, incomplete or of another version."""


class BionormWarning(UserWarning):
    """Base of all warnings that bionorm issues."""


class SourceWarning(BionormWarning):
    """A damaged line in a terminology source was left out."""
