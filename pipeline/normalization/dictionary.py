"""The fast way: names of the terminology, found and resolved without regard to the context.

For texts by the million, and as the yardstick for what context is worth. What a surface form means
is decided once for all texts, so it costs little more than finding the names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.model import NIL, EntityType, Link
from pipeline.normalization.diseases import link_disease
from pipeline.normalization.link_extension import keep_link, register_link
from pipeline.normalization.other import link_other
from pipeline.normalization.species import link_species
from pipeline.recognition.acceptance import AcceptanceModel, shipped_model
from pipeline.recognition.features import PaperFacts, Reading, describe, features_of_place, senses
from pipeline.recognition.places import Place, keep_places
from pipeline.recognition.recognizer import DEFAULT_THRESHOLD
from pipeline.recognition.spans import MENTIONS, set_entities, span_at
from pipeline.recognition.surroundings import Surroundings
from pipeline.terminology.matcher import Match
from pipeline.terminology.taxon_kinds import TaxonKinds
from pipeline.terminology.terminology import NameMatch, Terminology, shared_terminology

METHOD = "dictionary"
_REMEMBERED = 20_000
_HUMAN_TAXON = 9606
_NO_FACTS = PaperFacts({}, frozenset())


class Dictionary:
    """spaCy component: finds names of the terminology and resolves each by itself.

    Sets what recognizer and normalizer set: `doc.ents` and `doc.spans["mentions"]`, `kb_id_` and
    `span._.link`. A gene is human unless only other species have a gene of its name.
    """

    def __init__(
        self, terminology: Terminology, *, model: AcceptanceModel, threshold: float
    ) -> None:
        self.terminology = terminology
        self.model = model
        self.threshold = threshold
        self._kinds = TaxonKinds(terminology).of
        self._meaning = lru_cache(maxsize=_REMEMBERED)(self._decide)
        register_link()

    def __call__(self, doc: Doc) -> Doc:
        """Find and resolve the mentions of one document."""
        found = self.find(doc.text)
        spans = []
        for place, link in found:
            span = span_at(doc, place.start_char, place.end_char, place.label_)
            span.kb_id_, span.id_ = link.curie or NIL, link.curie
            keep_link(span, link, place)
            spans.append(span)
        keep_places(doc, MENTIONS, spans, [place for place, _ in found])
        set_entities(doc, spans)
        return doc

    def find(self, text: str) -> list[tuple[Place, Link]]:
        """Return the mentions of a text in its order, and what each is resolved to.

        Of names that overlap, the leftmost is taken, and of those that begin there the longest.
        """
        found: list[tuple[int, int, str, tuple[str, Link]]] = []
        begin = end = -1  # of the last one found
        for start, stop, key in self.terminology.find(text):
            if begin < start < end:
                continue
            surface = text[start:stop]
            if (meaning := self._meaning(key, surface)) is not None:
                if start == begin:
                    found.pop()
                found.append((start, stop, surface, meaning))
                begin, end = start, stop
        return [(Place(b, e, surface, type_), link) for b, e, surface, (type_, link) in found]

    def _decide(self, key: int, surface: str) -> tuple[str, Link] | None:
        """Return the type and the concept that a surface form has without any context."""
        names = self.terminology.name_matches(key, surface)
        around = Surroundings(surface, "", "", " ", " ", starts_sentence=False)
        best: tuple[float, str] = (0.0, "")
        for sense in senses(surface, names, self._kinds):
            reading = Reading(Match(0, len(surface), key), sense, around)
            described = describe(reading, features_of_place(reading, _NO_FACTS, ""))
            probability = self.model.probability(sense.type, described)
            best = max(best, (probability, sense.type))
        if best[0] < self.threshold:
            return None
        type_ = best[1]
        link = self._link(type_, [n for n in names if n.type == type_])
        return type_, replace(link, method=METHOD)

    def _link(self, type_: str, names: Sequence[NameMatch]) -> Link:
        if type_ == EntityType.DISEASE:
            return link_disease(names, self.terminology)
        if type_ == EntityType.SPECIES:
            return link_species(names, {}, self.terminology)
        human = [n for n in names if n.taxon == _HUMAN_TAXON]
        link = link_other(human or names, type_, self.terminology)
        return replace(link, taxon=self.terminology.taxon(link.curie))


@Language.factory(
    "bionorm_dictionary",
    default_config={"snapshot": None, "threshold": DEFAULT_THRESHOLD},
    assigns=["doc.ents", "doc.spans", "span._.link"],
)
def make_dictionary(nlp: Language, name: str, snapshot: str | None, threshold: float) -> Dictionary:
    """Create the component.

    Args:
        nlp: The pipeline.
        name: The component's name.
        snapshot: Directory of a terminology snapshot; by default the embedded one.
        threshold: Smallest probability, from 0 to 1, of a name being a mention wherever it stands.
    """
    return Dictionary(shared_terminology(snapshot), model=shipped_model(), threshold=threshold)
