"""The benchmark: small runs, and the arithmetic of its table."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.running.bench_lookup import GoldName, compare_lookup, gold_names
from pipeline.running.bench_memory import Sharing, measure_sharing, proportional_size
from pipeline.running.bench_report import Line, lookup_lines, memory_lines, stage_lines
from pipeline.running.bench_stages import measure_stages
from pipeline.running.benchmark import resident_size


@pytest.mark.parametrize(
    ("line", "ratio"),
    [
        (Line("t", "MB", 10.0, "peer", 50.0), 5.0),
        (Line("t", "per s", 10.0, "peer", 50.0, more_is_better=True), 0.2),
        (Line("t", "MB", 10.0), None),
        (Line("t", "MB", 10.0, "peer", 0.0), None),
    ],
)
def test_a_ratio_says_how_many_times_better_ours_is(line: Line, ratio: float | None) -> None:
    assert line.ratio == ratio


def test_memory_of_several_processes_is_told_in_those_of_one() -> None:
    assert memory_lines(Sharing(200.0, 300.0, 4))[-1].ours == 1.5


def test_workers_share_what_their_parent_has_loaded() -> None:
    sharing = measure_sharing(["Osteoarthritis in mice.", "RUNX2 in man."], processes=2)
    assert 0 < sharing.one < sharing.together < 2 * sharing.one


def test_every_stage_is_measured(tmp_path: Path) -> None:
    paper = tmp_path / "1.txt"
    paper.write_text("RUNX2 in osteoarthritis of mice.", encoding="utf-8")
    figures = measure_stages([paper])
    assert figures.papers == 9
    assert figures.together < min(figures.recognition, figures.normalization, figures.writing)
    assert all(line.ours > 0 for line in stage_lines(figures))


def test_shared_pages_count_less_than_resident_ones() -> None:
    assert 0 < proportional_size() <= resident_size() + 1


def test_gold_names_are_those_of_train_and_dev(tmp_path: Path) -> None:
    for split, name in (("train", "Gout"), ("dev", "Lupus"), ("test", "Ataxia")):
        folder = tmp_path / "bc5cdr"
        folder.mkdir(exist_ok=True)
        row = f"1\t0\t{len(name)}\t{name}\tDisease\tD000001"
        text = f"1|t|{name}\n1|a|\n{row}\n{row}\n\n"
        (folder / f"{split}.pubtator").write_text(text, encoding="utf-8")
    names = gold_names(tmp_path, type="Disease")
    assert names == [GoldName("Gout", ("MESH:D000001",)), GoldName("Lupus", ("MESH:D000001",))]


def test_a_peer_that_is_not_installed_is_told(tmp_path: Path) -> None:
    gold = [GoldName("osteoarthritis", ("MESH:D010003",)), GoldName("gout", ("MESH:D006073",))]
    missing = tmp_path / "python"
    missing.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    missing.chmod(0o755)
    comparison = compare_lookup(gold, type="Disease", names=150, gilda_python=str(missing))
    ours, peer = comparison.sides
    assert ours.recall[0] == 100.0
    assert peer.name.startswith("scispacy")
    assert comparison.absent[0].startswith("gilda is not installed")
    labels = [line.measure for line in lookup_lines(comparison, "Disease")]
    assert "recall@20 (%)" in labels
