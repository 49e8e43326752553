"""The pipeline as a whole: whatever the text, offsets hold and the same text gives the same."""

from __future__ import annotations

import gc
from dataclasses import replace
from importlib.metadata import entry_points

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

import pipeline
from pipeline.language import annotate_papers, annotate_text, document_text, load, mentions_of
from pipeline.model import Annotation, EntityType, Paper, Passage
from pipeline.normalization.confidence import without_unlikely

NAMES = [
    "TNF-α", "tumor necrosis factor", "mice", "Mice", "osteoarthritis (OA)", "OA", "RUNX2", "Runx2",
    "Parkinson’s disease", "Parkinson's", "disease", "C. elegans", "Caenorhabditis elegans", "rat",
    "patients", "breast", "cancer", "BRCA1/2", "IL-6", "SARS-CoV-2", "Sjo\u0308gren’s syndrome",
    "interleukin 6 (IL-6)", "antler stem cells (ASCs)", "ASC", "ﬁbrosis", "p38α", "Leukaemia",
]  # fmt: skip
STRANGE = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(" \n\r\t\u00a0\u2028\u200b\u0308’'-–()[]/.,;αβ𝛼🐭ß İ"),
    ),
    max_size=12,
)
WORD = st.one_of(st.sampled_from(NAMES), STRANGE)
TEXT = st.lists(WORD, max_size=8).flatmap(
    lambda words: st.sampled_from([" ", "", "-", "\n", ", "]).map(lambda glue: glue.join(words))
)
PASSAGES = st.lists(TEXT, max_size=5)
MANY = settings(max_examples=150)


def paper_of(texts: list[str], **rest: object) -> Paper:
    passages = tuple(Passage(f"p{i}", "text", text) for i, text in enumerate(texts))
    return replace(Paper("x", passages), **rest)


def annotated(nlp: Language, paper: Paper) -> Paper:
    (result,) = annotate_papers(nlp, [paper])
    return result


@MANY
@given(PASSAGES)
@example(["", "", "mice", ""])
@example(["\n\nmice\n\n", "mice\n", "\n"])
@example(["Parkinson", "'s disease", "breast", "cancer"])
@example(["𝛼𝛼 mice 🐭 TNF-α"])
def test_every_mention_is_the_text_between_its_offsets(nlp: Language, texts: list[str]) -> None:
    paper = annotated(nlp, paper_of(texts))
    order = {passage.id: i for i, passage in enumerate(paper.passages)}
    for m in paper.mentions:
        text = paper.passage(m.passage).text
        assert 0 <= m.start < m.end <= len(text)
        assert m.text == text[m.start : m.end]
        assert m.type in set(EntityType)
        assert m.link.curie or m.link.reason
    places = [(order[m.passage], m.start) for m in paper.mentions]
    assert places == sorted(places)


@given(STRANGE, st.text(st.characters(categories=["Cs"]), min_size=1, max_size=3), STRANGE)
def test_unpaired_surrogates_are_survived(
    nlp: Language, left: str, surrogates: str, right: str
) -> None:
    text = f"{left} mice {surrogates} mice {right}"
    paper = annotated(nlp, paper_of([text]))
    assert all(m.text == text[m.start : m.end] for m in paper.mentions)
    assert len([m for m in paper.mentions if m.text == "mice"]) >= 1


@given(PASSAGES)
def test_the_same_text_gives_the_same(nlp: Language, texts: list[str]) -> None:
    paper = paper_of(texts)
    assert annotated(nlp, paper) == annotated(nlp, paper)


@given(PASSAGES, st.sampled_from(NAMES), st.sampled_from(["Gene", "Disease", "Species"]))
def test_annotations_of_the_source_are_no_hint(
    nlp: Language, texts: list[str], name: str, type_: str
) -> None:
    gold = Annotation(type_, ("MONDO:0005178",), name, aliases=("mice",))
    bare = annotated(nlp, paper_of(texts))
    hinted = annotated(nlp, paper_of(texts, annotations=(gold,) * 3, metadata={"title": name}))
    assert hinted.mentions == bare.mentions


@given(st.lists(PASSAGES, max_size=4))
def test_papers_do_not_depend_on_each_other(nlp: Language, papers: list[list[str]]) -> None:
    every = [paper_of(texts) for texts in papers]
    together = list(annotate_papers(nlp, every))
    assert together == [annotated(nlp, paper) for paper in every]
    assert together[::-1] == list(annotate_papers(nlp, every[::-1]))


@settings(max_examples=30)
@given(st.lists(PASSAGES, max_size=4))
def test_pipe_gives_what_single_calls_give(nlp: Language, papers: list[list[str]]) -> None:
    every = [paper_of(texts) for texts in papers]
    docs = nlp.pipe([document_text(p) for p in every], batch_size=2)
    piped = [
        without_unlikely(mentions_of(doc, paper)) for doc, paper in zip(docs, every, strict=True)
    ]
    assert piped == [annotated(nlp, paper).mentions for paper in every]


def test_no_name_reaches_from_one_passage_into_the_next(nlp: Language) -> None:
    paper = annotated(nlp, paper_of(["Parkinson", "disease", "breast", "cancer"]))
    assert {m.text.lower() for m in paper.mentions} <= {"parkinson", "disease", "breast", "cancer"}


def test_a_definition_holds_in_every_passage(nlp: Language) -> None:
    paper = annotated(nlp, paper_of(["Osteoarthritis (OA)", "OA hurts.", "Much OA."]))
    found = [(m.passage, m.link.curie) for m in paper.mentions if m.text == "OA"]
    assert found == [(p, "MONDO:0005178") for p in ("p0", "p1", "p2")]


def test_the_components_are_published() -> None:
    factories = {e.name: e.value for e in entry_points(group="spacy_factories")}
    published = {n: v for n, v in factories.items() if n.startswith("bionorm_")}
    assert set(published) >= {
        "bionorm_abbreviations",
        "bionorm_recognizer",
        "bionorm_normalizer",
        "bionorm_kb_ents",
    }
    for entry in entry_points(group="spacy_factories"):
        if entry.name in published:
            assert callable(entry.load())


def test_the_components_of_the_pipeline(nlp: Language) -> None:
    assert nlp.pipe_names == ["bionorm_abbreviations", "bionorm_recognizer", "bionorm_normalizer"]


def test_a_document_carries_what_was_found(nlp: Language) -> None:
    doc = nlp("In mice with osteoarthritis, TNF-α rose.")
    found = {e.text: (e.label_, e.kb_id_) for e in doc.ents}
    assert found["mice"] == ("Species", "NCBITaxon:10090")
    assert found["osteoarthritis"] == ("Disease", "MONDO:0005178")
    assert found["TNF-α"][0] == "Gene"
    for span in doc.spans["mentions"]:
        assert span._.link.curie == ("" if span.kb_id_ == "NIL" else span.kb_id_)


def test_a_document_can_be_stored(nlp: Language) -> None:
    doc = nlp("Osteoarthritis (OA) in mice; OA hurts.")
    restored = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert restored.text == doc.text
    assert [(e.text, e.label_, e.kb_id_) for e in restored.ents] == [
        (e.text, e.label_, e.kb_id_) for e in doc.ents
    ]
    assert [(s.kb_id_, s._.link) for s in restored.spans["mentions"]] == [
        (s.kb_id_, s._.link) for s in doc.spans["mentions"]
    ]


def test_the_pipeline_reads_a_text_and_a_paper(nlp: Language) -> None:
    paper = pipeline.annotate("Mice.", nlp=nlp)
    assert [(m.text, m.link.curie) for m in paper.mentions] == [("Mice", "NCBITaxon:10090")]
    again = pipeline.annotate(paper.with_mentions(()), nlp=nlp)
    assert again == paper == annotate_text(nlp, "Mice.")
    frame = pipeline.to_frame([paper])
    assert frame.loc[0, ["start", "end", "text"]].tolist() == [0, 4, "Mice"]


@pytest.mark.parametrize("texts", [[], [""], ["", ""], [" "], ["\n\n\n"]])
def test_papers_without_text(nlp: Language, texts: list[str]) -> None:
    assert annotated(nlp, paper_of(texts)).mentions == ()


def test_a_guideline_has_its_own_prior() -> None:
    priors = {}
    for name in ("gnormplus", "consensus", "biored"):
        components = load(guideline=name).config["components"]
        priors[name] = components["bionorm_normalizer"]["human_prior"]
    assert priors["gnormplus"] > 0 > priors["consensus"] == priors["biored"]


def test_a_paper_leaves_nothing_to_the_collector_of_garbage(nlp: Language) -> None:
    text = "Osteopontin (OPN) and Runx2 in mice with osteoarthritis (OA), E. coli, p53 and HIV-1."
    annotated(nlp, paper_of([text]))
    gc.collect()
    gc.disable()
    try:
        annotated(nlp, paper_of([f"{text} Escherichia coli K-12.", text]))
        assert gc.collect() == 0
    finally:
        gc.enable()
