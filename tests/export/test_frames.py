import pytest

from pipeline.export.frames import (
    ENTITY_COLUMNS,
    MENTION_COLUMNS,
    entities_frame,
    format_score,
    mentions_frame,
)
from pipeline.model import Candidate, Link, Mention, Paper, Passage

OA = Link(
    "MONDO:0005178", "osteoarthritis", 0.98765, "exact", "Same name.",
    mesh=("MESH:D010003",), mondo=("MONDO:0005178",),
    alternatives=(Candidate("MONDO:1", "a", 0.5), Candidate("MONDO:2", "b", 0.33333)),
)  # fmt: skip
WEAK = Link("MONDO:0005178", "Osteoarthritis", 0.4, mondo=("MONDO:0005178",))
MOUSE = Link("NCBITaxon:10090", "Mus musculus", 1.0, taxon="NCBITaxon:10090")
SRR = Link("NCBIGene:27364", "Srr", 0.9, taxon="NCBITaxon:10090")
TEXT = "mice with OA (osteoarthritis): OA, SRR, xyz"


def mention(text, entity_type, link, start=None):
    at = TEXT.index(text) if start is None else start
    return Mention("abstract", at, at + len(text), text, entity_type, link)


PAPER = Paper(
    "PMC1",
    (Passage("abstract", "abstract", TEXT),),
    (
        mention("mice", "Species", MOUSE),
        mention("OA", "Disease", WEAK),
        mention("osteoarthritis", "Disease", OA),
        mention("OA", "Disease", WEAK, TEXT.rindex("OA")),
        mention("SRR", "Gene", SRR),
        mention("xyz", "Gene", Link(reason="No such gene.")),
    ),
)


def test_mentions_are_rows_in_text_order():
    frame = mentions_frame([PAPER])
    assert tuple(frame.columns) == MENTION_COLUMNS
    assert list(frame["text"]) == ["mice", "OA", "osteoarthritis", "OA", "SRR", "xyz"]
    row = frame.iloc[2].to_dict()
    assert row == {
        "paper_id": "PMC1", "passage": "abstract", "start": 14, "end": 28,
        "text": "osteoarthritis", "type": "Disease", "curie": "MONDO:0005178",
        "name": "osteoarthritis", "score": 0.988, "method": "exact", "taxon": "",
        "mesh": "MESH:D010003", "mondo": "MONDO:0005178",
        "alternatives": "MONDO:1=0.5|MONDO:2=0.333",
    }  # fmt: skip


def test_offsets_are_those_of_the_text():
    for row in mentions_frame([PAPER]).itertuples():
        assert TEXT[row.start : row.end] == row.text


def test_a_mention_without_concept_has_an_empty_curie():
    assert mentions_frame([PAPER]).iloc[-1][["curie", "name", "mesh"]].tolist() == ["", "", ""]


def test_entities_are_concepts_by_type_and_count_without_nil():
    frame = entities_frame([PAPER])
    assert tuple(frame.columns) == ENTITY_COLUMNS
    assert list(frame["curie"]) == ["NCBIGene:27364", "MONDO:0005178", "NCBITaxon:10090"]
    disease = frame.iloc[1]
    assert disease["mentions"] == 3
    assert disease["texts"] == "OA|osteoarthritis"
    # The best mention decides about score, name and identifiers.
    assert disease[["name", "score", "mesh"]].tolist() == ["osteoarthritis", 0.988, "MESH:D010003"]


def test_one_row_per_concept_and_paper():
    other = Paper("PMC2", PAPER.passages, PAPER.mentions[:1])
    assert list(entities_frame([PAPER, other])["paper_id"]) == ["PMC1"] * 3 + ["PMC2"]


@pytest.mark.parametrize("make", [mentions_frame, entities_frame])
def test_an_empty_table_has_the_types_of_a_full_one(make):
    assert make([]).dtypes.to_dict() == make([PAPER]).dtypes.to_dict()


@pytest.mark.parametrize(
    ("score", "text"), [(1, "1.0"), (0.1 + 0.2, "0.3"), (0.98765, "0.988"), (0, "0.0")]
)
def test_scores_are_written_alike(score, text):
    assert format_score(score) == text
