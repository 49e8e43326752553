r"""The entity lists of seed Markdown: a scanner for lines such as the following.

    - **Genes:** Srr (serine racemase) [NCBI Gene 27364] {aka Rgsc34, Srs}, Mapk1 (...) [...]
    - **Diseases:** osteoarthritis (MONDO:0005178), Neoplasms, Breast (MESH:D001943)
    - **Proteins:** SRR (serine racemase)

The grammar, with white space between the parts:

    line        = marker label ":" [entry {"," entry}]
    entry       = name [description] {identifiers} [aliases]
    description = "(" text ")"                   only without identifiers in parentheses
    identifiers = "[" list "]" | "(" list ")"    see `pipeline.papers.identifiers`
    aliases     = "{aka" [text {"," text}] "}"

Brackets nest. A comma ends an entry when white space follows (so `1,2-dichloroethane` is whole) and
no bracket is open. As names may contain such commas themselves (`Neoplasms, Breast`), what
stands before it belongs to the next entry's name, unless it ends in a description, identifiers or
aliases, or nothing of that kind follows on the line at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.model import Annotation
from pipeline.papers.identifiers import is_like_identifier, parse_identifiers
from pipeline.papers.markup import markdown, plain, without_bullet

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_OPENING = {closing: opening for opening, closing in _CLOSING.items()}
_LABEL = re.compile(r"(?:\*\*\s*([^*:]+?)\s*(?::\s*\*\*|\*\*\s*:)|([A-Za-z][A-Za-z -]*):(?=\s|$))")
_AKA = re.compile(r"aka(?:\s+|$)")
_RANK = re.compile(
    r"(?:,\s*|^)(?:(?:sub|super|infra)?(?:species|genus|family|order|class|phylum|kingdom)"
    r"|species group|strain|serotype|isolate|clade|no rank)$"
)
_ENTRY_END = re.compile(
    r"[(\[](?P<list>[^()\[\]{}]*)[)\]]\s*"
    r"(?:(?P<closed>\{aka\b[^{}]*\})?\s*(?=,|$)|(?P<open>\{aka\b))"
)
_CLOSED = re.compile(r"[)\]}]\s*(?=,\s)")
# An unreadable entry is looked at up to the end of the line: a damaged line must not take forever.
_MOST_FAULTS = 20
_LONGEST_QUOTE = 80


@dataclass(frozen=True, slots=True)
class Fault:
    """Part of a line that is no annotation: the offending text and what is wrong with it."""

    text: str
    reason: str

    def __str__(self) -> str:
        """Write the reason and the offending text, shortened."""
        return f"{self.reason}: {_quoted(self.text)}"


@dataclass(frozen=True, slots=True)
class _Group:
    """A bracket of depth 0 with its content; `end` is the position after the closing bracket."""

    opening: str
    content: str
    start: int
    end: int

    @property
    def identifiers(self) -> tuple[str, ...] | None:
        return None if self.opening == "{" else parse_identifiers(self.content)

    @property
    def is_aliases(self) -> bool:
        return self.opening == "{" and bool(_AKA.match(self.content.lstrip()))


@dataclass(frozen=True, slots=True)
class _Piece:
    """What stands between two separating commas; `end` is the position of the second."""

    start: int
    end: int
    groups: tuple[_Group, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry with the raw text of its parts."""

    name: str
    description: str = ""
    identifiers: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


class _UnreadableError(ValueError):
    """An entry does not follow the grammar; the message is the reason."""


def parse_line(line: str, *, group: str, number: int) -> Iterator[Annotation | Fault]:
    """Read one line of an entity list.

    Args:
        line: The line, with its list marker.
        group: Heading of the list, kept with each annotation.
        number: Line number, kept with each annotation.

    Yields:
        The annotations in the order of the line, each with its description, if it has one, as
        first alias (`serine racemase` tells more than `SR`; of a species, the rank is left out).
        An entry that cannot be read gives a `Fault` in its place.
    """
    item = without_bullet(line)
    if item is None:
        yield Fault(line, "no list marker ('-') in a list of entities")
        return
    label = _LABEL.match(item)
    type_ = singular(plain(label[1] or label[2])) if label else ""
    if not label or not type_:
        yield Fault(line, "no type, such as '**Genes:**', at the start of a list of entities")
        return
    for entry in _entries(item[label.end() :]):
        if isinstance(entry, Fault):
            yield Fault(entry.text, f"{type_}: {entry.reason}")
            continue
        description = markdown(entry.description)
        if type_ == "Species":
            description = _RANK.sub("", description)
        aliases = (description, *map(markdown, entry.aliases))
        yield Annotation(
            type=type_,
            identifiers=entry.identifiers,
            name=markdown(entry.name),
            group=group,
            aliases=tuple(dict.fromkeys(alias for alias in aliases if alias)),
            line=number,
        )


def singular(word: str) -> str:
    """Return a list's label as the type of one entity: English singular, capital first.

    >>> [singular(word) for word in ("Genes", "Species", "cell lines", "Viruses", "Therapies")]
    ['Gene', 'Species', 'Cell line', 'Virus', 'Therapy']
    """
    lower = word.casefold()
    if lower.endswith("ies") and not lower.endswith(("species", "series")):
        word = f"{word[:-3]}y"
    elif lower.endswith(("sses", "uses", "xes", "ches", "shes")):
        word = word[:-2]
    elif lower.endswith("s") and not lower.endswith(("ss", "us", "is", "species", "series")):
        word = word[:-1]
    return word[:1].upper() + word[1:]


def _entries(text: str) -> Iterator[_Entry | Fault]:
    """Yield the entries of a line, or faults in their place."""
    waiting: list[_Piece] = []  # pieces without a tail, of which the next may be the rest
    start = faults = 0
    while start < len(text):
        first = waiting[0].start if waiting else start
        end = None
        try:
            piece = _piece(text, start)
            end = piece.end
            entry = _entry(text, first, piece)
        except _UnreadableError as error:
            faults += 1
            reason = str(error)
            if faults == _MOST_FAULTS:
                end, reason = len(text), f"too many errors, the rest is left out; {reason}"
            elif end is None:
                end = _recovery(text, start)
            yield Fault(text[first:end], reason)
            waiting = []
        else:
            if entry:
                yield entry
                waiting = []
            elif markdown(text[piece.start : piece.end]):
                waiting.append(piece)
        start = end + 1
    yield from (_Entry(text[piece.start : piece.end]) for piece in waiting)


def _piece(text: str, start: int) -> _Piece:
    """Scan from a position to the next separating comma or the end.

    Raises:
        _UnreadableError: If brackets do not match.
    """
    groups: list[_Group] = []
    open_: list[int] = []
    for position in range(start, len(text)):
        character = text[position]
        if character in _CLOSING:
            open_.append(position)
        elif character in _OPENING:
            if not open_:
                raise _UnreadableError(f"'{character}' closes nothing")
            opened = open_.pop()
            if text[opened] != _OPENING[character]:
                raise _UnreadableError(f"'{text[opened]}' is closed by '{character}'")
            if not open_:
                content = text[opened + 1 : position]
                groups.append(_Group(text[opened], content, opened, position + 1))
        elif character == "," and not open_ and _is_separator(text, position, groups):
            return _Piece(start, position, tuple(groups))
    if open_:
        raise _UnreadableError(f"'{text[open_[0]]}' is never closed")
    return _Piece(start, len(text), tuple(groups))


def _is_separator(text: str, comma: int, groups: list[_Group]) -> bool:
    """Tell a comma between entries from one inside a name such as `1,2-dichloroethane`."""
    if comma + 1 == len(text) or text[comma + 1].isspace():
        return True
    last = groups[-1] if groups and groups[-1].end == comma else None
    return last is not None and (last.is_aliases or last.identifiers is not None)


def _entry(text: str, first: int, piece: _Piece) -> _Entry | None:
    """Read a piece whose name starts at `first`; None when nothing follows the name.

    The groups at the end are read from the right.

    Raises:
        _UnreadableError: If an identifier has a form that is not known, or the name is missing.
    """
    end = _stripped_end(text, piece.start, piece.end)
    description = ""
    aliases: list[str] = []
    lists: list[tuple[str, ...]] = []
    in_parentheses = False
    has_tail = False
    for group in reversed(piece.groups):
        before = _stripped_end(text, piece.start, group.start)
        is_set_off = piece.start < before < group.start
        if group.end != end:
            break
        if group.is_aliases:
            aliases[:0] = _aliases(group.content)
        elif (identifiers := group.identifiers) is not None:
            lists.insert(0, identifiers)
            in_parentheses = in_parentheses or group.opening == "("
        elif group.opening == "{" or not is_set_off:
            break  # part of the name, as in "p53(alpha)"
        elif not lists and (group.opening == "[" or is_like_identifier(group.content)):
            raise _UnreadableError(f"{_quoted(group.content)} is no identifier of a known form")
        elif group.opening == "(" and not in_parentheses:
            description = group.content
            has_tail, end = True, before
            break
        else:
            break
        has_tail, end = True, before
    if not has_tail:
        return None
    name = text[first:end].strip().rstrip(",")
    if not markdown(name):
        raise _UnreadableError("no name before the identifier")
    curies = tuple(dict.fromkeys(curie for list_ in lists for curie in list_))
    return _Entry(name, description, curies, tuple(aliases))


def _stripped_end(text: str, start: int, end: int) -> int:
    """Return where the text between two positions ends without its trailing white space."""
    return start + len(text[start:end].rstrip())


def _aliases(content: str) -> tuple[str, ...]:
    """Split what stands in `{aka …}` at its separating commas."""
    text = _AKA.sub("", content.strip(), count=1)
    aliases: list[str] = []
    start = 0
    while start < len(text):
        end = _piece(text, start).end
        aliases.append(text[start:end].strip())
        start = end + 1
    return tuple(alias for alias in aliases if alias)


def _recovery(text: str, start: int) -> int:
    """Return the position of the comma where an unreadable entry probably ends.

    That is behind the next identifier and its aliases. Where the aliases are never closed, the
    next piece that has an identifier is taken for the next entry. In a list without identifiers
    it is behind the next closing bracket.
    """
    for match in _ENTRY_END.finditer(text, start):
        if parse_identifiers(match["list"]) is None:
            continue
        if match["open"]:
            return _end_of_open_aliases(text, match.end())
        return match.end()
    closed = _CLOSED.search(text, start)
    return closed.end() if closed else len(text)


def _end_of_open_aliases(text: str, start: int) -> int:
    comma = start
    while comma < len(text):
        try:
            piece = _piece(text, comma + 1 if comma > start else start)
            entry = _entry(text, piece.start, piece)
        except _UnreadableError:
            break
        if entry and entry.identifiers and comma > start:
            return comma
        comma = piece.end
    return len(text)


def _quoted(text: str) -> str:
    text = plain(text)
    if len(text) > _LONGEST_QUOTE:
        text = f"{text[: _LONGEST_QUOTE - 1].rstrip()}…"
    return repr(text)
