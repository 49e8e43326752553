"""The pipeline without a `Doc`: the same mentions, and only where nobody else would see it."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.language import annotate_text, document_text, load, load_dictionary, mentions_of
from pipeline.model import Paper, Passage
from pipeline.normalization.dictionary import Dictionary
from pipeline.papers import read
from pipeline.recognition.recognizer import Recognizer
from pipeline.text_pipeline import TextPipeline, on_texts

WORDS = st.sampled_from(
    ["mice", "TNF-α", "IL-6", "BRCA1/2", "FGFR1-4", "p53-/-", "osteoarthritis", "(OA)", "OA",
     "HIV-1", "infection", "breast and ovarian cancer", "E. coli", "Escherichia coli", "let-7a",
     "tumor necrosis factor", "(TNF)", "patients.", "\n\n", "😀", "and", "diabetes", "STAT3"]
)  # fmt: skip
TEXT = st.lists(st.tuples(WORDS, st.sampled_from([" ", "", "-", "/", ". "])), max_size=12).map(
    lambda parts: "".join(word + glue for word, glue in parts)
)


def both(nlp: Language, paper: Paper) -> tuple[list[object], list[object]]:
    """The mentions of a paper without and with a `Doc`, in the order of the text."""
    text = document_text(paper)
    texts = on_texts(nlp)
    assert texts is not None
    bare = sorted(texts.find(text), key=lambda m: (m[0].start_char, -m[0].end_char))
    starts = [(p.start_char, p.end_char, p.label_, link) for p, link in bare]
    whole = Paper(paper.id, (Passage("text", "text", text),))
    return starts, [(m.start, m.end, m.type, m.link) for m in mentions_of(nlp(text), whole)]


@settings(max_examples=60)
@given(TEXT)
@example("HIV-1 infection and BRCA1/2 in breast and ovarian cancer (BOC); BOC in mice.")
def test_the_mentions_are_those_of_a_doc(nlp: Language, text: str) -> None:
    without, with_doc = both(nlp, Paper("x", (Passage("text", "text", text),)))
    assert without == with_doc


def test_the_mentions_of_whole_papers_are_those_of_a_doc(nlp: Language, seeds: Path) -> None:
    for path in sorted(seeds.iterdir()):
        for paper in read(path):
            without, with_doc = both(nlp, paper)
            assert without == with_doc
            assert without


@pytest.mark.parametrize("left_out", [(), ("abbreviations",), ("sequence", "disease_ranking")])
def test_what_load_returns_needs_no_doc(left_out: tuple[str, ...]) -> None:
    assert isinstance(on_texts(load(without=left_out)), TextPipeline)


def test_a_dictionary_needs_no_doc() -> None:
    assert isinstance(on_texts(load_dictionary()), Dictionary)


def test_what_others_add_sees_a_doc() -> None:
    seen = []

    @Language.component("sees_documents")
    def sees_documents(doc: Doc) -> Doc:
        seen.append(doc.text)
        return doc

    nlp = load()
    nlp.add_pipe("sees_documents")
    assert on_texts(nlp) is None
    assert annotate_text(nlp, "RUNX2 in mice.").mentions
    assert seen == ["RUNX2 in mice."]


def test_a_part_of_the_pipeline_works_on_a_doc() -> None:
    nlp = load()
    with nlp.select_pipes(disable="bionorm_normalizer"):
        assert on_texts(nlp) is None
        (gene, species) = annotate_text(nlp, "RUNX2 in mice.").mentions
        assert gene.link.is_nil
        assert species.link.is_nil


def test_a_normalizer_that_reads_entities_of_others_works_on_a_doc() -> None:
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "bionorm.Tokenizer.v1"}}})
    nlp.add_pipe("bionorm_recognizer")
    nlp.add_pipe("bionorm_normalizer", config={"labels": {"CHEMICAL": "Disease"}})
    assert on_texts(nlp) is None


def test_an_heir_of_a_component_works_on_a_doc(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent(Recognizer):
        def __call__(self, doc: Doc) -> Doc:
            return doc

    nlp = load()
    monkeypatch.setattr(nlp.get_pipe("bionorm_recognizer"), "__class__", Silent)
    assert on_texts(nlp) is None
    assert not annotate_text(nlp, "RUNX2 in mice.").mentions
