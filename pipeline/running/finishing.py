"""From finished shards to the files of a job: tables, check, quarantine, report, record."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.evaluation.seed_check import ListScore, Score, SeedCheck
from pipeline.evaluation.seed_report import render_markdown
from pipeline.export.atomic import write_text
from pipeline.export.report import render_report
from pipeline.export.tsv import tsv_line
from pipeline.model import Problem
from pipeline.papers.decoding import shown as shown_path
from pipeline.running.extra_tables import ExtraTable, Gathering, write_extra_tables
from pipeline.running.job_directory import JobDirectory, ShardDone
from pipeline.running.merging import merge_shards
from pipeline.running.shard_results import Counts
from pipeline.running.shard_work import Rest, ShownPaper
from pipeline.running.table_files import TableFiles, TableFormat, sync
from pipeline.terminology.terminology import Terminology

QUARANTINE_COLUMNS = ("file", "position", "line", "paper_id", "reason", "command")
_MOST_LISTED = 1000
"""Problems and warnings that `run.json` lists."""


@dataclass(frozen=True, slots=True)
class JobCheck(SeedCheck):
    """The check of a job: all its scores, and the findings of the papers that the report shows.

    Attributes:
        counts: What was counted over all papers.
    """

    counts: Counts = field(default_factory=Counts)

    @property
    def identified(self) -> int:
        """How many annotations of our types carry an identifier; each list counts its own."""
        return self.counts.identified

    @property
    def found(self) -> int:
        """How many of these were found with exactly that identifier."""
        return self.counts.found


@dataclass(frozen=True, slots=True)
class Told:
    """What a job has to tell besides its tables.

    Attributes:
        problems: What was wrong with the input; the first `_MOST_LISTED`.
        warnings: What could not be added to papers; so many, too.
        shown: The papers of the report, ordered like those of the tables.
        check: The check.
    """

    problems: tuple[Problem, ...]
    warnings: tuple[str, ...]
    shown: tuple[ShownPaper, ...]
    check: JobCheck


class Finishing:
    """Writes the files of a job whose shards are all finished.

    Everything is written to a directory of its own first, and then put in place file by file,
    `run.json` last: when that is new, all is.
    """

    def __init__(
        self,
        directory: JobDirectory,
        shards: Sequence[ShardDone],
        counts: Counts,
        files: Sequence[Path],
        form: TableFormat,
    ) -> None:
        """Set up.

        Args:
            directory: The job's state.
            shards: Its shards.
            counts: What was counted in them.
            files: The files of the input.
            form: The form of the tables.
        """
        self._directory = directory
        self._shards = sorted(shards, key=lambda shard: shard.start)
        self._counts = counts
        self._files = files
        self._form = form
        self._new = directory.scratch() / "new"
        self._new.mkdir()
        self._names: list[str] = []

    def write_tables(self, extra: Collection[ExtraTable], terminology: Terminology) -> None:
        """Write the tables.

        Args:
            extra: Tables that are written besides.
            terminology: What the mentions were resolved with.

        Raises:
            OSError: If they cannot be written.
        """
        merged = self._new.with_name("merged")
        merged.mkdir()
        with TableFiles(self._new, self._form) as sink:
            shards = [self._directory.shard_path(s) for s in self._shards]
            gathering = Gathering(sink)
            merge_shards(shards, gathering if extra else sink, merged)
        shutil.rmtree(merged)
        self._names += self._form.file_names()
        self._names += write_extra_tables(extra, gathering.answers, terminology, self._new)

    def write_quarantine(self, command: Sequence[str]) -> Told:
        """Write the list of papers that failed, if there are any; and gather what there is to tell.

        Args:
            command: The beginning of a command line that runs the same job.

        Raises:
            OSError: If it cannot be written.
        """
        problems: list[Problem] = []
        warnings: list[str] = []
        shown: list[ShownPaper] = []
        others: dict[tuple[str, str], Score] = {}
        path = self._new / "quarantine.tsv"
        with path.open("xb") as stream:
            stream.write(tsv_line(QUARANTINE_COLUMNS))
            for rest in self._rests():
                problems += rest.problems[: _MOST_LISTED - len(problems)]
                warnings += rest.warnings[: _MOST_LISTED - len(warnings)]
                shown += rest.shown
                for row in rest.scores:
                    place = row.group, row.type
                    others[place] = others.get(place, Score()) + row.score
                for failure in rest.failures:
                    problem = failure.problem
                    alone = alone_command(command, self._files[failure.file], failure.position)
                    row_ = (
                        problem.path, failure.position + 1, problem.line or "", problem.paper_id,
                        problem.reason, alone,
                    )  # fmt: skip
                    stream.write(tsv_line(row_))
            sync(stream)
        if self._counts.quarantined:
            self._names.append(path.name)
        else:
            path.unlink()
        shown.sort(key=lambda paper: paper.key)
        problems.sort(key=lambda p: (p.path, p.line, p.paper_id, p.reason))
        check = self._check(shown, others)
        return Told(tuple(problems), tuple(warnings), tuple(shown), check)

    def write_pages(self, told: Told, record: Mapping[str, Any]) -> None:
        """Write the check in words and the report.

        Raises:
            OSError: If they cannot be written.
        """
        write_text(self._new / "validation.md", render_markdown(told.check) + self._limited(told))
        page = render_report([s.paper for s in told.shown], check=told.check, run=record)
        write_text(self._new / "report.html", page)
        self._names += ["validation.md", "report.html"]

    def commit(self, record: Mapping[str, Any]) -> list[Path]:
        """Put everything in its place, with `run.json` last, and return the files.

        Raises:
            OSError: If it cannot be written.
        """
        write_text(self._new / "run.json", json.dumps(record, indent=2, ensure_ascii=False) + "\n")
        output = self._directory.output
        stale = {name for form in TableFormat for name in form.file_names()} | {"quarantine.tsv"}
        stale |= {table.file_name for table in ExtraTable}
        for name in sorted(stale):
            if name not in self._names or (output / name).is_dir():
                _remove(output / name)
        for name in (*self._names, "run.json"):
            (self._new / name).rename(output / name)
        return [output / name for name in (*self._names, "run.json")]

    def _rests(self) -> Iterator[Rest]:
        for shard in self._shards:
            with self._directory.open_shard(shard) as file:
                yield Rest.parse(file.rest())

    def _check(
        self, shown: Sequence[ShownPaper], others: Mapping[tuple[str, str], Score]
    ) -> JobCheck:
        left_out = self._counts.papers - len(shown)
        scores = [row for paper in shown for row in paper.scores]
        scores += [
            ListScore(f"({left_out:,} other papers)", group, type_, score)
            for (group, type_), score in sorted(others.items())
        ]
        findings = tuple(finding for paper in shown for finding in paper.findings)
        return JobCheck(findings, tuple(scores), self._counts)

    def _limited(self, told: Told) -> str:
        left_out = self._counts.papers - len(told.shown)
        if not left_out:
            return ""
        return (
            f"\nThe differences are those of {len(told.shown):,} papers; the tables have those of "
            f"{left_out:,} others.\n"
        )


def alone_command(command: Sequence[str], file: Path, position: int) -> str:
    """Return a command line that runs one paper of a file alone.

    Args:
        command: The beginning of the command line.
        file: The file.
        position: Number of the paper in the file, from 0.

    >>> alone_command(("bionorm", "run"), Path("my papers.xml"), 2)
    "bionorm run 'my papers.xml' --item 3 --output alone"
    """
    place = [shown_path(file), "--item", str(position + 1), "--output", "alone"]
    return shlex.join([*command, *place])


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
