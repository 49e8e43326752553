"""The command `bionorm annotate`: inputs, outputs, options, exit codes."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from spacy.language import Language
from typer.testing import CliRunner, Result

import pipeline
from pipeline.cli import app
from pipeline.errors import UsageError
from pipeline.export.formats import FORMATS
from pipeline.language import load
from pipeline.model import Paper, Problem
from pipeline.papers import pubtator

TEXT = "Runx2 in mice with osteoarthritis"
PUBTATOR = (
    "1|t|Runx2 in mice with osteoarthritis\n"
    "1|a|\n"
    "1\t0\t5\tRunx2\tDisease\tD999999\n"
    "\n"
    "2|t|No names here\n"
    "2|a|\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "two.pubtator"
    path.write_text(PUBTATOR)
    return path


@pytest.fixture(autouse=True)
def _loaded_once(nlp: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all commands of this process that use the embedded terminology share one pipeline."""

    def load_once(*, snapshot: Path | None = None, **settings: Any) -> Language:
        return nlp if snapshot is None else load(snapshot=snapshot, **settings)

    monkeypatch.setattr("pipeline.language.load", load_once)


def annotate(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["annotate", *map(str, arguments)], input=stdin)


def bionorm(
    *arguments: str | Path, stdin: bytes = b"", stdout: int = subprocess.PIPE
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [Path(sys.executable).with_name("bionorm"), "annotate", *map(str, arguments)],
        input=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
        timeout=120,
        env=os.environ | {"COLUMNS": "100"},
    )


def test_the_default_is_tsv_on_standard_output(file: Path) -> None:
    done = bionorm(file)
    assert done.returncode == 0
    assert done.stderr == b""
    rows = [line.split("\t") for line in done.stdout.decode().splitlines()]
    assert rows[0][:3] == ["paper_id", "passage", "start"]
    # The annotation that the paper carries says otherwise, and is neither a hint nor written.
    assert [row[:7] for row in rows[1:]] == [
        ["1", "title", "0", "5", "Runx2", "Gene", "NCBIGene:12393"],
        ["1", "title", "9", "13", "mice", "Species", "NCBITaxon:10090"],
        ["1", "title", "19", "33", "osteoarthritis", "Disease", "MONDO:0005178"],
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format(name: str, file: Path, tmp_path: Path) -> None:
    output = tmp_path / f"named{FORMATS[name].suffixes[0]}"
    done = annotate(file, "-o", output)
    assert (done.exit_code, done.output) == (0, "")
    streamed = annotate(file, "--to", name)
    assert streamed.exit_code == 0
    assert streamed.stdout_bytes == output.read_bytes() != b""


def test_pubtator_comes_back(file: Path) -> None:
    done = annotate(file, "--to", "pubtator", "--dialect", "bc5cdr")
    first, second = pubtator.read_lines(done.stdout.splitlines(keepends=True), "x")
    assert isinstance(first, Paper)
    assert isinstance(second, Paper)
    assert [(a.type, a.identifiers) for a in first.annotations] == [
        ("Gene", ("NCBIGene:12393",)),
        ("Species", ("NCBITaxon:10090",)),
        ("Disease", ("MESH:D010003",)),
    ]
    assert second.annotations == ()
    assert "\tDisease\tD010003\n" in done.stdout


def test_selection_by_type_and_score(file: Path) -> None:
    def found(*options: str) -> list[tuple[str, float]]:
        rows = map(json.loads, annotate(file, "--to", "jsonl", *options).stdout.splitlines())
        return [(row["text"], row["score"]) for row in rows]

    every = found()
    some = found("--type", "Gene", "--type", "Disease")
    assert [text for text, _ in some] == ["Runx2", "osteoarthritis"]
    best = max(score for _, score in every)
    assert found("--min-score", str(best)) == [m for m in every if m[1] == best] != every


def test_entities_and_prefixes(file: Path) -> None:
    done = annotate(file, "--table", "entities", "--prefix-style", "bioregistry", "--to", "csv")
    assert done.exit_code == 0
    header, *rows = done.stdout.splitlines()
    assert header.startswith("paper_id,type,curie,name,taxon,mesh,mondo,mentions,texts,score")
    assert rows[1].startswith(
        "1,Disease,MONDO:0005178,osteoarthritis,,mesh:D010003,MONDO:0005178,1"
    )


def test_a_csv_for_excel(file: Path, tmp_path: Path) -> None:
    assert annotate(file, "--excel", "-o", tmp_path / "x.csv").exit_code == 0
    data = (tmp_path / "x.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert b'"=""Runx2"""' in data


def test_standard_input_is_named_by_a_hyphen() -> None:
    done = annotate("-", "--to", "jsonl", stdin=TEXT)
    assert done.exit_code == 0, done.output
    assert [json.loads(row)["text"] for row in done.stdout.splitlines()] == [
        "Runx2",
        "mice",
        "osteoarthritis",
    ]


def test_directories_and_patterns(file: Path, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "note.txt").write_text(TEXT)
    for inputs in ([tmp_path], [f"{tmp_path}/*.pubtator", f"{tmp_path}/more/n*.txt"]):
        done = annotate(*inputs, "--to", "jsonl")
        assert done.exit_code == 0, done.output
        ids = [json.loads(row)["paper_id"] for row in done.stdout.splitlines()]
        assert sorted(set(ids)) == ["1", "note"]


def test_the_format_of_the_input_can_be_given(file: Path) -> None:
    done = annotate(file, "--format", "text", "--to", "jsonl")
    assert {json.loads(row)["paper_id"] for row in done.stdout.splitlines()} == {"two"}


def test_what_cannot_be_read_is_told_and_the_rest_is_written(file: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.pubtator"
    bad.write_bytes(b"3|t|caf\xe9\n3|a|x\n\n4|t|mice\n4|a|\n")
    output = tmp_path / "out.jsonl"
    done = annotate(bad, file, "-o", output)
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr == f"bionorm: {bad}:1: not UTF-8: the document cannot be read\n"
    ids = [json.loads(row)["paper_id"] for row in output.read_text().splitlines()]
    assert sorted(set(ids)) == ["1", "4"]


def test_papers_with_one_identifier_are_kept_apart(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "z.pubtator"
    other.write_text("1|t|rats\n1|a|\n")
    done = annotate(file, other, "--to", "jsonl")
    assert done.exit_code == 1
    assert "another paper has the identifier 1" in done.stderr
    assert "1#2" in done.stderr
    ids = {(r["paper_id"], r["text"]) for r in map(json.loads, done.stdout.splitlines())}
    assert ("1#2", "rats") in ids
    assert ("1", "mice") in ids


def test_terminology_of_the_user(
    file: Path, small_snapshot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIONORM_CACHE", str(tmp_path / "cache"))
    table = tmp_path / "lab.tsv"
    table.write_text("curie\tname\tsynonyms\nLAB:1\tnames here\t\n")
    options = ("--terminology", f"{table}:Thing", "--snapshot", small_snapshot)
    done = annotate(file, *options, "--type", "Thing", "--to", "pubtator")
    assert done.exit_code == 0, done.output
    assert "2\t3\t13\tnames here\tThing\tLAB:1\n" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--to", "brat"], "unknown output format 'brat'; one of tsv, csv"),
        (["-o", "x.docx"], "tells no output format"),
        (
            ["--to", "tsv", "--dialect", "biored"],
            "tsv has no option dialect; it is one of pubtator",
        ),
        (["--to", "html", "--table", "entities"], "html has no option table"),
        (["--format", "docx"], "unknown input format 'docx'; one of"),
        (["--type", "Planet"], "unknown type 'Planet'; one of"),
        (["--to", "tsv", "-o", "no/such/directory/x"], "in a directory that does not exist"),
        (["--to", "tsv", "-o", "."], "is a directory"),
    ],
)
def test_wrong_use(arguments: list[str], reason: str, file: Path) -> None:
    done = annotate(file, *arguments)
    assert isinstance(done.exception, UsageError)
    assert reason in str(done.exception)
    assert done.stdout == ""


@pytest.mark.parametrize("arguments", [["--min-score", "2"], ["--table", "x"], ["--dialect", "x"]])
def test_wrong_values(arguments: list[str], file: Path) -> None:
    assert annotate(file, *arguments).exit_code == 2


def test_no_input_leaves_the_old_output(tmp_path: Path) -> None:
    output = tmp_path / "out.tsv"
    output.write_text("old")
    done = annotate(tmp_path / "nothing", "-o", output)
    assert isinstance(done.exception, UsageError)
    assert output.read_text() == "old"


def test_the_input_may_be_the_output(file: Path) -> None:
    assert annotate(file, "-o", file).exit_code == 0
    assert "12393" in file.read_text()
    assert "D999999" not in file.read_text()


def test_an_older_output_beside_the_papers_is_no_input(file: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.tsv"
    assert annotate(tmp_path, "-o", output).exit_code == 0
    first = output.read_bytes()
    assert annotate(tmp_path, "-o", output).exit_code == 0
    assert output.read_bytes() == first


def test_a_terminal_gets_nothing_binary(file: Path) -> None:
    leader, follower = pty.openpty()
    try:
        done = bionorm(file, "--to", "parquet", stdout=follower)
    finally:
        os.close(leader)
        os.close(follower)
    assert done.returncode == 2
    assert b"parquet is no text: name a file with --output" in done.stderr


def test_a_reader_that_stops_is_no_crash(file: Path) -> None:
    command = f"{Path(sys.executable).with_name('bionorm')} annotate {file} --to html | head -c 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False, timeout=120)
    assert len(done.stdout) == 1
    assert done.stderr == b""


def test_from_python(nlp: Language, tmp_path: Path) -> None:
    papers = [pipeline.annotate(TEXT, nlp=nlp)]
    pipeline.write(iter(papers), tmp_path / "m.parquet")
    frame = pd.read_parquet(tmp_path / "m.parquet")
    pd.testing.assert_frame_equal(frame, pipeline.to_frame(papers))
    pipeline.write(papers, str(tmp_path / "m"), format="pubtator", dialect="biored")
    (read,) = pubtator.read(tmp_path / "m")
    assert not isinstance(read, Problem)
    assert [a.identifiers for a in read.annotations] == [
        ("NCBIGene:12393",),
        ("NCBITaxon:10090",),
        ("MESH:D010003",),
    ]
    for wrong in ({"dialect": "x"}, {"table": "x"}, {"prefix_style": "x"}):
        with pytest.raises(UsageError, match="'x'; one of"):
            pipeline.write(papers, tmp_path / "m.pubtator", **wrong)
