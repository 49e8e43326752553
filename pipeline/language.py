"""The pipeline as one spaCy `Language`, and the way from papers to documents and back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from importlib.metadata import metadata
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.errors import UsageError
from pipeline.model import NIL, EntityType, Link, Mention, Paper, Passage
from pipeline.normalization.confidence import without_unlikely
from pipeline.normalization.genes import GUIDELINE_PRIORS, HUMAN_PRIOR
from pipeline.normalization.link_extension import link_of
from pipeline.normalization.normalizer import STEPS
from pipeline.normalization.species import CURATED, SPECIES, SPECIES_LEVEL
from pipeline.recognition.extensions import keep
from pipeline.recognition.external import External
from pipeline.recognition.places import Place, place_of, places_of, set_places
from pipeline.recognition.recognizer import DEFAULT_GUIDELINE, DEFAULT_THRESHOLD, SEQUENCE_TYPES
from pipeline.recognition.spans import MENTIONS
from pipeline.recognition.tagger import shipped_tagger
from pipeline.recognition.tokenizer import without_surrogates
from pipeline.text_pipeline import on_texts

_GAP = "\n\n"
ABBREVIATIONS, ACCEPTANCE, SEQUENCE = "abbreviations", "acceptance", "sequence"
ABLATIONS = (ABBREVIATIONS, ACCEPTANCE, SEQUENCE, *STEPS)
"""What `load` can leave out, by name."""


def load(
    *,
    snapshot: Path | str | None = None,
    without: Collection[str] = (),
    recognizers: Iterable[str | External] = (),
    guideline: str = DEFAULT_GUIDELINE,
    organisms: Iterable[str] = (),
    only_organisms: bool = False,
) -> Language:
    """Return the pipeline.

    Args:
        snapshot: Directory of a terminology snapshot; by default the embedded one.
        without: Steps to leave out, of `ABLATIONS`: `abbreviations` (those that the paper
            defines), `acceptance` (every name of the terminology becomes a mention), `sequence`
            (the models that find names in context), and the steps of normalization.
        recognizers: Recognizers of others that work beside the embedded one, or, where they say
            so, in its place; a string is the name of a model.
        guideline: Corpus whose annotation guideline the embedded recognizer follows, of
            `recognition.tagger.guidelines()`. If it is not the default, species too are found
            by the model that knows guidelines, and strains are resolved to what it has for them.
        organisms: Taxa, such as `NCBITaxon:10090`, whose genes are preferred.
        only_organisms: Whether genes of all other taxa stay without identifier.

    Raises:
        SnapshotError: If the snapshot is missing or incomplete.
        UsageError: If there is no step or guideline of such a name, or a recognizer is not
            installed.
    """
    if unknown := set(without) - set(ABLATIONS):
        raise UsageError(f"unknown steps {sorted(unknown)}; there are {', '.join(ABLATIONS)}")
    place = {"snapshot": str(snapshot) if snapshot else None}
    nlp = _blank()
    if ABBREVIATIONS not in without:
        nlp.add_pipe("bionorm_abbreviations")
    threshold = 0.0 if ACCEPTANCE in without else DEFAULT_THRESHOLD
    told = guideline != DEFAULT_GUIDELINE
    tagged = shipped_tagger().types if told else SEQUENCE_TYPES
    sequence_types = [] if SEQUENCE in without else list(tagged)
    nlp.add_pipe(
        "bionorm_recognizer",
        config={
            **place,
            "threshold": threshold,
            "sequence_types": sequence_types,
            "guideline": guideline,
        },
    )
    for i, given in enumerate(recognizers, start=1):
        other = External(given) if isinstance(given, str) else given
        nlp.add_pipe("bionorm_external", f"external_{i}", config={**place, **other.config()})
    steps = [step for step in STEPS if step not in without]
    nlp.add_pipe(
        "bionorm_normalizer",
        config={
            **place,
            "steps": steps,
            "organisms": list(organisms),
            "only_organisms": only_organisms,
            "human_prior": GUIDELINE_PRIORS.get(guideline, HUMAN_PRIOR),
            "strains": SPECIES if guideline in SPECIES_LEVEL else CURATED,
        },
    )
    return nlp


def load_dictionary(*, snapshot: Path | str | None = None) -> Language:
    """Return a pipeline that looks names up and does nothing else: about eight times as fast.

    Args:
        snapshot: Directory of a terminology snapshot; by default the embedded one.

    Raises:
        SnapshotError: If the snapshot is missing or incomplete.
    """
    nlp = _blank()
    nlp.add_pipe("bionorm_dictionary", config={"snapshot": str(snapshot) if snapshot else None})
    return nlp


def _blank() -> Language:
    nlp = spacy.blank(
        "en",
        config={"nlp": {"tokenizer": {"@tokenizers": "bionorm.Tokenizer.v1"}}},
        meta=_meta(),
    )
    nlp.max_length = 1 << 31
    return nlp


def _meta() -> dict[str, str]:
    """Return what spaCy keeps with a pipeline, and `python -m spacy info` shows."""
    own = metadata("bionorm")
    return {
        "name": own["Name"],
        "version": own["Version"],
        "description": own["Summary"],
        "author": own["Author"],
        "license": own["License-Expression"],
    }


def annotate_papers(nlp: Language, papers: Iterable[Paper]) -> Iterator[Paper]:
    """Add mentions to papers, one after the other.

    The text of a paper is its passages, put together so that no name reaches from one into the
    next; annotations that the paper carries are not part of it. No `Doc` is made where nothing but
    our own components would see it. What the normalizer finds to be hardly right is left out; it
    stays in a `Doc`, where `bionorm explain` finds it.
    """
    texts = on_texts(nlp)
    for paper in papers:
        text = document_text(paper)
        found = _resolved(nlp(text)) if texts is None else texts.find(without_surrogates(text))
        yield with_found(paper, found)


def with_found(paper: Paper, found: Iterable[tuple[Place, Link]]) -> Paper:
    """Return a paper with the mentions found in its `document_text` that are not unlikely."""
    return paper.with_mentions(without_unlikely(_in_passages(found, paper)))


def link_papers(nlp: Language, papers: Iterable[Paper]) -> Iterator[Paper]:
    """Resolve the mentions that papers already have, and add none.

    Species that the recognizer finds are used as evidence for genes when the papers' mentions have
    no species among them.
    """
    for paper in papers:
        doc = nlp.make_doc(document_text(paper))
        for name, component in nlp.pipeline:
            if nlp.get_pipe_meta(name).factory == "bionorm_normalizer":
                _give_mentions(doc, paper)
            doc = component(doc)
        resolved = _resolved(doc)[: len(paper.mentions)]
        yield paper.with_mentions(
            tuple(
                replace(mention, link=link)
                for mention, (_, link) in zip(paper.mentions, resolved, strict=True)
            )
        )


def _give_mentions(doc: Doc, paper: Paper) -> None:
    """Let a document have the mentions of a paper, and species of its own if these have none."""
    starts = passage_starts(paper)
    given = [
        Place.of(doc.text, starts[m.passage] + m.start, starts[m.passage] + m.end, m.type)
        for m in paper.mentions
    ]
    if all(m.type != EntityType.SPECIES for m in paper.mentions):
        given += [p for p in places_of(doc, MENTIONS) if p.label_ == EntityType.SPECIES]
    doc.set_ents([])
    spans = set_places(doc, MENTIONS, given)
    for span, place in zip(spans, given[: len(paper.mentions)], strict=False):
        keep(span, "recognition", None, place)  # what was found there is not asked for


def annotate_text(nlp: Language, text: str, *, paper_id: str = "text") -> Paper:
    """Annotate a string as a paper with the single passage `text`."""
    paper = Paper(paper_id, (Passage("text", "text", text),))
    return next(annotate_papers(nlp, [paper]))


def document_text(paper: Paper) -> str:
    """Return the text that a paper is annotated on."""
    return _GAP.join(p.text for p in paper.passages)


def passage_starts(paper: Paper) -> dict[str, int]:
    """Return where each passage begins in `document_text`."""
    starts, position = {}, 0
    for passage in paper.passages:
        starts[passage.id] = position
        position += len(passage.text) + len(_GAP)
    return starts


def mentions_of(doc: Doc, paper: Paper) -> tuple[Mention, ...]:
    """Return the mentions of an annotated document with offsets into the paper's passages.

    Where another pipeline's entity reaches out of a passage, its mention ends with the passage.
    """
    return _in_passages(_resolved(doc), paper)


def _in_passages(resolved: Iterable[tuple[Place, Link]], paper: Paper) -> tuple[Mention, ...]:
    """Return the mentions at places of a paper's `document_text`, in the order of the text."""
    found = sorted(resolved, key=lambda m: (m[0].start_char, -m[0].end_char))
    result = []
    i, start = 0, 0
    for place, link in found:
        while place.start_char >= start + len(paper.passages[i].text) + len(_GAP):
            start += len(paper.passages[i].text) + len(_GAP)
            i += 1
        passage = paper.passages[i]
        first, last = place.start_char - start, min(place.end_char - start, len(passage.text))
        if first < last:
            text = passage.text[first:last]
            result.append(Mention(passage.id, first, last, text, place.label_, link))
    return tuple(result)


def _resolved(doc: Doc) -> list[tuple[Place, Link]]:
    """Return the places of a document's mentions with their links, in the order of the group."""
    if MENTIONS in doc.spans:
        spans, places = list(doc.spans[MENTIONS]), places_of(doc, MENTIONS)
    else:
        spans, places = list(doc.ents), [place_of(span) for span in doc.ents]
    return [
        (place, link_of(span, place) or Link(curie=_curie(span.kb_id_)))
        for span, place in zip(spans, places, strict=True)
    ]


def _curie(kb_id: str) -> str:
    return "" if kb_id == NIL else kb_id
