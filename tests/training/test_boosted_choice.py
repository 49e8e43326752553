"""Trees that choose among alternatives."""

from __future__ import annotations

import numpy as np

from pipeline.normalization.disease_ranking import TreeModel, probabilities
from pipeline.training.boosted_choice import BASE, Choice, fit_trees


def choices(count: int) -> list[Choice]:
    """Make choices whose right alternative is the largest, if it is above a half."""
    random = np.random.default_rng(0)
    found = []
    for _ in range(count):
        rows = random.random((3, 2))
        found.append(Choice(rows, (rows[:, 0] == rows[:, 0].max()) & (rows[:, 0] > 0.5), 1.0))
    return found


def test_the_right_alternative_or_none_is_learned() -> None:
    training, others = choices(600)[:500], choices(600)[500:]
    trees = fit_trees([*training, Choice(np.zeros((0, 2)), np.zeros(0, bool), 1.0)])
    model = TreeModel(BASE, trees, ("size", "noise"))
    right = 0
    for choice in others:
        chances = probabilities(model.odds(choice.rows))
        none = 1 - chances.sum()
        right += bool(
            choice.right[chances.argmax()] if chances.max() > none else ~choice.right.any()
        )
    assert right > 85
    assert fit_trees(training) == fit_trees(training)
