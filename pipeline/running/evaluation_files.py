"""What an evaluation leaves behind: figures, errors and the page to look at them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pipeline.errors import UsageError
from pipeline.evaluation import error_analysis, tables
from pipeline.evaluation.calibration import judge
from pipeline.evaluation.calibration_page import render_plot, render_section
from pipeline.evaluation.compare_page import DOCUMENTS, render_comparison
from pipeline.evaluation.error_analysis import Error
from pipeline.evaluation.evaluate import Result
from pipeline.evaluation.results_page import Provenance, render_results
from pipeline.evaluation.scoring import Row
from pipeline.export.atomic import write_text
from pipeline.normalization.confidence import shipped_confidence
from pipeline.running.evaluation import OURS, SAMPLES, Outcome, Request
from pipeline.terminology.snapshot import Manifest, embedded_snapshot, snapshot_hash
from pipeline.terminology.terminology import Terminology

Analysed = Sequence[tuple[Result, Sequence[Error]]]
"""Each system on each split with its errors."""

_PAGE: Final = ".md"
_TABLES: Final[Mapping[str, Callable[[Sequence[Row]], str]]] = MappingProxyType(
    {".tsv": tables.to_tsv, ".json": tables.to_json}
)


@dataclass(frozen=True, slots=True)
class Files:
    """The files that are wanted.

    Attributes:
        results: The figures, in the format of its suffix.
        errors: Every error, as TSV.
        comparison: The page with gold standard and prediction side by side.
        documents: How many documents that page holds.
    """

    results: Path | None = None
    errors: Path | None = None
    comparison: Path | None = None
    documents: int = DOCUMENTS

    def prepare(self) -> None:
        """Make the files' folders, before hours of work might be lost for want of one.

        Raises:
            UsageError: If a file cannot be what it is wanted for.
            OSError: If a folder cannot be made.
        """
        if self.results and self.results.suffix not in (_PAGE, *_TABLES):
            known = ", ".join((_PAGE, *_TABLES))
            raise UsageError(f"{self.results}: the format is not known by its suffix; use {known}")
        for file in filter(None, (self.results, self.errors, self.comparison)):
            if file.is_dir():
                raise UsageError(f"{file} is a folder; name a file")
            file.parent.mkdir(parents=True, exist_ok=True)


def analyse(outcome: Outcome, terminology: Terminology) -> Analysed:
    """List the errors of each system on each split."""
    return [(r, list(error_analysis.analyse(r.comparisons, terminology))) for r in outcome.results]


def provenance(request: Request, *, command: str, day: date) -> Provenance:
    """Tell where the figures of a request come from."""
    snapshot = request.snapshot or embedded_snapshot()
    return Provenance(
        day=day,
        command=command,
        version=version("bionorm"),
        snapshot=snapshot_hash(snapshot),
        sources={source.name: source.version for source in Manifest.load(snapshot).sources},
        samples=request.samples or (SAMPLES if request.compare else 0),
        reference=OURS if request.compare else "",
    )


def write_files(
    files: Files,
    outcome: Outcome,
    analysed: Analysed,
    origin: Provenance,
    terminology: Terminology,
    *,
    summary: bool = False,
) -> None:
    """Write the files that are wanted, each whole or not at all.

    Args:
        files: What to write where.
        outcome: What was scored.
        analysed: Its errors.
        origin: Where the figures come from.
        terminology: Gives the concepts' names.
        summary: Whether the results are to count the errors by class.

    Raises:
        OSError: If a file cannot be written.
    """
    if files.results and files.results.suffix == _PAGE:
        counts = tables.error_lines(analysed) if summary else ()
        section = _write_calibration(files.results, outcome.results)
        page = render_results(outcome.results, origin, errors=counts, calibration=section)
        write_text(files.results, page)
    elif files.results:
        write_text(files.results, _TABLES[files.results.suffix](outcome.rows))
    if files.errors:
        write_text(files.errors, _errors(analysed))
    if files.comparison:
        page = render_comparison(analysed, terminology, documents=files.documents)
        write_text(files.comparison, page)


def _write_calibration(page: Path, results: Sequence[Result]) -> str:
    """Write the plot of our scores beside the page, and return the section that shows it.

    The section is empty if no corpus has been scored that the scores were fitted for.
    """
    documents = shipped_confidence().documents
    corpora = {name.partition("/")[0] for name in documents}
    fitted_on = {document for ids in documents.values() for document in ids}
    judged = [
        one
        for result in results
        if result.system == OURS and result.corpus in corpora
        for one in judge(result.comparisons, without=fitted_on)
    ]
    if not judged:
        return ""
    plot = page.with_name(f"{page.stem}-calibration.svg")
    write_text(plot, render_plot(judged))
    return render_section(judged, plot=plot.name, fitted_on=len(fitted_on))


def _errors(analysed: Analysed) -> str:
    """Put the tables of errors together under one header."""
    parts = [
        error_analysis.to_tsv(errors, corpus=r.corpus, split=r.split, system=r.system)
        for r, errors in analysed
    ]
    return parts[0] + "".join(part.partition("\n")[2] for part in parts[1:])
