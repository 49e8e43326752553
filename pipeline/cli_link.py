"""The command `bionorm link`."""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli_options import STREAM, OutputFile, OutputFormat, Snapshot, examples
from pipeline.cli_run import Terminologies, with_terminologies
from pipeline.errors import UsageError
from pipeline.export.formats import format_of, open_writer, output_format
from pipeline.export.sink import WriteOptions

if TYPE_CHECKING:
    from pipeline.model import Paper, Problem

EPILOG = examples(
    "bionorm link mentions.tsv --papers papers",
    "bionorm link abstracts.pubtator --to pubtator -o linked.pubtator",
    "cut -f3 table.tsv | bionorm link - --type Gene --organism rat",
)


def link(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Tables of mentions (columns text, type, context, start, end, paper_id, passage, "
            "organism), annotated papers, or lists of strings, one a line; - is standard input.",
            show_default=False,
        ),
    ],
    type_: Annotated[
        str,
        typer.Option(
            "--type", help="Type of mentions that have none.", show_default="that of the name"
        ),
    ] = "",
    organism: Annotated[
        str,
        typer.Option(
            help="Organism of the genes, where nothing else is said: a name or a taxon number.",
            show_default="by the text, else human",
        ),
    ] = "",
    papers: Annotated[
        list[Path] | None,
        typer.Option(
            help="Papers whose text a table refers to by paper_id and passage; may be repeated.",
            show_default=False,
        ),
    ] = None,
    to: OutputFormat = None,
    output: OutputFile = STREAM,
    crosswalk: Annotated[
        Path | None,
        typer.Option(
            help="Write to this TSV how the MeSH, MONDO and OMIM identifiers relate.",
            show_default=False,
        ),
    ] = None,
    snapshot: Snapshot = None,
    terminology: Terminologies = None,
) -> None:
    """Resolve mentions that you already have; none is added and none left out."""
    from pipeline.export.crosswalk import crosswalk_frame
    from pipeline.export.tsv import write_tsv
    from pipeline.language import load
    from pipeline.model import Paper
    from pipeline.running.linking import link_given, read_given
    from pipeline.terminology.terminology import shared_terminology

    to = to or ("tsv" if output == STREAM else format_of(output))
    if output_format(to, WriteOptions()).binary and output == STREAM and sys.stdout.isatty():
        raise UsageError(f"{to} is no text: name a file with --output, or send it to a pipe")
    _check_files(files)
    snapshot = with_terminologies(snapshot, terminology)
    known = shared_terminology(str(snapshot) if snapshot else None)
    if type_ and type_ not in known.index.types:
        types = ", ".join(t for t in known.index.types if t)
        raise UsageError(f"unknown type {type_!r}; one of {types}")
    problems: list[Problem] = []
    texts = _texts(papers, problems)
    given = chain.from_iterable(read_given(f, type=type_, papers=texts) for f in files)
    nlp = load(snapshot=snapshot)
    kept: list[Paper] = []
    with open_writer(sys.stdout.buffer if output == STREAM else output, to) as write:
        for item in link_given(given, nlp, known, organism=organism):
            if isinstance(item, Paper):
                problems += item.problems
                write(item)
                if crosswalk:
                    kept.append(item)
            else:
                problems.append(item)
    if crosswalk:
        write_tsv(crosswalk_frame(kept, known), crosswalk)
    for problem in problems:
        sys.stderr.write(f"bionorm: {problem}\n")
    if problems:
        raise typer.Exit(1)


def _check_files(files: list[Path]) -> None:
    if files.count(STREAM) > 1:
        raise UsageError("standard input can be read once only: give - once")
    for file in files:
        if file != STREAM and not file.is_file():
            raise UsageError(f"no such file: {file}")


def _texts(papers: list[Path] | None, problems: list[Problem]) -> dict[str, Paper]:
    """Read the papers that tables refer to."""
    from pipeline.model import Paper
    from pipeline.papers import collect, scan

    texts: dict[str, Paper] = {}
    for file in collect(papers) if papers else ():
        for item in scan(file):
            if isinstance(item, Paper):
                texts.setdefault(item.id, item)
                problems += item.problems
            else:
                problems.append(item)
    return texts
