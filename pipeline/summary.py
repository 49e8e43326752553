"""The small tables that commands end with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from pipeline.model import Candidate

if TYPE_CHECKING:
    from pipeline.running.benchmark import Figures, Throughput
    from pipeline.running.job import JobResult
    from pipeline.terminology.snapshot import Manifest
    from pipeline.terminology.terminology import Terminology


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


def candidate_table(text: str, candidates: Sequence[Candidate], terminology: Terminology) -> Table:
    """Show candidates on a terminal."""
    table = Table("curie", "name", "matched", "scope", "species", "score", title=text)
    for c in candidates:
        species = terminology.name(c.taxon) if c.taxon else ""
        table.add_row(c.curie, c.name, c.matched, c.scope, species, f"{c.score:.3f}")
    return table


def candidate_tsv(candidates: Sequence[Candidate]) -> str:
    """Write candidates as TSV."""
    rows = [("curie", "name", "matched", "scope", "taxon", "score")]
    rows += [(c.curie, c.name, c.matched, c.scope, c.taxon, f"{c.score:.3f}") for c in candidates]
    return "".join("\t".join(row) + "\n" for row in rows)


def manifest_table(manifest: Manifest, directory: Path) -> Table:
    """Show the sources and tables of a snapshot."""
    table = Table("source", "version", "licence", "rows", title=str(directory))
    for source in manifest.sources:
        table.add_row(source.name, source.version, source.licence, f"{sum(source.rows.values()):,}")
    for name, stored in manifest.tables.items():
        table.add_row(f"{name} (table)", "", "", f"{stored.rows:,}")
    return table


def benchmark_table(ours: Figures, peer: Figures, names: int, whole: Throughput) -> Table:
    """Show a benchmark: both sides and the ratio in our favour."""
    table = Table("", ours.name, peer.name, "ratio", title=f"{names:,} names, one thread")
    rows = [
        ("compile or build, once (s)", ours.first, peer.first, peer.first / ours.first),
        ("ready in a new process (s)", ours.opening, peer.opening, peer.opening / ours.opening),
        ("memory (MB)", ours.memory, peer.memory, peer.memory / ours.memory),
        ("speed (million characters/s)", ours.speed, peer.speed, ours.speed / peer.speed),
    ]
    for label, mine, other, ratio in rows:
        table.add_row(label, f"{mine:.3g}", f"{other:.3g}", f"{ratio:.3g}")
    table.add_row("whole pipeline (texts/s)", f"{whole.texts_per_second:.3g}", "", "")
    table.add_row("whole pipeline, peak memory (MB)", f"{whole.peak_memory:.3g}", "", "")
    return table


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"
