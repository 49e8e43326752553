from __future__ import annotations

from datetime import date

import pytest
from papers_by_hand import annotation, compared, gold_paper

from pipeline.evaluation.evaluate import Result
from pipeline.evaluation.results_page import Provenance, command_line, render_results
from pipeline.evaluation.scoring import Row

ORIGIN = Provenance(
    date(2024, 2, 29),
    "bionorm evaluate corpora",
    "1.2.3",
    "abc123",
    {"MONDO": "2024-01", "HCOP": ""},
)


def result(system: str, **figures: float) -> Result:
    gold = [gold_paper(annotation(0, 2, "MESH:1", type="Disease"), id=i) for i in ("1", "2")]
    row = Row("bc5cdr", "dev", system, "Disease", "doc_micro", 50.0, 25.0, 100 / 3, 4, 2, **figures)
    comparisons = tuple(compared(gold, [], types=["Disease", "Gene"]))
    return Result("bc5cdr", "dev", system, comparisons, (row,))


def test_page_has_all_that_is_needed_to_read_the_figures() -> None:
    text = render_results([result("bionorm"), result("Peer")], ORIGIN)
    for part in (
        "on 2024-02-29 (UTC)",
        "```sh\nbionorm evaluate corpora\n```",
        "- bionorm 1.2.3",
        "`abc123`",
        "- sources: MONDO 2024-01; HCOP\n",
        "| bc5cdr | dev | bionorm | Disease | doc_micro | 50.0 | 25.0 | 33.3 | 4 | 2 |",
        "| bc5cdr | dev | Peer | Disease |",
        "- `doc_micro`: Different pairs of document and identifier.",
        "Source: BioCreative II",
        "| bc5cdr | dev | 2 | BC5CDR | Li et al. 2016 | MeSH only. |",
    ):
        assert part in text
    assert text.count("\n- `doc_micro`") == text.count("| BC5CDR |") == 1
    assert "f1_low" not in text
    assert "ahead" not in text
    assert "Errors by class" not in text
    assert text.endswith("\n")
    assert "\n\n\n" not in text


def test_intervals_and_differences_are_explained_where_there_are_some() -> None:
    peer = result(
        "Peer",
        f1_low=30.0,
        f1_high=35.0,
        ahead=-1.0,
        ahead_low=-2.0,
        ahead_high=0.5,
        p_value=0.0321,
    )
    origin = Provenance(date(2024, 1, 1), "x", "1", "a", samples=500, reference="bionorm")
    text = render_results([peer], origin)
    assert "95% confidence interval of F1: bootstrap over documents, 500 draws" in text
    assert "points of F1 bionorm is ahead of the row's" in text
    assert "| 30.0 | 35.0 | -1.0 | -2.0 | 0.5 | 0.0321 |" in text
    assert "- sources: not stated" in text


def test_errors_by_class() -> None:
    line = ("bc5cdr", "dev", "bionorm", "Disease", "border", "3", "4")
    text = render_results([result("bionorm")], ORIGIN, errors=[line])
    assert "## Errors by class" in text
    assert "| bc5cdr | dev | bionorm | Disease | border | 3 | 4 |" in text


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["evaluate", "corpora", "--split", "dev"], "bionorm evaluate corpora --split dev"),
        (["evaluate", "/home/x/corpora", "../a/peers"], "bionorm evaluate corpora peers"),
        (["evaluate", "my corpora"], "bionorm evaluate 'my corpora'"),
        (["evaluate", "..", "/"], "bionorm evaluate .. /"),
    ],
)
def test_command_line(arguments: list[str], line: str) -> None:
    assert command_line(arguments) == line
