"""The commands that make and inspect the terminology: `bionorm ontologies …`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from pipeline import summary
from pipeline.cli_mappings import EPILOG as MAPPINGS_EPILOG
from pipeline.cli_mappings import mappings
from pipeline.cli_options import Snapshot, examples
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.terminology.diff import Difference
    from pipeline.terminology.download import Watch
    from pipeline.terminology.update import Item, Outcome

_ALWAYS_SHOWN = ("type", "vocabulary", "before", "after")
EMBEDDED = "embedded"
"""Word that stands for the directory of the snapshot that comes with bionorm."""

ontologies = typer.Typer(
    help="The terminology: bring it up to date, build a snapshot, see what it holds.",
    epilog=examples("bionorm ontologies status", "bionorm ontologies update"),
    no_args_is_help=True,
)

ontologies.command("mappings", epilog=MAPPINGS_EPILOG)(mappings)


@ontologies.command("build", epilog=examples("bionorm ontologies build --from sources -o snapshot"))
def build_snapshot(
    source: Annotated[Path, typer.Option("--from", help="Directory with the source files.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Directory of the snapshot.")] = (
        Path("ontologies/snapshot")
    ),
    readme: Annotated[
        Path | None,
        typer.Option(help="Also write a page on sources and counts here.", show_default=False),
    ] = None,
) -> None:
    """Compile the official source files into a snapshot."""
    if not source.is_dir():
        raise UsageError(f"there is no directory {source}")
    from pipeline.export.atomic import write_text
    from pipeline.terminology.build import build
    from pipeline.terminology.snapshot import describe

    manifest = build(source, output)
    if readme:
        write_text(readme, describe(manifest))
    _console().print(summary.manifest_table(manifest, output))


@ontologies.command("status", epilog=examples("bionorm ontologies status --snapshot my/snapshot"))
def status(snapshot: Snapshot = None) -> None:
    """Show the sources, versions and counts of a snapshot."""
    from pipeline.terminology.snapshot import Manifest, embedded_snapshot

    where = snapshot or embedded_snapshot()
    Console().print(summary.manifest_table(Manifest.load(where), where))


@ontologies.command(
    "update",
    epilog=examples(
        "bionorm ontologies update",
        "bionorm ontologies update --only MONDO --only HGNC --to my/terminology",
        "bionorm ontologies update --no-build",
    ),
)
def update_sources(
    only: Annotated[
        list[str] | None,
        typer.Option(help="Name of a source; may be repeated.", show_default="all"),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(
            help="Directory for the files (sources/) and the snapshot of them (snapshot/).",
            show_default="the user's data directory",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Transfer and build all, changed or not.")
    ] = False,
    no_build: Annotated[
        bool, typer.Option("--no-build", help="Download only; build no snapshot.")
    ] = False,
    mirror: Annotated[
        str,
        typer.Option(
            help="URL of a mirror that has each file at URL/HOST/PATH, as wget -x lays them out.",
            show_default="the sources' homes",
        ),
    ] = "",
    sources: Annotated[
        Path | None,
        typer.Option(
            help="Another list of what to download, like ontologies/sources.toml.",
            show_default="the embedded one",
        ),
    ] = None,
) -> None:
    """Download the sources' official files where they have changed, and build a snapshot of them.

    What was interrupted goes on where it stopped. The embedded snapshot stays as it is; what
    changed against it is printed at the end.
    """
    from pipeline.terminology import update
    from pipeline.terminology.build import build
    from pipeline.terminology.diff import diff
    from pipeline.terminology.download import Downloader
    from pipeline.terminology.snapshot import embedded_snapshot

    home = to or update.home()
    files, snapshot = home / "sources", home / "snapshot"
    items = update.plan(
        update.read_sources(sources), year=_this_year(), only=only or (), mirror=mirror
    )
    try:
        with _transfers() as watch:
            outcomes = update.download(items, files, Downloader(), force=force, watch=watch)
    except KeyboardInterrupt:
        _say("interrupted; the same command goes on where it stopped")
        raise typer.Exit(130) from None
    _tell(outcomes, files)
    if any(outcome.failure for outcome in outcomes):
        _say(
            "the files in place are unharmed and no snapshot was built. Run the same command again "
            "to get the rest, or use what is there: "
            f"bionorm ontologies build --from {files} --output {snapshot}"
        )
        raise typer.Exit(1)
    if no_build:
        _say(f"to build a snapshot: bionorm ontologies build --from {files} --output {snapshot}")
        return
    if not force and update.is_built_from(snapshot, files, outcomes):
        _say(f"{snapshot} is up to date")
    else:
        _console().print(summary.manifest_table(build(files, snapshot), snapshot))
    _show(diff(embedded_snapshot(), snapshot))
    _say(f"to use it: --snapshot {snapshot}, or BIONORM_SNAPSHOT={snapshot} in the environment")


@ontologies.command(
    "diff",
    epilog=examples(
        "bionorm ontologies diff embedded my/snapshot",
        "bionorm ontologies diff old new --details changes.tsv",
    ),
)
def show_difference(
    old: Annotated[Path, typer.Argument(help="Directory of a snapshot, or the word `embedded`.")],
    new: Annotated[Path, typer.Argument(help="Directory of another, or the word `embedded`.")],
    details: Annotated[
        Path | None,
        typer.Option(help="Write each change to this TSV: change, curie, type, old, new."),
    ] = None,
) -> None:
    """Show what changed between two snapshots: concepts, names, versions of the sources."""
    from pipeline.export.atomic import write_text
    from pipeline.terminology.diff import details_tsv, diff

    difference = diff(_snapshot(old), _snapshot(new))
    if details:
        write_text(details, details_tsv(difference))
    _show(difference)


def _this_year() -> int:
    """Return the year by the calendar; vocabularies that come out yearly are named after it."""
    return date.today().year


def _snapshot(given: Path) -> Path:
    """Resolve the word that stands for the embedded snapshot, unless a directory is called so."""
    from pipeline.terminology.snapshot import embedded_snapshot

    return embedded_snapshot() if given == Path(EMBEDDED) and not given.exists() else given


def _tell(outcomes: Sequence[Outcome], directory: Path) -> None:
    """Say what became of the files: each reason of failure once, and once what to do offline."""
    from pipeline.terminology.http_client import GET_BY_HAND

    done = [outcome.fetched for outcome in outcomes if outcome.fetched]
    changed = sum(fetched.changed for fetched in done)
    _say(f"{directory}: {changed} files downloaded, {len(done) - changed} unchanged")
    failed: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.failure:
            failed.setdefault(outcome.failure, []).append(outcome.item.label)
    for reason, labels in failed.items():
        others = f" The same holds for {', '.join(labels[1:])}." if len(labels) > 1 else ""
        _say(f"{reason.removesuffix(GET_BY_HAND).rstrip()}{others}")
    if any(reason.endswith(GET_BY_HAND) for reason in failed):
        _say(GET_BY_HAND)


def _show(difference: Difference) -> None:
    """Print the counts: tables on a terminal, TSV in a pipe."""
    from pipeline.terminology.diff import counts_tsv

    if not sys.stdout.isatty():
        typer.echo(counts_tsv(difference), nl=False)
        return
    console = Console()
    if difference.releases:
        releases = Table("source", "old", "new", title="releases")
        for release in difference.releases:
            releases.add_row(release.source, release.old or "–", release.new or "–")
        console.print(releases)
    console.print(_counts_table(difference))


def _counts_table(difference: Difference) -> Table:
    """Make a table of the counts, without the columns in which nothing changed."""
    from pipeline.terminology.diff import Counts

    rows = [astuple(counts) for counts in difference.counts]
    table = Table(title="concepts and names")
    shown = []
    for i, field in enumerate(fields(Counts)):
        if field.name in _ALWAYS_SHOWN or any(row[i] for row in rows):
            shown.append(i)
            is_number = not any(isinstance(row[i], str) for row in rows)
            table.add_column(field.name.replace("_", " "), justify="right" if is_number else "left")
    for row in rows:
        table.add_row(*(row[i] if isinstance(row[i], str) else f"{row[i]:,}" for i in shown))
    return table


def _say(text: str) -> None:
    sys.stderr.write(f"bionorm: {text}\n")


def _console() -> Console:
    """Return the terminal, or standard error where standard output is a pipe."""
    return Console(stderr=not sys.stdout.isatty())


@contextmanager
def _transfers() -> Iterator[Callable[[Item], Watch]]:
    """Show a bar for each transfer, on a terminal only."""
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    ) as progress:

        def watch(item: Item) -> Watch:
            task = progress.add_task(item.label, total=None)

            def tell(done: int, total: int | None) -> None:
                progress.update(task, completed=done, total=total)

            return tell

        yield watch
