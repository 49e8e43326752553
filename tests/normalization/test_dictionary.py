"""The component that looks names up and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language

from pipeline.language import (
    annotate_papers,
    annotate_text,
    document_text,
    load_dictionary,
    mentions_of,
)
from pipeline.model import Paper, Passage


@pytest.fixture(scope="module")
def names() -> Language:
    return load_dictionary()


def test_names_get_the_concept_that_they_mostly_stand_for(names: Language) -> None:
    paper = annotate_text(names, "Osteopontin and RUNX2 rise in mice with osteoarthritis.")
    assert [(m.text, m.type, m.link.curie, m.link.method) for m in paper.mentions] == [
        ("Osteopontin", "Gene", "NCBIGene:6696", "dictionary"),
        ("RUNX2", "Gene", "NCBIGene:860", "dictionary"),
        ("mice", "Species", "NCBITaxon:10090", "dictionary"),
        ("osteoarthritis", "Disease", "MONDO:0005178", "dictionary"),
    ]
    assert paper.mentions[1].link.taxon == "NCBITaxon:9606"
    assert paper.mentions[3].link.mesh == ("MESH:D010003",)


def test_the_longest_name_is_taken(names: Language) -> None:
    doc = names("postmenopausal osteoporosis in women")
    assert [e.text for e in doc.ents] == ["postmenopausal osteoporosis", "women"]


def test_everyday_words_are_no_genes(names: Language) -> None:
    doc = names("The cat was set to rest in a can, and not as large as the impact.")
    assert {e.label_ for e in doc.ents} <= {"Species"}


@given(
    st.lists(
        st.sampled_from(
            ["RUNX2", "mice", "and", "of", "osteoarthritis", ",", "β-", "IL", "6", "Ünï", "😀"]
        )
    )
)
def test_mentions_are_in_order_and_do_not_overlap(names: Language, words: list[str]) -> None:
    paper = annotate_text(names, " ".join(words))
    ends = [m.end for m in paper.mentions]
    starts = [m.start for m in paper.mentions]
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))


@given(
    st.lists(
        st.lists(
            st.sampled_from(
                ["RUNX2", "mice", " ", "osteoarthritis", "\n\n", "β-", "IL 6", "\ud800", "😀", ", "]
            )
        ).map("".join),
        max_size=3,
    )
)
def test_without_tokens_the_mentions_are_the_same(names: Language, texts: list[str]) -> None:
    paper = Paper("x", tuple(Passage(f"p{i}", "text", text) for i, text in enumerate(texts)))
    (found,) = annotate_papers(names, [paper])
    assert found.mentions == mentions_of(names(document_text(paper)), paper)


def test_beside_another_component_it_works_on_the_doc() -> None:
    nlp = load_dictionary()
    nlp.add_pipe("sentencizer")
    assert [m.text for m in annotate_text(nlp, "RUNX2 in mice.").mentions] == ["RUNX2", "mice"]
