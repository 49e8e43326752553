"""The disease ranker: how probable it is that a mention means a concept.

Gradient-boosted decision trees over the named features of `disease_features.py` (Friedman 2001),
trained on gold corpora by `bionorm train`. They give each candidate log odds against the mention
having no concept; the candidates of a mention share one probability with that. The trees ship as
readable JSON: each node tests one feature. As the log odds of a leaf are the sum of the steps on
the way to it, each decision can be told as what every feature added (Saabas 2014).
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
import numpy.typing as npt

FILE: Final = "disease_ranker.json.gz"
MOST_TESTS: Final = 8
"""Nodes of a tree that are no leaves."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a decision tree.

    Attributes:
        value: What is added to the log odds here.
        feature: Column that is tested; -1 for a leaf.
        threshold: Rows with at most this value go left.
        left: Number of the left node.
        right: Number of the right node.
    """

    value: float
    feature: int = -1
    threshold: float = 0.0
    left: int = 0
    right: int = 0


class TreeModel:
    """A sum of decision trees.

    Args:
        base: Log odds before any tree.
        trees: The trees; the first node of each is its root.
        features: Names of the columns.

    Raises:
        ValueError: If a tree has more than `MOST_TESTS` tests.
    """

    def __init__(
        self, base: float, trees: Sequence[Sequence[Node]], features: Sequence[str]
    ) -> None:
        self.base = base
        self.trees = tuple(tuple(tree) for tree in trees)
        self.features = tuple(features)
        tests = [[node for node in tree if node.feature >= 0] for tree in self.trees]
        if any(len(of_tree) > MOST_TESTS for of_tree in tests):
            raise ValueError(f"a tree has more than {MOST_TESTS} tests")
        # Each tree has as many tests; those that it lacks hold always, and nothing asks for them.
        none = Node(0.0, 0, math.inf)
        every = [n for t in tests for n in (*t, *[none] * (MOST_TESTS - len(t)))]
        self._feature = np.array([n.feature for n in every], np.intp)
        self._threshold = np.array([n.threshold for n in every], np.float64)
        self._values = np.array([_leaves(tree) for tree in self.trees], np.float64).ravel()
        self._first = np.arange(len(self.trees)) << MOST_TESTS

    def odds(self, rows: Floats) -> Floats:
        """Return the log odds of each row.

        All tests of all trees are made at once. Which of a tree's tests hold is a number, and leads
        to the leaf's value in a table (after QuickScorer, Lucchese et al. 2015).
        """
        holds = rows.take(self._feature, axis=1) <= self._threshold
        place = np.packbits(holds, axis=1, bitorder="little") + self._first
        result: Floats = self.base + self._values.take(place).sum(axis=1)
        return result

    def contributions(self, row: Floats) -> dict[str, float]:
        """Return what each feature adds to the log odds of a row; those that add nothing not."""
        added: dict[str, float] = {}
        for tree in self.trees:
            node = tree[0]
            while node.feature >= 0:
                name = self.features[node.feature]
                is_left = row[node.feature] <= node.threshold
                following = tree[node.left if is_left else node.right]
                added[name] = added.get(name, 0.0) + following.value - node.value
                node = following
        return {name: value for name, value in added.items() if abs(value) >= 1e-6}


def probabilities(odds: Floats) -> Floats:
    """Return the probabilities of the candidates of one mention.

    >>> probabilities(np.log([2.0, 1.0])).tolist()
    [0.5, 0.25]
    """
    shares = np.exp(odds)
    result: Floats = shares / (1 + shares.sum())
    return result


@dataclass(frozen=True, slots=True)
class DiseaseRanker:
    """The trained ranker.

    Attributes:
        model: The trees.
        words: In how many names of diseases a stem occurs.
        names: Number of names.
        least: Least probability of a link; below it a mention stays without concept.
        training: Corpus -> identifiers of the documents that it was trained on.
    """

    model: TreeModel
    words: Mapping[str, int]
    names: int
    least: float
    training: Mapping[str, tuple[str, ...]]


@cache
def shipped_ranker() -> DiseaseRanker:
    """Return the ranker that comes with the package."""
    return unpack((files("pipeline.normalization") / "data" / FILE).read_bytes())


def pack(ranker: DiseaseRanker) -> bytes:
    """Return the bytes of a ranker's file; the same ranker gives the same bytes."""
    names = ranker.model.features

    def node(n: Node) -> list[Any]:
        if n.feature < 0:
            return [n.value]
        return [n.value, names[n.feature], n.threshold, n.left, n.right]

    table = {
        "features": list(names),
        "base": ranker.model.base,
        "trees": [[node(n) for n in tree] for tree in ranker.model.trees],
        "least": ranker.least,
        "names": ranker.names,
        "words": dict(sorted(ranker.words.items())),
        "training": {name: sorted(ids) for name, ids in sorted(ranker.training.items())},
    }
    text = json.dumps(table, ensure_ascii=False, indent=0)
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def unpack(data: bytes) -> DiseaseRanker:
    """Read the bytes that `pack` made."""
    table = json.loads(gzip.decompress(data))
    columns = {name: i for i, name in enumerate(table["features"])}

    def node(n: list[Any]) -> Node:
        return Node(n[0]) if len(n) == 1 else Node(n[0], columns[n[1]], n[2], n[3], n[4])

    trees = [[node(n) for n in tree] for tree in table["trees"]]
    return DiseaseRanker(
        TreeModel(table["base"], trees, table["features"]),
        table["words"],
        table["names"],
        table["least"],
        {name: tuple(ids) for name, ids in table["training"].items()},
    )


def _leaves(tree: Sequence[Node]) -> list[float]:
    """Return the value of the leaf for each number whose bits tell which tests hold."""
    number = {i: n for n, i in enumerate(i for i, node in enumerate(tree) if node.feature >= 0)}
    values = [0.0] * (1 << MOST_TESTS)
    # From the root down: a node, the bits that lead there, and which bits these are.
    ways = [(0, 0, 0)]
    while ways:
        i, bits, known = ways.pop()
        if i in number:
            bit = 1 << number[i]
            ways += [(tree[i].left, bits | bit, known | bit), (tree[i].right, bits, known | bit)]
            continue
        for code in range(len(values)):
            if code & known == bits:
                values[code] = tree[i].value
    return values
