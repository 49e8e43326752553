"""Which species a gene mention belongs to: the evidence in the text, weighed.

The evidence is named, so that every decision can be told in a sentence. Its weights stand in
`data/species_weights.toml`.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

HUMAN = "NCBITaxon:9606"
_MARGIN = 1.0
_SENTENCE_END = re.compile(r"[.!?;]\s+(?=[A-Z(\[\"“])|\n\s*\n")
_CLAUSE_MARK = re.compile(r"[()\[\];:]|\n\s*\n|[.!?]\s+(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class SpeciesMention:
    """A mention of a taxon: that of the genes, where the terminology has genes of it."""

    start: int
    end: int
    taxon: str


@dataclass(frozen=True, slots=True)
class SpeciesChoice:
    """A taxon with its weight of evidence and the strongest piece of it in words."""

    taxon: str
    weight: float
    reason: str


@cache
def species_weights() -> Mapping[str, float]:
    """Return the weight of each kind of evidence."""
    text = (files("pipeline.normalization") / "data" / "species_weights.toml").read_text("utf-8")
    return {k: float(v) for k, v in tomllib.loads(text)["weights"].items()}


class SpeciesContext:
    """The species of one paper and where they are mentioned."""

    def __init__(
        self,
        text: str,
        mentions: Sequence[SpeciesMention],
        title_end: int,
        *,
        weights: Mapping[str, float],
    ) -> None:
        """Collect the evidence.

        Args:
            text: The whole text.
            mentions: Mentions of taxa, in text order.
            title_end: Where the title ends.
            weights: What each kind of evidence is worth.
        """
        self._weights = weights
        self._text = text
        self._mentions = mentions
        self._starts = [m.start for m in mentions]
        self._sentences = [m.end() for m in _SENTENCE_END.finditer(text)]
        self._clauses = _Clauses.of(text)
        self._counts = Counter(m.taxon for m in mentions)
        self._title = Counter(m.taxon for m in mentions if m.start < title_end)

    @property
    def taxa(self) -> Collection[str]:
        """The taxa that the paper mentions."""
        return self._counts.keys()

    def features(
        self,
        start: int,
        end: int,
        surface: str,
        likeness: Mapping[str, float],
        agreement: Mapping[str, float],
    ) -> dict[str, dict[str, float]]:
        """Return the evidence for each taxon: name of the evidence -> strength from 0 to 1.

        Args:
            start: First code point of the gene mention.
            end: Code point after the last one.
            surface: Its text.
            likeness: For each taxon that has a gene of this name, how well the name fits.
            agreement: For each taxon, the share of the paper's other gene mentions that seem to
                belong to it; empty when that is not known yet.
        """
        table: dict[str, dict[str, float]] = {HUMAN: {"human": 1.0}}
        total = sum(self._counts.values())
        most = max(self._counts.values(), default=0)
        for taxon, count in self._counts.items():
            row = table.setdefault(taxon, {})
            row["mentioned"] = 1.0
            row["share"] = count / total
            row["most"] = float(count == most)
            row["title"] = float(self._title[taxon] > 0)
        sentence = bisect_left(self._sentences, start + 1)
        near = bisect_left(self._starts, start)
        found: set[str] = set()
        for i in range(near - 1, -1, -1):
            m = self._mentions[i]
            if not found:
                table[m.taxon]["last"] = 1.0
            found.add(m.taxon)
            if len(found) == len(self._counts):
                break
        in_sentence: list[int] = []
        for i in range(max(0, near - 12), min(len(self._mentions), near + 12)):
            m = self._mentions[i]
            row = table[m.taxon]
            if 0 <= start - m.end <= 2 or (m.start <= start and end <= m.end):
                row["before"] = 1.0
            if bisect_left(self._sentences, m.start + 1) != sentence:
                continue
            if not self._clauses.governs(m.start, start):
                row["elsewhere"] = 1.0
                continue
            in_sentence.append(i)
            row["sentence"] = 1.0
            if self._clauses.same(m.start, start):
                row["clause"] = 1.0
        if in_sentence:
            nearest = min(in_sentence, key=lambda i: (self._distance(i, start, end), i))
            table[self._mentions[nearest].taxon]["nearest"] = 1.0
        for taxon, strength in _by_writing(surface).items():
            if taxon in table:
                table[taxon]["writing"] = strength
        for taxon, row in table.items():
            row["likeness"] = likeness.get(taxon, 0.0)
            row["agreement"] = agreement.get(taxon, 0.0)
        return table

    def choices(
        self,
        start: int,
        end: int,
        surface: str,
        likeness: Mapping[str, float],
        agreement: Mapping[str, float],
    ) -> list[SpeciesChoice]:
        """Rank the taxa that a gene mention may belong to, best first.

        Only taxa that have a gene of this name are ranked, and none that the text supports far
        less than another one. The arguments are those of `features`.
        """
        weights = self._weights
        ranked = []
        strongest_evidence = 0.0
        for taxon, row in self.features(start, end, surface, likeness, agreement).items():
            parts = {name: weights.get(name, 0.0) * value for name, value in row.items()}
            weight = sum(parts.values())
            evidence = weight - parts["likeness"]
            strongest_evidence = max(strongest_evidence, evidence)
            if taxon not in likeness:
                continue
            told = {name: part for name, part in parts.items() if name in _REASONS and row[name]}
            strongest = max(told, key=lambda name: (told[name], name), default="human")
            ranked.append((SpeciesChoice(taxon, weight, _REASONS[strongest]), evidence))
        # A species that the text speaks of much less than of another one, which has no gene of
        # this name, is nearly always wrong: the name then means something that is not listed.
        return sorted(
            (c for c, evidence in ranked if strongest_evidence - evidence < _MARGIN),
            key=lambda c: (-round(c.weight, 9), c.taxon != HUMAN, c.taxon),
        )

    def _distance(self, i: int, start: int, end: int) -> int:
        m = self._mentions[i]
        return start - m.end if m.end <= start else 2 * max(0, m.start - end)


_REASONS = {
    "human": "human, for nothing in the text says otherwise",
    "share": "a species that the paper speaks of",
    "most": "the species that the paper mentions most",
    "title": "the species of the title",
    "before": "the species word right before it",
    "clause": "a species word in the same clause",
    "sentence": "a species word in the same sentence",
    "nearest": "the nearest species word in the sentence",
    "last": "the species word before it",
    "writing": "written as symbols of this species are",
    "agreement": "the species of the paper's other genes",
}


def _by_writing(surface: str) -> dict[str, float]:
    """Tell what capitals say: `Runx2` is the rodents' way, `RUNX2` the human one.

    Sources: guidelines of HGNC (Bruford et al. 2020) and of the mouse and rat committees.
    """
    letters = [c for c in surface if c.isalpha()]
    if len(letters) < 3 or " " in surface:
        return {}
    if surface[0].isupper() and all(c.islower() for c in letters[1:]):
        return {"NCBITaxon:10090": 1.0, "NCBITaxon:10116": 0.9}
    if all(c.isupper() for c in letters):
        return {HUMAN: 1.0}
    if all(c.islower() for c in letters):
        return {"NCBITaxon:7955": 1.0}
    return {}


@dataclass(frozen=True, slots=True)
class _Clauses:
    """Brackets and semicolons of a text: what stands in a bracket speaks for that bracket only."""

    borders: Sequence[int]
    depth: Sequence[int]

    @classmethod
    def of(cls, text: str) -> _Clauses:
        borders, depth, level = [0], [0], 0
        for found in _CLAUSE_MARK.finditer(text):
            mark = found.group()[0]
            if mark in "([":
                level += 1
            elif mark in ")]":
                level = max(0, level - 1)
            elif "\n" in found.group():
                level = 0  # an unclosed bracket ends with its paragraph
            borders.append(found.end())
            depth.append(level)
        return cls(borders, depth)

    def _at(self, position: int) -> int:
        return bisect_left(self.borders, position + 1) - 1

    def same(self, one: int, other: int) -> bool:
        """Whether two positions lie between the same borders."""
        return self._at(one) == self._at(other)

    def governs(self, species: int, gene: int) -> bool:
        """Whether a species word may speak for a gene: it shares all brackets it stands in."""
        a, b = self._at(species), self._at(gene)
        if a == b:
            return True
        low, high = min(a, b), max(a, b)
        return min(self.depth[low : high + 1]) >= self.depth[a]
