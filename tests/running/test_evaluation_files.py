"""The files of an evaluation."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pipeline.evaluation.comparison import Comparer
from pipeline.evaluation.evaluate import Result
from pipeline.evaluation.results_page import Provenance
from pipeline.model import Annotation, Link, Mention, Paper, Passage
from pipeline.normalization.confidence import shipped_confidence
from pipeline.running.evaluation import Outcome
from pipeline.running.evaluation_files import Files, write_files
from pipeline.terminology.terminology import Terminology

ORIGIN = Provenance(date(2024, 2, 29), "bionorm evaluate corpora", "1.2.3", "abc123")


def result(id_: str, system: str = "bionorm", corpus: str = "bc5cdr") -> Result:
    gold = Paper(
        id_,
        (Passage("title", "title", "asthma"),),
        annotations=(
            Annotation("Disease", ("MESH:D001249",), "asthma", passage="title", start=0, end=6),
        ),
    )
    link = Link("MESH:D001249", score=0.9)
    found = gold.with_mentions((Mention("title", 0, 6, "asthma", "Disease", link),))
    comparisons = tuple(Comparer([gold], types=["Disease"]).compare({id_: found}))
    return Result(corpus, "dev", system, comparisons, ())


def written(path: Path, terminology: Terminology, *results: Result) -> str:
    write_files(Files(path), Outcome(results, (), ()), [], ORIGIN, terminology)
    return path.read_text()


def test_our_scores_are_shown_beside_what_is_right(tmp_path: Path, small: Terminology) -> None:
    text = written(tmp_path / "page.md", small, result("new"))
    assert "](page-calibration.svg)" in text
    assert "| Disease | linked | 1 | 90.0 | 100.0 | 10.0 |" in text
    assert (tmp_path / "page-calibration.svg").read_text().startswith("<svg")


def test_they_are_measured_on_other_documents_than_they_were_fitted_on(
    tmp_path: Path, small: Terminology
) -> None:
    fitted_on = shipped_confidence().documents["bc5cdr/dev"][0]
    for other in (result(fitted_on), result("new", "Peer"), result("new", corpus="own")):
        text = written(tmp_path / "page.md", small, other)
        assert "## Calibration" not in text
    assert [file.name for file in tmp_path.iterdir()] == ["page.md"]
