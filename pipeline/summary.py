"""The small tables that commands end with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from pipeline.running.job import JobResult
    from pipeline.terminology.snapshot import Manifest


def run_table(result: JobResult, output: Path, seconds: float) -> Table:
    """Tell what a run did."""
    counts, check, speed = result.counts, result.check, result.performance
    table = Table("", "", title="bionorm", show_header=False, title_justify="left")
    table.add_row("papers", f"{counts.papers:,}")
    table.add_row("mentions", f"{counts.mentions:,}, {counts.linked:,} linked")
    table.add_row("entities", f"{counts.entities:,}")
    if check.identified:
        total = check.total
        table.add_row(
            "check",
            f"{check.found} of {check.identified} annotations with an identifier found exactly",
        )
        table.add_row(
            "",
            f"precision {_percent(total.precision)}, recall {_percent(total.recall)}, "
            f"F1 {_percent(total.f1)}",
        )
    quarantined = _number(counts.quarantined, "paper") + " in quarantine.tsv"
    problems = f"{counts.problems:,}"
    table.add_row("problems", f"{problems}, {quarantined}" if counts.quarantined else problems)
    table.add_row("files", f"{output}/: {', '.join(f.name for f in result.files)}")
    table.add_row("time", f"{seconds:.1f} s, {speed['papers_per_second']:,.1f} papers a second")
    stages = ", ".join(f"{stage} {value:.1f}" for stage, value in result.seconds.items())
    table.add_row("stages (s)", stages)
    table.add_row("engine", f"{speed['engine']}, {_number(speed['workers'], 'worker')}")
    table.add_row("memory", f"{speed['peak_memory_mb']:,} MB at most in a process")
    return table


def manifest_table(manifest: Manifest, directory: Path) -> Table:
    """Show the sources and tables of a snapshot."""
    table = Table("source", "version", "licence", "rows", title=str(directory))
    for source in manifest.sources:
        table.add_row(source.name, source.version, source.licence, f"{sum(source.rows.values()):,}")
    for name, stored in manifest.tables.items():
        table.add_row(f"{name} (table)", "", "", f"{stored.rows:,}")
    return table


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _number(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"
