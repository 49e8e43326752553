"""From offsets to spaCy spans."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from spacy.tokens import Doc, Span

MENTIONS = "mentions"
"""Span group of all mentions, those that overlap included."""


@lru_cache(maxsize=1)
def text_of(doc: Doc) -> str:
    """Return the text of a document, which spaCy would put together anew for each component."""
    return doc.text


def span_at(doc: Doc, start: int, end: int, label: str) -> Span:
    """Return the span of whole tokens around two offsets.

    Raises:
        ValueError: If the offsets do not lie in the text.
    """
    span = doc.char_span(start, end, label=label, alignment_mode="expand")
    if span is None:
        raise ValueError(f"no text between {start} and {end} in a text of {len(doc.text)}")
    return span


def without_shared_tokens(spans: Iterable[Span]) -> list[Span]:
    """Leave out spans that share a token with a longer one or, of the same length, an earlier one.

    `doc.ents` holds no overlapping spans; all of them stay in the span group.
    """
    taken: set[int] = set()
    kept = []
    for span in sorted(spans, key=lambda s: (s.start - s.end, s.start)):
        if taken.isdisjoint(range(span.start, span.end)):
            taken.update(range(span.start, span.end))
            kept.append(span)
    return sorted(kept, key=lambda s: s.start)


def set_entities(doc: Doc, spans: Iterable[Span]) -> None:
    """Make spans the document's entities, the longest where they overlap.

    Entities of other components stay where they share no token with these.
    """
    chosen = without_shared_tokens(spans)
    taken = {token for span in chosen for token in range(span.start, span.end)}
    others = [e for e in doc.ents if taken.isdisjoint(range(e.start, e.end))]
    doc.set_ents([*chosen, *others])
