from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Paper, Problem
from pipeline.papers import Limits, pubtator, scan

TITLE = "BRCA1 in mice"
ABSTRACT = "We saw BRCA1|2 and breast or ovarian cancer."


def document(*rows: str, id: str = "1", title: str = TITLE, abstract: str = ABSTRACT) -> str:
    return "".join(f"{line}\n" for line in (f"{id}|t|{title}", f"{id}|a|{abstract}", *rows))


def read(text: str | bytes, folder: Path) -> list[Paper | Problem]:
    file = folder / "in.pubtator"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(pubtator.read(file))


def read_one(text: str | bytes, folder: Path) -> Paper:
    (paper,) = read(text, folder)
    assert isinstance(paper, Paper)
    return paper


def test_passages_and_annotations_have_their_own_coordinates(tmp_path: Path) -> None:
    paper = read_one(
        document("1\t0\t5\tBRCA1\tGene\t672", "1\t21\t28\tBRCA1|2\tGene\t675"), tmp_path
    )
    assert [(p.id, p.kind, p.offset) for p in paper.passages] == [
        ("title", "title", 0),
        ("abstract", "abstract", 14),
    ]
    first, second = paper.annotations
    assert (first.passage, first.start, first.end, first.line) == ("title", 0, 5, 3)
    assert (second.passage, second.start, second.end) == ("abstract", 7, 14)
    assert second.identifiers == ("NCBIGene:675",)
    assert paper.problems == ()
    assert paper.mentions == ()


@pytest.mark.parametrize(
    ("type", "column", "identifiers", "joint"),
    [
        ("Gene", "672", ["NCBIGene:672"], False),
        ("Gene", "NCBI Gene:672", ["NCBIGene:672"], False),
        ("Gene", "672;675", ["NCBIGene:672", "NCBIGene:675"], False),
        ("Gene", "672, 675,672", ["NCBIGene:672", "NCBIGene:675"], False),
        ("Gene", "672(Tax:9606)", ["NCBIGene:672"], False),
        ("GeneOrGeneProduct", "672", ["NCBIGene:672"], False),
        ("Disease", "D001943", ["MESH:D001943"], False),
        ("Disease", "C565176", ["MESH:C565176"], False),
        ("Disease", "mesh:D001943", ["MESH:D001943"], False),
        ("Disease", "OMIM:114480", ["OMIM:114480"], False),
        ("Disease", "114480", ["OMIM:114480"], False),
        ("Disease", "MONDO:0007254", ["MONDO:0007254"], False),
        ("SpecificDisease", "D001943+D010051", ["MESH:D001943", "MESH:D010051"], True),
        ("CompositeMention", "D001943|D010051", ["MESH:D001943", "MESH:D010051"], False),
        ("Disease", "D001943+D001943", ["MESH:D001943"], False),
        ("Disease", "D001943|-1", ["MESH:D001943"], False),
        ("Species", "*9606", ["NCBITaxon:9606"], False),
        ("OrganismTaxon", "species:ncbi:9606", ["NCBITaxon:9606"], False),
        ("Genus", "10088", ["NCBITaxon:10088"], False),
        ("Variant", "c|SUB|A|1|T;RS#:12", ["c|SUB|A|1|T;RS#:12"], False),
    ],
)
def test_identifier_dialects(
    type: str, column: str, identifiers: list[str], joint: bool, tmp_path: Path
) -> None:
    (annotation,) = read_one(document(f"1\t0\t5\tBRCA1\t{type}\t{column}"), tmp_path).annotations
    assert list(annotation.identifiers) == identifiers
    assert annotation.joint is joint


@pytest.mark.parametrize("tail", ["", "\t", "\t-", "\t-1", "\tNone", "\tNIL"])
def test_nil_dialects(tail: str, tmp_path: Path) -> None:
    paper = read_one(document(f"1\t0\t5\tBRCA1\tGene{tail}"), tmp_path)
    (annotation,) = paper.annotations
    assert annotation.identifiers == ()
    assert paper.problems == ()


@pytest.mark.parametrize(
    ("source", "type"),
    [
        ("GeneOrGeneProduct", "Gene"),
        ("DiseaseOrPhenotypicFeature", "Disease"),
        ("Modifier", "Disease"),
        ("organismtaxon", "Species"),
        ("FamilyName", "FamilyName"),
    ],
)
def test_types_are_those_of_the_model_or_stay(source: str, type: str, tmp_path: Path) -> None:
    (annotation,) = read_one(document(f"1\t0\t5\tBRCA1\t{source}\t1"), tmp_path).annotations
    assert annotation.type == type


def test_the_caller_may_map_types_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "x.pubtator"
    file.write_text(document("1\t0\t5\tBRCA1\tStrain\t9606", "1\t0\t5\tBRCA1\tDisease\tD1"))
    (paper,) = pubtator.read(file, types={"strain": "Species"})
    assert isinstance(paper, Paper)
    assert [(a.type, a.identifiers) for a in paper.annotations] == [
        ("Species", ("NCBITaxon:9606",)),
        ("Disease", ("MESH:D1",)),
    ]


@pytest.mark.parametrize(
    "row",
    [
        "1\tCID\tD003000\tD001943",
        "1\tAssociation\tD003409\t6528\tNovel",
        "1\tAssociation\t6528\tD003409\tNo",
        "1\tassociate\tChemical|MESH:D1\tGene|672",
    ],
)
def test_relations_are_passed_over(row: str, tmp_path: Path) -> None:
    paper = read_one(document(row), tmp_path)
    assert paper.annotations == ()
    assert paper.problems == ()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1\t0\t5\tBRCA1", "expected 5 or more columns separated by tabs, found 4"),
        ("1\tx\t5\tBRCA1\tGene\t672", "offsets are not numbers: 'x', '5'"),
        ("1\tx\t5\tBRCA1\tGene", "offsets are not numbers: 'x', '5'"),
        ("1\t0\t5\tBRCA2\tGene\t672", "the text at 0-5 is 'BRCA1', the row says 'BRCA2'"),
        ("1\t55\t60\tcance\tDisease\t-", "55-60 goes beyond the text, which has 58 characters"),
        ("1\t5\t5\t\tGene\t672", "5-5 is not a span"),
        ("1\t-1\t5\tBRCA1\tGene\t672", "-1-5 is not a span"),
        ("1\t9\t16\tmice We\tGene\t672", "9-16 runs over the end of a passage"),
        ("1\t0\t5\tBRCA1\t\t672", "the column of the type is empty"),
        ("2\t0\t5\tBRCA1\tGene\t672", "row of document '2' inside document '1'"),
        ("some words", "neither a text nor an annotation row: 'some words'"),
    ],
)
def test_a_bad_row_is_told_and_left_out(row: str, reason: str, tmp_path: Path) -> None:
    paper = read_one(document(row, "1\t0\t5\tBRCA1\tGene\t672"), tmp_path)
    (problem,) = paper.problems
    assert problem.line == 3
    assert problem.paper_id == "1"
    assert not problem.fatal
    assert reason in problem.reason
    assert len(paper.annotations) == 1


def test_second_document_with_the_same_identifier_is_left_out(tmp_path: Path) -> None:
    text = document() + "\n" + document(id="2") + "\n" + document()
    first, second, problem = read(text, tmp_path)
    assert isinstance(first, Paper)
    assert isinstance(second, Paper)
    assert isinstance(problem, Problem)
    assert (problem.line, problem.fatal, problem.paper_id) == (7, True, "1")
    assert "occurs twice" in problem.reason


def test_byte_order_mark_crlf_and_missing_blank_lines(tmp_path: Path) -> None:
    text = document("1\t0\t5\tBRCA1\tGene\t672") + document("2\t0\t5\tBRCA1\tGene\t672", id="2")
    data = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    first, second = read(data, tmp_path)
    for paper in (first, second):
        assert isinstance(paper, Paper)
        assert paper.problems == ()
        assert [a.identifiers for a in paper.annotations] == [("NCBIGene:672",)]


@pytest.mark.parametrize("text", ["1|t|Title\n1|a|\n", "1|t|Title\n"])
def test_empty_abstract(text: str, tmp_path: Path) -> None:
    paper = read_one(text + "1\t0\t5\tTitle\tGene\t1\n", tmp_path)
    assert [p.id for p in paper.passages] == ["title"]
    assert len(paper.annotations) == 1
    assert paper.problems == ()


def test_empty_title_leaves_the_offsets_of_the_abstract(tmp_path: Path) -> None:
    paper = read_one("1|t|\n1|a|Mice ran\n1\t1\t5\tMice\tSpecies\t10090\n", tmp_path)
    assert paper.passage("abstract").offset == 1
    assert paper.problems == ()


def test_document_that_is_not_utf8_is_lost_and_only_that_one(tmp_path: Path) -> None:
    data = document().encode() + b"2|t|caf\xe9\n2|a|x\n" + document(id="3").encode()
    first, problem, third = read(data, tmp_path)
    assert isinstance(first, Paper)
    assert isinstance(problem, Problem)
    assert (problem.line, problem.paper_id) == (3, "2")
    assert isinstance(third, Paper)


def test_row_that_is_not_utf8_is_lost_alone(tmp_path: Path) -> None:
    data = document().encode() + b"1\t0\t5\tBRC\xc1\tGene\t672\n"
    paper = read_one(data, tmp_path)
    assert [p.line for p in paper.problems] == [3]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"just words\nand more\n", b"\x00\x01\x02\x03"])
def test_file_without_documents(data: bytes, tmp_path: Path) -> None:
    (problem,) = read(data, tmp_path)
    assert isinstance(problem, Problem)
    assert problem.fatal


def test_lines_before_the_first_document_are_told_once(tmp_path: Path) -> None:
    problem, paper = read("one\ntwo\n" + document(), tmp_path)
    assert isinstance(problem, Problem)
    assert problem.line == 1
    assert isinstance(paper, Paper)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1|t|Title\n", True),
        ("\ufeff\n\npmcA12|t|Title\n", True),
        ("1|a|Abstract", True),
        ("# Title\n\n1|t|x", False),
        ("a\tb|t|c", False),
        ("", False),
    ],
)
def test_looks_like(text: str, expected: bool) -> None:
    assert pubtator.looks_like(text) is expected


words = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\x85\u2028\u2029"),
    min_size=1,
    max_size=20,
)


@given(title=words, abstract=words, data=st.data())
def test_every_span_comes_back(title: str, abstract: str, data: st.DataObject) -> None:
    text = f"{title} {abstract}"
    borders = st.sampled_from(range(len(text) + 1))
    spans = data.draw(st.lists(st.tuples(borders, borders).map(sorted), max_size=6))
    spans = [s for s in spans if s[0] < s[1] and (s[1] <= len(title) or s[0] > len(title))]
    rows = [f"1\t{start}\t{end}\t{text[start:end]}\tGene\t7" for start, end in spans]
    lines = document(*rows, title=title, abstract=abstract).split("\n")
    (paper,) = pubtator.read_lines((f"{line}\n" for line in lines), "x")
    assert isinstance(paper, Paper)
    assert paper.problems == ()
    found = []
    for annotation in paper.annotations:
        passage = paper.passage(annotation.passage)
        assert passage.text[annotation.start : annotation.end] == annotation.name
        found.append([annotation.start + passage.offset, annotation.end + passage.offset])
    assert found == spans


@given(st.text(max_size=200))
def test_no_input_makes_it_stumble(text: str) -> None:
    for item in pubtator.read_lines(text.splitlines(keepends=True), "x"):
        assert isinstance(item, (Paper, Problem))


def test_further_columns_are_not_read(tmp_path: Path) -> None:
    rows = ("1\t0\t5\tBRCA1\tGene\t672\tRSID:1\tx", "1\t0\t5\tBRCA1\tGene\t672\t0.9")
    paper = read_one(document(*rows), tmp_path)
    assert [a.identifiers for a in paper.annotations] == [("NCBIGene:672",)] * 2
    assert paper.problems == ()


def test_a_document_without_end_is_told(tmp_path: Path) -> None:
    file = tmp_path / "in.pubtator"
    file.write_text(document(*["1\t0\t5\tBRCA1\tGene\t672"] * 100) + document(id="2"))
    first, second = scan(file, limits=Limits(record=1000))
    assert isinstance(first, Problem)
    assert (first.paper_id, first.line) == ("1", 53)
    assert "more than 1,000 characters for one document" in first.reason
    assert isinstance(second, Paper)


def test_reasons_are_short(tmp_path: Path) -> None:
    rows = ("1\t0\t5\t" + "x" * 10_000 + "\tGene\t672", "1\t" + "9" * 9000 + "\t5\tBRCA1\tGene\t1")
    paper = read_one(document(*rows), tmp_path)
    assert [len(problem.reason) for problem in paper.problems] == [400, 400]
