"""The results of an evaluation as a Markdown page: the figures and all that is needed to read them.

The page depends on nothing but the arguments.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath

from pipeline.evaluation.bootstrap import LEVEL
from pipeline.evaluation.corpora import describe
from pipeline.evaluation.evaluate import Result
from pipeline.evaluation.metrics import metric
from pipeline.evaluation.tables import ERROR_COLUMNS, markdown_table, to_markdown


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where figures come from.

    Attributes:
        day: The day on which they were measured, UTC.
        command: The command line.
        version: Version of bionorm.
        snapshot: SHA-256 digest of the terminology snapshot.
        sources: Version of each vocabulary in it.
        samples: Draws of the bootstrap for confidence intervals and comparisons; 0 for none.
        reference: Name of the system that the others were compared with; empty if none was.
    """

    day: date
    command: str
    version: str
    snapshot: str
    sources: Mapping[str, str] = field(default_factory=dict)
    samples: int = 0
    reference: str = ""


def render_results(
    results: Sequence[Result],
    provenance: Provenance,
    *,
    errors: Iterable[Sequence[str]] = (),
    calibration: str = "",
) -> str:
    """Return the page.

    Args:
        results: The systems on their splits.
        provenance: Where the figures come from.
        errors: Counts of errors by class, in the columns `tables.ERROR_COLUMNS`; may be left out.
        calibration: The section on calibration; may be left out.
    """
    counts = list(errors)
    parts = [
        _header(provenance),
        _figures(results, provenance),
        _metrics(results),
        _corpora(results),
    ]
    if calibration:
        parts.append(calibration)
    if counts:
        parts.append(
            "## Errors by class\n\n"
            + markdown_table(ERROR_COLUMNS, counts, numbers=ERROR_COLUMNS[-2:])
        )
    return "\n".join(parts)


def command_line(arguments: Iterable[str]) -> str:
    """Return the command line of `bionorm` with these arguments.

    A file or folder outside of the working directory is given by its name: the page is for others,
    on whose machine it lies elsewhere.

    >>> command_line(["evaluate", "/data/my corpora", "--split", "dev"])
    "bionorm evaluate 'my corpora' --split dev"
    """
    return shlex.join(["bionorm", *map(_local, arguments)])


def _local(argument: str) -> str:
    path = PurePath(argument)
    outside = path.is_absolute() or path.parts[:1] == ("..",)
    return (path.name or argument) if outside else argument


def _header(provenance: Provenance) -> str:
    sources = "; ".join(f"{name} {version}".strip() for name, version in provenance.sources.items())
    return f"""\
# Evaluation

Written by `bionorm evaluate` on {provenance.day.isoformat()} (UTC):

```sh
{provenance.command}
```

- bionorm {provenance.version}
- terminology snapshot `{provenance.snapshot}`
- sources: {sources or "not stated"}
"""


def _figures(results: Sequence[Result], provenance: Provenance) -> str:
    rows = [row for result in results for row in result.rows]
    notes = [
        "Figures are in percent. `gold` and `predicted` are what recall and precision divide by. "
        "All systems of a corpus and split were scored on the same documents by the same code."
    ]
    if any(row.f1_low is not None for row in rows):
        notes.append(
            f"`f1_low` and `f1_high` are the borders of the {LEVEL:.0%} confidence interval of F1: "
            f"bootstrap over documents, {provenance.samples} draws, percentiles (Efron and "
            "Tibshirani 1993)."
        )
    if provenance.reference:
        notes.append(
            f"`ahead` is by how many points of F1 {provenance.reference} is ahead of the row's "
            f"system on the same documents, with the borders of the {LEVEL:.0%} confidence "
            f"interval and the two-sided p-value: paired bootstrap over documents, "
            f"{provenance.samples} draws (Koehn 2004)."
        )
    return "\n\n".join(["## Figures", *notes, to_markdown(rows)])


def _metrics(results: Sequence[Result]) -> str:
    names = dict.fromkeys(row.metric for result in results for row in result.rows)
    chosen = [metric(name) for name in names]
    lines = (f"- `{m.name}`: {m.definition} Source: {m.source}.\n" for m in chosen)
    return "## Metrics\n\n" + "".join(lines)


def _corpora(results: Sequence[Result]) -> str:
    columns = ("corpus", "split", "documents", "name", "publication", "notes")
    return "## Corpora\n\n" + markdown_table(columns, _corpus_lines(results), numbers=["documents"])


def _corpus_lines(results: Iterable[Result]) -> Iterator[tuple[str, ...]]:
    documents = {
        (result.corpus, result.split): len({c.paper.id for c in result.comparisons})
        for result in results
    }
    for (name, split), count in documents.items():
        corpus = describe(name)
        yield name, split, str(count), corpus.title, corpus.source, corpus.note
