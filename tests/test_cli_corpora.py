"""`bionorm evaluate`: figures on standard output, the rest on standard error, exit codes, files."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from pipeline import cli, progress

GOLD = """\
1|t|BRCA1 in mice with osteoarthritis
1|a|RUNX2 too.
1\t0\t5\tBRCA1\tGene\t672
1\t9\t13\tmice\tSpecies\t10090
1\t19\t33\tosteoarthritis\tDisease\tMESH:D010003
1\t34\t39\tRUNX2\tGene\t860

2|t|RUNX2
2|a|Human BRCA1.
2\t0\t5\tRUNX2\tGene\t860
2\t12\t17\tBRCA1\tGene\t672
"""
# One gene of four with the right identifier, one with another.
GENES = "document\tstart\tend\tidentifier\ttype\n1\t0\t5\t672\tGene\n2\t0\t5\t1\tGene\n"

Bionorm = Callable[..., int]
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def bionorm(monkeypatch: pytest.MonkeyPatch) -> Bionorm:
    """Run the command line in this process and return the exit code."""

    def run(*arguments: str | Path) -> int:
        monkeypatch.setattr(sys, "argv", ["bionorm", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        return int(stop.value.code or 0)

    return run


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    file = tmp_path / "own" / "dev.pubtator"
    file.parent.mkdir()
    file.write_text(GOLD)
    return file.parent


@pytest.fixture
def genes(tmp_path: Path) -> Path:
    file = tmp_path / "Peer.tsv"
    file.write_text(GENES)
    return file


@pytest.fixture
def peers(tmp_path: Path) -> Path:
    folder = tmp_path / "peers"
    folder.mkdir()
    (folder / "own.dev.Peer.tsv").write_text(GENES)
    return folder


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter="\t"))


def test_predictions(bionorm: Bionorm, gold: Path, genes: Path, capsys: Capture) -> None:
    code = bionorm("evaluate", gold, genes, "--type", "Gene", "--metric", "doc_micro")
    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    (row,) = table(out)
    assert (row["corpus"], row["split"], row["system"]) == ("own", "dev", "Peer")
    assert (row["precision"], row["recall"], row["gold"]) == ("50.0", "25.0", "4")


def test_peers_beside_our_own(bionorm: Bionorm, gold: Path, peers: Path, capsys: Capture) -> None:
    options = ["--peers", peers, "--compare", "--metric", "doc_micro", "--metric", "ner_strict"]
    code = bionorm("evaluate", gold, *options)
    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    rows = table(out)
    assert [row["system"] for row in rows] == ["bionorm"] * 8 + ["Peer"] * 8
    assert {row["type"] for row in rows} == {"Gene", "Disease", "Species", "all"}
    ours = {(row["type"], row["metric"]): float(row["f1"]) for row in rows[:8]}
    for row in rows[8:]:
        difference = ours[row["type"], row["metric"]] - float(row["f1"])
        assert float(row["ahead"]) == pytest.approx(difference, abs=0.11)
        assert 0 < float(row["p_value"]) <= 1


def test_every_format(bionorm: Bionorm, gold: Path, genes: Path, capsys: Capture) -> None:
    options = ("evaluate", gold, genes, "--metric", "doc_micro", "--type", "Gene", "--format")
    bionorm(*options, "json")
    assert json.loads(capsys.readouterr().out)[0]["recall"] == 25
    bionorm(*options, "markdown")
    assert capsys.readouterr().out.startswith("| corpus |")
    bionorm(*options, "table")
    assert "25.0" in capsys.readouterr().out


def test_files(bionorm: Bionorm, gold: Path, genes: Path, tmp_path: Path, capsys: Capture) -> None:
    new = tmp_path / "new" / "folder"
    code = bionorm(
        *("evaluate", gold, genes, "--metric", "doc_micro", "--samples", "20"),
        *("-o", new / "x.md", "--html", new / "x.html", "--errors", new / "x.tsv"),
        *("--html-documents", "1", "--summary-errors"),
    )
    out, err = capsys.readouterr()
    assert code == 0
    assert "f1_low" in table(out)[0]
    assert "class" in err
    markdown = (new / "x.md").read_text()
    command = "bionorm evaluate own Peer.tsv --metric doc_micro --samples 20 -o x.md --html x.html"
    assert command in markdown
    assert str(tmp_path) not in markdown
    assert "## Errors by class" in markdown
    page = (new / "x.html").read_text()
    assert page.count("<article") == 1
    assert "1 other document with" in page
    errors = table((new / "x.tsv").read_text())
    assert {error["system"] for error in errors} == {"Peer"}
    assert sorted(error["class"] for error in errors).count("not found") == 4


@pytest.mark.parametrize("suffix", ["tsv", "json"])
def test_results_as_a_table(
    suffix: str, bionorm: Bionorm, gold: Path, genes: Path, tmp_path: Path, capsys: Capture
) -> None:
    file = tmp_path / f"results.{suffix}"
    bionorm("evaluate", gold, genes, "--format", suffix, "-o", file)
    assert file.read_text() == capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--metric", "f1"], "there is no metric 'f1'; choose from: ner_strict, "),
        (["--split", "dev", "--split", "devel"], "does not have the split devel; it has dev"),
        (["--type", "gene"], "no corpus has the type gene; there are Gene, Disease, Species"),
        (["--format", "csv"], "unknown format 'csv'; one of table, tsv, json, markdown"),
        (["-o", "results.xlsx"], "results.xlsx: the format is not known by its suffix"),
        (["--html", "."], ". is a folder; name a file"),
        (["--compare"], "--compare needs systems"),
        (["--ablate"], "--ablate scores our own annotation"),
        (["--gold-mentions"], "--gold-mentions is for our own annotation"),
        (["--peers", "."], "give predictions or --peers"),
        (["--floors", "floors.toml"], "--floors holds for our own annotation"),
        (["--samples", "-1"], "samples"),
        (["--nonsense"], "nonsense"),
    ],
)
def test_wrong_use(
    options: list[str], message: str, bionorm: Bionorm, gold: Path, genes: Path, capsys: Capture
) -> None:
    code = bionorm("evaluate", gold, genes, *options)
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert message in err


def test_no_such_place(bionorm: Bionorm, gold: Path, capsys: Capture) -> None:
    assert bionorm("evaluate", "nowhere") == 2
    assert bionorm("evaluate", gold, "nowhere.tsv") == 2
    assert capsys.readouterr().err.count("there is no f") == 2


def test_predictions_for_other_splits(
    bionorm: Bionorm, gold: Path, tmp_path: Path, capsys: Capture
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "own.test.Peer.tsv").write_text(GENES)
    message = "has no predictions for these corpora, split dev; it has own/test"
    assert bionorm("evaluate", gold, other) == 2
    assert message in capsys.readouterr().err
    assert bionorm("evaluate", gold, "--peers", other, "--metric", "doc_micro") == 0
    out, err = capsys.readouterr()
    assert message in err
    assert {row["system"] for row in table(out)} == {"bionorm"}


def test_without_a_dev_split_all_but_test_is_scored(
    bionorm: Bionorm, tmp_path: Path, capsys: Capture
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for name in ("one.pubtator", "test.pubtator"):
        (folder / name).write_text(GOLD)
    assert bionorm("evaluate", folder, "--metric", "doc_micro", "--type", "Species") == 0
    assert [(r["corpus"], r["split"]) for r in table(capsys.readouterr().out)] == [("one", "all")]


def test_faulty_input(bionorm: Bionorm, gold: Path, genes: Path, capsys: Capture) -> None:
    with genes.open("ab") as stream:
        stream.write(b"1\t0\t5\tcaf\xe9\tGene\n1\t0\t500\t1\tGene\n")
    options = ("evaluate", gold, genes, "--metric", "doc_micro", "--type", "Gene")
    assert bionorm(*options) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert f"{genes}:4: not UTF-8: the row is left out" in err
    assert f"{genes}:5: 0-500 goes beyond the text" in err
    assert "Nothing was scored" in err
    assert bionorm(*options, "--lenient") == 1
    out, err = capsys.readouterr()
    assert table(out)[0]["recall"] == "25.0"
    assert f"{genes}:4: not UTF-8" in err
    assert "2 faults of the input were left out" in err


def test_floors(bionorm: Bionorm, gold: Path, tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "floors.toml"
    floor = '[[floor]]\ncorpus="own"\nsplit="dev"\ntype="Species"\nmetric="doc_micro"\nmargin=0\n'
    file.write_text(f"{floor}f1=1")
    options = ("evaluate", gold, "--metric", "doc_micro", "--floors", file)
    assert bionorm(*options) == 0
    file.write_text(f"{floor}f1=101")
    assert bionorm(*options) == 1
    assert "own/dev Species doc_micro: F1" in capsys.readouterr().err


def test_gold_mentions(bionorm: Bionorm, gold: Path, capsys: Capture) -> None:
    assert bionorm("evaluate", gold, "--gold-mentions", "--type", "Disease") == 0
    rows = table(capsys.readouterr().out)
    assert [row["metric"] for row in rows] == [
        "link@1",
        "link@1:strict",
        "link@1:lenient",
        "link@5",
    ]


def test_progress_is_shown_on_a_terminal_only(
    bionorm: Bionorm, gold: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    options = ("evaluate", gold, "--metric", "doc_micro")
    bionorm(*options)
    assert capsys.readouterr().err == ""
    screen = io.StringIO()
    terminal = Console(file=screen, force_terminal=True, width=80)
    monkeypatch.setattr(progress, "Console", lambda stderr: terminal)
    bionorm(*options)
    assert "0/2" in screen.getvalue()
