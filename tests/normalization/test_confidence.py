"""Scores as probabilities."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language

from pipeline.language import annotate_text, link_papers
from pipeline.model import Candidate, Link, Mention, Paper, Passage
from pipeline.normalization.confidence import (
    GIVEN,
    LINKED,
    NIL,
    UNLIKELY,
    ConfidenceModel,
    Repetition,
    confident,
    evidence,
    kind_of,
    pack,
    repetitions,
    shipped_confidence,
    unpack,
    without_unlikely,
)

FOUND = (0.9, "a name")
MODEL = ConfidenceModel(
    {
        "Gene": {
            LINKED: {"any": 1.0, "score": 2.0, "margin": 1.0, "recognition": 0.5},
            NIL: {"any": -1.0},
            GIVEN: {"score": 4.0},
        }
    },
    {"corpus/dev": ("1", "2")},
)


def link(score: float = 0.8, *others: float) -> Link:
    alternatives = tuple(Candidate(f"NCBIGene:{i}", "x", s) for i, s in enumerate(others))
    return Link("NCBIGene:99", "X", score, "exact", alternatives=alternatives)


def logistic(odds: float) -> float:
    return round(1 / (1 + math.exp(-odds)), 4)


def test_the_score_of_a_linked_mention() -> None:
    scored = MODEL.with_confidence(link(0.8, 0.5), "Gene", "ABC", FOUND)
    odds = 1.0 + 2.0 * 0.8 + 1.0 * 0.3 + 0.5 * math.log(9)
    assert scored.score == logistic(odds)
    assert replace(scored, score=0.8, alternatives=link(0.8, 0.5).alternatives) == link(0.8, 0.5)


def test_the_score_of_a_mention_without_concept() -> None:
    nil = Link(method="none", reason="no gene of this name in the terminology")
    assert MODEL.with_confidence(nil, "Gene", "ABC", FOUND).score == logistic(-1.0)
    assert MODEL.with_confidence(nil, "Disease", "ABC", FOUND).score == 0.9


def test_a_given_mention_is_taken_for_granted() -> None:
    assert MODEL.with_confidence(link(0.5), "Gene", "ABC", None).score == logistic(2.0)


def test_types_without_weights_keep_their_score() -> None:
    assert MODEL.with_confidence(link(0.81234567), "Phenotype", "abc", FOUND).score == 0.8123


def test_alternatives_keep_step() -> None:
    scored = MODEL.with_confidence(link(0.8, 0.8, 0.4, 0.0), "Gene", "ABC", FOUND)
    same, half, none = (a.score for a in scored.alternatives)
    assert same == scored.score
    assert half == pytest.approx(scored.score / 2, abs=1e-4)
    assert none == 0.0


@given(
    st.floats(0, 1),
    st.lists(st.floats(0, 1), max_size=4),
    st.text(max_size=5),
    st.none() | st.tuples(st.floats(0, 1), st.sampled_from(["a name", "abbreviation of x", ""])),
)
def test_scores_are_probabilities_and_keep_their_order(
    score: float, others: list[float], text: str, recognition: tuple[float, str] | None
) -> None:
    before = link(score, *(min(o, score) for o in others))
    after = MODEL.with_confidence(before, "Gene", text, recognition)
    assert 0 <= after.score <= 1
    order = sorted(range(len(others)), key=lambda i: -before.alternatives[i].score)
    ranked = [after.alternatives[i].score for i in order]
    assert ranked == sorted(ranked, reverse=True)
    if score > 0:
        assert all(s <= after.score for s in ranked)


def test_evidence_is_named() -> None:
    names = evidence(link(0.8, 0.5), "ABC kinase", (0.9, "abbreviation of a long name"))
    assert names["found abbreviation"] == names["method exact"] == 1.0
    assert names["margin"] == pytest.approx(0.3)
    assert names["no alternative"] == 0.0
    assert evidence(link(0.8), "ABC", None)["no alternative"] == 1.0
    assert "recognition" not in evidence(link(0.8), "ABC", None)


def test_kinds() -> None:
    assert kind_of(link(), FOUND) == LINKED
    assert kind_of(Link(), FOUND) == NIL
    assert kind_of(link(), None) == kind_of(Link(), None) == GIVEN


def test_packed_and_unpacked() -> None:
    assert unpack(pack(MODEL)) == MODEL
    assert pack(unpack(pack(MODEL))) == pack(MODEL)


def test_the_shipped_model_has_every_type() -> None:
    model = shipped_confidence()
    assert set(model.weights) == {"Disease", "Gene", "Species"}
    assert all(LINKED in kinds for kinds in model.weights.values())
    assert all(name.endswith("/dev") for name in model.documents)


def test_confident() -> None:
    mentions = tuple(
        Mention("text", i, i + 1, "x", "Gene", replace(link(), score=score))
        for i, score in enumerate([0.2, 0.5, 0.9])
    )
    paper = Paper("1", (Passage("text", "text", "xxx"),), mentions)
    assert confident(paper, 0.5).mentions == mentions[1:]
    assert confident(paper, 0.0) == paper


def test_every_mention_has_a_score(nlp: Language) -> None:
    paper = annotate_text(nlp, "TNF-α and Xyzzy disease in patients with an unheard-of syndrome.")
    assert all(0 < m.link.score <= 1 for m in paper.mentions)
    assert paper.mentions


def test_what_was_found_does_not_matter_to_what_is_given(nlp: Language) -> None:
    """TNF is found too, but it is given here; its score says that its identifier is right."""
    text = "TNF in patients."
    found = annotate_text(nlp, text).mentions[0]
    given_mention = Mention("text", 0, 3, "TNF", "Gene")
    (linked,) = link_papers(nlp, [Paper("1", (Passage("text", "text", text),), (given_mention,))])
    assert linked.mentions[0].link.curie == found.link.curie
    assert linked.mentions[0].link.score != found.link.score


def test_what_is_repeated() -> None:
    mentions = [
        ("Species", "Mice", "NCBITaxon:10090"),
        ("Species", "mice", "NCBITaxon:10090"),
        ("Species", "murine", "NCBITaxon:10090"),
        ("Species", "beast", ""),
        ("Gene", "mice", ""),
    ]
    assert repetitions(mentions) == [(3, 2), (3, 2), (3, 1), (1, 1), (1, 1)]


def test_repetition_counts_for_what_was_found() -> None:
    twice = Repetition(concept=4, text=2)
    found = evidence(link(0.8), "ABC", FOUND, twice)
    assert found["repeated concept"] == 2 * found["repeated text"] > 0
    assert "repeated text" not in evidence(link(0.8), "ABC", None, twice)
    once = evidence(link(0.8), "ABC", FOUND)
    assert once["repeated concept"] == once["repeated text"] == 0


def test_what_is_more_likely_no_gene_is_left_out() -> None:
    model = ConfidenceModel(
        {"Gene": {NIL: {"any": -1.0, "recognition": 1.0, "found a name": 0.1}}}, {}
    )
    nil = Link(method="none", reason="no gene of this name")
    doubtful = model.with_confidence(nil, "Gene", "ABC", (0.6, "a name"))
    assert (doubtful.method, doubtful.score < 0.5) == (UNLIKELY, True)
    assert doubtful.reason == "more likely no gene; no gene of this name"
    likely = model.with_confidence(nil, "Gene", "ABC", (0.9, "a name"))
    # Of another recognizer's doubts nothing is known.
    other = model.with_confidence(nil, "Gene", "ABC", (0.6, "found by another"))
    assert (likely.method, other.method) == ("none", "none")
    mentions = [Mention("text", 0, 3, "ABC", "Gene", link) for link in (doubtful, likely)]
    assert without_unlikely(mentions) == (mentions[1],)


def test_a_disease_that_is_hardly_right_is_left_out() -> None:
    model = ConfidenceModel({"Disease": {LINKED: {"score": 1.0, "found a name": -1.0}}}, {})
    link = Link("MESH:D000001", "X", 0.9, "similar words", "near", alternatives=())
    kept = model.with_confidence(link, "Disease", "x disease", (0.9, "a name"))
    assert (kept.method, kept.reason) == ("similar words", "near")
    hardly = model.with_confidence(replace(link, score=-0.2), "Disease", "x", (0.9, "a name"))
    assert (hardly.method, hardly.curie) == (UNLIKELY, "MESH:D000001")
    assert hardly.score < 0.25
    assert hardly.reason == "hardly the disease that is meant; near"


def test_a_doubtful_mention_stays_in_the_doc(nlp: Language) -> None:
    text = "Members of the protein kinase C family bind BRCA1 in patients."
    doc = nlp(text)
    shown = {m.text for m in annotate_text(nlp, text).mentions}
    left_out = {s.text for s in doc.spans["mentions"] if s._.link.method == UNLIKELY}
    assert "BRCA1" in shown
    assert not left_out & shown
    assert left_out | shown == {s.text for s in doc.spans["mentions"]}


def test_given_mentions_are_never_left_out(nlp: Language) -> None:
    text = "Of the kinases, none binds."
    given = Mention("text", 7, 14, "kinases", "Gene")
    paper = Paper("p", (Passage("text", "text", text),), mentions=(given,))
    (linked,) = link_papers(nlp, [paper])
    assert [(m.text, m.link.is_nil) for m in linked.mentions] == [("kinases", True)]
    assert linked.mentions[0].link.method != UNLIKELY
