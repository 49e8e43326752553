"""The commands that need gold corpora: `evaluate` and `train`."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from spacy.language import Language

    from pipeline.model import Problem


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
        typer.Option(help="Predictions of other systems, scored beside ours.", show_default=False),
    ] = None,
    split: Annotated[
        list[str] | None, typer.Option(help="Split to score; may be repeated.", show_default="dev")
    ] = None,
    type_: Annotated[
        list[str] | None, typer.Option("--type", help="Entity type to score; may be repeated.")
    ] = None,
    metric: Annotated[
        list[str] | None, typer.Option(help="Metric; may be repeated.", show_default="all")
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format", help="table, tsv, json or markdown.", show_default="table on a terminal"
        ),
    ] = None,
    gold_mentions: Annotated[
        bool, typer.Option("--gold-mentions", help="Give the gold spans: normalization alone.")
    ] = False,
    errors: Annotated[
        Path | None, typer.Option(help="Write every error with its class to this TSV.")
    ] = None,
    floors: Annotated[
        Path | None, typer.Option(help="Fail when a figure is below this file's floors.")
    ] = None,
    ablate: Annotated[
        bool,
        typer.Option("--ablate", help="Score also without each step, one after the other."),
    ] = False,
    samples: Annotated[
        int, typer.Option(min=0, help="Bootstrap draws for confidence intervals of F1.")
    ] = 0,
    lenient: Annotated[
        bool, typer.Option("--lenient", help="Go on without faulty rows of the input.")
    ] = False,
) -> None:
    """Score gold corpora: our own annotation of their texts, or predictions made elsewhere."""
    from pipeline.evaluation import error_analysis, tables
    from pipeline.evaluation.evaluate import Result, blind, with_gold_mentions
    from pipeline.evaluation.evaluate import evaluate as score
    from pipeline.evaluation.floors import read_floors, shortfalls
    from pipeline.evaluation.metrics import GOLD_MENTION_METRICS, METRICS
    from pipeline.export.atomic import write_text
    from pipeline.language import ABLATIONS, annotate_papers, link_papers, load
    from pipeline.recognition.acceptance import shipped_model
    from pipeline.terminology.terminology import shared_terminology

    if format_ not in (None, "table", *tables.WRITERS):
        raise UsageError(f"unknown format {format_!r}; one of table, {', '.join(tables.WRITERS)}")
    if predictions and ablate:
        raise UsageError("--ablate scores our own annotation, not predictions")
    if predictions and peers:
        raise UsageError("give predictions or --peers: peers are scored beside our own annotation")
    wanted = read_floors(floors) if floors else []
    terminology = shared_terminology()
    default = GOLD_MENTION_METRICS if gold_mentions else tuple(METRICS)
    work = link_papers if gold_mentions else annotate_papers
    variants: dict[str, Language | None] = {"": None} if predictions else {"bionorm": load()}
    if ablate:
        variants |= {f"without {step}": load(without=[step]) for step in ABLATIONS}
    results: list[Result] = []
    problems: dict[Problem, None] = {}
    for system, nlp in variants.items():
        evaluation = score(
            gold,
            annotate=partial(work, nlp) if nlp else None,
            predicted=predictions or (peers if system == "bionorm" else None),
            system=system,
            prepare=with_gold_mentions if gold_mentions else blind,
            splits=split or (None if gold.is_file() else ["dev"]),
            types=type_,
            metrics=tuple(metric or default),
            resolver=terminology,
            training_documents=shipped_model().training if nlp else None,
            lenient=lenient,
            samples=samples,
        )
        results += evaluation.results
        problems |= dict.fromkeys(evaluation.problems)
    results.sort(key=lambda r: (r.corpus, r.split))
    for problem in problems:
        sys.stderr.write(f"bionorm: {problem}\n")
    rows = [row for result in results for row in result.rows]
    chosen = format_ or ("table" if sys.stdout.isatty() else "tsv")
    if chosen == "table":
        Console().print(tables.to_table(rows))
    else:
        typer.echo(tables.WRITERS[chosen](rows), nl=False)
    if errors:
        parts = [
            error_analysis.to_tsv(
                error_analysis.analyse(r.comparisons, terminology),
                corpus=r.corpus,
                split=r.split,
                system=r.system,
            )
            for r in results
        ]
        write_text(errors, parts[0] + "".join(p.partition("\n")[2] for p in parts[1:]))
    missed = shortfalls([r for r in rows if r.system == "bionorm"], wanted)
    for shortfall in missed:
        sys.stderr.write(f"bionorm: {shortfall}\n")
    if missed or problems:
        raise typer.Exit(1)


def train(
    corpora: Annotated[Path, typer.Argument(help="Folder of gold corpora with train splits.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="File for the weights.")] = Path(
        "pipeline/recognition/data/acceptance.json.gz"
    ),
) -> None:
    """Train the recognizer's weights on the train splits of gold corpora."""
    from pipeline.export.atomic import atomic_write
    from pipeline.recognition.acceptance import pack
    from pipeline.recognition.recognizer import NameReader
    from pipeline.terminology.terminology import shared_terminology
    from pipeline.training.acceptance import train as fit
    from pipeline.training.corpora import read_training

    training = read_training(corpora)
    model = fit(training, NameReader(shared_terminology()))
    with atomic_write(output) as stream:
        stream.write(pack(model))
    for type_, weights in model.weights.items():
        sys.stderr.write(f"bionorm: {type_}: {len(weights)} weights\n")
