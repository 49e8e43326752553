"""What speaks for a disease as the meaning of a mention: named numbers, for the ranker.

Most of them follow from the mention's text alone and are computed once for it; `same`, `above`,
`below` and `initials` depend on the paper.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.normalization.disease_candidates import (
    HEAD,
    PAPER,
    SHORT_FORM,
    USAGE,
    DiseaseCandidate,
    DiseaseCandidates,
    is_acronym,
)
from pipeline.normalization.disease_usage import Concept, DiseaseUsage
from pipeline.normalization.disease_words import WordWeights, name_words
from pipeline.terminology.fuzzy import BROADER, EXACT, NORMAL_FORM, TRIGRAMS
from pipeline.terminology.name_match import name_weight
from pipeline.terminology.terminology import Terminology

Floats = npt.NDArray[np.float64]

METHODS: Final = (
    EXACT, NORMAL_FORM, "word order", "word form", "general word", "coordination", "initials",
    TRIGRAMS, BROADER, HEAD, USAGE, SHORT_FORM, PAPER,
)  # fmt: skip

FEATURES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{f"by {method}": f"found by: {method}" for method in METHODS},
        "lookup score": "score of the lookup",
        "behind": "how much the best candidate's lookup score is better",
        "rank": "rank by the lookup score, from 0",
        "scope": "weight of the matched name's scope",
        "in MeSH by name": "weight of the name of MeSH that agrees with the mention",
        "told": "share of the mention's words in the matched name",
        "covered": "share of the matched name's words in the mention",
        "words": "harmonic mean of told and covered",
        "letters": "common trigrams with the matched name",
        "head": "the mention's last word is in the matched name",
        "numbers more": "numbers of the mention that the matched name lacks",
        "numbers less": "numbers of the matched name that the mention lacks",
        "words more": "words of the mention that the matched name lacks",
        "words less": "words of the matched name that the mention lacks",
        "label words": "common words with the best of the preferred names",
        "label letters": "common trigrams with the best of the preferred names",
        "descriptor": "is a MeSH descriptor",
        "supplementary": "is a supplementary concept of MeSH",
        "in MONDO": "is in MONDO",
        "in OMIM": "is in OMIM",
        "above it": "concepts above it",
        "below it": "concepts right below it (logarithm)",
        "names": "names of the concept (logarithm)",
        "usage of concept": "mentions of the concept in the training corpora (logarithm)",
        "usage share": "share of the training mentions of this name that mean the concept",
        "usage": "training mentions of this name that mean the concept (logarithm)",
        "usage known": "training mentions of this name (logarithm)",
        "usage share of head": "the same share for the name without its first words",
        "usage share of words": "the same share for names with the same words",
        "usage of words": "training mentions of names with the same words (logarithm)",
        "usage of each word": "what training mentions with some of the words mean",
        "same": "other names in the paper that mean the concept",
        "above": "is above another concept of the paper",
        "below": "is below another concept of the paper",
        "initials": "the paper speaks of what the acronym's letters may stand for",
        "length": "words of the mention, at most 6",
        "acronym": "the mention looks like an acronym",
        "long form": "the paper says what the mention is short for",
        "exact names": "candidates whose name agrees with the mention",
    }
)
"""Each feature and what it tells."""

COLUMNS: Final = tuple(FEATURES)
_PAPER_COLUMNS = slice(COLUMNS.index("same"), COLUMNS.index("initials") + 1)
_BY_METHOD: Final[Mapping[str, tuple[float, ...]]] = MappingProxyType(
    {method: tuple(float(method == m) for m in METHODS) for method in METHODS}
)
_BY_NONE = (0.0,) * len(METHODS)
_SURE = 0.85
_LEAST_SHARE = 0.75
_MOST_LABELS = 3


@dataclass(frozen=True, slots=True)
class DiseaseName:
    """A mention as the ranker sees it.

    Attributes:
        text: Its long form, where the paper gives one, else the mention.
        surface: The mention.
    """

    text: str
    surface: str


def disease_name(surface: str, resolve: Callable[[str], str | None]) -> DiseaseName:
    """Make the name of a mention: its abbreviations are replaced by what they are short for.

    Args:
        surface: The mention.
        resolve: Returns the long form of a short form, or an empty string.

    >>> disease_name("familial AD", {"AD": "Alzheimer disease"}.get).text
    'familial Alzheimer disease'
    """
    whole = resolve(surface)
    if not whole and " " in surface:
        whole = " ".join(resolve(word) or word for word in surface.split(" "))
    return DiseaseName(whole or surface, surface)


@dataclass(frozen=True, slots=True)
class Described:
    """The candidates of a name, best lookup score first, with a row of features for each.

    Attributes:
        candidates: The candidates.
        rows: The features, as `COLUMNS` names them.
        changed: Numbers of the rows that differ from those of the name alone.
        is_new: Whether all do, because the paper adds candidates.
    """

    candidates: tuple[DiseaseCandidate, ...]
    rows: Floats
    changed: npt.NDArray[np.intp]
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class _Others:
    """What the names of a paper mean that have other words than a certain one.

    Attributes:
        counts: Concept -> number of such names.
        identifiers: The identifiers of these concepts.
        above: Those of all concepts above them.
    """

    counts: Mapping[Concept, int]
    identifiers: frozenset[str]
    above: frozenset[str]


class DiseaseFeatures:
    """Computes features.

    Args:
        terminology: The terminology.
        candidates: Finds the candidates.
        usage: What annotators mean by names.
        weights: Weights of words.
    """

    def __init__(
        self,
        terminology: Terminology,
        candidates: DiseaseCandidates,
        usage: DiseaseUsage,
        weights: WordWeights,
    ) -> None:
        self._terminology = terminology
        self._candidates = candidates
        self._usage = usage
        self._weights = weights
        self.alone = lru_cache(maxsize=3_000)(self._describe)
        self._about = lru_cache(maxsize=10_000)(self._describe_concept)
        self._labels = lru_cache(maxsize=7_000)(self._names_of)
        self._sure = lru_cache(maxsize=4_000)(self._only_meaning)
        self._above = lru_cache(maxsize=7_000)(self._ancestors)

    def describe(self, names: Sequence[DiseaseName]) -> list[Described]:
        """Return the candidates of all diseases that a paper names, with their features.

        Args:
            names: The names, each once.
        """
        # Another writing of the same name is no further evidence.
        said: dict[str, list[Concept]] = {}
        keys = [name_words(name.text).key for name in names]
        for name, key in zip(names, keys, strict=True):
            of_words = said.setdefault(key, [])
            if (meaning := self._sure(name)) is not None:
                of_words.append(meaning)
        others = {key: self._others(key, said) for key in said}
        return [self._in_paper(n, others[k], names) for n, k in zip(names, keys, strict=True)]

    def _others(self, key: str, said: Mapping[str, Sequence[Concept]]) -> _Others:
        """Put together what the names of a paper mean that have other words than these."""
        counts: dict[Concept, int] = {}
        for words, concepts in said.items():
            if words != key:
                for concept in concepts:
                    counts[concept] = counts.get(concept, 0) + 1
        return _Others(
            counts,
            frozenset(curie for concept in counts for curie in concept),
            frozenset[str]().union(*map(self._above, counts)),
        )

    def _in_paper(
        self, name: DiseaseName, others: _Others, names: Sequence[DiseaseName]
    ) -> Described:
        described = self.alone(name)
        meant: Collection[Concept] = ()
        if name.surface == name.text and is_acronym(name.surface):
            texts = [n.text for n in names if n.text != name.text]
            meant = self._candidates.by_initials(name.surface, texts)
        known = {c.concept for c in described.candidates}
        added = [self._candidates.known(c, PAPER) for c in meant if c not in known]
        if added:
            described = self._rows(name, [*described.candidates, *added])
        if not (others.counts or meant):
            return described
        counts, above, identifiers = others.counts, others.above, others.identifiers
        told: dict[int, tuple[float, ...]] = {}
        for i, candidate in enumerate(described.candidates):
            concept = candidate.concept
            values = (
                min(counts.get(concept, 0), 3),
                not above.isdisjoint(concept),
                not identifiers.isdisjoint(self._above(concept)),
                concept in meant,
            )
            if any(values):
                told[i] = values
        if not (told or added):
            return described
        rows = described.rows.copy()
        for i, of_paper in told.items():
            rows[i, _PAPER_COLUMNS] = of_paper
        every = range(len(rows)) if added else list(told)
        return Described(described.candidates, rows, np.array(every, np.intp), bool(added))

    def _describe(self, name: DiseaseName) -> Described:
        return self._rows(name, self._candidates.of(name.text, name.surface).values())

    def _rows(self, name: DiseaseName, found: Iterable[DiseaseCandidate]) -> Described:
        candidates = sorted(found, key=lambda c: (-c.score, c.concept))
        if not candidates:
            return Described((), np.zeros((0, len(COLUMNS))), np.zeros(0, np.intp))
        usage = self._usage.of_name(name.text) or self._usage.of_name(name.surface)
        of_head = self._candidates.usage_of_head(name.text)
        of_words = self._usage.of_words(name.text)
        of_each = self._usage.of_each_word(name.text)
        known, known_head, known_words = (sum(u.values()) for u in (usage, of_head, of_words))
        log_known = math.log1p(known)
        best = candidates[0].score
        in_mesh = {
            n.curie: n.weight
            for n in reversed(self._candidates.exact(name.text))
            if n.curie.startswith("MESH:")
        }
        exact = sum(c.method in {EXACT, NORMAL_FORM} for c in candidates)
        of_name = (
            float(min(len(name_words(name.text).stems), 6)),
            float(is_acronym(name.surface)),
            float(name.surface != name.text),
            float(min(exact, 5)),
        )
        named = [(c.matched, *self._labels(c.concept)) for c in candidates]
        alike = self._weights.likenesses(name.text, chain.from_iterable(named))
        values: list[float] = []
        for rank, (candidate, names) in enumerate(zip(candidates, named, strict=True)):
            concept = candidate.concept
            like, *labels = [alike[n] for n in names]
            labels = labels or [like]
            used, with_words = usage.get(concept, 0), of_words.get(concept, 0)
            values += (
                *_BY_METHOD.get(candidate.method.partition(", ")[0], _BY_NONE),
                candidate.score,
                best - candidate.score,
                rank,
                name_weight(candidate.scope),
                max([in_mesh.get(curie, 0.0) for curie in concept]) if in_mesh else 0.0,
                *like,
                max([label.words for label in labels]),
                max([label.letters for label in labels]),
                *self._about(concept),
                used / known if used else 0.0, math.log1p(used), log_known,
                of_head[concept] / known_head if concept in of_head else 0.0,
                with_words / known_words if with_words else 0.0, math.log1p(with_words),
                of_each.get(concept, 0.0),
                0.0, 0.0, 0.0, 0.0,
                *of_name,
            )  # fmt: skip
        # Several times as fast as an array of lists.
        rows = np.frombuffer(struct.pack(f"{len(values)}d", *values))
        return Described(tuple(candidates), rows.reshape(len(candidates), -1), np.zeros(0, np.intp))

    def _names_of(self, concept: Concept) -> tuple[str, ...]:
        names = dict.fromkeys(filter(None, map(self._terminology.name, concept)))
        return tuple(names)[:_MOST_LABELS]

    def _describe_concept(self, concept: Concept) -> tuple[float, ...]:
        mesh = [c for c in concept if c.startswith("MESH:")]
        descriptors = [c for c in mesh if c.startswith("MESH:D")]
        hub = (descriptors or mesh or concept)[0]
        above, below = self._terminology.hierarchy.extent(hub)
        return (
            float(bool(descriptors)),
            float(bool(mesh) and not descriptors),
            float(any(c.startswith("MONDO:") for c in concept)),
            float(any(c.startswith("OMIM:") for c in concept)),
            float(above),
            math.log1p(below),
            math.log1p(sum(map(self._terminology.name_count, concept))),
            math.log1p(self._usage.count(concept)),
        )

    def _only_meaning(self, name: DiseaseName) -> Concept | None:
        """Return the concept that a name means without doubt."""
        usage = self._usage.of_name(name.text)
        if usage:
            concept, count = min(usage.items(), key=lambda item: (-item[1], item[0]))
            if count >= _LEAST_SHARE * sum(usage.values()):
                return concept
        exact = self._candidates.exact(name.text)
        concepts = {self._candidates.concept(n.curie) for n in exact if n.weight >= _SURE}
        return concepts.pop() if len(concepts) == 1 else None

    def _ancestors(self, concept: Concept) -> frozenset[str]:
        return frozenset[str]().union(*map(self._terminology.hierarchy.ancestors, concept))
