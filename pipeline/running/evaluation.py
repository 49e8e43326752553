"""The evaluation job: our pipeline, without some steps too, and other systems on gold corpora."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from pipeline.errors import UsageError
from pipeline.evaluation import corpora, predictions
from pipeline.evaluation.evaluate import Result, blind, evaluate, with_gold_mentions
from pipeline.evaluation.gene_species import SpeciesOfGenes
from pipeline.evaluation.metrics import GOLD_MENTION_METRICS, METRICS, metric
from pipeline.evaluation.paired import with_differences
from pipeline.evaluation.scoring import Row
from pipeline.language import ABLATIONS, annotate_papers, link_papers, load
from pipeline.model import EntityType, Paper, Problem
from pipeline.normalization.disease_ranking import shipped_ranker
from pipeline.recognition.acceptance import shipped_model
from pipeline.recognition.recognizer import DEFAULT_GUIDELINE
from pipeline.recognition.tagger import shipped_tagger
from pipeline.terminology.terminology import Terminology

OURS: Final = "bionorm"
"""Name of our own system in tables."""

SAMPLES: Final = 1000
"""Draws of the paired bootstrap, if none are asked for."""

Track = Callable[[Iterable[Paper], str], Iterable[Paper]]
"""Passes papers on that are about to be annotated by the named system, to show how far it is."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to score, and how.

    Attributes:
        gold: A PubTator file, the folder of a corpus, or a folder of corpora.
        predictions: Predictions to score instead of our own annotation; a file or a folder.
        peers: Folder with predictions of systems to score beside ours.
        splits: Splits to score; none for the default.
        types: Types to score; none for all.
        metrics: Names of metrics; none for all that fit.
        gold_mentions: Whether our pipeline is given the gold spans, and only normalizes.
        species_of_genes: Whether the species of genes are scored in the place of the genes.
        ablate: Whether to score our pipeline without each of its steps as well.
        compare: Whether to compare each further system with ours on the same documents.
        samples: Draws for confidence intervals and comparisons.
        lenient: Whether to go on without faulty parts of the input.
        snapshot: Directory of another terminology snapshot.
        guideline: Corpus whose guideline our recognizer follows.
    """

    gold: Path
    predictions: Path | None = None
    peers: Path | None = None
    splits: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    gold_mentions: bool = False
    species_of_genes: bool = False
    ablate: bool = False
    compare: bool = False
    samples: int = 0
    lenient: bool = False
    snapshot: Path | None = None
    guideline: str = DEFAULT_GUIDELINE


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out.

    Attributes:
        results: The systems by corpus and split: ours first, then the others.
        problems: What of the input was left out.
        notes: What the caller may not expect, in words.
    """

    results: tuple[Result, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]

    @property
    def rows(self) -> list[Row]:
        """The figures of all results."""
        return [row for result in self.results for row in result.rows]


def run_evaluation(
    request: Request,
    terminology: Terminology,
    *,
    track: Track = lambda papers, _: papers,
) -> Outcome:
    """Score what is asked for.

    Args:
        request: What to score.
        terminology: The terminology of the request's snapshot.
        track: Passes papers on, to show progress.

    Raises:
        UsageError: If options contradict each other or name what is not there.
        FaultyInputError: If the input has faults and the request is not lenient.
        HygieneError: If a document to be scored was used for training.
    """
    _check_options(request)
    splits = _splits(request)
    notes = _check_names(request, splits)
    default = GOLD_MENTION_METRICS if request.gold_mentions else tuple(METRICS)
    metrics = [metric(name) for name in request.metrics or default]
    work = link_papers if request.gold_mentions else annotate_papers

    def annotate(without: Sequence[str], system: str, papers: Iterable[Paper]) -> Iterator[Paper]:
        nlp = load(snapshot=request.snapshot, without=without, guideline=request.guideline)
        yield from work(nlp, track(papers, system))

    results: list[Result] = []
    problems: dict[Problem, None] = {}
    for system, without in _variants(request):
        own = request.predictions is None
        evaluation = evaluate(
            request.gold,
            annotate=partial(annotate, without, system) if own else None,
            predicted=request.predictions or (None if without else request.peers),
            system=system,
            prepare=with_gold_mentions if request.gold_mentions else blind,
            splits=splits,
            types=(EntityType.GENE,) if request.species_of_genes else request.types or None,
            metrics=[m.name for m in metrics],
            resolver=SpeciesOfGenes(terminology) if request.species_of_genes else terminology,
            training_documents=_training_documents() if own else None,
            lenient=request.lenient,
            samples=request.samples,
        )
        results += evaluation.results
        problems |= dict.fromkeys(evaluation.problems)
    # Corpora and splits come as they were found, the systems of each together.
    places = list(dict.fromkeys((r.corpus, r.split) for r in results))
    results.sort(key=lambda r: places.index((r.corpus, r.split)))
    if request.compare:
        samples = request.samples or SAMPLES
        results = with_differences(results, metrics, reference=OURS, samples=samples)
    return Outcome(tuple(results), tuple(problems), tuple(notes))


def _training_documents() -> dict[str, tuple[str, ...]]:
    """Return the documents that any of our trained models has seen, by corpus.

    The gene models and what names were used for come from the documents of the acceptance model.
    """
    seen: dict[str, set[str]] = {}
    for training in (
        shipped_model().training,
        shipped_tagger().weights.training,
        shipped_ranker().training,
    ):
        for corpus, documents in training.items():
            seen.setdefault(corpus, set()).update(documents)
    return {corpus: tuple(sorted(documents)) for corpus, documents in sorted(seen.items())}


def _variants(request: Request) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the systems to score, each with the steps that it goes without."""
    yield OURS, ()
    if request.ablate:
        for step in ABLATIONS:
            yield f"without {step}", (step,)


def _check_options(request: Request) -> None:
    if request.predictions and request.peers:
        raise UsageError("give predictions or --peers: peers are scored beside our own annotation")
    if request.predictions and request.ablate:
        raise UsageError("--ablate scores our own annotation, not predictions")
    if request.predictions and request.gold_mentions:
        raise UsageError("--gold-mentions is for our own annotation, not for predictions")
    if request.species_of_genes and set(request.types) - {EntityType.GENE}:
        raise UsageError("--species-of-genes scores genes, no other type")
    if request.compare and not (request.peers or request.ablate):
        raise UsageError("--compare needs systems to compare ours with: --peers DIR or --ablate")


def _splits(request: Request) -> tuple[str, ...] | None:
    """Return the splits to score: those asked for, or dev, or what there is other than test."""
    if request.splits:
        # Each has to be somewhere: one that is found must not hide a misspelled one.
        for split in request.splits:
            corpora.find(request.gold, splits=[split])
        return request.splits
    there = {split.name for split in corpora.find(request.gold)}
    return ("dev",) if "dev" in there else None


def _check_names(request: Request, splits: Sequence[str] | None) -> list[str]:
    """Make sure that types and predictions are there.

    Returns:
        Notes for the user.

    Raises:
        UsageError: If a type is in no corpus, or predictions are for none of the splits.
    """
    found = corpora.find(request.gold, splits=splits)
    types = dict.fromkeys(type for split in found for type in split.corpus.scored)
    if unknown := [type for type in request.types if type not in types]:
        known = ", ".join(types)
        raise UsageError(f"no corpus has the type {', '.join(unknown)}; there are {known}")
    place = request.predictions or request.peers
    if place is None or place.is_file():
        return []
    files = predictions.find(place)
    chosen = {(split.corpus.name, split.name) for split in found}
    if any((file.corpus, file.split) in chosen for file in files):
        return []
    there = ", ".join(sorted({f"{file.corpus}/{file.split}" for file in files}))
    wanted = ", ".join(sorted({split for _, split in chosen}))
    message = f"{place} has no predictions for these corpora, split {wanted}; it has {there}"
    if request.predictions:
        raise UsageError(message)
    return [message]
