"""Which mentions of a document are resolved, and how the result is written into it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from spacy.tokens import Doc, Span

from pipeline.model import NIL, Link
from pipeline.normalization.link_extension import keep_link
from pipeline.recognition.places import Place, keep_places, place_of, places_of
from pipeline.recognition.spans import MENTIONS, set_entities


@dataclass(frozen=True, slots=True)
class Resolved:
    """A mention with its link.

    Attributes:
        mention: Number of the mention among those that were to be resolved: the name of a gene
            family may become several.
        place: Where it stands, and its type.
        link: What it was resolved to.
    """

    mention: int
    place: Place
    link: Link


def mentions_to_resolve(
    doc: Doc, labels: Mapping[str, str], types: Collection[str]
) -> list[tuple[Span, Place]]:
    """Return the mentions of a document: their tokens, and their own borders with their type.

    They are those in `doc.spans["mentions"]`; where nothing has set it, the entities in `doc.ents`
    whose label is one of our types; and in any case the entities whose label is translated.

    Args:
        doc: The document.
        labels: What labels of other recognizers mean: label -> entity type.
        types: Our entity types.
    """
    found: list[tuple[Span, Place]] = []
    own: Collection[str] = ()
    if MENTIONS in doc.spans:
        places = places_of(doc, MENTIONS)
        found = list(zip(doc.spans[MENTIONS], places, strict=True))
    else:
        own = types
    if not (labels or own):
        return found
    known = {place for _, place in found}
    for ent in doc.ents:
        type_ = labels.get(ent.label_) or (ent.label_ if ent.label_ in own else "")
        place = replace(place_of(ent), label_=type_)
        if type_ and place not in known:
            found.append((ent, place))
    return found


def attach_links(doc: Doc, spans: Sequence[Span], resolved: Sequence[Resolved]) -> None:
    """Write the links of mentions into a document.

    `doc.spans["mentions"]` gets all mentions, labelled with our entity types. `doc.ents` gets those
    that do not overlap; an entity of another recognizer keeps its own label there.

    Args:
        doc: The document.
        spans: The tokens of the mentions that were to be resolved.
        resolved: What they were resolved to.
    """
    linked, entities = [], []
    for found in resolved:
        span, label = spans[found.mention], found.place.label_
        new = _linked(span, label, found.link)
        keep_link(new, found.link, found.place)
        linked.append(new)
        entities.append(new if span.label_ == label else _linked(span, span.label_, found.link))
    keep_places(doc, MENTIONS, linked, [found.place for found in resolved])
    set_entities(doc, entities)


def _linked(span: Span, label: str, link: Link) -> Span:
    from_elsewhere = span.id_ if span.id_ != span.kb_id_ else ""
    id_ = from_elsewhere or link.curie
    kb_id = link.curie or NIL
    return Span(span.doc, span.start, span.end, label=label, kb_id=kb_id, span_id=id_)
