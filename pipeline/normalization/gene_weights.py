"""Weights of the gene models, and the choice among alternatives that they make.

Both models, that of the species and that of the gene, are conditional logistic regressions
(McFadden 1974): each alternative has named evidence, its sum weighted is its score, and the
probabilities are the scores' exponentials, made to add up to 1. `bionorm train` writes the weights
to `data/gene_weights.toml`, so that every decision can be read as a sum.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import repeat
from operator import mul

Weights = Mapping[str, float]
Evidence = Mapping[str, float]
FILE = "gene_weights.toml"
_NOTHING = repeat(0.0)
SPECIES, GENES, CONFIDENCE = "species", "genes", "confidence"
BASELINE: Mapping[str, Weights] = {
    SPECIES: {"is human": 1.0},
    GENES: {"species": 1.0, "weight": 10.0},
}
"""What is left of a model that is left out: human first, and the name alone."""


@cache
def shipped_weights() -> Mapping[str, Weights]:
    """Return the weights of each model: `species`, `genes` and `confidence`."""
    text = (files("pipeline.normalization") / "data" / FILE).read_text("utf-8")
    return {
        model: {name: float(weight) for name, weight in table.items()}
        for model, table in tomllib.loads(text).items()
    }


def score(weights: Weights, evidence: Evidence) -> float:
    """Return the weighted sum of the evidence; what has no weight counts nothing."""
    total: float = sum(map(mul, map(weights.get, evidence, _NOTHING), evidence.values()))
    return total


def shares(scores: Sequence[float]) -> list[float]:
    """Turn scores into probabilities that add up to 1.

    >>> shares([0.0, 0.0]), shares([])
    ([0.5, 0.5], [])
    """
    top = max(scores, default=0.0)
    odds = [math.exp(max(-50.0, value - top)) for value in scores]
    total = sum(odds)
    return [odd / total for odd in odds]


def probability(value: float) -> float:
    """Turn the score of a yes-or-no model into the probability of yes."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, value))))
