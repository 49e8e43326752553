"""The command `bionorm annotate`."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli_options import (
    STREAM,
    DictionaryOnly,
    Guideline,
    MinScore,
    OnlyOrganisms,
    Organisms,
    OutputFile,
    OutputFormat,
    Snapshot,
    check_dictionary_only,
    examples,
    open_pipeline,
    organism_taxa,
)
from pipeline.cli_run import Terminologies, with_terminologies
from pipeline.errors import UsageError
from pipeline.export.formats import format_of, open_writer, output_format
from pipeline.export.prefixes import PrefixStyle
from pipeline.export.sink import DialectName, Table, WriteOptions
from pipeline.progress import progress_bar

if TYPE_CHECKING:
    from pipeline.model import Paper, Problem

EPILOG = examples(
    "bionorm annotate abstracts.pubtator --to bioc-xml -o abstracts.bioc.xml",
    "bionorm annotate papers -o genes.csv --type Gene --excel",
    "echo 'BRCA1 in breast cancer' | bionorm annotate - --to jsonl",
)


def annotate(
    inputs: Annotated[
        list[Path],
        typer.Argument(
            help="Files, directories or patterns; - is standard input.", show_default=False
        ),
    ],
    to: OutputFormat = None,
    output: OutputFile = STREAM,
    format_: Annotated[
        str | None, typer.Option("--format", help="Input format.", show_default="recognized")
    ] = None,
    types: Annotated[
        list[str] | None,
        typer.Option(
            "--type", help="Write only this type; may be repeated.", show_default="all types"
        ),
    ] = None,
    min_score: MinScore = 0.0,
    dictionary_only: DictionaryOnly = False,
    guideline: Guideline = None,
    table: Annotated[
        Table, typer.Option(help="Rows of TSV, CSV, Parquet and JSON Lines.")
    ] = Table.MENTIONS,
    dialect: Annotated[
        DialectName, typer.Option(help="How identifiers are written in PubTator.")
    ] = DialectName.PUBTATOR3,
    prefix_style: Annotated[
        PrefixStyle, typer.Option(help="Prefixes of identifiers: MESH:D010003 or mesh:D010003.")
    ] = PrefixStyle.OBO,
    excel: Annotated[
        bool, typer.Option("--excel", help="CSV that Excel shows as it is: no formulas, no dates.")
    ] = False,
    organism: Organisms = None,
    only_organisms: OnlyOrganisms = False,
    snapshot: Snapshot = None,
    terminology: Terminologies = None,
) -> None:
    """Annotate papers and write them in a format of the field.

    Annotations that the papers carry are neither used nor written.
    """
    from pipeline.language import annotate_papers
    from pipeline.papers import FORMATS as INPUT_FORMATS
    from pipeline.papers import collect

    check_dictionary_only(dictionary_only, organism, guideline)
    to_stream = output == STREAM
    to = to or ("tsv" if to_stream else format_of(output))
    options = WriteOptions(table, dialect, prefix_style, excel)
    if output_format(to, options).binary and to_stream and sys.stdout.isatty():
        raise UsageError(f"{to} is no text: name a file with --output, or send it to a pipe")
    if not to_stream and (output.is_dir() or not output.parent.is_dir()):
        reason = "is a directory" if output.is_dir() else "is in a directory that does not exist"
        raise UsageError(f"{output} {reason}")
    if format_ not in (None, *INPUT_FORMATS):
        raise UsageError(f"unknown input format {format_!r}; one of {', '.join(INPUT_FORMATS)}")
    # An older output beside the papers is none of them, unless it is named.
    files = [f for f in collect(inputs) if f in inputs or not _is_same(f, output)]
    snapshot = with_terminologies(snapshot, terminology)
    _check_types(types or (), snapshot)
    options = replace(options, provenance=_provenance(snapshot))
    taxa = organism_taxa(organism, only_organisms, snapshot)
    place = str(snapshot) if snapshot else None
    nlp = open_pipeline(place, taxa, only_organisms, dictionary_only, guideline)
    reporter = _Reporter()
    # A bar and a text on one terminal would be mixed up.
    wanted = not (to_stream and sys.stdout.isatty())
    target = sys.stdout.buffer if to_stream else output
    with progress_bar(wanted=wanted) as progress, open_writer(target, to, options) as write:
        task = progress.add_task("papers", total=None)
        for paper in annotate_papers(nlp, _papers(files, format_, reporter)):
            write(_selected(paper, types or (), min_score))
            progress.advance(task)
    if reporter.count:
        raise typer.Exit(1)


class _Reporter:
    """Tells problems as they come, and counts them."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, problem: Problem) -> None:
        self.count += 1
        sys.stderr.write(f"bionorm: {problem}\n")


def _papers(files: Iterable[Path], format_: str | None, report: _Reporter) -> Iterator[Paper]:
    """Yield the papers of files, one at a time, with identifiers that are unique."""
    from pipeline.model import Problem
    from pipeline.papers import scan
    from pipeline.running.unique_ids import UniqueIds

    identifiers = UniqueIds()
    for file in files:
        for found in scan(file, format=format_):
            if isinstance(found, Problem):
                report(found)
                continue
            for problem in found.problems:
                report(problem)
            number = identifiers.add(found.id)
            if number > 1:
                new = f"{found.id}#{number}"
                reason = f"another paper has the identifier {found.id}; this one is called {new}"
                report(Problem(found.source, 0, reason, new, fatal=False))
                found = replace(found, id=new)
            yield found


def _is_same(file: Path, other: Path) -> bool:
    return other.exists() and file.exists() and file.samefile(other)


def _selected(paper: Paper, types: Collection[str], min_score: float) -> Paper:
    """Leave out mentions of other types and with lower scores, as these are written."""
    from pipeline.normalization.confidence import confident

    paper = confident(paper, min_score)
    if not types:
        return paper
    return paper.with_mentions(tuple(m for m in paper.mentions if m.type in types))


def _check_types(types: Collection[str], snapshot: Path | None) -> None:
    from pipeline.terminology.terminology import shared_terminology

    index = shared_terminology(str(snapshot) if snapshot else None).index
    known = [type_ for type_ in index.types if type_]
    for type_ in types:
        if type_ not in known:
            raise UsageError(f"unknown type {type_!r}; one of {', '.join(known)}")


def _provenance(snapshot: Path | None) -> dict[str, str]:
    from pipeline.terminology.snapshot import default_snapshot, snapshot_hash

    data = snapshot_hash(snapshot or default_snapshot())[:12]
    return {"bionorm": version("bionorm"), "terminology": data}
