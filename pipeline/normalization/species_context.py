"""What a paper says of species, and what of it speaks for the species of one gene mention.

The evidence is named, so that every decision can be told in a sentence; the species model weighs it
(see `gene_weights.py`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.normalization.species_hints import Hint

HUMAN, MOUSE, RAT = "NCBITaxon:9606", "NCBITaxon:10090", "NCBITaxon:10116"
_SENTENCE_END = re.compile(r"[.!?;]\s+(?=[A-Z(\[\"“])|\n\s*\n")
_CLAUSE_MARK = re.compile(r"[()\[\];:]|\n\s*\n|[.!?]\s+(?=[A-Z])")
_CLOSE = 12
"""Species mentions on either side of a gene that may stand in its sentence."""
_MOST_TAXA = 64
"""Taxa that a gene is weighed against, so that a checklist of species takes no time squared."""

Rows = dict[str, dict[str, float]]
"""Taxon -> name of the evidence -> its strength, mostly from 0 to 1."""


@dataclass(frozen=True, slots=True)
class SpeciesMention:
    """A mention of a taxon: that of the genes, where the terminology has genes of it.

    Attributes:
        start: First code point.
        end: Code point after the last one.
        taxon: The taxon.
        people: Whether it is a word for people by their role (`patients`), unlike `human`, which
            often says only where a cell line or protein comes from.
    """

    start: int
    end: int
    taxon: str
    people: bool = False


class SpeciesContext:
    """The species of one paper and where they are mentioned."""

    def __init__(
        self,
        text: str,
        mentions: Sequence[SpeciesMention],
        title_end: int,
        *,
        hints: Sequence[Hint] = (),
        kind_of: Callable[[str], str] = lambda _: "other",
    ) -> None:
        """Collect the evidence.

        Args:
            text: The whole text.
            mentions: Mentions of taxa, in text order.
            title_end: Where the title ends.
            hints: What hints at species that the text may not name, in text order.
            kind_of: Tells what kind of organism a taxon is (see `GeneTaxa`): kinds have weights.
        """
        self._mentions = mentions
        self._starts = [m.start for m in mentions]
        self._sentences = [m.end() for m in _SENTENCE_END.finditer(text)]
        self._clauses = _Clauses.of(text)
        self._counts = Counter(m.taxon for m in mentions)
        self._hints = hints
        self._hint_starts = [h.start for h in hints]
        self._hinted = Counter((h.taxon, h.kind) for h in hints)
        self.kind_of = kind_of
        self.taxa: Sequence[str] = tuple(sorted(self._counts))
        """The taxa that the paper mentions."""
        hinted = {h.taxon for h in hints if h.kind != "word"}
        often = [taxon for taxon, _ in self._counts.most_common(_MOST_TAXA)]
        self.considered: Sequence[str] = tuple(sorted({HUMAN, MOUSE, RAT, *often, *hinted}))
        """The taxa that a gene of the paper may belong to: of very many, those mentioned most."""
        self._paper = self._of_paper(title_end)

    def _of_paper(self, title_end: int) -> Rows:
        title = Counter(m.taxon for m in self._mentions if m.start < title_end)
        people = any(m.people for m in self._mentions)
        total = sum(self._counts.values())
        most = max(self._counts.values(), default=0)
        rows: Rows = {}
        for taxon in self.considered:
            kind = self.kind_of(taxon)
            count = self._counts[taxon]
            row = {f"is {kind}": 1.0}
            if count:
                row["mentioned"] = 1.0
                row["share"] = count / total
                row["often"] = min(count, 8) / 8
                row[f"share {kind}"] = count / total
                if count == most:
                    row["most"] = 1.0
                if len(self._counts) == 1:
                    row["only species"] = 1.0
                    row[f"only {kind}"] = 1.0
                if title[taxon]:
                    row["title"] = 1.0
                    if len(title) == 1:
                        row["only in title"] = 1.0
                if taxon == self._mentions[0].taxon:
                    row["first"] = 1.0
            elif total:
                row[f"unmentioned {kind}"] = 1.0
            else:
                row[f"no species {kind}"] = 1.0
            if taxon == HUMAN and people:
                row["people"] = 1.0
            for hint_kind in ("line", "strain", "word"):
                if hints := self._hinted[taxon, hint_kind]:
                    row[f"{hint_kind} in paper"] = min(hints, 4) / 4
                    if hint_kind != "strain":
                        row[f"{hint_kind} in paper {kind}"] = min(hints, 4) / 4
            rows[taxon] = row
        return rows

    def evidence(self, start: int, end: int) -> Rows:
        """Return the evidence of the text for each taxon that is considered.

        Args:
            start: First code point of the gene mention.
            end: Code point after the last one.
        """
        rows = {taxon: dict(row) for taxon, row in self._paper.items()}
        sentence = bisect_left(self._sentences, start + 1)
        near = bisect_left(self._starts, start)
        self._last_before(rows, near, sentence)
        in_sentence: list[int] = []
        for i in range(max(0, near - _CLOSE), min(len(self._mentions), near + _CLOSE)):
            m = self._mentions[i]
            if (row := rows.get(m.taxon)) is None:
                continue
            if 0 <= start - m.end <= 2 or (m.start <= start and end <= m.end):
                row["before"] = 1.0
            elif 0 <= m.start - end <= 2:
                row["after"] = 1.0
            if bisect_left(self._sentences, m.start + 1) != sentence:
                continue
            if not self._clauses.governs(m.start, start):
                row["elsewhere"] = 1.0
                continue
            in_sentence.append(i)
            row["sentence"] = 1.0
            if m.people:
                row["people in sentence"] = 1.0
            if self._clauses.same(m.start, start):
                row["clause"] = 1.0
        if in_sentence:
            nearest = min(in_sentence, key=lambda i: (self._distance(i, start, end), i))
            row = rows[self._mentions[nearest].taxon]
            row["nearest"] = 1.0
            row["nearness"] = 1 / (1 + self._distance(nearest, start, end) / 40)
            if len({self._mentions[i].taxon for i in in_sentence}) == 1:
                row["only in sentence"] = 1.0
        self._hints_near(rows, start, sentence)
        return rows

    def _last_before(self, rows: Rows, near: int, sentence: int) -> None:
        """Mark the species that was mentioned last before the gene, and how long ago."""
        if not near:
            return
        last = self._mentions[near - 1]
        if last.taxon not in rows:
            return
        ago = sentence - bisect_left(self._sentences, last.start + 1)
        rows[last.taxon]["last"] = 1.0
        rows[last.taxon][f"last {min(ago, 3)} sentences ago"] = 1.0

    def _hints_near(self, rows: Rows, start: int, sentence: int) -> None:
        near = bisect_left(self._hint_starts, start)
        for i in range(max(0, near - _CLOSE), min(len(self._hints), near + _CLOSE)):
            hint = self._hints[i]
            if (
                hint.taxon in rows
                and bisect_left(self._sentences, hint.start + 1) == sentence
                and self._clauses.governs(hint.start, start)
            ):
                rows[hint.taxon][f"{hint.kind} in sentence"] = 1.0

    def _distance(self, i: int, start: int, end: int) -> int:
        m = self._mentions[i]
        return start - m.end if m.end <= start else 2 * max(0, m.start - end)


REASONS: Mapping[str, str] = {
    "share": "a species that the paper speaks of",
    "mentioned": "a species that the paper speaks of",
    "most": "the species that the paper mentions most",
    "only species": "the only species that the paper mentions",
    "title": "the species of the title",
    "only in title": "the species of the title",
    "people": "the paper is about people",
    "before": "the species word right before it",
    "after": "the species word right after it",
    "clause": "a species word in the same clause",
    "sentence": "a species word in the same sentence",
    "only in sentence": "the only species of the sentence",
    "nearest": "the nearest species word in the sentence",
    "nearness": "the nearest species word in the sentence",
    "last": "the species word before it",
    "last 0 sentences ago": "the species word before it",
    "last 1 sentences ago": "the species of the sentence before",
    "line in sentence": "a cell line of this species in the same sentence",
    "line in paper": "the paper's cell lines",
    "strain in sentence": "a strain of this species in the same sentence",
    "strain in paper": "the paper's strains",
    "same name": "what is said where the name stands elsewhere in the paper",
    "prefix": "the prefix of the symbol",
    "organism": "the organism that was asked for",
}
"""Evidence in words, for what a link tells of its species."""


def reason_of(evidence: Mapping[str, float], weights: Mapping[str, float], taxon: str) -> str:
    """Return the strongest evidence for a species in words."""
    parts = {
        name: weights.get(name, 0.0) * value for name, value in evidence.items() if name in REASONS
    }
    strongest = max(parts, key=lambda name: (parts[name], name), default="")
    if strongest and parts[strongest] > 0:
        return REASONS[strongest]
    if taxon == HUMAN:
        return "human, the likeliest where nothing near the name tells a species"
    return "the only choice"


def writing_of(surface: str) -> str:
    """Return how a symbol is written: `upper`, `title`, `lower`, `mixed`; empty for other names.

    Capitals tell species apart: `Runx2` is the rodents' way, `RUNX2` the human one, `runx2` that of
    fish (guidelines of HGNC, Bruford et al. 2020, and of the other committees).
    """
    letters = [c for c in surface if c.isalpha()]
    if len(letters) < 2 or " " in surface:
        return ""
    if all(c.isupper() for c in letters):
        return "upper"
    if surface[0].isupper() and all(c.islower() for c in letters[1:]):
        return "title"
    return "lower" if all(c.islower() for c in letters) else "mixed"


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
