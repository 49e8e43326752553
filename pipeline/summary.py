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
    papers, check = result.papers, result.check
    mentions = [m for p in papers for m in p.mentions]
    entities = {(p.id, m.link.curie) for p in papers for m in p.mentions if not m.link.is_nil}
    table = Table("", "", title="bionorm", show_header=False, title_justify="left")
    table.add_row("papers", str(len(papers)))
    table.add_row("mentions", f"{len(mentions)}, {sum(not m.link.is_nil for m in mentions)} linked")
    table.add_row("entities", str(len(entities)))
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
    table.add_row("problems", str(len(result.problems)))
    table.add_row("files", f"{output}/: {', '.join(f.name for f in result.files)}")
    table.add_row("time", f"{seconds:.1f} s")
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
