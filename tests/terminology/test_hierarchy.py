"""Hierarchy queries, against brute force on random graphs and on the embedded terminology."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.terminology.arrays import Ragged, SortedStrings
from pipeline.terminology.hierarchy import Hierarchy
from pipeline.terminology.index import Index
from pipeline.terminology.terminology import Terminology

LARGEST = 9
Edges = frozenset[tuple[int, int]]


def hierarchy_of(edges: Edges, size: int = LARGEST) -> Hierarchy:
    """The hierarchy of concepts X:0 to X:size-1 with edges from child to parent."""
    import pyarrow as pa

    pairs = np.array(sorted(edges), np.int64).reshape(-1, 2)
    kinds: dict[str, list[str]] = {
        k: [] for k in ("types", "ranks", "scopes", "sources", "predicates")
    }
    curies = SortedStrings.pack(pa.array([f"X:{i}" for i in range(size)]))
    parents = Ragged.group(pairs[:, 0], pairs[:, 1], size)
    empty = np.zeros(0, np.uint8)
    arrays = dict.fromkeys(
        ("concept_type", "concept_rank", "concept_taxon", "name_concept", "name_scope",
         "name_source", "names_of", "key_hashes", "key_slots", "filter", "mapped_by",
         "concept_label_block", "concept_label_ends", "names_block", "names_ends",
         "key_names_starts", "key_names_values", "mapped_starts", "mapped_values"),
        empty,
    )  # fmt: skip
    arrays |= {
        "curies_block": curies.strings.block,
        "curies_ends": curies.strings.ends,
        "curies_heads": curies.heads,
        "concept_current": np.arange(size, dtype=np.int32),
        "parents_starts": parents.starts,
        "parents_values": parents.values,
    }
    return Hierarchy(Index.from_arrays(arrays, kinds))


def graphs() -> st.SearchStrategy[Edges]:
    node = st.integers(0, LARGEST - 1)
    return st.frozensets(st.tuples(node, node), max_size=20)


def acyclic_graphs() -> st.SearchStrategy[Edges]:
    return graphs().map(lambda edges: frozenset((max(e), min(e)) for e in edges if e[0] != e[1]))


def paths(edges: Edges) -> dict[tuple[int, int], int]:
    """The length of the shortest way up for every pair (Floyd, 1962)."""
    far = {(i, i): 0 for i in range(LARGEST)} | {e: 1 for e in edges if e[0] != e[1]}
    for via in range(LARGEST):
        for a in range(LARGEST):
            for b in range(LARGEST):
                if (a, via) in far and (via, b) in far:
                    length = far[a, via] + far[via, b]
                    far[a, b] = min(far.get((a, b), length), length)
    return far


def every_pair() -> Iterator[tuple[int, int]]:
    return ((a, b) for a in range(LARGEST) for b in range(LARGEST))


@given(st.one_of(graphs(), acyclic_graphs()))
def test_all_answers_are_those_of_brute_force(edges: Edges) -> None:
    far = paths(edges)
    hierarchy = hierarchy_of(edges)
    roots = {i for i in range(LARGEST) if not any(child == i for child, _ in edges)}
    for a in range(LARGEST):
        up = sorted((d, f"X:{b}") for (x, b), d in far.items() if x == a and b != a)
        down = sorted((d, f"X:{b}") for (b, x), d in far.items() if x == a and b != a)
        assert hierarchy.ancestors(f"X:{a}") == tuple(curie for _, curie in up)
        assert hierarchy.descendants(f"X:{a}") == tuple(curie for _, curie in down)
        assert hierarchy.children(f"X:{a}") == tuple(f"X:{c}" for c, p in sorted(edges) if p == a)
        assert hierarchy.parents(f"X:{a}") == tuple(f"X:{p}" for c, p in sorted(edges) if c == a)
        right_below = [c for c, p in edges if p == a]
        assert hierarchy.extent(f"X:{a}") == (len(up), len(right_below))
        to_roots = [far[a, r] for r in roots if (a, r) in far]
        assert hierarchy.depth(f"X:{a}") == min(to_roots, default=None)
    for a, b in every_pair():
        common = [c for c in range(LARGEST) if (a, c) in far and (b, c) in far]
        lowest = [c for c in common if not any((d, c) in far and (c, d) not in far for d in common)]
        one, other = f"X:{a}", f"X:{b}"
        assert hierarchy.is_a(one, other) == ((a, b) in far)
        assert hierarchy.lowest_common_ancestors(one, other) == tuple(f"X:{c}" for c in lowest)
        lengths = [far[a, c] + far[b, c] for c in common]
        assert hierarchy.distance(one, other) == min(lengths, default=None)


@given(graphs(), st.integers(0, LARGEST - 1), st.integers(0, LARGEST - 1))
def test_order_of_the_two_concepts_does_not_matter(edges: Edges, a: int, b: int) -> None:
    hierarchy = hierarchy_of(edges)
    one, other = f"X:{a}", f"X:{b}"
    assert hierarchy.distance(one, other) == hierarchy.distance(other, one)
    assert hierarchy.lowest_common_ancestors(one, other) == hierarchy.lowest_common_ancestors(
        other, one
    )


def test_a_cycle_ends() -> None:
    hierarchy = hierarchy_of(frozenset({(0, 1), (1, 2), (2, 0), (3, 0), (4, 2)}), size=5)
    assert hierarchy.ancestors("X:0") == ("X:1", "X:2")
    assert hierarchy.descendants("X:1") == ("X:0", "X:2", "X:3", "X:4")
    assert hierarchy.lowest_common_ancestors("X:3", "X:4") == ("X:0", "X:1", "X:2")
    assert hierarchy.depth("X:0") is None
    assert hierarchy.distance("X:3", "X:4") == 3


def test_an_empty_hierarchy() -> None:
    hierarchy = hierarchy_of(frozenset(), size=2)
    assert hierarchy.ancestors("X:0") == hierarchy.descendants("X:0") == ()
    assert hierarchy.is_a("X:0", "X:0")
    assert hierarchy.depth("X:1") == 0
    assert hierarchy.distance("X:0", "X:1") is None


@pytest.fixture(scope="module")
def small_hierarchy(small: Terminology) -> Hierarchy:
    return Hierarchy(small._index)


@pytest.mark.parametrize("unknown", ["", "MONDO:9999999", "osteoarthritis", "\ud800"])
def test_unknown_identifiers_have_no_relatives(small_hierarchy: Hierarchy, unknown: str) -> None:
    known = "MONDO:0005178"
    assert small_hierarchy.parents(unknown) == small_hierarchy.children(unknown) == ()
    assert small_hierarchy.ancestors(unknown) == small_hierarchy.descendants(unknown) == ()
    assert small_hierarchy.extent(unknown) == (0, 0)
    assert not small_hierarchy.is_a(unknown, known)
    assert not small_hierarchy.is_a(known, unknown)
    assert not small_hierarchy.is_a(unknown, unknown)
    assert small_hierarchy.depth(unknown) is None
    assert small_hierarchy.distance(unknown, known) is None
    assert small_hierarchy.lowest_common_ancestors(known, unknown) == ()


def test_a_retired_identifier_stands_for_its_replacement(small_hierarchy: Hierarchy) -> None:
    assert small_hierarchy.ancestors("MONDO:0005179") == ("MONDO:0005578", "MONDO:0000001")
    assert small_hierarchy.is_a("MONDO:0700001", "MONDO:0005578")
    assert small_hierarchy.distance("MONDO:0005179", "MONDO:0005178") == 0


def test_taxa_and_diseases_of_the_embedded_terminology(terminology: Terminology) -> None:
    hierarchy = Hierarchy(terminology._index)
    human, mouse, rat = "NCBITaxon:9606", "NCBITaxon:10090", "NCBITaxon:10116"
    assert hierarchy.lowest_common_ancestors(mouse, rat) == ("NCBITaxon:39107",), "Murinae"
    assert hierarchy.is_a(human, "NCBITaxon:40674"), "a mammal"
    assert not hierarchy.is_a("NCBITaxon:40674", human)
    assert human in hierarchy.descendants("NCBITaxon:9605")
    assert (hierarchy.depth(human) or 0) > (hierarchy.depth("NCBITaxon:40674") or 0) > 0
    assert hierarchy.distance(mouse, human) > hierarchy.distance(mouse, rat)
    assert hierarchy.lowest_common_ancestors(human, "MONDO:0005178") == ()
    knee, joint = "MESH:D020370", "MESH:D010003"
    assert hierarchy.parents(knee) == (joint,)
    assert hierarchy.is_a("MONDO:0005178", "MONDO:0005578")


def test_every_parent_of_the_embedded_terminology_is_an_ancestor(terminology: Terminology) -> None:
    hierarchy = Hierarchy(terminology._index)
    sample = [c for i, c in enumerate(terminology) if i % 997 == 0 and terminology.parents(c)]
    assert len(sample) > 50
    for curie in sample:
        for parent in terminology.parents(curie):
            assert hierarchy.is_a(curie, parent)
            assert curie in hierarchy.children(parent)
            assert hierarchy.distance(curie, parent) == 1
            assert hierarchy.lowest_common_ancestors(curie, parent) == (parent,)


def test_the_index_may_be_mapped_into_memory(small_snapshot: Path, tmp_path: Path) -> None:
    for _ in range(2):  # compiled, then mapped
        hierarchy = Hierarchy(Terminology.open(small_snapshot, cache=tmp_path)._index)
        assert hierarchy.descendants("MONDO:0000001")
