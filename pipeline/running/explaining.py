"""From a place of a paper to the explanation of what was found there."""

from __future__ import annotations

from dataclasses import replace

from spacy.language import Language

from pipeline.language import document_text, passage_starts
from pipeline.model import Paper
from pipeline.normalization.explanation import Explanation, explain
from pipeline.normalization.normalizer import Normalizer
from pipeline.recognition.recognizer import Recognizer


def explain_place(
    nlp: Language, paper: Paper, passage: str, offset: int, *, most: int = 8
) -> Explanation:
    """Explain what stands at a place of a paper.

    Args:
        nlp: The pipeline, as `load` returns it.
        paper: The paper; its mentions and annotations are not used.
        passage: Identifier of a passage.
        offset: A code point of the passage's text.
        most: Most candidates, and most pieces of evidence for each.

    Returns:
        The explanation; its offsets are those of the passage.

    Raises:
        KeyError: If the paper has no such passage.
    """
    start = passage_starts(paper)[passage]
    recognizer, normalizer = nlp.get_pipe("bionorm_recognizer"), nlp.get_pipe("bionorm_normalizer")
    if not isinstance(recognizer, Recognizer) or not isinstance(normalizer, Normalizer):
        raise TypeError("the pipeline's recognizer or normalizer is not ours")
    doc = nlp(document_text(paper))
    found = explain(doc, start + offset, recognizer=recognizer, normalizer=normalizer, most=most)
    return Explanation(
        tuple(replace(m, start=m.start - start, end=m.end - start) for m in found.mentions),
        tuple(replace(r, start=r.start - start, end=r.end - start) for r in found.readings),
    )
