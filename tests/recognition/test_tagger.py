"""The tagger that ships: what it finds, and that it is always the same."""

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pipeline.errors import UsageError
from pipeline.language import load
from pipeline.model import Paper
from pipeline.recognition.decoding import TAGS
from pipeline.recognition.encoding import windows
from pipeline.recognition.recognizer import DEFAULT_GUIDELINE, SEQUENCE_TYPES
from pipeline.recognition.sequence import Hint, Words
from pipeline.recognition.tagger import Tagger, _alike, _apart, guidelines, shipped_tagger
from pipeline.recognition.tagger_weights import (
    CONSENSUS,
    INPUTS,
    STEPS,
    Matrix,
    pack,
    unpack,
    whole,
    with_consensus,
)

TEXT = (
    "Osteoarthritis (OA) of the knee in mice. Runx2 and SOX9 are expressed in chondrocytes of "
    "patients with OA, and not in rheumatoid arthritis."
)
HINTS = [Hint(0, 14, "Disease", 0.95, "preferred")]
DEFINITIONS = [(16, 18, 0, 14)]
TYPES = shipped_tagger().types


def test_it_finds_all_types_in_context(annotate: Callable[[str], Paper]) -> None:
    expected = {
        ("Osteoarthritis", "Disease"),
        ("OA", "Disease"),
        ("rheumatoid arthritis", "Disease"),
        ("mice", "Species"),
        ("patients", "Species"),
        ("Runx2", "Gene"),
        ("SOX9", "Gene"),
    }
    assert expected == {(m.text, m.type) for m in annotate(TEXT).mentions}


def test_other_texts_before_do_not_change_the_result() -> None:
    weights = shipped_tagger().weights
    fresh, used = Tagger(weights), Tagger(weights)
    for text in ("SOX9", "An entirely different text on IL-6 in rats.", TEXT[:20]):
        list(used.find(text, (), (), DEFAULT_GUIDELINE, TYPES))
    arguments = TEXT, HINTS, DEFINITIONS, DEFAULT_GUIDELINE, TYPES
    assert list(fresh.find(*arguments)) == list(used.find(*arguments))


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "\ud800", "�" * 50, "∑(((" * 30, "α", "A" * 5000]
)
def test_odd_texts_do_no_harm(text: str) -> None:
    for tagged in shipped_tagger().find(text, (), (), DEFAULT_GUIDELINE, TYPES):
        assert 0 <= tagged.start < tagged.end <= len(text)


def test_a_long_text_is_looked_at_in_windows() -> None:
    name, times = "rheumatoid arthritis", 400  # more words than a window holds
    text = f"{TEXT} " * times
    places = [found.span() for found in re.finditer(name, text)]
    hints = [Hint(*place, "Disease", 0.95, "preferred") for place in places]
    tagged = shipped_tagger().find(text, hints, (), DEFAULT_GUIDELINE, TYPES)
    assert [(m.start, m.end) for m in tagged if text[m.start : m.end] == name] == places


def test_probabilities_are_probabilities() -> None:
    tagged = list(shipped_tagger().find(TEXT, HINTS, DEFINITIONS, DEFAULT_GUIDELINE, TYPES))
    assert all(0 < m.probability <= 1 for m in tagged)


def test_the_file_holds_all_that_there_is() -> None:
    weights = shipped_tagger().weights
    packed = pack(weights)
    assert pack(unpack(packed)) == packed
    assert len(packed) < 30_000_000
    assert set(SEQUENCE_TYPES) <= set(weights.types)
    assert {"bc5cdr", "ncbi_disease", "biored", "gnormplus"} <= set(weights.training)
    assert all(weights.training.values())


def test_sums_are_exact_in_any_order() -> None:
    random = np.random.default_rng(0)
    matrix = whole(random.normal(size=(384, 8)).astype(np.float32), np.zeros(8, np.float32), 4.0)
    rows = matrix.steps(random.uniform(0, 5, (50, 384)).astype(np.float32))
    assert rows.max() == INPUTS
    assert np.abs(matrix.weights).max() == STEPS
    order = random.permutation(384)
    other = Matrix(matrix.weights[order], matrix.scale, matrix.bias, matrix.inputs)
    assert np.array_equal(matrix(rows), other(rows[:, order]))
    assert np.array_equal(matrix(rows)[7:8], matrix(rows[7:8]))


def test_every_sum_of_the_shipped_weights_is_exact() -> None:
    w = shipped_tagger().weights
    for matrix in (w.character_matrix, *w.layers, w.pool, *w.outputs):
        assert np.array_equal(matrix.weights, np.rint(matrix.weights))
        assert np.abs(matrix.weights).sum(axis=0).max() * INPUTS < 2**24


def test_scores_are_those_of_every_word_computed_by_itself() -> None:
    w = shipped_tagger().weights
    text = f"{TEXT} OA (or OA) of the knee of mice: the SOX9 (SRY-box 9). Mice of the OA group."
    scopes = {scope: i for i, scope in enumerate(w.scopes)}
    (window,) = windows(text, HINTS, DEFINITIONS, TYPES, scopes)
    rows, numbers = shipped_tagger()._forms.rows(window.words.texts)
    state = rows[numbers] + w.bracket_rows[window.in_brackets]
    state += w.begin_rows[window.begins]
    state += w.guideline_rows[0]
    for i in range(len(TYPES)):
        state += w.named_rows[i][window.named[i]]
        state += w.likely_rows[i][window.likely[i]]
    state = np.maximum(state, 0)
    nothing = np.zeros_like(state[0])
    for i, (layer, distance) in enumerate(zip(w.layers, w.dilation, strict=True)):
        if i == w.pooled_after:
            steps = w.pool.steps(state)
            strongest = [steps[window.same == n].max(axis=0) for n in window.same]
            linked = [steps[n] if n >= 0 else nothing for n in window.long_form]
            state = state + np.maximum(w.pool(np.hstack([steps, strongest, linked])), 0)
        steps = layer.steps(state)
        before = [nothing] * distance + list(steps[:-distance])
        after = list(steps[distance:]) + [nothing] * distance
        state = state + np.maximum(layer(np.hstack([before, steps, after])), 0)
    expected = w.outputs[0](w.outputs[0].steps(state))
    assert np.array_equal(shipped_tagger().scores(window, 0), expected)


@pytest.mark.parametrize("most", [2**62, 50])
def test_words_that_enter_alike_are_found(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.recognition.tagger._MOST_KEYS", most)
    columns = np.random.default_rng(0).integers(0, 3, (5, 200))
    firsts, alike = _alike([(3, column) for column in columns])
    assert np.array_equal(columns[:, firsts[alike]], columns)
    assert len(firsts) == len(np.unique(columns, axis=1).T)


def test_a_guideline_can_be_chosen() -> None:
    assert DEFAULT_GUIDELINE in guidelines()
    assert load(guideline="bc5cdr").get_pipe("bionorm_recognizer").guideline == "bc5cdr"
    with pytest.raises(UsageError, match="no guideline 'nobody'; there are bc5cdr"):
        load(guideline="nobody")


def test_the_consensus_is_the_mean_of_those_who_annotate_a_type() -> None:
    own = shipped_tagger().weights
    several = [own.guidelines.index(name) for name in ("biored", "gnormplus")]
    single = own.guidelines.index("ncbi_disease")
    plain = replace(own, guidelines=own.guidelines[:-1], outputs=own.outputs[:-1])
    assert own.guidelines[-1] == CONSENSUS
    annotating = {
        "Disease": ["ncbi_disease"],
        "Gene": ["biored", "gnormplus"],
        "Species": ["biored"],
    }
    mixed = with_consensus(plain, annotating, ["Gene"]).outputs[-1]
    genes, diseases = slice(len(TAGS), 2 * len(TAGS)), slice(0, len(TAGS))
    tolerance = 1e-6 + mixed.scale * mixed.inputs  # a step of a whole number
    mean = np.mean([own.outputs[i].real() for i in several], axis=0)
    assert (np.abs(mixed.real() - mean) <= tolerance)[:, genes].all()
    assert (np.abs(mixed.real() - own.outputs[single].real()) <= tolerance)[:, diseases].all()
    rows = with_consensus(plain, annotating, ["Gene"]).guideline_rows[-1]
    assert np.allclose(rows, own.guideline_rows[several].mean(axis=0))


def test_families_are_told_from_genes(annotate: Callable[[str], Paper]) -> None:
    text = "Members of the protein kinase family and SH3 domains bind human BRCA1 in patients."
    assert [m.text for m in annotate(text).mentions if m.type == "Gene"] == ["BRCA1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fibroblast growth factor 2 (FGF2", ["Fibroblast growth factor 2", "FGF2"]),
        ("beta(2)-adrenergic receptor", ["beta(2)-adrenergic receptor"]),
        ("(FGF2", ["FGF2"]),
        ("VEGF)-A", ["VEGF)-A"]),
        ("a (b (c", ["a", "b", "c"]),
    ],
)
def test_an_open_bracket_parts_two_names(text: str, expected: list[str]) -> None:
    texts, starts, ends, _ = Words.of(text)
    parts = _apart(texts, 0, len(texts))
    assert [text[starts[a] : ends[b - 1]] for a, b in parts] == expected


def test_an_interruption_never_changes_a_score(monkeypatch: pytest.MonkeyPatch) -> None:
    tagger = Tagger(shipped_tagger().weights)
    (window,) = windows(TEXT, (), (), TYPES, {})
    with monkeypatch.context() as patch:

        def interrupt(*_: object) -> None:
            raise TimeoutError

        patch.setattr("pipeline.recognition.tagger.vector_word", interrupt)
        with pytest.raises(TimeoutError):
            tagger.scores(window, 0)
    assert np.array_equal(tagger.scores(window, 0), shipped_tagger().scores(window, 0))
