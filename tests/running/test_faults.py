"""Papers and files that do harm: they cost themselves, not the job."""

from __future__ import annotations

import csv
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from light_jobs import LightRun, contents, many, weak_spot, write_papers

from pipeline.errors import BionormError
from pipeline.running.engine_choice import IN_PROCESS, EngineChoice
from pipeline.running.limits import Limits

TWO = EngineChoice(processes=2)


def quarantine(directory: Path) -> list[dict[str, str]]:
    with (directory / "quarantine.tsv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def harmed(tmp_path: Path, text: str, *, at: int = 7, count: int = 20) -> list[Path]:
    texts = many(count)
    texts[at] = f"{text} and Runx2."
    return [write_papers(tmp_path / "in" / "papers.pubtator", texts)]


@pytest.mark.parametrize("engine", [IN_PROCESS, TWO], ids=["here", "processes"])
def test_a_bug_costs_one_paper(engine: EngineChoice, light_run: LightRun, tmp_path: Path) -> None:
    result = light_run(harmed(tmp_path, "RAISE"), tmp_path / "out", engine=engine)
    (row,) = quarantine(tmp_path / "out")
    assert row["position"] == row["paper_id"] == "8"
    assert "ValueError: this text asks for it" in row["reason"]
    assert result.counts.papers == 19
    assert result.counts.quarantined == result.counts.problems == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("KILL", "killed by SIGKILL"),
        ("EXIT", "ended with exit status 3"),
        ("SLEEP", "longer than 0.5 s"),
        ("EAT", "more memory than 200 MB"),
    ],
)
def test_a_paper_that_kills_two_workers(
    text: str, reason: str, light_run: LightRun, tmp_path: Path
) -> None:
    limits = Limits(seconds=0.5 if text == "SLEEP" else 60, memory_mb=200)
    result = light_run(harmed(tmp_path, text), tmp_path / "out", engine=TWO, limits=limits)
    (row,) = quarantine(tmp_path / "out")
    assert row["paper_id"] == "8"
    assert reason in row["reason"]
    assert result.counts.papers == 19
    assert result.performance["workers_lost"] == 2


def test_a_paper_that_takes_too_long_in_this_process(light_run: LightRun, tmp_path: Path) -> None:
    limits = Limits(seconds=0.2)
    result = light_run(harmed(tmp_path, "SLEEP"), tmp_path / "out", limits=limits)
    (row,) = quarantine(tmp_path / "out")
    assert "longer than 0.2 s" in row["reason"]
    assert result.counts.papers == 19


def test_a_worker_that_dies_once_costs_nothing(light_run: LightRun, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    result = light_run(harmed(tmp_path, f"ONCE{mark}"), tmp_path / "out", engine=TWO)
    assert result.performance["workers_lost"] == 1
    assert result.counts.papers == 20
    assert not (tmp_path / "out" / "quarantine.tsv").exists()
    again = light_run(harmed(tmp_path, f"ONCE{mark}"), tmp_path / "again")
    assert again.performance["workers_lost"] == 0
    assert contents(tmp_path / "out") == contents(tmp_path / "again")


def test_many_bad_papers_in_a_row(light_run: LightRun, tmp_path: Path) -> None:
    texts = [*many(10), *["EXIT"] * 6, *many(10)]
    inputs = [write_papers(tmp_path / "papers.pubtator", texts)]
    result = light_run(inputs, tmp_path / "out", engine=TWO)
    assert [row["paper_id"] for row in quarantine(tmp_path / "out")] == [
        str(n) for n in range(11, 17)
    ]
    assert result.counts.papers == 20


def test_a_paper_that_is_too_long(light_run: LightRun, tmp_path: Path) -> None:
    inputs = harmed(tmp_path, "osteoarthritis " * 100)
    result = light_run(inputs, tmp_path / "out", limits=Limits(characters=1000))
    (row,) = quarantine(tmp_path / "out")
    assert "more than the limit of 1,000" in row["reason"]
    assert result.counts.papers == 19


def test_the_command_runs_the_paper_alone(light_run: LightRun, tmp_path: Path) -> None:
    light_run(harmed(tmp_path, "RAISE"), tmp_path / "out")
    (row,) = quarantine(tmp_path / "out")
    assert row["command"].endswith("papers.pubtator --item 8 --output alone")
    # With the real pipeline there is nothing wrong with the paper.
    name, *arguments = shlex.split(row["command"])
    command = [Path(sys.executable).with_name(name), *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    table = (tmp_path / "alone" / "mentions.tsv").read_text(encoding="utf-8").splitlines()
    assert {line.split("\t")[0] for line in table[1:]} == {"8"}


def test_unreadable_papers_are_in_the_quarantine(light_run: LightRun, tmp_path: Path) -> None:
    write_papers(tmp_path / "in" / "a.pubtator", many(3))
    (tmp_path / "in" / "b.txt").write_bytes(bytes(range(256)) * 40)
    inputs = sorted((tmp_path / "in").iterdir())
    light_run(inputs, tmp_path / "out", engine=TWO)
    (row,) = quarantine(tmp_path / "out")
    assert Path(row["file"]).name == "b.txt"
    assert row["position"] == "1"


def test_an_old_quarantine_is_removed(light_run: LightRun, tmp_path: Path) -> None:
    light_run(harmed(tmp_path, "RAISE"), tmp_path / "out")
    light_run([write_papers(tmp_path / "good.pubtator", many(3))], tmp_path / "out")
    assert not (tmp_path / "out" / "quarantine.tsv").exists()


# Readers


@pytest.fixture
def two_files(tmp_path: Path) -> list[Path]:
    return [write_papers(tmp_path / f"{n}.pubtator", many(40), 100 * n) for n in (1, 2)]


def sabotage(monkeypatch: pytest.MonkeyPatch, harm: str, *, after: int) -> None:
    """Let reading of the first file do harm after some papers."""
    from pipeline.running import items

    scan = items.scan

    def bad(path: Path, *, format: str | None = None):  # type: ignore[no-untyped-def]
        for number, paper in enumerate(scan(path, format=format)):
            if path.name.startswith("1") and number == after:
                weak_spot(type("Doc", (), {"text": harm})())
            yield paper

    monkeypatch.setattr(items, "scan", bad)


@pytest.mark.parametrize(
    ("harm", "engine", "reason"),
    [
        ("RAISE", IN_PROCESS, "the reader failed: ValueError"),
        ("RAISE", TWO, "the reader failed: ValueError"),
        ("SLEEP", IN_PROCESS, "longer than 0.5 s"),
        ("SLEEP", TWO, "longer than 0.5 s"),
        ("KILL", TWO, "killed by SIGKILL"),
        ("EAT", TWO, "more memory than 200 MB"),
    ],
)
def test_a_file_that_harms_its_reader(
    harm: str,
    engine: EngineChoice,
    reason: str,
    two_files: list[Path],
    light_run: LightRun,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sabotage(monkeypatch, harm, after=35)
    limits = Limits(seconds=0.5 if harm == "SLEEP" else 60, memory_mb=200)
    result = light_run(two_files, tmp_path / "out", engine=engine, limits=limits)
    (row,) = quarantine(tmp_path / "out")
    assert (Path(row["file"]).name, row["position"]) == ("1.pubtator", "36")
    assert reason in row["reason"]
    assert result.counts.papers == 35 + 40


# Workers


def test_workers_that_never_get_ready(
    light_run: LightRun, two_files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.running import workers

    def fail(_: int) -> None:
        raise SystemExit(5)

    monkeypatch.setattr(workers, "limit_memory", fail)
    with pytest.raises(BionormError, match=r"no worker gets ready.*exit status 5"):
        light_run(two_files, tmp_path / "out", engine=TWO)
    assert not (tmp_path / "out").exists()
