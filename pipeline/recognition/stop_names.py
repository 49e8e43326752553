"""Names of the terminologies that mean something else in most texts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from pipeline.terminology.normal_form import normal_form

_NONE: Mapping[str, str] = MappingProxyType({})


@cache
def _table() -> dict[str, dict[str, str]]:
    text = (files("pipeline.recognition") / "data" / "stop_names.tsv").read_text(encoding="utf-8")
    table: dict[str, dict[str, str]] = {}
    for line in text.splitlines()[1:]:
        if line and not line.startswith("#"):
            type_, reason, name = line.split("\t")
            table.setdefault(normal_form(name), {})[type_] = reason
    return table


def stop_reasons(normal: str) -> Mapping[str, str]:
    """Return of which types a normal form is not a mention, and why.

    >>> stop_reasons(normal_form("TEM"))
    {'Gene': 'method'}
    """
    return _table().get(normal, _NONE)
