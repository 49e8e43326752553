"""Trains the acceptance model on gold corpora."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from pipeline.language import document_text, passage_starts
from pipeline.model import Paper
from pipeline.recognition.acceptance import AcceptanceModel
from pipeline.recognition.recognizer import NameReader
from pipeline.training.corpora import TrainingCorpus

UNDECIDED = frozenset({"FamilyName", "DomainMotif"})
"""Annotations that are neither right nor wrong: families and domains are left out of training."""

_RARE = 3
_STRENGTH = 0.5


@dataclass(frozen=True, slots=True)
class Examples:
    """Readings of one entity type with what the gold says of them."""

    features: list[list[str]]
    labels: list[bool]


def train(corpora: Sequence[TrainingCorpus], reader: NameReader) -> AcceptanceModel:
    """Train the weights of all entity types.

    A corpus teaches only the types that it annotates completely: a span that it does not annotate
    says nothing about other types.

    Args:
        corpora: The training corpora.
        reader: Reads the terminology's names.
    """
    examples: dict[str, Examples] = {}
    for corpus in corpora:
        for paper in corpus.papers:
            _collect(paper, corpus.types, reader, examples)
    return AcceptanceModel(
        {type_: _fit(found) for type_, found in sorted(examples.items())},
        {corpus.name: tuple(p.id for p in corpus.papers) for corpus in corpora},
    )


def _collect(
    paper: Paper, types: frozenset[str], reader: NameReader, examples: dict[str, Examples]
) -> None:
    starts = passage_starts(paper)
    gold: dict[tuple[int, int], set[str]] = {}
    for a in paper.annotations:
        offset = starts[a.passage]
        gold.setdefault((offset + a.start, offset + a.end), set()).add(a.type)
    for reading, features in zip(*reader.read(document_text(paper)), strict=True):
        annotated = gold.get((reading.match.start, reading.match.end), set())
        if reading.type in types and not annotated & UNDECIDED:
            part = examples.setdefault(reading.type, Examples([], []))
            part.features.append(features)
            part.labels.append(reading.type in annotated)


def _fit(examples: Examples) -> dict[str, float]:
    counts = Counter(f for row in examples.features for f in row)
    columns = {f: i for i, f in enumerate(sorted(f for f, n in counts.items() if n >= _RARE))}
    matrix = _matrix(examples.features, columns)
    labels: npt.NDArray[np.bool_] = np.array(examples.labels)
    model = LogisticRegression(
        C=_STRENGTH, solver="liblinear", fit_intercept=False, random_state=0, tol=1e-5
    )
    model.fit(matrix, labels)
    weights = model.coef_[0]
    return {f: round(float(weights[i]), 3) for f, i in columns.items() if abs(weights[i]) >= 0.01}


def _matrix(rows: Iterable[Sequence[str]], columns: Mapping[str, int]) -> csr_matrix:
    indices: list[int] = []
    borders = [0]
    for row in rows:
        indices.extend(sorted({columns[f] for f in row if f in columns}))
        borders.append(len(indices))
    return csr_matrix(
        (np.ones(len(indices)), indices, borders), shape=(len(borders) - 1, len(columns))
    )
