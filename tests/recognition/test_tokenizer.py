"""The tokenizer changes nothing, and its borders suit names."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.vocab import Vocab

from pipeline.recognition.tokenizer import WordTokenizer
from pipeline.terminology.terminology import Terminology

TOKENIZER = WordTokenizer(Vocab())
TEXT = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(" \t\n\r\u00a0\u2028-–'’()[]/.,α\u0301"),
        st.sampled_from("abcABC123"),
    ),
    max_size=80,
)


@given(TEXT)
def test_the_text_comes_back(text: str) -> None:
    doc = TOKENIZER(text)
    assert doc.text == text
    assert "".join(token.text_with_ws for token in doc) == text


def test_unpaired_surrogates_keep_their_place() -> None:
    assert TOKENIZER("a\ud800\udfff b\udc00").text == "a\ufffd\ufffd b\ufffd"


@given(TEXT)
def test_words_are_tokens_and_signs_are_alone(text: str) -> None:
    for token in TOKENIZER(text):
        assert token.text.isspace() or len(token.text) == 1 or token.text.isalnum()


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("TNF-α (TNFα)", ["TNF", "-", "α", "(", "TNFα", ")"]),
        ("BRCA1/2, p53", ["BRCA1", "/", "2", ",", "p53"]),
        ("Parkinson's", ["Parkinson", "'", "s"]),
        ("a  b", ["a", "  ", "b"]),
        (" a", [" ", "a"]),
        ("a\n\nb", ["a", "\n\n", "b"]),
        ("a_b", ["a", "_", "b"]),
        ("", []),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    assert [token.text for token in TOKENIZER(text)] == tokens


@given(st.data())
def test_what_the_terminology_finds_begins_and_ends_with_a_token(
    small: Terminology, data: st.DataObject
) -> None:
    names = [text for curie in small for text, _ in small.names(curie)]
    parts = data.draw(st.lists(st.one_of(st.sampled_from(names), TEXT), max_size=8))
    text = data.draw(st.sampled_from(["", " ", "-"])).join(parts)
    doc = TOKENIZER(text)
    for match in small.find(text):
        span = doc.char_span(match.start, match.end)
        assert span is not None
        assert span.text == text[match.start : match.end]


def test_it_is_a_tokenizer_that_a_configuration_can_name(tmp_path: Path) -> None:
    config = {"nlp": {"tokenizer": {"@tokenizers": "bionorm.Tokenizer.v1"}}}
    blank = spacy.blank("en", config=config)
    assert isinstance(blank.tokenizer, WordTokenizer)
    blank.to_disk(tmp_path / "model")
    assert [t.text for t in spacy.load(tmp_path / "model")("TNF-α")] == ["TNF", "-", "α"]
    restored = spacy.blank("en", config=config).from_bytes(blank.to_bytes())
    assert [t.text for t in restored("IL-6")] == ["IL", "-", "6"]
