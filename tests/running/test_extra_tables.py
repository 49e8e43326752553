"""Tables on request, the least score, and names only: what `run` does when asked."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from light_jobs import LightRun, contents, many, write_papers
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.running.engine_choice import IN_PROCESS, EngineChoice
from pipeline.running.extra_tables import ExtraTable
from pipeline.running.job import Job, run_job
from pipeline.running.shard_work import Recipe
from pipeline.running.table_files import TableFormat

BOTH = frozenset(ExtraTable)
TEXT = "Runx2 and osteoarthritis in Mus musculus; RUNX2 and SPP1 of Homo sapiens."


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def test_crosswalk_and_homologues(light_run: LightRun, tmp_path: Path) -> None:
    inputs = [write_papers(tmp_path / "in.pubtator", [TEXT, *many(30)])]
    light_run(inputs, tmp_path / "out", extra=BOTH)
    mentions = rows(tmp_path / "out" / "mentions.tsv")
    crosswalk = rows(tmp_path / "out" / "crosswalk.tsv")
    (exact,) = (r for r in crosswalk if r["object_id"] == "MESH:D010003")
    assert (exact["subject_id"], exact["predicate_id"]) == ("MONDO:0005178", "skos:exactMatch")
    assert int(exact["mentions"]) == sum(m["curie"] == "MONDO:0005178" for m in mentions) > 1
    genes = {m["curie"] for m in mentions if m["type"] == "Gene"}
    pairs = [(r["curie"], r["homologue"]) for r in rows(tmp_path / "out" / "homologues.tsv")]
    assert pairs == sorted(set(pairs))
    assert {gene for gene, _ in pairs} <= genes
    assert ("NCBIGene:860", "NCBIGene:12393") in pairs
    (row,) = (r for r in rows(tmp_path / "out" / "homologues.tsv") if r["curie"] == "NCBIGene:6696")
    assert list(row.values()) == [
        *("NCBIGene:6696", "SPP1", "NCBITaxon:9606", "NCBIGene:20750", "Spp1", "NCBITaxon:10090")
    ]


def test_they_depend_neither_on_engine_nor_form(light_run: LightRun, tmp_path: Path) -> None:
    inputs = [write_papers(tmp_path / "in.pubtator", [TEXT, *many(50)])]
    found = []
    for number, engine in enumerate((IN_PROCESS, EngineChoice(processes=2))):
        for form in TableFormat:
            output = tmp_path / f"{form}{number}"
            light_run(inputs, output, engine=engine, form=form, extra=BOTH)
            found.append([(output / t.file_name).read_bytes() for t in ExtraTable])
    assert found == found[:1] * 4


def test_a_run_without_them_leaves_none_behind(light_run: LightRun, tmp_path: Path) -> None:
    inputs = [write_papers(tmp_path / "in.pubtator", [TEXT])]
    light_run(inputs, tmp_path / "out", extra=BOTH)
    light_run(inputs, tmp_path / "out")
    assert not any((tmp_path / "out" / table.file_name).exists() for table in ExtraTable)


@pytest.mark.parametrize("engine", [IN_PROCESS, EngineChoice(processes=2)])
def test_a_least_score(
    engine: EngineChoice, recipe: Recipe, small_snapshot: Path, tmp_path: Path
) -> None:
    inputs = [write_papers(tmp_path / "in.pubtator", many(20))]

    def run(min_score: float) -> list[dict[str, str]]:
        output = tmp_path / f"out{min_score}"
        job = Job(
            inputs=inputs, output=output, snapshot=small_snapshot,
            recipe=replace(recipe, min_score=min_score),
        )  # fmt: skip
        run_job(job, engine=engine)
        return rows(output / "mentions.tsv")

    every = run(0.0)
    middle = sorted(float(m["score"]) for m in every)[len(every) // 2]
    assert run(middle) == [m for m in every if float(m["score"]) >= middle] != every


def test_the_options(small_snapshot: Path, tmp_path: Path) -> None:
    paper = write_papers(tmp_path / "in.pubtator", [TEXT])
    arguments = ["run", str(paper), "--snapshot", str(small_snapshot), "-o", str(tmp_path / "out")]
    chosen = ["--dictionary-only", "--min-score", "0.5", "--crosswalk", "--homologues"]
    assert CliRunner().invoke(app, [*arguments, *chosen]).exit_code == 0
    files = contents(tmp_path / "out")
    assert {"crosswalk.tsv", "homologues.tsv"} <= set(files)
    settings = json.loads(files["run.json"])["settings"]
    assert settings["components"] == ["bionorm_dictionary"]
    assert settings["options"]["dictionary-only"]["value"] is True
    assert settings["options"]["min-score"]["value"] == 0.5
    assert {m["method"] for m in rows(tmp_path / "out" / "mentions.tsv")} == {"dictionary"}


def test_names_only_and_organisms_exclude_each_other(tmp_path: Path) -> None:
    paper = write_papers(tmp_path / "in.pubtator", [TEXT])
    for command in ("run", "annotate"):
        done = CliRunner().invoke(
            app, [command, str(paper), "--dictionary-only", "--organism", "x"]
        )
        assert "--dictionary-only takes no --organism" in str(done.exception)
