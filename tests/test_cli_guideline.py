"""The option `--guideline`: what counts as a mention."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli import app
from pipeline.errors import UsageError

TEXT = "Proteases in patients\n\nE-cadherin and matrix metalloproteinases (MMPs) were measured.\n"


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_text(TEXT)
    return path


def bionorm(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)])


def genes(lines: str) -> set[str]:
    rows = csv.DictReader(lines.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {row["text"] for row in rows if row["type"] == "Gene"}


def test_families_count_where_a_corpus_has_them(note: Path) -> None:
    assert genes(bionorm("annotate", note).stdout) == {"E-cadherin"}
    told = bionorm("annotate", note, "--guideline", "biored")
    assert genes(told.stdout) == {"E-cadherin", "MMPs"}


def test_a_run_follows_it(note: Path, tmp_path: Path) -> None:
    output = tmp_path / "results"
    result = bionorm("run", note, "--guideline", "biored", "--output", output)
    assert result.exit_code == 0
    assert "MMPs" in genes((output / "mentions.tsv").read_text("utf-8"))


def test_an_explanation_follows_it(note: Path) -> None:
    arguments = ("explain", note, "--passage", "text.1", "--at", TEXT.index("MMPs") - 23)
    assert "no concept (unlikely)" in bionorm(*arguments).stdout
    assert "no concept (doubtful)" in bionorm(*arguments, "--guideline", "biored").stdout


def test_wrong_use(note: Path) -> None:
    unknown = bionorm("annotate", note, "--guideline", "nobody").exception
    assert isinstance(unknown, UsageError)
    assert "there are bc5cdr, biored" in str(unknown)
    both = bionorm("run", note, "--guideline", "biored", "--dictionary-only").exception
    assert isinstance(both, UsageError)
    assert "--dictionary-only takes no --guideline" in str(both)
