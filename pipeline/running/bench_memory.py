"""Memory of one process with everything open, and of several, as a run with processes starts them.

Memory is counted as proportional set size: a page that several processes share is divided among
them, so that sizes can be added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from spacy.language import Language

from pipeline.errors import BionormError
from pipeline.language import load
from pipeline.running.garbage import spare_loaded
from pipeline.running.workers import START_METHOD, process_context

_TEXTS = 200
"""Texts that are annotated before memory is measured."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """Memory (proportional set size) in MB of one process, and of several together."""

    one: float
    together: float
    processes: int


def measure_sharing(texts: Sequence[str], *, processes: int = 4) -> Sharing:
    """Measure the memory of one process, and of a parent with several workers.

    Args:
        texts: Texts that are annotated before memory is measured; workers share them out.
        processes: Number of workers. The parent, which reads and writes in a run, counts too.
    """
    some = list(texts[:_TEXTS])
    return Sharing(_apart(some, 1), _apart(some, processes), processes)


def _apart(texts: Sequence[str], processes: int) -> float:
    # A process of its own; not of a `Pool`, whose workers may start no others.
    with ProcessPoolExecutor(1, mp_context=process_context("spawn")) as apart:
        return apart.submit(_memory_of, texts, processes).result()


def _memory_of(texts: Sequence[str], processes: int) -> float:
    nlp = load()
    if processes == 1:
        _annotate(nlp, texts)
        return proportional_size()
    context = process_context(START_METHOD)
    spare_loaded()  # as `Processes` does
    connections, workers = [], []
    for i in range(processes):
        ours, theirs = context.Pipe()
        worker = context.Process(
            target=_weigh, args=(nlp, texts[i::processes], theirs), daemon=True
        )
        worker.start()
        theirs.close()
        connections.append(ours)
        workers.append(worker)
    try:
        # All have done their work before the first is weighed, and none ends before the last is.
        for connection in connections:
            connection.recv()
        sizes = [proportional_size()]
        for connection in connections:
            connection.send("weigh")
            sizes.append(connection.recv())
        for connection in connections:
            connection.send("end")
    except EOFError:
        raise BionormError("a process of the benchmark failed") from None
    finally:
        for connection in connections:
            connection.close()
    for worker in workers:
        worker.join()
    return sum(sizes)


def _weigh(nlp: Language, texts: Sequence[str], connection: Connection) -> None:
    _annotate(nlp, texts)
    connection.send("ready")
    connection.recv()
    connection.send(proportional_size())
    connection.recv()


def _annotate(nlp: Language, texts: Sequence[str]) -> None:
    with nlp.memory_zone():
        for text in texts:
            nlp(text)


def proportional_size() -> float:
    """Return the memory of this process in MB, pages shared with others divided among them."""
    for line in Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise BionormError("the kernel does not tell the proportional size of a process")
