"""How a job scales: with processes, with Dask, and with the number of papers; what a run costs.

Papers are the texts of given files, repeated with other identifiers, in files of `FILE_PAPERS`.
Each job is a process of its own, measured from outside as a user would see it: seconds on the
clock, seconds of processor time of all its processes, and at its largest the memory of all of them
together, in which pages that they share count once (proportional set size).

    python -m pipeline.running.bench_scale PAPERS… --sizes 1000 --sizes 10000
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Annotated

import typer

from pipeline.errors import BionormError
from pipeline.evaluation.tables import markdown_table
from pipeline.language import load, load_dictionary
from pipeline.model import Paper
from pipeline.papers import collect, scan
from pipeline.running.bench_lookup import evenly
from pipeline.running.engine_choice import EngineChoice
from pipeline.running.job import Job, run_job
from pipeline.running.shard_work import Recipe
from pipeline.terminology.snapshot import default_snapshot
from pipeline.terminology.terminology import shared_terminology

FILE_PAPERS = 30_000
"""Papers in a file, as in a file of MEDLINE."""
_SECONDS_BETWEEN_LOOKS = 0.5
_COLUMNS = (
    "pipeline", "papers", "engine", "seconds", "papers a second", "papers a CPU second",
    "memory (MB)", "largest process (MB)", "tables (MB)", "speed-up",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Setting:
    """A job to measure.

    Attributes:
        papers: Number of papers.
        processes: Worker processes; 0 for none.
        dask: Whether they are those of a local Dask cluster.
        dictionary: Whether names are only looked up in the dictionary, without the models.
    """

    papers: int
    processes: int
    dask: bool
    dictionary: bool

    @property
    def engine(self) -> str:
        """Name for the table."""
        if not self.processes:
            return "in-process"
        return f"{'Dask' if self.dask else 'processes'} {self.processes}"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a job needed.

    Attributes:
        setting: The job.
        seconds: On the clock, from the start of the process to its end.
        cpu_seconds: Processor time of all its processes.
        memory: Memory of all of them together in MB, at its largest.
        resident: Largest resident size of one of them, in MB.
        disk: Size of the tables in MB.
    """

    setting: Setting
    seconds: float
    cpu_seconds: float
    memory: float
    resident: float
    disk: float


def write_papers(texts: Sequence[tuple[str, str]], count: int, directory: Path) -> list[Path]:
    """Write PubTator files of papers without annotations.

    Args:
        texts: Titles and abstracts; repeated until there are enough.
        count: Number of papers.
        directory: Where the files go; made if it is not there.
    """
    directory.mkdir(parents=True, exist_ok=True)
    numbered = enumerate(islice(cycle(texts), count), start=10_000_000)
    paths: list[Path] = []
    while lines := [f"{n}|t|{t}\n{n}|a|{a}\n\n" for n, (t, a) in islice(numbered, FILE_PAPERS)]:
        paths.append(directory / f"papers-{len(paths):04d}.pubtator")
        paths[-1].write_text("".join(lines), encoding="utf-8")
    return paths


def texts_of(files: Sequence[Path]) -> list[tuple[str, str]]:
    """Return title and abstract of the papers of files, each on one line.

    They are in an order in which any number of the first ones is like all of them.
    """
    found = []
    for file in files:
        for paper in scan(file):
            if isinstance(paper, Paper) and paper.passages:
                title, *others = (" ".join(p.text.split()) for p in paper.passages)
                found.append((title, " ".join(others)))
    return evenly(found)


def measure(setting: Setting, texts: Sequence[tuple[str, str]], scratch: Path) -> Measured:
    """Run a job in a process of its own.

    Args:
        setting: The job.
        texts: Titles and abstracts.
        scratch: An empty directory.

    Raises:
        BionormError: If the job fails.
    """
    files = write_papers(texts, setting.papers, scratch / "papers")
    output = scratch / "output"
    begin = time.perf_counter()
    child = os.fork()
    if not child:
        _run(setting, files, output)
    memory = 0.0
    status = None
    while status is None:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
        memory = max(memory, sum(map(proportional_size, family(child))))
        done, code, usage = os.wait4(child, os.WNOHANG)
        status = code if done else None
    seconds = time.perf_counter() - begin
    if status:
        raise BionormError(f"the job with {setting.engine} ended with status {status}")
    record = json.loads((output / "run.json").read_text("utf-8"))
    disk = sum(p.stat().st_size for p in output.rglob("*") if p.suffix in {".tsv", ".parquet"})
    return Measured(
        setting,
        seconds,
        usage.ru_utime + usage.ru_stime,
        memory,
        record["performance"]["peak_memory_mb"],
        disk / 1e6,
    )


def family(process: int) -> list[int]:
    """Return a process and its descendants."""
    found = [process]
    try:
        for thread in Path(f"/proc/{process}/task").iterdir():
            children = (thread / "children").read_text("ascii").split()
            found += [pid for child in children for pid in family(int(child))]
    except OSError:  # it has ended
        return found
    return found


def proportional_size(process: int) -> float:
    """Return the memory of a process in MB, shared pages divided among those that share them."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:  # it has ended
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _run(setting: Setting, files: Sequence[Path], output: Path) -> None:
    """Run the job and end this process."""
    code = 1
    try:
        recipe = Recipe(load_dictionary if setting.dictionary else load, shared_terminology)
        job = Job(inputs=files, output=output, recipe=recipe, snapshot=default_snapshot())
        run_job(job, engine=EngineChoice(setting.processes or None, "", setting.dask))
        code = 0
    finally:
        os._exit(code)


def repeated(setting: Setting, texts: Sequence[tuple[str, str]], runs: int) -> Measured:
    """Measure a job several times, each time anew; return the run of the median duration."""
    results = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory(prefix="bionorm-scale-") as directory:
            results.append(measure(setting, texts, Path(directory)))
    return sorted(results, key=lambda r: r.seconds)[len(results) // 2]


def rows(results: Sequence[Measured]) -> Iterator[tuple[str, ...]]:
    """Yield the lines of the table; the speed-up is that over one process with the same papers."""
    single = {
        (r.setting.papers, r.setting.dictionary): r.seconds
        for r in results
        if not r.setting.processes
    }
    for r in results:
        alone = single.get((r.setting.papers, r.setting.dictionary))
        yield (
            "dictionary" if r.setting.dictionary else "whole",
            f"{r.setting.papers:,}",
            r.setting.engine,
            f"{r.seconds:.1f}",
            f"{r.setting.papers / r.seconds:.1f}",
            f"{r.setting.papers / r.cpu_seconds:.1f}",
            f"{r.memory:.0f}",
            f"{r.resident:.0f}",
            f"{r.disk:.1f}",
            f"{alone / r.seconds:.2f}" if alone else "",
        )


def main(
    papers: Annotated[list[Path], typer.Argument(help="Files or directories with papers.")],
    sizes: Annotated[list[int], typer.Option(help="Numbers of papers.")] = [2000],  # noqa: B006  # as typer wants it
    processes: Annotated[list[int], typer.Option(help="Numbers of processes.")] = [0, 1, 2],  # noqa: B006  # as above
    dask: Annotated[bool, typer.Option("--dask", help="Dask with two workers, too.")] = False,
    dictionary: Annotated[bool, typer.Option("--dictionary", help="Look names up only.")] = False,
    runs: Annotated[int, typer.Option(min=1, help="Runs of each job; the median counts.")] = 3,
) -> None:
    """Measure how a job scales, and print a table in Markdown."""
    texts = texts_of(collect(papers))
    settings = [Setting(n, p, False, dictionary) for n in sizes for p in processes]
    settings += [Setting(n, 2, True, dictionary) for n in sizes if dask]
    # The first run of all compiles the index.
    repeated(Setting(10, 0, False, dictionary), texts, 1)
    results = []
    for setting in settings:
        results.append(repeated(setting, texts, runs))
        sys.stderr.write(
            f"{setting.papers:,} papers, {setting.engine}: {results[-1].seconds:.1f} s\n"
        )
    typer.echo(markdown_table(_COLUMNS, list(rows(results)), numbers=_COLUMNS[3:]), nl=False)


if __name__ == "__main__":
    typer.run(main)
