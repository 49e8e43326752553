"""The pipeline as one spaCy `Language`, and the way from papers to documents and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.model import Link, Mention, Paper, Passage
from pipeline.recognition.recognizer import MENTIONS

_GAP = "\n\n"
COMPONENTS = ("bionorm_abbreviations", "bionorm_recognizer", "bionorm_normalizer")


def load(*, snapshot: Path | str | None = None) -> Language:
    """Return the pipeline.

    Args:
        snapshot: Directory of a terminology snapshot; by default the embedded one.

    Raises:
        SnapshotError: If the snapshot is missing or incomplete.
    """
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "bionorm.Tokenizer.v1"}}})
    nlp.max_length = 1 << 31
    config = {"snapshot": str(snapshot) if snapshot else None}
    for component in COMPONENTS:
        takes_snapshot = component != "bionorm_abbreviations"
        nlp.add_pipe(component, config=config if takes_snapshot else {})
    return nlp


def annotate_papers(nlp: Language, papers: Iterable[Paper]) -> Iterator[Paper]:
    """Add mentions to papers, one after the other.

    The text of a paper is its passages, put together so that no name reaches from one into the
    next; annotations that the paper carries are not part of it.
    """
    for paper in papers:
        yield paper.with_mentions(mentions_of(nlp(document_text(paper)), paper))


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
