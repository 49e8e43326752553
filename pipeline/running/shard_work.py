"""The work on a shard: annotate its papers, check them, and write their rows."""

from __future__ import annotations

import json
import platform
import resource
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import cache

from pydantic import TypeAdapter
from spacy.language import Language

from pipeline.evaluation.seed_check import Finding, ListScore, Score, SeedCheck, check
from pipeline.export.characters import replace_surrogates
from pipeline.export.frames import entity_rows, mention_rows
from pipeline.export.tsv import row_line
from pipeline.language import annotate_papers
from pipeline.model import Paper, Problem
from pipeline.normalization.confidence import confident
from pipeline.running.items import Item, told
from pipeline.running.shard_results import TABLES, Counts, Key, PaperRows, ShardResult, pack
from pipeline.running.shards import Shard
from pipeline.terminology.terminology import Terminology

Guard = Callable[[], AbstractContextManager[object]]
"""Limits what happens within it to the time that a paper may take."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a process gets what it needs to work; can be sent to another process.

    Attributes:
        load: Loads the pipeline.
        terminology: Opens the terminology that the pipeline uses.
        min_score: Least score of the mentions that are kept.
    """

    load: Callable[[], Language]
    terminology: Callable[[], Terminology]
    min_score: float = 0.0

    def open(self) -> ShardWork:
        """Load everything."""
        return ShardWork(self.load(), self.terminology(), min_score=self.min_score)


@dataclass(frozen=True, slots=True)
class ShownPaper:
    """A paper for the report, with its part of the check."""

    key: Key
    paper: Paper
    findings: tuple[Finding, ...]
    scores: tuple[ListScore, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """A paper that is not in the tables, and why; `position` is that in its file, from 0."""

    file: int
    position: int
    problem: Problem


@dataclass(frozen=True, slots=True)
class Rest:
    """What a shard tells besides its tables.

    Attributes:
        problems: What was wrong with the input, in its order.
        failures: The papers that failed.
        warnings: What could not be added to papers.
        shown: The papers that the report shows.
        scores: Check of all other papers, summed up by list and type.
    """

    problems: tuple[Problem, ...] = ()
    failures: tuple[Failure, ...] = ()
    warnings: tuple[str, ...] = ()
    shown: tuple[ShownPaper, ...] = ()
    scores: tuple[ListScore, ...] = ()

    @classmethod
    def parse(cls, data: bytes) -> Rest:
        """Read what `json` returned."""
        return _adapter().validate_json(data)

    def json(self) -> bytes:
        """Return it as JSON. Unpaired surrogates, which UTF-8 cannot hold, become U+FFFD."""
        text = json.dumps(_adapter().dump_python(self, mode="json"), ensure_ascii=False)
        return replace_surrogates(text).encode()


@cache
def _adapter() -> TypeAdapter[Rest]:
    return TypeAdapter(Rest)


class ShardWork:
    """Works on shards with a loaded pipeline."""

    def __init__(self, nlp: Language, terminology: Terminology, *, min_score: float = 0.0) -> None:
        self.nlp = nlp
        self.terminology = terminology
        self._min_score = min_score

    def process(
        self,
        shard: Shard,
        *,
        on_item: Callable[[int], None] = lambda _: None,
        guard: Guard = nullcontext,
    ) -> ShardResult:
        """Annotate the papers of a shard.

        A paper over which the pipeline raises an exception is told as a failure; running out of
        memory or time is for the caller to handle, who knows from `on_item` which paper it was.

        Args:
            shard: The shard.
            on_item: Called with the number of each item in the shard before the work on it.
            guard: Entered for each paper.
        """
        stages = _Stages()
        made = _Made()
        # spaCy forgets the shard's new words after it, or memory would grow for ever.
        with self.nlp.memory_zone():
            for number, item in enumerate(shard.items):
                on_item(number)
                if item.warning:
                    made.warnings.append(item.warning)
                if isinstance(item.content, Problem):
                    made.fail(item, item.content)
                    continue
                try:
                    with guard():
                        paper = next(annotate_papers(self.nlp, [item.content]))
                        paper = confident(paper, self._min_score)
                        stages.end("annotate")
                        result = self._check(paper)
                        stages.end("check")
                except MemoryError:
                    raise
                except Exception as error:
                    reason = f"the pipeline failed: {told(error)}"
                    made.fail(item, Problem(item.content.source, 0, reason, item.content.id))
                    continue
                made.add(item, paper, result)
                stages.end("rows")
        on_item(len(shard.items))
        data = made.pack()
        stages.end("rows")
        counts = replace(
            made.counts(), items=len(shard.items), seconds=stages.seconds,
            peak_memory_mb=peak_memory(),
        )  # fmt: skip
        return ShardResult(shard.number, data, counts)

    def _check(self, paper: Paper) -> SeedCheck:
        if not paper.annotations and not paper.problems:
            return SeedCheck((), ())
        return check([paper], self.terminology)


def finding_rows(result: SeedCheck) -> list[tuple[str, ...]]:
    """Return the lines of a check in the columns of `validation.tsv`."""
    return [
        (f.paper_id, f.group, f.type, f.identifier, f.name, str(f.status), f.predicted,
         f.explanation)
        for f in result.findings
    ]  # fmt: skip


class _Made:
    """The rows of the papers of a shard."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self._papers: list[tuple[Key, tuple[list[bytes], ...]]] = []
        self._problems: list[Problem] = []
        self._failures: list[Failure] = []
        self._shown: list[ShownPaper] = []
        self._scores: dict[tuple[str, str], Score] = {}
        self._counts = Counts()

    def fail(self, item: Item, problem: Problem) -> None:
        self._problems.append(problem)
        self._failures.append(Failure(item.position.file, item.position.item, problem))

    def add(self, item: Item, paper: Paper, result: SeedCheck) -> None:
        key = item.original_id, item.number
        rows = (list(mention_rows(paper)), list(entity_rows(paper)), finding_rows(result))
        self._papers.append((key, tuple([row_line(row) for row in part] for part in rows)))
        self._problems += paper.problems
        if item.shown:
            self._shown.append(ShownPaper(key, paper, result.findings, result.scores))
        else:
            for row in result.scores:
                place = row.group, row.type
                self._scores[place] = self._scores.get(place, Score()) + row.score
        self._counts += Counts(
            papers=1,
            characters=item.characters,
            mentions=len(paper.mentions),
            linked=sum(not m.link.is_nil for m in paper.mentions),
            entities=len(rows[1]),
            identified=result.identified,
            found=result.found,
        )

    def counts(self) -> Counts:
        return replace(self._counts, problems=len(self._problems), quarantined=len(self._failures))

    def pack(self) -> bytes:
        self._papers.sort(key=lambda entry: entry[0])
        papers = [PaperRows(key, tuple(map(len, lines))) for key, lines in self._papers]
        tables = {
            name: [line for _, lines in self._papers for line in lines[i]]
            for i, name in enumerate(TABLES)
        }
        scores = [ListScore("", group, type_, s) for (group, type_), s in self._scores.items()]
        rest = Rest(
            tuple(self._problems), tuple(self._failures), tuple(self.warnings),
            tuple(self._shown), tuple(scores),
        )  # fmt: skip
        return pack(papers, tables, rest.json())


class _Stages:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def end(self, name: str) -> None:
        now = time.perf_counter()
        self.seconds[name] = self.seconds.get(name, 0.0) + now - self._last
        self._last = now


def peak_memory() -> int:
    """Return the largest resident size of this process so far, in megabytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1 << 20 if platform.system() == "Darwin" else 1 << 10)
