"""One sense per abbreviation."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.vocab import Vocab

from pipeline.recognition.abbreviations import find_definitions
from pipeline.recognition.places import Place
from pipeline.recognition.proposals import Proposal
from pipeline.recognition.short_forms import LongForm, ShortForms, without_plural

VOCAB = Vocab()


def short_forms(text: str) -> ShortForms:
    found = list(find_definitions(text, VOCAB))
    shorts = [Place.of(text, d.short_start, d.short_end) for d in found]
    longs = [Place.of(text, d.long_start, d.long_end) for d in found]
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


SHORTS = st.lists(
    st.sampled_from(
        ["OA", "OAs", "TNF-α", "TNF", "α", "IL-1", "a.b", "X_Y", "-OH", "p", "ps", "1A"]
    ),
    min_size=1,
    unique=True,
)
AROUND = st.lists(
    st.sampled_from(
        ["OA", "s", " ", "-", "TNF", "α", "IL-1", ".", "a", "b", "_", "X", "Y", "OH", "p"]
    ),
    max_size=12,
).map("".join)


@given(SHORTS, AROUND)
def test_occurrences_as_one_expression_finds_them(shorts: list[str], text: str) -> None:
    """What is looked up word by word is what a regular expression of all short forms finds."""
    long = LongForm("a long form", 0, 4)
    found = ShortForms(dict.fromkeys(shorts, (long,))).settle(
        text, [Proposal(0, 4, "Disease", 0.9, "long")]
    )
    longest_first = sorted(shorts, key=lambda s: (-len(s), s))
    every = "|".join(map(re.escape, longest_first))
    expected = re.finditer(rf"(?<![^\W_])(?:{every})s?(?![^\W_])", text)
    assert [(p.start, p.end) for p in found if p.reason != "long"] == [m.span() for m in expected]


def test_time_grows_with_the_number_of_definitions_only() -> None:
    """Ten thousand definitions of one short form, and as many of different ones."""
    for name in ("OA", "OA{}"):
        texts = [f"osteoarthritis ({name.format(i)})" for i in range(10_000)]
        text = ". ".join(texts)
        longs, shorts, start = [], [], 0
        for one in texts:
            longs.append(Place.of(text, start, start + 14))
            shorts.append(Place.of(text, start + 16, start + len(one) - 1))
            start += len(one) + 2
        proposals = [Proposal(p.start_char, p.end_char, "Disease", 0.9, "a name") for p in longs]
        found = ShortForms.of_doc(shorts, longs).settle(text, proposals)
        assert sum(p.reason.startswith("abbreviation") for p in found) == 10_000


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


@pytest.mark.parametrize(
    ("text", "short", "is_species"),
    [
        ("Methicillin resistant Staphylococcus aureus (MRSA) is here. MRSA grew.", "MRSA", True),
        ("Lipopolysaccharide purified from Escherichia coli (LPEC). LPEC grew.", "LPEC", False),
    ],
)
def test_a_kind_of_a_species(text: str, short: str, is_species: bool) -> None:
    (name,) = re.findall(r"Staphylococcus aureus|Escherichia coli", text)
    found = settled(text, *at(text, name, "Species"))
    places = [m.start() for m in re.finditer(short, text)]
    assert {start for surface, start, _ in found if surface == short} == (
        set(places) if is_species else set()
    )


def test_the_acronym_of_a_virus_that_has_no_name() -> None:
    text = "Strange frog virus (SFV) and slow frog exam (SFE). SFV grew, SFE too."
    found = settled(text, *at(text, "SFV", "Species"), *at(text, "SFE", "Species"))
    assert {surface for surface, _, _ in found} == {"SFV"}
