"""Options that several commands share, and the layout of their examples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.errors import UsageError
from pipeline.export.formats import FORMATS

if TYPE_CHECKING:
    from spacy.language import Language

Snapshot = Annotated[
    Path | None,
    typer.Option(
        help="Directory of another terminology snapshot.",
        envvar="BIONORM_SNAPSHOT",
        show_default="the embedded one",
    ),
]

STREAM = Path("-")
"""Standard input or output in the place of a file."""

OutputFormat = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar="FORMAT",
        help=f"Output format: {', '.join(FORMATS)}.",
        show_default="by the output's name, else tsv",
    ),
]

OutputFile = Annotated[
    Path,
    typer.Option("--output", "-o", help="File to write.", show_default="standard output"),
]

Organisms = Annotated[
    list[str] | None,
    typer.Option(
        "--organism",
        metavar="NAME|NUMBER",
        help="Organism whose genes are preferred; may be repeated.",
        show_default=False,
    ),
]

OnlyOrganisms = Annotated[
    bool, typer.Option("--only-organisms", help="Leave genes of other organisms unresolved.")
]

DictionaryOnly = Annotated[
    bool,
    typer.Option(
        "--dictionary-only",
        help="Only look names up, ten times as fast: without context, abbreviations of the paper, "
        "and species of genes.",
    ),
]

Guideline = Annotated[
    str | None,
    typer.Option(
        "--guideline",
        metavar="CORPUS",
        help="Corpus whose annotation guideline decides what counts as a mention.",
        show_default="the mean of several",
    ),
]

MinScore = Annotated[
    float,
    typer.Option(
        min=0,
        max=1,
        help="Keep only mentions with this score, the probability of being right, or a better one.",
    ),
]

Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        envvar="BIONORM_CONFIG",
        help="File of settings, with the names of the options; before the command.",
        show_default="bionorm.toml, if it is here",
    ),
]


def organism_taxa(names: list[str] | None, only: bool, snapshot: Path | None) -> tuple[str, ...]:
    """Return the taxa of the organisms that a user names.

    Raises:
        UsageError: If there is no such organism, or none is named where only those count.
    """
    if only and not names:
        raise UsageError("--only-organisms needs --organism")
    if not names:
        return ()
    from pipeline.running.linking import find_organism
    from pipeline.terminology.terminology import shared_terminology

    terminology = shared_terminology(str(snapshot) if snapshot else None)
    return tuple(dict.fromkeys(find_organism(name, terminology) for name in names))


def open_pipeline(
    snapshot: str | None,
    organisms: tuple[str, ...] = (),
    only_organisms: bool = False,
    dictionary_only: bool = False,
    guideline: str | None = None,
) -> Language:
    """Load the pipeline that the options of a command ask for."""
    from pipeline.language import load, load_dictionary
    from pipeline.recognition.recognizer import DEFAULT_GUIDELINE

    if dictionary_only:
        return load_dictionary(snapshot=snapshot)
    return load(
        snapshot=snapshot,
        guideline=guideline or DEFAULT_GUIDELINE,
        organisms=organisms,
        only_organisms=only_organisms,
    )


def check_dictionary_only(
    dictionary_only: bool, organisms: list[str] | None, guideline: str | None
) -> None:
    """Refuse options that mean nothing where names are only looked up.

    Raises:
        UsageError: If there are any.
    """
    if dictionary_only and organisms:
        raise UsageError("--dictionary-only takes no --organism: it does not decide on species")
    if dictionary_only and guideline:
        raise UsageError("--dictionary-only takes no --guideline: every name is a mention")


def examples(*lines: str) -> str:
    """Return the end of a command's help: examples, each on a line of its own."""
    return "\n  ".join(["Examples:" if len(lines) > 1 else "Example:", *lines])
