"""What components attach to spans: kept as plain values, offered as `span._.NAME`.

The values lie in `Doc.user_data` under the keys that spaCy's own extensions have, so that
`Span.as_doc`, `Doc.from_docs` and every form of storing a `Doc` take them along, and so that our
own components never depend on who owns a name in the registry of extensions, which all packages of
a process share.

Several mentions may stand at the same tokens: of two types, in one token of another tokenizer, or
as names of a range (`FGFR1-4`). So a span has a list of values, each with what tells whose it is.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from spacy.tokens import Span

from pipeline.errors import BionormWarning
from pipeline.recognition.places import Place, place_of

Getter = Callable[[Span], Any]
Setter = Callable[[Span, Any], None]


def keep(span: Span, name: str, value: object, place: Place | None = None) -> None:
    """Attach a value to the mention that a span stands for.

    Args:
        span: The tokens of the mention.
        name: What the value is.
        value: The value: one that MessagePack knows, so that the `Doc` can be stored.
        place: The mention's own borders and type, where they are not the span's.
    """
    owner = _owner(span, place)
    others = [entry for entry in _entries(span, name) if tuple(entry[0]) != owner]
    stored: dict[Any, Any] = span.doc.user_data
    stored[_key(span, name)] = [*others, [owner, value]]


def kept(span: Span, name: str, place: Place | None = None) -> Any:
    """Return the value attached to a mention, or None.

    Args:
        span: The tokens of the mention.
        name: What the value is.
        place: The mention's own borders and type; by default those of the span, or else the first
            mention at the span that has its label, or else the first one.
    """
    owner = _owner(span, place)
    entries = {tuple(other): value for other, value in _entries(span, name)}
    if place is not None or owner in entries or not entries:
        return entries.get(owner)
    return min(entries.items(), key=lambda entry: entry[0][0] != span.label_)[1]


def every_kept(span: Span, name: str) -> list[tuple[str, Any]]:
    """Return the labels of all mentions at a span, with the values attached to them."""
    return [(owner[0], value) for owner, value in _entries(span, name)]


def offer(name: str, getter: Getter, setter: Setter | None = None) -> None:
    """Make `span._.NAME` known to spaCy, unless another package has taken the name.

    In that case theirs stays, and a warning says so: our components work without the extension.
    """
    if not Span.has_extension(name):
        Span.set_extension(name, getter=getter, setter=setter)
    elif not _same(Span.get_extension(name)[2], getter):
        warnings.warn(
            f"another package has registered Span._.{name}; it stays theirs, and what bionorm "
            f"tells of a span is to be had from {getter.__module__}.{getter.__name__}(span)",
            BionormWarning,
            stacklevel=2,
        )


def _same(registered: object, getter: Getter) -> bool:
    """Whether the registered getter is ours; a module that was loaded anew has another object."""
    return (
        getattr(registered, "__module__", None) == getter.__module__
        and getattr(registered, "__qualname__", None) == getter.__qualname__
    )


def _entries(span: Span, name: str) -> Sequence[Sequence[Any]]:
    stored: dict[Any, Any] = span.doc.user_data
    entries: Sequence[Sequence[Any]] = stored.get(_key(span, name), ())
    return entries


def _owner(span: Span, place: Place | None) -> tuple[str, int, int, str]:
    place = place or place_of(span)
    return (place.label_, *place.widths(span), place.full)


def _key(span: Span, name: str) -> tuple[str, str, int, int]:
    return ("._.", f"bionorm_{name}", span.start_char, span.end_char)
