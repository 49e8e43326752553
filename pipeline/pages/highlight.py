"""Cutting a passage into pieces that open, fill and close the highlights of its mentions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.model import Mention, Passage

_DEEPEST = 4
"""How many highlights may be nested; browsers and readers give up on towers of elements."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A step in writing a passage.

    Attributes:
        kind: `open` and `close` a highlight, or write `text`.
        text: What to write; empty unless the kind is `text`.
        mention: The mention that opens or closes, or the innermost one that the text is part of.
        first: Whether the text is the first that belongs to no mention inside of that one.
    """

    kind: Literal["open", "text", "close"]
    text: str = ""
    mention: Mention | None = None
    first: bool = False


def pieces(passage: Passage, mentions: Iterable[Mention]) -> list[Piece]:
    """Cut a passage into pieces, in text order, properly nested.

    The texts of the pieces put together are the passage's text, whatever the mentions are. Of
    mentions that cross each other only the longest (of equal ones the first) is highlighted; a
    mention inside another is nested in it. Mentions outside of the text are left out.

    Args:
        passage: The passage.
        mentions: Its mentions, in any order.
    """
    text = passage.text
    result: list[Piece] = []
    open_mentions: list[Mention] = []
    started: set[int] = set()
    position = 0

    def write(until: int) -> None:
        nonlocal position
        if until > position:
            inner = open_mentions[-1] if open_mentions else None
            first = inner is not None and id(inner) not in started
            started.add(id(inner))
            result.append(Piece("text", text[position:until], inner, first))
            position = until

    def close(until: int) -> None:
        while open_mentions and open_mentions[-1].end <= until:
            write(open_mentions[-1].end)
            result.append(Piece("close", mention=open_mentions.pop()))

    for mention in _nested(passage, mentions):
        close(mention.start)
        if len(open_mentions) < _DEEPEST:
            write(mention.start)
            result.append(Piece("open", mention=mention))
            open_mentions.append(mention)
    close(len(text))
    write(len(text))
    return result


def _nested(passage: Passage, mentions: Iterable[Mention]) -> Iterator[Mention]:
    """Yield mentions that do not cross, outer ones before inner ones."""
    valid = [
        m for m in mentions if m.passage == passage.id and 0 <= m.start < m.end <= len(passage.text)
    ]
    ordered = sorted(valid, key=lambda m: (m.start, -m.end))
    cluster: list[Mention] = []
    end = 0
    for mention in ordered:
        if mention.start >= end:
            yield from _without_crossings(cluster)
            cluster = []
        cluster.append(mention)
        end = max(end, mention.end)
    yield from _without_crossings(cluster)


def _without_crossings(cluster: list[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    for mention in sorted(cluster, key=lambda m: m.start - m.end):
        if not any(_cross(mention, other) for other in kept):
            kept.append(mention)
    return sorted(kept, key=lambda m: (m.start, -m.end))


def _cross(a: Mention, b: Mention) -> bool:
    return a.start < b.start < a.end < b.end or b.start < a.start < b.end < a.end
