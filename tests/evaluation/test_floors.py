from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.evaluation.floors import Floor, read_floors, shortfalls
from pipeline.evaluation.scoring import Row

ROW = Row("ncbi_disease", "dev", "bionorm", "Disease", "doc_micro", 80.0, 80.0, 80.0, 10, 10)
FLOOR = Floor("ncbi_disease", "dev", "Disease", "doc_micro", f1=80.5, margin=0.5)


def test_floors_are_read(tmp_path: Path) -> None:
    file = tmp_path / "floors.toml"
    file.write_text(
        '[[floor]]\ncorpus = "ncbi_disease"\nsplit = "dev"\ntype = "Disease"\n'
        'metric = "doc_micro"\nf1 = 80.5\nmargin = 0.5\n'
    )
    assert read_floors(file) == [FLOOR]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "No such file"),
        ("x = [", "not a file of floors"),
        ("x = 1", "'floor' is missing"),
        ('[[floor]]\ncorpus = "a"', "'split' is missing"),
    ],
)
def test_bad_files_of_floors(text: str | None, message: str, tmp_path: Path) -> None:
    file = tmp_path / "floors.toml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(UsageError, match=message):
        read_floors(file)


@pytest.mark.parametrize(("f1", "held"), [(80.5, True), (90.0, True), (80.0, True), (79.9, False)])
def test_margin(f1: float, held: bool) -> None:
    assert (shortfalls([replace(ROW, f1=f1)], [FLOOR]) == []) is held


def test_messages() -> None:
    (fallen,) = shortfalls([replace(ROW, f1=78.0)], [FLOOR])
    assert str(fallen) == (
        "ncbi_disease/dev Disease doc_micro: F1 78.0 is 2.5 below 80.5; 0.5 is allowed"
    )
    (absent,) = shortfalls([replace(ROW, split="train")], [FLOOR])
    assert str(absent) == "ncbi_disease/dev Disease doc_micro: not measured; the floor is F1 80.5"
