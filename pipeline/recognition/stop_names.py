"""Names of the terminologies that mean something else in most texts."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from pipeline.terminology.normal_form import normal_form


@cache
def _table() -> dict[tuple[str, str], str]:
    text = (files("pipeline.recognition") / "data" / "stop_names.tsv").read_text(encoding="utf-8")
    table = {}
    for line in text.splitlines()[1:]:
        if line and not line.startswith("#"):
            type_, reason, name = line.split("\t")
            table[type_, normal_form(name)] = reason
    return table


def stop_reason(surface: str, type_: str) -> str:
    """Return why a surface form is not a mention of a type, or an empty string.

    >>> stop_reason("TEM", "Gene")
    'method'
    """
    return _table().get((type_, normal_form(surface)), "")
