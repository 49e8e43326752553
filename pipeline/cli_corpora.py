"""The commands that need gold corpora: `evaluate` and `train`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from pipeline.cli_options import Guideline, Snapshot
from pipeline.errors import UsageError
from pipeline.progress import progress_bar

if TYPE_CHECKING:
    from pipeline.evaluation.scoring import Row
    from pipeline.model import Paper

_TABLE = "table"


def evaluate(
    gold: Annotated[
        Path, typer.Argument(help="A PubTator file, a corpus' folder, or a folder of corpora.")
    ],
    predictions: Annotated[
        Path | None,
        typer.Argument(
            help="Predictions to score instead of our own: PubTator, or TSV with document, start, "
            "end, identifier; or a folder of files corpus.split.system.tsv.",
            show_default=False,
        ),
    ] = None,
    peers: Annotated[
        Path | None,
        typer.Option(
            help="Folder of other systems' predictions, corpus.split.system.tsv, scored beside "
            "ours.",
            show_default=False,
        ),
    ] = None,
    split: Annotated[
        list[str] | None,
        typer.Option(help="Split to score; may be repeated.", show_default="dev, or all but test"),
    ] = None,
    type_: Annotated[
        list[str] | None,
        typer.Option(
            "--type", help="Entity type to score; may be repeated.", show_default="all of a corpus"
        ),
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            help="ner_strict, ner_overlap, mention_strict, mention_relaxed, doc_micro, doc_macro, "
            "link@K, link@K:strict or link@K:lenient; may be repeated.",
            show_default="all that fit",
        ),
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="Format on standard output: table, tsv, json or markdown.",
            show_default="table on a terminal, else tsv",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Write the figures to this file too: .tsv, .json, or .md with date, versions, "
            "metrics and notes.",
            show_default=False,
        ),
    ] = None,
    gold_mentions: Annotated[
        bool, typer.Option("--gold-mentions", help="Give the gold spans: normalization alone.")
    ] = False,
    species_of_genes: Annotated[
        bool,
        typer.Option(
            "--species-of-genes", help="Score the species of genes in the place of the genes."
        ),
    ] = False,
    errors: Annotated[
        Path | None,
        typer.Option(help="Write every error with its class to this TSV.", show_default=False),
    ] = None,
    summary_errors: Annotated[
        bool,
        typer.Option("--summary-errors", help="Count the errors by class, after the figures."),
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option(
            help="Write a page with gold and prediction side by side.", show_default=False
        ),
    ] = None,
    html_documents: Annotated[
        int,
        typer.Option(min=1, help="Documents on that page, those with most errors first."),
    ] = 100,
    floors: Annotated[
        Path | None,
        typer.Option(
            help="Fail when a figure of ours is below this file's floors.", show_default=False
        ),
    ] = None,
    ablate: Annotated[
        bool,
        typer.Option("--ablate", help="Score also without each step, one after the other."),
    ] = False,
    compare: Annotated[
        bool,
        typer.Option(
            "--compare",
            help="Add how far ours is ahead of each further system: paired bootstrap, with "
            "confidence interval and p-value.",
        ),
    ] = False,
    samples: Annotated[
        int,
        typer.Option(
            min=0, help="Bootstrap draws for confidence intervals of F1, and for --compare."
        ),
    ] = 0,
    lenient: Annotated[
        bool, typer.Option("--lenient", help="Go on without faulty parts of the input.")
    ] = False,
    snapshot: Snapshot = None,
    guideline: Guideline = None,
) -> None:
    """Score gold corpora: our own annotation of their texts, or predictions made elsewhere.

    Our own system gets the bare texts, never the gold annotations.

    bionorm evaluate corpora --metric doc_micro --type Gene --summary-errors

    bionorm evaluate gold.pubtator mine.tsv --errors errors.tsv --html errors.html

    bionorm evaluate corpora --split test --peers peers --compare -o results.md

    Exit code 1: faulty input (with --lenient it is left out and the rest scored), a floor that was
    not held, or documents that a model was trained on. Exit code 2: wrong use.
    """
    from pipeline.evaluation import tables
    from pipeline.evaluation.floors import read_floors, shortfalls
    from pipeline.evaluation.results_page import command_line
    from pipeline.recognition.recognizer import DEFAULT_GUIDELINE
    from pipeline.running.evaluation import OURS, Request, run_evaluation
    from pipeline.running.evaluation_files import Files, analyse, provenance, write_files
    from pipeline.terminology.terminology import shared_terminology

    if format_ not in (None, _TABLE, *tables.WRITERS):
        raise UsageError(
            f"unknown format {format_!r}; one of {_TABLE}, {', '.join(tables.WRITERS)}"
        )
    files = Files(results=output, errors=errors, comparison=html, documents=html_documents)
    files.prepare()
    if species_of_genes and (errors or html or summary_errors):
        raise UsageError("--species-of-genes gives figures: errors are told of genes")
    if floors and predictions:
        raise UsageError("--floors holds for our own annotation, not for predictions")
    wanted = read_floors(floors) if floors else []
    request = Request(
        gold=gold,
        predictions=predictions,
        peers=peers,
        splits=tuple(split or ()),
        types=tuple(type_ or ()),
        metrics=tuple(metric or ()),
        gold_mentions=gold_mentions,
        species_of_genes=species_of_genes,
        ablate=ablate,
        compare=compare,
        samples=samples,
        lenient=lenient,
        snapshot=snapshot,
        guideline=guideline or DEFAULT_GUIDELINE,
    )
    terminology = shared_terminology(str(snapshot) if snapshot else None)
    with _tracking() as track:
        outcome = run_evaluation(request, terminology, track=track)
    for line in (*outcome.notes, *outcome.problems):
        sys.stderr.write(f"bionorm: {line}\n")
    _print(outcome.rows, format_)
    analysed = analyse(outcome, terminology) if errors or html or summary_errors else []
    if summary_errors:
        _console().print(tables.to_error_table(tables.error_lines(analysed)))
    origin = provenance(request, command=command_line(sys.argv[1:]), day=datetime.now(UTC).date())
    write_files(files, outcome, analysed, origin, terminology, summary=summary_errors)
    missed = shortfalls([row for row in outcome.rows if row.system == OURS], wanted)
    for shortfall in missed:
        sys.stderr.write(f"bionorm: {shortfall}\n")
    if outcome.problems:
        sys.stderr.write(f"bionorm: {len(outcome.problems)} faults of the input were left out\n")
    if missed or outcome.problems:
        raise typer.Exit(1)


def _print(rows: Sequence[Row], format_: str | None) -> None:
    from pipeline.evaluation import tables

    chosen = format_ or (_TABLE if sys.stdout.isatty() else "tsv")
    if chosen == _TABLE:
        Console().print(tables.to_table(rows))
    else:
        typer.echo(tables.WRITERS[chosen](rows), nl=False)


def _console() -> Console:
    """Return where tables for people go: not into a pipe that takes the figures."""
    return Console(stderr=not sys.stdout.isatty())


@contextmanager
def _tracking() -> Iterator[Callable[[Iterable[Paper], str], Iterator[Paper]]]:
    """Show how many of a split's documents a system has annotated."""
    with progress_bar() as progress:

        def track(papers: Iterable[Paper], system: str) -> Iterator[Paper]:
            waiting = list(papers)
            task = progress.add_task(system, total=len(waiting))
            for paper in waiting:
                yield paper
                progress.advance(task)
            progress.remove_task(task)

        yield track


def train(
    corpora: Annotated[Path, typer.Argument(help="Folder of gold corpora with train splits.")],
    package: Annotated[
        Path,
        typer.Option(help="Folder of the package whose trained files are replaced."),
    ] = Path("pipeline"),
    part: Annotated[
        list[str] | None,
        typer.Option(
            help="Train this alone: acceptance, tagger, diseases or genes; may be repeated.",
            show_default="all, in this order",
        ),
    ] = None,
) -> None:
    """Train the recognizer and the models that resolve names on the train splits of gold corpora.

    Documents of any other split are left out, so that no figure is measured on one of them. The
    tagger needs PyTorch and most of the time; the rest is trained in minutes.
    """
    from pipeline.training.models import Part, train_models

    if unknown := set(part or ()) - set(Part):
        raise UsageError(f"no part {sorted(unknown)[0]!r}; there are {', '.join(Part)}")
    for path in train_models(corpora, package, [p for p in Part if not part or p in part]):
        sys.stderr.write(f"bionorm: {path}: {path.stat().st_size:,} bytes\n")


def calibrate(
    corpora: Annotated[Path, typer.Argument(help="Folder of gold corpora with dev splits.")],
    package: Annotated[
        Path,
        typer.Option(help="Folder of the package whose file of weights is replaced."),
    ] = Path("pipeline"),
) -> None:
    """Fit the weights that make probabilities of scores, on half of the dev splits' documents.

    To be run after every training. The other half is for measuring them: bionorm evaluate.
    """
    from pipeline.export.atomic import write_text
    from pipeline.normalization.confidence import FILE, pack
    from pipeline.training.confidence import fit_confidence

    path = package / "normalization" / "data" / FILE
    write_text(path, pack(fit_confidence(corpora)))
    sys.stderr.write(f"bionorm: {path}: {path.stat().st_size:,} bytes\n")
