from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.papers.markup import heading, markdown, markdown_blocks, plain, without_bullet


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("TNF-&alpha; &#945; &#x3B1;", "TNF-α α α"),
        ("TNF-&amp;alpha;", "TNF-α"),
        ("p &lt; 0.05 &amp; R&D", "p < 0.05 & R&D"),
        ("&unknown; &notit; &parasite", "&unknown; &notit; &parasite"),
        ("<i>Mus</i> CD4<sup>+</sup> H<sub>2</sub>O", "Mus CD4+ H2O"),
        ("&lt;i&gt;Runx2&lt;/i&gt;", "Runx2"),
        ("<jats:p>one</jats:p><jats:p>two</jats:p>", "one two"),
        ('<a href="https://example.org">x</a><br/>y', "x y"),
        ("0 <b and c> d; <0.05>; a <i", "0 <b and c> d; <0.05>; a <i"),
        (" a\n\tb \r c\x0bd\x00e\u2028f\x85g ", "a b c d e f g"),
        ("no\u00a0break, thin\u2009space", "no\u00a0break, thin\u2009space"),
        ("e\u0301 ﬁ", "e\u0301 ﬁ"),
    ],
)
def test_plain(raw: str, text: str) -> None:
    assert plain(raw) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("**Background:** *Runx2* and _Sp7_", "Background: Runx2 and Sp7"),
        ("***both*** and **a *nested* b**", "both and a nested b"),
        ("*Runx2*-/- mice, pro-*BRCA1*", "Runx2-/- mice, pro-BRCA1"),
        ("HLA-A*02:01 and HLA-B*07:02", "HLA-A*02:01 and HLA-B*07:02"),
        ("*p < 0.05, **p < 0.01; 2 * 3 * 4", "*p < 0.05, **p < 0.01; 2 * 3 * 4"),
        ("locus PP_1234_a, _x", "locus PP_1234_a, _x"),
        (r"A\*02 \[sic\] B\*03", "A*02 [sic] B*03"),
        ("A&#42;02&#42; b", "A*02* b"),
        ("see [the *gene*](https://example.org/a), [12](#r12)", "see the gene, 12"),
        ("[Ca](2+) and poly [I](C)", "[Ca](2+) and poly [I](C)"),
    ],
)
def test_markdown(raw: str, text: str) -> None:
    assert markdown(raw) == text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("# A", (1, "A")),
        ("###### F", (6, "F")),
        ("## A ##", (2, "A")),
        ("## C#", (2, "C#")),
        ("#", (1, "")),
        ("#A", (0, "")),
        ("####### G", (0, "")),
        ("text # A", (0, "")),
    ],
)
def test_heading(line: str, expected: tuple[int, str]) -> None:
    assert heading(line) == expected


@pytest.mark.parametrize("bullet", ["- ", "* ", "+ ", "• ", "  - ", "1. ", "12) ", "-\t"])
def test_bullets(bullet: str) -> None:
    assert without_bullet(f"{bullet}item") == "item"


@pytest.mark.parametrize("line", ["-5 degrees", "**bold** text", "1.5 mg", "- ", "text - text"])
def test_no_bullets(line: str) -> None:
    assert without_bullet(line) is None


@pytest.mark.parametrize(
    ("source", "blocks"),
    [
        ("a\nb\n\n \nc", ["a\nb", "c"]),
        ("- a\n  more\n- b\n3. c", ["a\n  more", "b", "c"]),
        ("Intro:\n- a\n- b", ["Intro:", "a", "b"]),
        ("the rate was\n3. times higher", ["the rate was\n3. times higher"]),
        ("### Methods\ntext\n#\nmore", ["Methods", "text", "more"]),
        ("a\n\n---\n\n* * *\nb\n___", ["a", "b"]),
        ("", []),
    ],
)
def test_markdown_blocks(source: str, blocks: list[str]) -> None:
    assert list(markdown_blocks(source.split("\n"))) == blocks


@given(st.text(st.sampled_from("*_[]()\\&;#<>/ib= \nα\u00a0aA1-")))
def test_cleaned_text_is_stripped_and_on_one_line(raw: str) -> None:
    for clean in (plain, markdown):
        text = clean(raw)
        assert text == text.strip()
        assert "\n" not in text
        assert "  " not in text


@given(st.text(st.characters(categories=["L", "N"]), min_size=1))
def test_letters_and_digits_are_never_touched(word: str) -> None:
    assert plain(word) == markdown(word) == word


@pytest.mark.parametrize("unit", ["**a ", "_a ", "[a](", "<i ", "<a b='", "# ", "&amp", "\\", "- "])
def test_long_unfinished_markup_takes_linear_time(unit: str) -> None:
    assert markdown(unit * 50_000)
