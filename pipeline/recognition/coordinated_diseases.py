"""Coordinated disease names: `breast and ovarian cancer`, `cancer of the lung or bladder`.

The names share their last words or their first ones. Curators annotate such an expression as a
whole with the identifiers of all its diseases, and a model that learned from them finds it so, or
finds only the name that is complete. Here the names are put together again; as with genes, the
terminology says which names there are. Each becomes a mention with the offsets of the whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.model import EntityType
from pipeline.recognition.coordination import Coordination, Known, coordination_at
from pipeline.recognition.proposals import Member, Proposal

_AND = r",?\s(?:and/or|and|or|as\swell\sas)\s"
_SEPARATOR = re.compile(rf"{_AND}|,\s|\s?/\s?")
_BEFORE = re.compile(
    rf"(?<![^\W_])((?:[^\W_][\w'’-]*\s){{0,3}}[^\W_][\w'’-]*)(?:{_AND}|,\s|\s?/\s?)$"
)
_JOINED_TO = re.compile(rf"(?:{_AND}|,\s|/\s?)$")
_LONGEST_AND = 16
_FUNCTION_WORDS = frozenset(
    {"a", "an", "and", "as", "between", "both", "by", "either", "for", "from", "in", "including"}
    | {"of", "on", "or", "the", "to", "with", "without"}
)
_TYPE = r"\d{1,2}[A-Za-z]?|[IVX]{1,4}|[A-Z]"
_TYPES = re.compile(
    rf"(types?)\s(?:{_TYPE})(?:(?:{_AND}|,\s|\s?/\s?)(?:type\s)?(?:{_TYPE}))+\s", re.IGNORECASE
)
_ONE_TYPE = re.compile(rf"(?:types?\s)?(?<![^\W_])({_TYPE})(?![^\W_])", re.IGNORECASE)
# `Familial breast and ovarian cancer` is one syndrome.
_INHERITED = re.compile(r"(?:hereditary|inherited|familial)\s", re.IGNORECASE)
_WORD = re.compile(r"[^\W_][\w'’-]*")
_COMMA = 2  # code points of a comma and a blank
_NEAR = 80
_JOINED = 2  # parts that are one: the `head and neck` of a cancer
_LONGEST = 300  # code points of an expression
_MODIFIERS = 2  # words in front of a name that do not belong to it


def with_coordinated_diseases(
    text: str, chosen: Sequence[Proposal], known: Known
) -> list[Proposal]:
    """Replace disease proposals by the coordinated expressions that they are or belong to.

    Args:
        text: The text.
        chosen: Proposals without overlaps, in text order.
        known: Tells which names of diseases there are.
    """
    result: list[Proposal] = []
    for i, proposal in enumerate(chosen):
        free = result[-1].end if result else 0
        limit = chosen[i + 1].start if i + 1 < len(chosen) else len(text)
        found = None
        if proposal.type == EntityType.DISEASE and not proposal.members:
            found = coordination_of(text, proposal.start, proposal.end, known)
        if found is None or found.start < free or found.end > limit:
            result.append(proposal)
        else:
            reason = f"{proposal.reason}, coordinated names"
            result.append(
                replace(
                    proposal,
                    start=found.start,
                    end=found.end,
                    reason=reason,
                    members=found.members,
                )
            )
    return result


def coordination_of(text: str, start: int, end: int, known: Known) -> Coordination | None:
    """Return the expression that a mention of a disease is, or whose complete name it is.

    Args:
        text: The text.
        start: First code point of the mention.
        end: Code point after its last one.
        known: Tells which names of diseases there are.

    >>> def listed(name): return name in {"breast cancer", "ovarian cancer"}
    >>> found = coordination_of("breast and ovarian cancer", 0, 25, listed)
    >>> [(m.start, m.end, m.full) for m in found.members]
    [(0, 25, 'breast cancer'), (0, 25, 'ovarian cancer')]
    """
    if end - start > _LONGEST:
        return None
    found = _types(text, start, end, known)
    if found is None and _SEPARATOR.search(text, start, end):
        found = None if known(text[start:end]) else _within(text, start, end, known)
    elif found is None:
        found = _before(text, start, end, known) or coordination_at(text, start, end, known)
    return found and _as_whole(text, found)


def _within(text: str, start: int, end: int, known: Known) -> Coordination | None:
    """Read a mention that is an expression."""
    parts = _parts(text, start, end)
    if len(parts) < 2 or _INHERITED.match(text, *parts[0]):
        return None
    by_end = _shared_end(text, parts, known)
    # `T-cell leukaemia or lymphoma` is no lymphoma of any kind, though that is a name too.
    if by_end is None or " " not in text[parts[-1][0] : end]:
        return _shared_beginning(text, parts, known) or by_end
    return by_end


def _as_whole(text: str, found: Coordination) -> Coordination | None:
    """Give each name the offsets of the expression, unless all of them are complete."""
    if not any(m.full for m in found.members):
        return found
    fulls = dict.fromkeys(m.full or text[m.start : m.end] for m in found.members)
    members = tuple(Member(found.start, found.end, full) for full in fulls)
    return replace(found, members=members) if len(members) > 1 else None


def _types(text: str, start: int, end: int, known: Known) -> Coordination | None:
    """Read `types 1 and 2 diabetes`, of which the mention may be the disease alone."""
    found = _TYPES.match(text, start, end)
    if found is None:
        window = max(0, start - _NEAR)
        found = next((m for m in _TYPES.finditer(text, window, start) if m.end() == start), None)
    if found is None:
        return None
    disease = text[found.end() : end]
    members = []
    for one in _ONE_TYPE.finditer(text, found.start(), found.end()):
        full = f"type {one[1]} {disease}"
        if not known(full):
            return None
        own = one[0][:1] in "tT" and one.end() + 1 == found.end()
        members.append(Member(one.start(), end) if own else Member(found.start(), end, full))
    return Coordination(found.start(), end, tuple(members))


def _shared_end(text: str, parts: Sequence[tuple[int, int]], known: Known) -> Coordination | None:
    """Read `lung, breast and colorectal cancers`: the last name is complete."""
    start, end = parts[0][0], parts[-1][1]
    for i in range(1, len(parts)):
        first, stop = parts[i]
        if whole := _without_modifiers(text[first:stop], text[stop:end], known):
            full = "" if whole == text[first:end] else whole
            last = Member(first, end, full)
            members = [*_elliptic(text, parts[:i], end, _endings(whole), known), last]
            return Coordination(start, end, tuple(members)) if len(members) > 1 else None
    return None


def _elliptic(
    text: str, parts: Sequence[tuple[int, int]], end: int, heads: Sequence[str], known: Known
) -> Iterator[Member]:
    """Yield the names whose last words stand at the end of the expression."""
    i = 0
    while i < len(parts):
        # `head and neck` is one part of the body.
        for j in range(min(len(parts), i + _JOINED), i, -1):
            (first, stop), last = parts[i], parts[j - 1][1]
            rest = text[stop:last]
            own = text[first:stop]
            tries = (_without_modifiers(own, f"{rest} {head}", known) for head in heads)
            if full := next(filter(None, tries), ""):
                yield Member(first, end, full)
                break
            if j == i + 1 and known(own):
                yield Member(first, stop)
        i = j


def _shared_beginning(
    text: str, parts: Sequence[tuple[int, int]], known: Known
) -> Coordination | None:
    """Read `cancer of the renal pelvis and bladder`: the first name is complete."""
    (start, stop), end = parts[0], parts[-1][1]
    words = _without_modifiers(text[start:stop], "", known).split()
    members = [Member(start, stop)]
    for first, last in parts[1:]:
        own = text[first:last]
        tries = (f"{' '.join(words[:n])} {own}" for n in range(len(words) - 1, 0, -1))
        if full := next(filter(known, tries), ""):
            members.append(Member(start, last, full))
    return Coordination(start, end, tuple(members)) if len(members) == len(parts) else None


def _before(text: str, start: int, end: int, known: Known) -> Coordination | None:
    """Read `Parkinson's and` before the complete name `Alzheimer's disease`."""
    heads = _endings(text[start:end])
    members: list[Member] = []
    position = start
    while (
        end - position < _LONGEST
        # Before most names stands no separator; that is seen without looking at the words there.
        and _JOINED_TO.search(text, max(0, position - _LONGEST_AND), position)
        and (found := _BEFORE.search(text[max(0, position - _NEAR) : position]))
    ):
        # A list has commas, but its last two names have more than a comma between them.
        stop = max(0, position - _NEAR) + found.end(1)
        if text[stop] == "," and not members and found.end() - found.end(1) == _COMMA:
            break
        member = _elliptic_before(text, stop - len(found[1]), stop, end, heads, known)
        if member is None:
            break
        members.append(member)
        position = member.start
    if not members:
        return None
    return Coordination(position, end, (*reversed(members), Member(start, end)))


def _elliptic_before(
    text: str, start: int, stop: int, end: int, heads: Sequence[str], known: Known
) -> Member | None:
    """Return the name that begins in a stretch of text and whose last words end at `end`.

    It begins the noun phrase: in `blood pressure and renal injury` there is no pressure injury.
    """
    words = list(_WORD.finditer(text, start, stop))
    for i, word in enumerate(words):
        before = words[i - 1].group() if i else _last_word(text, word.start())
        own = text[word.start() : stop]
        if before and before.lower() not in _FUNCTION_WORDS:
            continue
        full = next((f for h in heads if known(f := f"{own} {h}")), "")
        if full and not known(own):
            return Member(word.start(), end, full)
    return None


def _last_word(text: str, end: int) -> str:
    """Return the word that ends right before a place, or an empty string if a sign does."""
    found = re.search(r"([^\s.;:,(\[]+)\s$", text[max(0, end - _NEAR) : end])
    return found[1] if found else ""


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the stretches between the separators."""
    borders = [start]
    for found in _SEPARATOR.finditer(text, start, end):
        borders += found.span()
    borders.append(end)
    return [(a, b) for a, b in zip(borders[::2], borders[1::2], strict=True) if a < b]


def _endings(name: str) -> list[str]:
    """Return the endings of a name that another one may share, longest first."""
    words = name.split()
    return [" ".join(words[n:]) for n in range(1, len(words))]


def _without_modifiers(own: str, rest: str, known: Known) -> str:
    """Return a name, without words in front if only then it is known; or an empty string.

    Args:
        own: The beginning of the name; one word of it stays.
        rest: The rest of it.
        known: Tells which names there are.
    """
    words = own.split()
    most = min(_MODIFIERS, len(words) - 1)
    return next(filter(known, (" ".join(words[n:]) + rest for n in range(most + 1))), "")
