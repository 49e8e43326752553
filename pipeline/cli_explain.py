"""The command `bionorm explain`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from pipeline.cli_options import Guideline, Snapshot, examples, open_pipeline
from pipeline.errors import PaperError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.model import Paper
    from pipeline.normalization.explanation import (
        Evidence,
        Explanation,
        MentionExplanation,
        Reading,
        WeighedConcept,
    )

EPILOG = examples(
    "bionorm explain paper.txt --at 120",
    "bionorm explain corpus.pubtator --paper 227508 --passage abstract --at 33 --json",
)


def explain(
    file: Annotated[Path, typer.Argument(help="File with the paper.", show_default=False)],
    at: Annotated[int, typer.Option("--at", min=0, help="Code point of the passage, from 0.")],
    passage: Annotated[
        str | None,
        typer.Option(
            help="Identifier of the passage, as in mentions.tsv.", show_default="the first"
        ),
    ] = None,
    paper: Annotated[
        str | None, typer.Option(help="Identifier of the paper.", show_default="the first")
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="Most candidates, and evidence for each.")] = 8,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
    guideline: Guideline = None,
    snapshot: Snapshot = None,
) -> None:
    """Explain what was found at a place of a paper, and why it was resolved as it was."""
    from pipeline.running.explaining import explain_place

    if not file.is_file():
        raise UsageError(f"no such file: {file}")
    chosen = _paper(file, paper)
    name = passage or chosen.passages[0].id
    if name not in {p.id for p in chosen.passages}:
        known = ", ".join(p.id for p in chosen.passages)
        raise UsageError(f"paper {chosen.id} has no passage {name!r}; it has {known}")
    text = chosen.passage(name).text
    if at >= len(text):
        raise UsageError(f"passage {name!r} has {len(text)} code points; {at} is not one of them")
    nlp = open_pipeline(str(snapshot) if snapshot else None, guideline=guideline)
    found = explain_place(nlp, chosen, name, at, most=most)
    if as_json:
        result = {"paper_id": chosen.id, "passage": name, "at": at, **asdict(found)}
        sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
        return
    _show(found, text, at, Console(width=None if sys.stdout.isatty() else 120))


def _paper(file: Path, wanted: str | None) -> Paper:
    """Return a paper of a file: the one of an identifier, or the first."""
    from pipeline.model import Problem
    from pipeline.papers import scan

    problem: Problem | None = None
    for item in scan(file):
        if isinstance(item, Problem):
            problem = problem or item
        elif wanted in (None, item.id) and item.passages:
            return item
    if problem:
        raise PaperError(problem)
    raise UsageError(f"{file} has no paper {wanted!r}")


def _show(found: Explanation, text: str, at: int, console: Console) -> None:
    before, after = text[max(0, at - 60) : at], text[at : at + 60]
    console.print(f"… {before}▸{after} …", markup=False, highlight=False)
    for mention in found.mentions:
        _show_mention(mention, console)
    if not found.mentions:
        console.print("No mention stands here." + (" What was proposed:" if found.readings else ""))
        if not found.readings:
            console.print("No name of the terminology stands here either.")
    if found.readings:
        console.print(_readings_table(found.readings))


def _show_mention(mention: MentionExplanation, console: Console) -> None:
    link = mention.link
    score, reason = mention.recognition
    console.print()
    lines = [
        f"{mention.text!r} is a mention of the type {mention.type} "
        f"({mention.start}-{mention.end}): {reason}, {score:.2f}",
    ]
    if mention.read_as != mention.text:
        lines.append(f"looked up as {mention.read_as!r}")
    if link.is_nil:
        lines.append(f"no concept ({link.method}): {link.reason}")
    else:
        others = [c for c in link.curies if c != link.curie]
        also = f" = {', '.join(others)}" if others else ""
        lines.append(f"{link.curie}{also} {link.name}, {link.score:.3f} ({link.method})")
        lines.append(link.reason)
    for line in lines:
        console.print(line, markup=False, highlight=False)
    if mention.candidates:
        console.print(_concepts_table("Candidates", mention.candidates))
    if mention.species:
        console.print(_concepts_table("Species", mention.species))


def _concepts_table(title: str, concepts: Iterable[WeighedConcept]) -> Table:
    table = Table(title=title, title_justify="left")
    for column in ("concept", "name", "probability", "matched", "by", "evidence"):
        table.add_column(column, overflow="fold")
    for c in concepts:
        table.add_row(
            c.curie.replace("|", "\n"), c.name, f"{c.score:.3f}", c.matched, c.method,
            _told(c.evidence),
        )  # fmt: skip
    return table


def _readings_table(readings: Iterable[Reading]) -> Table:
    table = Table(title="Names that stand here", title_justify="left")
    for column in ("text", "type", "probability", "decision", "names", "evidence"):
        table.add_column(column, overflow="fold")
    for r in readings:
        table.add_row(
            r.text, r.type, f"{r.probability:.3f}", r.decision, "\n".join(r.names),
            _told(r.evidence),
        )  # fmt: skip
    return table


def _told(evidence: Iterable[Evidence]) -> str:
    return "\n".join(
        f"{e.added:+.2f} {e.name}" + (f" = {e.value:.3g}" if e.value != 1 else "") for e in evidence
    )
