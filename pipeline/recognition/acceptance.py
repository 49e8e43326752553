"""The acceptance model: how likely a reading is what a curator would annotate.

A logistic regression over the named features of `features.py`, one set of weights for each entity
type. The weights are trained on gold corpora by `bionorm train` and ship as a readable table.
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import repeat

_DATA = "acceptance.json.gz"
_EXTREME = 30.0
"""Logarithm of odds beyond which nothing is told apart."""
_NOTHING = repeat(0.0)
"""What a feature without a weight adds."""


@dataclass(frozen=True, slots=True)
class AcceptanceModel:
    """Weights of features by entity type.

    Attributes:
        weights: Entity type -> feature -> weight (natural logarithm of odds); for the guideline of
            one corpus, where it has its own, type@corpus -> feature -> weight.
        training: Corpus and split -> identifiers of the documents that it was trained on.
    """

    weights: Mapping[str, Mapping[str, float]]
    training: Mapping[str, tuple[str, ...]]

    def weights_of(self, type_: str, guideline: str = "") -> Mapping[str, float] | None:
        """Return the weights of a type by a guideline; None for a type that was not trained."""
        own = self.weights.get(of_guideline(type_, guideline)) if guideline else None
        return own or self.weights.get(type_)

    def has_own(self, type_: str, guideline: str) -> bool:
        """Whether the guideline of a corpus has weights of its own for a type."""
        return of_guideline(type_, guideline) in self.weights

    def weight(self, type_: str, features: Iterable[str], guideline: str = "") -> float:
        """Return the sum of the weights of features; of a type that was not trained, infinite.

        A user's own type is one: its names are taken at their word.
        """
        weights = self.weights_of(type_, guideline)
        if weights is None:
            return math.inf
        return sum(map(weights.get, features, _NOTHING))

    def probability(
        self, type_: str, features: Iterable[str], guideline: str = "", *, known: float = 0.0
    ) -> float:
        """Return the probability that a reading of a type is an entity mention.

        Args:
            type_: The entity type.
            features: The features of the reading.
            guideline: Corpus whose guideline is to be followed; of most it is the common one.
            known: Weight of further features.
        """
        return _logistic(self.weight(type_, features, guideline) + known)

    def probabilities(self, described: Iterable[tuple[str, Iterable[str], float]]) -> list[float]:
        """Return the probability of each of many readings, as most guidelines have it.

        Args:
            described: For each reading what `probability` takes: the entity type, the features, and
                the weight of further features.
        """
        tables = self.weights
        result = []
        for type_, features, known in described:
            if (weights := tables.get(type_)) is None:
                result.append(1.0)
            else:
                result.append(_logistic(sum(map(weights.get, features, _NOTHING)) + known))
        return result


def _logistic(score: float) -> float:
    if -_EXTREME < score < _EXTREME:
        return 1.0 / (1.0 + math.exp(-score))
    if score == math.inf:
        return 1.0
    return 1.0 / (1.0 + math.exp(-math.copysign(_EXTREME, score)))


def of_guideline(type_: str, corpus: str) -> str:
    """Return under which key a model has the weights of a type by the guideline of a corpus."""
    return f"{type_}@{corpus}"


@cache
def shipped_model() -> AcceptanceModel:
    """Return the model that comes with the package."""
    packed = (files("pipeline.recognition") / "data" / _DATA).read_bytes()
    table = json.loads(gzip.decompress(packed))
    return AcceptanceModel(
        table["weights"], {name: tuple(ids) for name, ids in table["training"].items()}
    )


def pack(model: AcceptanceModel) -> bytes:
    """Return the bytes of a model's file; the same model gives the same bytes."""
    table = {
        "weights": {t: dict(sorted(w.items())) for t, w in sorted(model.weights.items())},
        "training": {name: sorted(ids) for name, ids in sorted(model.training.items())},
    }
    text = json.dumps(table, ensure_ascii=False, indent=0)
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)
