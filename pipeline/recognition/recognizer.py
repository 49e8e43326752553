"""The recognizer: from names found in a text to mentions of genes, diseases and species."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.model import EntityType
from pipeline.recognition.abbreviations import LONG_FORMS, SHORT_FORMS
from pipeline.recognition.acceptance import AcceptanceModel, shipped_model
from pipeline.recognition.features import (
    PaperFacts,
    Reading,
    describe,
    longer_types,
    readings,
    words_of,
)
from pipeline.recognition.proposals import Proposal, without_overlaps
from pipeline.recognition.sequence import SequenceModel, hints_of, shipped_sequence_model
from pipeline.recognition.short_forms import ShortForms
from pipeline.recognition.spans import MENTIONS, span_at, without_shared_tokens
from pipeline.terminology.gene_prefixes import find_prefixed, prefixed_names
from pipeline.terminology.gene_taxa import GeneTaxa
from pipeline.terminology.matcher import Match
from pipeline.terminology.terminology import NameMatch, Terminology, shared_terminology

DEFAULT_THRESHOLD = 0.5
DEFAULT_GUIDELINE = "bc5cdr"
SEQUENCE_TYPES = ("Disease",)
"""Types for which a sequence model is better than the names of the terminology alone."""


class NameReader:
    """Reads the names of a terminology in a text and describes each with its features."""

    def __init__(self, terminology: Terminology) -> None:
        self.terminology = terminology
        self._gene_taxa = GeneTaxa(terminology)

    def read(self, text: str) -> tuple[list[Reading], list[list[str]]]:
        """Return all readings of a text, overlapping ones too, and the features of each."""
        matches = list(self.terminology.find(text))
        names = [self.terminology.name_matches(m.key, text[m.start : m.end]) for m in matches]
        found = {(m.start, m.end) for m, n in zip(matches, names, strict=True) if n}
        for start, end in find_prefixed(text):
            if (start, end) not in found and (
                prefixed := prefixed_names(text[start:end], self.terminology)
            ):
                matches.append(Match(start, end, -1))
                names.append(prefixed)
        every = readings(text, *_with_taxa(matches, names, self.terminology.find_taxa(text)))
        facts = PaperFacts(words_of(text), self._taxa(every))
        longer = longer_types(every)
        return every, [describe(r, facts, around) for r, around in zip(every, longer, strict=True)]

    def _taxa(self, every: Sequence[Reading]) -> frozenset[int]:
        curies = {n.curie for r in every if r.type == EntityType.SPECIES for n in r.names}
        taxa = {self._gene_taxa.of(curie) for curie in curies}
        return frozenset(int(t.partition(":")[2]) for t in taxa if t)


class Recognizer:
    """spaCy component: finds mentions.

    Genes and species are names of the terminology that the acceptance model takes; for the types
    that a sequence model was trained for, the sequence model decides, with those names as hints.
    Sets `doc.ents` and `doc.spans["mentions"]`; spans carry the entity type as label and, as
    `span._.recognition`, the score and the reason.
    """

    def __init__(
        self,
        terminology: Terminology,
        *,
        model: AcceptanceModel,
        sequence_models: Sequence[SequenceModel],
        threshold: float,
        guideline: str,
    ) -> None:
        self.reader = NameReader(terminology)
        self.model = model
        self.sequence_models = tuple(sequence_models)
        self.threshold = threshold
        self.guideline = guideline
        if not Span.has_extension("recognition"):
            Span.set_extension("recognition", default=None)

    def __call__(self, doc: Doc) -> Doc:
        """Find the mentions of one document."""
        text = doc.text
        short_forms = ShortForms.of_doc(
            doc.spans.get(SHORT_FORMS, ()), doc.spans.get(LONG_FORMS, ())
        )
        proposals = short_forms.settle(text, self._propose(text))
        spans = list(_spans(doc, without_overlaps(proposals)))
        doc.spans[MENTIONS] = spans
        doc.set_ents(without_shared_tokens(spans))
        return doc

    def _propose(self, text: str) -> Iterator[Proposal]:
        every, features = self.reader.read(text)
        probabilities = [
            self.model.probability(reading.type, described)
            for reading, described in zip(every, features, strict=True)
        ]
        by_sequence = {model.type for model in self.sequence_models}
        for reading, probability in zip(every, probabilities, strict=True):
            if probability >= self.threshold and reading.type not in by_sequence:
                match, score = reading.match, round(probability, 6)
                yield Proposal(match.start, match.end, reading.type, score, "a name")
        if by_sequence:
            hints = hints_of(every, probabilities)
            for model in self.sequence_models:
                for start, end, score in model.find(text, hints, self.guideline):
                    yield Proposal(start, end, model.type, round(score, 6), "found in context")


def _spans(doc: Doc, proposals: Iterable[Proposal]) -> Iterator[Span]:
    for p in proposals:
        span = span_at(doc, p.start, p.end, p.type)
        span._.recognition = (p.score, p.reason)
        yield span


@Language.factory(
    "bionorm_recognizer",
    default_config={
        "snapshot": None,
        "threshold": DEFAULT_THRESHOLD,
        "sequence_types": list(SEQUENCE_TYPES),
        "guideline": DEFAULT_GUIDELINE,
    },
)
def make_recognizer(
    nlp: Language,
    name: str,
    snapshot: str | None,
    threshold: float,
    sequence_types: list[str],
    guideline: str,
) -> Recognizer:
    """Create the component.

    Args:
        nlp: The pipeline.
        name: The component's name.
        snapshot: Directory of a terminology snapshot; by default the embedded one.
        threshold: Smallest probability of a name of the terminology, from 0 to 1.
        sequence_types: Entity types that the sequence models find.
        guideline: Name of the corpus whose annotation guidelines the sequence models follow.
    """
    return Recognizer(
        shared_terminology(snapshot),
        model=shipped_model(),
        sequence_models=[shipped_sequence_model(type_) for type_ in sequence_types],
        threshold=threshold,
        guideline=guideline,
    )


def _with_taxa(
    matches: Sequence[Match],
    names: Sequence[Sequence[NameMatch]],
    taxa: Sequence[tuple[Match, Sequence[NameMatch]]],
) -> tuple[list[Match], list[Sequence[NameMatch]]]:
    """Add what the full taxonomy finds to the matches of the index."""
    merged: dict[tuple[int, int], tuple[Match, Sequence[NameMatch]]] = {
        (m.start, m.end): (m, n) for m, n in zip(matches, names, strict=True)
    }
    for match, found in taxa:
        place = match.start, match.end
        known_match, known = merged.get(place, (match, ()))
        curies = {n.curie for n in known if n.scope != "abbreviated"}
        merged[place] = known_match, [*known, *(n for n in found if n.curie not in curies)]
    ordered = [merged[place] for place in sorted(merged)]
    return [m for m, _ in ordered], [n for _, n in ordered]
