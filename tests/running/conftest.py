"""The light jobs of `light_jobs`, ready to run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from light_jobs import LightRun, load_light
from spacy.language import Language

from pipeline.running.engine_choice import IN_PROCESS, EngineChoice
from pipeline.running.job import Job, JobResult, run_job
from pipeline.running.shard_work import Recipe
from pipeline.terminology.terminology import Terminology


@pytest.fixture(scope="session")
def light_nlp(small_snapshot: Path) -> Language:
    """A pipeline that takes a millisecond a paper."""
    return load_light(small_snapshot)


@pytest.fixture(scope="session")
def recipe(light_nlp: Language, small: Terminology) -> Recipe:
    """How to get that pipeline: it is there."""
    return Recipe(lambda: light_nlp, lambda: small)


@pytest.fixture(scope="session")
def light_run(recipe: Recipe, small_snapshot: Path) -> LightRun:
    """Run a job with that pipeline."""

    def run(
        inputs: list[Path],
        output: Path,
        *,
        engine: EngineChoice = IN_PROCESS,
        vocabulary: Path | None = None,
        **fields: Any,
    ) -> JobResult:
        job = Job(
            inputs=inputs,
            output=output,
            recipe=recipe,
            snapshot=vocabulary or small_snapshot,
            **fields,
        )
        return run_job(job, engine=engine)

    return run
