"""Lookup of names beside scispaCy's `CandidateGenerator` and Gilda, on the same names and strings.

Ours is measured in two ways: a string goes on to a slower tier only when the one before has found
nothing, as the pipeline does, or through all tiers. All sides are given all strings at once where
they can take them, and look up each, also those that come again. Every side gets one core and a
process of its own. The names are all names of a part of the concepts: those that the mentions' gold
identifiers denote, evenly, and others beside them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from pipeline.errors import BionormError
from pipeline.evaluation import corpora
from pipeline.running import bench_peers
from pipeline.running.benchmark import resident_size, run_apart
from pipeline.running.garbage import spare_loaded
from pipeline.terminology.bulk_lookup import BulkLookup
from pipeline.terminology.fuzzy import NameLookup
from pipeline.terminology.snapshot import Manifest, embedded_snapshot, read_table, write_table
from pipeline.terminology.terminology import Terminology, shared_terminology

OURS, SCISPACY, GILDA = "bionorm", "scispacy", "gilda"
DEPTHS = (1, 20)
T = TypeVar("T")
_LIMIT = 40
_PATIENCE = 1800


@dataclass(frozen=True, slots=True)
class GoldName:
    """A string that corpora annotate, and the identifiers that are right for it."""

    text: str
    identifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LookupFigures:
    """What one side of the comparison needed, and what it found.

    Attributes:
        name: The side, with its version.
        names: Number of names.
        queries: Number of strings.
        first: Seconds to build from the names, once.
        opening: Seconds to have it ready in a new process.
        memory: Megabytes that it adds to the resident size.
        speed: Strings a second, on one core.
        recall: Percent of the strings with a right concept among the first 1 and 20.
    """

    name: str
    names: int
    queries: int
    first: float
    opening: float
    memory: float
    speed: float
    recall: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LookupComparison:
    """The sides that could be measured, ours first, and why others could not.

    Attributes:
        sides: Ours, until a tier answers, and the peers.
        thorough: Ours, through all tiers.
        absent: Why other peers could not be measured.
    """

    sides: tuple[LookupFigures, ...]
    thorough: LookupFigures
    absent: tuple[str, ...]


def gold_names(place: Path, *, type: str) -> list[GoldName]:
    """Collect the distinct strings that the train and dev splits of corpora annotate with a type.

    A string that is annotated differently in different places is there once for each.
    """
    found: set[GoldName] = set()
    for split in corpora.find(place, splits=["train", "dev"]):
        if type in split.corpus.scored:
            for paper in corpora.load(split).papers:
                found.update(
                    GoldName(a.name, a.identifiers)
                    for a in paper.annotations
                    if a.type == type and a.identifiers
                )
    return sorted(found, key=lambda g: (g.text, g.identifiers))


def compare_lookup(
    gold: Sequence[GoldName], *, type: str, names: int, gilda_python: str | None = None
) -> LookupComparison:
    """Measure name lookup and its peers on a part of the terminology.

    Args:
        gold: Strings with their right identifiers.
        type: Entity type whose names are taken.
        names: Number of names wanted; scispaCy needs some 8 milliseconds for each to build.
        gilda_python: Python interpreter of an environment with Gilda; by default this one.
    """
    terminology = shared_terminology()
    with tempfile.TemporaryDirectory(prefix="bionorm-bench-") as temporary:
        directory = Path(temporary)
        kept = _choose(gold, terminology, type, names)
        asked = [g for g in gold if not kept.isdisjoint(_right(g, terminology))]
        count = write_names(directory, kept, [g.text for g in asked])
        right = [frozenset(_right(g, terminology)) for g in asked]

        def figures(name: str, result: dict[str, float], found: list[list[str]]) -> LookupFigures:
            places = [_place(f, r, terminology) for f, r in zip(found, right, strict=True)]
            recall = tuple(100 * sum(p <= k for p in places) / len(places) for k in DEPTHS)
            speed = len(asked) / result["seconds"]
            costs = (result["built"], result["opened"], result["memory"])
            return LookupFigures(name, count, len(asked), *costs, speed, recall)

        built = run_apart(_seconds_to_open, directory)
        own = []
        for enough in (1, _LIMIT):
            result, found = run_apart(_measure, directory, type, enough)
            own.append(figures(OURS, {**result, "built": built}, found))
        sides = own[:1]
        absent = []
        for peer, python in ((SCISPACY, sys.executable), (GILDA, gilda_python or sys.executable)):
            if reason := _run_peer(peer, python, directory):
                absent.append(reason)
                continue
            result = json.loads((directory / f"{peer}.json").read_text(encoding="utf-8"))
            found = result.pop("found")
            sides.append(figures(f"{peer} {result.pop('version')}", result, found))
    return LookupComparison(tuple(sides), own[1], tuple(absent))


def _right(gold: GoldName, terminology: Terminology) -> set[str]:
    return {e for i in gold.identifiers for e in terminology.equivalents(terminology.current(i))}


def _choose(gold: Sequence[GoldName], terminology: Terminology, type: str, names: int) -> set[str]:
    """Choose concepts with about so many names: half of the names those of gold concepts."""
    wanted = {c for g in gold for c in _right(g, terminology) if terminology.type_of(c) == type}
    others = [c for c in terminology if terminology.type_of(c) == type and c not in wanted]
    kept: set[str] = set()
    total = 0
    for curies, most in ((sorted(wanted), names // 2), (others, names)):
        for curie in evenly(curies):
            if total >= most:
                break
            kept.add(curie)
            total += len(terminology.names(curie))
    return kept


def evenly(items: Sequence[T]) -> list[T]:
    """Order items so that any beginning of the list is spread over all of them."""
    step = 0.6180339887498949  # golden ratio: multiples of it fill an interval evenly (Weyl)
    return [items[i] for i in sorted(range(len(items)), key=lambda i: i * step % 1)]


def write_names(directory: Path, curies: set[str], queries: list[str]) -> int:
    """Write the chosen names as a snapshot and as files for the peers; returns their number."""
    source, target = embedded_snapshot(), directory / "snapshot"
    target.mkdir()

    def part(name: str, *columns: str) -> pd.DataFrame:
        table: pd.DataFrame = read_table(source, name).to_pandas()
        for column in columns:
            table = table[table[column].isin(curies)]
        return table

    concepts, names = part("concepts", "curie").assign(replaced_by=""), part("names", "curie")
    parts = {
        "concepts": concepts,
        "names": names,
        "parents": part("parents", "child", "parent"),
        "mappings": part("mappings", "subject_id", "object_id"),
    }
    tables = {n: write_table(target, n, _columns(t)) for n, t in parts.items()}
    replace(Manifest.load(source), tables=tables).save(target)
    label = dict(zip(concepts["curie"], concepts["name"], strict=True))
    with (directory / "names.jsonl").open("w", encoding="utf-8") as stream:
        for curie, texts in names.groupby("curie")["text"]:
            aliases = [t for t in texts if t != label[curie]]
            row = {"curie": curie, "name": label[curie], "aliases": aliases}
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    (directory / "queries.json").write_text(json.dumps(queries), encoding="utf-8")
    return len(names)


def _columns(table: pd.DataFrame) -> dict[str, list[Any]]:
    return {str(name): column.tolist() for name, column in table.items()}


def _seconds_to_open(directory: Path) -> float:
    begin = time.perf_counter()
    terminology = Terminology.open(directory / "snapshot", cache=directory / "cache")
    NameLookup(terminology, cache=directory / "cache").lookup("name", fuzzy=True)
    return time.perf_counter() - begin


def _measure(directory: Path, type: str, enough: int) -> tuple[dict[str, float], list[list[str]]]:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    queries = json.loads((directory / "queries.json").read_text(encoding="utf-8"))
    before = resident_size()
    begin = time.perf_counter()
    terminology = Terminology.open(directory / "snapshot", cache=directory / "cache")
    lookup = BulkLookup(NameLookup(terminology, cache=directory / "cache"), type)
    lookup.look_up(["name"], fuzzy=True, limit=_LIMIT)
    opened = time.perf_counter() - begin
    spare_loaded()  # as `bionorm lookup --file` does
    lookup.look_up(queries[:20], fuzzy=True, limit=_LIMIT, enough=enough)  # as the peers do
    begin = time.perf_counter()
    found = lookup.look_up(queries, fuzzy=True, limit=_LIMIT, enough=enough).identifiers()
    seconds = time.perf_counter() - begin
    return {"opened": opened, "memory": resident_size() - before, "seconds": seconds}, found


def _place(found: Sequence[str], right: frozenset[str], terminology: Terminology) -> int:
    """Return the place of the first right concept; exact matches of each other share a place."""
    seen: set[str] = set()
    place = 0
    for curie in found:
        place += curie not in seen
        seen.update(terminology.equivalents(curie))
        if curie in right:
            return place
    return sys.maxsize


def _run_peer(peer: str, python: str, directory: Path) -> str:
    """Measure a peer; returns why it could not be, or nothing."""
    return run_script(Path(str(bench_peers.__file__)), peer, python, directory)


def run_script(script: Path, peer: str, python: str, directory: Path) -> str:
    """Run a peer's script in its own environment; returns why it could not be, or nothing.

    Raises:
        BionormError: If the peer is there and fails.
    """
    known = subprocess.run(  # noqa: S603 - the interpreter is the user's choice
        [python, "-c", f"import {peer}"], capture_output=True, timeout=_PATIENCE, check=False
    )
    if known.returncode:
        return (
            f"{peer} is not installed for {python}: python3 -m venv peers; peers/bin/pip install "
            f"{peer}; then name peers/bin/python"
        )
    done = subprocess.run(  # noqa: S603 - as above
        [python, str(script), peer, str(directory)],
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    if done.returncode:
        raise BionormError(f"the benchmark of {peer} failed: {done.stderr.strip()[-500:]}")
    return ""
