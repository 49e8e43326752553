"""A second implementation of the metrics, from their definitions, against the first one.

It shares no code with the package: plain loops over rows, exact fractions, no dictionaries by span.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from papers_by_hand import annotation, compared, gold_paper, mention, predicted_paper

from pipeline.evaluation.metrics import metric
from pipeline.evaluation.scoring import score

RETIRED = {"MESH:old": "MESH:1"}
EXACT = {"MONDO:1": ("MONDO:1", "MESH:1"), "MONDO:2": ("MONDO:2", "OMIM:2", "MESH:2")}


class Terminology:
    def current(self, curie: str) -> str:
        return RETIRED.get(curie, curie)

    def equivalents(self, curie: str) -> tuple[str, ...]:
        return EXACT.get(curie, (curie,))


@dataclass(frozen=True)
class GoldRow:
    document: int
    start: int
    end: int
    identifiers: tuple[str, ...]
    joint: bool


@dataclass(frozen=True)
class PredictedRow:
    document: int
    start: int
    end: int
    curie: str
    mesh: tuple[str, ...]
    score: float
    alternatives: tuple[tuple[str, float], ...]


DOCUMENTS = (0, 1, 2)
documents = st.sampled_from(DOCUMENTS)
spans = st.tuples(st.integers(0, 6), st.integers(1, 3)).map(lambda s: (s[0], s[0] + s[1]))
gold_identifiers = st.lists(
    st.sampled_from(["MESH:old", "MESH:1", "MESH:2", "MESH:3"]), unique=True, max_size=2
).map(tuple)
scores = st.sampled_from([0.25, 0.5])
answers = st.sampled_from(["", "MESH:old", "MESH:1", "MESH:3", "MONDO:1", "MONDO:2", "MONDO:3"])
gold_rows = st.lists(
    st.builds(
        lambda document, span, identifiers, joint: GoldRow(document, *span, identifiers, joint),
        documents,
        spans,
        gold_identifiers,
        st.booleans(),
    ),
    max_size=8,
)
predicted_rows = st.lists(
    st.builds(
        lambda document, span, *rest: PredictedRow(document, *span, *rest),
        documents,
        spans,
        answers,
        st.sampled_from([(), ("MESH:2",)]),
        scores,
        st.lists(st.tuples(answers.filter(bool), scores), max_size=3).map(tuple),
    ).filter(lambda row: row.curie or not row.mesh),
    max_size=8,
)


def compared_identifier(curies: tuple[str, ...], vocabularies: set[str]) -> str:
    current = [RETIRED.get(curie, curie) for curie in curies]
    for curie in [*current, *EXACT.get(current[0], ())]:
        if curie.split(":")[0] in vocabularies:
            return curie
    return current[0]


class BruteForce:
    """Precision, recall and F1 of every metric, from rows."""

    def __init__(self, gold: list[GoldRow], predicted: list[PredictedRow]) -> None:
        self.gold = gold
        self.predicted = predicted
        self.vocabularies = {i.split(":")[0] for row in gold for i in row.identifiers}
        self.gold_places = sorted({(r.document, r.start, r.end) for r in gold})
        self.predicted_places = sorted({(r.document, r.start, r.end) for r in predicted})

    def gold_at(self, place: tuple[int, int, int]) -> list[tuple[set[str], bool]]:
        return [
            ({RETIRED.get(i, i) for i in row.identifiers}, row.joint)
            for row in self.gold
            if (row.document, row.start, row.end) == place and row.identifiers
        ]

    def flat_gold_at(self, place: tuple[int, int, int]) -> set[str]:
        return {i for identifiers, _ in self.gold_at(place) for i in identifiers}

    def answers_at(self, place: tuple[int, int, int]) -> set[str]:
        return {
            compared_identifier((row.curie, *row.mesh), self.vocabularies)
            for row in self.predicted
            if (row.document, row.start, row.end) == place and row.curie
        }

    def accepted(self, place: tuple[int, int, int]) -> bool:
        given_there = self.answers_at(place)
        return any(
            identifiers <= given_there if joint else bool(identifiers & given_there)
            for identifiers, joint in self.gold_at(place)
        )

    def ner_strict(self) -> tuple[Fraction, Fraction]:
        both = [p for p in self.gold_places if p in self.predicted_places]
        return ratio(len(both), len(self.predicted_places)), ratio(len(both), len(self.gold_places))

    def ner_overlap(self) -> tuple[Fraction, Fraction]:
        def touch(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
            here, there = set(range(*one[1:])), set(range(*other[1:]))
            return one[0] == other[0] and bool(here & there)

        right = [p for p in self.predicted_places if any(touch(p, g) for g in self.gold_places)]
        found = [g for g in self.gold_places if any(touch(p, g) for p in self.predicted_places)]
        return ratio(len(right), len(self.predicted_places)), ratio(
            len(found), len(self.gold_places)
        )

    def mention_strict(self) -> tuple[Fraction, Fraction]:
        targets = [p for p in self.gold_places if self.flat_gold_at(p)]
        nil = [p for p in self.gold_places if p not in targets]
        counted = [p for p in self.predicted_places if p not in nil or self.answers_at(p)]
        right = [p for p in targets if p in self.predicted_places and self.accepted(p)]
        return ratio(len(right), len(counted)), ratio(len(right), len(targets))

    def mention_relaxed(self) -> tuple[Fraction, Fraction]:
        def places_near(place: tuple[int, int, int]) -> list[tuple[int, int, int]]:
            document, start, end = place
            return [
                (document, start + left, end + right)
                for left, right in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))
            ]

        targets = [p for p in self.gold_places if self.flat_gold_at(p)]
        nil = [p for p in self.gold_places if p not in targets]
        right = wrong = missed = 0
        for place in self.predicted_places:
            near = [p for p in places_near(place) if p in targets]
            if near:
                if self.flat_gold_at(near[0]) & self.answers_at(place):
                    right += 1
                else:
                    wrong += 1
            elif not [p for p in places_near(place) if p in nil]:
                wrong += 1
        for place in targets:
            near = [p for p in places_near(place) if p in self.predicted_places]
            if not near or not self.flat_gold_at(place) & self.answers_at(near[0]):
                missed += 1
        return ratio(right, right + wrong), ratio(right, right + missed)

    def pairs(self) -> tuple[set[tuple[int, str]], set[tuple[int, str]]]:
        gold = {(p[0], i) for p in self.gold_places for i in self.flat_gold_at(p)}
        given_anywhere = {(p[0], i) for p in self.predicted_places for i in self.answers_at(p)}
        return gold, given_anywhere

    def doc_micro(self) -> tuple[Fraction, Fraction]:
        gold, given_anywhere = self.pairs()
        both = gold & given_anywhere
        return ratio(len(both), len(given_anywhere)), ratio(len(both), len(gold))

    def doc_macro(self) -> tuple[Fraction, Fraction]:
        gold, given_anywhere = self.pairs()
        precisions, recalls = [], []
        for document in DOCUMENTS:
            wanted = {i for d, i in gold if d == document}
            given_here = {i for d, i in given_anywhere if d == document}
            if wanted:
                precisions.append(ratio(len(wanted & given_here), len(given_here)))
                recalls.append(ratio(len(wanted & given_here), len(wanted)))
        return ratio(sum(precisions), len(precisions)), ratio(sum(recalls), len(recalls))

    def link(self, k: int, mode: str) -> tuple[Fraction, Fraction]:
        hits = Fraction(0)
        targets = [p for p in self.gold_places if self.flat_gold_at(p)]
        answered = 0
        for place in targets:
            ranks = self.ranks_at(place)[:k]
            right = self.flat_gold_at(place)
            if any(ranks):
                answered += 1
            if mode == "standard":  # every way to draw one candidate from each rank
                draws = list(product(*(sorted(rank) for rank in ranks if rank)))
                lucky = [draw for draw in draws if set(draw) & right]
                hits += ratio(len(lucky), len(draws)) if any(ranks) else 0
            elif mode == "strict":
                hits += any(rank and not rank - right for rank in ranks)
            else:
                hits += any(rank & right for rank in ranks)
        return ratio(hits, answered), ratio(hits, len(targets))

    def ranks_at(self, place: tuple[int, int, int]) -> list[set[str]]:
        merged: list[set[str]] = []
        for row in self.predicted:
            if (row.document, row.start, row.end) != place:
                continue
            for number, rank in enumerate(self.ranks(row)):
                if number == len(merged):
                    merged.append(set())
                merged[number] |= rank
        return merged

    def ranks(self, row: PredictedRow) -> list[set[str]]:
        entries: list[tuple[float | None, str]] = []
        if row.curie:
            first = compared_identifier((row.curie, *row.mesh), self.vocabularies)
            entries.append((row.score, first))
        for curie, points in row.alternatives:
            identifier = compared_identifier((curie,), self.vocabularies)
            if identifier not in [known for _, known in entries]:
                entries.append((points, identifier))
        ranks: list[set[str]] = [] if row.curie else [set()]
        before: float | None = None
        for points, identifier in entries:
            if ranks and points == before:
                ranks[-1].add(identifier)
            else:
                ranks.append({identifier})
            before = points
        return ranks


def ratio(part: Fraction | int, whole: Fraction | int) -> Fraction:
    return Fraction(part) / Fraction(whole) if whole else Fraction(0)


@given(gold_rows, predicted_rows)
def test_both_implementations_agree(gold: list[GoldRow], predicted: list[PredictedRow]) -> None:
    comparisons = compared(
        [
            gold_paper(
                *(
                    annotation(r.start, r.end, *r.identifiers, type="Disease", joint=r.joint)
                    for r in gold
                    if r.document == document
                ),
                id=str(document),
            )
            for document in DOCUMENTS
        ],
        [
            predicted_paper(
                *(
                    mention(
                        r.start,
                        r.end,
                        r.curie,
                        type="Disease",
                        score=r.score,
                        mesh=r.mesh,
                        alternatives=r.alternatives,
                    )
                    for r in predicted
                    if r.document == document
                ),
                id=str(document),
            )
            for document in DOCUMENTS
        ],
        types=["Disease"],
        resolver=Terminology(),
    )
    brute = BruteForce(gold, predicted)
    expected = {
        name: getattr(brute, name)()
        for name in (
            "ner_strict",
            "ner_overlap",
            "mention_strict",
            "mention_relaxed",
            "doc_micro",
            "doc_macro",
        )
    }
    for k, mode in product((1, 2, 3), ("standard", "strict", "lenient")):
        expected[f"link@{k}:{mode}"] = brute.link(k, mode)
    for name, (precision, recall) in expected.items():
        (row,) = score(comparisons, [metric(name)])
        f1 = ratio(2 * precision * recall, precision + recall)
        figures = (row.precision, row.recall, row.f1)
        assert figures == pytest.approx([100 * float(x) for x in (precision, recall, f1)]), name
