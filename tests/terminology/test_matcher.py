"""The matcher against a search that looks at every stretch of the text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.terminology.compile import UNMATCHED_SCOPES
from pipeline.terminology.matcher import MAX_WORDS
from pipeline.terminology.normal_form import WORD, Cutter, normal_form
from pipeline.terminology.terminology import Terminology

FILLER = ["the", "of", "in", "a", "and", "cell", "disease", "factor", "type", "2", "alpha", "x"]
SIGNS = st.sampled_from(
    [
        " ",
        " ",
        " ",
        "-",
        "–",
        "  ",
        "\n",
        ", ",
        " (",
        ") ",
        "/",
        ". ",
        "",
        "\n\n",
        " \r\n\r\n",
        "'s ",
    ]
)
STRANGE = st.text(max_size=5)
Span = tuple[int, int]


def names_of(terminology: Terminology) -> list[str]:
    return [
        text
        for curie in terminology
        for text, scope in terminology.names(curie)
        if scope not in UNMATCHED_SCOPES
    ]


def cut(text: str) -> list[tuple[int, int, bool, str]]:
    """Start, end, whether it is a word, and normal form of each piece."""
    words = Cutter().cut(text)
    return [
        (s, e, k == WORD, normal_form(text[s:e]))
        for s, e, k in zip(
            words.start.tolist(), words.end.tolist(), words.kind.tolist(), strict=True
        )
    ]


def forms_and_beginnings(names: list[str]) -> tuple[set[str], set[str]]:
    """The normal forms of names, with and without punctuation, and where a text may break them."""
    forms, beginnings = set(), set()
    for name in names:
        pieces = [(normal, is_word) for _, _, is_word, normal in cut(name)]
        for kept in ([n for n, _ in pieces], [n for n, is_word in pieces if is_word]):
            forms.add("".join(kept))
            beginnings.update("".join(kept[:i]) for i in range(1, len(kept)))
        if len(name) <= 12 and name.isalnum():
            normal = normal_form(name)
            beginnings.update(normal[:i] for i in range(1, len(normal)))
    return forms, beginnings


def search(text: str, forms: set[str], passes: Callable[[str], bool]) -> set[Span]:
    """Every stretch of whole words with the normal form of a name, of those that may go on."""
    pieces = cut(text)
    found = set()
    for i, (start, _, starts_with_word, _) in enumerate(pieces):
        normal = ""
        for _, end, is_word, piece in pieces[i : i + MAX_WORDS] if starts_with_word else ():
            if piece == "\n\n":
                break
            normal += piece
            if normal in forms and (is_word or piece in ")]+"):
                found.add((start, end))
            if not passes(normal):
                break
    return found


@pytest.fixture(scope="module")
def lexicon(small: Terminology) -> tuple[set[str], set[str]]:
    return forms_and_beginnings(names_of(small))


def texts_of(names: list[str]) -> st.SearchStrategy[str]:
    word = st.one_of(st.sampled_from(names), st.sampled_from(FILLER), STRANGE)
    pairs = st.lists(st.tuples(word, SIGNS), min_size=1, max_size=12)
    return pairs.map(lambda ps: "".join(w + sign for w, sign in ps))


@given(st.data())
def test_all_names_and_nothing_else(
    small: Terminology, lexicon: tuple[set[str], set[str]], data: st.DataObject
) -> None:
    forms, beginnings = lexicon
    text = data.draw(texts_of(names_of(small)))
    found = [(m.start, m.end) for m in small.find(text)]
    assert len(found) == len(set(found))
    # The set of beginnings is a Bloom filter: it may let more pass, and what is found is a name.
    assert search(text, forms, beginnings.__contains__) <= set(found)
    assert set(found) <= search(text, forms, lambda _: True)


@given(st.text(st.characters(), max_size=80))
@example("ﾞTNF")
@example("TNF\u0301 TNFα")
@example("\ud800TNF\udfff")
def test_offsets_in_any_text(
    small: Terminology, lexicon: tuple[set[str], set[str]], text: str
) -> None:
    matches = small.find(text)
    assert list(matches) == sorted(matches, key=lambda m: (m.start, m.end))
    for match in matches:
        assert 0 <= match.start < match.end <= len(text)
        surface = text[match.start : match.end]
        assert "\n\n" not in surface
        assert normal_form(surface) in lexicon[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TNF-α rises", ["TNF", "TNF-α"]),
        ("TNF alpha and Parkinson’s disease", ["TNF", "TNF alpha", "Parkinson’s disease"]),
        ("NF-kB", ["NF-kB"]),
        ("N-F-K-B", ["N-F-K-B"]),
        ("in mice, Runx-2 and RUNX2.", ["mice", "Runx-2", "RUNX2"]),
        ("osteoarthritis, knee", ["osteoarthritis", "osteoarthritis, knee"]),
        ("osteoarthritis knee", ["osteoarthritis", "osteoarthritis knee"]),
        ("SL3-3 enhancer factor (alpha) 1", ["SL3-3 enhancer factor (alpha) 1"]),
        ("Parkinson\n\ndisease", []),
        ("Parkinson\ndisease", ["Parkinson\ndisease"]),
        ("Parkinson. disease", []),
        ("M. musculus", ["M. musculus"]),
        ("B2R is a locus", []),
        ("mTNF TNFX", []),
        ("(TNF)", ["TNF"]),
        ("", []),
        ("\n\n", []),
    ],
)
def test_matches(small: Terminology, text: str, expected: list[str]) -> None:
    assert [text[m.start : m.end] for m in small.find(text)] == expected


def test_every_name_is_found_as_it_is(small: Terminology) -> None:
    for name in names_of(small):
        assert (0, len(name)) in {(m.start, m.end) for m in small.find(name)}, name


def test_names_that_end_in_a_bracket(make_snapshot: Callable[..., Path], tmp_path: Path) -> None:
    names = [("NCBIGene:860", text, "synonym", "x") for text in ("CD4+", "p65 (RelA)", "5-HT[2A]")]
    terminology = Terminology.open(
        make_snapshot(tmp_path / "snapshot", names=names), cache=tmp_path
    )
    text = "CD4+ p65 (RelA) 5-HT[2A]."
    found = {text[m.start : m.end] for m in terminology.find(text)}
    assert {"CD4+", "p65 (RelA)", "5-HT[2A]"} <= found


def test_the_longest_name(make_snapshot: Callable[..., Path], tmp_path: Path) -> None:
    names = [
        ("NCBIGene:860", " ".join("abcdefghijklmnopqrstuvwxyz"[:n]), "synonym", "x")
        for n in (MAX_WORDS, MAX_WORDS + 1)
    ]
    terminology = Terminology.open(
        make_snapshot(tmp_path / "snapshot", names=names), cache=tmp_path
    )
    text = f"0 {names[1][1]} 0"
    assert [text[m.start : m.end] for m in terminology.find(text)] == [names[0][1]]


def test_long_texts_are_searched_in_one_go(small: Terminology) -> None:
    text = "In mice, Runx2 binds TNF-α (osteopontin). " * 2000
    found = small.find(text)
    assert len(found) == 2000 * 5
