"""What the tagger gets to see of a text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.recognition.encoding import (
    CHARACTERS,
    Window,
    vector_word,
    windows,
    word_characters,
    word_shape,
)
from pipeline.recognition.sequence import Hint, Words

TEXT = "Osteoarthritis (OA) is painful. OA of the knee, or knee OA."
DEFINITION = (16, 18, 0, 14)


def only_window(
    text: str, hints: list[Hint], definitions: list[tuple[int, int, int, int]]
) -> Window:
    (window,) = windows(text, hints, definitions, ("Disease", "Gene"), {"exact": 0, "symbol": 1})
    return window


def by_word(window: Window, values: object) -> list[tuple[str, int]]:
    return [(w, int(v)) for w, v in zip(window.words.texts, values, strict=True) if v > 0]


def test_a_short_form_points_to_the_end_of_its_long_form_wherever_it_stands() -> None:
    window = only_window(TEXT, [], [DEFINITION])
    assert window.words.texts[:4] == ["Osteoarthritis", "(", "OA", ")"]
    linked = [w for w, n in zip(window.words.texts, window.long_form, strict=True) if n == 0]
    assert linked == ["OA", "OA", "OA"]


def test_brackets_and_sentences() -> None:
    window = only_window(TEXT, [], [])
    assert by_word(window, window.in_brackets) == [("(", 1), ("OA", 1)]
    assert by_word(window, window.begins) == [("Osteoarthritis", 1), ("OA", 1)]
    assert window.words.borders == [0, 7, len(window.words.texts)]


def test_a_bracket_that_stays_open_counts_for_its_sentence_only() -> None:
    window = only_window("He said (so. Then he left.", [], [])
    assert [w for w, _ in by_word(window, window.in_brackets)] == ["(", "so", "."]


def test_the_longest_name_counts_and_each_type_has_its_own() -> None:
    text = "breast cancer 1"
    hints = [
        Hint(0, 15, "Gene", 0.9, "symbol"),
        Hint(0, 13, "Disease", 0.6, "exact"),
        Hint(7, 13, "Disease", 0.99, "exact"),
    ]
    window = only_window(text, hints, [])
    disease, gene = window.named.tolist()
    assert disease == [2, 4, 0]  # begin and end of an exact name
    assert gene == [6, 7, 8]  # begin, inside and end of a symbol
    disease, gene = window.likely.tolist()
    assert disease == [6, 8, 0]
    assert gene == [10, 11, 12]


def test_what_the_acceptance_model_rules_out_is_a_name_but_not_likely() -> None:
    window = only_window("cold", [Hint(0, 4, "Disease", 0.01, "exact")], [])
    assert window.named[0].tolist() == [1]
    assert window.likely[0].tolist() == [0]


@given(st.text(max_size=300))
def test_words_of_all_windows_are_those_of_the_text(text: str) -> None:
    whole = Words.of(text)
    cut = [window.words for window in windows(text, (), (), ("Gene",), {}, limit=5)]
    assert whole.texts == [word for words in cut for word in words.texts]
    assert whole.starts == [start for words in cut for start in words.starts]
    assert whole.ends == [end for words in cut for end in words.ends]
    lengths = [n for words in cut for n in np.diff(words.borders)]
    assert lengths == np.diff(whole.borders).tolist()
    places = zip(whole.starts, whole.ends, strict=True)
    assert whole.texts == [text[start:end] for start, end in places]
    assert "".join(whole.texts) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! three? (Four", [2, 4, 2]),
        ("Title\n\nabstract. Then\n \n.\n", [1, 2, 1, 1]),
        ("\n\n  ", []),
    ],
)
def test_sentences_end_at_signs_before_capitals_and_at_blank_lines(
    text: str, sentences: list[int]
) -> None:
    assert np.diff(Words.of(text).borders).tolist() == sentences


def test_forms_of_words() -> None:
    assert vector_word("P53") == "p00"
    assert word_shape("Runx2") == "Aa0"
    numbers = {c: i + 2 for i, c in enumerate("abcdefghijklmnopqrstuvwxyz")}
    assert word_characters("a?", numbers) == [2, 1] + [0] * (CHARACTERS - 2)
    long = word_characters("abcdefghijklmnopqrstuvwxyz", numbers)
    assert long == [*range(2, 10), *range(20, 28)]
