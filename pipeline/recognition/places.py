"""Where names stand in a text, to the character, whatever tokens a `Doc` has.

A span of spaCy begins and ends with a token, and the tokens of another pipeline may be wider than
a name: spaCy's own tokenizer makes one of `BRCA1/2`. So a span group keeps, beside its spans, by
how many characters each is wider than the name that it stands for. The widths are counted from
the span's own borders, so that they still hold when the span is moved into another `Doc`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from spacy.tokens import Doc, Span, SpanGroup

from pipeline.recognition.spans import span_at, text_of

_WIDTHS = "bionorm_widths"
_FULL = "bionorm_full_names"


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a text, with the names that spaCy's `Span` has for the same.

    Attributes:
        start_char: First code point.
        end_char: Code point after the last one.
        text: The text between them.
        label_: Entity type; empty where it has none.
        full: The name in full, where the text shares a part of it with another name: `BRCA2` in
            `BRCA1/2`. Otherwise empty.
    """

    start_char: int
    end_char: int
    text: str
    label_: str = ""
    full: str = ""

    @classmethod
    def of(cls, text: str, start: int, end: int, label: str = "", full: str = "") -> Place:
        """Return the place between two offsets of a text."""
        return cls(start, end, text[start:end], label, full)

    @property
    def name(self) -> str:
        """The name that stands there, in full."""
        return self.full or self.text

    def widths(self, span: Span) -> tuple[int, int]:
        """Return how many characters a span has before and behind the place."""
        return self.start_char - span.start_char, span.end_char - self.end_char


def set_places(doc: Doc, name: str, places: Iterable[Place]) -> list[Span]:
    """Make a span group of places, and return its spans: the tokens around each place.

    Args:
        doc: The document.
        name: Name of the group.
        places: Places in the document's text.

    Raises:
        ValueError: If a place is not in the text.
    """
    places = list(places)
    spans = [span_at(doc, p.start_char, p.end_char, p.label_) for p in places]
    keep_places(doc, name, spans, places)
    return spans


def keep_places(doc: Doc, name: str, spans: Iterable[Span], places: Iterable[Place]) -> None:
    """Make a span group of spans that stand for places, one for one."""
    spans = list(spans)
    places = list(places)
    widths = [list(place.widths(span)) for place, span in zip(places, spans, strict=True)]
    full = [place.full for place in places]
    attrs: dict[str, object] = {}
    if any(map(any, widths)) or any(full):
        attrs = {_WIDTHS: widths, _FULL: full}
    doc.spans[name] = SpanGroup(doc, name=name, attrs=attrs, spans=spans)


def places_of(doc: Doc, name: str) -> list[Place]:
    """Return the places that a span group stands for, in its order; none if there is no group."""
    group = doc.spans.get(name)
    if not group:
        return []
    widths = group.attrs.get(_WIDTHS, ())
    if len(widths) != len(group):  # spans that somebody added or took away
        return [place_of(span) for span in group]
    text, names = text_of(doc), group.attrs.get(_FULL, [""] * len(widths))
    return [
        Place.of(text, span.start_char + left, span.end_char - right, span.label_, full)
        for span, (left, right), full in zip(group, widths, names, strict=True)
    ]


def place_of(span: Span) -> Place:
    """Return the place of a span that stands for itself."""
    return Place(span.start_char, span.end_char, span.text, span.label_)
