"""The command `bionorm ontologies mappings`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli_options import examples

EPILOG = examples(
    "bionorm ontologies mappings -o mappings.sssom.tsv",
    "bionorm ontologies mappings --pair MESH:MONDO --pair OMIM:MONDO > mine.sssom.tsv",
)


def mappings(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write.", show_default="standard output"),
    ] = None,
    pair: Annotated[
        list[str] | None,
        typer.Option(
            help="Prefixes of subjects and objects, as MONDO:MESH; may be repeated.",
            show_default="all but orthologous genes",
        ),
    ] = None,
    snapshot: Annotated[
        Path | None,
        typer.Option(
            help="Directory of another terminology snapshot.",
            show_default="the embedded one",
            envvar="BIONORM_SNAPSHOT",
        ),
    ] = None,
) -> None:
    """Export the mappings between vocabularies as SSSOM TSV."""
    from pipeline.export.atomic import write_text
    from pipeline.terminology.snapshot import embedded_snapshot
    from pipeline.terminology.sssom_export import export_mappings, parse_pair

    pairs = [parse_pair(text) for text in pair or ()]
    text = export_mappings(snapshot or embedded_snapshot(), pairs=pairs)
    if output:
        write_text(output, text)
        rows = sum(not line.startswith("#") for line in text.splitlines()) - 1
        sys.stderr.write(f"bionorm: {rows:,} mappings written to {output}\n")
    else:
        sys.stdout.buffer.write(text.encode())
