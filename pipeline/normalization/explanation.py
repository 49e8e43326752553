"""Why a mention was found and resolved as it was: evidence, weights and candidates, in one place.

What is told is computed by the same parts that decide, from the same text; nothing is kept for it
while papers are annotated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Span

from pipeline.model import EntityType, Link
from pipeline.normalization.disease_features import FEATURES
from pipeline.normalization.gene_ranking import Ranking
from pipeline.normalization.gene_weights import GENES, SPECIES
from pipeline.normalization.link_extension import link_of
from pipeline.normalization.normalizer import Normalizer
from pipeline.normalization.species_context import REASONS
from pipeline.recognition.features import describe
from pipeline.recognition.places import Place, places_of
from pipeline.recognition.recognizer import Recognizer, recognition_of
from pipeline.recognition.spans import MENTIONS


@dataclass(frozen=True, slots=True)
class Evidence:
    """A piece of evidence.

    Attributes:
        name: Its name, as in the file of weights.
        value: How much of it there is.
        added: What it adds to the log odds, or to the weight, of what it speaks for.
        meaning: In words; empty where the name says it.
    """

    name: str
    value: float
    added: float
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A name of the terminology that stands at the place asked for.

    Attributes:
        start: First code point of the text.
        end: Code point after the last one.
        text: The text.
        type: Entity type.
        probability: That a curator would annotate it, from 0 to 1.
        decision: What became of it, in words.
        names: What of the terminology has this name, at most five.
        evidence: What speaks most for or against it.
    """

    start: int
    end: int
    text: str
    type: str
    probability: float
    decision: str
    names: tuple[str, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class WeighedConcept:
    """A candidate, or a species that a gene may belong to, with what speaks for it.

    Attributes:
        curie: Identifier.
        name: Preferred name.
        score: Its probability.
        matched: The name that was matched; empty for a species.
        method: What found it.
        evidence: What speaks for it and against it, the strongest first.
    """

    curie: str
    name: str
    score: float
    matched: str
    method: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class MentionExplanation:
    """A mention with all that led to its link.

    Attributes:
        start: First code point of the text.
        end: Code point after the last one.
        text: The mention.
        type: Entity type.
        read_as: The name that was looked up: the long form, or the name in full.
        recognition: Score and reason of the recognizer.
        link: The link.
        candidates: The candidates, best first.
        species: For genes, the species that the text speaks of, best first.
    """

    start: int
    end: int
    text: str
    type: str
    read_as: str
    recognition: tuple[float, str]
    link: Link
    candidates: tuple[WeighedConcept, ...]
    species: tuple[WeighedConcept, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was found at a place, and what was proposed there.

    Attributes:
        mentions: The mentions at the place.
        readings: What was proposed there, accepted or not, the most probable first.
    """

    mentions: tuple[MentionExplanation, ...]
    readings: tuple[Reading, ...]


def explain(
    doc: Doc, offset: int, *, recognizer: Recognizer, normalizer: Normalizer, most: int = 8
) -> Explanation:
    """Explain what stands at a place of an annotated document.

    Args:
        doc: The document, after both components.
        offset: A code point of its text.
        recognizer: The component that found the mentions.
        normalizer: The component that resolved them.
        most: Most candidates, and most pieces of evidence for each.
    """
    places = places_of(doc, MENTIONS)
    mentions = [
        _mention(doc, span, place, places, normalizer, most)
        for span, place in zip(doc.spans.get(MENTIONS, ()), places, strict=True)
        if place.start_char <= offset < place.end_char
    ]
    readings = sorted(
        _readings(doc.text, offset, mentions, recognizer, most),
        key=lambda r: (-r.probability, r.start - r.end, r.start, r.type),
    )
    return Explanation(tuple(mentions), tuple(readings))


def _mention(
    doc: Doc,
    span: Span,
    place: Place,
    places: Sequence[Place],
    normalizer: Normalizer,
    most: int,
) -> MentionExplanation:
    link = link_of(span, place) or Link()
    candidates = tuple(_listed(link))
    species: tuple[WeighedConcept, ...] = ()
    read_as = normalizer.read_as(doc, place)
    if place.label_ == EntityType.DISEASE and normalizer.diseases is not None:
        candidates = tuple(_diseases(doc, place, places, normalizer, most))
    if place.label_ == EntityType.GENE:
        ranking = normalizer.gene_ranking(doc, place)
        candidates = tuple(_genes(ranking, normalizer, most))
        species = tuple(_species(ranking, normalizer, most))
    return MentionExplanation(
        place.start_char,
        place.end_char,
        place.text,
        place.label_,
        read_as,
        recognition_of(span, place) or (0.0, ""),
        link,
        candidates[:most],
        species[:most],
    )


def _listed(link: Link) -> Iterator[WeighedConcept]:
    """Yield the concept of a link and its alternatives."""
    if not link.is_nil:
        yield WeighedConcept(link.curie, link.name, link.score, "", link.method, ())
    for c in link.alternatives:
        yield WeighedConcept(c.curie, c.name, c.score, c.matched, c.scope, ())


def _diseases(
    doc: Doc, place: Place, places: Iterable[Place], normalizer: Normalizer, most: int
) -> Iterator[WeighedConcept]:
    names = {p: normalizer.disease_name(doc, p) for p in places if p.label_ == EntityType.DISEASE}
    if normalizer.diseases is None:
        return
    for ranked in normalizer.diseases.ranked(list(names.values()), names[place])[:most]:
        candidate = ranked.candidate
        evidence = [
            Evidence(name, ranked.features[name], added, FEATURES.get(name, ""))
            for name, added in ranked.added.items()
        ]
        names_of = (normalizer.terminology.name(c) for c in candidate.concept)
        yield WeighedConcept(
            "|".join(candidate.concept),
            next(filter(None, names_of), candidate.matched),
            ranked.probability,
            candidate.matched,
            candidate.method,
            _strongest(evidence, most),
        )


def _genes(ranking: Ranking, normalizer: Normalizer, most: int) -> Iterator[WeighedConcept]:
    weights = normalizer.genes.weights[GENES]
    for ranked in ranking.genes[:most]:
        name = ranked.gene.name
        yield WeighedConcept(
            name.curie,
            normalizer.terminology.name(name.curie),
            round(ranked.probability, 6),
            name.text,
            f"{ranked.gene.step}, {name.scope}",
            _weighed(ranked.evidence, weights, {}, most),
        )


def _species(ranking: Ranking, normalizer: Normalizer, most: int) -> Iterator[WeighedConcept]:
    """Yield the species that a gene may belong to, with the evidence of the text for each."""
    weights = normalizer.genes.weights[SPECIES]
    chances = ranking.species
    for taxon in sorted(chances, key=lambda t: (-chances[t], t))[:most]:
        evidence = ranking.species_evidence.get(taxon, {})
        yield WeighedConcept(
            taxon,
            normalizer.terminology.name(taxon),
            round(chances[taxon], 6),
            "",
            "",
            _weighed(evidence, weights, REASONS, most),
        )


def _weighed(
    values: Mapping[str, float],
    weights: Mapping[str, float],
    meanings: Mapping[str, str],
    most: int,
) -> tuple[Evidence, ...]:
    """Return the evidence of a linear model: what there is of it, times its weight."""
    return _strongest(
        (
            Evidence(name, value, value * weights.get(name, 0.0), meanings.get(name, ""))
            for name, value in values.items()
            if value
        ),
        most,
    )


def _readings(
    text: str,
    offset: int,
    mentions: Iterable[MentionExplanation],
    recognizer: Recognizer,
    most: int,
) -> Iterator[Reading]:
    """Yield the names of the terminology at a place."""
    readings, features = recognizer.reader.read(text)
    taken = [(m.start, m.end, m.type) for m in mentions]
    for reading, of_place in zip(readings, features, strict=True):
        start, end = reading.match.start, reading.match.end
        if not start <= offset < end:
            continue
        described = describe(reading, of_place)
        guideline = recognizer.guideline
        weights = recognizer.model.weights_of(reading.type, guideline) or {}
        probability = recognizer.model.probability(reading.type, described, guideline)
        names = dict.fromkeys(f"{n.text} ({n.curie}, {n.scope})" for n in reading.names)
        evidence = [Evidence(f, 1.0, weights[f]) for f in described if f in weights]
        yield Reading(
            start,
            end,
            text[start:end],
            reading.type,
            round(probability, 6),
            _decision(reading.type, probability, (start, end, reading.type) in taken, recognizer),
            tuple(names)[:5],
            _strongest(evidence, most),
        )


def _decision(type_: str, probability: float, taken: bool, recognizer: Recognizer) -> str:
    """Say what became of a name that the text may have."""
    if taken:
        return "taken"
    if type_ in recognizer.sequence_types:
        return "a hint to the sequence model, which decided otherwise"
    if probability < recognizer.threshold:
        return f"rejected: less than {recognizer.threshold:g}"
    return "another mention was preferred, or its long form is something else"


def _strongest(evidence: Iterable[Evidence], most: int) -> tuple[Evidence, ...]:
    return tuple(sorted(evidence, key=lambda e: (-abs(e.added), e.name))[:most])
