"""Cell lines, strains and methods that tell of a species which the text does not name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9/.-]*[A-Za-z0-9]|[A-Za-z0-9]")
_CELLS = frozenset({"cell", "cells", "line", "lines"})
_NEEDS_CELLS = 3
"""Cell lines with a name this short are taken only when the word after them says so."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A place that hints at a species.

    Attributes:
        start: First code point.
        end: Code point after the last one.
        taxon: The species.
        kind: `line`, `strain` or `word`.
    """

    start: int
    end: int
    taxon: str
    kind: str


@cache
def _table() -> Mapping[str, tuple[tuple[str, str], ...]]:
    text = (files("pipeline.normalization") / "data" / "species_hints.tsv").read_text("utf-8")
    table: dict[str, tuple[tuple[str, str], ...]] = {}
    rows = [line for line in text.splitlines() if line and not line.startswith("#")]
    for line in rows[1:]:
        taxon, kind, name = line.split("\t")
        table[name] = (*table.get(name, ()), (taxon, kind))
    return table


@cache
def _beginnings() -> frozenset[str]:
    """Return the first words of the table's names, in small letters."""
    return frozenset(name.partition(" ")[0].lower() for name in _table())


def find_hints(text: str) -> Sequence[Hint]:
    """Return the hints of a text, in text order.

    >>> [(h.taxon, h.kind) for h in find_hints("HeLa cells and C57BL/6 mice")]
    [('NCBITaxon:9606', 'line'), ('NCBITaxon:10090', 'strain')]
    """
    table, beginnings = _table(), _beginnings()
    if beginnings.isdisjoint(map(str.lower, _WORD.findall(text))):
        return []
    words = list(_WORD.finditer(text))
    found: list[Hint] = []
    for i, word in enumerate(words):
        name, end = word.group(), word.end()
        if name.lower() not in beginnings:
            continue
        following = words[i + 1].group() if i + 1 < len(words) else ""
        pair = f"{name} {following}"
        if pair in table:
            name, end = pair, words[i + 1].end()
        elif name not in table and name.lower() in table:
            name = name.lower()
        for taxon, kind in table.get(name, ()):
            if kind == "line" and len(name) <= _NEEDS_CELLS and following not in _CELLS:
                continue
            found.append(Hint(word.start(), end, taxon, kind))
    return found
