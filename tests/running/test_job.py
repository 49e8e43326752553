"""The main job from the command line: files, contracts, determinism, bad input."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from spacy.language import Language

from pipeline.model import Paper
from pipeline.papers import scan
from pipeline.running.engine_choice import EngineChoice
from pipeline.running.job import Job, JobResult, read_papers, run_job
from pipeline.running.shard_work import Recipe
from pipeline.terminology.snapshot import embedded_snapshot
from pipeline.terminology.terminology import Terminology

FILES = {
    "mentions.tsv", "entities.tsv", "validation.tsv", "validation.md", "report.html", "run.json",
}  # fmt: skip
COLUMNS = {
    "mentions.tsv": (
        "paper_id passage start end text type curie name score method taxon mesh mondo alternatives"
    ),
    "entities.tsv": "paper_id type curie name taxon mesh mondo mentions texts score",
    "validation.tsv": "paper_id list type identifier name status predicted explanation",
}
VOLATILE = ("seconds", "performance", "peak_memory_mb", "settings")
STATUSES = {"matched", "related", "missed", "not in text", "no identifier", "extra"}
GOOD = """# Osteoarthritis in mice

## Abstract

Osteoarthritis (OA) was studied in mice. Runx2 expression rose in OA.

## Linked entities

- **Diseases:** osteoarthritis (MONDO:0005178)
- **Species:** Mus musculus (taxon 10090)
"""

Run = Callable[..., JobResult]


@pytest.fixture(scope="module")
def job(nlp: Language, terminology: Terminology) -> Run:
    recipe = Recipe(lambda: nlp, lambda: terminology)

    def run(inputs: list[Path], output: Path, **choices: int) -> JobResult:
        job = Job(inputs=inputs, output=output, recipe=recipe, snapshot=embedded_snapshot())
        return run_job(job, engine=EngineChoice(**choices))

    return run


@pytest.fixture(scope="module")
def seed_files(seeds: Path) -> list[Path]:
    return sorted(seeds.iterdir())


@pytest.fixture(scope="module")
def output(
    job: Run, seed_files: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[JobResult, Path]:
    directory = tmp_path_factory.mktemp("output")
    return job(seed_files, directory), directory


def bionorm(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from pipeline.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | variables,
    )


def table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep="\t", keep_default_na=False)


def contents(directory: Path) -> dict[str, bytes]:
    files = {p.name: p.read_bytes() for p in directory.iterdir()}
    record = json.loads(files["run.json"])
    for name in VOLATILE:
        del record[name]
    return files | {"run.json": json.dumps(record).encode()}


# What is written


def test_the_files(output: tuple[JobResult, Path]) -> None:
    result, directory = output
    assert {p.name for p in directory.iterdir()} == FILES
    assert {p.name for p in result.files} == FILES
    for path in directory.iterdir():
        data = path.read_bytes()
        assert data.decode("utf-8")
        assert b"\r" not in data
        assert data.endswith(b"\n") or path.suffix == ".html"


@pytest.mark.parametrize("name", COLUMNS)
def test_the_columns(output: tuple[JobResult, Path], name: str) -> None:
    frame = table(output[1] / name)
    assert " ".join(frame.columns) == COLUMNS[name]
    assert len(frame) > 0
    lines = (output[1] / name).read_text(encoding="utf-8").splitlines()
    assert {line.count("\t") for line in lines} == {len(frame.columns) - 1}


def test_offsets_point_into_the_passages(
    output: tuple[JobResult, Path], seed_files: list[Path]
) -> None:
    papers = {p.id: p for file in seed_files for p in scan(file) if isinstance(p, Paper)}
    mentions = table(output[1] / "mentions.tsv")
    assert set(mentions["paper_id"]) == set(papers)
    for row in mentions.itertuples():
        text = papers[row.paper_id].passage(row.passage).text
        assert 0 <= row.start < row.end <= len(text)
        assert row.text == text[row.start : row.end].replace("\n", " ")


def test_entities_sum_up_the_mentions(output: tuple[JobResult, Path]) -> None:
    mentions, entities = (table(output[1] / name) for name in ("mentions.tsv", "entities.tsv"))
    linked = mentions[mentions["curie"] != ""]
    counted = linked.groupby(["paper_id", "type", "curie"]).size()
    assert entities.set_index(["paper_id", "type", "curie"])["mentions"].to_dict() == (
        counted.to_dict()
    )


def test_identifiers_are_of_their_vocabularies(output: tuple[JobResult, Path]) -> None:
    entities = table(output[1] / "entities.tsv")
    patterns = {
        "Gene": r"NCBIGene:\d+",
        "Disease": r"MONDO:\d{7}|MESH:[CD]\d+",
        "Species": r"NCBITaxon:\d+",
    }
    for row in entities.itertuples():
        assert re.fullmatch(patterns[row.type], row.curie)
        assert re.fullmatch(r"(MESH:[CD]\d+(\|(?!$)|$))*", row.mesh)
        assert re.fullmatch(r"(MONDO:\d{7}(\|(?!$)|$))*", row.mondo)
        assert row.name
        assert 0 <= row.score <= 1


def test_the_check_speaks_of_every_annotation(
    output: tuple[JobResult, Path], seed_files: list[Path]
) -> None:
    validation = table(output[1] / "validation.tsv")
    assert set(validation["status"]) <= STATUSES
    assert validation.loc[validation["status"] != "matched", "explanation"].str.len().min() > 0
    for file in seed_files:
        for paper in scan(file):
            assert isinstance(paper, Paper)
            rows = validation[(validation["paper_id"] == paper.id)]
            names = set(rows["name"])
            assert {a.name for a in paper.annotations} <= names


def test_nine_in_ten_annotations_are_found_exactly(output: tuple[JobResult, Path]) -> None:
    check = output[0].check
    assert check.identified >= 20
    assert check.found / check.identified >= 0.9


def test_the_record_of_the_run(output: tuple[JobResult, Path]) -> None:
    result, directory = output
    record = json.loads((directory / "run.json").read_text(encoding="utf-8"))
    mentions = table(directory / "mentions.tsv")
    assert record["counts"]["papers"] == result.counts.papers == 3
    assert record["counts"]["mentions"] == len(mentions)
    assert record["counts"]["linked"] == (mentions["curie"] != "").sum()
    assert record["problems"] == []
    assert set(record["versions"]) >= {"bionorm", "python", "spacy"}
    assert re.fullmatch(r"[0-9a-f]{64}", record["snapshot"]["sha256"])
    assert set(record["seconds"]) == {"read", "annotate", "check", "rows", "finish"}
    assert all(seconds >= 0 for seconds in record["seconds"].values())
    assert record["performance"]["papers_per_second"] > 0
    assert record["peak_memory_mb"] > 50


def test_the_papers_own_entities_are_never_read(
    seed_files: list[Path], output: tuple[JobResult, Path]
) -> None:
    for file in seed_files:
        source = file.read_text(encoding="utf-8")
        _, mark, hidden = source.partition("## Linked entities")
        assert mark
        listed = [line for line in hidden.splitlines() if line.startswith("- **")]
        assert listed
        for paper in scan(file):
            assert isinstance(paper, Paper)
            text = "\n".join(p.text for p in paper.passages)
            assert "ntities" not in text
            assert "MESH:" not in text
            assert "[taxon" not in text
            for line in listed:
                assert line[4:40] not in text


# The same again


def test_another_run_gives_the_same_bytes(
    job: Run, seed_files: list[Path], output: tuple[JobResult, Path], tmp_path: Path
) -> None:
    job(seed_files, tmp_path)
    assert contents(tmp_path) == contents(output[1])


def test_the_order_of_the_files_does_not_matter(
    job: Run, seed_files: list[Path], output: tuple[JobResult, Path], tmp_path: Path
) -> None:
    job(seed_files[::-1], tmp_path)
    assert contents(tmp_path) == contents(output[1])


def test_another_process_gives_the_same_bytes(
    seeds: Path, output: tuple[JobResult, Path], tmp_path: Path
) -> None:
    done = bionorm("run", seeds, "--output", tmp_path / "out", PYTHONHASHSEED="1")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert contents(tmp_path / "out") == contents(output[1])


def test_worker_processes_give_the_same_bytes(
    job: Run, seed_files: list[Path], output: tuple[JobResult, Path], tmp_path: Path
) -> None:
    job(seed_files, tmp_path, processes=2)
    assert contents(tmp_path) == contents(output[1])


def test_results_of_an_earlier_run_are_replaced(
    job: Run, seed_files: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "mentions.tsv").write_text("old")
    job(seed_files[:1], tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == FILES
    assert table(tmp_path / "mentions.tsv").columns[0] == "paper_id"


# Bad input


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("mixed")
    (directory / "good.txt").write_text(GOOD, encoding="utf-8")
    (directory / "empty.txt").write_bytes(b"")
    (directory / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (directory / "latin.txt").write_bytes(
        "Title\n\nSjögren in mice und Mäusen.\n".encode("latin-1")
    )
    broken = GOOD.replace("(MONDO:0005178)", "(MONDO:0005178").replace("# Ost", "# Broken ost")
    (directory / "broken.txt").write_text(broken, encoding="utf-8")
    return directory


def test_one_good_paper_among_bad_files(mixed: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    done = bionorm("run", mixed, "--output", target)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert {p.name for p in target.iterdir()} == FILES | {"quarantine.tsv"}
    unreadable = table(target / "quarantine.tsv")
    assert list(unreadable["file"].map(lambda f: Path(f).name)) == [
        "binary.txt", "empty.txt", "latin.txt",
    ]  # fmt: skip
    assert "good" in set(table(target / "mentions.tsv")["paper_id"])

    record = json.loads((target / "run.json").read_text(encoding="utf-8"))
    problems = {Path(p["file"]).name: p for p in record["problems"]}
    assert set(problems) == {"empty.txt", "binary.txt", "latin.txt", "broken.txt"}
    assert all(p["reason"] for p in problems.values())
    assert [problems[name]["fatal"] for name in ("empty.txt", "binary.txt", "latin.txt")] == [
        True
    ] * 3
    assert problems["broken.txt"]["line"] == 9
    assert not problems["broken.txt"]["fatal"]
    assert problems["latin.txt"]["line"] == 3
    told = done.stderr
    for name, problem in problems.items():
        place = f"{name}:{problem['line']}: " if problem["line"] else f"{name}: "
        assert f"{place}{problem['reason']}" in told


def test_the_good_paper_is_what_it_is_alone(job: Run, mixed: Path, tmp_path: Path) -> None:
    job(sorted(mixed.iterdir()), tmp_path / "all")
    job([mixed / "good.txt"], tmp_path / "one")
    every, alone = (table(tmp_path / d / "mentions.tsv") for d in ("all", "one"))
    good = every[every["paper_id"] == "good"].reset_index(drop=True)
    pd.testing.assert_frame_equal(good, alone, check_dtype=False)
    assert set(every["paper_id"]) == {"good", "broken"}


def test_papers_of_the_same_name(job: Run, tmp_path: Path) -> None:
    files = []
    for part, text in (("a", GOOD), ("b", GOOD.replace("mice", "rats")), ("c", GOOD)):
        path = tmp_path / part / "good.txt"
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
        files.append(path)
    papers, problems = read_papers(files)
    assert [p.id for p in papers] == ["good", "good#2", "good#3"]
    assert len(problems) == 2
    assert all("good" in p.reason and not p.fatal for p in problems)
    assert [p.id for p in read_papers(files[::-1])[0]] == ["good", "good#2", "good#3"]
    assert [p.source for p in read_papers(files[::-1])[0]] == [p.source for p in papers]
    result = job(files, tmp_path / "out")
    assert {m["paper_id"] for m in table(tmp_path / "out/mentions.tsv").to_dict("records")} == {
        "good", "good#2", "good#3",
    }  # fmt: skip
    assert result.counts.problems == 2


@pytest.mark.parametrize("arguments", [["nowhere"], ["."], []])
def test_no_papers(arguments: list[str], tmp_path: Path) -> None:
    inputs = [tmp_path / a for a in arguments]
    done = bionorm("run", *inputs, "--output", tmp_path / "out")
    assert done.returncode == 2
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_only_bad_papers(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    done = bionorm("run", tmp_path / "empty.txt", "--output", tmp_path / "out")
    assert done.returncode == 1
    assert "empty.txt" in done.stderr
    assert {p.name for p in (tmp_path / "out").iterdir()} == FILES | {"quarantine.tsv"}
    assert len(table(tmp_path / "out" / "mentions.tsv")) == 0


def test_an_output_that_cannot_be_written(mixed: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    done = bionorm("run", mixed / "good.txt", "--output", tmp_path / "out")
    assert done.returncode == 1
    assert str(tmp_path / "out") in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "out").read_text() == "a file"


def test_a_failing_write_leaves_the_old_files(
    job: Run, mixed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job([mixed / "good.txt"], tmp_path / "out")
    before = contents(tmp_path / "out")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        job([mixed / "broken.txt"], tmp_path / "out")
    assert contents(tmp_path / "out") == before
