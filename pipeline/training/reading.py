"""The training papers as the recognizer reads them, with what the gold says."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from spacy.vocab import Vocab

from pipeline.language import document_text, passage_starts
from pipeline.recognition.abbreviations import find_definitions
from pipeline.recognition.encoding import Definition
from pipeline.recognition.features import Reading, describe
from pipeline.recognition.recognizer import NameReader
from pipeline.training.corpora import TrainingCorpus

FOLDS = 5


@dataclass(frozen=True, slots=True)
class ReadPaper:
    """A paper for training.

    Attributes:
        id: Its identifier.
        corpus: Name of its corpus.
        types: The types that the corpus annotates.
        text: The text that the recognizer sees.
        gold: Start, end and type of each annotation, in text order.
        definitions: The abbreviations that it defines.
        readings: What the terminology finds in it.
        features: The features of each reading.
    """

    id: str
    corpus: str
    types: frozenset[str]
    text: str
    gold: tuple[tuple[int, int, str], ...]
    definitions: tuple[Definition, ...]
    readings: Sequence[Reading]
    features: Sequence[Sequence[str]]

    @property
    def fold(self) -> int:
        """Which fifth of the papers it belongs to, the same in all corpora that have it."""
        return hashlib.sha256(self.id.encode()).digest()[0] % FOLDS


def read_papers(corpora: Sequence[TrainingCorpus], reader: NameReader) -> list[ReadPaper]:
    """Read all papers of training corpora."""
    vocab = Vocab()
    found = []
    for corpus in corpora:
        for paper in corpus.papers:
            text, starts = document_text(paper), passage_starts(paper)
            gold = {
                (starts[a.passage] + a.start, starts[a.passage] + a.end, str(a.type))
                for a in paper.annotations
                if a.start >= 0
            }
            readings, features = reader.read(text)
            found.append(
                ReadPaper(
                    paper.id,
                    corpus.name,
                    corpus.types,
                    text,
                    tuple(sorted(gold)),
                    tuple(
                        (d.short_start, d.short_end, d.long_start, d.long_end)
                        for d in find_definitions(text, vocab)
                    ),
                    readings,
                    # Most features come again and again; each is kept once.
                    [
                        [sys.intern(f) for f in describe(reading, of_place)]
                        for reading, of_place in zip(readings, features, strict=True)
                    ],
                )
            )
    return found
