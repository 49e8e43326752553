"""The pipeline as one spaCy `Language`, and the way from papers to documents and back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.errors import UsageError
from pipeline.model import EntityType, Link, Mention, Paper, Passage
from pipeline.normalization.normalizer import STEPS
from pipeline.recognition.recognizer import DEFAULT_THRESHOLD, SEQUENCE_TYPES
from pipeline.recognition.spans import MENTIONS, span_at

_GAP = "\n\n"
ABBREVIATIONS, ACCEPTANCE, SEQUENCE = "abbreviations", "acceptance", "sequence"
ABLATIONS = (ABBREVIATIONS, ACCEPTANCE, SEQUENCE, *STEPS)
"""What `load` can leave out, by name."""


def load(*, snapshot: Path | str | None = None, without: Collection[str] = ()) -> Language:
    """Return the pipeline.

    Args:
        snapshot: Directory of a terminology snapshot; by default the embedded one.
        without: Steps to leave out, of `ABLATIONS`: `abbreviations` (those that the paper
            defines), `acceptance` (every name of the terminology becomes a mention), `sequence`
            (the models that find names in context), and the steps of normalization.

    Raises:
        SnapshotError: If the snapshot is missing or incomplete.
        UsageError: If there is no step of such a name.
    """
    if unknown := set(without) - set(ABLATIONS):
        raise UsageError(f"unknown steps {sorted(unknown)}; there are {', '.join(ABLATIONS)}")
    place = {"snapshot": str(snapshot) if snapshot else None}
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "bionorm.Tokenizer.v1"}}})
    nlp.max_length = 1 << 31
    if ABBREVIATIONS not in without:
        nlp.add_pipe("bionorm_abbreviations")
    threshold = 0.0 if ACCEPTANCE in without else DEFAULT_THRESHOLD
    sequence_types = [] if SEQUENCE in without else list(SEQUENCE_TYPES)
    nlp.add_pipe(
        "bionorm_recognizer",
        config={**place, "threshold": threshold, "sequence_types": sequence_types},
    )
    steps = [step for step in STEPS if step not in without]
    nlp.add_pipe("bionorm_normalizer", config={**place, "steps": steps})
    return nlp


def annotate_papers(nlp: Language, papers: Iterable[Paper]) -> Iterator[Paper]:
    """Add mentions to papers, one after the other.

    The text of a paper is its passages, put together so that no name reaches from one into the
    next; annotations that the paper carries are not part of it.
    """
    for paper in papers:
        yield paper.with_mentions(mentions_of(nlp(document_text(paper)), paper))


def link_papers(nlp: Language, papers: Iterable[Paper]) -> Iterator[Paper]:
    """Resolve the mentions that papers already have, and add none.

    Species that the recognizer finds are used as evidence for genes when the papers' mentions have
    no species among them.
    """
    for paper in papers:
        doc = nlp.make_doc(document_text(paper))
        starts = passage_starts(paper)
        last = nlp.pipe_names[-1]
        for name, component in nlp.pipeline:
            if name == last:
                found = list(doc.spans.get(MENTIONS, ()))
                given = [
                    span_at(doc, starts[m.passage] + m.start, starts[m.passage] + m.end, m.type)
                    for m in paper.mentions
                ]
                types = {m.type for m in paper.mentions}
                evidence = [s for s in found if s.label_ == EntityType.SPECIES]
                doc.spans[MENTIONS] = given + ([] if EntityType.SPECIES in types else evidence)
            doc = component(doc)
        linked = list(doc.spans[MENTIONS])[: len(paper.mentions)]
        yield paper.with_mentions(
            tuple(
                replace(mention, link=span._.link)
                for mention, span in zip(paper.mentions, linked, strict=True)
            )
        )


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
    """Return the mentions of an annotated document with offsets into the paper's passages."""
    spans = sorted(doc.spans.get(MENTIONS, doc.ents), key=lambda s: (s.start_char, -s.end_char))
    result = []
    i, start = 0, 0
    for span in spans:
        while span.start_char >= start + len(paper.passages[i].text) + len(_GAP):
            start += len(paper.passages[i].text) + len(_GAP)
            i += 1
        passage = paper.passages[i]
        first, last = span.start_char - start, span.end_char - start
        link = span._.link if isinstance(span._.link, Link) else Link(curie=_curie(span.kb_id_))
        result.append(Mention(passage.id, first, last, passage.text[first:last], span.label_, link))
    return tuple(result)


def _curie(kb_id: str) -> str:
    return "" if kb_id == "NIL" else kb_id
