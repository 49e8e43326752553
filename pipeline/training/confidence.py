"""Fits the weights that make probabilities of scores (see `normalization/confidence.py`).

They are fitted on development data, which no other model has seen: on their training documents the
models are surer than elsewhere. Half of the documents, chosen by their identifiers, are left for
measuring how good the probabilities are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from spacy.language import Language

from pipeline.evaluation import corpora
from pipeline.evaluation.comparison import Comparer
from pipeline.evaluation.corpora import GoldStandard
from pipeline.language import document_text, load, mentions_of
from pipeline.model import Link, Mention, Paper
from pipeline.normalization.confidence import (
    GIVEN,
    ConfidenceModel,
    Recognition,
    Repetition,
    evidence,
    kind_of,
    repetitions,
)
from pipeline.normalization.normalizer import Normalizer
from pipeline.recognition.places import places_of
from pipeline.recognition.recognizer import recognition_of
from pipeline.recognition.spans import MENTIONS
from pipeline.terminology.terminology import Terminology, shared_terminology
from pipeline.training.corpora import LEFT_OUT

SPLIT = "dev"
_STRENGTH = 0.03
_LEAST = 25  # right ones and wrong ones, of each


@dataclass(frozen=True, slots=True)
class Example:
    """A mention that the pipeline found, with what the gold standard says of it.

    Attributes:
        type: Entity type.
        text: Its text.
        link: Its link, with the score that normalization gave it.
        recognition: What the recognizer says of it.
        repeated: How often its paper says it.
        span_right: Whether span and type are annotated.
        link_right: Whether the identifier is, too.
    """

    type: str
    text: str
    link: Link
    recognition: Recognition | None
    repeated: Repetition
    span_right: bool
    link_right: bool


def fit_confidence(folder: Path) -> ConfidenceModel:
    """Fit the weights on the development splits of the known corpora in a folder.

    The same corpora, models and library versions give the same weights.

    Args:
        folder: Folder of gold corpora.

    Raises:
        UsageError: If the folder holds no such split.
    """
    nlp, terminology = load(), shared_terminology()
    for _, component in nlp.pipeline:
        if isinstance(component, Normalizer):
            component.confidence = None
    examples: list[Example] = []
    documents: dict[str, tuple[str, ...]] = {}
    for split in corpora.find(folder, splits=[SPLIT]):
        if split.corpus.known and split.corpus.name not in LEFT_OUT:
            standard = corpora.load(split)
            chosen = tuple(paper for paper in standard.papers if _is_for_fitting(paper.id))
            documents[f"{split.corpus.name}/{split.name}"] = tuple(p.id for p in chosen)
            examples += _examples(replace(standard, papers=chosen), nlp, terminology)
    return ConfidenceModel(_fit_all(examples), documents)


def _is_for_fitting(document: str) -> bool:
    return hashlib.sha256(document.encode()).digest()[0] % 2 == 0


def _examples(standard: GoldStandard, nlp: Language, terminology: Terminology) -> Iterator[Example]:
    types = standard.split.corpus.scored
    comparer = Comparer(standard.papers, types=types, resolver=terminology)
    found = {paper.id: _found(nlp, paper) for paper in standard.papers}
    # Several mentions may stand at one place; each is compared by itself.
    for layer in range(
        max((n for mentions in found.values() for n, *_ in mentions), default=0) + 1
    ):
        predicted = {
            paper.id: paper.with_mentions(tuple(m for n, m, *_ in found[paper.id] if n == layer))
            for paper in standard.papers
        }
        told = {
            (paper.id, id(m)): (recognition, repeated)
            for paper in standard.papers
            for _, m, recognition, repeated in found[paper.id]
        }
        for comparison in comparer.compare(predicted):
            for span, prediction in comparison.predicted.items():
                (mention,) = prediction.mentions
                gold = comparison.gold.get(span)
                recognition, repeated = told[comparison.paper.id, id(mention)]
                yield Example(
                    mention.type,
                    mention.text,
                    mention.link,
                    recognition,
                    repeated,
                    gold is not None,
                    gold is not None and gold.accepts(prediction.answers),
                )


def _found(
    nlp: Language, paper: Paper
) -> list[tuple[int, Mention, Recognition | None, Repetition]]:
    """Return the mentions found in a paper.

    With each come its number among those at its place, what the recognizer says of it, and how
    often the paper says it.
    """
    doc = nlp(document_text(paper))
    mentions = mentions_of(doc, Paper(paper.id, paper.passages))
    places = zip(doc.spans[MENTIONS], places_of(doc, MENTIONS), strict=True)
    found = sorted(places, key=lambda item: (item[1].start_char, -item[1].end_char))
    seen: dict[tuple[str, int, int, str], int] = {}
    result = []
    repeated = repetitions([(m.type, m.text, m.link.curie) for m in mentions])
    for mention, (span, exact), times in zip(mentions, found, repeated, strict=True):
        place = mention.passage, mention.start, mention.end, mention.type
        seen[place] = seen.get(place, -1) + 1
        result.append((seen[place], mention, recognition_of(span, exact), times))
    return result


def _fit_all(examples: Sequence[Example]) -> Mapping[str, Mapping[str, Mapping[str, float]]]:
    groups: dict[str, dict[str, list[tuple[dict[str, float], bool]]]] = {}
    for e in examples:
        kinds = groups.setdefault(e.type, {})
        right = e.span_right if e.link.is_nil else e.link_right
        kind = kind_of(e.link, e.recognition)
        kinds.setdefault(kind, []).append(
            (evidence(e.link, e.text, e.recognition, e.repeated), right)
        )
        if e.span_right and e.link.curie:
            kinds.setdefault(GIVEN, []).append((evidence(e.link, e.text, None), e.link_right))
    return {
        type: {
            kind: _fit(rows)
            for kind, rows in kinds.items()
            if _LEAST <= sum(right for _, right in rows) <= len(rows) - _LEAST
        }
        for type, kinds in groups.items()
    }


def _fit(rows: Sequence[tuple[Mapping[str, float], bool]]) -> dict[str, float]:
    names = sorted({name for found, _ in rows for name in found})
    matrix = np.array([[found.get(name, 0.0) for name in names] for found, _ in rows])
    model = LogisticRegression(C=_STRENGTH, fit_intercept=False, max_iter=2000, tol=1e-6)
    model.fit(matrix, np.array([right for _, right in rows]))
    return {name: round(float(w), 3) for name, w in zip(names, model.coef_[0], strict=True)}
