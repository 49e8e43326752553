"""The extension `span._.link`: a `Link` for its users, plain values in the `Doc`.

A `Doc` is serialized with what its extensions hold, which must therefore be values that MessagePack
knows.
"""

from __future__ import annotations

from dataclasses import fields

from spacy.tokens import Span

from pipeline.model import Candidate, Link

_STORED = "bionorm_link"
_FIELDS = tuple(field.name for field in fields(Link))
_CANDIDATE_FIELDS = tuple(field.name for field in fields(Candidate))


def register_link() -> None:
    """Make `span._.link` known to spaCy."""
    if not Span.has_extension("link"):
        Span.set_extension(_STORED, default=None)
        Span.set_extension("link", getter=_link_of, setter=_keep)


def _keep(span: Span, link: Link) -> None:
    # Not `dataclasses.asdict`, which copies deeply and takes half of the normalizer's time.
    stored = {field: getattr(link, field) for field in _FIELDS}
    stored["alternatives"] = [
        [getattr(candidate, field) for field in _CANDIDATE_FIELDS]
        for candidate in link.alternatives
    ]
    span._.set(_STORED, stored)


def _link_of(span: Span) -> Link | None:
    stored = span._.get(_STORED)
    if stored is None:
        return None
    lists = {
        "mesh": tuple(stored["mesh"]),
        "mondo": tuple(stored["mondo"]),
        "alternatives": tuple(Candidate(*c) for c in stored["alternatives"]),
    }
    return Link(**(stored | lists))
