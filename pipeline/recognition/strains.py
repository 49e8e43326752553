"""Strains: which designations of a text (`DSM 17368`, `strain JEC21`) stand for which species.

Taxonomic papers name a species once and then speak of its strain: `strain GSW-R14(T)`. What
belongs to what, they say in a few fixed ways: the designation follows the name of the species; it
is told to be the type strain of a species; the numbers that culture collections gave to the same
strain follow it after `=`; and a paper that describes one new species designates its strain before
it proposes the name.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_CODE = re.compile(
    r"(?<![\w.,/-])(?:"
    # The number of a culture collection: `DSM 17368`, `CCTCC AA 209024`, `IMMIB L-1656`.
    r"[A-Z]{2,7}(?: [A-Z]{1,2}(?=[ -]))?[ -][A-Z]{0,2}\d[A-Za-z0-9.-]*[A-Za-z0-9]"
    # One word: `GSW-R14`, `6A8`; without a digit only where something says that it is a strain.
    r"|[A-Za-z0-9]+(?:[-./:][A-Za-z0-9]+)*"
    r")(?![^\W_])"
)
_MARK = re.compile(r"\s?\(T\)?|\^T\b")
_NOVEL = re.compile(
    r"(?:,? ?(?:gen|sp|spec|subsp|comb)\. ?nov\.?|,? n\. ?(?:g|gen|sp)\."
    r"|,? nov\. (?:gen|sp|spec)\.)+"
)
_KEYWORD = r"(?:sub)?(?:strain|isolate)s?,?"
_ADJACENT = re.compile(
    rf"(?:{_NOVEL.pattern})?[,;]? ?[(\[]?"
    rf"(?P<keyword>(?:the )?(?:type )?{_KEYWORD}(?: (?:is|was|designated))? )?"
)
_KEYWORD_BEFORE = re.compile(
    rf"\b(?:{_KEYWORD}(?: of (?:the (?:type )?|this )species)?(?: (?:is|are|was|designated|named))?"
    r"|designated(?: as)?(?: strains?)?)[ :]$",
    re.IGNORECASE,
)
_TYPE_STRAIN = re.compile(r"\btype[ -]strain(?: of the type species)?(?: is| was)?[ :]$", re.I)
_OF_NAME_IS = re.compile(r" (?:is|was|are) (?:strain )?")
_STRAIN_OF = re.compile(r"\bstrains? (?:for|of)(?: the type species)? $")
_SAME = re.compile(r"[\s(\[;]*=\s*")
_AND = re.compile(r",? (?:and|or) |, (?:strain )?|/")
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[A-Za-z]")
_SHORTEST, _LONGEST = 2, 30
_FAR = 300
_BEFORE = 48
_NO_STRAINS = frozenset({"is", "are", "was", "were", "and", "or", "of", "in", "the", "with", "for"})


@dataclass(frozen=True, slots=True)
class Strain:
    """A designation, where it stands, and the species that it belongs to.

    Attributes:
        start: First code point.
        end: Code point after the last one.
        name: Number of the species' name among those given.
        novel: Whether the paper describes this species as new.
    """

    start: int
    end: int
    name: int
    novel: bool


@dataclass(slots=True)
class _Found:
    """A designation in the making: where it stands, and whose it is, if that is known."""

    start: int
    end: int
    after: int
    group: int
    owner: int | None
    marked: bool


def strain_key(designation: str) -> str:
    """Return a designation without what authors write or leave out.

    >>> strain_key("DSM 17368(T)") == strain_key("DSM17368T")
    True
    """
    plain = re.sub(r"[\s()\[\]]", "", _MARK.sub("", designation))
    return plain[:-1] if len(plain) > 2 and plain[-1] == "T" and plain[-2].isdigit() else plain


def find_strains(text: str, names: Sequence[tuple[int, int]]) -> list[Strain]:
    """Return the strains that a text assigns to species, wherever they stand, in text order.

    Args:
        text: The text.
        names: Start and end of each name of a species in it, in text order.
    """
    if not names:
        return []
    starts = [start for start, _ in names]
    novel = _novel(text, names)
    found = _designations(text, names, starts, novel)
    owners = _owners(text, found, names, novel)
    if not owners:
        return []
    new = {_epithet(text, names[i]) for i in novel}
    taken = list(names)
    result = []
    for match in _CODE.finditer(text):
        owner = owners.get(strain_key(match.group()))
        if owner is None:
            continue
        i = bisect_right(starts, match.start()) - 1
        if i < 0 or taken[i][1] <= match.start():
            is_new = _epithet(text, names[owner]) in new
            result.append(Strain(match.start(), match.end(), owner, is_new))
    return result


def _epithet(text: str, name: tuple[int, int]) -> str:
    return text[name[0] : name[1]].rpartition(" ")[2]


def _novel(text: str, names: Sequence[tuple[int, int]]) -> list[int]:
    """Return which names are those of species that the paper describes."""
    return [i for i, (_, end) in enumerate(names) if _NOVEL.match(text, end)]


def _designations(
    text: str, names: Sequence[tuple[int, int]], starts: Sequence[int], novel: Sequence[int]
) -> list[_Found]:
    found: list[_Found] = []
    for match in _CODE.finditer(text):
        start, end = match.span()
        code = match.group()
        if not _SHORTEST <= len(code) <= _LONGEST or code in _NO_STRAINS:
            continue
        i = bisect_right(starts, start) - 1
        if i >= 0 and names[i][1] > start:
            continue
        mark = _MARK.match(text, end)
        after = mark.end() if mark else end
        last = found[-1] if found else None
        between = text[last.after : start] if last and start - last.after < 12 else None
        is_code = bool(_DIGIT.search(code) and _LETTER.search(code))
        before = text[max(0, start - _BEFORE) : start]
        if last and between and _SAME.fullmatch(between) and (is_code or mark):
            found.append(_Found(start, end, after, last.group, last.owner, last.marked))
            continue
        owner = _adjacent(text, names, i, start, strong=is_code or bool(mark))
        keyword = _KEYWORD_BEFORE.search(before)
        listed = last and between and _AND.fullmatch(between)
        if owner is None and _TYPE_STRAIN.search(before):
            said = [j for j in novel if j <= i and start - names[j][1] < _FAR]
            owner = said[-1] if said else None
        if (
            owner is not None
            or (mark and is_code)
            or (keyword and (is_code or mark or code.isdigit() or code.isupper()))
            or (listed and is_code)
        ):
            found.append(_Found(start, end, after, len(found), owner, bool(mark)))
    return found


def _adjacent(
    text: str, names: Sequence[tuple[int, int]], i: int, start: int, *, strong: bool
) -> int | None:
    """Return the name right before a designation, or None."""
    if i < 0 or start - names[i][1] > _BEFORE:
        return None
    first, end = names[i]
    between = _ADJACENT.fullmatch(text, end, start)
    if between and start > end and (strong or between["keyword"]):
        return i
    if _OF_NAME_IS.fullmatch(text, end, start) and _STRAIN_OF.search(
        text, max(0, first - _BEFORE), first
    ):
        return i
    return None


def _owners(
    text: str, found: Sequence[_Found], names: Sequence[tuple[int, int]], novel: Sequence[int]
) -> Mapping[str, int]:
    """Return whose each designation is."""
    groups: dict[int, int] = {}
    keys: dict[str, int] = {}
    for f in found:
        if f.owner is not None:
            groups.setdefault(f.group, f.owner)
    for f in found:
        if f.group in groups:
            keys.setdefault(strain_key(text[f.start : f.end]), groups[f.group])
    # Numbers of the same strain share an owner, wherever one of them has it.
    for f in found:
        owner = keys.get(strain_key(text[f.start : f.end]))
        if owner is not None:
            groups.setdefault(f.group, owner)
    only = _only(text, names, novel)
    for f in found:
        owner = groups.get(f.group, only)
        if owner is not None:
            keys.setdefault(strain_key(text[f.start : f.end]), owner)
    return keys


def _only(text: str, names: Sequence[tuple[int, int]], novel: Sequence[int]) -> int | None:
    """Return the one species that a paper describes, or else the only one that it names."""
    if novel:
        epithets = {_epithet(text, names[i]) for i in novel}
        return novel[0] if len(epithets) == 1 else None
    epithets = {_epithet(text, name) for name in names}
    return 0 if len(epithets) == 1 else None
