"""What a paper itself says of its species: other words for them, and their strains.

Papers define names beside the vocabularies: `the pink bollworm, Pectinophora gossypiella`, then
`bollworm`; `Escherichia coli strain UMN026`, then `UMN026`. Such a definition counts for the whole
paper.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cached_property

from pipeline.recognition.strains import find_strains, strain_key
from pipeline.terminology.normal_form import normal_form
from pipeline.terminology.terminology import NameMatch

TaxonPlace = tuple[int, int, Sequence[NameMatch]]

_OPENING = re.compile(r"(?P<bracket>[\s,]*[(\[]\s*)|,? ")
_WORD_BEFORE = re.compile(r"(?:[^\W\d_]|['’-])+$")
_BRACKETS = re.compile(r"\s?[(\[]([a-z][^()\[\]]{2,40})[)\]]")
_OWN_STRAIN = re.compile(
    r"[a-z]{3} (?:(?:sub)?str(?:ain|\.) )?([A-Z][\w.-]*(?: \d[\w.-]*)?|\d[\w.-]*[A-Z]\w*)$"
)
_BINOMIAL = re.compile(r"[A-Z](?:\.|[a-z]{2,}) [a-z]{5,}")
_SHORT_GENUS = re.compile(r"([A-Z][a-z]{0,2})\. ?([a-z]{2,})")
_FUNCTION_WORD = re.compile(
    r"(?:(?:^|\b(?:an?|and|as|by|for|from|in|of|on|or|that|the|to|two|with))\s|[^\w\s-]\s?|^)$",
    re.I,
)
_MOST_WORDS = 4
_NO_NAMES = frozenset(
    {
        "bacterium", "bacteria", "fungus", "genus", "group", "host", "isolate", "organism",
        "parasite", "pathogen", "plant", "species", "strain", "type", "virus", "yeast",
    }
)  # fmt: skip


class PaperNames:
    """The names that one paper gives to taxa, as it stands beside their scientific names.

    Args:
        text: The whole text.
        taxa: Where it names taxa scientifically: start, end, the names; in text order.
    """

    def __init__(self, text: str, taxa: Sequence[TaxonPlace]) -> None:
        self._text = text
        self._taxa = [
            taxon
            for taxon in taxa
            if " " in taxon[2][0].text and not taxon[2][0].text.endswith("virus")
        ]
        self._starts = [start for start, _, _ in self._taxa]
        self._names = tuple({n.curie: n for _, _, names in taxa for n in names}.values())
        # What was asked before, in tables and not behind `lru_cache`: a bound method there would
        # refer back to this object, which only the collector of garbage could then free.
        self._misspellings: dict[str, tuple[NameMatch, ...]] = {}
        self._abbreviations: dict[str, tuple[NameMatch, ...]] = {}

    def strain(self, surface: str) -> Sequence[NameMatch]:
        """Return the species whose strain a surface form designates, or nothing."""
        return self._strains.get(strain_key(surface), ())

    def alias(self, surface: str, *, bracketed: bool = False) -> Sequence[NameMatch]:
        """Return the species that a surface form stands beside, or nothing.

        Args:
            surface: A vernacular name.
            bracketed: Whether only a scientific name in brackets counts.
        """
        found = self._aliases.get(normal_form(surface))
        if not found or (not found[0] and (bracketed or _BINOMIAL.fullmatch(surface))):
            return ()
        return found[1]

    def beginning(self, start: int, end: int) -> Sequence[NameMatch]:
        """Return the species whose scientific name a stretch of text begins with, or nothing."""
        i = bisect_left(self._starts, start)
        if i == len(self._taxa) or self._taxa[i][0] != start or self._taxa[i][1] > end:
            return ()
        return self._taxa[i][2]

    @cached_property
    def spelled(self) -> frozenset[str]:
        """The taxa that the text names scientifically."""
        return frozenset(n.curie for n in self._names)

    def in_full(self, surface: str) -> Sequence[NameMatch]:
        """Return the species that the text names in full and a surface form with a short genus.

        The vocabularies' own abbreviations leave out names such as `T. ni`.
        """
        if not (short := _SHORT_GENUS.fullmatch(surface)):
            return ()
        return [
            n
            for n in self._names
            if n.text.startswith(short[1]) and n.text.partition(" ")[2] == short[2]
        ]

    def abbreviated(self, acronym: str) -> tuple[NameMatch, ...]:
        """Return the taxa of the text whose names an acronym abbreviates."""
        if acronym not in self._abbreviations:
            found = tuple(n for n in self._names if _abbreviates(acronym, n.text))
            self._abbreviations[acronym] = found
        return self._abbreviations[acronym]

    def misspelled(self, surface: str) -> tuple[NameMatch, ...]:
        """Return the species that the text names all but like this, or nothing."""
        if surface not in self._misspellings:
            self._misspellings[surface] = self._misspelled(surface)
        return self._misspellings[surface]

    def _misspelled(self, surface: str) -> tuple[NameMatch, ...]:
        if not _BINOMIAL.fullmatch(surface):
            return ()
        for name in self._names:
            full = name.text
            if surface[0] != full[0] or " " not in full:
                continue
            known = f"{full[0]}. {full.partition(' ')[2]}" if surface[1] == "." else full
            if _differ_little(surface, known):
                return (name,)
        return ()

    @cached_property
    def _strains(self) -> Mapping[str, Sequence[NameMatch]]:
        found = find_strains(self._text, [(start, end) for start, end, _ in self._taxa])
        table = {
            strain_key(self._text[s.start : s.end]): self._taxa[s.name][2] for s in reversed(found)
        }
        # A strain that is a taxon of its own: `Pseudomonas fluorescens Q8r1-96`, then `Q8r1-96`.
        for start, end, names in reversed(self._taxa):
            if own := _OWN_STRAIN.search(self._text, start, end):
                table[strain_key(own[1])] = names
        return table

    @cached_property
    def _aliases(self) -> Mapping[str, tuple[bool, Sequence[NameMatch]]]:
        """Return what stands before scientific names: the name and the ends of it."""
        table: dict[str, tuple[bool, Sequence[NameMatch]]] = {}
        unclear: set[str] = set()
        for start, end, names in self._taxa:
            for phrase, bracketed in self._beside(start, end):
                known = table.get(phrase)
                if known is None or (bracketed and not known[0]):
                    table[phrase] = bracketed, names
                elif known[0] == bracketed and {n.curie for n in known[1]}.isdisjoint(
                    n.curie for n in names
                ):
                    unclear.add(phrase)
        return {phrase: found for phrase, found in table.items() if phrase not in unclear}

    def _beside(self, start: int, end: int) -> list[tuple[str, bool]]:
        phrases = []
        if inside := _BRACKETS.match(self._text, end):
            phrases.append((normal_form(inside[1]), True))
        head = self._text[max(0, start - 60) : start]
        stripped = head.rstrip(" ,([\n")
        opening = _OPENING.fullmatch(head, len(stripped))
        if not opening:
            return phrases
        at = len(stripped)
        for _ in range(_MOST_WORDS):
            word = _WORD_BEFORE.search(stripped, 0, at)
            if not word:
                break
            phrase = normal_form(stripped[word.start() :])
            if phrase not in _NO_NAMES:
                # `cocoa onion (Hymenocallis tubiflora)` does not say what an onion is.
                whole = _FUNCTION_WORD.search(stripped, 0, word.start()) is not None
                phrases.append((phrase, whole and opening["bracket"] is not None))
            at = word.start() - 1
            if at < 0 or stripped[at] != " ":
                break
        return phrases


def _differ_little(one: str, other: str) -> bool:
    """Whether a letter was left out, added or changed, or two neighbours were exchanged."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    first = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), -1)
    if first < 0:
        return True
    rests = one[first:], other[first:]
    return (
        rests[0][1:] == rests[1][1:]
        or rests[0][1:] == rests[1]
        or rests[0] == rests[1][1:]
        or (rests[0][:2] == rests[1][1::-1] and rests[0][2:] == rests[1][2:])
    )


def _abbreviates(acronym: str, name: str) -> bool:
    """Whether an acronym has the first letters of a name's words, and others in between.

    >>> _abbreviates("RSV", "Respiratory syncytial virus"), _abbreviates("RSV", "Rat virus")
    (True, False)
    """
    if acronym[0].lower() != name[0].lower():
        return False
    words = re.findall(r"[a-z]+", name.lower())
    letters = acronym.lower()
    if not 2 <= len(words) <= len(letters) or "".join(w[0] for w in words)[0] != letters[0]:
        return False
    at = 0
    for i, word in enumerate(words):
        if at == len(letters) or word[0] != letters[at]:
            return False
        at += 1
        following = words[i + 1][0] if i + 1 < len(words) else ""
        rest = iter(word[1:])
        while at < len(letters) and letters[at] != following and letters[at] in rest:
            at += 1
    return at == len(letters)
