"""The choice among overlapping proposals, against trying every choice."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.recognition.proposals import Proposal, without_overlaps


@st.composite
def proposal(draw: st.DrawFn) -> Proposal:
    start = draw(st.integers(0, 20))
    return Proposal(
        start,
        start + draw(st.integers(1, 10)),
        draw(st.sampled_from(["Gene", "Disease", "Species", "CellLine"])),
        draw(st.sampled_from([0.1, 0.5, 0.5, 0.9, 1.0]) | st.floats(0.01, 1)),
        draw(st.sampled_from(["a name", "an abbreviation"])),
    )


PROPOSALS = st.lists(proposal(), max_size=9)


def overlap(one: Proposal, other: Proposal) -> bool:
    return one.start < other.end and other.start < one.end


def worth(chosen: list[Proposal]) -> float:
    return sum(p.score * math.sqrt(p.end - p.start) for p in chosen)


def best_of_all(proposals: list[Proposal]) -> float:
    choices = itertools.chain.from_iterable(
        itertools.combinations(proposals, n) for n in range(len(proposals) + 1)
    )
    return max(
        worth(list(choice))
        for choice in choices
        if not any(overlap(a, b) for a, b in itertools.combinations(choice, 2))
    )


@given(PROPOSALS)
def test_no_overlaps_and_nothing_new(proposals: list[Proposal]) -> None:
    chosen = without_overlaps(proposals)
    assert all(p in proposals for p in chosen)
    assert all(a.end <= b.start for a, b in itertools.pairwise(chosen))


@given(PROPOSALS)
def test_no_choice_is_better(proposals: list[Proposal]) -> None:
    assert worth(without_overlaps(proposals)) == pytest.approx(best_of_all(proposals), abs=1e-6)


@given(PROPOSALS, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(
    proposals: list[Proposal], order: random.Random
) -> None:
    shuffled = proposals.copy()
    order.shuffle(shuffled)
    assert without_overlaps(shuffled) == without_overlaps(proposals)


@given(PROPOSALS)
def test_choosing_twice_changes_nothing(proposals: list[Proposal]) -> None:
    chosen = without_overlaps(proposals)
    assert without_overlaps(chosen) == chosen


def test_a_long_name_beats_the_short_ones_in_it() -> None:
    whole = Proposal(0, 13, "Disease", 0.9, "")
    parts = [Proposal(0, 6, "Disease", 0.5, ""), Proposal(7, 13, "Disease", 0.5, "")]
    assert without_overlaps([*parts, whole]) == [whole]


def test_neighbours_may_touch() -> None:
    touching = [Proposal(0, 3, "Gene", 0.5, ""), Proposal(3, 6, "Gene", 0.5, "")]
    assert without_overlaps(touching) == touching


def test_types_decide_between_equals() -> None:
    gene, disease = Proposal(0, 3, "Gene", 0.5, ""), Proposal(0, 3, "Disease", 0.5, "")
    assert without_overlaps([gene, disease]) == without_overlaps([disease, gene]) == [disease]


def test_the_same_span_for_two_reasons() -> None:
    one, other = Proposal(0, 3, "Gene", 0.5, "a name"), Proposal(0, 3, "Gene", 0.5, "short")
    assert without_overlaps([one, other]) == without_overlaps([other, one])


def test_many_proposals_at_once() -> None:
    proposals = [Proposal(i, i + 5, "Gene", 0.5, "") for i in range(20_000)]
    assert len(without_overlaps(proposals)) == 4000


def test_nothing() -> None:
    assert without_overlaps([]) == []
