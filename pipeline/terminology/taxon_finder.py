"""Finds the scientific names of a large taxonomy in running text.

Names are not put into an index. Instead the text is searched for places where a Latin name or the
name of a virus can begin, and from each the taxonomy's trie is followed word by word while it has
a name that begins like this; the longest name wins. What is a place to begin is decided by the
form of the words alone, after the International Codes of Nomenclature: a capitalized genus, `Ca.`
for Candidatus, a heading in capitals, or the words before `virus`.

Abbreviated genera are resolved with the names that the same text writes in full (Gerner et al.
2010, doi:10.1186/1471-2105-11-85): `M. cerebralis` after `Myxobolus cerebralis` or after
`Myxobolus`; also with two or three letters (`Cx. pipiens`, `Ae. aegypti`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

MAX_WORDS = 12
_WORDS_BEFORE_VIRUS = 6

# Patterns begin with what they consume, since `re` then skips ahead to such a character.
_START = re.compile(
    r"[A-Z](?<![^\W_].)(?:(?<=C)a\.(?= )|(?:[a-z]+(?:-[a-z]+)*|[A-Z]{3,}(?=\s[A-Z]{3}))(?![^\W_]))"
)
_VIRUS = re.compile(r"(?:virus|phage|viroid)(?![^\W_])")
_VIRUS_NEXT = re.compile(r"\s[^\W_]*virus(?:es)?(?![^\W_])")
_ABBREVIATED = re.compile(
    r"([A-Z](?<![^\W_].)[a-z]{0,2})(?:\.[ \t\u00a0]?\n?|[ \u00a0])"
    r"(?:([a-z])\.[ \u00a0]?(?:(?:pv|var|subsp|ssp)\.[ \u00a0]?)?)?"
    r"([a-z]{3,}(?:-[a-z]+)*)(?![^\W_])"
)
_GAP = re.compile(r"[ \t\u00a0\u2009\u202f]*\n?[ \t\u00a0\u2009\u202f]*")
_TOKEN = re.compile(r"\S{1,60}")
_WORD_BEFORE = re.compile(r"[^\s,;:()\[\]]+[^\S\n]?\n?[^\S\n]?$")
_SUBGENUS = re.compile(r"\([A-Z][a-z]+\.?\)")
_LATIN = re.compile(r"[A-Z][a-z]+(?:-[a-z]+)?")
_EPITHET = re.compile(r"[a-z]+(?:-[a-z]+)*")
_END = re.compile(r"[^\W_](?![^\W_])|[.)\]]")
_QUOTES = "'\"‘’“”`*"
_SAME = {
    "ssp.": ("subsp.",),
    "subspecies": ("subsp.",),
    "variety": ("var.",),
    "varietas": ("var.",),
    "pathovar": ("pv.",),
    "f.sp.": ("f. sp.",),
    "serotype": ("serovar",),
    "sv.": ("serovar",),
    "strain": ("str.", ""),
    "str.": ("strain", ""),
    "isolate": ("",),
    "type": ("",),
    "type-": ("",),
}
_RANK_WORDS = ("subsp.", "var.", "serovar", "pv.", "f. sp.")
_STRAIN_NUMBER = re.compile(r"\d{1,2}")


class Taxonomy(Protocol):
    """What the finder asks of a taxonomy."""

    def taxa_named(self, name: str) -> tuple[int, ...]:
        """Return the taxa of exactly this name."""

    def has_beginning(self, text: str) -> bool:
        """Whether a name begins with this text."""


@dataclass(frozen=True, slots=True)
class FoundName:
    """A name of a taxonomy in a text.

    Attributes:
        start: First code point.
        end: Code point after the last one.
        names: Names as the taxonomy writes them; several when an abbreviated genus may be any of
            several that the text names.
        abbreviated: Whether the text abbreviates the genus.
    """

    start: int
    end: int
    names: tuple[str, ...]
    abbreviated: bool = False


class NameFinder:
    """Finds the names of a taxonomy in texts."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxa = taxonomy.taxa_named
        self._begins = taxonomy.has_beginning
        # Texts repeat their capitalized words; what may begin a name is asked once for each.
        self._first = lru_cache(maxsize=5_000)(self._beginnings)

    def find(self, text: str, others: Collection[str] = ()) -> list[FoundName]:
        """Return the names of a text, none within another, in text order.

        Args:
            text: The text.
            others: Species names that the text writes in full and the taxonomy lacks; their
                abbreviations are found too.
        """
        full = self._in_full(text)
        if not full and not others:
            return []
        abbreviated = self._abbreviated(text, full, others)
        return _longest(full + abbreviated) if abbreviated else full

    def _in_full(self, text: str) -> list[FoundName]:
        found = []
        first = self._first
        for match in _START.finditer(text):
            if states := first(match.group()):
                start, end = match.span()
                hit = self._grow(text, start, end, states)
                # "Fringilla coelebs papillomavirus" names a virus, not its host.
                if hit and not _VIRUS_NEXT.match(text, hit.end):
                    found.append(hit)
        found.extend(
            hit for match in _VIRUS.finditer(text) if (hit := self._virus(text, match.end()))
        )
        return _longest(found)

    def _beginnings(self, word: str) -> tuple[str, ...]:
        """Return the ways in which names of the taxonomy begin that this word may begin."""
        if word == "Ca.":
            return ("Candidatus",)
        if word.isupper():
            word = word.capitalize()
        ways = (word, f"[{word}]")
        begins = self._begins
        return tuple(w for w in ways if begins(w) and (begins(f"{w} ") or self._taxa(w)))

    def _grow(
        self, text: str, start: int, end: int, states: Sequence[str], words: int = 1
    ) -> FoundName | None:
        """Follow the taxonomy from the first words of a name and return the longest name.

        Args:
            text: The text.
            start: Where the name begins.
            end: Where the words end that `states` stand for.
            states: These words as the taxonomy may write them.
            words: How many words must be there for a name.
        """
        capitals = text[start:end].isupper() and end - start > 3
        best: FoundName | None = None
        if words <= 1 and not capitals and (named := self._named(states)):
            best = FoundName(start, end, named)
        for count in range(2, MAX_WORDS + 1):
            gap = _GAP.match(text, end)
            token = _TOKEN.match(text, gap.end()) if gap and gap.end() > end else None
            if token is None:
                break
            written = token.group()
            if capitals:
                written = written.lower()
            whole = written.strip(_QUOTES)
            grown = [
                way
                for state in states
                for way in _continuations(state, whole)
                if way == state or self._begins(way)
            ]
            hit = None
            for stop in sorted({m.end() for m in _END.finditer(written)}, reverse=True):
                piece = written[:stop].lstrip(_QUOTES)
                ways = [
                    way
                    for state in states
                    for way in _continuations(state, piece)
                    if way != state and not _only_a_number(state, piece)
                ]
                if named := self._named(ways):
                    hit = FoundName(start, token.start() + stop, named)
                    break
            if hit and count >= words:
                best = hit
            if not grown:
                break
            states, end = list(dict.fromkeys(grown))[:8], token.end()
        return best

    def _named(self, ways: Iterable[str]) -> tuple[str, ...]:
        """Return the first way that is a name, as a tuple of it alone."""
        for way in ways:
            # "X sp." names an unnamed species of the taxonomy, and in a text the genus.
            if not way.endswith(" sp.") and self._taxa(way):
                return (way,)
        return ()

    def _virus(self, text: str, end: int) -> FoundName | None:
        """Return the longest virus name that ends with or goes on after a word like `virus`."""
        place = end
        starts = []
        for _ in range(_WORDS_BEFORE_VIRUS):
            line = text[max(0, place - 60) : place]
            before = _WORD_BEFORE.search(line)
            if before is None or not before.group().strip():
                break
            place -= len(before.group())
            starts.append(place)
        for start in reversed(starts):
            word = _TOKEN.match(text, start)
            if word is None or not word.group()[0].isalnum():
                continue
            first = word.group()
            states = [w for w in (first, first[0].upper() + first[1:]) if self._begins(w)]
            if not states:
                continue
            hit = self._grow(text, start, word.end(), list(dict.fromkeys(states)))
            if hit and hit.end >= end:
                return hit
        return None

    def _species(self, genera: Sequence[str], epithet: str, start: int) -> list[tuple[str, int]]:
        """Return the species of genera with an epithet, and where it ends: `coli-infected`."""
        ends = dict.fromkeys((len(epithet), len(epithet.partition("-")[0])))
        return [
            (name, start + end)
            for end in ends
            for genus in genera
            if self._taxa(name := f"{genus} {epithet[:end]}")
        ]

    def _abbreviated(
        self, text: str, full: Sequence[FoundName], others: Collection[str]
    ) -> list[FoundName]:
        """Return the names whose genus is abbreviated and written in full elsewhere."""
        genera: Counter[str] = Counter()
        species: set[str] = set()
        for name in full:
            parts = name.names[0].replace("[", "").replace("]", "").split(" ")
            if _LATIN.fullmatch(parts[0]):
                genera[parts[0]] += 1
                if len(parts) > 1 and _EPITHET.fullmatch(parts[1]):
                    species.add(f"{parts[0]} {parts[1]}")
        for other in others:
            genera[other.partition(" ")[0]] += 1
        ordered = [g for g, _ in sorted(genera.items(), key=lambda item: (-item[1], item[0]))]
        found = []
        for match in _ABBREVIATED.finditer(text):
            short, middle, epithet = match.groups()
            candidates = [g for g in ordered if _abbreviates(short, g)]
            if not candidates:
                continue
            words = 2 if middle else 1
            known = [f"{genus} {epithet}" for genus in candidates if not middle]
            if known := [name for name in known if name in others]:
                found.append(FoundName(match.start(), match.end(), tuple(known), abbreviated=True))
                continue
            if middle:
                ways = [
                    (name, match.end(2) + 1)
                    for name in sorted(species)
                    if name.split(" ")[0] in candidates and name.split(" ")[1][0] == middle
                ]
            else:
                ways = self._species(candidates, epithet, match.start(3))
                seen = [(name, end) for name, end in ways if name in species]
                ways = seen if seen or text[match.end(1)] != "." else ways
            hits = [
                hit
                for name, place in ways
                if (hit := self._grow(text, match.start(), place, [name], words))
            ]
            if hits:
                end = max(h.end for h in hits)
                names = tuple(dict.fromkeys(n for h in hits if h.end == end for n in h.names))
                found.append(FoundName(match.start(), end, names, abbreviated=True))
        return found


def _continuations(state: str, piece: str) -> Iterator[str]:
    """Yield the ways in which a name may go on with a word, the way it is written first."""
    if not piece:
        return
    yield f"{state} {piece}"
    for same in _SAME.get(piece, ()):
        yield f"{state} {same}" if same else state
    words = state.split(" ")
    if len(words) == 1:
        if _SUBGENUS.fullmatch(piece):
            yield state
        elif piece[0].isupper() and piece[1:].islower():
            yield f"{state} {piece.lower()}"
    elif len(words) == 2 and words[1].islower():
        if piece in {"serovar", "serotype", "sv."}:
            yield f"{state} subsp. {words[1]} serovar"
        elif _EPITHET.fullmatch(piece):
            for rank in _RANK_WORDS:
                yield f"{state} {rank} {piece}"


def _only_a_number(state: str, piece: str) -> bool:
    """Whether a short number after a binomial is more likely a count than a strain."""
    return (
        _STRAIN_NUMBER.fullmatch(piece) is not None
        and _EPITHET.fullmatch(state.rpartition(" ")[2]) is not None
        and not state.endswith(("virus", "phage", "type"))
    )


def _abbreviates(short: str, genus: str) -> bool:
    """Whether letters abbreviate a genus: the first one, and others in order (`Cx.`, Culex)."""
    if short[0] != genus[0] or len(short) >= len(genus):
        return False
    rest = iter(genus[1:])
    return all(letter in rest for letter in short[1:])


def _longest(found: Iterable[FoundName]) -> list[FoundName]:
    """Return the names without those that overlap an earlier or, at a start, longer one."""
    result: list[FoundName] = []
    for name in sorted(found, key=lambda f: (f.start, -f.end)):
        if not result or name.start >= result[-1].end:
            result.append(name)
    return result
