"""The command `benchmark`: speed, memory and recall beside other packages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pipeline.errors import UsageError


def benchmark(
    papers: Annotated[
        list[Path], typer.Argument(help="Files or directories with papers.", show_default=False)
    ],
    names: Annotated[
        int, typer.Option(min=1, help="Number of names for finding names in text.")
    ] = 100_000,
    corpora: Annotated[
        Path | None,
        typer.Option(
            help="Folder of gold corpora, whose train and dev mentions are looked up.",
            show_default=False,
        ),
    ] = None,
    peer_names: Annotated[
        int, typer.Option(min=100, help="Number of names for lookup; scispaCy builds slowly.")
    ] = 10_000,
    type_: Annotated[str, typer.Option("--type", help="Entity type for lookup.")] = "Disease",
    gilda_python: Annotated[
        str | None,
        typer.Option(help="Python of an environment with Gilda.", show_default="this one"),
    ] = None,
    processes: Annotated[
        int, typer.Option(min=2, help="Processes whose memory is measured together.")
    ] = 4,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown, for documentation.")
    ] = False,
) -> None:
    """Measure speed, memory and recall beside other packages, on the same names and texts."""
    from pipeline.evaluation.tables import markdown_table
    from pipeline.language import document_text
    from pipeline.papers import collect
    from pipeline.running.bench_annotate import compare_annotation
    from pipeline.running.bench_lookup import compare_lookup, gold_names
    from pipeline.running.bench_memory import measure_sharing
    from pipeline.running.bench_report import (
        COLUMNS,
        Line,
        annotation_lines,
        lookup_lines,
        matching_lines,
        memory_lines,
        stage_lines,
    )
    from pipeline.running.bench_stages import measure_stages
    from pipeline.running.benchmark import compare_matchers, measure_scan
    from pipeline.running.job import read_papers

    files = collect(papers)
    texts = [document_text(paper) for paper in read_papers(files)[0]]
    if not texts:
        raise UsageError("none of the papers can be read")
    lines: list[Line] = stage_lines(measure_stages(files))
    lines += memory_lines(measure_sharing(texts, processes=processes))
    lines += matching_lines(compare_matchers(texts, names), names)
    comparison = None
    if corpora is not None:
        comparison = compare_lookup(
            gold_names(corpora, type=type_), type=type_, names=peer_names, gilda_python=gilda_python
        )
        lines += lookup_lines(comparison, type_)
    task, measure = "find all names, all of NCBI Taxonomy too", "million characters/s"
    lines.append(Line(task, measure, measure_scan(texts), more_is_better=True))
    annotation = compare_annotation(texts, names=peer_names, gilda_python=gilda_python)
    lines += annotation_lines(annotation)
    absent = [*(comparison.absent if comparison else ()), *annotation.absent]
    for reason in dict.fromkeys(absent):
        sys.stderr.write(f"bionorm: {reason}\n")
    cells = [line.cells() for line in lines]
    if markdown:
        typer.echo(markdown_table(COLUMNS, cells, numbers=COLUMNS[3:]), nl=False)
        return
    table = Table(*COLUMNS)
    for row in cells:
        table.add_row(*row)
    Console().print(table)
