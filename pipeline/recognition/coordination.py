"""Coordinated names that differ in their tails: `BRCA1/2`, `ERK1 and -2`, `SMAD2, 3 and 4`.

Only the first name of such an expression (or, as in `α- and β-catenin`, the last one) is written
out; of the others only what tells them apart is, their *tail*. Here the tails are found and the
names put together again. Which of the names there are is for the terminology to say: a tail belongs
to an expression only if the name that it makes is listed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pipeline.recognition.proposals import Member

Known = Callable[[str], bool]
"""Tells whether a string is a name of the type that is looked for."""

_LONGEST_RANGE = 12
_NEAR = 24
_GREEK_WORD = "alpha|beta|gamma|delta|epsilon|zeta|eta|theta|kappa|lambda|sigma|omega"
_GREEK = rf"(?:[α-ω]|(?i:{_GREEK_WORD}))"
_NUMBER = (r"\d{1,4}[A-Za-z]?", rf"(?<!\d)\d{{1,4}}(?:[A-Za-z]|-?{_GREEK})?$")
_CAPITAL = (r"[A-Z]\d{0,2}", r"[A-Z]\d{0,2}$")
_SMALL = (r"[a-z]\d?", r"(?<=\d)[a-z]\d?$")
_KINDS = tuple(
    # What a tail looks like, and what of the first name it takes the place of.
    (re.compile(tail), re.compile(ending))
    for tail, ending in (
        _NUMBER,
        (rf"\d{{1,4}}-?{_GREEK}", rf"(?<!\d)\d{{1,4}}-?{_GREEK}$"),
        (rf"{_GREEK}\d*", rf"{_GREEK}\d*$"),
        (r"[IVX]{1,5}", r"(?<![A-Z])[IVX]{1,5}$"),
        (r"[A-Z]\d{1,2}", r"(?<![A-Za-z])[A-Z]\d{1,2}$"),
        (r"[A-Z]", r"[A-Z]\d{0,2}$"),
        _SMALL,
    )
)
_GLUED = tuple((re.compile(tail), re.compile(ending)) for tail, ending in (_CAPITAL,))
_RANGED = tuple(
    (re.compile(tail), re.compile(ending)) for tail, ending in (_NUMBER, _CAPITAL, _SMALL)
)
_TAIL = rf"\d{{1,4}}(?:-?{_GREEK}|[A-Za-z])?|{_GREEK}\d*|[IVX]{{1,5}}|[A-Z]\d{{0,2}}|[a-z]\d?"
_END = r"(?![^\W_]|[.,]\d|\s?%)"  # the word's; neither a decimal nor a percentage
_AHEAD = re.compile(rf"[\s,/&‐‑–—-]{{1,3}}(?:(?:and|or|and/or|to|through|&)\s)?-?(?:{_TAIL}){_END}")
_SLASH = re.compile(rf"\s?/\s?(-?)({_TAIL}){_END}")
_COMMA = re.compile(rf",(-?)({_TAIL}){_END}")
_LISTED = re.compile(rf",\s(-?)({_TAIL}){_END}")
_LAST = re.compile(rf"(?:,?\s(?:and|or|and/or)|\s&)\s(-?)({_TAIL}){_END}")
_RANGE = re.compile(rf"(?:\s?[-–—‐‑]\s?|\s(?:to|through)\s)(-?)(\d{{1,4}}|[A-Z]|[a-z]){_END}")
_BEFORE = re.compile(rf"(?<![^\W_])({_GREEK})-?(?:\s?/\s?|,\s|,?\s(?:and|or|and/or)\s|\s?&\s?)$")
_FIRST_TAIL = re.compile(rf"({_GREEK})(?=[- ]?[^\W\d_])")

_FOLLOWING = re.compile(r"[\s-]+([a-z]+)")


@dataclass(frozen=True, slots=True)
class Coordination:
    """A stretch of text that coordinates names.

    Attributes:
        start: First code point.
        end: Code point after the last one.
        members: The names, at least two, in text order; those of a range that stand between its
            ends have the offsets of the whole.
    """

    start: int
    end: int
    members: tuple[Member, ...]


def coordination_at(text: str, start: int, end: int, known: Known) -> Coordination | None:
    """Return the expression whose one written-out name stands at a place, if there is one.

    Args:
        text: The text.
        start: First code point of the name.
        end: Code point after its last one.
        known: Tells which names there are.

    >>> def listed(name): return name in {"ERK1", "ERK2", "ERK-2"}
    >>> [(m.start, m.end, m.full) for m in coordination_at("ERK1 and -2", 0, 4, listed).members]
    [(0, 4, ''), (0, 11, 'ERK2')]
    """
    whole = Member(start, end)
    if _AHEAD.match(text, end) and (after := list(_after(text, start, end, known))):
        return Coordination(start, after[-1].end, (whole, *after))
    before = _before(text, start, end, known)
    return None if before is None else Coordination(before.start, end, (before, whole))


def _after(text: str, start: int, end: int, known: Known) -> Iterator[Member]:
    """Yield the names whose tails follow a name."""
    name = text[start:end]
    if (found := _RANGE.match(text, end)) and not known(text[start : found.end()]):
        names = _between(name, found[2], known)
        yield from (Member(start, found.end(), full) for full in names)
        if names:
            return
    waiting: list[Member] = []
    position, commas = end, 0
    while True:
        is_last = False
        found = _SLASH.match(text, position)
        if found is None and (found := _COMMA.match(text, position)):
            commas += 1
        if found is None and (found := _LAST.match(text, position)):
            is_last = True
        if found is None and (found := _LISTED.match(text, position)) is None:
            return
        hyphen, tail = found.groups()
        glued = bool(hyphen) or not any(map(str.isspace, found.group()))
        if is_last and not hyphen and _is_else(text, found.end(), tail):
            return
        full = _with_tail(name, tail, known, glued=glued)
        if not full:
            return
        waiting.append(Member(start, found.end(), full))
        position = found.end()
        # `SMAD2, 3` and `TLR4,5` may be anything; `SMAD2, 3 and 4` and `FANCA,C,D2` are lists.
        if is_last or hyphen or commas > 1 or "/" in found.group():
            yield from waiting
            waiting = []


def _is_else(text: str, end: int, tail: str) -> bool:
    """Whether a bare tail after `and` seems to count what follows, or to begin another name."""
    if len(tail) == 1 and tail.isascii() and tail.isalpha():
        return tail.islower() or text.startswith("-", end)  # `and a`, `and C-reactive`
    following = _FOLLOWING.match(text, end)
    if not tail.isdigit() or following is None:
        return False
    word, lists = following[1], _following_words()
    is_plural = word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word in lists["counted"] or (is_plural and word not in lists["not_counted"])


@cache
def _following_words() -> Mapping[str, frozenset[str]]:
    text = files("pipeline.recognition").joinpath("data/following_words.toml").read_text("utf-8")
    return {name: frozenset(words) for name, words in tomllib.loads(text).items()}


def _with_tail(name: str, tail: str, known: Known, *, glued: bool) -> str:
    """Return the known name that a tail makes of another name, or an empty string.

    A tail that stands by itself, as in `CFB and C3`, may be a name of its own.
    """
    for of_kind, ending in (*_KINDS, *_GLUED) if glued else _KINDS:
        if of_kind.fullmatch(tail) and (found := ending.search(name)) and found.start():
            full = name[: found.start()] + tail
            if full != name and known(full):
                return full
    return ""


def _between(name: str, last: str, known: Known) -> tuple[str, ...]:
    """Return the known names after a name up to the one with the last tail, all or none."""
    for of_kind, ending in _RANGED:
        if not (of_kind.fullmatch(last) and (found := ending.search(name)) and found.start()):
            continue
        stem = name[: found.start()]
        tails = _steps(found.group(), last)
        # Two are no range: in `SOX2-3` the number may be anything.
        if len(tails) > 1 and all(known(stem + tail) for tail in tails):
            return tuple(stem + tail for tail in tails)
    return ()


def _steps(first: str, last: str) -> list[str]:
    if first.isdigit() and last.isdigit() and int(last) - int(first) < _LONGEST_RANGE:
        return [str(n) for n in range(int(first) + 1, int(last) + 1)]
    if len(first) == len(last) == 1 and not first.isdigit() and not last.isdigit():
        return [chr(n) for n in range(ord(first) + 1, ord(last) + 1)]
    return []


def _before(text: str, start: int, end: int, known: Known) -> Member | None:
    """Return the name whose beginning stands before a name: the `α-` of `α- and β-catenin`."""
    own = _FIRST_TAIL.match(text, start, end)
    if not own:
        return None
    first = max(0, start - _NEAR)
    found = _BEFORE.search(text, first, start)
    if not found or found[1] == own[1]:
        return None
    full = found[1] + text[own.end() : end]
    return Member(found.start(1), end, full) if known(full) else None
