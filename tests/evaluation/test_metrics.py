from __future__ import annotations

from collections.abc import Sequence

import pytest
from papers_by_hand import annotation, compared, gold_paper, mention, predicted_paper

from pipeline.errors import UsageError
from pipeline.evaluation.metrics import METRICS, Counts, link_metric, metric
from pipeline.evaluation.scoring import score
from pipeline.model import Annotation, Mention

A, B, C = "NCBIGene:1", "NCBIGene:2", "NCBIGene:3"


def counts(name: str, gold: Sequence[Annotation], predicted: Sequence[Mention]) -> Counts:
    (comparison,) = compared([gold_paper(*gold)], [predicted_paper(*predicted)])
    return metric(name).count(comparison.gold, comparison.predicted)


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        # equal span; a border is off; nothing there; NIL counts like anything else
        ([annotation(0, 3, A)], [mention(0, 3, B)], (1, 1, 1, 1)),
        ([annotation(0, 3, A)], [mention(0, 4, A)], (0, 1, 0, 1)),
        ([annotation(0, 3)], [mention(0, 3)], (1, 1, 1, 1)),
        ([annotation(0, 3, A)], [], (0, 0, 0, 1)),
        ([], [mention(0, 3, A)], (0, 1, 0, 0)),
        ([], [], (0, 0, 0, 0)),
        # another type is another mention
        ([annotation(0, 3, A, type="Disease")], [mention(0, 3, A)], (0, 1, 0, 0)),
        # repeated annotations of a span are one mention, nested ones are two
        ([annotation(0, 3, A), annotation(0, 3, B)], [mention(0, 3, A)], (1, 1, 1, 1)),
        ([annotation(0, 8, A), annotation(0, 3, B)], [mention(0, 3, A)], (1, 1, 1, 2)),
        # the same letters in title and abstract are different places
        ([annotation(0, 3, A)], [mention(27, 30, A)], (0, 1, 0, 1)),
    ],
)
def test_ner_strict(
    gold: list[Annotation], predicted: list[Mention], expected: tuple[int, ...]
) -> None:
    assert counts("ner_strict", gold, predicted) == expected


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ([annotation(0, 3, A)], [mention(2, 5, B)], (1, 1, 1, 1)),
        ([annotation(0, 3, A)], [mention(3, 5, A)], (0, 1, 0, 1)),
        # one long prediction finds two gold mentions, but is one right prediction
        ([annotation(0, 3, A), annotation(4, 6, B)], [mention(0, 6, A)], (1, 1, 2, 2)),
        ([annotation(0, 6, A)], [mention(0, 3, A), mention(4, 6, B)], (2, 2, 1, 1)),
        # a long gold mention reaches over a short one that ends before the prediction
        ([annotation(0, 9, A), annotation(1, 2, B)], [mention(5, 6, A)], (1, 1, 1, 2)),
    ],
)
def test_ner_overlap(
    gold: list[Annotation], predicted: list[Mention], expected: tuple[int, ...]
) -> None:
    assert counts("ner_overlap", gold, predicted) == expected


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ([annotation(0, 3, A)], [mention(0, 3, A)], (1, 1, 1, 1)),
        ([annotation(0, 3, A)], [mention(0, 3, B)], (0, 1, 0, 1)),
        ([annotation(0, 3, A)], [mention(0, 4, A)], (0, 1, 0, 1)),
        # alternatives: any is right; several predictions at one place: one of them suffices
        ([annotation(0, 3, A, B)], [mention(0, 3, B)], (1, 1, 1, 1)),
        ([annotation(0, 3, A)], [mention(0, 3, A), mention(0, 3, C)], (1, 1, 1, 1)),
        ([annotation(0, 3, A), annotation(0, 3, B)], [mention(0, 3, B)], (1, 1, 1, 1)),
        # joint identifiers: all are needed
        ([annotation(0, 3, A, B, joint=True)], [mention(0, 3, B)], (0, 1, 0, 1)),
        (
            [annotation(0, 3, A, B, joint=True)],
            [mention(0, 3, B), mention(0, 3, A)],
            (1, 1, 1, 1),
        ),
        # NIL: predicted where gold has a concept; where gold has none; where gold has no mention
        ([annotation(0, 3, A)], [mention(0, 3)], (0, 1, 0, 1)),
        ([annotation(0, 3)], [mention(0, 3)], (0, 0, 0, 0)),
        ([annotation(0, 3)], [mention(0, 3, A)], (0, 1, 0, 0)),
        ([annotation(0, 3)], [], (0, 0, 0, 0)),
        ([], [mention(0, 3)], (0, 1, 0, 0)),
        # a span that is annotated with and without identifier has it
        ([annotation(0, 3), annotation(0, 3, A)], [mention(0, 3, A)], (1, 1, 1, 1)),
    ],
)
def test_mention_strict(
    gold: list[Annotation], predicted: list[Mention], expected: tuple[int, ...]
) -> None:
    assert counts("mention_strict", gold, predicted) == expected


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ([annotation(1, 4, A)], [mention(1, 4, A)], (1, 1, 1, 1)),
        # one end may be off by one, not both, not by two
        ([annotation(1, 4, A)], [mention(0, 4, A)], (1, 1, 1, 1)),
        ([annotation(1, 4, A)], [mention(2, 4, A)], (1, 1, 1, 1)),
        ([annotation(1, 4, A)], [mention(1, 3, A)], (1, 1, 1, 1)),
        ([annotation(1, 4, A)], [mention(1, 5, A)], (1, 1, 1, 1)),
        ([annotation(1, 4, A)], [mention(0, 5, A)], (0, 1, 0, 1)),
        ([annotation(1, 4, A)], [mention(1, 6, A)], (0, 1, 0, 1)),
        ([annotation(1, 4, A)], [mention(1, 4, B)], (0, 1, 0, 1)),
        # any gold identifier, also of joint ones
        ([annotation(1, 4, A, B)], [mention(1, 4, B)], (1, 1, 1, 1)),
        ([annotation(1, 4, A, B, joint=True)], [mention(1, 4, B)], (1, 1, 1, 1)),
        # gold NIL is skipped with what is predicted there; a predicted NIL is wrong
        ([annotation(1, 4)], [mention(1, 5, A)], (0, 0, 0, 0)),
        ([annotation(1, 4, A)], [mention(1, 4)], (0, 1, 0, 1)),
        ([], [mention(1, 4)], (0, 1, 0, 0)),
        # two predictions may be right for the same gold mention: recall is 2 / (2 + 0 missed)
        ([annotation(1, 4, A)], [mention(1, 4, A), mention(1, 5, A)], (2, 2, 2, 2)),
        # the equal span is tried first, and its answer stands; the gold mention 1-5 has no equal
        # one and is found by the prediction 1-4
        ([annotation(1, 4, A), annotation(1, 5, B)], [mention(1, 4, B)], (0, 1, 0, 1)),
    ],
)
def test_mention_relaxed(
    gold: list[Annotation], predicted: list[Mention], expected: tuple[int, ...]
) -> None:
    assert counts("mention_relaxed", gold, predicted) == expected


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ([annotation(0, 3, A), annotation(5, 8, A)], [mention(20, 22, A)], (1, 1, 1, 1)),
        ([annotation(0, 3, A)], [mention(0, 3, A), mention(5, 8, B)], (1, 2, 1, 1)),
        # every identifier of a gold mention is wanted, alternatives and joint ones alike
        ([annotation(0, 3, A, B)], [mention(0, 3, A)], (1, 1, 1, 2)),
        ([annotation(0, 3, A, B, joint=True)], [mention(0, 3, A)], (1, 1, 1, 2)),
        # NIL is nothing
        ([annotation(0, 3)], [mention(0, 3)], (0, 0, 0, 0)),
        ([annotation(0, 3)], [mention(0, 3, A)], (0, 1, 0, 0)),
    ],
)
def test_doc_micro(
    gold: list[Annotation], predicted: list[Mention], expected: tuple[int, ...]
) -> None:
    assert counts("doc_micro", gold, predicted) == expected


def test_doc_macro_averages_documents_with_gold() -> None:
    gold = [
        gold_paper(annotation(0, 3, A), annotation(5, 8, B), id="half"),
        gold_paper(annotation(0, 3, A), id="nothing predicted"),
        gold_paper(annotation(0, 3), id="without gold identifiers"),
        gold_paper(annotation(0, 3, A), id="right"),
    ]
    predicted = [
        predicted_paper(mention(0, 3, A), mention(5, 8, C), id="half"),
        predicted_paper(mention(0, 3, C), id="without gold identifiers"),
        predicted_paper(mention(0, 3, A), id="right"),
    ]
    macro, micro = score(compared(gold, predicted), [METRICS["doc_macro"], METRICS["doc_micro"]])
    # precision (1/2 + 0 + 1) / 3, recall (1/2 + 0 + 1) / 3
    assert (macro.precision, macro.recall, macro.f1) == pytest.approx((50, 50, 50))
    assert (macro.gold, macro.predicted) == (4, 3)
    # 2 of 4 predicted pairs, 2 of 4 gold pairs
    assert (micro.precision, micro.recall, micro.f1) == pytest.approx((50, 50, 50))
    assert (micro.gold, micro.predicted) == (4, 4)


@pytest.mark.parametrize(
    ("name", "alternatives", "expected"),
    [
        # C is first with 0.9
        ("link@1", [(A, 0.8)], 0),
        ("link@2", [(A, 0.8)], 1),
        ("link@2", [(B, 0.8), (A, 0.7)], 0),
        # A and C are tied at 0.9: half a hit, a miss, a hit
        ("link@1", [(A, 0.9)], 0.5),
        ("link@1:standard", [(A, 0.9)], 0.5),
        ("link@1:strict", [(A, 0.9)], 0),
        ("link@1:lenient", [(A, 0.9)], 1),
        # tied candidates share a rank, so that the third candidate is at rank 2
        ("link@2", [(B, 0.9), (A, 0.8)], 1),
        ("link@2:strict", [(B, 0.9), (A, 0.8)], 1),
        # one of two at the second rank
        ("link@2", [("NCBIGene:11", 0.9), (A, 0.8), (B, 0.8)], 0.5),
    ],
)
def test_link_at_k(name: str, alternatives: list[tuple[str, float]], expected: float) -> None:
    found = counts(
        name, [annotation(0, 3, A)], [mention(0, 3, C, score=0.9, alternatives=alternatives)]
    )
    assert found == pytest.approx((expected, 1, expected, 1))


def test_link_draws_of_two_ranks() -> None:
    gold = [annotation(0, 3, A, B)]
    predicted = [
        mention(0, 3, C, score=0.9, alternatives=[(A, 0.9), (B, 0.5), ("NCBIGene:9", 0.5)])
    ]
    assert counts("link@2", gold, predicted).correct == pytest.approx(0.75)


def test_link_skips_gold_nil_and_misses_what_has_no_answer() -> None:
    gold = [annotation(0, 3), annotation(4, 6, A), annotation(7, 9, B)]
    predicted = [mention(0, 3, A), mention(4, 6), mention(20, 22, B)]
    assert counts("link@1", gold, predicted) == (0, 0, 0, 2)


def test_nil_is_an_answer_of_its_own_rank() -> None:
    predicted = [mention(0, 3, "", score=0.0, alternatives=[(A, 0.4)])]
    assert counts("link@1", [annotation(0, 3, A)], predicted) == (0, 0, 0, 1)
    assert counts("link@2", [annotation(0, 3, A)], predicted) == (1, 1, 1, 1)


def test_several_right_answers_are_not_ambiguous() -> None:
    gold = [annotation(0, 3, A, B)]
    predicted = [mention(0, 3, A), mention(0, 3, B)]
    assert counts("link@1:strict", gold, predicted) == (1, 1, 1, 1)
    assert counts("link@1:strict", gold, [*predicted, mention(0, 3, C)]) == (0, 1, 0, 1)


def test_metric_names() -> None:
    assert metric("doc_micro") is METRICS["doc_micro"]
    assert metric("link@5").name == link_metric(5).name == "link@5"
    assert metric("link@1:strict").name == "link@1:strict"
    for name in ("doc_nano", "link@0", "link@x", "link@1:loose"):
        with pytest.raises(UsageError, match=r"there is no metric.*ner_strict.*link@K"):
            metric(name)


def test_every_metric_has_definition_and_source() -> None:
    for entry in (*METRICS.values(), link_metric(1, "strict")):
        assert len(entry.definition) > 20
        assert len(entry.source) > 20
