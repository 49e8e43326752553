from __future__ import annotations

import pytest
from papers_by_hand import annotation, compared, gold_paper, mention, predicted_paper

from pipeline.evaluation.error_analysis import Error, ErrorClass, Kind, analyse, summarize, to_tsv
from pipeline.model import Annotation, Link, Mention, Paper, Passage

HUMAN, MOUSE = "NCBITaxon:9606", "NCBITaxon:10090"
GENES = {
    "NCBIGene:1": (HUMAN, "TP53"),
    "NCBIGene:2": (MOUSE, "Trp53"),
    "NCBIGene:3": (MOUSE, "tp53"),
    "NCBIGene:4": (HUMAN, "BRCA1"),
}


class Terminology:
    def current(self, curie: str) -> str:
        return curie

    def equivalents(self, curie: str) -> tuple[str, ...]:
        return (curie,)

    def name(self, curie: str) -> str:
        return f"name of {curie}"

    def names(self, curie: str) -> tuple[tuple[str, str], ...]:
        return ((GENES[curie][1], "symbol"),) if curie in GENES else ()

    def taxon(self, curie: str) -> str:
        return GENES[curie][0] if curie in GENES else ""

    def homologues(self, curie: str) -> tuple[str, ...]:
        pair = ("NCBIGene:1", "NCBIGene:2")
        return tuple(other for other in pair if other != curie) if curie in pair else ()

    def path_up(self, curie: str, ancestor: str) -> tuple[str, ...]:
        line = ("MESH:3", "MESH:2", "MESH:1")
        if curie in line and ancestor in line and line.index(curie) <= line.index(ancestor):
            return line[line.index(curie) : line.index(ancestor) + 1]
        return ()


def errors(gold: list[Annotation], predicted: list[Mention], *, type: str = "Gene") -> list[Error]:
    comparisons = compared([gold_paper(*gold)], [predicted_paper(*predicted)], types=[type])
    return list(analyse(comparisons, Terminology()))


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ("NCBIGene:1", mention(0, 3, "NCBIGene:2"), ErrorClass.WRONG_SPECIES),
        ("NCBIGene:1", mention(0, 3, "NCBIGene:3"), ErrorClass.WRONG_SPECIES),
        ("NCBIGene:1", mention(0, 3, "NCBIGene:4"), ErrorClass.CANDIDATE_MISSING),
        ("NCBIGene:1", mention(0, 3), ErrorClass.NIL),
        (
            "NCBIGene:1",
            mention(0, 3, "NCBIGene:4", alternatives=[("NCBIGene:1", 0.2)]),
            ErrorClass.WRONG_CANDIDATE,
        ),
        ("MESH:1", mention(0, 3, "MESH:3"), ErrorClass.HIERARCHY),
        ("MESH:3", mention(0, 3, "MESH:1"), ErrorClass.HIERARCHY),
        ("MESH:1", mention(0, 3, "MESH:4"), ErrorClass.CANDIDATE_MISSING),
    ],
)
def test_wrong_identifiers_are_an_error_on_both_sides(
    gold: str, predicted: Mention, expected: ErrorClass
) -> None:
    found = errors([annotation(0, 3, gold)], [predicted])
    assert [(e.kind, e.error_class) for e in found] == [
        (Kind.FALSE_NEGATIVE, expected),
        (Kind.FALSE_POSITIVE, expected),
    ]


def test_explanations() -> None:
    (species, _) = errors([annotation(0, 3, "NCBIGene:1")], [mention(0, 3, "NCBIGene:2")])
    assert species.explanation == f"NCBIGene:2 is of {MOUSE}, NCBIGene:1 of {HUMAN}"
    (above, _) = errors([annotation(0, 3, "MESH:3")], [mention(0, 3, "MESH:1")])
    assert above.explanation == (
        "MESH:1 (name of MESH:1) > MESH:2 (name of MESH:2) > MESH:3 (name of MESH:3)"
    )
    ranked = mention(0, 3, "MESH:8", alternatives=[("MESH:7", 0.5), ("MESH:1", 0.2)])
    (rank, _) = errors([annotation(0, 3, "MESH:1")], [ranked])
    assert rank.explanation == "MESH:1 has rank 3"
    assert rank.candidates == "MESH:8  0.90; MESH:7  0.50; MESH:1  0.20"
    (part, _) = errors(
        [annotation(0, 3, "MESH:1", "MESH:8", joint=True)], [mention(0, 3, "MESH:8")]
    )
    assert part.explanation == "only a part of what holds together was found"
    assert part.gold == "MESH:1+MESH:8"


def test_mention_that_was_not_found() -> None:
    (error,) = errors([annotation(3, 6, "NCBIGene:1", "NCBIGene:4")], [])
    assert (error.kind, error.error_class) == (Kind.FALSE_NEGATIVE, ErrorClass.NOT_FOUND)
    assert (error.start, error.end, error.text) == (3, 6, "def")
    assert (error.gold, error.predicted) == ("NCBIGene:1|NCBIGene:4", "")
    assert error.context == "abc[def]ghij"


def test_mention_that_is_not_in_the_gold_standard() -> None:
    (error,) = errors([], [mention(11, 13, "NCBIGene:1")])
    assert (error.kind, error.error_class) == (Kind.FALSE_POSITIVE, ErrorClass.NOT_IN_GOLD)
    assert error.context.startswith("[kl]mnop")


@pytest.mark.parametrize(("curie", "concept"), [("NCBIGene:1", "the same"), ("MESH:1", "another")])
def test_borders(curie: str, concept: str) -> None:
    negative, positive = errors([annotation(0, 3, "NCBIGene:1")], [mention(0, 5, curie)])
    assert negative.error_class == positive.error_class == ErrorClass.BORDER
    assert negative.explanation == f"found as 'abcde' at 0-5, {concept} concept"
    assert positive.explanation == f"annotated as 'abc' at 0-3, {concept} concept"


def test_wrong_type() -> None:
    gold = [annotation(0, 3, "NCBIGene:1"), annotation(11, 14, type="FamilyName")]
    found = [mention(0, 3, "MESH:1", type="Disease"), mention(11, 14, "NCBIGene:1")]
    negative, positive = errors(gold, found)
    assert (negative.error_class, negative.explanation) == ("wrong type", "found as Disease")
    assert (positive.error_class, positive.explanation) == ("wrong type", "annotated as FamilyName")


def test_prediction_outside_of_the_text() -> None:
    other = Paper(
        "1",
        (Passage("title", "title", "x" * 300),),
        mentions=(Mention("title", 200, 204, "xxxx", "Gene", Link("NCBIGene:1")),),
    )
    (error,) = analyse(compared([gold_paper()], [other]), Terminology())
    assert error.error_class == ErrorClass.NOT_IN_GOLD
    assert (error.start, error.text, error.context) == (200, "xxxx", "")


def test_identifier_where_gold_has_none() -> None:
    (error,) = errors([annotation(0, 3)], [mention(0, 3, "NCBIGene:1")])
    assert (error.kind, error.error_class) == (Kind.FALSE_POSITIVE, ErrorClass.NIL)


def test_what_is_right_is_no_error() -> None:
    gold = [annotation(0, 3, "NCBIGene:1"), annotation(4, 6), annotation(7, 9)]
    assert errors(gold, [mention(0, 3, "NCBIGene:1"), mention(4, 6)]) == []


def test_summary_and_table() -> None:
    found = errors(
        [annotation(0, 3, "NCBIGene:1"), annotation(4, 6, "NCBIGene:1")],
        [mention(0, 3, "NCBIGene:2"), mention(7, 9, "NCBIGene:4")],
    )
    assert summarize(found) == [
        ("Gene", ErrorClass.NOT_FOUND, 1, 0),
        ("Gene", ErrorClass.NOT_IN_GOLD, 0, 1),
        ("Gene", ErrorClass.WRONG_SPECIES, 1, 1),
    ]
    header, *lines = to_tsv(found, corpus="c", split="dev", system="s").splitlines()
    assert header.split("\t") == [
        *("corpus", "split", "system", "document", "type", "kind", "class", "start", "end", "text"),
        *("gold", "predicted", "explanation", "candidates", "context"),
    ]
    assert {line.count("\t") for line in lines} == {14}
    assert [line.split("\t")[6] for line in lines] == [
        "wrong species",
        "wrong species",
        "not found",
        "not in gold",
    ]
