from __future__ import annotations

import io
import json
from dataclasses import replace

import pandas as pd
from papers_by_hand import annotation, compared, gold_paper
from rich.console import Console

from pipeline.evaluation import tables
from pipeline.evaluation.comparison import Verbatim
from pipeline.evaluation.error_analysis import analyse
from pipeline.evaluation.evaluate import Result
from pipeline.evaluation.scoring import Row

ROWS = [
    Row("a", "dev", "ours", "Gene", "doc_micro", 2 / 3 * 100, 50.0, 400 / 7, 10, 12),
    Row("b", "dev", "odd|name", "Gene", "doc_micro", 100.0, 100.0, 100.0, 1, 1),
]


class Unknowing(Verbatim):
    """A terminology without concepts."""

    def name(self, curie: str) -> str:
        return ""

    def names(self, curie: str) -> tuple[tuple[str, str], ...]:
        return ()

    def taxon(self, curie: str) -> str:
        return ""

    def homologues(self, curie: str) -> tuple[str, ...]:
        return ()

    def path_up(self, curie: str, ancestor: str) -> tuple[str, ...]:
        return ()


def test_tsv() -> None:
    text = tables.to_tsv(ROWS)
    assert text.splitlines() == [
        "corpus\tsplit\tsystem\ttype\tmetric\tprecision\trecall\tf1\tgold\tpredicted",
        "a\tdev\tours\tGene\tdoc_micro\t66.7\t50.0\t57.1\t10\t12",
        "b\tdev\todd|name\tGene\tdoc_micro\t100.0\t100.0\t100.0\t1\t1",
    ]
    frame = pd.read_csv(io.StringIO(text), sep="\t")
    assert frame["f1"].tolist() == [57.1, 100.0]


def test_interval_has_columns_when_it_was_computed() -> None:
    rows = [replace(ROWS[0], f1_low=50.04, f1_high=60.06), ROWS[1]]
    lines = tables.to_tsv(rows).splitlines()
    assert lines[0].endswith("predicted\tf1_low\tf1_high")
    assert lines[1].endswith("12\t50.0\t60.1")
    assert lines[2].endswith("1\t\t")


def test_difference_has_columns_when_it_was_computed() -> None:
    rows = [replace(ROWS[0], ahead=-1.26, ahead_low=-2.0, ahead_high=0.5, p_value=0.00432), ROWS[1]]
    header, first, second = tables.to_tsv(rows).splitlines()
    assert header.endswith("predicted\tahead\tahead_low\tahead_high\tp_value")
    assert first.endswith("12\t-1.3\t-2.0\t0.5\t0.0043")
    assert second.endswith("1\t\t\t\t")
    assert json.loads(tables.to_json(rows))[0]["p_value"] == 0.0043


def test_errors_by_class() -> None:
    gold = [gold_paper(annotation(0, 3, "NCBIGene:1"), annotation(4, 6, "NCBIGene:1"))]
    result = Result("a", "dev", "ours", tuple(compared(gold, [])), ())
    lines = tables.error_lines([(result, list(analyse(result.comparisons, Unknowing())))])
    assert lines == [("a", "dev", "ours", "Gene", "not found", "2", "0")]
    console = Console(file=io.StringIO(), width=100)
    console.print(tables.to_error_table(lines))
    assert "not found" in console.file.getvalue()


def test_json() -> None:
    first, _ = json.loads(tables.to_json(ROWS))
    assert first["precision"] == 66.7
    assert first["gold"] == 10
    assert "f1_low" not in first


def test_markdown() -> None:
    header, ruler, first, second = tables.to_markdown(ROWS).splitlines()
    assert header.startswith("| corpus | split |")
    assert ruler.count("---:") == 5
    assert first == "| a | dev | ours | Gene | doc_micro | 66.7 | 50.0 | 57.1 | 10 | 12 |"
    assert "odd\\|name" in second


def test_terminal_table_parts_corpora() -> None:
    console = Console(file=io.StringIO(), width=120)
    console.print(tables.to_table(ROWS))
    text = console.file.getvalue()
    assert "57.1" in text
    assert sum(line.startswith("├") for line in text.splitlines()) == 1


def test_no_rows() -> None:
    assert tables.to_tsv([]).count("\n") == 1
    assert json.loads(tables.to_json([])) == []


def test_every_format_has_a_writer() -> None:
    assert set(tables.WRITERS) == {"tsv", "json", "markdown"}
