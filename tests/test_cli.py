"""The command line: help, exit codes, what goes to stdout and what to stderr."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app, ontologies
from pipeline.errors import UsageError

COMMANDS = sorted(
    [
        *[(c.name or c.callback.__name__,) for c in app.registered_commands if c.callback],
        *[
            ("ontologies", c.name or c.callback.__name__)
            for c in ontologies.registered_commands
            if c.callback
        ],
    ]
)


def bionorm(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("bionorm"), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | variables,
    )


def rows(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.splitlines()]


def test_help_lists_the_commands() -> None:
    done = bionorm("--help")
    assert done.returncode == 0
    for name, *_ in COMMANDS:
        assert name in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(command: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output


@pytest.mark.parametrize("command", [c for c in COMMANDS if c[0] != "ontologies"], ids=" ".join)
def test_help_has_an_example(command: tuple[str, ...]) -> None:
    assert "Example" in CliRunner().invoke(app, [*command, "-h"]).output


def test_lookup() -> None:
    done = bionorm("lookup", "TNF-α", "--type", "Gene")
    assert done.returncode == 0
    header, first, *_ = rows(done.stdout)
    assert header[:8] == ["query", "rank", "curie", "name", "matched", "scope", "taxon", "source"]
    assert first[:4] == ["TNF-α", "1", "NCBIGene:7124", "TNF"]
    assert first[6] == "NCBITaxon:9606"
    assert 0 < float(first[8]) <= 1
    assert done.stderr == ""


def test_lookup_keeps_to_the_limit() -> None:
    result = CliRunner().invoke(app, ["lookup", "p38", "--limit", "2"])
    assert len(rows(result.stdout)) == 3


def test_lookup_of_an_unknown_name() -> None:
    result = CliRunner().invoke(app, ["lookup", "qwxyzzy"])
    assert result.exit_code == 1
    assert len(rows(result.stdout)) == 1


@pytest.mark.parametrize("text", ["", " ", "\n\n", "-", "((", "a" * 5000, "α" * 300, "\u200b"])
def test_lookup_of_any_string(text: str) -> None:
    result = CliRunner().invoke(app, ["lookup", "--", text])
    assert result.exit_code in {0, 1}
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.stdout.startswith("query\t")


def test_ontologies_status() -> None:
    done = bionorm("ontologies", "status")
    assert done.returncode == 0
    for word in ("MONDO", "MeSH", "NCBI Gene", "names", "concepts"):
        assert word.lower() in done.stdout.lower()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["no-such-command"], 2),
        (["run", "--no-such-option"], 2),
        (["lookup"], 2),
        (["lookup", "TNF", "--type", "Planet"], 2),
        (["lookup", "TNF", "--limit", "0"], 2),
        (["lookup", "TNF", "--snapshot", "/no/such/snapshot"], 1),
        (["ontologies", "status", "--snapshot", "/no/such/snapshot"], 1),
        (["validate", "/no/such/paper"], 2),
    ],
)
def test_wrong_use(arguments: list[str], code: int, tmp_path: Path) -> None:
    done = bionorm(*arguments)
    assert done.returncode == code, done.stderr
    assert done.stderr.strip()
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_validate(seeds: Path) -> None:
    done = bionorm("validate", seeds, "--min-recall", "90")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("#")
    assert done.stderr == ""


def test_validate_fails_under_the_floor(seeds: Path) -> None:
    done = bionorm("validate", seeds, "--min-recall", "100.1")
    assert done.returncode == 1
    assert "floor" in done.stderr


def test_output_into_a_pipe_has_no_colours_and_no_progress(seeds: Path, tmp_path: Path) -> None:
    done = bionorm("run", seeds, "--output", tmp_path / "out")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr
    assert "\r" not in done.stdout + done.stderr


def test_a_run_tells_of_itself_in_json(seeds: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    out = tmp_path / "out"
    options = ["--log-json", "--processes", "2", "--to", "parquet"]
    done = bionorm("run", seeds, tmp_path / "empty.txt", "--output", out, *options)
    assert done.returncode == 1
    events = [json.loads(line) for line in done.stderr.splitlines()]
    kinds = [e["event"] for e in events if e["event"] != "progress"]
    assert (kinds[0], kinds[-2:]) == ("start", ["problem", "end"])
    assert events[-2]["file"] == str(tmp_path / "empty.txt")
    assert events[-1]["counts"]["papers"] == 3
    assert events[-1]["engine"] == "processes"
    assert {p.name for p in out.iterdir()} == {
        "mentions.parquet", "entities.parquet", "validation.parquet", "validation.md",
        "report.html", "quarantine.tsv",
        "run.json",
    }  # fmt: skip
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["settings"]["options"]["processes"] == {"value": 2, "source": "command line"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--resume", "--restart"], "exclude each other"),
        (["--cluster", "local", "--scheduler", "tcp://x:1"], "exclude each other"),
        (["--scheduler", "tcp://x:1", "--processes", "2"], "has its own workers"),
        (["--format", "nonsense"], "unknown input format"),
        (["--item", "1"], "--item is for one file"),
    ],
)
def test_wrong_use_of_run(options: list[str], words: str, seeds: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["run", str(seeds), "-o", str(tmp_path / "out"), *options])
    assert isinstance(result.exception, UsageError)
    assert words in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_a_run_that_is_stopped_says_how_to_go_on(tmp_path: Path) -> None:
    papers = tmp_path / "many.pubtator"
    text = "BRCA1 and TP53 in breast cancer of women. " * 40
    papers.write_text("".join(f"{n}|t|T\n{n}|a|{text}\n\n" for n in range(1, 3000)))
    out = tmp_path / "out"
    command = [Path(sys.executable).with_name("bionorm"), "run", papers, "-o", out]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    journal = out / ".bionorm" / "journal.jsonl"
    while not (journal.exists() and "ShardDone" in journal.read_text()):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopped by SIGINT" in told
    assert told.rstrip().endswith(f"bionorm run {papers} -o {out} --resume")
    assert [p.name for p in out.iterdir()] == [".bionorm"]
    again = bionorm("run", papers, "-o", out)
    assert again.returncode == 2
    assert "--resume" in again.stderr
