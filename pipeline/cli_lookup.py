"""The commands that ask the terminology for names: `lookup` and `coverage`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer
from rich.console import Console
from rich.table import Table

from pipeline.cli_options import Snapshot
from pipeline.errors import UsageError
from pipeline.model import EntityType

if TYPE_CHECKING:
    from pipeline.terminology.fuzzy import Hit
    from pipeline.terminology.terminology import Terminology

COLUMNS = (
    "query", "rank", "curie", "name", "matched", "scope", "taxon", "source", "score", "method"
)  # fmt: skip
_FORMATS = ("table", "tsv", "json")
_BLANKS = str.maketrans("\t\r\n", "   ")


def lookup(
    texts: Annotated[
        list[str] | None,
        typer.Argument(
            help="Names, as they might stand in a paper; - reads them from stdin, one a line.",
            show_default=False,
        ),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="File with one name a line.", show_default=False)
    ] = None,
    type_: Annotated[
        str | None, typer.Option("--type", help="Gene, Disease or Species.", show_default="all")
    ] = None,
    organism: Annotated[
        str | None,
        typer.Option(help="Organism of the genes: a name or a taxon number.", show_default="any"),
    ] = None,
    fuzzy: Annotated[
        bool, typer.Option("--fuzzy", help="Also similar words, variants and spellings.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="Most candidates for a name.")] = 10,
    enough: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="With --fuzzy: candidates with which slower ways are not tried.",
            show_default="the limit",
        ),
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option("--format", help="table, tsv or json.", show_default="table on a terminal"),
    ] = None,
    snapshot: Snapshot = None,
) -> None:
    """Show the concepts that names may stand for, best first.

    Exits with 1 when one of the names given as arguments has no candidate. In a file or on stdin,
    names without candidates are as expected as others: they are left out of TSV and have an empty
    list in JSON.
    """
    from pipeline.running.garbage import spare_loaded
    from pipeline.terminology.bulk_lookup import lookup_many
    from pipeline.terminology.terminology import shared_terminology

    from_file = file is not None or texts == ["-"]
    if from_file == bool(texts and texts != ["-"]):
        raise UsageError("give names, or a file of names with --file, or - to read them from stdin")
    terminology = shared_terminology(str(snapshot) if snapshot else None)
    if type_ is not None and type_ not in terminology.index.types:
        known = ", ".join(t for t in terminology.index.types if t)
        raise UsageError(f"unknown type {type_!r}; one of {known}")
    if format_ not in (None, *_FORMATS):
        raise UsageError(f"unknown format {format_!r}; one of {', '.join(_FORMATS)}")
    chosen = format_ or ("table" if sys.stdout.isatty() else "tsv")
    taxon = _taxon(organism, terminology) if organism else None

    def answers(queries: Iterable[str]) -> Iterator[tuple[str, Sequence[Hit]]]:
        return lookup_many(
            terminology,
            queries,
            type=type_,
            organism=taxon,
            fuzzy=fuzzy,
            limit=limit,
            enough=enough,
        )

    if from_file:
        spare_loaded()
    if file is not None:
        with file.open(encoding="utf-8-sig", errors="replace") as stream:
            _write(answers(_lines(stream)), chosen, terminology)
    elif texts == ["-"]:
        _write(answers(_lines(sys.stdin)), chosen, terminology)
    elif not _write(answers(texts or []), chosen, terminology):
        raise typer.Exit(1)


def coverage(
    corpora: Annotated[Path, typer.Argument(help="A corpus' folder, or a folder of corpora.")],
    split: Annotated[
        list[str] | None,
        typer.Option(help="Split to measure; may be repeated.", show_default="train and dev"),
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format", help="table, tsv or markdown.", show_default="table on a terminal"
        ),
    ] = None,
    misses: Annotated[
        Path | None,
        typer.Option(help="Write the mentions not found among 20 candidates to this TSV."),
    ] = None,
    snapshot: Snapshot = None,
) -> None:
    """Measure what the terminology has of gold corpora: identifiers, and names to find them by."""
    from pipeline.evaluation import coverage as report
    from pipeline.export.atomic import write_text
    from pipeline.terminology.fuzzy import NameLookup
    from pipeline.terminology.terminology import shared_terminology

    if format_ not in (None, "table", "tsv", "markdown"):
        raise UsageError(f"unknown format {format_!r}; one of table, tsv, markdown")
    terminology = shared_terminology(str(snapshot) if snapshot else None)
    names = NameLookup(terminology)
    result = report.measure(
        corpora,
        terminology=terminology,
        look_up=lambda text, type, limit: names.lookup(text, type=type, fuzzy=True, limit=limit),
        splits=split,
    )
    for problem in result.problems:
        sys.stderr.write(f"bionorm: {problem}\n")
    chosen = format_ or ("table" if sys.stdout.isatty() else "tsv")
    if chosen == "table":
        table = Table(*report.COLUMNS)
        for row in result.rows:
            table.add_row(*row.cells())
        Console().print(table)
    else:
        writer = report.to_tsv if chosen == "tsv" else report.to_markdown
        typer.echo(writer(result.rows), nl=False)
    if misses:
        write_text(misses, report.misses_to_tsv(result.misses))


def _taxon(organism: str, terminology: Terminology) -> int:
    """Return the taxon number of an organism's name or number whose genes are known.

    Raises:
        UsageError: If there is no such organism, or the terminology has no genes of it.
    """
    from pipeline.terminology.gene_taxa import GeneTaxa

    local = organism.removeprefix("NCBITaxon:")
    if local.isdecimal():
        curies = [f"NCBITaxon:{local}"]
    else:
        curies = [c.curie for c in terminology.lookup(organism, type=EntityType.SPECIES)]
    taxa = GeneTaxa(terminology)
    for curie in curies:
        if taxon := taxa.of(terminology.current(curie)):
            return int(taxon.removeprefix("NCBITaxon:"))
    known = ", ".join(filter(None, map(terminology.name, terminology.gene_taxa())))
    raise UsageError(f"no genes of the organism {organism!r}; there are those of {known}")


def _lines(stream: TextIO) -> Iterator[str]:
    return (line for raw in stream if (line := raw.strip()))


def _write(
    answers: Iterable[tuple[str, Sequence[Hit]]], format_: str, terminology: Terminology
) -> bool:
    """Write answers as they come; returns whether every string has a candidate."""
    complete = True
    if format_ == "table":
        answers = list(answers)
        Console().print(_table(answers, terminology))
        return all(hits for _, hits in answers)
    if format_ == "tsv":
        sys.stdout.write("\t".join(COLUMNS) + "\n")
    for query, hits in answers:
        complete &= bool(hits)
        rows = [_row(rank, hit) for rank, hit in enumerate(hits, 1)]
        if format_ == "json":
            found = [dict(zip(COLUMNS[1:], row, strict=True)) for row in rows]
            answer = json.dumps({"query": query, "candidates": found}, ensure_ascii=False)
            sys.stdout.write(answer + "\n")
        for row in rows if format_ == "tsv" else ():
            cells = (query, *(f"{c:.4f}" if isinstance(c, float) else str(c) for c in row))
            sys.stdout.write("\t".join(cell.translate(_BLANKS) for cell in cells) + "\n")
    return complete


def _row(rank: int, hit: Hit) -> tuple[int | float | str, ...]:
    c = hit.candidate
    return (
        rank, c.curie, c.name, c.matched, c.scope, c.taxon, hit.source, c.score, hit.method
    )  # fmt: skip


def _table(answers: Sequence[tuple[str, Sequence[Hit]]], terminology: Terminology) -> Table:
    table = Table("query")
    table.add_column("curie", no_wrap=True)
    for column in ("name", "matched", "scope", "species", "score", "method"):
        table.add_column(column)
    for query, hits in answers:
        for rank, hit in enumerate(hits):
            c = hit.candidate
            species = terminology.name(c.taxon) if c.taxon else ""
            first = "" if rank else query
            table.add_row(
                first, c.curie, c.name, c.matched, c.scope, species, f"{c.score:.3f}", hit.method
            )
        if not hits:
            table.add_row(query, "–")
        table.add_section()
    return table
