"""The recognizer: from names found in a text to mentions of genes, diseases and species."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.errors import UsageError
from pipeline.model import EntityType
from pipeline.recognition.acceptance import AcceptanceModel, shipped_model
from pipeline.recognition.combination import (
    RECOGNITION,
    Combiner,
    Recognized,
    keep_recognized,
    short_forms_of,
)
from pipeline.recognition.encoding import Definition
from pipeline.recognition.extensions import kept, offer
from pipeline.recognition.features import (
    PaperFacts,
    Reading,
    Sense,
    describe,
    features_of_place,
    longer_types,
    readings,
    senses,
    words_of,
)
from pipeline.recognition.places import Place
from pipeline.recognition.proposals import Proposal
from pipeline.recognition.rebuilding import Rebuilt
from pipeline.recognition.sequence import hints_of
from pipeline.recognition.short_forms import ShortForms
from pipeline.recognition.spans import text_of
from pipeline.recognition.strains import find_strains
from pipeline.recognition.tagger import Tagger, shipped_tagger
from pipeline.recognition.tagger_weights import CONSENSUS
from pipeline.terminology.gene_prefixes import find_prefixed, prefixed_names
from pipeline.terminology.gene_taxa import GeneTaxa
from pipeline.terminology.matcher import Match
from pipeline.terminology.taxon_kinds import TaxonKinds
from pipeline.terminology.terminology import NameMatch, Terminology, shared_terminology

DEFAULT_THRESHOLD = 0.45
"""Below one half: F1 of species is best there, since what is found too much often overlaps."""
DEFAULT_GUIDELINE = CONSENSUS
_STRAIN = 0.9
"""Nine in ten of the strains found are annotated in S1000, whose guideline counts strains."""
_DESCRIPTION = re.compile(r"\bnov\.|\bn\. ?sp\.")
_SPECIES: str = EntityType.SPECIES
_SCIENTIFIC = frozenset({"scientific", "abbreviated"})
SEQUENCE_TYPES = ("Disease", "Gene")
"""Types for which the tagger is better than the names of the terminology alone. For species it is
not, unless it is told a guideline: then it finds all of its types."""


class NameReader:
    """Reads the names of a terminology in a text and describes each with its features."""

    def __init__(self, terminology: Terminology) -> None:
        self.terminology = terminology
        self._gene_taxa = GeneTaxa(terminology)
        self._kinds = TaxonKinds(terminology).of
        # What a surface form may name is the same wherever it stands.
        self._senses = lru_cache(maxsize=8_000)(self._read_senses)

    def read(self, text: str) -> tuple[list[Reading], list[list[str]]]:
        """Return all readings of a text, overlapping ones too, and what their places tell.

        What tells of a reading wherever it stands are the features of its sense.
        """
        senses_of = self._senses
        found: dict[tuple[int, int], tuple[Match, tuple[Sense, ...]]] = {
            (start, end): (match, senses_of(key, text[start:end]))
            for match in self.terminology.find(text)
            for start, end, key in (match,)
        }
        for place in find_prefixed(text):
            surface = text[slice(*place)]
            if (place not in found or not found[place][1]) and (
                prefixed := prefixed_names(surface, self.terminology)
            ):
                found[place] = Match(*place, -1), senses(surface, prefixed, self._kinds)
        for place, common in self._vernacular(text):
            match, known = found.get(place, (Match(*place, -1), ()))
            if all(sense.type != _SPECIES for sense in known):
                every_name = [*(n for sense in known for n in sense.names), *common]
                found[place] = match, senses(text[slice(*place)], every_name, self._kinds)
        for match, names in self.terminology.find_taxa(text):
            place = match.start, match.end
            known_match, known = found.get(place, (match, ()))
            every_name = _with_taxa([n for sense in known for n in sense.names], names)
            found[place] = known_match, senses(text[slice(*place)], every_name, self._kinds)
        every = readings(text, (found[place] for place in sorted(found)))
        species = [r for r in every if r.sense.type == _SPECIES]
        facts = PaperFacts(
            words_of(text), self._taxa(species), _scientific(species), _renamed(species)
        )
        longer = longer_types(every)
        return every, [
            features_of_place(r, facts, around) for r, around in zip(every, longer, strict=True)
        ]

    def _read_senses(self, key: int, surface: str) -> tuple[Sense, ...]:
        return senses(surface, self.terminology.name_matches(key, surface), self._kinds)

    def _vernacular(self, text: str) -> Iterator[tuple[tuple[int, int], list[NameMatch]]]:
        """Yield the places of common names of the full taxonomy, and the names."""
        if self.terminology.taxonomy is not None:
            for m in self.terminology.taxonomy.find_vernacular(text):
                yield (
                    (m.start, m.end),
                    [
                        NameMatch(n.curie, n.text, n.scope, EntityType.SPECIES, 0, n.identical)
                        for n in m.names
                    ],
                )

    def _taxa(self, species: Sequence[Reading]) -> frozenset[int]:
        curies = {n.curie for r in species for n in r.sense.names}
        taxa = {self._gene_taxa.of(curie) for curie in curies}
        return frozenset(int(t.partition(":")[2]) for t in taxa if t)


class Recognizer(Rebuilt):
    """spaCy component: finds mentions.

    For the types that are asked for, the tagger decides, with the names of the terminology as
    hints; of other types, the names are mentions that the acceptance model takes.
    Sets `doc.ents` and `doc.spans["mentions"]`; spans carry the entity type as label and, as
    `span._.recognition`, the score and the reason.
    """

    def __init__(
        self,
        terminology: Terminology,
        *,
        model: AcceptanceModel,
        tagger: Tagger,
        sequence_types: Sequence[str],
        threshold: float,
        guideline: str,
    ) -> None:
        self.reader = NameReader(terminology)
        self.combiner = Combiner(terminology)
        self.model = model
        self._weight: Callable[[Sense], float] = lru_cache(maxsize=8_000)(
            lambda sense: model.weight(sense.type, sense.features)
        )
        self.tagger = tagger
        self.sequence_types = tuple(sequence_types)
        # Species that have a name are judged by their names, whoever else looks for species.
        self._in_context = tuple(t for t in sequence_types if t != EntityType.SPECIES)
        self.threshold = threshold
        self.guideline = guideline
        offer(RECOGNITION, recognition_of)

    @property
    def labels(self) -> tuple[str, ...]:
        """The entity types that it may find."""
        return tuple(sorted(filter(None, self.reader.terminology.index.types)))

    def __call__(self, doc: Doc) -> Doc:
        """Find the mentions of one document."""
        keep_recognized(doc, self.find(text_of(doc), short_forms_of(doc)))
        return doc

    def find(self, text: str, short_forms: ShortForms) -> list[Recognized]:
        """Return the mentions of a text, in its order.

        Args:
            text: The text.
            short_forms: The abbreviations that it defines.
        """
        proposals = self._propose(text, short_forms.definitions)
        return self.combiner.decide(text, short_forms, proposals, in_context=self._in_context)

    def _propose(self, text: str, definitions: Sequence[Definition]) -> Iterator[Proposal]:
        every, features = self.reader.read(text)
        probabilities = self.model.probabilities(
            (sense.type, of_place, self._weight(sense))
            for (_, sense, _), of_place in zip(every, features, strict=True)
        )
        read = set()
        for reading, of_place, common in zip(every, features, probabilities, strict=True):
            if reading.sense.type in self._in_context:
                continue
            match = reading.match
            read.add((match.start, match.end, reading.type))
            probability = (
                self.model.probability(reading.type, describe(reading, of_place), self.guideline)
                if self.model.has_own(reading.type, self.guideline)
                else common
            )
            if probability >= self.threshold:
                score = round(probability, 6)
                yield Proposal(match.start, match.end, reading.type, score, "a name")
        yield from self._strains(text, every)
        if self.sequence_types:
            hints = hints_of(every, probabilities)
            arguments = text, hints, definitions, self.guideline, self.sequence_types
            for found in self.tagger.find(*arguments):
                # Of what the names of the terminology decide, the tagger adds what has no name.
                if (found.start, found.end, found.type) not in read:
                    score = round(found.probability, 6)
                    yield Proposal(found.start, found.end, found.type, score, "found in context")

    def _strains(self, text: str, every: Sequence[Reading]) -> Iterator[Proposal]:
        """Yield the strains of species that the paper describes: they are what it is about."""
        if not _DESCRIPTION.search(text):
            return
        species = {
            (r.match.start, r.match.end)
            for r in every
            if r.type == EntityType.SPECIES
            and any(n.scope in _SCIENTIFIC and " " in n.text for n in r.names)
        }
        names = sorted(species, key=lambda place: (place[0], -place[1]))
        for strain in find_strains(text, names):
            if strain.novel:
                name = text[slice(*names[strain.name])]
                reason = f"a strain of {name}"
                yield Proposal(strain.start, strain.end, EntityType.SPECIES, _STRAIN, reason)


def recognition_of(span: Span, place: Place | None = None) -> tuple[float, str] | None:
    """Return the score of a mention and the reason in words, or None for any other span."""
    found = kept(span, RECOGNITION, place)
    return (found[0], found[1]) if found else None


@Language.factory(
    "bionorm_recognizer",
    default_config={
        "snapshot": None,
        "threshold": DEFAULT_THRESHOLD,
        "sequence_types": list(SEQUENCE_TYPES),
        "guideline": DEFAULT_GUIDELINE,
    },
    assigns=["doc.ents", "doc.spans", "span._.recognition"],
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
        sequence_types: Entity types that the tagger finds.
        guideline: Name of the corpus whose annotation guidelines the tagger follows.
    """
    tagger = shipped_tagger()
    if guideline not in tagger.weights.guidelines:
        known = ", ".join(tagger.weights.guidelines)
        raise UsageError(f"there is no guideline {guideline!r}; there are {known}")
    recognizer = Recognizer(
        shared_terminology(snapshot),
        model=shipped_model(),
        tagger=tagger,
        sequence_types=sequence_types,
        threshold=threshold,
        guideline=guideline,
    )
    settings = (snapshot, threshold, sequence_types, guideline)
    return recognizer.made_by(make_recognizer, None, name, *settings)


def _scientific(species: Sequence[Reading]) -> frozenset[str]:
    """Return the species that readings name scientifically, each with genus and epithet."""
    return frozenset(
        n.curie
        for r in species
        if r.around.surface[:1].isupper()
        for n in r.sense.names
        if n.scope == "scientific" and " " in n.text
    )


def _renamed(species: Sequence[Reading]) -> frozenset[str]:
    """Return the taxa for which readings have more than one name: `mice` and `murine`."""
    names: dict[str, str] = {}
    renamed = set()
    for r in species:
        curie, name = r.sense.best.curie, r.sense.own.name
        if names.setdefault(curie, name) != name:
            renamed.add(curie)
    return frozenset(renamed)


def _with_taxa(known: Sequence[NameMatch], taxa: Sequence[NameMatch]) -> list[NameMatch]:
    """Add what the full taxonomy finds to the names of the index at the same place."""
    curies = {n.curie for n in known if n.scope != "abbreviated"}
    return [*known, *(n for n in taxa if n.curie not in curies)]
