"""Kill a job at random moments, again and again, and see that nothing is lost and nothing doubled.

Each of the runs annotates the same papers. One to five times a random process of the job (itself,
a worker, the one that reads) is killed with SIGKILL after a random time; a dead job is resumed, and
in the end its files must be those of an undisturbed run, byte for byte. Every third run does all
work in one process, every fourth writes Parquet.

    python tests/running/kill_many.py --runs 100 --papers 2000
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from conftest import TABLES, write_snapshot
from light_jobs import contents, load_light, many, start, workers_of, write_papers

from pipeline.running.engine_choice import IN_PROCESS, EngineChoice
from pipeline.running.job import Job, Unfinished, run_job
from pipeline.running.job_directory import DIRECTORY
from pipeline.running.shard_work import Recipe
from pipeline.running.table_files import TableFormat
from pipeline.terminology.terminology import shared_terminology

MOST_KILLS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--papers", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    randomly = random.Random(arguments.seed)  # noqa: S311
    scratch = Path(tempfile.mkdtemp(prefix="bionorm-kills-"))
    say(f"in {scratch}, which stays when something goes wrong")
    wrong = kill_many(scratch, arguments.runs, arguments.papers, randomly)
    if wrong:
        sys.exit(1)
    shutil.rmtree(scratch)


def kill_many(scratch: Path, runs: int, papers: int, randomly: random.Random) -> int:
    """Return how many runs did not end as an undisturbed one."""
    snapshot = write_snapshot(scratch / "snapshot", TABLES)
    nlp = load_light(snapshot)
    recipe = Recipe(lambda: nlp, partial(shared_terminology, str(snapshot)))
    half = papers // 2
    inputs = [
        write_papers(scratch / "in" / "a.pubtator", many(half)),
        # A quarter of the identifiers is also in the other file.
        write_papers(scratch / "in" / "b.pubtator", many(papers - half), first=half * 3 // 4),
    ]

    def run(output: Path, engine: EngineChoice, form: TableFormat) -> None:
        job = Job(
            inputs=inputs, output=output, recipe=recipe, snapshot=snapshot, form=form,
            unfinished=Unfinished.RESUME,
        )  # fmt: skip
        run_job(job, engine=engine)

    expected: dict[TableFormat, dict[str, bytes]] = {}
    seconds = {}
    for form in TableFormat:
        for engine in (IN_PROCESS, EngineChoice(processes=2)):
            begin = time.monotonic()
            output = scratch / f"undisturbed-{form}-{engine.processes or 0}"
            run(output, engine, form)
            seconds[engine] = time.monotonic() - begin
            found = contents(output)
            if expected.setdefault(form, found) != found:
                raise SystemExit(f"the engines do not agree: see {scratch}")
    say(f"undisturbed: {', '.join(f'{s:.1f} s' for s in seconds.values())}")
    kills = deaths = wrong = 0
    for number in range(runs):
        engine = IN_PROCESS if number % 3 == 0 else EngineChoice(processes=2)
        form = TableFormat.PARQUET if number % 4 == 0 else TableFormat.TSV
        output = scratch / f"out{number}"
        killed, died = run_with_kills(partial(run, output, engine, form), seconds[engine], randomly)
        kills += killed
        deaths += died
        left = [p.name for p in output.iterdir() if p.name.startswith(DIRECTORY)]
        same = contents(output) == expected[form] and not left
        wrong += not same
        say(
            f"run {number + 1}: {killed} kills, {died} of the job itself: "
            f"{'identical' if same else f'DIFFERENT, see {output}'}",
        )
        if same:
            shutil.rmtree(output)
    say(
        f"{runs} runs of {papers:,} papers, {kills} kills, {deaths} of the job itself: "
        f"{runs - wrong} identical, {wrong} different"
    )
    return wrong


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run_with_kills(work: partial[None], seconds: float, randomly: random.Random) -> tuple[int, int]:
    """Run a job until it is done, killing one of its processes now and then."""
    wanted = randomly.randint(1, MOST_KILLS)
    kills = deaths = 0
    while True:
        process = start(work)
        while process.is_alive() and kills < wanted:
            time.sleep(randomly.uniform(0, seconds / wanted))
            workers = workers_of(process)
            victim = randomly.choice(
                workers if workers and randomly.random() < 0.6 else [process.pid]
            )
            try:
                os.kill(victim, signal.SIGKILL)
            except ProcessLookupError:
                continue
            kills += 1
            deaths += victim == process.pid
        process.join()
        if process.exitcode == 0:
            return kills, deaths
        if process.exitcode not in {-signal.SIGKILL, 128 + signal.SIGTERM}:
            raise SystemExit(f"the job ended with {process.exitcode}")


if __name__ == "__main__":
    main()
