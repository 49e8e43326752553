"""The command line: `bionorm`."""

from __future__ import annotations

import logging
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from pipeline import summary
from pipeline.cli_benchmark import benchmark
from pipeline.cli_corpora import evaluate, train
from pipeline.cli_lookup import coverage, lookup
from pipeline.cli_ontologies import ontologies
from pipeline.cli_options import Snapshot
from pipeline.errors import BionormError, UsageError
from pipeline.progress import progress_bar

app = typer.Typer(
    name="bionorm",
    help="Genes, diseases and species in papers, resolved to NCBI Gene, MONDO, MeSH and NCBI "
    "Taxonomy. Offline, on a CPU.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Papers = Annotated[
    list[Path], typer.Argument(help="Files or directories with papers.", show_default=False)
]
Terminologies = Annotated[
    list[str] | None,
    typer.Option(
        "--terminology",
        metavar="FILE[:TYPE]",
        help="Your own ontology, table of names or SSSOM mapping set; may be repeated.",
        show_default=False,
    ),
]


def main() -> NoReturn:
    """Run the command line; errors are told in a line and set the exit code."""
    logging.basicConfig(format="bionorm: %(message)s", level=logging.INFO, stream=sys.stderr)
    try:
        app(standalone_mode=True)
    except UsageError as error:
        _fail(error, 2)
    except BionormError as error:
        _fail(error, 1)
    except OSError as error:
        _fail(error, 1)
    sys.exit(0)


def _fail(error: Exception, code: int) -> NoReturn:
    sys.stderr.write(f"bionorm: {error}\n")
    sys.exit(code)


def _show_version(wanted: bool) -> None:
    if wanted:
        from pipeline.terminology.snapshot import default_snapshot, snapshot_hash

        data = snapshot_hash(default_snapshot())[:12]
        typer.echo(f"bionorm {version('bionorm')}, terminology {data}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Genes, diseases and species in papers, resolved to identifiers. Offline, on a CPU."""


def _with_terminologies(snapshot: Path | None, files: list[str] | None) -> Path | None:
    """Return a snapshot that holds the user's own terminologies too."""
    if not files:
        return snapshot
    from pipeline.terminology.extend import Addition, extended_snapshot
    from pipeline.terminology.snapshot import default_snapshot

    additions = [Addition.parse(file) for file in files]
    return extended_snapshot(snapshot or default_snapshot(), additions)


@app.command(epilog="Examples:  bionorm run seeds  ·  bionorm run paper.txt more/ --output results")
def run(
    papers: Papers,
    output: Annotated[Path, typer.Option("--output", "-o", help="Directory for the results.")] = (
        Path("output")
    ),
    snapshot: Snapshot = None,
    terminology: Terminologies = None,
) -> None:
    """Annotate papers, check them against what they carry, write tables and a page."""
    started = time.perf_counter()
    from pipeline.language import load
    from pipeline.papers import collect
    from pipeline.running.job import run_job
    from pipeline.terminology.snapshot import default_snapshot
    from pipeline.terminology.terminology import shared_terminology

    files = collect(papers)
    snapshot = _with_terminologies(snapshot, terminology)
    where = snapshot or default_snapshot()
    with progress_bar(wanted=len(files) > 1) as progress:
        task = progress.add_task("papers", total=len(files))
        result = run_job(
            files,
            output,
            nlp=load(snapshot=snapshot),
            terminology=shared_terminology(str(snapshot) if snapshot else None),
            snapshot=where,
            on_paper=lambda _: progress.advance(task),
        )
    for problem in result.problems:
        sys.stderr.write(f"bionorm: {problem}\n")
    console = Console(stderr=not sys.stdout.isatty())
    console.print(summary.run_table(result, output, time.perf_counter() - started))
    if result.problems:
        raise typer.Exit(1)


@app.command(epilog="Example:  bionorm validate seeds --min-recall 90")
def validate(
    papers: Papers,
    min_recall: Annotated[
        float,
        typer.Option(
            help="Fail when fewer percent of the annotations with an identifier are found exactly."
        ),
    ] = 0.0,
    snapshot: Snapshot = None,
) -> None:
    """Compare with the annotations that the papers carry; prints the comparison as Markdown."""
    from pipeline.evaluation.seed_check import check
    from pipeline.evaluation.seed_report import render_markdown
    from pipeline.language import annotate_papers, load
    from pipeline.papers import collect
    from pipeline.running.job import read_papers
    from pipeline.terminology.terminology import shared_terminology

    read, problems = read_papers(collect(papers))
    terminology = shared_terminology(str(snapshot) if snapshot else None)
    result = check(list(annotate_papers(load(snapshot=snapshot), read)), terminology)
    typer.echo(render_markdown(result))
    for problem in problems:
        sys.stderr.write(f"bionorm: {problem}\n")
    if (result.exact_recall or 0.0) * 100 < min_recall:
        sys.stderr.write(
            f"bionorm: {result.found} of {result.identified} annotations are found exactly, "
            f"fewer than the floor of {min_recall:g} %\n"
        )
        raise typer.Exit(1)
    if problems:
        raise typer.Exit(1)


app.command(
    epilog="Examples:  bionorm lookup TNF-alpha --type Gene  ·  bionorm lookup - < names.txt"
)(lookup)
app.command(epilog="Example:  bionorm coverage corpora --split train")(coverage)
app.command(epilog="Example:  bionorm evaluate corpora --split dev --metric doc_micro")(evaluate)
app.command(epilog="Example:  bionorm train corpora")(train)
app.command(epilog="Example:  bionorm benchmark seeds --names 100000")(benchmark)
app.add_typer(ontologies, name="ontologies")
