"""From proposals to the mentions of a document: the decisions that all recognizers share."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence

from spacy.tokens import Doc

from pipeline.model import EntityType
from pipeline.recognition.abbreviations import LONG_FORMS, SHORT_FORMS
from pipeline.recognition.coordinated_diseases import with_coordinated_diseases
from pipeline.recognition.coordinated_genes import CoordinatedGenes
from pipeline.recognition.extensions import keep, kept
from pipeline.recognition.places import Place, places_of, set_places
from pipeline.recognition.proposals import Member, Proposal, without_overlaps
from pipeline.recognition.short_forms import ShortForms
from pipeline.recognition.spans import MENTIONS, set_entities
from pipeline.terminology.terminology import Terminology

RECOGNITION = "recognition"
Recognized = tuple[Place, tuple[float, str]]
"""A mention with the score of its recognition and the reason in words."""
_INFECTION = re.compile(r"[ -](?:\w+ )?(?:\w*infect|disease)")


class Combiner:
    """Decides which proposals become mentions.

    Abbreviations get the type of their long forms; of overlapping proposals the best ones are
    chosen; coordinated names become separate mentions.
    """

    def __init__(self, terminology: Terminology) -> None:
        self._terminology = terminology
        self._genes = CoordinatedGenes(terminology)

    def decide(
        self,
        text: str,
        short_forms: ShortForms,
        proposals: Iterable[Proposal],
        *,
        in_context: Collection[str] = (),
    ) -> list[Recognized]:
        """Return the mentions of a text, in its order.

        Args:
            text: The text.
            short_forms: The abbreviations that it defines.
            proposals: What may be a mention.
            in_context: Types whose proposals were found with regard to the abbreviations.
        """
        settled = short_forms.settle(text, proposals, in_context=in_context)
        chosen = with_viruses(text, without_overlaps(settled), settled)
        chosen = self._genes.complete(text, chosen)
        chosen = with_coordinated_diseases(text, chosen, self._names_disease)
        return [
            (Place.of(text, m.start, m.end, p.type, m.full), (p.score, p.reason))
            for p in chosen
            for m in p.members or (Member(p.start, p.end),)
        ]

    def combine(
        self,
        doc: Doc,
        text: str,
        proposals: Iterable[Proposal],
        *,
        in_context: Collection[str] = (),
    ) -> None:
        """Set `doc.spans["mentions"]` and `doc.ents`, in place of the mentions that are there.

        Args:
            doc: The document.
            text: Its text.
            proposals: What may be a mention.
            in_context: Types whose proposals were found with regard to the abbreviations.
        """
        found = self.decide(text, short_forms_of(doc), proposals, in_context=in_context)
        keep_recognized(doc, found)

    def _names_disease(self, text: str) -> bool:
        return any(n.type == EntityType.DISEASE for n in self._terminology.exact_matches(text))


def short_forms_of(doc: Doc) -> ShortForms:
    """Return the abbreviations that are marked in a document."""
    return ShortForms.of_doc(places_of(doc, SHORT_FORMS), places_of(doc, LONG_FORMS))


def keep_recognized(doc: Doc, found: Sequence[Recognized]) -> None:
    """Set `doc.spans["mentions"]` and `doc.ents`, in place of the mentions that are there."""
    spans = set_places(doc, MENTIONS, [place for place, _ in found])
    for span, (place, recognition) in zip(spans, found, strict=True):
        keep(span, RECOGNITION, list(recognition), place)
    set_entities(doc, spans)


def with_viruses(
    text: str, chosen: Sequence[Proposal], proposals: Iterable[Proposal]
) -> list[Proposal]:
    """Add the viruses that diseases are named after: HIV-1 in `HIV-1 infection` is both.

    Args:
        text: The text.
        chosen: Mentions without overlaps, in text order.
        proposals: Those that they were chosen from.
    """
    starts = [p.start for p in chosen]
    found = {(p.start, p.end): p for p in chosen}
    added = []
    for p in proposals:
        if p.type == EntityType.SPECIES and (p.start, p.end) not in found:
            i = bisect_right(starts, p.start) - 1
            around = chosen[i] if i >= 0 else None
            if (
                around is not None
                and around.type == EntityType.DISEASE
                and p.end < around.end
                and _INFECTION.match(text, p.end)
            ):
                found[p.start, p.end] = p
                added.append(p)
    return sorted([*chosen, *added], key=lambda p: (p.start, -p.end)) if added else list(chosen)


def proposals_of(doc: Doc, *, unscored: float) -> list[Proposal]:
    """Return the mentions of a document as proposals; those that overlap are one of several names.

    Args:
        doc: The document.
        unscored: The score of mentions that have none.
    """
    groups: list[list[tuple[Place, float, str]]] = []
    found = zip(places_of(doc, MENTIONS), doc.spans.get(MENTIONS, ()), strict=True)
    end = -1
    for place, span in sorted(found, key=lambda item: (item[0].start_char, -item[0].end_char)):
        score, reason = kept(span, RECOGNITION, place) or (unscored, "given")
        if place.start_char >= end:
            groups.append([])
        groups[-1].append((place, score, reason))
        end = max(end, place.end_char)
    return [_as_one(group) for group in groups]


def _as_one(group: list[tuple[Place, float, str]]) -> Proposal:
    places = [place for place, _, _ in group]
    place, score, reason = group[0]
    end = max(p.end_char for p in places)
    members = tuple(Member(p.start_char, p.end_char, p.full) for p in places)
    is_one = len(members) == 1 and not place.full
    return Proposal(place.start_char, end, place.label_, score, reason, () if is_one else members)
