"""Species mentions of a paper: from names to taxa, with what the paper itself says of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from pipeline.model import EntityType, Link
from pipeline.normalization.species import (
    CURATED,
    full_names,
    lineage,
    link_species,
    within_species,
)
from pipeline.normalization.species_names import SpeciesNames
from pipeline.normalization.species_paper import PaperNames
from pipeline.recognition.places import Place
from pipeline.terminology.terminology import NameMatch, Terminology

Named = Callable[[Place], tuple[list[NameMatch], str]]

_COLLOQUIAL = frozenset({"common", "acronym"})
_FAMILY_RANKS = frozenset({"genus", "family"})
_VIRUS_END = re.compile(r"(?:virus(?:es)?|phages?|viroid|GV|N?PV)$")
_HOST = re.compile(rf"([A-Z](?:[a-z]+|\.) [a-z]{{3,}}) .*{_VIRUS_END.pattern}")
_IN_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]?$")
_COMPOUND = re.compile(
    r"^anti-|-(?:associated|based|derived|free|induced|infected|mediated|negative|positive|related"
    r"|specific|transmitted)$"
)
_GENERAL = re.compile(
    r"[\s-](?:complex|cultivars?|isolates?|mutants?|plants?|populations?|seedlings?|species"
    r"|strains?|transformants?|trees?|varieties|variety|virions?|virus(?:es)?)$"
)
_AUTHORITY = re.compile(
    r"(?<=[a-z]{3}) (?:\(?[A-Z][\w.’'-]*(?:(?: and| et| ex| &|,)? [A-Z]?[\w.’'-]+)*(?:, \d{4})?"
    r"\)?.*|(?:[a-z]+\. ?)+(?:nov|n)\.?.*)$"
)
_ISOLATE = re.compile(r"([A-Z][A-Za-z]{0,3}V)(?:-|[a-z]{0,4}\d|[a-z]+[A-Z])")
"""A virus with what tells its isolates apart: `NDV-H`, `SIVmac239`."""
_VIRAL = re.compile(r"vir(?:al|uses)$")
_ACRONYM = re.compile(r"[A-Z][A-Za-z]{0,3}[A-Z]")
_MOST_DROPPED = 4


class SpeciesLinker:
    """Resolves the species mentions of papers.

    Args:
        terminology: The terminology.
        strains: What a strain is resolved to, of `species.STRAINS`.
    """

    def __init__(self, terminology: Terminology, *, strains: str = CURATED) -> None:
        self._terminology = terminology
        self._strains = strains
        self._similar = SpeciesNames(terminology).similar
        self._otherwise = lru_cache(maxsize=5_000)(self._without_additions)

    def link(
        self,
        text: str,
        places: Sequence[Place],
        named: Named,
        long_form: Callable[[str], str],
    ) -> list[tuple[Link, str]]:
        """Resolve the species mentions of a text.

        Args:
            text: The text.
            places: Its species mentions.
            named: Tells the names that a mention matches, and the long form if that decided.
            long_form: Tells the long form of a surface form, or an empty string.

        Returns:
            For each mention its link, and the long form through which it was found.
        """
        taxa = [(m.start, m.end, names) for m, names in self._terminology.find_taxa(text)]
        paper = PaperNames(text, taxa)
        found_at = {(start, end): names for start, end, names in taxa}
        every = []
        for place in places:
            names, long = named(place)
            # What the paper defines counts more than what else has the same acronym.
            if (spelled := "" if long else long_form(place.name)) and (
                defined := self._named(spelled)
            ):
                names, long = defined, spelled
            if not long:
                in_text = found_at.get((place.start_char, place.end_char), ())
                names = self._in_paper(place, [*names, *in_text], paper)
            if not names and (spelled := _spelled(place.name, long_form)):
                names, long = list(self._otherwise(spelled)), spelled
            every.append((names or list(self._otherwise(place.name)), long))
        full = [
            link_species(names, {}, self._terminology)
            for names, _ in every
            if any(n.scope not in {"abbreviated", "word"} for n in names)
        ]
        counts = full_names(full)
        return [
            (link_species(names, counts, self._terminology, strains=self._strains), long)
            for names, long in every
        ]

    def _in_paper(self, place: Place, names: list[NameMatch], paper: PaperNames) -> list[NameMatch]:
        """Return the names of a mention as the paper's own definitions have them."""
        surface = place.name
        begins = paper.beginning(place.start_char, place.end_char)
        if all(n.scope in _COLLOQUIAL for n in names) and not begins:
            if _ACRONYM.fullmatch(surface):
                names = self._acronym(surface, names, paper)
            elif named := within_species(
                [n for n in names if n.curie in paper.spelled], self._terminology
            ):
                return named  # of the species of this name, the paper means those that it names
            elif (beside := paper.alias(surface)) and (
                not names
                or self._narrows(beside, names)
                or self._are_kin(beside, names)
                or (beside := paper.alias(surface, bracketed=True))
            ):
                return list(beside)
        if names:
            return names
        if strain := paper.strain(surface):
            return list(strain)
        if begins and not _VIRUS_END.search(surface):
            return list(begins)
        return list(paper.in_full(surface) or paper.misspelled(surface))

    def _narrows(self, names: Sequence[NameMatch], wider: Sequence[NameMatch]) -> bool:
        """Whether names belong to taxa within those of other names."""
        above = {n.curie for n in wider}
        return any(not above.isdisjoint(lineage(n.curie, self._terminology)) for n in names)

    def _are_kin(self, names: Sequence[NameMatch], others: Sequence[NameMatch]) -> bool:
        """Whether names belong to taxa of a genus or family that other names belong to, too.

        A paper on the fire ant Solenopsis invicta does not mean another species of that name.
        """
        families = {c for n in others for c in self._families(n.curie)}
        return any(not families.isdisjoint(self._families(n.curie)) for n in names)

    def _families(self, curie: str) -> list[str]:
        above = lineage(curie, self._terminology)
        return [c for c in above if self._terminology.rank(c) in _FAMILY_RANKS]

    def _acronym(
        self, surface: str, names: Sequence[NameMatch], paper: PaperNames
    ) -> list[NameMatch]:
        """Return the names that the paper spells out, or else those that an acronym has."""
        supported = []
        for name in names:
            above = [c for c in lineage(name.curie, self._terminology) if c in paper.spelled]
            if above:
                supported.append(replace(name, curie=above[0]))
        # A genus that the paper names as well is not what the acronym of one of its species means.
        supported = within_species(supported, self._terminology)
        return supported or list(paper.abbreviated(surface)) or list(names)

    def _without_additions(self, surface: str) -> tuple[NameMatch, ...]:
        """Return the names that a mention comes to without additions."""
        host = _HOST.match(surface)
        if host and any(n.scope == "scientific" for n in self._named(host[1])):
            return ()  # a virus is not the host that it is named after
        for variant in _variants(surface):
            names = self._named(variant)
            if variant != surface and "." not in variant:
                # The end of a name is no abbreviated one: `cani` is not `C. ani`.
                names = [n for n in names if n.scope != "abbreviated"]
            if names:
                return tuple(names)
        return self._similar(surface)

    def _named(self, text: str) -> list[NameMatch]:
        names = [n for n in self._terminology.exact_matches(text) if n.type == EntityType.SPECIES]
        if not names and (taxonomy := self._terminology.taxonomy) is not None:
            names = [
                NameMatch(n.curie, n.text, n.scope, EntityType.SPECIES, 0, n.identical)
                for n in taxonomy.lookup(text)
            ]
        return within_species(names, self._terminology)


def _variants(surface: str) -> Iterator[str]:
    """Yield a name by itself, without brackets, authority or general words, and as a virus.

    At last without words in front: `Indian rhesus macaques`.
    """
    seen = {surface}
    forms = [surface]
    for pattern in (_IN_BRACKETS, _COMPOUND, _GENERAL, _AUTHORITY):
        forms += [pattern.sub("", form) for form in forms]
    yield surface
    for form in forms:
        if form not in seen and len(form) > 2:
            seen.add(form)
            yield form
    if isolate := _ISOLATE.match(surface):
        yield isolate[1]
    yield f"{surface} virus"
    yield f"unidentified {_VIRAL.sub('virus', surface)}"
    for form in dict.fromkeys(forms):
        words = form.split()
        for i in range(1, min(len(words), _MOST_DROPPED + 1)):
            shorter = " ".join(words[i:])
            if shorter not in seen and len(shorter) > 3:
                seen.add(shorter)
                yield shorter


def _spelled(surface: str, long_form: Callable[[str], str]) -> str:
    """Return what a short form stands for, or one with more words: `TBE virus`."""
    first, _, rest = surface.partition(" ")
    long = long_form(surface) or (long_form(first) if rest else "")
    return f"{long} {rest}" if long and rest and not long_form(surface) else long
