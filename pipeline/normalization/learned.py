"""Names of diseases learned from gold corpora (see `training/learned_names.py`)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from pipeline.model import EntityType
from pipeline.terminology.normal_form import normal_form
from pipeline.terminology.terminology import NameMatch

SCOPE = "learned"
FILE = "learned_names.tsv"


@cache
def _table() -> dict[str, tuple[str, str]]:
    text = (files("pipeline.normalization") / "data" / FILE).read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return {normal_form(name): (name, curie) for name, curie, _ in rows[1:]}


def learned_names(surface: str) -> list[NameMatch]:
    """Return the disease that annotators mean by a name, if that was learned."""
    found = _table().get(normal_form(surface))
    if not found:
        return []
    name, curie = found
    return [NameMatch(curie, name, SCOPE, EntityType.DISEASE, 0, 0)]
