"""One sense per abbreviation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from pipeline.recognition.abbreviations import find_definitions
from pipeline.recognition.proposals import Proposal
from pipeline.recognition.short_forms import ShortForms, without_plural
from pipeline.recognition.tokenizer import WordTokenizer

VOCAB = Vocab()


def short_forms(text: str) -> ShortForms:
    doc: Doc = WordTokenizer(VOCAB)(text)
    shorts: list[Span] = []
    longs: list[Span] = []
    for d in find_definitions(text, VOCAB):
        short = doc.char_span(d.short_start, d.short_end, alignment_mode="expand")
        long = doc.char_span(d.long_start, d.long_end, alignment_mode="expand")
        assert short is not None
        assert long is not None
        shorts.append(short)
        longs.append(long)
    return ShortForms.of_doc(shorts, longs)


def at(text: str, surface: str, type_: str, score: float = 0.8) -> list[Proposal]:
    places = []
    start = text.find(surface)
    while start >= 0:
        places.append(Proposal(start, start + len(surface), type_, score, "a name"))
        start = text.find(surface, start + 1)
    return places


def settled(text: str, *proposals: Proposal) -> set[tuple[str, int, str]]:
    result = short_forms(text).settle(text, proposals)
    return {(text[p.start : p.end], p.start, p.type) for p in result}


def test_every_occurrence_gets_the_type_of_the_long_form() -> None:
    text = "Osteoarthritis (OA) is common. OA hurts; OAs hurt. OAX does not."
    found = settled(text, *at(text, "Osteoarthritis", "Disease"), *at(text, "OA ", "Gene"))
    assert {(s, t) for s, _, t in found} >= {("OA", "Disease"), ("Osteoarthritis", "Disease")}
    assert [t for s, _, t in found if s == "OA"] == ["Disease", "Disease"]
    assert ("OAs", text.index("OAs"), "Disease") in found
    assert not any(start == text.index("OAX") for _, start, _ in found)


def test_what_the_paper_defines_otherwise_is_no_gene() -> None:
    text = "We grew antler stem cells (ASCs). ASC divide; ASCs rest."
    assert settled(text, *at(text, "ASC", "Gene")) == set()


def test_a_gene_product_that_no_terminology_lists_stays_a_gene() -> None:
    text = "We grew fancy kinase receptor (FKR) cells. FKR rose."
    found = settled(text, *at(text, "FKR", "Gene"))
    assert [s for s, _, _ in found] == ["FKR", "FKR"]


def test_names_around_a_short_form_stay() -> None:
    text = "Antler stem cells (ASC) and ASC syndrome."
    found = settled(text, *at(text, "ASC syndrome", "Disease"))
    assert {s for s, _, _ in found} == {"ASC syndrome"}


def test_without_definitions_nothing_changes() -> None:
    proposals = at("ASC and ASC", "ASC", "Gene")
    assert ShortForms({}).settle("ASC and ASC", proposals) == proposals


def test_the_long_form_of_a_surface_form() -> None:
    forms = short_forms("Antler stem cells (ASCs) and osteoarthritis (OA).")
    assert forms.resolve("ASC") == forms.resolve("ASCs") == "Antler stem cells"
    assert forms.resolve("OA") == "osteoarthritis"
    assert forms.resolve("oa") == ""
    assert forms.resolve("") == ""


def test_the_first_definition_counts() -> None:
    forms = short_forms("Osteoarthritis (OA). Then oleic acid (OA).")
    assert forms.resolve("OA") == "Osteoarthritis"
    assert [f.text for f in forms.long_forms["OA"]] == ["Osteoarthritis", "oleic acid"]


@pytest.mark.parametrize(
    ("short", "singular"),
    [
        ("ASCs", "ASC"),
        ("SARS", "SARS"),
        ("OA", "OA"),
        ("As", "As"),
        ("Gas", "Gas"),
        ("", ""),
        ("s", "s"),
    ],
)
def test_plural(short: str, singular: str) -> None:
    assert without_plural(short) == singular


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.lists(st.sampled_from(["osteoarthritis (OA)", "OA", "OAs", "(", ".", "\n\n"]), max_size=6),
)
def test_offsets_in_any_text(strange: str, parts: list[str]) -> None:
    text = " ".join([*parts, strange, *parts])
    for p in short_forms(text).settle(text, at(text, "osteoarthritis", "Disease")):
        assert 0 <= p.start < p.end <= len(text)
        assert text[p.start : p.end] in {"osteoarthritis", "OA", "OAs"}
