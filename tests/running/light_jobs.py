"""Jobs that are quick: a pipeline of names only over a handful of concepts, with a weak spot."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.errors import BionormError
from pipeline.language import ABLATIONS, load
from pipeline.running.job import JobResult
from pipeline.running.stopping import StoppedError

LightRun = Callable[..., JobResult]
"""Runs a light job: `light_run(inputs, output, engine=…, **fields of Job)`."""

TEXTS = (
    "Runx2 and osteopontin in Mus musculus with degenerative joint disease.",
    "TNF-alpha rose in human osteoarthritis; SPP1 did not.",
    "Parkinson's disease in deer is not known.",
    "Nothing of interest is said here.",
    "NFKB1, RUNX2 and ACAT of Homo sapiens; Runx2 of Rattus norvegicus.",
)
VOLATILE = ("seconds", "performance", "peak_memory_mb")
_EATEN: list[bytearray] = []


def load_light(snapshot: Path) -> Language:
    """Load a pipeline that takes a millisecond a paper."""
    nlp = load(snapshot=snapshot, without=ABLATIONS)
    nlp.add_pipe("weak_spot", first=True)
    return nlp


@Language.component("weak_spot")
def weak_spot(doc: Doc) -> Doc:
    """Fail in the way that a text asks for."""
    text = doc.text
    if "RAISE" in text:
        raise ValueError("this text asks for it")
    if "NAP" in text:
        time.sleep(0.005)
    if "SLEEP" in text:
        time.sleep(600)
    if "KILL" in text:
        os.kill(os.getpid(), signal.SIGKILL)
    if "EXIT" in text:
        os._exit(3)
    if "EAT" in text:
        while True:
            _EATEN.append(bytearray(1 << 26))
    if "ONCE" in text:
        mark = Path(text.split("ONCE")[1].split()[0])
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return doc


def write_papers(path: Path, texts: list[str], first: int = 1) -> Path:
    """Write a PubTator file with a paper for each text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{first + i}|t|Paper {i}\n{first + i}|a|{text}\n\n" for i, text in enumerate(texts)]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def many(count: int) -> list[str]:
    """Return texts with a concept or none."""
    return [TEXTS[i % len(TEXTS)] for i in range(count)]


def contents(directory: Path) -> dict[str, bytes]:
    """Return the files of a finished job without what differs from run to run."""
    files = {
        str(p.relative_to(directory)): p.read_bytes()
        for p in sorted(directory.rglob("*"))
        if p.is_file()
    }
    record = json.loads(files["run.json"])
    for key in VOLATILE:
        del record[key]
    return files | {"run.json": json.dumps(record).encode()}


def start(work: Callable[[], object]) -> BaseProcess:
    """Do something in a process of its own, which can be killed."""

    def run() -> None:
        os.setpgid(0, 0)
        try:
            work()
        except StoppedError as stopped:
            sys.stderr.write(f"{stopped}\n")
            os._exit(128 + stopped.signal)
        except BionormError as error:
            sys.stderr.write(f"{error}\n")
            os._exit(1)
        os._exit(0)

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    return process


def workers_of(process: BaseProcess) -> list[int]:
    path = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(pid) for pid in path.read_text().split()] if path.exists() else []
