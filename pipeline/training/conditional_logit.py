"""Fits a conditional logistic regression: which of several alternatives is the right one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

Floats = npt.NDArray[np.float64]
_ITERATIONS = 400


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives with their evidence, and which of them are right.

    Attributes:
        evidence: Evidence for each alternative.
        right: Whether each is right; at least one is.
        weight: How much the choice counts.
    """

    evidence: Sequence[Mapping[str, float]]
    right: Sequence[bool]
    weight: float = 1.0


def fit(choices: Sequence[Choice], *, strength: float, rare: int = 5) -> dict[str, float]:
    """Return the weights that make the right alternatives most likely.

    Evidence that is the same for all alternatives of a choice says nothing, so such evidence may
    be given. The probability of a choice is that of all right alternatives together.

    Args:
        choices: The choices.
        strength: Of the penalty on squared weights.
        rare: Evidence that fewer alternatives have is left out.
    """
    counts = Counter(name for c in choices for row in c.evidence for name in row)
    columns = {name: i for i, name in enumerate(sorted(n for n, k in counts.items() if k >= rare))}
    matrix, starts, right, weight = _arrays(choices, columns)

    def loss(w: Floats) -> tuple[float, Floats]:
        scores = matrix @ w
        top = np.maximum.reduceat(scores, starts)
        sizes = np.diff(np.append(starts, len(scores)))
        odds = np.exp(scores - np.repeat(top, sizes))
        total = np.add.reduceat(odds, starts)
        good = np.add.reduceat(odds * right, starts)
        share = odds / np.repeat(total, sizes)
        among = odds * right / np.repeat(good, sizes)
        value = -float(weight @ np.log(good / total)) + 0.5 * strength * float(w @ w)
        gradient = matrix.T @ ((share - among) * np.repeat(weight, sizes)) + strength * w
        return value, gradient

    found = minimize(
        loss,
        np.zeros(len(columns)),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _ITERATIONS},
    )
    return {n: round(float(found.x[i]), 3) for n, i in columns.items() if abs(found.x[i]) >= 0.005}


def _arrays(
    choices: Sequence[Choice], columns: Mapping[str, int]
) -> tuple[csr_matrix, npt.NDArray[np.int64], Floats, Floats]:
    indices: list[int] = []
    values: list[float] = []
    borders = [0]
    starts: list[int] = []
    right: list[float] = []
    for choice in choices:
        starts.append(len(right))
        right.extend(map(float, choice.right))
        for row in choice.evidence:
            for name in sorted(row):
                if name in columns:
                    indices.append(columns[name])
                    values.append(row[name])
            borders.append(len(indices))
    matrix = csr_matrix((values, indices, borders), shape=(len(right), len(columns)))
    weights = np.array([c.weight for c in choices])
    return matrix, np.array(starts, np.int64), np.array(right), weights
