"""Trains the sequence models on gold corpora."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pycrfsuite

from pipeline.language import document_text, passage_starts
from pipeline.model import Paper
from pipeline.recognition.acceptance import AcceptanceModel
from pipeline.recognition.recognizer import NameReader
from pipeline.recognition.sequence import (
    OUTSIDE,
    HintedText,
    Word,
    hints_of,
    sentences,
    word_features,
)
from pipeline.training.corpora import TrainingCorpus

_SETTINGS = {"c1": 0.1, "c2": 0.02, "max_iterations": 120, "feature.minfreq": 2}


def train_sequence_model(
    corpora: Sequence[TrainingCorpus],
    type_: str,
    reader: NameReader,
    acceptance: AcceptanceModel,
    path: Path,
) -> None:
    """Train a model of one type on the corpora that annotate it, and write it to a file.

    Args:
        corpora: The training corpora; those that do not annotate the type are left out.
        type_: The entity type.
        reader: Reads the terminology's names.
        acceptance: Says how likely each is.
        path: The file to write.
    """
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", params=_SETTINGS, verbose=False)
    for corpus in corpora:
        if type_ in corpus.types:
            for paper in corpus.papers:
                _append(trainer, paper, type_, reader, acceptance, corpus.name)
    trainer.train(str(path))


def _append(
    trainer: pycrfsuite.Trainer,
    paper: Paper,
    type_: str,
    reader: NameReader,
    acceptance: AcceptanceModel,
    guideline: str,
) -> None:
    text = document_text(paper)
    readings, features = reader.read(text)
    probabilities = [
        acceptance.probability(r.type, f) for r, f in zip(readings, features, strict=True)
    ]
    parts = list(sentences(text))
    words = [w for part in parts for w in part]
    hinted = HintedText(words, hints_of(readings, probabilities), type_)
    gold = _gold(paper, type_)
    offset = 0
    for part in parts:
        trainer.append(word_features(part, offset, hinted, guideline), _labels(part, gold))
        offset += len(part)


def _gold(paper: Paper, type_: str) -> list[tuple[int, int]]:
    """Return the gold spans in the text, longest first."""
    starts = passage_starts(paper)
    spans = {
        (starts[a.passage] + a.start, starts[a.passage] + a.end)
        for a in paper.annotations
        if a.type == type_
    }
    return sorted(spans, key=lambda s: (s[0] - s[1], s[0]))


def _labels(words: Sequence[Word], gold: Sequence[tuple[int, int]]) -> list[str]:
    labels = [OUTSIDE] * len(words)
    for start, end in gold:
        inside = [i for i, w in enumerate(words) if w.start >= start and w.end <= end]
        if inside and all(labels[i] == OUTSIDE for i in inside):
            for i in inside:
                labels[i] = "I"
            labels[inside[-1]] = "E"
            labels[inside[0]] = "B" if len(inside) > 1 else "S"
    return labels
