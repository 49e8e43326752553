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
from pipeline.recognition.short_forms import ShortForms
from pipeline.recognition.spans import MENTIONS, span_at, without_shared_tokens
from pipeline.terminology.gene_taxa import GeneTaxa
from pipeline.terminology.terminology import Terminology, shared_terminology

DEFAULT_THRESHOLD = 0.5


class NameReader:
    """Reads the names of a terminology in a text and describes each with its features."""

    def __init__(self, terminology: Terminology) -> None:
        self.terminology = terminology
        self._gene_taxa = GeneTaxa(terminology)

    def read(self, text: str) -> tuple[list[Reading], list[list[str]]]:
        """Return all readings of a text, overlapping ones too, and the features of each."""
        matches = self.terminology.find(text)
        names = [self.terminology.name_matches(m.key, text[m.start : m.end]) for m in matches]
        every = readings(text, matches, names)
        facts = PaperFacts(words_of(text), self._taxa(every))
        longer = longer_types(every)
        return every, [describe(r, facts, around) for r, around in zip(every, longer, strict=True)]

    def _taxa(self, every: Sequence[Reading]) -> frozenset[int]:
        curies = {n.curie for r in every if r.type == EntityType.SPECIES for n in r.names}
        taxa = {self._gene_taxa.of(curie) for curie in curies}
        return frozenset(int(t.partition(":")[2]) for t in taxa if t)


class Recognizer:
    """spaCy component: finds mentions with the terminology.

    Sets `doc.ents` and `doc.spans["mentions"]`; spans carry the entity type as label and, as
    `span._.recognition`, the score and the reason.
    """

    def __init__(
        self, terminology: Terminology, *, model: AcceptanceModel, threshold: float
    ) -> None:
        self.reader = NameReader(terminology)
        self.model = model
        self.threshold = threshold
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
        for reading, features in zip(*self.reader.read(text), strict=True):
            probability = self.model.probability(reading.type, features)
            if probability >= self.threshold:
                yield Proposal(
                    reading.match.start,
                    reading.match.end,
                    reading.type,
                    round(probability, 6),
                    "a name of the terminology",
                )


def _spans(doc: Doc, proposals: Iterable[Proposal]) -> Iterator[Span]:
    for p in proposals:
        span = span_at(doc, p.start, p.end, p.type)
        span._.recognition = (p.score, p.reason)
        yield span


@Language.factory(
    "bionorm_recognizer", default_config={"snapshot": None, "threshold": DEFAULT_THRESHOLD}
)
def make_recognizer(nlp: Language, name: str, snapshot: str | None, threshold: float) -> Recognizer:
    """Create the component.

    Args:
        nlp: The pipeline.
        name: The component's name.
        snapshot: Directory of a terminology snapshot; by default the embedded one.
        threshold: Smallest probability of a mention, from 0 to 1.
    """
    return Recognizer(shared_terminology(snapshot), model=shipped_model(), threshold=threshold)
