from __future__ import annotations

import pytest
from papers_by_hand import annotation, compared, gold_paper, mention, predicted_paper

from pipeline.model import Mention, Paper


class Terminology:
    def current(self, curie: str) -> str:
        return {"NCBIGene:old": "NCBIGene:1", "MESH:old": "MESH:1"}.get(curie, curie)

    def equivalents(self, curie: str) -> tuple[str, ...]:
        return {"MONDO:7": ("MONDO:7", "OMIM:7", "MESH:7")}.get(curie, (curie,))


def answers(gold: Paper, *mentions: Mention, type: str = "Disease") -> frozenset[str]:
    (comparison,) = compared(
        [gold], [predicted_paper(*mentions)], types=[type], resolver=Terminology()
    )
    ((_, found),) = comparison.predicted.items()
    return found.answers


def test_retired_identifiers_are_made_current_on_both_sides() -> None:
    (comparison,) = compared(
        [gold_paper(annotation(0, 3, "NCBIGene:old"), annotation(4, 6, "NCBIGene:1"))],
        [predicted_paper(mention(0, 3, "NCBIGene:1"), mention(4, 6, "NCBIGene:old"))],
        resolver=Terminology(),
    )
    assert [m.alternatives for m in comparison.gold.values()] == [{"NCBIGene:1"}] * 2
    assert [m.answers for m in comparison.predicted.values()] == [{"NCBIGene:1"}] * 2


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        # the link's identifier in the gold's vocabulary
        (["MESH:1"], mention(0, 3, "MONDO:1", mesh=["MESH:1", "MESH:9"], type="Disease"), "MESH:1"),
        (["MONDO:1"], mention(0, 3, "MESH:1", mondo=["MONDO:1"], type="Disease"), "MONDO:1"),
        # no second chance: the first one of the vocabulary counts
        (["MESH:9"], mention(0, 3, "MONDO:1", mesh=["MESH:1", "MESH:9"], type="Disease"), "MESH:1"),
        # two vocabularies in the gold standard: the primary identifier comes first
        (["MESH:1", "OMIM:1"], mention(0, 3, "OMIM:1", mesh=["MESH:1"], type="Disease"), "OMIM:1"),
        # nothing in the link: an exact match that the terminology knows
        (["OMIM:7"], mention(0, 3, "MONDO:7", type="Disease"), "OMIM:7"),
        # nothing at all: the primary one, which is wrong
        (["MESH:1"], mention(0, 3, "MONDO:8", type="Disease"), "MONDO:8"),
        (["MESH:1"], mention(0, 3, "MONDO:1", mesh=["MESH:old"], type="Disease"), "MESH:1"),
    ],
)
def test_a_prediction_is_compared_in_the_vocabulary_of_the_gold_standard(
    gold: list[str], predicted: Mention, expected: str
) -> None:
    paper = gold_paper(annotation(0, 3, *gold, type="Disease"))
    assert answers(paper, predicted) == {expected}


def test_the_vocabulary_is_that_of_the_type_in_the_whole_gold_standard() -> None:
    gold = [
        gold_paper(annotation(0, 3, type="Disease"), annotation(4, 6, "NCBIGene:1")),
        gold_paper(annotation(0, 3, "MESH:2", type="Disease"), id="2"),
    ]
    found = predicted_paper(mention(0, 3, "MONDO:1", mesh=["MESH:1"], type="Disease"))
    first, _ = compared(gold, [found], types=["Disease"])
    assert first.predicted[0, 3].answers == {"MESH:1"}


def test_documents_without_prediction_and_predictions_without_document() -> None:
    gold = [gold_paper(annotation(0, 3, "NCBIGene:1")), gold_paper(id="2")]
    comparisons = compared(gold, [predicted_paper(mention(0, 3, "NCBIGene:1"), id="3")])
    assert [(c.paper.id, c.prediction, dict(c.predicted)) for c in comparisons] == [
        ("1", None, {}),
        ("2", None, {}),
    ]


def test_annotations_without_position_and_of_other_types_are_not_compared() -> None:
    unplaced = annotation(0, 3, "NCBIGene:1", type="FamilyName")
    (comparison,) = compared([gold_paper(unplaced)], [predicted_paper(mention(0, 3, type="Cell"))])
    assert not comparison.gold
    assert not comparison.predicted


def test_spans_count_in_the_coordinates_of_the_document() -> None:
    (comparison,) = compared(
        [gold_paper(annotation(11, 14, "NCBIGene:1"))],
        [predicted_paper(mention(11, 14, "NCBIGene:1"))],
    )
    assert list(comparison.gold) == list(comparison.predicted) == [(11, 14)]
    assert comparison.predicted[11, 14].mentions[0].start == 0


def test_joint_and_alternative_identifiers_of_one_span() -> None:
    (comparison,) = compared(
        [
            gold_paper(
                annotation(0, 3, "NCBIGene:1", "NCBIGene:2", joint=True),
                annotation(0, 3, "NCBIGene:3"),
            )
        ],
        [],
    )
    mention = comparison.gold[0, 3]
    assert mention.accepts(frozenset({"NCBIGene:3"}))
    assert mention.accepts(frozenset({"NCBIGene:1", "NCBIGene:2"}))
    assert not mention.accepts(frozenset({"NCBIGene:1"}))
    assert not mention.accepts(frozenset())
    assert mention.identifiers == {"NCBIGene:1", "NCBIGene:2", "NCBIGene:3"}


def test_candidates_of_the_same_concept_take_one_place() -> None:
    gold = gold_paper(annotation(0, 3, "MESH:1", type="Disease"))
    alternatives = [("MESH:old", 0.8), ("MONDO:7", 0.7), ("MESH:7", 0.6), ("MESH:2", 0.6)]
    (comparison,) = compared(
        [gold],
        [predicted_paper(mention(0, 3, "MESH:1", type="Disease", alternatives=alternatives))],
        types=["Disease"],
        resolver=Terminology(),
    )
    assert comparison.predicted[0, 3].ranking == ({"MESH:1"}, {"MESH:7"}, {"MESH:2"})


def test_a_tie_is_ranked_but_not_answered() -> None:
    gold = gold_paper(annotation(0, 3, "MESH:1", type="Disease"))
    tied = mention(0, 3, "MESH:2", type="Disease", score=0.9, alternatives=[("MESH:1", 0.9)])
    (comparison,) = compared([gold], [predicted_paper(tied)], types=["Disease"])
    assert comparison.predicted[0, 3].answers == {"MESH:2"}
    assert comparison.predicted[0, 3].ranking == ({"MESH:1", "MESH:2"},)
