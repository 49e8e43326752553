"""Trains the disease ranker, and counts what annotators mean by names, on gold corpora.

What a name was resolved to is evidence for the ranker, so a mention must not be described with
counts that it is itself part of: the papers are dealt into parts, and those of one part are
described with the counts of all the others. Mentions with several identifiers teach the ranker, but
are not counted: nothing tells which part of the name means which.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import spacy
from sklearn.ensemble import HistGradientBoostingClassifier

from pipeline.language import document_text
from pipeline.model import EntityType, Paper
from pipeline.normalization.disease_candidates import DiseaseCandidates
from pipeline.normalization.disease_features import (
    COLUMNS,
    Described,
    DiseaseFeatures,
    DiseaseName,
    disease_name,
)
from pipeline.normalization.disease_ranking import DiseaseRanker, Node, TreeModel
from pipeline.normalization.disease_usage import Concept, DiseaseUsage, Usage
from pipeline.normalization.disease_words import WordWeights, name_words
from pipeline.normalization.diseases import concept_group
from pipeline.recognition.abbreviations import LONG_FORMS, SHORT_FORMS
from pipeline.recognition.places import places_of
from pipeline.recognition.short_forms import ShortForms
from pipeline.terminology.terminology import Terminology
from pipeline.training.corpora import TrainingCorpus

PARTS = 8
_RARE = 3
_SHRINKAGE = 0.12
_SETTINGS = {
    "max_iter": 150,
    "max_leaf_nodes": 8,
    "learning_rate": _SHRINKAGE,
    "min_samples_leaf": 50,
    "l2_regularization": 5.0,
    "early_stopping": False,
    "random_state": 0,
}
_MOST_WEIGHT = 4
_INDIFFERENT = 0.001
_THRESHOLDS = tuple(round(0.02 * i, 2) for i in range(1, 40))

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GoldDisease:
    """What the gold standard means by a name in a paper.

    Attributes:
        name: The name.
        identifiers: Current identifiers, each of which is right.
        mentions: How many mentions of the paper say so.
    """

    name: DiseaseName
    identifiers: frozenset[str]
    mentions: int


@dataclass(frozen=True, slots=True)
class GoldPaper:
    """The diseases of a paper."""

    id: str
    diseases: tuple[GoldDisease, ...]

    @property
    def part(self) -> int:
        """The part that the paper is dealt into."""
        return zlib.crc32(self.id.encode()) % PARTS


@dataclass(frozen=True, slots=True)
class _Example:
    paper: GoldPaper
    disease: GoldDisease
    described: Described
    right: npt.NDArray[np.bool_]


def train_ranker(
    corpora: Sequence[TrainingCorpus], terminology: Terminology
) -> tuple[DiseaseRanker, list[Usage]]:
    """Train the ranker.

    Args:
        corpora: The training corpora.
        terminology: The terminology.

    Returns:
        The ranker, and how often each name means each concept.
    """
    chosen = [c for c in corpora if EntityType.DISEASE in c.types]
    papers = [gold for c in chosen for gold in gold_papers(c.papers, terminology)]
    counts, names = word_counts(terminology)
    weights = WordWeights(counts, names)

    def features(usage: Iterable[Usage]) -> DiseaseFeatures:
        known = DiseaseUsage(usage, lambda curie: concept_group(curie, terminology))
        return DiseaseFeatures(terminology, DiseaseCandidates(terminology, known), known, weights)

    examples: list[_Example] = []
    for part in range(PARTS):
        others = features(count_usage((p for p in papers if p.part != part), terminology))
        for paper in papers:
            if paper.part == part:
                examples += describe_paper(paper, others)
    ranker = DiseaseRanker(
        fit(examples),
        counts,
        names,
        choose_threshold(examples),
        {c.name: tuple(p.id for p in c.papers) for c in chosen},
    )
    return ranker, count_usage(papers, terminology)


def gold_papers(papers: Iterable[Paper], terminology: Terminology) -> Iterator[GoldPaper]:
    """Yield what the gold standard says of the diseases of papers."""
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "bionorm.Tokenizer.v1"}}})
    nlp.add_pipe("bionorm_abbreviations")
    nlp.max_length = 1 << 31
    for paper in papers:
        doc = nlp(document_text(paper))
        short_forms = ShortForms.of_doc(places_of(doc, SHORT_FORMS), places_of(doc, LONG_FORMS))
        found = Counter(
            (
                disease_name(a.name, short_forms.resolve),
                tuple(sorted(map(terminology.current, a.identifiers))),
            )
            for a in paper.annotations
            if a.type == EntityType.DISEASE and a.identifiers
        )
        yield GoldPaper(
            paper.id,
            tuple(GoldDisease(name, frozenset(ids), n) for (name, ids), n in found.items()),
        )


def count_usage(papers: Iterable[GoldPaper], terminology: Terminology) -> list[Usage]:
    """Count what names mean: the mention's own text, and the long form that it is short for."""
    counts: Counter[tuple[str, str]] = Counter()
    for paper in papers:
        for disease in paper.diseases:
            if len(disease.identifiers) == 1:
                (curie,) = disease.identifiers
                if any(c in terminology for c in concept_group(curie, terminology)):
                    for text in dict.fromkeys((disease.name.text, disease.name.surface)):
                        counts[" ".join(text.split()), curie] += disease.mentions
    return [Usage(text, curie, n) for (text, curie), n in sorted(counts.items())]


def word_counts(terminology: Terminology) -> tuple[dict[str, int], int]:
    """Count in how many names of diseases each stem occurs; returns the number of names, too."""
    counts: Counter[str] = Counter()
    names = 0
    for curie in terminology:
        if terminology.type_of(curie) == EntityType.DISEASE:
            for text, _ in terminology.names(curie):
                counts.update(name_words(text).stems)
                names += 1
    return {s: n for s, n in sorted(counts.items()) if n >= _RARE}, names


def describe_paper(paper: GoldPaper, features: DiseaseFeatures) -> Iterator[_Example]:
    """Yield the candidates of each name of a paper, and which of them are right."""
    names = list(dict.fromkeys(d.name for d in paper.diseases))
    described = dict(zip(names, features.describe(names), strict=True))
    for disease in paper.diseases:
        found = described[disease.name]
        right = [not disease.identifiers.isdisjoint(c.concept) for c in found.candidates]
        yield _Example(paper, disease, found, np.array(right, bool))


def fit(examples: Sequence[_Example]) -> TreeModel:
    """Fit the trees to candidates, each of which is right or wrong."""
    rows = np.concatenate([e.described.rows for e in examples])
    labels = np.concatenate([e.right for e in examples])
    weights = np.concatenate(
        [np.full(len(e.right), min(e.disease.mentions, _MOST_WEIGHT) ** 0.5) for e in examples]
    )
    model = HistGradientBoostingClassifier(**_SETTINGS)
    # Rounded, so that the readable trees are just those that were fitted.
    model.fit(rows.round(6), labels, sample_weight=weights)
    trees = [_tree(predictor.nodes) for (predictor,) in model._predictors]
    return TreeModel(float(model._baseline_prediction.ravel()[0]), trees, COLUMNS)


def choose_threshold(examples: Sequence[_Example]) -> float:
    """Return the least probability of a link.

    It is the smallest one whose F1 of concepts by document is about the best: where it makes no
    difference, a link with its probability is of more use than none. Each half of the papers is
    scored by trees that the other half trained.
    """
    chosen: list[tuple[float, str, Concept, bool]] = []
    wanted: set[tuple[str, str]] = set()
    for half in range(2):
        model = fit([e for e in examples if e.paper.part % 2 != half])
        for e in examples:
            if e.paper.part % 2 == half:
                wanted |= {(e.paper.id, curie) for curie in e.disease.identifiers}
                if len(e.right):
                    probabilities = model.probabilities(e.described.rows)
                    best = int(probabilities.argmax())
                    concept = e.described.candidates[best].concept
                    probability = float(probabilities[best])
                    chosen.append((probability, e.paper.id, concept, bool(e.right[best])))

    def f1(least: float) -> float:
        given = {(paper, c): right for p, paper, c, right in chosen if p >= least}
        right = sum(given.values())
        return 2 * right / (len(given) + len(wanted))

    figures = {least: f1(least) for least in _THRESHOLDS}
    enough = max(figures.values()) - _INDIFFERENT
    return next(least for least, figure in figures.items() if figure >= enough)


def _tree(nodes: npt.NDArray[np.void]) -> list[Node]:
    """Turn a tree of scikit-learn into nodes, whose inner values it keeps without shrinkage."""
    tree = []
    for node in nodes:
        value = float(node["value"])
        if node["is_leaf"]:
            tree.append(Node(round(value, 6)))
        else:
            tree.append(
                Node(
                    round(value * _SHRINKAGE, 6),
                    int(node["feature_idx"]),
                    float(node["num_threshold"]),
                    int(node["left"]),
                    int(node["right"]),
                )
            )
    return tree
