"""Speed and memory beside spaCy's `PhraseMatcher`, in one run on the same names and texts.

Each side runs in a process of its own, so that memory is counted fairly. Ratios mean something on
any machine; the absolute figures only on the one they were measured on. (`bench_lookup` does the
same for the lookup of single names, `bench_stages` for whole pipelines.)
"""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import spacy
from spacy.matcher import PhraseMatcher

from pipeline.terminology.normal_form import PARAGRAPH
from pipeline.terminology.snapshot import embedded_snapshot
from pipeline.terminology.subset import write_subset
from pipeline.terminology.terminology import Terminology

T = TypeVar("T")

_ROUNDS = 3
_LEAST_CHARACTERS = 2_000_000
_BATCH = 60_000
"""Characters that are searched at once, some forty abstracts."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one side needed.

    Attributes:
        name: The side.
        first: Seconds to build from the names, once.
        opening: Seconds to have it ready in a new process.
        memory: Megabytes that the names add to the resident size.
        speed: Million characters a second, in one thread (median of three rounds).
        found: Matches found.
    """

    name: str
    first: float
    opening: float
    memory: float
    speed: float
    found: int


def compare_matchers(texts: Sequence[str], names: int) -> list[Figures]:
    """Measure the matcher and its peer on a sample of the terminology's names.

    Args:
        texts: Texts; repeated until there is enough to measure.
        names: Number of names, taken evenly from all.
    """
    texts = _enough(texts)
    with tempfile.TemporaryDirectory(prefix="bionorm-bench-") as directory:
        snapshot, cache = Path(directory) / "snapshot", Path(directory) / "cache"
        sample = write_subset(embedded_snapshot(), snapshot, names=names)
        first = run_apart(_seconds_to_open, snapshot, cache)
        ours = run_apart(_measure_index, texts, snapshot, cache, first)
        return [ours, run_apart(_measure_phrase_matcher, texts, sample)]


def measure_scan(texts: Sequence[str]) -> float:
    """Return the speed of finding all names, those of all of NCBI Taxonomy too.

    Args:
        texts: Texts; put together in batches, repeated until there is enough to measure.

    Returns:
        Million characters a second, in one process (median of three rounds).
    """
    return run_apart(_measure_scan, _enough(texts))


def _enough(texts: Sequence[str]) -> list[str]:
    times = -(-_LEAST_CHARACTERS // max(1, sum(map(len, texts))))
    return list(texts) * times


def run_apart(work: Callable[..., T], *arguments: object) -> T:
    """Run a measurement in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def _seconds_to_open(snapshot: Path, cache: Path) -> float:
    begin = time.perf_counter()
    Terminology.open(snapshot, cache=cache)
    return time.perf_counter() - begin


def _measure_index(texts: Sequence[str], snapshot: Path, cache: Path, first: float) -> Figures:
    before = resident_size()
    begin = time.perf_counter()
    terminology = Terminology.open(snapshot, cache=cache)
    opening = time.perf_counter() - begin
    found, speed = _speed(lambda text: len(terminology.find(text)), texts)
    return Figures("bionorm", first, opening, resident_size() - before, speed, found)


def _measure_phrase_matcher(texts: Sequence[str], names: Sequence[str]) -> Figures:
    nlp = spacy.blank("en")
    before = resident_size()
    begin = time.perf_counter()
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    matcher.add("name", [nlp.make_doc(name) for name in names])
    built = time.perf_counter() - begin
    found, speed = _speed(lambda text: len(matcher(nlp.make_doc(text))), texts)
    return Figures("PhraseMatcher", built, built, resident_size() - before, speed, found)


def _measure_scan(texts: Sequence[str]) -> float:
    terminology = Terminology.open()

    def scan(text: str) -> int:
        return len(terminology.find(text)) + len(terminology.find_taxa(text))

    step = max(1, _BATCH * len(texts) // sum(map(len, texts)))
    batches = [PARAGRAPH.join(texts[i : i + step]) for i in range(0, len(texts), step)]
    return _speed(scan, batches)[1]


def _speed(work: Callable[[str], int], texts: Sequence[str]) -> tuple[int, float]:
    characters = sum(map(len, texts))
    rounds = []
    found = 0
    for _ in range(_ROUNDS):
        begin = time.perf_counter()
        found = sum(work(text) for text in texts)
        rounds.append(characters / 1e6 / (time.perf_counter() - begin))
    return found, statistics.median(rounds)


def resident_size() -> float:
    """Return the resident size of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / (1 << 20)
