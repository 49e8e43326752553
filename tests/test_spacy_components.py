"""The components in pipelines that are not ours: other tokens, other entities, other extensions."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import spacy
from confection import ConfigValidationError
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.tokens.underscore import Underscore

from pipeline.errors import BionormWarning, UsageError
from pipeline.language import annotate_papers, document_text, link_papers, mentions_of
from pipeline.model import Link, Mention, Paper, Passage
from pipeline.normalization.link_extension import link_of, register_link
from pipeline.papers import read
from pipeline.recognition.places import Place, place_of, places_of, set_places
from pipeline.recognition.recognizer import recognition_of

STEPS = ("bionorm_abbreviations", "bionorm_recognizer", "bionorm_normalizer")
WORDS = st.sampled_from(
    ["mice", "rat", "TNF-α", "IL-6", "BRCA1/2", "p53-/-", "Runx2+/-", "osteoarthritis", "(OA)",
     "OA",
     "Parkinson’s disease", "E. coli", "tumor", "necrosis", "factor", "(TNF)", "patients.", "HIV-1",
     "𝛼", "Sjo\u0308gren’s syndrome", "non-small-cell lung cancer", "\n\n", "e.g.", "mg/kg", "-/-"]
)  # fmt: skip
TEXT = st.lists(st.tuples(WORDS, st.sampled_from([" ", "", "-", "/", "+", ". "])), max_size=9).map(
    lambda parts: "".join(word + glue for word, glue in parts)
)


@pytest.fixture(scope="module")
def english() -> Language:
    """Our components in a blank English pipeline, with spaCy's own tokenizer."""
    language = spacy.blank("en")
    for step in STEPS:
        language.add_pipe(step)
    return language


def found(doc: Doc) -> list[tuple[Place, Link | None]]:
    places = places_of(doc, "mentions")
    return [
        (place, link_of(span, place))
        for span, place in zip(doc.spans["mentions"], places, strict=True)
    ]


@settings(max_examples=100)
@given(TEXT)
@example("BRCA1+BRCA2 in p53-/- mice, mouse/rat TNF-α-induced; IL-6/STAT3.")
@example("Osteoarthritis (OA)-associated pain, OA/RA")
def test_the_same_is_found_whatever_the_tokens(nlp: Language, english: Language, text: str) -> None:
    ours, theirs = nlp(text), english(text)
    assert found(theirs) == found(ours)
    for span, (place, _) in zip(theirs.spans["mentions"], found(theirs), strict=True):
        assert span.start_char <= place.start_char < place.end_char <= span.end_char
        tokens = theirs.char_span(place.start_char, place.end_char, alignment_mode="expand")
        assert (tokens.start, tokens.end) == (span.start, span.end)
    for ent in theirs.ents:
        assert ent.kb_id_ == (link_of(ent).curie or "NIL")


def test_a_whole_paper_is_the_same_whatever_the_tokens(
    nlp: Language, english: Language, seeds: Path
) -> None:
    papers = [paper for path in sorted(seeds.iterdir()) for paper in read(path)]
    assert list(annotate_papers(english, papers)) == list(annotate_papers(nlp, papers))


def test_entities_are_tokens_around_the_names(english: Language) -> None:
    doc = english("BRCA1+BRCA2 fell.")
    assert [t.text for t in doc] == ["BRCA1+BRCA2", "fell", "."]
    assert [p.text for p in places_of(doc, "mentions")] == ["BRCA1", "BRCA2"]
    assert [s.text for s in doc.spans["mentions"]] == ["BRCA1+BRCA2"] * 2
    (entity,) = doc.ents
    assert entity.text == "BRCA1+BRCA2"
    paper = Paper("x", (Passage("p", "text", doc.text),))
    mentions = mentions_of(doc, paper)
    assert [(m.text, m.link.curie) for m in mentions] == [
        ("BRCA1", "NCBIGene:672"),
        ("BRCA2", "NCBIGene:675"),
    ]


def test_given_mentions_are_resolved_whatever_the_tokens(english: Language, nlp: Language) -> None:
    text = "BRCA1+BRCA2 in mice"
    mentions = (Mention("p", 0, 5, "BRCA1", "Gene"), Mention("p", 6, 11, "BRCA2", "Gene"))
    both = (*mentions, replace(mentions[0], type="Disease"))
    paper = Paper("x", (Passage("p", "text", text),), mentions=both)
    (linked,) = link_papers(english, [paper])
    assert [m.link.name.upper() for m in linked.mentions[:2]] == ["BRCA1", "BRCA2"]
    assert not linked.mentions[2].link.curie.startswith("NCBIGene:"), "it is given as a disease"
    assert linked == next(link_papers(nlp, [paper]))
    assert [(m.start, m.end, m.type) for m in linked.mentions] == [
        (0, 5, "Gene"),
        (6, 11, "Gene"),
        (0, 5, "Disease"),
    ]


# Entities that another component found


def ruler(language: Language, *patterns: tuple[str, str], **rest: str) -> None:
    component = language.add_pipe("entity_ruler", first=True)
    component.add_patterns([{"label": label, "pattern": text} | rest for text, label in patterns])


@pytest.fixture
def other_ner() -> Language:
    language = spacy.blank("en")
    gene = ("TNF", "GENE_OR_GENE_PRODUCT")
    ruler(language, ("osteoarthritis", "DISEASE"), gene, ("aspirin", "CHEMICAL"))
    return language


LABELS = {"DISEASE": "Disease", "GENE_OR_GENE_PRODUCT": "Gene"}
SENTENCE = "In osteoarthritis, aspirin lowers TNF."


def test_the_entities_of_another_recognizer_are_resolved(other_ner: Language) -> None:
    other_ner.add_pipe("bionorm_normalizer", config={"labels": LABELS})
    doc = other_ner(SENTENCE)
    assert [(e.text, e.label_, e.kb_id_, e.id_) for e in doc.ents] == [
        ("osteoarthritis", "DISEASE", "MONDO:0005178", "MONDO:0005178"),
        ("aspirin", "CHEMICAL", "", ""),
        ("TNF", "GENE_OR_GENE_PRODUCT", "NCBIGene:7124", "NCBIGene:7124"),
    ]
    assert [(s.text, s.label_, s.kb_id_) for s in doc.spans["mentions"]] == [
        ("osteoarthritis", "Disease", "MONDO:0005178"),
        ("TNF", "Gene", "NCBIGene:7124"),
    ]
    assert doc.ents[0]._.link.mesh == ("MESH:D010003",)
    assert doc.ents[1]._.link is None


def test_an_abbreviation_detector_of_ours_serves_them_too(other_ner: Language) -> None:
    other_ner.get_pipe("entity_ruler").add_patterns([{"label": "DISEASE", "pattern": "OA"}])
    other_ner.add_pipe("bionorm_abbreviations")
    other_ner.add_pipe("bionorm_normalizer", config={"labels": LABELS})
    doc = other_ner("In osteoarthritis (OA), OA hurts.")
    assert [e.kb_id_ for e in doc.ents] == ["MONDO:0005178"] * 3


def test_entities_with_our_own_labels_need_no_translation() -> None:
    language = spacy.blank("en")
    ruler(language, ("mice", "Species"), ("Boston", "GPE"))
    language.add_pipe("bionorm_normalizer")
    doc = language("Mice and mice in Boston.")
    assert [(e.text, e.label_, e.kb_id_) for e in doc.ents] == [
        ("mice", "Species", "NCBITaxon:10090"),
        ("Boston", "GPE", ""),
    ]


def test_an_identifier_from_elsewhere_stays() -> None:
    language = spacy.blank("en")
    ruler(language, ("mice", "Species"), id="my-mouse")
    language.add_pipe("bionorm_normalizer")
    (mouse,) = language("Of mice.").ents
    assert (mouse.id_, mouse.kb_id_) == ("my-mouse", "NCBITaxon:10090")


def test_our_recognizer_beside_another_one(other_ner: Language) -> None:
    other_ner.get_pipe("entity_ruler").add_patterns([{"label": "DISEASE", "pattern": "qwxyzzy"}])
    other_ner.add_pipe("bionorm_recognizer", config={"sequence_types": []})
    other_ner.add_pipe("bionorm_normalizer", config={"labels": LABELS})
    doc = other_ner("Aspirin, aspirin and TNF in mice with qwxyzzy.")
    labels = {e.text: e.label_ for e in doc.ents}
    assert labels == {"aspirin": "CHEMICAL", "TNF": "Gene", "mice": "Species", "qwxyzzy": "DISEASE"}
    types = {s.text: s.label_ for s in doc.spans["mentions"]}
    assert types == {"TNF": "Gene", "mice": "Species", "qwxyzzy": "Disease"}


def test_an_entity_without_a_concept_is_nil(other_ner: Language) -> None:
    other_ner.get_pipe("entity_ruler").add_patterns([{"label": "DISEASE", "pattern": "qwxyzzy"}])
    other_ner.add_pipe("bionorm_normalizer", config={"labels": LABELS})
    (entity,) = other_ner("A qwxyzzy.").ents
    assert (entity.kb_id_, entity.id_, entity._.link.curie) == ("NIL", "", "")
    assert entity._.link.reason


def test_an_entity_of_another_pipeline_ends_with_its_passage(other_ner: Language) -> None:
    other_ner.get_pipe("entity_ruler").add_patterns(
        [{"label": "DISEASE", "pattern": [{"LOWER": "osteoarthritis"}, {}, {"LOWER": "in"}]}]
    )
    other_ner.add_pipe("bionorm_normalizer", config={"labels": LABELS})
    paper = Paper("x", (Passage("a", "text", "Osteoarthritis"), Passage("b", "text", "in mice")))
    (mention,) = mentions_of(other_ner(document_text(paper)), paper)
    assert (mention.passage, mention.start, mention.text) == ("a", 0, "Osteoarthritis")


# Configuration


def test_the_pipeline_analysis_has_no_complaint(english: Language) -> None:
    assert not any(english.analyze_pipes()["problems"].values())


@pytest.mark.parametrize(
    ("factory", "config", "named"),
    [
        ("bionorm_recognizer", {"threshold": "high"}, "threshold"),
        ("bionorm_recognizer", {"treshold": 0.5}, "treshold"),
        ("bionorm_recognizer", {"sequence_types": "Disease"}, "sequence_types"),
        ("bionorm_recognizer", {"snapshot": 3}, "snapshot"),
        ("bionorm_normalizer", {"labels": ["DISEASE"]}, "labels"),
        ("bionorm_normalizer", {"steps": 7}, "steps"),
        ("bionorm_kb_ents", {"max_entities_per_mention": "all"}, "max_entities_per_mention"),
    ],
)
def test_a_setting_of_the_wrong_kind_is_named(
    factory: str, config: dict[str, object], named: str
) -> None:
    with pytest.raises(ConfigValidationError, match=named):
        spacy.blank("en").add_pipe(factory, config=config)


def test_an_unknown_entity_type_is_wrong_use() -> None:
    with pytest.raises(UsageError, match=r"Disese.*Disease"):
        spacy.blank("en").add_pipe("bionorm_normalizer", config={"labels": {"DISEASE": "Disese"}})


def test_whole_numbers_are_numbers() -> None:
    assert spacy.blank("en").add_pipe("bionorm_recognizer", config={"threshold": 1}).threshold == 1


def test_the_labels_of_the_recognizer(nlp: Language) -> None:
    assert nlp.pipe_labels["bionorm_recognizer"] == ["Disease", "Gene", "Species"]


# Extensions


@pytest.fixture
def extensions(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, object]]:
    """The registry of extensions, to be changed as another package would."""
    registry: dict[str, object] = dict(Underscore.span_extensions)
    monkeypatch.setattr(Underscore, "span_extensions", registry)
    return registry


def test_the_extension_of_another_package_stays(
    nlp: Language, extensions: dict[str, object]
) -> None:
    Span.set_extension("link", default="theirs", force=True)
    theirs = extensions["link"]
    with pytest.warns(BionormWarning, match=r"link_extension\.link_of"):
        register_link()
    assert extensions["link"] is theirs
    doc = nlp("Mice.")
    assert doc.ents[0]._.link == "theirs"
    assert link_of(doc.ents[0]).curie == doc.ents[0].kb_id_ == "NCBITaxon:10090"


def test_registering_twice_is_silent() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        register_link()


def test_without_extensions_all_is_there(nlp: Language, extensions: dict[str, object]) -> None:
    extensions.clear()
    doc = nlp("Mice.")
    assert [(e.kb_id_, e.id_, e.label_) for e in doc.ents] == [
        ("NCBITaxon:10090", "NCBITaxon:10090", "Species")
    ]
    assert link_of(doc.ents[0]).name == "Mus musculus"
    assert recognition_of(doc.ents[0])[0] > 0.5


# Places

LETTERS = st.text(st.sampled_from("ab1-/+. \n"), max_size=20)


@given(LETTERS, st.data())
def test_places_are_kept_to_the_character(
    english: Language, text: str, data: st.DataObject
) -> None:
    doc = english.make_doc(text)
    offsets = st.integers(0, max(len(text) - 1, 0))
    starts = data.draw(st.lists(offsets, max_size=5)) if text else []
    ends = [data.draw(st.integers(start + 1, len(text))) for start in starts]
    places = [Place.of(text, s, e, "Gene") for s, e in zip(starts, ends, strict=True)]
    spans = set_places(doc, "mentions", places)
    assert places_of(doc, "mentions") == places
    restored = Doc(doc.vocab).from_bytes(doc.to_bytes())
    assert places_of(restored, "mentions") == places
    assert [place_of(s).text for s in spans] == [s.text for s in restored.spans["mentions"]]


def test_a_group_that_somebody_changed_has_its_spans(english: Language) -> None:
    doc = english("BRCA1+BRCA2 fell.")
    doc.spans["mentions"].append(doc[1:2])
    assert [p.text for p in places_of(doc, "mentions")] == ["BRCA1+BRCA2", "BRCA1+BRCA2", "fell"]
    assert places_of(doc, "no such group") == []


def test_a_place_outside_of_the_text(english: Language) -> None:
    with pytest.raises(ValueError, match="no text between"):
        set_places(english.make_doc("a"), "mentions", [Place(3, 4, "x")])
