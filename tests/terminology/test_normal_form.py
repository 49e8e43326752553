"""The normal form: what it makes equal, what it keeps apart, and that offsets hold."""

from __future__ import annotations

import string
import time

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.terminology.normal_form import (
    HARD,
    PARAGRAPH,
    WORD,
    Cutter,
    Int64s,
    Uint64s,
    beginnings,
    normal_form,
    normal_word,
    polynomial,
    polynomials,
)

WILD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("αβμΔ’'-‐–—·\u00a0\u00ad\u200b\u0308\u0301ﬁ½Ⅱ²ﾞ\n\r\t\x0b\u2028 ()[]/,.+sS"),
        st.sampled_from(string.ascii_letters + string.digits),
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    "variants",
    [
        ("TNF-α", "TNF alpha", "TNFalpha", "TNF‑α", "TNF–α", "tnf-ALPHA", "TNF\u00adα"),
        ("IL-6", "IL 6", "IL6", "il6", "IL–6", "IL\u00a06"),
        ("μ opioid receptor", "µ-opioid receptors", "mu opioid receptor"),
        ("Parkinson's disease", "Parkinson’s Diseases", "Parkinson disease", "PARKINSON'S DISEASE"),
        ("tumour", "tumor", "Tumors", "tumours"),
        ("leukaemia", "leukemia", "Leukaemias"),
        ("oedema", "edema"),
        ("oestrogen receptor", "estrogen receptor"),
        ("haemorrhage", "hemorrhage"),
        ("behavioural disorder", "behavioral disorders"),
        ("diabetes type II", "diabetes type 2"),
        ("factor VIII", "factor 8"),
        ("MAPK", "MAPKs"),
        ("p53", "p53s", "P53"),
        ("mouse", "mice", "Mice"),
        ("coronavirus", "coronaviruses"),
        ("mycobacterium", "mycobacteria"),
        ("diagnosis", "diagnoses"),
        ("metastasis", "metastases"),
        ("allergy", "allergies"),
        ("Sjögren syndrome", "Sjo\u0308gren's syndrome", "Sjogren syndrome"),
        ("Behçet's disease", "Behcet disease"),
        ("MEN1", "MEN 1", "MEN-1"),
        ("cystic fibrosis", "cystic\nfibrosis"),
    ],
)
def test_variants_of_a_name_are_equal(variants: tuple[str, ...]) -> None:
    assert {normal_form(v) for v in variants} == {normal_form(variants[0])}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("IL-6", "IL-16"),
        ("SOX2", "SOX9"),
        ("TNF-α", "TNF-β"),
        ("breast, cancer", "breast cancer"),
        ("BRCA1/2", "BRCA12"),
        ("cat (domestic)", "cat domestic"),
        ("HRAS", "HRA"),
        ("SARS", "SAR"),
        ("virus", "viru"),
        ("MEN", "man"),
        ("diabetes mellitus", "diabetes\n\nmellitus"),
    ],
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert normal_form(one) != normal_form(other)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("IL6", "il6"), ("β", "beta"), ("Tumours", "tumor"), ("mice", "mouse"), ("II", "2"),
        ("ii", "ii"), ("HRAS", "hras"), ("MAPKs", "mapk"), ("p38α", "p38alpha"),
        ("KATPases", "katpase"),
        ("boss", "boss"), ("viruses", "virus"),
        ("arthritis", "arthritis"), ("women", "woman"),
        ("aerobic", "aerobic"), ("ﬁbrosis", "fibrosis"), ("²", "2"), ("ﾞ", ""),
    ],
)  # fmt: skip
def test_normal_words(word: str, expected: str) -> None:
    assert normal_word(word) == expected


@pytest.mark.parametrize(
    "name",
    [
        "Osteoarthritis, Knee", "Parkinson's diseases", "TNF-α", "leukaemias",
        "SL3-3 enhancer (α) 1",
        "mice", "Factor VIII", "MAPKs", "Behçet's disease", "children", "analyses", "C. elegans",
    ],
)  # fmt: skip
def test_the_normal_form_of_names_is_its_own_normal_form(name: str) -> None:
    assert normal_form(normal_form(name)) == normal_form(name)


@given(st.text(st.sampled_from(string.printable + "\0\x1c\x1d\x1e\x1f"), max_size=60))
def test_a_text_of_ascii_is_cut_like_any_other(text: str) -> None:
    alone, beside = Cutter().cut(text), Cutter().cut(f"{text}\n\né")
    words, others = alone.where(alone.kind == WORD), beside.where(beside.kind == WORD)
    assert len(others.start) == len(words.start) + 1
    for found, expected in zip(
        (words.start, words.end, words.hash), (others.start, others.end, others.hash), strict=True
    ):
        assert found.tolist() == expected.tolist()[:-1]


@given(WILD)
def test_pieces_are_where_they_say_and_hash_what_they_are(text: str) -> None:
    words = Cutter().cut(text)
    assert len(words.start) == len(words.end) == len(words.hash) == len(words.factor)
    borders = np.stack([words.start, words.end], axis=1).ravel()
    assert (words.start < words.end).all()
    assert (np.diff(borders) >= 0).all()
    assert not len(borders) or (borders[0] >= 0 and borders[-1] <= len(text))
    for i in range(len(words.start)):
        normal = normal_form(text[words.start[i] : words.end[i]])
        assert (int(words.hash[i]), int(words.factor[i])) == polynomial(normal)
        assert words.kind[i] == (WORD if text[words.start[i]].isalnum() else HARD)


@given(WILD)
def test_the_pieces_of_a_text_are_its_normal_form(text: str) -> None:
    words = Cutter().cut(text)
    pieces = zip(words.start.tolist(), words.end.tolist(), strict=True)
    assert "".join(normal_form(text[s:e]) for s, e in pieces) == normal_form(text)


@given(WILD, WILD)
def test_a_paragraphs_end_is_a_wall(left: str, right: str) -> None:
    words = Cutter().cut(f"{left}A\n\nB{right}")
    wall = words.hash == np.uint64(polynomial(PARAGRAPH)[0])
    position = len(left) + 1
    assert any(wall & (words.start <= position) & (words.end >= position + 2))


@pytest.mark.parametrize(
    "gap", ["\n\n", "\r\n\r\n", "\n \t\n", "\n\n\n\n", "  \n\u00a0\n  ", "-\n\n-"]
)
def test_every_kind_of_empty_line_ends_a_paragraph(gap: str) -> None:
    assert normal_form(f"breast{gap}cancer") == f"breast{PARAGRAPH}cancer"


@pytest.mark.parametrize("gap", ["\n", "\r\n", " \n ", "\t", "\u2028", "-\n"])
def test_a_single_line_end_is_a_blank(gap: str) -> None:
    assert normal_form(f"breast{gap}cancer") == "breastcancer"


@given(st.lists(WILD, min_size=1, max_size=8), st.integers(0, 20))
def test_forgetting_never_changes_a_result(texts: list[str], limit: int) -> None:
    def tell(kinds: npt.NDArray[np.uint8], hashes: Uint64s) -> Int64s:
        return kinds + 10 * (hashes % 7).astype(int)

    small = Cutter(limit=limit, tell=tell)
    for text in texts:
        forgetful, fresh = small.cut(text), Cutter(tell=tell).cut(text)
        for attribute in ("start", "end", "kind", "hash", "factor", "told"):
            assert (getattr(forgetful, attribute) == getattr(fresh, attribute)).all()
        assert (fresh.told == fresh.kind + 10 * (fresh.hash % 7).astype(int)).all()


@pytest.mark.parametrize("step", ["normal_piece", "polynomials", "np.concatenate"])
def test_an_interruption_never_changes_a_result(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cutter = Cutter()
    cutter.cut("Runx2 in mice")
    many = " ".join(f"p{i}" for i in range(5000))
    with monkeypatch.context() as patch:

        def interrupt(*_: object) -> None:
            raise TimeoutError

        patch.setattr(f"pipeline.terminology.normal_form.{step}", interrupt)
        with pytest.raises(TimeoutError):
            cutter.cut(many)
    for text in ("Runx2 in p5 mice", many):
        after, fresh = cutter.cut(text), Cutter().cut(text)
        for attribute in ("start", "end", "kind", "hash", "factor"):
            assert (getattr(after, attribute) == getattr(fresh, attribute)).all()


@given(WILD, WILD)
def test_the_hash_of_a_whole_follows_from_its_parts(left: str, right: str) -> None:
    value, _ = polynomial(left)
    more, factor = polynomial(right)
    assert polynomial(left + right)[0] == (value * factor + more) % 2**64


@given(st.lists(WILD, max_size=6))
def test_many_strings_hash_like_each_alone(texts: list[str]) -> None:
    values, factors = polynomials(texts)
    assert list(zip(values.tolist(), factors.tolist(), strict=True)) == [
        polynomial(t) for t in texts
    ]


@given(st.lists(WILD, max_size=6))
def test_beginnings_are_all_beginnings(texts: list[str]) -> None:
    expected = sorted(polynomial(t[:k])[0] for t in texts for k in range(1, len(t)))
    assert sorted(beginnings(texts).tolist()) == expected


@pytest.mark.parametrize(
    "sign", ["\n", "\r", "\x0b", " ", "\u3000", "-", "\n ", "a\n", "'", "\u0301"]
)
def test_time_grows_with_the_text_only(sign: str) -> None:
    started = time.process_time()
    Cutter().cut(sign * 100_000)
    assert time.process_time() - started < 2
