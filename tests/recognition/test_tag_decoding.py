"""The decoder agrees with going through all sequences of tags."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.recognition.decoding import ALLOWED, TAGS, Chain, find_mentions

START, LAST = {"O", "B", "S"}, {"O", "E", "S"}


def every_sequence(length: int) -> list[tuple[int, ...]]:
    return [
        tags
        for tags in itertools.product(range(len(TAGS)), repeat=length)
        if TAGS[tags[0]] in START
        and TAGS[tags[-1]] in LAST
        and all(ALLOWED[a, b] for a, b in itertools.pairwise(tags))
    ]


def mentions(tags: tuple[int, ...]) -> list[tuple[int, int]]:
    found, begin = [], 0
    for i, tag in enumerate(tags):
        if TAGS[tag] in "BS":
            begin = i
        if TAGS[tag] in "ES":
            found.append((begin, i + 1))
    return found


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_mentions_are_those_of_the_most_probable_sequence(seed: int, lengths: list[int]) -> None:
    random = np.random.default_rng(seed)
    scores = random.normal(0, 2, (sum(lengths), len(TAGS)))
    transitions = random.normal(0, 1, (len(TAGS), len(TAGS)))
    borders = [0, *itertools.accumulate(lengths)]
    expected = []
    for first, end in itertools.pairwise(borders):
        own = scores[first:end]
        weights = {
            tags: np.exp(
                sum(own[i, t] for i, t in enumerate(tags))
                + sum(transitions[a, b] for a, b in itertools.pairwise(tags))
            )
            for tags in every_sequence(end - first)
        }
        best = max(weights, key=weights.__getitem__)
        total = sum(weights.values())
        for begin, after in mentions(best):
            probability = min(
                sum(w for tags, w in weights.items() if tags[i] == best[i]) / total
                for i in range(begin, after)
            )
            expected.append((first + begin, first + after, probability))
    found = list(find_mentions(scores[:, None], Chain.of(transitions[None]), borders))
    assert [m[:3] for m in found] == [(0, *m[:2]) for m in expected]
    assert [m[3] for m in found] == pytest.approx([m[2] for m in expected])


def test_a_sentence_is_decoded_alone_as_among_others() -> None:
    random = np.random.default_rng(0)
    scores = random.normal(0, 2, (300, 2, len(TAGS)))
    chain = Chain.of(random.normal(0, 1, (2, len(TAGS), len(TAGS))))
    borders = [0, 7, 8, 30, 31, 120, 190, 191, 300]
    together = list(find_mentions(scores, chain, borders))
    alone = sorted(
        (type_, first + a, first + b, p)
        for first, end in itertools.pairwise(borders)
        for type_, a, b, p in find_mentions(scores[first:end], chain, [0, end - first])
    )
    assert together == alone
    assert {m[0] for m in together} == {0, 1}


def test_sentences_without_hope_are_passed_over() -> None:
    scores = np.zeros((3, 1, len(TAGS)))
    scores[:, :, 0] = 9.0
    chain = Chain.of(np.zeros((1, 5, 5)))
    assert list(find_mentions(scores, chain, [0, 3])) == []
    scores[1, 0, 4] = 9.1
    ((type_, first, end, probability),) = find_mentions(scores, chain, [0, 3])
    assert (type_, first, end) == (0, 1, 2)
    assert 0.5 < probability < 0.55


def test_no_words_no_mentions() -> None:
    assert list(find_mentions(np.zeros((0, 1, 5)), Chain.of(np.zeros((1, 5, 5))), [0])) == []
