"""Questions to the hierarchies of diseases and taxa: what is above, below and between concepts.

A hierarchy is a directed graph from concepts to their parents, of which a concept may have several
(MONDO, MeSH). It should have no cycles; where a source has one, its members are ancestors of each
other, and every question still has an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache

import numpy as np

from pipeline.terminology.arrays import Ragged
from pipeline.terminology.index import Index

_REMEMBERED = 4096
"""Concepts whose ancestors are kept; those of a taxon, the deepest, take some 2 kB."""


class Hierarchy:
    """The hierarchies of an index.

    Identifiers that the terminology does not know have no relatives; a retired identifier stands
    for the one that replaced it.

    Args:
        index: The index.
        find: Returns the number of an identifier, or -1; by default the index is asked.
    """

    def __init__(self, index: Index, find: Callable[[str], int] | None = None) -> None:
        self._index = index
        self._any = find or lru_cache(maxsize=20_000)(index.curies.find)
        self._current = index.concept_current.data
        self._curie = lru_cache(maxsize=10_000)(index.curies.strings.__getitem__)
        self._up = lru_cache(maxsize=_REMEMBERED)(lambda n: _reach(n, self._parents_of))
        self._parents_of = _neighbours(index.parents)

    def parents(self, curie: str) -> tuple[str, ...]:
        """Return the concepts directly above a concept."""
        number = self._number(curie)
        return () if number < 0 else self._curies(sorted(self._parents_of(number)))

    def children(self, curie: str) -> tuple[str, ...]:
        """Return the concepts directly below a concept."""
        number = self._number(curie)
        return () if number < 0 else self._curies(sorted(self._children_of(number)))

    def ancestors(self, curie: str) -> tuple[str, ...]:
        """Return all concepts above a concept, the nearest first, without the concept itself."""
        number = self._number(curie)
        return () if number < 0 else self._curies(list(self._up(number))[1:])

    def extent(self, curie: str) -> tuple[int, int]:
        """Return how many concepts are above a concept, and how many right below it."""
        number = self._number(curie)
        return (0, 0) if number < 0 else (len(self._up(number)) - 1, len(self._children_of(number)))

    def descendants(self, curie: str) -> tuple[str, ...]:
        """Return all concepts below a concept, the nearest first, without the concept itself."""
        number = self._number(curie)
        return () if number < 0 else self._curies(list(_reach(number, self._children_of))[1:])

    def is_a(self, curie: str, ancestor: str) -> bool:
        """Tell whether a concept is another one or lies below it."""
        number, goal = self._number(curie), self._number(ancestor)
        return number >= 0 and goal in self._up(number)

    def depth(self, curie: str) -> int | None:
        """Return the fewest steps from a concept up to one without parents.

        None for an unknown concept, and for one above which there is nothing but a cycle.
        """
        number = self._number(curie)
        if number < 0:
            return None
        steps = (d for n, d in self._up(number).items() if not len(self._parents_of(n)))
        return next(steps, None)

    def distance(self, one: str, other: str) -> int | None:
        """Return the length of the shortest path over a common ancestor; None if there is none.

        The path goes only up from each of the two concepts, so that siblings are two steps apart.
        One of the concepts may itself be the common ancestor.
        """
        a, b = self._number(one), self._number(other)
        if a < 0 or b < 0:
            return None
        above_a, above_b = self._up(a), self._up(b)
        return min((above_a[n] + above_b[n] for n in above_a.keys() & above_b.keys()), default=None)

    def lowest_common_ancestors(self, one: str, other: str) -> tuple[str, ...]:
        """Return the common ancestors of two concepts that have no common ancestor below them.

        A concept counts as its own ancestor here. There may be several in a hierarchy with several
        parents, and none when the concepts belong to different hierarchies.
        """
        a, b = self._number(one), self._number(other)
        if a < 0 or b < 0:
            return ()
        common = self._up(a).keys() & self._up(b).keys()
        # All that is above a common ancestor is one, too: what has another one below it is the
        # parent of one. Only in a cycle is a parent also below its child.
        above: set[int] = set()
        cyclic = False
        for number in common:
            for parent in self._parents_of(number):
                if number not in self._up(parent):
                    above.add(parent)
                else:
                    cyclic = cyclic or parent != number
        if cyclic:
            above |= {
                n for n in common if any(n in self._up(p) and p in self._up(n) for p in above)
            }
        return self._curies(sorted(common - above))

    def _curies(self, numbers: Iterable[int]) -> tuple[str, ...]:
        return tuple(map(self._curie, numbers))

    def _number(self, curie: str) -> int:
        number = self._any(curie)
        return number if number < 0 else self._current[number]

    @cached_property
    def _children_of(self) -> Callable[[int], list[int]]:
        parents = self._index.parents
        counts = np.diff(parents.starts.astype(np.int64))
        children = np.repeat(np.arange(len(counts)), counts)
        return _neighbours(
            Ragged.group(parents.values.astype(np.int64), children, len(self._index.curies))
        )


def _neighbours(ragged: Ragged) -> Callable[[int], list[int]]:
    """Return a function that gives one list of a ragged array.

    Through memory views, whose items are plain integers: several times as fast as slices of arrays
    that have one or two items.
    """
    starts, values = ragged.starts.data, ragged.values.data
    return lambda number: values[starts[number] : starts[number + 1]].tolist()


def _reach(start: int, neighbours: Callable[[int], list[int]]) -> dict[int, int]:
    """Return what can be reached from a concept and in how many steps, by steps and number."""
    steps = {start: 0}
    level = neighbours(start)
    distance = 0
    while level:
        distance += 1
        if len(level) > 1:
            level = sorted(set(level).difference(steps))
        elif level[0] in steps:
            break
        steps.update(dict.fromkeys(level, distance))
        level = [n for number in level for n in neighbours(number)]
    return steps
