"""Fits boosted decision trees to choices: which of several alternatives is right, or none.

The alternatives of a choice share one probability with a further alternative, none of them, whose
log odds are 0 (the conditional logit of McFadden 1974, boosted as in Friedman 2001). So what
competes with an alternative counts, which trees that look at each alternative by itself would not
see. scikit-learn has no such loss: its trees are grown here on the loss's gradient.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.ensemble._hist_gradient_boosting.binning import _BinMapper
from sklearn.ensemble._hist_gradient_boosting.grower import TreeGrower

from pipeline.normalization.disease_ranking import Node

Floats = npt.NDArray[np.float64]

BASE = -2.0
"""Log odds of each alternative before any tree."""

_TREES = 150
_RATE = 0.12
_BINS = 256
_SETTINGS = {
    "max_leaf_nodes": 8,
    "min_samples_leaf": 50,
    "l2_regularization": 5.0,
    "shrinkage": _RATE,
    "n_bins": _BINS,
    "n_threads": 1,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives with their features, and which of them are right, if any is.

    Attributes:
        rows: Alternatives x features.
        right: Whether each alternative is right.
        weight: How much the choice counts.
    """

    rows: Floats
    right: npt.NDArray[np.bool_]
    weight: float


def fit_trees(choices: Sequence[Choice]) -> list[list[Node]]:
    """Return the trees; the same choices give the same trees."""
    choices = [c for c in choices if len(c.right)]
    right = np.concatenate([c.right for c in choices]).astype(np.float64)
    of = np.repeat(np.arange(len(choices)), [len(c.right) for c in choices])
    weight = np.array([c.weight for c in choices])[of]
    answered = np.bincount(of, right, len(choices))[of] > 0
    mapper = _BinMapper(n_bins=_BINS, random_state=0, n_threads=1)
    binned = mapper.fit_transform(np.concatenate([c.rows for c in choices]))
    odds = np.full(len(right), BASE)
    trees = []
    for _ in range(_TREES):
        share = np.exp(odds)
        chance = share / (1 + np.bincount(of, share, len(choices)))[of]
        among = np.bincount(of, share * right, len(choices))[of]
        wanted = np.divide(share * right, among, out=np.zeros_like(share), where=answered)
        grower = TreeGrower(
            binned,
            ((chance - wanted) * weight).astype(np.float32),
            (chance * (1 - chance) * weight).astype(np.float32),
            n_bins_non_missing=mapper.n_bins_non_missing_,
            **_SETTINGS,
        )
        grower.grow()
        tree = grower.make_predictor(mapper.bin_thresholds_)
        trees.append([_node(node) for node in tree.nodes])
        odds += tree.predict_binned(binned, mapper.missing_values_bin_idx_, 1)
    return trees


def _node(node: np.void) -> Node:
    """Turn a node of scikit-learn, which gives inner ones their value without the rate."""
    value = float(node["value"])
    if node["is_leaf"]:
        return Node(round(value, 6))
    return Node(
        round(value * _RATE, 6),
        int(node["feature_idx"]),
        float(node["num_threshold"]),
        int(node["left"]),
        int(node["right"]),
    )
