"""A floor under the figures: they must not fall by more than a stated margin.

The floor is a TOML file of the repository; raising it is a commit of its own:

    [[floor]]
    corpus = "ncbi_disease"
    split = "dev"
    type = "Disease"
    metric = "doc_micro"
    f1 = 80.1        # percent
    margin = 0.5     # points that F1 may fall below it
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.evaluation.scoring import Row


@dataclass(frozen=True, slots=True)
class Floor:
    """The F1, in percent, that a figure must not fall below by more than the margin, in points."""

    corpus: str
    split: str
    type: str
    metric: str
    f1: float
    margin: float


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A floor that was not held; `f1` is none if the figure was not measured."""

    floor: Floor
    f1: float | None

    def __str__(self) -> str:
        """Say what fell, from where to where."""
        floor = self.floor
        place = f"{floor.corpus}/{floor.split} {floor.type} {floor.metric}"
        if self.f1 is None:
            return f"{place}: not measured; the floor is F1 {floor.f1:.1f}"
        return (
            f"{place}: F1 {self.f1:.1f} is {floor.f1 - self.f1:.1f} below {floor.f1:.1f};"
            f" {floor.margin:.1f} is allowed"
        )


def read_floors(path: Path) -> list[Floor]:
    """Read a file of floors.

    Raises:
        UsageError: If it is missing or is not such a file.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["floor"]
        return [
            Floor(
                corpus=str(entry["corpus"]),
                split=str(entry["split"]),
                type=str(entry["type"]),
                metric=str(entry["metric"]),
                f1=float(entry["f1"]),
                margin=float(entry["margin"]),
            )
            for entry in entries
        ]
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except KeyError as error:
        needed = "corpus, split, type, metric, f1 and margin"
        raise UsageError(f"{path}: {error} is missing; each [[floor]] needs {needed}") from error
    except (ValueError, TypeError) as error:
        raise UsageError(f"{path}: not a file of floors: {error}") from error


def shortfalls(rows: Iterable[Row], floors: Iterable[Floor]) -> list[Shortfall]:
    """List the floors that the figures of one system do not hold, those not measured included."""
    figures = {(row.corpus, row.split, row.type, row.metric): row.f1 for row in rows}
    found = []
    for floor in floors:
        f1 = figures.get((floor.corpus, floor.split, floor.type, floor.metric))
        if f1 is None or f1 < floor.f1 - floor.margin:
            found.append(Shortfall(floor, f1))
    return found
