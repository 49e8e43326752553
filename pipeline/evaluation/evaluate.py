"""Score a system, or what it wrote, against gold corpora.

The gold standard's annotations never reach the system: it gets the bare text, or, to measure
normalization alone, the text with the gold mentions' spans and types.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.errors import BionormError, UsageError
from pipeline.evaluation import corpora, predictions
from pipeline.evaluation.comparison import Comparer, Comparison, Resolver
from pipeline.evaluation.corpora import GoldStandard
from pipeline.evaluation.hygiene import check_hygiene
from pipeline.evaluation.metrics import METRICS, Metric, metric
from pipeline.evaluation.scoring import Row, score
from pipeline.model import Mention, Paper, Problem

Annotate = Callable[[Iterable[Paper]], Iterator[Paper]]
"""Takes papers and returns them with mentions; used on papers without their gold standard."""

_SHOWN: Final = 20


class FaultyInputError(BionormError):
    """Gold standard or predictions have faults, and the caller did not allow them.

    Attributes:
        problems: All of them.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        lines = [str(problem) for problem in problems[:_SHOWN]]
        if len(problems) > _SHOWN:
            lines.append(f"… and {len(problems) - _SHOWN} more")
        lines.append("Nothing was scored. Correct the input, or leave these out with --lenient.")
        super().__init__("\n".join(lines))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Result:
    """One system on one split."""

    corpus: str
    split: str
    system: str
    comparisons: tuple[Comparison, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Every system on every split, and what could not be used of the input."""

    results: tuple[Result, ...]
    problems: tuple[Problem, ...]

    @property
    def rows(self) -> list[Row]:
        """The figures of all results."""
        return [row for result in self.results for row in result.rows]


def blind(paper: Paper, types: Collection[str]) -> Paper:
    """Leave of a paper its identifier and its text only."""
    return Paper(paper.id, paper.passages)


def with_gold_mentions(paper: Paper, types: Collection[str]) -> Paper:
    """Leave of a paper its text and the spans and types of its annotations, not the identifiers."""
    spans = dict.fromkeys(
        Mention(a.passage, a.start, a.end, a.name, a.type)
        for a in paper.annotations
        if a.type in types and a.start >= 0
    )
    return Paper(paper.id, paper.passages, mentions=tuple(spans))


def evaluate(
    gold: Path,
    *,
    annotate: Annotate | None = None,
    predicted: Path | None = None,
    system: str = "bionorm",
    prepare: Callable[[Paper, Collection[str]], Paper] = blind,
    splits: Collection[str] | None = None,
    types: Collection[str] | None = None,
    metrics: Iterable[str] = tuple(METRICS),
    resolver: Resolver | None = None,
    training_documents: Mapping[str, Collection[str]] | None = None,
    lenient: bool = False,
    samples: int = 0,
) -> Evaluation:
    """Score systems on gold corpora.

    Args:
        gold: A PubTator file, the folder of a corpus, or a folder of corpora.
        annotate: The system; it gets what `prepare` leaves of the gold papers.
        predicted: Predictions of systems: a file, for a gold standard of one split, or a folder of
            files `corpus.split.system.tsv`. With `annotate` as well, both are scored.
        system: Name of `annotate`; a single file of predictions has the name of the file.
        prepare: What the system gets to see of a paper with these scored types: `blind` or
            `with_gold_mentions`.
        splits: Splits to score; by default all but the test split.
        types: Types to score; by default all that count in the corpus.
        metrics: Names of the metrics.
        resolver: Replaces retired identifiers; by default they are compared as written.
        training_documents: For each trained model of `annotate`, the documents it was trained on.
        lenient: Whether to go on without the faulty parts of the input.
        samples: Draws for confidence intervals; 0 for none.

    Raises:
        UsageError: If there is nothing to score, or a name is not known.
        FaultyInputError: If gold standard or predictions have faults and `lenient` is not set.
        HygieneError: If a document to be scored was used to train a model of `annotate`.
    """
    if annotate is None and predicted is None:
        raise UsageError("give a system or predictions to score")
    chosen = tuple(metric(name) for name in metrics)
    # Millions of small objects without cycles are made here; if the garbage collector looked
    # through them again and again, this would take half as long again.
    collecting = gc.isenabled()
    with _collection(False):
        standards = _read_standards(gold, splits, types)
        outside = [] if predicted is None else list(_read_predictions(predicted, standards))
        problems = [problem for standard, _ in standards for problem in standard.problems]
        problems += [problem for *_, read in outside for problem in read.problems]
        if problems and not lenient:
            raise FaultyInputError(problems)
        if annotate is not None and training_documents:
            documents = [paper.id for standard, _ in standards for paper in standard.papers]
            check_hygiene(documents, training_documents)

        results = []
        for standard, scored in standards:
            comparer = Comparer(standard.papers, types=scored, resolver=resolver)
            answers: list[tuple[str, Mapping[str, Paper]]] = []
            if annotate is not None:
                bare = (prepare(paper, scored) for paper in standard.papers)
                with _collection(collecting):
                    annotated = {paper.id: paper for paper in annotate(bare)}
                problems += _unanswered(standard, annotated, system)
                answers.append((system, annotated))
            answers += [(name, read.papers) for other, name, read in outside if other is standard]
            results += [
                _result(standard, name, comparer, papers, chosen, samples)
                for name, papers in answers
            ]
    return Evaluation(tuple(results), tuple(problems))


@contextmanager
def _collection(enabled: bool) -> Iterator[None]:
    """Switch the cyclic garbage collector on or off for a while."""
    before = gc.isenabled()
    switch = {True: gc.enable, False: gc.disable}
    switch[enabled]()
    try:
        yield
    finally:
        switch[before]()


def _read_standards(
    place: Path, splits: Collection[str] | None, types: Collection[str] | None
) -> list[tuple[GoldStandard, tuple[str, ...]]]:
    """Read the gold standards that have a type that is wanted, each with its types to score."""
    standards = []
    for split in corpora.find(place, splits=splits):
        scored = tuple(t for t in split.corpus.scored if types is None or t in types)
        if not scored:
            continue
        standard = corpora.load(split)
        if types is None and not split.corpus.known:
            there = {a.type for paper in standard.papers for a in paper.annotations}
            scored = tuple(type for type in scored if type in there) or scored
        standards.append((standard, scored))
    if not standards:
        raise UsageError(f"no corpus in {place} has the type {', '.join(sorted(types or ()))}")
    return standards


def _read_predictions(
    place: Path, standards: Sequence[tuple[GoldStandard, tuple[str, ...]]]
) -> Iterator[tuple[GoldStandard, str, predictions.Predictions]]:
    """Read the predictions for each gold standard."""
    if place.is_dir():
        for file in predictions.find(place):
            for standard, scored in standards:
                split = standard.split
                if (split.corpus.name, split.name) == (file.corpus, file.split):
                    read = predictions.read(file.path, standard, types=scored)
                    yield standard, file.system, read
        return
    if not place.is_file():
        raise UsageError(f"there is no file or folder {place}")
    if len(standards) != 1:
        names = ", ".join(f"{s.split.corpus.name}/{s.split.name}" for s, _ in standards)
        raise UsageError(f"{place} can be scored on one split only; the gold standard has {names}")
    standard, scored = standards[0]
    yield standard, place.stem, predictions.read(place, standard, types=scored)


def _result(
    standard: GoldStandard,
    system: str,
    comparer: Comparer,
    predicted: Mapping[str, Paper],
    metrics: Sequence[Metric],
    samples: int,
) -> Result:
    corpus, split = standard.split.corpus.name, standard.split.name
    comparisons = tuple(comparer.compare(predicted))
    rows = score(comparisons, metrics, corpus=corpus, split=split, system=system, samples=samples)
    return Result(corpus, split, system, comparisons, tuple(rows))


def _unanswered(
    standard: GoldStandard, annotated: Mapping[str, Paper], system: str
) -> list[Problem]:
    return [
        Problem(paper.source, 0, f"{system} returned nothing for it", paper.id, fatal=False)
        for paper in standard.papers
        if paper.id not in annotated
    ]
