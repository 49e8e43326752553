"""Coordinated names in sentences, from the text to the identifiers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.language import annotate_text
from pipeline.model import Paper
from pipeline.recognition.coordinated_genes import CoordinatedGenes
from pipeline.recognition.places import places_of
from pipeline.recognition.proposals import Proposal
from pipeline.recognition.spans import MENTIONS
from pipeline.terminology.terminology import Terminology

Annotate = Callable[[str], Paper]


def links(paper: Paper, type_: str) -> set[tuple[str, str]]:
    return {(m.text, m.link.curie) for m in paper.mentions if m.type == type_}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Mutations of BRCA1/2 in women.",
            {("BRCA1", "NCBIGene:672"), ("BRCA1/2", "NCBIGene:675")},
        ),
        (
            "ERK1 and -2 were phosphorylated in patients.",
            {("ERK1", "NCBIGene:5595"), ("ERK1 and -2", "NCBIGene:5594")},
        ),
        (
            "IL-1α and β were secreted by human cells.",
            {("IL-1α", "NCBIGene:3552"), ("IL-1α and β", "NCBIGene:3553")},
        ),
        (
            "Binding of SMAD2, 3 and 4 in patients.",
            {
                ("SMAD2", "NCBIGene:4087"),
                ("SMAD2, 3", "NCBIGene:4088"),
                ("SMAD2, 3 and 4", "NCBIGene:4089"),
            },
        ),
        (
            "Expression of FGFR1–4 in human tumours.",
            {
                ("FGFR1", "NCBIGene:2260"),
                ("FGFR1–4", "NCBIGene:2263"),
                ("FGFR1–4", "NCBIGene:2261"),
                ("FGFR1–4", "NCBIGene:2264"),
            },
        ),
        (
            "P38/ERK signalling in human cells.",
            {("P38", "NCBIGene:1432"), ("ERK", "NCBIGene:5594")},
        ),
        (
            "Expression of lamin A/C in human cells.",  # one gene
            {("lamin A/C", "NCBIGene:4000")},
        ),
    ],
)
def test_genes(annotate: Annotate, text: str, expected: set[tuple[str, str]]) -> None:
    assert links(annotate(text), "Gene") == expected


@pytest.mark.parametrize("found", ["α- and β-catenin", "β-catenin"])
def test_names_that_share_their_end(terminology: Terminology, found: str) -> None:
    text = "Of α- and β-catenin."
    proposal = Proposal(text.index(found), len(text) - 1, "Gene", 0.9, "found in context")
    (whole,) = CoordinatedGenes(terminology).complete(text, [proposal])
    assert (whole.start, whole.end) == (3, len(text) - 1)
    assert [m.full for m in whole.members] == ["α-catenin", ""]
    before = Proposal(0, 5, "Disease", 0.9, "found in context")
    assert CoordinatedGenes(terminology).complete(text, [before, proposal])[-1] == proposal


def test_micro_rnas_beside_a_slash_are_two(annotate: Annotate) -> None:
    paper = annotate("The let-7a/let-7b cluster in human cells.")
    assert [m.text for m in paper.mentions if m.type == "Gene"] == ["let-7a", "let-7b"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Women with breast and ovarian cancer were studied.",
            {
                ("breast and ovarian cancer", "MONDO:0007254"),
                ("breast and ovarian cancer", "MONDO:0008170"),
            },
        ),
        (
            "We treated types 1 and 2 diabetes in adults.",
            {
                ("types 1 and 2 diabetes", "MONDO:0005147"),
                ("types 1 and 2 diabetes", "MONDO:0005148"),
            },
        ),
        (
            "The risk of cardiac and renal failure rose.",
            {
                ("cardiac and renal failure", "MONDO:0005252"),
                ("cardiac and renal failure", "MONDO:0001106"),
            },
        ),
    ],
)
def test_diseases(annotate: Annotate, text: str, expected: set[tuple[str, str]]) -> None:
    assert links(annotate(text), "Disease") >= expected


def test_an_abbreviation_of_two_names_is_two(annotate: Annotate) -> None:
    paper = annotate("The Janus kinases 1 and 2 (JAK1/2) of patients; JAK1/2 inhibitors work.")
    found = [m.link.curie for m in paper.mentions if m.text == "JAK1/2"]
    assert found == ["NCBIGene:3717"] * 2
    assert [m.link.curie for m in paper.mentions if m.text == "JAK1"] == ["NCBIGene:3716"] * 2


def test_the_reason_tells_the_name_in_full(annotate: Annotate) -> None:
    paper = annotate("Mutations of BRCA1/2 in women.")
    reasons = {m.text: m.link.reason for m in paper.mentions}
    assert reasons["BRCA1/2"].startswith("in full BRCA2: ")
    assert "in full" not in reasons["BRCA1"]


def test_names_in_full_survive_storing(nlp: Language) -> None:
    doc = nlp("Expression of FGFR1–4 in human tumours, and BRCA1/2.")
    stored = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    full = [place.full for place in places_of(stored, MENTIONS)]
    assert full == [place.full for place in places_of(doc, MENTIONS)]
    assert {"FGFR2", "FGFR3", "FGFR4", "BRCA2"} <= set(full)


def test_only_part_of_an_expression_may_be_a_mention_of_its_own(nlp: Language) -> None:
    text = "Of IL-6, 10 patients had more; of IL-6 and 10 mg of it nothing is known."
    paper = annotate_text(nlp, text)
    assert {m.text for m in paper.mentions if m.type == "Gene"} == {"IL-6"}
