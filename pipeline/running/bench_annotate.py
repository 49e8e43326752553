"""Annotation of running text beside other packages, with the same names and the same texts.

Every side gets one core and a process of its own. Ours does more than the others: it decides what
is a mention, the species of genes, and resolves abbreviations; scispaCy's is given our entities.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from spacy.language import Language

from pipeline.language import load, load_dictionary
from pipeline.running import bench_annotators
from pipeline.running.bench_lookup import evenly, run_script, write_names
from pipeline.running.benchmark import run_apart
from pipeline.terminology.terminology import Terminology, shared_terminology

WHOLE, DICTIONARY = "bionorm", "bionorm, dictionary only"
PEERS = ("scispacy", "spacy", "gilda")


@dataclass(frozen=True, slots=True)
class Annotation:
    """What one side needed.

    Attributes:
        name: The side, with its version.
        built: Seconds until the first text can be annotated, in a new process.
        speed: Texts a second, on one core.
        mentions: Mentions found.
    """

    name: str
    built: float
    speed: float
    mentions: int


@dataclass(frozen=True, slots=True)
class AnnotationComparison:
    """The sides that could be measured, ours first, and why others could not."""

    names: int
    texts: int
    sides: tuple[Annotation, ...]
    absent: tuple[str, ...]


def compare_annotation(
    texts: Sequence[str], *, names: int, gilda_python: str | None = None
) -> AnnotationComparison:
    """Measure whole pipelines on a part of the terminology.

    Args:
        texts: Texts to annotate, at least two. The first half warms up, the second is measured.
        names: Number of names, spread evenly over all concepts.
        gilda_python: Python interpreter of an environment with Gilda; by default this one.
    """
    with tempfile.TemporaryDirectory(prefix="bionorm-bench-") as temporary:
        directory = Path(temporary)
        count = write_names(directory, _concepts(shared_terminology(), names), [])
        (directory / "queries.json").unlink()
        run_apart(_compile, directory)
        sides = [
            _side(name, run_apart(_measure, directory, list(texts), name), len(texts))
            for name in (WHOLE, DICTIONARY)
        ]
        absent = []
        for peer in PEERS:
            python = gilda_python if peer == "gilda" and gilda_python else sys.executable
            script = Path(str(bench_annotators.__file__))
            if reason := run_script(script, peer, python, directory):
                absent.append(reason)
                continue
            file = directory / f"{peer}.annotated.json"
            result = json.loads(file.read_text(encoding="utf-8"))
            sides.append(_side(f"{peer} {result['version']}", result, len(texts)))
    return AnnotationComparison(count, len(texts), tuple(sides), tuple(absent))


def _side(name: str, result: dict[str, float], texts: int) -> Annotation:
    measured = texts - texts // 2
    return Annotation(name, result["built"], measured / result["seconds"], int(result["mentions"]))


def _concepts(terminology: Terminology, names: int) -> set[str]:
    chosen: set[str] = set()
    total = 0
    for curie in evenly(list(terminology)):
        if total >= names:
            break
        chosen.add(curie)
        total += len(terminology.names(curie))
    return chosen


def _compile(directory: Path) -> None:
    Terminology.open(directory / "snapshot", cache=directory / "cache")


def _measure(directory: Path, texts: Sequence[str], name: str) -> dict[str, float]:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    os.environ["BIONORM_CACHE"] = str(directory / "cache")
    loaders: dict[str, Callable[..., Language]] = {WHOLE: load, DICTIONARY: load_dictionary}
    begin = time.perf_counter()
    nlp = loaders[name](snapshot=directory / "snapshot")
    built = time.perf_counter() - begin
    half = len(texts) // 2

    def annotate(part: Sequence[str]) -> list[list[tuple[int, int]]]:
        return [[(e.start_char, e.end_char) for e in nlp(text).ents] for text in part]

    entities = annotate(texts[:half])
    begin = time.perf_counter()
    entities += annotate(texts[half:])
    seconds = time.perf_counter() - begin
    if name == WHOLE:
        with (directory / "texts.jsonl").open("w", encoding="utf-8") as stream:
            for text, found in zip(texts, entities, strict=True):
                stream.write(json.dumps({"text": text, "entities": found}) + "\n")
    return {"built": built, "seconds": seconds, "mentions": sum(map(len, entities[half:]))}
