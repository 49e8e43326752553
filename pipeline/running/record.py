"""What a job is and what became of it: the identity that a resumed job must share; `run.json`."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from spacy.language import Language

from pipeline.errors import UsageError
from pipeline.evaluation.seed_check import SeedCheck
from pipeline.model import Problem
from pipeline.papers.decoding import shown
from pipeline.running.items import input_order
from pipeline.running.shard_results import Counts
from pipeline.terminology.snapshot import Manifest, snapshot_hash

_MOST_FILES = 1000
_LAYOUT = 1  # of the state of a job on disk
_WORDS = {
    "layout": "by a bionorm that keeps jobs differently",
    "versions": "with other versions",
    "terminology": "with another terminology",
    "pipeline": "with another pipeline, or other settings of it",
    "input": "with other input files",
    "reading": "with other settings for reading",
    "characters": "with another limit for the length of papers",
    "report_papers": "with another number of papers in the report",
    "min_score": "with another least score",
}


def basis(nlp: Language, snapshot: Path) -> dict[str, Any]:
    """Return what decides on the annotation of a paper, in any process that annotates.

    Args:
        nlp: The pipeline.
        snapshot: Directory of the terminology's snapshot.
    """
    return {
        # Results do not depend on the last part of Python's version.
        "versions": versions() | {"python": ".".join(platform.python_version_tuple()[:2])},
        "terminology": snapshot_hash(snapshot),
        "pipeline": hashlib.sha256(nlp.config.to_str().encode()).hexdigest(),
    }


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return in words in what two jobs or processes differ."""
    return [words for name, words in _WORDS.items() if then.get(name) != now.get(name)]


def versions() -> dict[str, str]:
    """Return the versions of what decides on the results."""
    return {
        "bionorm": version("bionorm"),
        "python": platform.python_version(),
        "spacy": version("spacy"),
        "scispacy": version("scispacy"),
    }


def identity(
    files: Sequence[Path],
    nlp: Language,
    snapshot: Path,
    *,
    reading: Mapping[str, object],
    characters: int,
    report_papers: int,
    min_score: float,
) -> dict[str, Any]:
    """Return what must be the same when a job is resumed, so that it ends with the same bytes.

    Args:
        files: The input.
        nlp: The pipeline.
        snapshot: Directory of the terminology's snapshot.
        reading: Settings for reading.
        characters: Limit for the length of papers.
        report_papers: Number of papers in the report.
        min_score: Least score of mentions.
    """
    names = hashlib.sha256()
    for file in files:
        names.update(input_order(file) + b"\0\0")
    return {
        "layout": _LAYOUT,
        **basis(nlp, snapshot),
        "input": {"files": len(files), "names": names.hexdigest()},
        "reading": dict(reading),
        "characters": characters,
        "report_papers": report_papers,
        "min_score": min_score,
    }


def require_same(then: Mapping[str, Any], now: Mapping[str, Any], output: Path) -> None:
    """Make sure that an unfinished job is the one that is to be resumed.

    Raises:
        UsageError: If it is not; the message says in what they differ.
    """
    different = differences(then, now)
    if different:
        raise UsageError(
            f"the unfinished job in {output} was begun {' and '.join(different)}: "
            "resume it with what it was begun with, or start over with --restart"
        )


def describe(
    files: Sequence[Path],
    nlp: Language,
    snapshot: Path,
    counts: Counts,
    check: SeedCheck,
) -> dict[str, Any]:
    """Return what `run.json` and the report tell of a job; equal for equal jobs."""
    return {
        "versions": versions(),
        "snapshot": {
            "sha256": snapshot_hash(snapshot),
            "sources": {source.name: source.version for source in Manifest.load(snapshot).sources},
        },
        "settings": {"components": nlp.pipe_names},
        "inputs": [shown(path) for path in files[:_MOST_FILES]],
        "counts": {
            "files": len(files),
            "papers": counts.papers,
            "characters": counts.characters,
            "mentions": counts.mentions,
            "linked": counts.linked,
            "entities": counts.entities,
            "problems": counts.problems,
            "quarantined": counts.quarantined,
        },
        "check": {
            "annotations_with_identifier": check.identified,
            "found_exactly": check.found,
            "precision": check.total.precision,
            "recall": check.total.recall,
            "f1": check.total.f1,
        },
    }


def problem_records(problems: Sequence[Problem]) -> list[dict[str, object]]:
    """Return problems as JSON-ready values."""
    return [
        {
            "file": p.path,
            "line": p.line,
            "paper_id": p.paper_id,
            "reason": p.reason,
            "fatal": p.fatal,
        }
        for p in problems
    ]
