"""What annotators of gold corpora mean by the names of diseases, counted on their train splits.

Curators resolve many names that no vocabulary lists, and some otherwise than by their letters
(`dyskinesia` in papers on drugs). How often a name, and a name with the same words, was resolved to
a concept is evidence for the ranker, which also learns how far to trust it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from pipeline.normalization.disease_words import name_words
from pipeline.terminology.normal_form import normal_form

FILE: Final = "disease_usage.tsv"
HEADER: Final = (
    "# Written by `bionorm train`: how often the train splits of gold corpora mean a concept by a "
    "name.\ntext\tcurie\tmentions\n"
)

Concept = tuple[str, ...]
"""The identifiers that mean exactly the same disease."""

_NONE: Final[Mapping[Concept, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Usage:
    """How many mentions of a text were resolved to an identifier."""

    text: str
    curie: str
    mentions: int


class DiseaseUsage:
    """Counts of concepts by name.

    Args:
        rows: The counts.
        concept_of: From an identifier to its concept.
    """

    def __init__(self, rows: Iterable[Usage], concept_of: Callable[[str], Concept]) -> None:
        self._names: dict[str, dict[Concept, int]] = {}
        self._words: dict[str, dict[Concept, int]] = {}
        self._counts: dict[Concept, int] = {}
        for row in rows:
            concept = concept_of(row.curie)
            keys = (self._names, normal_form(row.text)), (self._words, name_words(row.text).key)
            for table, key in keys:
                of_key = table.setdefault(key, {})
                of_key[concept] = of_key.get(concept, 0) + row.mentions
            self._counts[concept] = self._counts.get(concept, 0) + row.mentions

    def of_name(self, text: str) -> Mapping[Concept, int]:
        """Return what a name was resolved to."""
        return self._names.get(normal_form(text), _NONE)

    def of_words(self, text: str) -> Mapping[Concept, int]:
        """Return what names with the same words, whatever their order, were resolved to."""
        return self._words.get(name_words(text).key, _NONE)

    def count(self, concept: Concept) -> int:
        """Return how many mentions were resolved to a concept."""
        return self._counts.get(concept, 0)


@cache
def shipped_usage() -> tuple[Usage, ...]:
    """Return the counts that come with the package."""
    text = (files("pipeline.normalization") / "data" / FILE).read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(Usage(name, curie, int(count)) for name, curie, count in lines[1:])


def to_table(rows: Iterable[Usage]) -> str:
    """Return the text of the file; the same counts give the same text."""
    ordered = sorted(rows, key=lambda r: (r.text.casefold(), r.text, r.curie))
    return HEADER + "".join(f"{r.text}\t{r.curie}\t{r.mentions}\n" for r in ordered)
