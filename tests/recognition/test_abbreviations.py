"""Abbreviations that a text defines."""

from __future__ import annotations

import time

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.recognition.abbreviations import LONG_FORMS, SHORT_FORMS, find_definitions
from pipeline.recognition.tokenizer import WordTokenizer

VOCAB = Vocab()


def definitions(text: str) -> list[tuple[str, str]]:
    return [
        (text[d.short_start : d.short_end], text[d.long_start : d.long_end])
        for d in find_definitions(text, VOCAB)
    ]


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("Patients with osteoarthritis (OA) limp.", "OA", "osteoarthritis"),
        ("tumor necrosis factor-α (TNF-α) rises", "TNF-α", "tumor necrosis factor-α"),
        ("interleukin 6 (IL-6) falls", "IL-6", "interleukin 6"),
        ("antler stem cells (ASCs) divide", "ASCs", "antler stem cells"),
        ("bone mineral density (BMD; n = 3)", "BMD", "bone mineral density"),
        ("bone mineral density (BMD, in g) fell", "BMD", "bone mineral density"),
        ("Parkinson’s disease (PD)", "PD", "Parkinson’s disease"),
        ("hepatitis B virus (HBV)", "HBV", "hepatitis B virus"),
        ("heat\nshock protein (HSP)", "HSP", "heat\nshock protein"),
        ("BMDL (bone mineral density loss) rose", "BMDL", "bone mineral density loss"),
    ],
)
def test_definitions(text: str, short: str, long: str) -> None:
    assert definitions(text) == [(short, long)]


def test_several_definitions_in_the_order_of_the_text() -> None:
    text = (
        "Osteoarthritis (OA) and rheumatoid arthritis (RA) raise interleukin 6 (IL-6).\n\n"
        "Bone mineral density (BMD) falls."
    )
    assert [short for short, _ in definitions(text)] == ["OA", "RA", "IL-6", "BMD"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "(",
        ")",
        ")(",
        "((((",
        "()",
        "( )",
        "osteoarthritis (OA",
        "osteoarthritis OA)",
        "osteoarthritis )OA(",
        "(OA)",
        "patients (all) were",
        "patients (n = 12) were",
        "cells (see above for what these words mean in this and other texts) were",
        "osteoarthritis (\n\nOA)",
        "osteoarthritis\n\n(OA)",
        "mice (Mus musculus)",
        "as shown (Figure 2)",
        "as shown (p < 0.05)",
    ],
)
def test_no_definition(text: str) -> None:
    assert definitions(text) == []


@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                ["osteoarthritis", "(OA)", "(", ")", "tumor necrosis factor", "(TNF-α)", "[", "]"]
            ),
            st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
            st.sampled_from([",", ";", "\n\n", "\n", "-"]),
        ),
        max_size=20,
    ),
    st.sampled_from(["", " "]),
)
def test_any_text(parts: list[str], separator: str) -> None:
    text = separator.join(parts)
    for d in find_definitions(text, VOCAB):
        assert 0 <= d.short_start < d.short_end <= len(text)
        assert 0 <= d.long_start < d.long_end <= len(text)
        assert "\n\n" not in text[d.long_start : d.long_end]
        assert d.long_end <= d.short_start or d.short_end <= d.long_start


def test_time_grows_with_the_text_not_with_its_square() -> None:
    blocks = [
        "osteoarthritis (OA) and (x) " * 2000,
        "(" * 50_000,
        "()" * 25_000,
        "\n" * 50_000,
        "\n " * 50_000,
        "a " * 50_000,
        "a" * 50_000 + " (A)",
    ]
    for block in blocks:
        started = time.process_time()
        for _ in find_definitions(block, VOCAB):
            pass
        assert time.process_time() - started < 5, block[:20]


def test_the_component_marks_both_forms() -> None:
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "bionorm.Tokenizer.v1"}}})
    nlp.add_pipe("bionorm_abbreviations")
    doc = nlp("Tumor necrosis factor-α (TNF-α) and osteoarthritis (OA).")
    assert [s.text for s in doc.spans[SHORT_FORMS]] == ["TNF-α", "OA"]
    assert [s.text for s in doc.spans[LONG_FORMS]] == ["Tumor necrosis factor-α", "osteoarthritis"]
    restored = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert [s.text for s in restored.spans[SHORT_FORMS]] == ["TNF-α", "OA"]


def test_the_component_works_with_spacys_own_tokenizer() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("bionorm_abbreviations")
    doc = nlp("Tumor necrosis factor-α (TNF-α) and osteoarthritis(OA).")
    assert len(doc.spans[SHORT_FORMS]) == len(doc.spans[LONG_FORMS]) == 2


def test_a_document_without_definitions_has_empty_groups() -> None:
    nlp = spacy.blank("en")
    nlp.tokenizer = WordTokenizer(nlp.vocab)
    nlp.add_pipe("bionorm_abbreviations")
    doc = nlp("")
    assert len(doc.spans[SHORT_FORMS]) == len(doc.spans[LONG_FORMS]) == 0
