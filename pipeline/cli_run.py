"""The commands `run` and `validate`."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pipeline import summary
from pipeline.cli_options import (
    DictionaryOnly,
    Guideline,
    MinScore,
    OnlyOrganisms,
    Organisms,
    Snapshot,
    check_dictionary_only,
    open_pipeline,
    organism_taxa,
)
from pipeline.cli_run_telling import tell_problems, telling
from pipeline.errors import UsageError

_OF_THE_WHOLE_RUN = frozenset(
    {
        "cluster", "item", "log-json", "output", "papers", "processes", "report-papers", "restart",
        "resume", "scheduler", "to",
    }
)  # fmt: skip
"""Options that do not matter for a single paper."""

Papers = Annotated[
    list[Path],
    typer.Argument(help="Files, directories or patterns; - is standard input.", show_default=False),
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
Format = Annotated[
    str | None, typer.Option("--format", help="Input format.", show_default="recognized")
]


class Cluster(StrEnum):
    """Clusters that a run can start."""

    LOCAL = "local"


class Tables(StrEnum):
    """Forms of a run's tables."""

    TSV = "tsv"
    PARQUET = "parquet"


def with_terminologies(snapshot: Path | None, files: list[str] | None) -> Path | None:
    """Return a snapshot that holds the user's own terminologies too."""
    if not files:
        return snapshot
    from pipeline.terminology.extend import Addition, extended_snapshot
    from pipeline.terminology.snapshot import default_snapshot

    additions = [Addition.parse(file) for file in files]
    return extended_snapshot(snapshot or default_snapshot(), additions)


def run(
    context: typer.Context,
    papers: Papers,
    output: Annotated[Path, typer.Option("--output", "-o", help="Directory for the results.")] = (
        Path("output")
    ),
    to: Annotated[
        Tables, typer.Option("--to", help="Tables as TSV files, or as partitions of Parquet.")
    ] = Tables.TSV,
    processes: Annotated[
        int | None,
        typer.Option(min=1, help="Number of worker processes.", show_default="none: this process"),
    ] = None,
    cluster: Annotated[
        Cluster | None,
        typer.Option(help="Start a Dask cluster with --processes workers.", show_default=False),
    ] = None,
    scheduler: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Use the Dask cluster of this scheduler, as tcp://host:8786.",
            show_default=False,
        ),
    ] = "",
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the unfinished run in the output.")
    ] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Forget the unfinished run in the output.")
    ] = False,
    format_: Format = None,
    item: Annotated[
        int | None,
        typer.Option(
            min=1, help="Only the paper with this number in its file.", show_default="all"
        ),
    ] = None,
    full_text: Annotated[
        bool,
        typer.Option("--full-text", help="Fetch each paper's full text from the address in it."),
    ] = False,
    max_seconds: Annotated[float, typer.Option(min=0.1, help="Longest time for a paper.")] = 300.0,
    max_characters: Annotated[
        int, typer.Option(min=1, help="Longest text of a paper.")
    ] = 2_000_000,
    max_memory: Annotated[
        int, typer.Option(min=256, help="Megabytes that a worker process may take for a paper.")
    ] = 4096,
    report_papers: Annotated[
        int, typer.Option(min=0, help="Papers in report.html and validation.md.")
    ] = 500,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Tell progress and problems as JSON, one a line.")
    ] = False,
    crosswalk: Annotated[
        bool,
        typer.Option(
            "--crosswalk", help="Write crosswalk.tsv: how MeSH, MONDO and OMIM identifiers relate."
        ),
    ] = False,
    homologues: Annotated[
        bool,
        typer.Option("--homologues", help="Write homologues.tsv: the genes' homologue groups."),
    ] = False,
    min_score: MinScore = 0.0,
    dictionary_only: DictionaryOnly = False,
    guideline: Guideline = None,
    organism: Organisms = None,
    only_organisms: OnlyOrganisms = False,
    snapshot: Snapshot = None,
    terminology: Terminologies = None,
) -> None:
    """Annotate papers, check them against what they carry, write tables and a page.

    With --full-text, the text is asked for at the address that a paper gives, and kept in the
    cache; where it cannot be had, a warning tells so and the abstract is annotated.

    Papers that fail go to quarantine.tsv, with the reason and a command that runs them alone. A run
    that was interrupted is kept, and goes on with --resume.
    """
    started = time.perf_counter()
    from pipeline.papers import FORMATS, collect
    from pipeline.running.engine_choice import EngineChoice
    from pipeline.running.extra_tables import ExtraTable
    from pipeline.running.full_text import full_text_addition
    from pipeline.running.items import Selection
    from pipeline.running.job import Job, Unfinished, run_job
    from pipeline.running.limits import Limits
    from pipeline.running.shard_work import Recipe
    from pipeline.running.table_files import TableFormat
    from pipeline.settings import effective_settings
    from pipeline.terminology.snapshot import default_snapshot
    from pipeline.terminology.terminology import shared_terminology

    if resume and restart:
        raise UsageError("--resume and --restart exclude each other")
    if cluster and scheduler:
        raise UsageError("--cluster and --scheduler exclude each other")
    if scheduler and processes:
        raise UsageError("--processes is for this machine; a scheduler has its own workers")
    check_dictionary_only(dictionary_only, organism, guideline)
    if format_ not in (None, *FORMATS):
        raise UsageError(f"unknown input format {format_!r}; one of {', '.join(FORMATS)}")
    files = collect(papers)
    if item and len(files) != 1:
        raise UsageError("--item is for one file")
    if resume and Path("-") in files:
        raise UsageError("standard input is gone when a run ends: what comes from it cannot resume")
    settings = effective_settings(context)
    snapshot = with_terminologies(snapshot, terminology)
    place = str(snapshot) if snapshot else None
    taxa = organism_taxa(organism, only_organisms, snapshot)
    pipeline_ = partial(open_pipeline, place, taxa, only_organisms, dictionary_only, guideline)
    extra = {ExtraTable.CROSSWALK: crosswalk, ExtraTable.HOMOLOGUES: homologues}
    job = Job(
        inputs=files,
        output=output,
        recipe=Recipe(pipeline_, partial(shared_terminology, place), min_score),
        snapshot=snapshot or default_snapshot(),
        form=TableFormat(to),
        limits=Limits(max_seconds, max_memory, max_characters),
        selection=Selection(
            format=format_,
            addition=full_text_addition if full_text else None,
            only=item - 1 if item else None,
        ),
        reading={"format": format_, "item": item, "full_text": full_text},
        extra=frozenset(table for table, wanted in extra.items() if wanted),
        report_papers=report_papers,
        unfinished=(
            Unfinished.RESUME if resume else Unfinished.RESTART if restart else Unfinished.REFUSE
        ),
        settings=settings,
        command=_beginning(settings),
        again=_again(),
    )
    engine = EngineChoice(processes, scheduler, cluster is not None)
    with telling(as_json=log_json) as monitor:
        result = run_job(job, engine=engine, monitor=monitor)
        tell_problems(result, monitor, as_json=log_json)
    if not log_json or sys.stdout.isatty():
        console = Console(stderr=not sys.stdout.isatty())
        console.print(summary.run_table(result, output, time.perf_counter() - started))
    if result.counts.problems:
        raise typer.Exit(1)


def _beginning(settings: Mapping[str, object]) -> list[str]:
    """Return the beginning of a command line that reads and annotates like this one."""
    config, options = settings.get("config"), settings["options"]
    words = ["bionorm", *(["--config", str(config)] if config else []), "run"]
    for name, option in options.items() if isinstance(options, dict) else ():
        chosen = option["source"] in {"command line", "environment"}
        if not chosen or name in _OF_THE_WHOLE_RUN or option["value"] is False:
            continue
        values = option["value"] if isinstance(option["value"], list) else [option["value"]]
        for value in values:
            words += [f"--{name}"] if value is True else [f"--{name}", str(value)]
    return words


def _again() -> str:
    """Return the command line that goes on with this run."""
    words = [word for word in sys.argv[1:] if word not in {"--resume", "--restart"}]
    return shlex.join(["bionorm", *words, "--resume"])


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
