"""What annotators of gold corpora mean by the names of diseases, counted on their train splits.

Curators resolve many names that no vocabulary lists, and some otherwise than by their letters
(`dyskinesia` in papers on drugs). How often a name, and a name with the same words, was resolved to
a concept is evidence for the ranker, which also learns how far to trust it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from pipeline.normalization.disease_words import name_words
from pipeline.normalization.diseases import concept_group
from pipeline.terminology.normal_form import normal_form
from pipeline.terminology.terminology import Terminology

FILE: Final = "disease_usage.tsv"
HEADER: Final = (
    "# Written by `bionorm train`: how often the train splits of gold corpora mean a concept by a "
    "name.\ntext\tcurie\tmentions\n"
)

Concept = tuple[str, ...]
"""The identifiers that mean exactly the same disease, those of MONDO first."""

_NONE: Final[Mapping[Concept, int]] = MappingProxyType({})
_DOUBT = 2
"""Mentions of nothing that are added to those of each word: rare words tell less."""

_VOCABULARIES: Final = ("MONDO:", "MESH:D", "MESH:", "OMIM:")
_LAST = len(_VOCABULARIES)
_OF_WORD = 8
"""Concepts that are kept for a word."""


def disease_concept(curie: str, terminology: Terminology) -> Concept:
    """Return the concept of an identifier, which is the same for all of its identifiers."""
    return tuple(sorted(concept_group(curie, terminology), key=_place))


def _place(curie: str) -> tuple[int, str]:
    return next((i for i, p in enumerate(_VOCABULARIES) if curie.startswith(p)), _LAST), curie


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
        self._identifiers: dict[str, int] = {}
        stems: dict[str, dict[Concept, int]] = {}
        for row in rows:
            concept = concept_of(row.curie)
            words = name_words(row.text)
            keys = (self._names, normal_form(row.text)), (self._words, words.key)
            for table, key in (*keys, *((stems, stem) for stem in words.stems)):
                of_key = table.setdefault(key, {})
                of_key[concept] = of_key.get(concept, 0) + row.mentions
            self._counts[concept] = self._counts.get(concept, 0) + row.mentions
            self._identifiers[row.curie] = self._identifiers.get(row.curie, 0) + row.mentions
        self._stems = {stem: _shares(counts) for stem, counts in stems.items()}
        self.of_each_word = lru_cache(maxsize=1000)(self._of_each_word)

    def of_name(self, text: str) -> Mapping[Concept, int]:
        """Return what a name was resolved to."""
        return self._names.get(normal_form(text), _NONE)

    def of_words(self, text: str) -> Mapping[Concept, int]:
        """Return what names with the same words, whatever their order, were resolved to."""
        return self._words.get(name_words(text).key, _NONE)

    def _of_each_word(self, text: str) -> Mapping[Concept, float]:
        """Return what names with some of these words were resolved to.

        Each word tells something by itself (noisy or): the figures are between 0 and 1.
        """
        doubt: dict[Concept, float] = {}
        for stem in sorted(name_words(text).stems):
            for concept, share in self._stems.get(stem, ()):
                doubt[concept] = doubt.get(concept, 1.0) * (1 - share)
        return MappingProxyType({concept: 1 - d for concept, d in doubt.items()})

    def count(self, concept: Concept) -> int:
        """Return how many mentions were resolved to a concept."""
        return self._counts.get(concept, 0)

    def identifier(self, concept: Concept) -> str:
        """Return the identifier of a concept that annotators use most; empty if they use none."""
        best = max(concept, key=lambda curie: self._identifiers.get(curie, 0))
        return best if best in self._identifiers else ""


def _shares(counts: Mapping[Concept, int]) -> tuple[tuple[Concept, float], ...]:
    total = sum(counts.values()) + _DOUBT
    best = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_OF_WORD]
    return tuple((concept, n / total) for concept, n in best)


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
