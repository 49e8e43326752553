from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from bioc import (
    BioCAnnotation,
    BioCCollection,
    BioCDocument,
    BioCLocation,
    BioCPassage,
    BioCSentence,
    biocjson,
    biocxml,
)
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Paper, Problem
from pipeline.papers import scan

TITLE = "TNF-α and 𝛽-cells in mice"
ABSTRACT = "We saw breast or ovarian cancer."
AFTER = len(TITLE) + 1


def annotation(text: str, start: int, length: int, **infons: str) -> BioCAnnotation:
    made = BioCAnnotation()
    made.id, made.text, made.infons = "T1", text, infons
    made.add_location(BioCLocation(start, length))
    return made


def passage(text: str, offset: int, *annotations: BioCAnnotation, **infons: str) -> BioCPassage:
    made = BioCPassage()
    made.offset, made.text, made.infons = offset, text, infons
    for item in annotations:
        made.add_annotation(item)
    return made


def collection(*passages: BioCPassage, id: str = "7", infons: Any = None) -> BioCCollection:
    document = BioCDocument()
    document.id, document.infons = id, infons or {}
    for item in passages:
        document.add_passage(item)
    made = BioCCollection()
    made.source = made.key = made.date = ""
    made.add_document(document)
    return made


def read(folder: Path, content: BioCCollection, kind: str = "xml") -> list[Paper | Problem]:
    file = folder / "x.txt"
    dump = biocxml.dumps(content) if kind == "xml" else biocjson.dumps(content)
    file.write_text(dump, encoding="utf-8")
    return list(scan(file))


def read_one(folder: Path, content: BioCCollection, kind: str = "xml") -> Paper:
    (paper,) = read(folder, content, kind)
    assert isinstance(paper, Paper), paper
    return paper


def spans(paper: Paper) -> list[tuple[str, str, int, int, str]]:
    return [(a.type, a.passage, a.start, a.end, a.name) for a in paper.annotations]


@pytest.mark.parametrize("kind", ["xml", "json"])
def test_passages_annotations_and_metadata(kind: str, tmp_path: Path) -> None:
    sentences = passage("", 60, type="paragraph", section_type="METHODS")
    sentences.text = None
    for text, offset in (("One mouse.", 60), ("Two rats.", 71)):
        sentence = BioCSentence()
        sentence.offset, sentence.text = offset, text
        sentences.add_sentence(sentence)
    sentences.sentences[1].add_annotation(
        annotation("rats", 75, 4, type="Species", identifier="10116")
    )
    made = collection(
        passage(
            TITLE,
            0,
            annotation("TNF-α", 0, 5, type="Gene", **{"NCBI Gene": "7124"}),
            **{"section_type": "TITLE", "type": "front", "article-id_pmc": "9", "year": "2001"},
        ),
        passage(
            ABSTRACT,
            AFTER,
            annotation("breast", AFTER + 7, 6, type="Disease", identifier="MESH:D001943"),
            type="abstract",
        ),
        sentences,
        passage("Smith J.", 90, type="ref", section_type="REF"),
        passage("Results", 100, type="title_1", section_type="RESULTS"),
        infons={"doi": "10.1/x"},
    )
    paper = read_one(tmp_path, made, kind)
    assert paper.id == "7"
    assert [(p.id, p.kind, p.offset, p.text) for p in paper.passages] == [
        ("title", "title", 0, TITLE),
        ("abstract.1", "abstract", AFTER, ABSTRACT),
        ("methods.1", "methods", 60, "One mouse. Two rats."),
        ("results.1.heading", "results", 100, "Results"),
    ]
    assert spans(paper) == [
        ("Gene", "title", 0, 5, "TNF-α"),
        ("Disease", "abstract.1", 7, 13, "breast"),
        ("Species", "methods.1", 15, 19, "rats"),
    ]
    assert [a.identifiers for a in paper.annotations] == [
        ("NCBIGene:7124",),
        ("MESH:D001943",),
        ("NCBITaxon:10116",),
    ]
    assert dict(paper.metadata) == {"doi": "10.1/x", "pmcid": "PMC9", "date": "2001"}
    assert paper.problems == ()


UNITS = {
    "code points": len,
    "UTF-16": lambda text: len(text.encode("utf-16-le")) // 2,
    "bytes": lambda text: len(text.encode()),
}


@pytest.mark.parametrize("units", UNITS)
def test_offsets_in_other_units_are_recognized(units: str, tmp_path: Path) -> None:
    size = UNITS[units]
    after = size(TITLE) + 1
    start = size(TITLE[: TITLE.index("mice")])
    made = collection(
        passage(TITLE, 0, annotation("mice", start, 4, type="Species", identifier="10090")),
        passage(ABSTRACT, after, annotation("cancer", after + 25, 6, type="Disease")),
    )
    assert spans(read_one(tmp_path, made)) == [
        ("Species", "text.1", TITLE.index("mice"), len(TITLE), "mice"),
        ("Disease", "text.2", 25, 31, "cancer"),
    ]


@pytest.mark.parametrize(
    ("infons", "type", "identifiers", "joint"),
    [
        ({"type": "Gene", "identifier": "7124"}, "Gene", ("NCBIGene:7124",), False),
        ({"type": "GENE", "NCBI GENE": "7124,1"}, "Gene", ("NCBIGene:7124", "NCBIGene:1"), False),
        ({"type": "Gene", "NCBI Gene identifier": "7124"}, "Gene", ("NCBIGene:7124",), False),
        ({"type": "Gene", "identifier": "None"}, "Gene", (), False),
        ({"type": "Disease", "MESH": "D1234567"}, "Disease", ("MESH:D1234567",), False),
        ({"type": "Disease", "OMIM": "114480"}, "Disease", ("OMIM:114480",), False),
        ({"type": "Disease", "identifier": "MONDO:0007254"}, "Disease", ("MONDO:0007254",), False),
        (
            {"type": "DiseaseClass", "identifier": "D001943+D010051"},
            "Disease",
            ("MESH:D001943", "MESH:D010051"),
            True,
        ),
        ({"type": "OrganismTaxon", "identifier": "9606"}, "Species", ("NCBITaxon:9606",), False),
        ({"type": "Species", "NCBI_Taxonomy": "9606"}, "Species", ("NCBITaxon:9606",), False),
        ({"type": "Variant", "identifier": "rs12"}, "Variant", ("rs12",), False),
        ({"type": "Gene", "note": "7"}, "Gene", (), False),
    ],
)
def test_identifiers(
    infons: dict[str, str], type: str, identifiers: tuple[str, ...], joint: bool, tmp_path: Path
) -> None:
    made = collection(passage(TITLE, 0, annotation("TNF-α", 0, 5, **infons)))
    [found] = read_one(tmp_path, made).annotations
    assert (found.type, found.identifiers, found.joint) == (type, identifiers, joint)


@pytest.mark.parametrize(
    ("infons", "kind"),
    [
        ({"type": "title"}, "title"),
        ({"type": "Title"}, "title"),
        ({"type": "abstract"}, "abstract"),
        ({"section": "Abstract"}, "abstract"),
        ({"section_type": "INTRO", "type": "paragraph"}, "introduction"),
        ({"section_type": "CONCL"}, "conclusion"),
        ({"section_type": "FIG", "type": "fig_caption"}, "figure"),
        ({"type": "table_caption"}, "table"),
        ({"section": "Materials and Methods"}, "methods"),
        ({}, "text"),
        ({"type": "something"}, "text"),
        ({"section_type": "ABSTRACT", "type": "tldr", "passage": "tldr"}, "tldr"),
    ],
)
def test_kinds_of_passages(infons: dict[str, str], kind: str, tmp_path: Path) -> None:
    [found] = read_one(tmp_path, collection(passage(TITLE, 0, **infons))).passages
    assert found.kind == kind


@pytest.mark.parametrize("section", ["REF", "ACK_FUND", "AUTH_CONT", "COMP_INT"])
def test_what_is_no_text_of_the_paper_is_left_out(section: str, tmp_path: Path) -> None:
    made = collection(passage("Text.", 0), passage("Other.", 6, section_type=section))
    assert [p.text for p in read_one(tmp_path, made).passages] == ["Text."]


def test_names_of_passages_come_back_once(tmp_path: Path) -> None:
    made = collection(
        *(passage("Text.", 6 * n, type="finding", passage="finding.1") for n in range(2))
    )
    assert [p.id for p in read_one(tmp_path, made).passages] == ["finding.1", "finding.2"]


def test_white_space_is_cut_off_and_offsets_stay(tmp_path: Path) -> None:
    made = collection(passage(" \n" + TITLE + "\n", 10, annotation("TNF-α", 12, 5, type="Gene")))
    paper = read_one(tmp_path, made)
    assert (paper.passages[0].text, paper.passages[0].offset) == (TITLE, 12)
    assert spans(paper) == [("Gene", "text.1", 0, 5, "TNF-α")]


def test_discontinuous_annotations_have_their_outer_borders(tmp_path: Path) -> None:
    made = annotation("breast cancer", 7, 6, type="Disease")
    made.add_location(BioCLocation(25, 6))
    [found] = read_one(tmp_path, collection(passage(ABSTRACT, 0, made))).annotations
    assert (found.start, found.end, found.name) == (7, 31, "breast or ovarian cancer")


def test_annotations_of_documents_find_their_passage_or_have_none(tmp_path: Path) -> None:
    made = collection(passage(TITLE, 0), passage(ABSTRACT, AFTER))
    placed = annotation("cancer", AFTER + 25, 6, type="Disease", identifier="D009369")
    free = annotation("cancer", 0, 6, type="Disease", identifier="D009369")
    free.locations = []
    for item in (placed, free):
        made.documents[0].add_annotation(item)
    first, second = read_one(tmp_path, made).annotations
    assert (first.passage, first.start) == ("text.2", 25)
    assert (second.passage, second.start, second.identifiers) == ("", -1, ("MESH:D009369",))


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (
            annotation("mice", 0, 4, type="Species"),
            "the text at 0-4 is 'TNF-', the annotation says",
        ),
        (annotation("mice", 90, 4, type="Species"), "90-94 is not inside the text"),
        (annotation("mice", 21, 0, type="Species"), "21-21 is not a span"),
        (annotation("mice", 21, 4), "an annotation without a type: 'mice'"),
    ],
)
@pytest.mark.parametrize("kind", ["xml", "json"])
def test_annotations_that_cannot_be_used_are_told(
    item: BioCAnnotation, reason: str, kind: str, tmp_path: Path
) -> None:
    paper = read_one(tmp_path, collection(passage(TITLE, 0, item)), kind)
    assert paper.annotations == ()
    [problem] = paper.problems
    assert not problem.fatal
    assert problem.line > 0
    assert reason in problem.reason


def test_what_annotators_write_in_ascii_is_the_same(tmp_path: Path) -> None:
    made = collection(passage(TITLE, 0, annotation("TNF-a", 0, 5, type="Gene")))
    assert spans(read_one(tmp_path, made)) == [("Gene", "text.1", 0, 5, "TNF-α")]


def test_a_document_that_is_none_costs_no_other(tmp_path: Path) -> None:
    made = collection(passage("Text.", 0))
    for id, text in (("", "Text."), ("8", " "), ("9", "Text.")):
        made.add_document(collection(passage(text, 0), id=id).documents[0])
    for kind in ("xml", "json"):
        first, second, third, last = read(tmp_path, made, kind)
        assert isinstance(first, Paper)
        assert isinstance(second, Problem)
        assert "without an identifier" in second.reason
        assert isinstance(third, Problem)
        assert (third.paper_id, third.line > 0) == ("8", True)
        assert isinstance(last, Paper)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda c: json.dumps(c),
        lambda c: json.dumps(c, indent=1),
        lambda c: json.dumps([c]),
        lambda c: json.dumps({"PubTator3": c["documents"]}),
        lambda c: json.dumps(c["documents"]),
        lambda c: json.dumps(c["documents"][0], indent=2) + json.dumps(c["documents"][1], indent=2),
        lambda c: "\n".join(json.dumps(d) for d in c["documents"]),
        lambda c: "\ufeff" + "\n\n".join(json.dumps({"documents": [d]}) for d in c["documents"]),
    ],
    ids=["one", "indented", "list", "PubTator3", "documents", "objects", "lines", "collections"],
)
def test_json_in_its_wrappings(wrap: Any, tmp_path: Path) -> None:
    made = collection(passage(TITLE, 0, annotation("mice", 21, 4, type="Species")))
    made.add_document(collection(passage("Other.", 0), id="8").documents[0])
    file = tmp_path / "x.json"
    file.write_text(wrap(json.loads(biocjson.dumps(made))), encoding="utf-8")
    first, second = scan(file)
    assert isinstance(first, Paper)
    assert isinstance(second, Paper)
    assert (first.id, second.id) == ("7", "8")
    assert len(first.annotations) == 1


def test_a_damaged_line_of_json_costs_no_other(tmp_path: Path) -> None:
    lines = [json.dumps({"id": n, "passages": [{"offset": 0, "text": "T."}]}) for n in range(3)]
    lines[1] = lines[1][:-3]
    file = tmp_path / "x.json"
    file.write_text("\n".join(lines))
    first, problem, last = scan(file)
    assert isinstance(first, Paper)
    assert str(problem).startswith(f"{file}:2: the line is not JSON")
    assert isinstance(last, Paper)


def test_damaged_json_ends_the_file_with_its_line(tmp_path: Path) -> None:
    made = collection(passage("Text.", 0))
    file = tmp_path / "x.json"
    whole = json.dumps(json.loads(biocjson.dumps(made)), indent=1)
    file.write_text(whole[: whole.rindex("]")] + ',\n{"id": x}]}')
    paper, problem = scan(file)
    assert isinstance(paper, Paper)
    assert isinstance(problem, Problem)
    assert problem.line == file.read_text().count("\n") + 1
    assert "Expecting value" in problem.reason


@pytest.mark.parametrize(
    "document",
    [
        {"id": [], "passages": [1]},
        {"id": "7", "passages": {}},
        {"id": "7", "passages": [None, [], {"text": 3, "offset": "x"}]},
        {"id": "7", "passages": [{"text": "a", "offset": -5, "infons": [], "sentences": 7}]},
        {"id": "7", "passages": [{"text": "a", "offset": 0, "annotations": [{"locations": [{}]}]}]},
        7,
        None,
    ],
)
def test_json_of_another_shape_is_told(document: object, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text(json.dumps({"documents": [document]}))
    [item] = scan(file)
    assert isinstance(item, Problem) or item.problems


KINDS = ["xml", "json"]
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1)


@given(texts=st.lists(TEXTS, min_size=2, max_size=2), data=st.data(), kind=st.sampled_from(KINDS))
def test_annotations_come_back(
    texts: list[str], data: st.DataObject, kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    parts, expected, offset = [], [], 0
    for number, text in enumerate(texts, start=1):
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        mention = annotation(text[start:end], offset + start, end - start, type="Gene")
        parts.append(passage(text, offset, mention))
        expected.append(("Gene", f"text.{number}", start, end, text[start:end]))
        offset += len(text) + 1
    paper = read_one(tmp_path_factory.getbasetemp(), collection(*parts), kind)
    assert [p.text for p in paper.passages] == texts
    assert spans(paper) == expected
