"""Speed of the whole way from papers to a table, stage by stage, and of three networks beside it.

Papers are annotated as a run does it, one after the other, on one core. The first quarter warms up;
the rest is measured in rounds of different papers, so that what is remembered of one paper helps
only as far as it helps with a new one.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import spacy
from thinc.api import fix_random_seed

from pipeline.export.formats import open_writer
from pipeline.language import annotate_papers, document_text, load, load_dictionary, with_found
from pipeline.model import EntityType, Paper
from pipeline.running.benchmark import run_apart
from pipeline.running.garbage import spare_loaded
from pipeline.running.job import read_papers
from pipeline.text_pipeline import TextPipeline, on_texts

ROUNDS = 3
_LEAST_PAPERS = 4 * ROUNDS
_OPEN = "import pipeline; pipeline.load()"


@dataclass(frozen=True, slots=True)
class StageFigures:
    """Papers a second on one core (medians of the rounds), and what a process needs.

    Attributes:
        papers: Papers that were measured.
        characters: Characters of a paper, on average.
        reading: From a file to papers.
        recognition: From text to mentions of all types.
        normalization: From mentions to identifiers.
        writing: From identifiers to lines of a TSV file.
        together: From a file to a TSV file.
        dictionary: From a file to a TSV file with `load_dictionary()`.
        networks: Recognition by three networks of spaCy, one for each type.
        start_up: Seconds from nothing to an open pipeline, in a new process.
        peak_memory: Resident memory of the process at its peak, in MB.
    """

    papers: int
    characters: float
    reading: float
    recognition: float
    normalization: float
    writing: float
    together: float
    dictionary: float
    networks: float
    start_up: float
    peak_memory: float


def measure_stages(files: Sequence[Path]) -> StageFigures:
    """Measure the stages.

    Args:
        files: Files with papers; annotations in them are not used. Fewer papers than a dozen are
            repeated, which says little, because everything about them is then remembered.
    """
    lengths, reading, rounds, peak = run_apart(_measure_pipeline, list(files))
    dictionary = run_apart(_measure_dictionary, list(files))
    networks = run_apart(_measure_networks, list(files))

    def speed(stage: str) -> float:
        return 1 / statistics.median(r[stage] for r in rounds)

    return StageFigures(
        papers=len(lengths),
        characters=statistics.mean(lengths),
        reading=1 / reading,
        recognition=speed("recognition"),
        normalization=speed("normalization"),
        writing=speed("writing"),
        together=1 / (reading + statistics.median(sum(r.values()) for r in rounds)),
        dictionary=1 / (reading + statistics.median(dictionary)),
        networks=1 / statistics.median(networks),
        start_up=statistics.median(_seconds_to_start() for _ in range(ROUNDS)),
        peak_memory=peak,
    )


def one_core() -> None:
    """Keep this process and its native libraries on one core, where the system allows it."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _measure_pipeline(
    files: Sequence[Path],
) -> tuple[list[int], float, list[dict[str, float]], float]:
    """Return the papers' lengths, seconds to read one, and for each round those of each stage."""
    one_core()
    texts = on_texts(load())
    if not isinstance(texts, TextPipeline):
        raise TypeError("the pipeline that a run loads needs no `Doc`")
    spare_loaded()  # as `InProcess` does
    begin = time.perf_counter()
    papers = read_papers(files)[0]
    reading = (time.perf_counter() - begin) / max(1, len(papers))
    warm_up, rounds = _parts(papers)
    for paper in warm_up:
        texts.find(document_text(paper))
    result = []
    for part in rounds:
        spent = dict.fromkeys(("recognition", "normalization", "writing"), 0.0)
        with tempfile.TemporaryDirectory(prefix="bionorm-bench-") as directory:
            opened = time.perf_counter()
            with open_writer(Path(directory) / "mentions.tsv", "tsv") as write:
                spent["writing"] += time.perf_counter() - opened
                for paper in part:
                    times = [time.perf_counter()]
                    text = document_text(paper)
                    recognized = texts.recognize(text)
                    times.append(time.perf_counter())
                    found = texts.resolve(text, *recognized)
                    times.append(time.perf_counter())
                    write(with_found(paper, found))
                    times.append(time.perf_counter())
                    for stage, start, end in zip(spent, times, times[1:], strict=False):
                        spent[stage] += end - start
                closing = time.perf_counter()
            spent["writing"] += time.perf_counter() - closing
        result.append({stage: seconds / len(part) for stage, seconds in spent.items()})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 10)
    return [len(document_text(p)) for part in rounds for p in part], reading, result, peak


def _measure_dictionary(files: Sequence[Path]) -> list[float]:
    """Return for each round the seconds from a paper's text to its lines."""
    one_core()
    warm_up, rounds = _parts(read_papers(files)[0])
    nlp = load_dictionary()
    spare_loaded()

    def annotate(part: Sequence[Paper]) -> None:
        with (
            tempfile.TemporaryDirectory(prefix="bionorm-bench-") as directory,
            open_writer(Path(directory) / "mentions.tsv", "tsv") as write,
        ):
            for paper in annotate_papers(nlp, part):
                write(paper)

    annotate(warm_up)
    return [_seconds_each(annotate, part) for part in rounds]


def _measure_networks(files: Sequence[Path]) -> list[float]:
    """Return for each round the seconds that three networks need for a text.

    Each is the named entity recognizer of spaCy in its usual size with a network of its own. Their
    weights are random: what they find is worth nothing, but training would not change how long it
    takes.
    """
    one_core()
    fix_random_seed(0)
    networks = []
    for type_ in EntityType:
        nlp = spacy.blank("en")
        recognizer: Any = nlp.add_pipe("ner")
        recognizer.add_label(type_)
        nlp.initialize()
        networks.append(nlp)

    def recognize(part: Sequence[Paper]) -> None:
        for nlp in networks:
            for _ in nlp.pipe(map(document_text, part)):
                pass

    warm_up, rounds = _parts(read_papers(files)[0])
    recognize(warm_up)
    return [_seconds_each(recognize, part) for part in rounds]


def _seconds_each(work: Callable[[Sequence[Paper]], None], part: Sequence[Paper]) -> float:
    begin = time.perf_counter()
    work(part)
    return (time.perf_counter() - begin) / len(part)


def _parts(papers: Sequence[Paper]) -> tuple[Sequence[Paper], list[Sequence[Paper]]]:
    """Return the papers to warm up with, and those of each round; all of about the same kind."""
    papers = list(papers) * -(-_LEAST_PAPERS // max(1, len(papers)))
    return papers[::4], [papers[i::4] for i in range(1, 1 + ROUNDS)]


def _seconds_to_start() -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", _OPEN], check=True)  # noqa: S603  # our own words
    return time.perf_counter() - begin
