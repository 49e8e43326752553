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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
import numpy.typing as npt

FILE: Final = "disease_ranker.json.gz"

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
    """

    def __init__(
        self, base: float, trees: Sequence[Sequence[Node]], features: Sequence[str]
    ) -> None:
        self.base = base
        self.trees = tuple(tuple(tree) for tree in trees)
        self.features = tuple(features)
        nodes = [node for tree in self.trees for node in tree]
        sizes = np.fromiter(map(len, self.trees), np.intp, len(self.trees))
        self._roots = np.cumsum(sizes) - sizes
        start = np.repeat(self._roots, sizes)
        here = np.arange(len(nodes))
        leaf = np.array([node.feature < 0 for node in nodes], bool)
        # A leaf leads to itself.
        self._left = np.where(leaf, here, start + np.array([n.left for n in nodes], np.intp))
        self._right = np.where(leaf, here, start + np.array([n.right for n in nodes], np.intp))
        self._feature = np.array([max(n.feature, 0) for n in nodes], np.intp)
        self._threshold = np.array([n.threshold for n in nodes])
        self._value = np.array([n.value for n in nodes])
        self._depth = max((_depth(tree) for tree in self.trees), default=0)

    def odds(self, rows: Floats) -> Floats:
        """Return the log odds of each row."""
        if not len(rows):
            return np.zeros(0)
        # Places in the flat arrays of all trees: the same for each row at the beginning.
        place = np.broadcast_to(self._roots, (len(rows), len(self._roots)))
        values = rows.ravel()
        first = (np.arange(len(rows)) * rows.shape[1])[:, None]
        for _ in range(self._depth):
            goes_left = values[first + self._feature[place]] <= self._threshold[place]
            place = np.where(goes_left, self._left[place], self._right[place])
        result: Floats = self.base + self._value[place].sum(axis=1)
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


def _depth(tree: Sequence[Node]) -> int:
    depths = {0: 0}
    for i, node in enumerate(tree):
        if node.feature >= 0:
            depths[node.left] = depths[node.right] = depths[i] + 1
    return max(depths.values())
