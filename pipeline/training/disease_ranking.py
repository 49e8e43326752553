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

from pipeline.language import document_text
from pipeline.model import EntityType, Paper
from pipeline.normalization.disease_candidates import DiseaseCandidates, is_curated
from pipeline.normalization.disease_features import (
    COLUMNS,
    Described,
    DiseaseFeatures,
    DiseaseName,
    disease_name,
)
from pipeline.normalization.disease_ranking import DiseaseRanker, TreeModel, probabilities
from pipeline.normalization.disease_usage import Concept, DiseaseUsage, Usage, disease_concept
from pipeline.normalization.disease_words import WordWeights, name_words
from pipeline.normalization.diseases import concept_group
from pipeline.recognition.combination import short_forms_of
from pipeline.terminology.terminology import Terminology
from pipeline.training.boosted_choice import BASE, Choice, fit_trees
from pipeline.training.corpora import TrainingCorpus

PARTS = 8
_RARE = 3
_MOST_WEIGHT = 4
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
        known = DiseaseUsage(usage, lambda curie: disease_concept(curie, terminology))
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
        short_forms = short_forms_of(doc)
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
    """Fit the trees to names with their candidates, some of which are right."""
    choices = [
        # Rounded, so that the readable trees are just those that were fitted.
        Choice(e.described.rows.round(6), e.right, min(e.disease.mentions, _MOST_WEIGHT) ** 0.5)
        for e in examples
    ]
    return TreeModel(BASE, fit_trees(choices), COLUMNS)


def choose_threshold(examples: Sequence[_Example]) -> float:
    """Return the least probability of a link.

    Two figures are weighed alike: F1 of concepts by document, for which a doubtful link had better
    be left out, and the share of mentions that are resolved rightly, for which it is never worse
    than none. Each half of the papers is scored by trees that the other half trained.
    """
    given: list[tuple[float, str, Concept, bool, int]] = []
    wanted: set[tuple[str, str]] = set()
    for half in range(2):
        model = fit([e for e in examples if e.paper.part % 2 != half])
        for e in examples:
            if e.paper.part % 2 == half:
                wanted |= {(e.paper.id, curie) for curie in e.disease.identifiers}
                chances = probabilities(model.odds(e.described.rows)).tolist()
                found = zip(chances, e.described.candidates, e.right.tolist(), strict=True)
                allowed = [(p, c.concept, right) for p, c, right in found if is_curated(c.concept)]
                if allowed:
                    chance, concept, right = max(allowed)
                    given.append((chance, e.paper.id, concept, right, e.disease.mentions))
    mentions = sum(e.disease.mentions for e in examples)

    def figure(least: float) -> float:
        concepts = {(paper, c): right for p, paper, c, right, _ in given if p >= least}
        f1 = 2 * sum(concepts.values()) / (len(concepts) + len(wanted))
        return f1 + sum(n for p, *_, right, n in given if right and p >= least) / mentions

    return max(_THRESHOLDS, key=lambda least: (figure(least), -least))
