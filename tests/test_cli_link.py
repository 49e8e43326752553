"""The commands `link` and `explain`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from pipeline.cli_explain import explain
from pipeline.cli_link import link
from pipeline.errors import PaperError, UsageError
from pipeline.export.frames import MENTION_COLUMNS

NOTE = "Runx2 in mice\n\nIn mice with osteoarthritis (OA), Runx2 rose; OA hurts."
ABSTRACT = (
    "7|t|Gout and TNF\n7|a|In rats, TNF rose.\n"
    "7\t0\t4\tGout\tSpecificDisease\tMESH:D006073\n"
    "7\t22\t25\tTNF\tGene\t1\n"
    "7\t9\t12\tTNF\tChemical\t-\n\n"
)


def run(*arguments: str, text: str = "") -> Result:
    app = typer.Typer()
    app.command()(link)
    app.command()(explain)
    return CliRunner().invoke(app, list(arguments), input=text, env={"COLUMNS": "200"})


def rows(result: Result) -> list[dict[str, str]]:
    head, *lines = result.stdout.splitlines()
    assert tuple(head.split("\t")) == MENTION_COLUMNS
    return [dict(zip(MENTION_COLUMNS, line.split("\t"), strict=True)) for line in lines]


def write(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_strings_from_standard_input() -> None:
    result = run("link", "-", text="osteoarthritis\nqqqq zzzz\nMus musculus\n")
    assert result.exit_code == 0
    found = rows(result)
    assert [(r["paper_id"], r["text"]) for r in found] == [
        ("1", "osteoarthritis"),
        ("2", "qqqq zzzz"),
        ("3", "Mus musculus"),
    ]
    assert [r["type"] for r in found] == ["Disease", "", "Species"]
    assert [r["curie"] for r in found] == ["MONDO:0005178", "", "NCBITaxon:10090"]


def test_the_organism_decides_where_nothing_else_does(tmp_path: Path) -> None:
    strings = write(tmp_path / "genes.txt", "Runx2\n")
    curies = {}
    for organism in ("rat", "10090", "human"):
        (row,) = rows(run("link", strings, "--type", "Gene", "--organism", organism))
        curies[organism] = row["curie"]
    assert curies == {"rat": "NCBIGene:367218", "10090": "NCBIGene:12393", "human": "NCBIGene:860"}


def test_annotated_papers_keep_every_mention(tmp_path: Path) -> None:
    result = run("link", write(tmp_path / "a.pubtator", ABSTRACT))
    assert result.exit_code == 0
    found = {(r["passage"], r["text"], r["type"]): r["curie"] for r in rows(result)}
    assert found == {
        ("title", "Gout", "Disease"): "MONDO:0005393",
        ("title", "TNF", "Chemical"): "",
        ("abstract", "TNF", "Gene"): "NCBIGene:24835",
    }


def test_a_table_refers_to_papers(tmp_path: Path) -> None:
    paper = write(tmp_path / "note.txt", NOTE)
    table = write(
        tmp_path / "mentions.tsv",
        "paper_id\tpassage\tstart\tend\ttext\ttype\n"
        "note\ttext.1\t46\t48\tOA\tDisease\n"
        "note\ttext.1\t46\t48\tXX\tDisease\n"
        "note\tnone\t0\t2\tXX\tDisease\n",
    )
    result = run("link", table, "--papers", paper)
    assert result.exit_code == 1
    (row,) = rows(result)
    assert (row["text"], row["curie"], row["method"]) == ("OA", "MONDO:0005178", "abbreviation")
    assert f"{table}:3: the text at 46-48 is 'OA', the row says 'XX'" in result.stderr
    assert f"{table}:4: the text of passage 'none' of paper 'note' is not known" in result.stderr


def test_formats_and_crosswalk(tmp_path: Path) -> None:
    source = write(tmp_path / "a.pubtator", ABSTRACT)
    output, crosswalk = tmp_path / "b.pubtator", tmp_path / "crosswalk.tsv"
    result = run("link", source, "-o", str(output), "--crosswalk", str(crosswalk))
    assert result.exit_code == 0
    assert not result.stdout
    assert "Gout\tDisease\t" in output.read_text(encoding="utf-8")
    assert "MONDO:0005393\tgout\tskos:exactMatch\tMESH:D006073" in crosswalk.read_text("utf-8")


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    source = write(tmp_path / "a.pubtator", ABSTRACT)
    assert run("link", source).stdout == run("link", source).stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("no such file",),
        ("-", "-"),
        ("-", "--type", "Planet"),
        ("-", "--organism", "unicorn"),
        ("-", "--to", "poem"),
    ],
)
def test_wrong_use(arguments: tuple[str, ...]) -> None:
    assert isinstance(run("link", *arguments, text="gout\n").exception, UsageError)


def test_a_table_without_header_is_a_problem(tmp_path: Path) -> None:
    result = run("link", write(tmp_path / "m.tsv", "1\t2\n3\t4\n"))
    assert result.exit_code == 1
    assert "no header" in result.stderr


@pytest.fixture
def note(tmp_path: Path) -> str:
    return write(tmp_path / "note.txt", NOTE)


def explained(note: str, passage: str, at: int) -> dict[str, Any]:
    result = run("explain", note, "--passage", passage, "--at", str(at), "--json")
    assert result.exit_code == 0
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_an_explained_disease(note: str) -> None:
    (mention,) = explained(note, "text.1", 46)["mentions"]
    assert (mention["start"], mention["end"], mention["text"]) == (46, 48, "OA")
    assert mention["read_as"] == "osteoarthritis"
    assert mention["link"]["curie"] == "MONDO:0005178"
    best = mention["candidates"][0]
    assert "MESH:D010003" in best["curie"].split("|")
    assert best["evidence"][0]["meaning"]
    strengths = [abs(e["added"]) for e in best["evidence"]]
    assert strengths == sorted(strengths, reverse=True)


def test_an_explained_gene(note: str) -> None:
    found = explained(note, "title", 2)
    (mention,) = found["mentions"]
    assert mention["link"]["curie"] == "NCBIGene:12393"
    assert mention["candidates"][0]["curie"] == "NCBIGene:12393"
    assert mention["candidates"][0]["evidence"]
    mouse = mention["species"][0]
    assert mouse["curie"] == "NCBITaxon:10090"
    assert any(e["meaning"] for e in mouse["evidence"])
    assert any(r["text"] == "Runx2" and r["decision"] == "taken" for r in found["readings"])


def test_a_rejected_name(note: str) -> None:
    found = explained(note, "text.1", 40)
    assert found["mentions"] == []
    assert {(r["text"], r["type"]) for r in found["readings"]} == {
        ("rose", "Gene"),
        ("rose", "Species"),
    }
    for reading in found["readings"]:
        assert reading["probability"] < 0.45
        assert reading["decision"] not in {"", "taken"}


def test_nothing_to_explain(note: str) -> None:
    found = explained(note, "text.1", 32)
    assert found["mentions"] == found["readings"] == []
    shown = run("explain", note, "--passage", "text.1", "--at", "32")
    assert "No mention stands here." in shown.stdout


def test_the_explanation_as_tables(note: str) -> None:
    shown = run("explain", note, "--passage", "text.1", "--at", "14").stdout
    for word in ("osteoarthritis", "MONDO:0005178", "Candidates", "probability", "taken"):
        assert word in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ("--at", "400"),
        ("--at", "0", "--passage", "none"),
        ("--at", "0", "--paper", "none"),
    ],
)
def test_a_place_that_is_not_there(note: str, arguments: tuple[str, ...]) -> None:
    assert isinstance(run("explain", note, *arguments).exception, UsageError)


def test_an_unreadable_paper(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.txt"
    damaged.write_bytes(b"\xff\xfe\x00")
    assert isinstance(run("explain", str(damaged), "--at", "0").exception, PaperError)
