"""Mutated inputs over all readers; `BIONORM_FUZZ=1000000` reads a million."""

from __future__ import annotations

import os
from pathlib import Path

from fuzz_readers import check, fuzz, originals


def test_whole_inputs_give_papers(tmp_path: Path) -> None:
    for format, data in originals():
        for named in (None, format):
            assert check(tmp_path / "input.txt", data, named) == "papers"


def test_mutated_inputs_give_papers_or_problems(tmp_path: Path) -> None:
    count = int(os.environ.get("BIONORM_FUZZ", "1000"))
    outcomes = fuzz(count, tmp_path, seed=int(os.environ.get("BIONORM_FUZZ_SEED", "1")))
    assert sum(outcomes.values()) == count
    assert {outcome for _, outcome in outcomes} == {"papers", "problems", "both"}
