"""Dask: the same bytes as without, also when a worker is killed."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from light_jobs import contents, load_light, many, write_papers

from pipeline.errors import UsageError
from pipeline.running.engine_choice import IN_PROCESS, EngineChoice
from pipeline.running.job import Job, run_job
from pipeline.running.shard_work import Recipe
from pipeline.terminology.terminology import shared_terminology


def test_a_local_cluster_that_loses_a_worker(small_snapshot: Path, tmp_path: Path) -> None:
    recipe = Recipe(
        partial(load_light, small_snapshot), partial(shared_terminology, str(small_snapshot))
    )
    texts = many(300)
    texts[100] = f"ONCE{tmp_path / 'mark'} and Runx2."
    inputs = [write_papers(tmp_path / "in.pubtator", texts)]
    for name, engine in (
        ("dask", EngineChoice(processes=2, local_cluster=True)),
        ("here", IN_PROCESS),
    ):
        job = Job(inputs=inputs, output=tmp_path / name, recipe=recipe, snapshot=small_snapshot)
        result = run_job(job, engine=engine)
        assert result.counts.papers == 300
        assert result.performance["workers_lost"] >= (name == "dask")
    assert contents(tmp_path / "dask") == contents(tmp_path / "here")


def test_a_scheduler_that_does_not_answer(
    recipe: Recipe, small_snapshot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.running import dask_engine

    monkeypatch.setattr(dask_engine, "_SECONDS_TO_CONNECT", 0.2)
    inputs = [write_papers(tmp_path / "in.pubtator", many(3))]
    job = Job(inputs=inputs, output=tmp_path / "out", recipe=recipe, snapshot=small_snapshot)
    with pytest.raises(UsageError, match="does not answer"):
        run_job(job, engine=EngineChoice(scheduler="tcp://127.0.0.1:9"))
    assert not (tmp_path / "out").exists()
