"""What the terminology has of the gold: identifiers, and names by which to find them.

This bounds what any linking on top of it can reach. A mention counts as found at k when one of its
gold identifiers, or a concept that is its exact match in another vocabulary, is among the first k
distinct candidates for the mention's text alone. Retired identifiers are made current.

Candidates that are exact matches of each other count as one. For genes there are three ways to
count, since a text seldom names the species beside the gene:

- `ignored`: homologues (one ortholog group, or the same symbol) count as one candidate, and any of
  them is right;
- `unknown`: the gene itself must be among the candidates of all species;
- `given`: the gene itself, among the candidates of its own species.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from spacy.vocab import Vocab

from pipeline.evaluation import corpora
from pipeline.evaluation.tables import markdown_table
from pipeline.model import Annotation, EntityType, Paper, Problem
from pipeline.recognition.abbreviations import find_definitions
from pipeline.terminology.fuzzy import EXACT, NORMAL_FORM, Hit
from pipeline.terminology.normal_form import normal_form
from pipeline.terminology.terminology import Terminology

DEPTHS = (1, 5, 20)
ALL = "all"
"""Name of the rows that sum up all corpora."""

LONG_FORM = "fuzzy, long form"
"""Fuzzy lookup of the mention with what its paper says abbreviations stand for, genera in full."""

_DEEP = 1000
_NOT_FOUND = 1 << 30
_WORD = re.compile(r"[^\W_](?:[\w/-]*[^\W_])?")
_PLURAL_ACRONYM = re.compile(r".*[A-Z0-9]s")
_ABBREVIATED = re.compile(r"([A-Z][a-z]?)\. ([a-z]\S+)")
COLUMNS = (
    "corpus", "split", "type", "identifiers", "identifiers_held", "mentions", "mentions_held",
    "lookup", "species", *(f"recall@{k}" for k in DEPTHS),
)  # fmt: skip


LookUp = Callable[[str, str, int], Sequence[Hit]]
"""From a string, a type and a number to at most so many candidates, best first."""


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of one way of looking up the gold of one corpus, split and type.

    Attributes:
        corpus: Name of the corpus, or `all`.
        split: Name of the split.
        type: Entity type.
        identifiers: Number of distinct gold identifiers.
        identifiers_held: Percent of them that the terminology has.
        mentions: Number of gold mentions with an identifier.
        mentions_held: Percent of them of which the terminology has an identifier.
        lookup: `exact`, `normal form`, `fuzzy` or `fuzzy, long form`.
        species: For genes `ignored`, `unknown` or `given`; otherwise empty.
        recall: Percent of the mentions found among 1, 5 and 20 candidates.
    """

    corpus: str
    split: str
    type: str
    identifiers: int
    identifiers_held: float
    mentions: int
    mentions_held: float
    lookup: str
    species: str
    recall: tuple[float, ...]

    def cells(self) -> tuple[str, ...]:
        """Return the row as strings, in the order of `COLUMNS`."""
        return (
            self.corpus, self.split, self.type, str(self.identifiers),
            f"{self.identifiers_held:.1f}", str(self.mentions), f"{self.mentions_held:.1f}",
            self.lookup, self.species, *(f"{r:.1f}" for r in self.recall),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Miss:
    """A gold mention that is not among the most candidates, and how often."""

    corpus: str
    split: str
    type: str
    text: str
    identifiers: tuple[str, ...]
    held: bool
    times: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """The figures, the mentions missed by fuzzy lookup, and what could not be read."""

    rows: tuple[Row, ...]
    misses: tuple[Miss, ...]
    problems: tuple[Problem, ...]


def measure(
    place: Path, *, terminology: Terminology, look_up: LookUp, splits: Sequence[str] | None = None
) -> Coverage:
    """Measure the coverage of the corpora in a place.

    Args:
        place: A corpus, or a folder of corpora.
        terminology: The terminology.
        look_up: Fuzzy lookup, whose candidates tell by their `method` how they were found.
        splits: Splits to measure; by default all but the test split.

    Raises:
        UsageError: If there are no corpora, or none has the split.
    """
    judge = _Judge(terminology, look_up)
    tallies: dict[tuple[str, str, str], _Tally] = defaultdict(_Tally)
    problems: list[Problem] = []
    for split in corpora.find(place, splits=splits):
        gold = corpora.load(split)
        problems += gold.problems
        for text, long, annotation in _mentions(gold.papers):
            if annotation.type not in split.corpus.scored or not annotation.identifiers:
                continue
            for corpus in (split.corpus.name, ALL):
                tally = tallies[corpus, split.name, annotation.type]
                tally.add(judge, text, long, annotation)
    rows = [row for key, tally in _ordered(tallies) for row in tally.rows(*key)]
    misses = [m for key, tally in _ordered(tallies) if key[0] != ALL for m in tally.missed(*key)]
    return Coverage(tuple(rows), tuple(misses), tuple(problems))


def to_tsv(rows: Iterable[Row]) -> str:
    """Write the figures as tab-separated values with a header."""
    return "".join("\t".join(line) + "\n" for line in (COLUMNS, *(r.cells() for r in rows)))


def to_markdown(rows: Iterable[Row]) -> str:
    """Write the figures as a Markdown table."""
    numbers = [c for c in COLUMNS if c not in {"corpus", "split", "type", "lookup", "species"}]
    return markdown_table(COLUMNS, [r.cells() for r in rows], numbers=numbers)


def misses_to_tsv(misses: Iterable[Miss]) -> str:
    """Write the mentions missed, the frequent ones first, as tab-separated values."""
    lines = ["corpus\tsplit\ttype\ttext\tidentifiers\theld\ttimes\n"]
    for m in sorted(misses, key=lambda m: (-m.times, m.corpus, m.split, m.text, m.identifiers)):
        cells = (m.corpus, m.split, m.type, m.text, "|".join(m.identifiers))
        lines.append("\t".join((*cells, "yes" if m.held else "no", str(m.times))) + "\n")
    return "".join(lines)


def _ordered(
    tallies: dict[tuple[str, str, str], _Tally],
) -> Iterator[tuple[tuple[str, str, str], _Tally]]:
    keys = list(tallies)
    yield from ((k, tallies[k]) for k in keys if k[0] != ALL)
    yield from ((k, tallies[k]) for k in sorted(keys) if k[0] == ALL)


def _mentions(papers: Iterable[Paper]) -> Iterator[tuple[str, str, Annotation]]:
    """Yield each annotation with its text, and what the paper says the text is short for."""
    vocab = Vocab()
    for paper in papers:
        text = "\n\n".join(p.text for p in paper.passages)
        long_forms: dict[str, str] = {}
        for d in find_definitions(text, vocab):
            short = text[d.short_start : d.short_end]
            long_forms.setdefault(short, text[d.long_start : d.long_end])
        for annotation in paper.annotations:
            name = annotation.name
            long = long_forms.get(name) or _genus_in_full(name, text)
            yield name, long or spelled_out(name, long_forms), annotation


def spelled_out(name: str, long_forms: Mapping[str, str]) -> str:
    """Return a name with the abbreviations in it replaced by what they are short for.

    >>> spelled_out("VLCAD deficiency", {"VLCAD": "very-long-chain acyl-CoA dehydrogenase"})
    'very-long-chain acyl-CoA dehydrogenase deficiency'
    >>> spelled_out("OSCs", {"OSC": "ovarian serous carcinoma"})
    'ovarian serous carcinoma'
    """

    def replace(match: re.Match[str]) -> str:
        word = match[0]
        singular = word[:-1] if _PLURAL_ACRONYM.fullmatch(word) else word
        return long_forms.get(word) or long_forms.get(singular) or word

    return _WORD.sub(replace, name)


def _genus_in_full(name: str, text: str) -> str:
    """Return a species' name as the text has it with its genus in full, if it has."""
    short = _ABBREVIATED.fullmatch(name)
    full = short and re.search(rf"\b{short[1]}[a-z]+ {re.escape(short[2])}\b", text)
    return full[0] if full else ""


class _Judge:
    """Ranks the gold among the candidates."""

    def __init__(self, terminology: Terminology, look_up: LookUp) -> None:
        self._terminology = terminology
        self._look_up = lru_cache(maxsize=1000)(look_up)
        self._keys = lru_cache(maxsize=None)(self._group_keys)
        self.ranks = lru_cache(maxsize=None)(self._ranks)

    def is_held(self, curie: str) -> bool:
        return bool(self._terminology.type_of(self._terminology.current(curie)))

    def _ranks(self, text: str, type: str, gold: tuple[str, ...]) -> dict[tuple[str, str], int]:
        """Return the rank of the gold by way of looking up and of treating species."""
        current = tuple(self._terminology.current(g) for g in gold)
        right = frozenset(e for g in current for e in self._terminology.equivalents(g))
        fuzzy = self._look_up(text, type, _DEEP)
        agreeing = [h for h in fuzzy if h.method in {EXACT, NORMAL_FORM}]
        folded = text.casefold()
        exact = [h for h in agreeing if h.candidate.matched.casefold() == folded]
        result = {}
        for name, hits in (("exact", exact), ("normal form", agreeing), ("fuzzy", fuzzy)):
            curies = [h.candidate.curie for h in hits]
            if type != EntityType.GENE:
                result[name, ""] = self._rank(curies, right)
                continue
            taxa = {self._terminology.taxon(g) for g in current}
            same = [h.candidate.curie for h in hits if h.candidate.taxon in taxa]
            wider = frozenset(k for g in current for k in self._keys(g))
            result[name, "ignored"] = self._rank(curies, wider, groups=True)
            result[name, "unknown"] = self._rank(curies, right)
            result[name, "given"] = self._rank(same, right)
        return result

    def _rank(self, curies: list[str], right: frozenset[str], *, groups: bool = False) -> int:
        """Return the place of the first right candidate; those of one group share a place."""
        place: dict[str, int] = {}
        places = 0
        for curie in curies:
            keys = self._keys(curie) if groups else self._terminology.equivalents(curie)
            mine = next((place[k] for k in keys if k in place), None)
            if mine is None:
                places += 1
                mine = places
            for key in keys:
                place.setdefault(key, mine)
            if not right.isdisjoint(keys):
                return mine
        return _NOT_FOUND

    def _group_keys(self, curie: str) -> tuple[str, ...]:
        symbol = normal_form(self._terminology.name(curie))
        group = min((curie, *self._terminology.homologues(curie)))
        return (group, f"symbol {symbol}") if symbol else (group,)


class _Tally:
    """Counts of one corpus, split and type."""

    def __init__(self) -> None:
        self._identifiers: dict[str, bool] = {}
        self._mentions = 0
        self._held = 0
        self._found: dict[tuple[str, str], list[int]] = {}
        self._missed: dict[tuple[str, tuple[str, ...], bool], int] = defaultdict(int)

    def add(self, judge: _Judge, text: str, long: str, gold: Annotation) -> None:
        held = [judge.is_held(i) for i in gold.identifiers]
        self._identifiers.update(zip(gold.identifiers, held, strict=True))
        self._mentions += 1
        self._held += any(held)
        ranks = dict(judge.ranks(text, gold.type, gold.identifiers))
        spelled_out = judge.ranks(long, gold.type, gold.identifiers)
        for (lookup, species), rank in spelled_out.items():
            if lookup == "fuzzy":
                ranks[LONG_FORM, species] = rank
        for way, rank in ranks.items():
            counts = self._found.setdefault(way, [0] * len(DEPTHS))
            for i, depth in enumerate(DEPTHS):
                counts[i] += rank <= depth
        if min(r for (lookup, _), r in ranks.items() if lookup == LONG_FORM) > DEPTHS[-1]:
            self._missed[text, gold.identifiers, any(held)] += 1

    def rows(self, corpus: str, split: str, type: str) -> Iterator[Row]:
        known = len(self._identifiers)
        for (lookup, species), counts in self._found.items():
            yield Row(
                corpus,
                split,
                type,
                known,
                100 * sum(self._identifiers.values()) / known,
                self._mentions,
                100 * self._held / self._mentions,
                lookup,
                species,
                tuple(100 * c / self._mentions for c in counts),
            )

    def missed(self, corpus: str, split: str, type: str) -> Iterator[Miss]:
        for (text, identifiers, held), times in self._missed.items():
            yield Miss(corpus, split, type, text, identifiers, held, times)
