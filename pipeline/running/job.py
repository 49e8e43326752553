"""The main job: read papers, annotate them, check them, write the tables and the page."""

from __future__ import annotations

import signal
import time
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from pipeline.errors import BionormError, UsageError
from pipeline.model import Paper, Problem
from pipeline.papers import scan
from pipeline.running.conductor import Conductor
from pipeline.running.engine_choice import IN_PROCESS, EngineChoice
from pipeline.running.extra_tables import ExtraTable
from pipeline.running.finishing import Finishing, JobCheck
from pipeline.running.intake import Intake, verify_inputs, whole_files
from pipeline.running.items import Extents, Selection, input_order, with_number
from pipeline.running.job_directory import JobDirectory, Journal, ShardDone
from pipeline.running.limits import Limits
from pipeline.running.monitor import SILENT, Gauge, Monitor
from pipeline.running.reading import Reading, open_source
from pipeline.running.record import describe, identity, problem_records, require_same
from pipeline.running.shard_results import Counts
from pipeline.running.shard_work import Recipe, ShardWork, peak_memory
from pipeline.running.stopping import Stop, StopNow, StoppedError, stop_on_signals
from pipeline.running.table_files import TableFormat
from pipeline.running.unique_ids import UniqueIds


class Unfinished(Enum):
    """What to do with an unfinished job in the output directory."""

    REFUSE = "refuse"
    RESUME = "resume"
    RESTART = "restart"


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done.

    Attributes:
        inputs: Files with papers.
        output: Directory for the results; made if it is not there.
        recipe: How to load the pipeline and its terminology.
        snapshot: The snapshot that the terminology comes from, for the record.
        form: The form of the tables.
        limits: What a paper may cost.
        selection: Which papers of the files, and how to read them.
        reading: The settings of `selection` for the record.
        extra: Tables that are written besides the usual ones.
        report_papers: Most papers in the report and in the check's words.
        unfinished: What to do with an unfinished job in the output directory.
        settings: Settings for `run.json`; they do not decide on the results.
        command: The beginning of a command line that runs a file like this job.
        again: The command line that runs this job.
    """

    inputs: Sequence[Path]
    output: Path
    recipe: Recipe
    snapshot: Path
    form: TableFormat = TableFormat.TSV
    limits: Limits = field(default_factory=Limits)
    selection: Selection = field(default_factory=Selection)
    reading: Mapping[str, object] = field(default_factory=dict)
    extra: frozenset[ExtraTable] = frozenset()
    report_papers: int = 500
    unfinished: Unfinished = Unfinished.REFUSE
    settings: Mapping[str, object] = field(default_factory=dict)
    command: Sequence[str] = ("bionorm", "run")
    again: str = "the same command"


@dataclass(frozen=True, slots=True)
class JobResult:
    """What a job did.

    Attributes:
        counts: What was counted over all sessions of the job.
        problems: What was wrong with the input: the first thousand, by file and line.
        warnings: What could not be added to papers: the first thousand.
        check: Comparison with the annotations that the papers carry.
        files: The files written.
        seconds: Work by stage in seconds, summed over processes and sessions.
        performance: Engine, speed and memory of this session.
    """

    counts: Counts
    problems: tuple[Problem, ...]
    warnings: tuple[str, ...]
    check: JobCheck
    files: tuple[Path, ...]
    seconds: Mapping[str, float]
    performance: Mapping[str, Any]


def run_job(job: Job, *, engine: EngineChoice = IN_PROCESS, monitor: Monitor = SILENT) -> JobResult:
    """Annotate files and write the results.

    The bytes of the results depend on the papers, the settings and the versions only: not on the
    order in which files are named, the engine, the number of processes, or how often the job was
    interrupted and resumed. `run.json` also holds timings. An error leaves the results of an
    earlier run as they were.

    Args:
        job: What to do.
        engine: What does the work.
        monitor: Is told how the job is doing.

    Raises:
        BionormError: If the output cannot be written, or nothing gets done.
        StoppedError: If it was asked to stop; what is finished is kept.
        UsageError: If there is an unfinished job that is not to be resumed or cannot be.
    """
    directory = JobDirectory(job.output)
    with directory.locked(), stop_on_signals() as stop:
        session = _Session(job, directory, stop, monitor)
        try:
            return session.run(engine)
        except (StopNow, OSError, BionormError) as error:
            raise session.ended_early(error) from error
        except (BadZipFile, zlib.error) as error:
            raise session.ended_early(session.without_damaged()) from error
        finally:
            directory.leave()


class _Session:
    """One session of a job; a job that is never interrupted has only one."""

    def __init__(self, job: Job, directory: JobDirectory, stop: Stop, monitor: Monitor) -> None:
        self._job = job
        self._directory = directory
        self._stop = stop
        self._monitor = monitor
        self._files = sorted(job.inputs, key=input_order)
        self._begin = time.perf_counter()

    def run(self, choice: EngineChoice) -> JobResult:
        """Do what is left to do of the job."""
        work = self._job.recipe.open()
        journal = self._open(work)
        earlier = sum((s.counts for s in journal.shards), Counts())
        self._monitor.tell("start", files=len(self._files), papers_done=earlier.items)
        reading = Reading(
            self._files,
            self._job.selection,
            Extents([(s.start, s.end) for s in journal.shards]),
            whole_files(journal),
            self._job.limits,
        )
        intake = Intake(
            self._files,
            self._directory,
            journal,
            limits=self._job.limits,
            shown_papers=self._job.report_papers,
        )
        gauge = Gauge(papers=earlier.items, failures=earlier.quarantined)

        def on_progress() -> None:
            self._stop.check()
            if gauge.is_due:
                done = conductor.counts.items + engine.underway
                failures = conductor.counts.quarantined
                self._monitor.show(gauge.state(done, failures, intake.items, intake.share_read))

        with ExitStack() as stack:
            engine = choice.open(
                work, self._job.recipe, self._job.limits, self._job.snapshot, on_progress
            )
            stack.callback(engine.close)
            source = open_source(reading, choice.reading)
            stack.callback(source.close)
            conductor = Conductor(
                source, intake, engine, self._directory, stop=self._stop, on_progress=on_progress
            )
            if not conductor.run():
                raise StopNow(signal.SIGINT)
        shards = [*journal.shards, *conductor.finished]
        self._require_all(shards, intake.lengths)
        counts = earlier + conductor.counts
        seconds = {"read": round(intake.seconds, 3), **counts.seconds}
        performance = {
            "engine": engine.name,
            "workers": engine.workers,
            "shards": len(shards),
            "resumed": bool(journal.shards),
            "workers_lost": conductor.deaths,
        }
        return self._finish(shards, counts, work, seconds, conductor.counts.items, performance)

    def ended_early(self, error: BaseException) -> BaseException:
        """Return the error that tells what is kept; forget a job that has finished nothing."""
        try:
            shards, papers = self._directory.progress()
        except BionormError:  # the journal is damaged, which is what the error tells
            return error
        if not shards:
            self._directory.remove()
            kept = "nothing was finished"
        else:
            kept = f"{papers:,} papers are finished and kept: go on with: {self._job.again}"
        if isinstance(error, StopNow):
            return StoppedError(f"stopped by {error.signal.name}; {kept}", error.signal)
        if isinstance(error, UsageError) or not shards:
            return error
        return BionormError(f"{error}; {kept}")

    def without_damaged(self) -> BionormError:
        """Forget the finished shards that are damaged; return the error that tells of them."""
        damaged = self._directory.drop_damaged(self._directory.read_journal().shards)
        return BionormError(f"{damaged} of the finished shards are damaged and will be made again")

    def _open(self, work: ShardWork) -> Journal:
        """Begin the job, or go on with it.

        Raises:
            UsageError: If there is an unfinished job that is not to be resumed or cannot be.
        """
        job, directory = self._job, self._directory
        directory.sweep()
        now = identity(
            self._files,
            work.nlp,
            job.snapshot,
            reading=job.reading,
            characters=job.limits.characters,
            report_papers=job.report_papers,
            min_score=job.recipe.min_score,
        )
        then = None if job.unfinished is Unfinished.RESTART else directory.job()
        shards, papers = directory.progress() if then else (0, 0)
        if then is None or not shards:
            directory.begin(now)
            return Journal({}, {}, ())
        if job.unfinished is Unfinished.REFUSE:
            raise UsageError(
                f"{job.output} holds an unfinished job, in which {papers:,} papers are done: "
                "go on with --resume, or start over with --restart"
            )
        require_same(then, now, job.output)
        journal = directory.resume()
        verify_inputs(self._files, journal)
        return journal

    def _require_all(self, shards: Sequence[ShardDone], lengths: Sequence[int]) -> None:
        """Make sure that every item of the input is in one shard, and none in two."""
        if self._job.selection.only is None:
            unread = next((n for n, length in enumerate(lengths) if length < 0), None)
            gap = Extents([(s.start, s.end) for s in shards]).gap(lengths)
            if unread is not None:
                raise BionormError(f"{self._files[unread]} was not read; start over with --restart")
            if gap is not None:
                raise BionormError(
                    f"the shards of the job do not fit together at paper {gap.item + 1} of "
                    f"{self._files[gap.file]}; start over with --restart"
                )

    def _finish(
        self,
        shards: Sequence[ShardDone],
        counts: Counts,
        work: ShardWork,
        seconds: dict[str, float],
        items: int,
        performance: dict[str, Any],
    ) -> JobResult:
        job = self._job
        begin = time.perf_counter()
        finishing = Finishing(self._directory, shards, counts, self._files, job.form)
        finishing.write_tables(job.extra, work.terminology)
        told = finishing.write_quarantine(job.command)
        record = describe(self._files, work.nlp, job.snapshot, counts, told.check) | {
            "warnings": told.warnings,
            "problems": problem_records(told.problems),
        }
        finishing.write_pages(told, record)
        now = time.perf_counter()
        seconds["finish"] = round(now - begin, 3)
        elapsed = now - self._begin
        performance |= {
            "seconds": round(elapsed, 3),
            "papers": items,
            "papers_per_second": round(items / elapsed, 2),
            "peak_memory_mb": max(peak_memory(), counts.peak_memory_mb),
        }
        measured = {
            "settings": record["settings"] | dict(job.settings),
            "seconds": {stage: round(value, 3) for stage, value in seconds.items()},
            "performance": performance,
            "peak_memory_mb": performance["peak_memory_mb"],
        }
        files = finishing.commit(record | measured)
        self._directory.remove()
        return JobResult(
            counts, told.problems, told.warnings, told.check, tuple(files), seconds, performance
        )


def read_papers(inputs: Iterable[Path]) -> tuple[list[Paper], list[Problem]]:
    """Read all papers of some files, ordered by identifier; and what was wrong with them.

    When two papers have the same identifier, the second one gets `#2` behind it and a problem
    that tells so: nothing is lost, and nothing is counted together that is not one paper.
    """
    ids = UniqueIds()
    papers: list[tuple[tuple[str, int], Paper]] = []
    problems: list[Problem] = []
    for path in sorted(inputs, key=input_order):
        for content in scan(path):
            if isinstance(content, Problem):
                problems.append(content)
                continue
            number = ids.add(content.id)
            paper = with_number(content, number)
            papers.append(((content.id, number), paper))
            problems += paper.problems
    papers.sort(key=lambda entry: entry[0])
    problems.sort(key=lambda p: (p.path, p.line, p.paper_id, p.reason))
    return [paper for _, paper in papers], problems
