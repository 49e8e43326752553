"""Trains the acceptance model on gold corpora."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from pipeline.recognition.acceptance import AcceptanceModel, of_guideline
from pipeline.training.reading import FOLDS, ReadPaper

UNDECIDED = frozenset({"FamilyName", "DomainMotif"})
"""Annotations that are neither right nor wrong: families and domains are left out of training."""

OWN_WEIGHTS = ("s800",)
"""Corpora whose guidelines get weights of their own: S800 has no words for people (`patients`)."""
_PEOPLE = "NCBITaxon:9606"

_RARE = 3
_STRENGTH = 0.5


@dataclass(frozen=True, slots=True)
class Examples:
    """Readings of one entity type, what the gold says of them, and whether they name people."""

    features: list[Sequence[str]]
    labels: list[bool]
    corpora: list[str]
    of_people: list[bool]

    def where(self, chosen: Sequence[bool]) -> Examples:
        """Return some of the examples."""
        return Examples(
            list(compress(self.features, chosen)),
            list(compress(self.labels, chosen)),
            list(compress(self.corpora, chosen)),
            list(compress(self.of_people, chosen)),
        )


def train(papers: Sequence[ReadPaper]) -> AcceptanceModel:
    """Train the weights of all entity types.

    A corpus teaches only the types that it annotates completely: a span that it does not annotate
    says nothing about other types.
    """
    examples: dict[str, Examples] = {}
    training: dict[str, list[str]] = {}
    for paper in papers:
        _collect(paper, examples)
        training.setdefault(paper.corpus, []).append(paper.id)
    weights: dict[str, dict[str, float]] = {}
    for type_, found in sorted(examples.items()):
        weights[type_] = _fit(found.where(_common(found)))
        for corpus in OWN_WEIGHTS:
            if corpus in found.corpora:
                weights[of_guideline(type_, corpus)] = _fit_own(found, corpus)
    return AcceptanceModel(weights, {name: tuple(ids) for name, ids in training.items()})


def cross_fitted(
    papers: Sequence[ReadPaper], others: Sequence[ReadPaper] = ()
) -> list[list[float]]:
    """Return the probability of each reading of papers by models that have not seen the paper.

    What is trained on the model's answers must not learn to trust them as they are on the model's
    own training papers.

    Args:
        papers: The training papers.
        others: Papers that get probabilities too but train nothing.
    """
    models = [train([p for p in papers if p.fold != fold]) for fold in range(FOLDS)]
    return [
        [
            models[paper.fold].probability(reading.type, features)
            for reading, features in zip(paper.readings, paper.features, strict=True)
        ]
        for paper in (*papers, *others)
    ]


def _collect(paper: ReadPaper, examples: dict[str, Examples]) -> None:
    gold: dict[tuple[int, int], set[str]] = {}
    for start, end, type_ in paper.gold:
        gold.setdefault((start, end), set()).add(type_)
    for reading, features in zip(paper.readings, paper.features, strict=True):
        annotated = gold.get((reading.match.start, reading.match.end), set())
        if reading.type in paper.types and not annotated & UNDECIDED:
            part = examples.setdefault(reading.type, Examples([], [], [], []))
            part.features.append(features)
            part.labels.append(reading.type in annotated)
            part.corpora.append(paper.corpus)
            part.of_people.append(any(n.curie == _PEOPLE for n in reading.names))


def _common(examples: Examples) -> list[bool]:
    """Tell which examples show what most guidelines say: of people, S800 teaches only itself."""
    return [
        not (of_people and corpus in OWN_WEIGHTS)
        for of_people, corpus in zip(examples.of_people, examples.corpora, strict=True)
    ]


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


def _fit_own(examples: Examples, corpus: str) -> dict[str, float]:
    """Fit the weights of one corpus' guideline: the common ones and how it departs from them.

    Its features are there twice, once for all corpora and once for itself (Daumé 2007,
    aclanthology.org/P07-1033); a reading by its guideline has the sum of both.
    """
    doubled = [
        [*row, *(of_guideline(f, corpus) for f in row)] if name == corpus else row
        for row, name in zip(examples.features, examples.corpora, strict=True)
    ]
    both = _fit(replace(examples, features=doubled))
    ending = of_guideline("", corpus)
    names = {f.removesuffix(ending) for f in both}
    return {
        f: round(both.get(f, 0.0) + both.get(of_guideline(f, corpus), 0.0), 3)
        for f in sorted(names)
    }


def _matrix(rows: Iterable[Sequence[str]], columns: Mapping[str, int]) -> csr_matrix:
    indices: list[int] = []
    borders = [0]
    for row in rows:
        indices.extend(sorted({columns[f] for f in row if f in columns}))
        borders.append(len(indices))
    return csr_matrix(
        (np.ones(len(indices)), indices, borders), shape=(len(borders) - 1, len(columns))
    )
