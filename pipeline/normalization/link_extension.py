"""The link of a mention: a `Link` for its users, plain values in the `Doc`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from spacy.tokens import Span

from pipeline.model import NIL, Candidate, Link
from pipeline.recognition.extensions import every_kept, keep, kept, offer
from pipeline.recognition.places import Place

_NAME = "links"
_FIELDS = tuple(field.name for field in fields(Link))
_CANDIDATE_FIELDS = tuple(field.name for field in fields(Candidate))


def register_link() -> None:
    """Make `span._.link` known to spaCy."""
    offer("link", link_of, keep_link)


def keep_link(span: Span, link: Link, place: Place | None = None) -> None:
    """Attach a link to the mention that a span stands for.

    Args:
        span: The tokens of the mention.
        link: What the mention was resolved to.
        place: The mention's own borders and type, where they are not the span's.
    """
    # Not `dataclasses.asdict`, which copies deeply and takes half of the normalizer's time.
    stored: dict[str, Any] = {field: getattr(link, field) for field in _FIELDS}
    stored["alternatives"] = [
        [getattr(candidate, field) for field in _CANDIDATE_FIELDS]
        for candidate in link.alternatives
    ]
    keep(span, _NAME, stored, place)


def link_of(span: Span, place: Place | None = None) -> Link | None:
    """Return what a mention was resolved to, or None for any other span.

    Args:
        span: The tokens of the mention.
        place: The mention's own borders and type; by default the mention is the one at the span
            that has the span's identifier and label, or else the first one.
    """
    stored = kept(span, _NAME, place) if place else None
    if stored is None:
        entries = every_kept(span, _NAME)
        if not entries:
            return None
        _, stored = min(entries, key=lambda e: _unlike(span, *e))
    return _restored(stored)


def _unlike(span: Span, label: str, stored: Mapping[str, Any]) -> tuple[bool, bool]:
    return (stored["curie"] or NIL) != span.kb_id_, label != span.label_


def _restored(stored: Mapping[str, Any]) -> Link:
    lists = {
        "mesh": tuple(stored["mesh"]),
        "mondo": tuple(stored["mondo"]),
        "alternatives": tuple(Candidate(*c) for c in stored["alternatives"]),
    }
    return Link(**(dict(stored) | lists))
