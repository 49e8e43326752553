"""BioC XML and JSON: the DTD, a schema, and what readers of the formats find in them."""

import io
import json
from dataclasses import replace

import bioc
import jsonschema
import pytest
from bioc import biocjson, biocxml
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from papers_to_write import ANY_TEXT, OA, example, numbered, papers

from pipeline.export.characters import replace_surrogates, xml_text
from pipeline.export.formats import open_writer
from pipeline.export.layout import as_in_the_source
from pipeline.export.prefixes import PrefixStyle
from pipeline.export.sink import WriteOptions
from pipeline.model import Mention, Paper, Passage
from pipeline.papers import scan

# The structure that the format's DTD prescribes: elements, their order, their attributes.
DTD = etree.DTD(
    io.StringIO(
        """
        <!ELEMENT collection (source, date, key, infon*, document+)>
        <!ELEMENT document (id, infon*, passage+, relation*)>
        <!ELEMENT passage (infon*, offset, ((text?, annotation*) | sentence*), relation*)>
        <!ELEMENT sentence (infon*, offset, text?, annotation*, relation*)>
        <!ELEMENT annotation (infon*, location*, text)>
        <!ELEMENT relation (infon*, node*)>
        <!ELEMENT source (#PCDATA)> <!ELEMENT date (#PCDATA)> <!ELEMENT key (#PCDATA)>
        <!ELEMENT id (#PCDATA)> <!ELEMENT infon (#PCDATA)> <!ELEMENT offset (#PCDATA)>
        <!ELEMENT text (#PCDATA)> <!ELEMENT location EMPTY> <!ELEMENT node EMPTY>
        <!ATTLIST infon key CDATA #REQUIRED>
        <!ATTLIST annotation id CDATA #IMPLIED>
        <!ATTLIST location offset CDATA #REQUIRED length CDATA #REQUIRED>
        <!ATTLIST relation id CDATA #IMPLIED>
        <!ATTLIST node refid CDATA #REQUIRED role CDATA "">
        """
    )
)
INFONS = {"type": "object", "additionalProperties": {"type": "string"}}
OFFSET = {"type": "integer", "minimum": 0}


def an_object(required, **properties):
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def a_list(items):
    return {"type": "array", "items": items}


ANNOTATION = an_object(
    ["id", "infons", "text", "locations"],
    id={"type": "string"},
    infons={**INFONS, "required": ["identifier", "type"]},
    text={"type": "string"},
    locations={
        **a_list(an_object(["offset", "length"], offset=OFFSET, length=OFFSET)),
        "minItems": 1,
    },
)
PASSAGE = an_object(
    ["offset", "infons", "text", "sentences", "annotations", "relations"],
    bioctype={"const": "BioCPassage"},
    offset=OFFSET,
    infons=INFONS,
    text={"type": "string"},
    sentences={"maxItems": 0},
    annotations=a_list(ANNOTATION),
    relations={"maxItems": 0},
)
DOCUMENT = an_object(
    ["id", "infons", "passages"],
    bioctype={"const": "BioCDocument"},
    id={"type": "string"},
    infons=INFONS,
    passages={**a_list(PASSAGE), "minItems": 1},
    annotations={"maxItems": 0},
    relations={"maxItems": 0},
)
SCHEMA = jsonschema.Draft202012Validator(
    an_object(
        ["source", "date", "key", "infons", "documents"],
        bioctype={"const": "BioCCollection"},
        source={"type": "string"},
        date={"type": "string"},
        key={"type": "string"},
        version={"type": "string"},
        infons=INFONS,
        documents=a_list(DOCUMENT),
    )
)
CLEAN = {"bioc-xml": xml_text, "bioc-json": replace_surrogates}
FORMATS = pytest.mark.parametrize("name", CLEAN)


def written(made, name, **options):
    stream = io.BytesIO()
    with open_writer(stream, name, WriteOptions(**options)) as write:
        for paper in made:
            write(paper)
    return stream.getvalue()


def loaded(data, name):
    """The collection that the `bioc` package reads."""
    module = biocxml if name == "bioc-xml" else biocjson
    return module.loads(data.decode())


def text_of(document):
    text = ""
    for passage in document.passages:
        assert passage.offset >= len(text)
        text = text.ljust(passage.offset) + passage.text
    return text


@FORMATS
def test_an_annotation_as_ncbi_writes_it(name):
    (document,) = loaded(written([example()], name), name).documents
    assert document.id == "PMC1"
    assert document.infons == {"doi": "10.1000/x<y>", "journal": "J & B"}
    assert [(p.offset, p.infons) for p in document.passages] == [
        (0, {"section_type": "TITLE", "type": "title", "passage": "title"}),
        (14, {"section_type": "ABSTRACT", "type": "tldr", "passage": "tldr"}),
        (29, {"section_type": "ABSTRACT", "type": "abstract", "passage": "abstract.1"}),
    ]
    annotations = {a.text: a for p in document.passages for a in p.annotations}
    assert [a.id for p in document.passages for a in p.annotations] == list("1234567")
    disease = annotations["osteoarthritis"]
    assert disease.infons == {
        "identifier": "MESH:D010003", "type": "Disease", "curie": "MONDO:0005178",
        "name": "osteoarthritis", "score": "0.988", "method": "exact", "mesh": "MESH:D010003",
        "mondo": "MONDO:0005178",
    }  # fmt: skip
    assert disease.locations == [bioc.BioCLocation(33, 14)]
    assert annotations["RUNX2"].infons["identifier"] == "860"
    assert annotations["mice"].infons["identifier"] == "10090"
    assert annotations["xyz"].infons == {
        "identifier": "-", "type": "Gene", "score": "0.0", "method": "none"
    }  # fmt: skip


@FORMATS
def test_equal_papers_give_equal_bytes_with_their_provenance(name):
    provenance = {"bionorm": "1.0", "terminology": "abc"}
    data = written([example()], name, provenance=provenance)
    assert data == written([example()], name, provenance=provenance)
    collection = loaded(data, name)
    assert (collection.source, collection.date or "", collection.infons) == (
        "bionorm", "", provenance,
    )  # fmt: skip


@FORMATS
def test_prefixes_of_bioregistry(name):
    text = written([example()], name, prefix_style=PrefixStyle.BIOREGISTRY).decode()
    assert "mesh:D010003" in text
    assert "MESH:" not in text


@FORMATS
def test_offsets_of_the_source_are_kept(name):
    passages = (Passage("a", "title", "OA", 10), Passage("b", "abstract", "\U0001f9ec OA", 20))
    paper = Paper("1", passages, (Mention("b", 2, 4, "OA", "Disease", OA),))
    (document,) = loaded(written([paper], name), name).documents
    assert [p.offset for p in document.passages] == [10, 20]
    assert document.passages[1].annotations[0].locations == [bioc.BioCLocation(22, 2)]


@FORMATS
def test_passages_without_coordinates_stand_in_a_row(name):
    passages = tuple(Passage(i, "text", "OA") for i in "abc")
    (document,) = loaded(written([Paper("1", passages)], name), name).documents
    assert [p.offset for p in document.passages] == [0, 3, 6]


def check(data, name):
    """Fail if a collection is not valid by the DTD or the schema."""
    if name == "bioc-json":
        SCHEMA.validate(json.loads(data))
    else:
        assert DTD.validate(etree.fromstring(data)), DTD.error_log


@FORMATS
@settings(max_examples=30)
@given(made=st.lists(papers(), min_size=1, max_size=3))
def test_it_is_valid_and_the_bioc_package_reads_what_was_meant(name, made):
    clean = CLEAN[name]
    data = written(made, name)
    check(data, name)
    documents = loaded(data, name).documents
    assert len(documents) == len(made)
    for document, paper in zip(documents, made, strict=True):
        assert document.id == clean(paper.id)
        assert {k: v or "" for k, v in document.infons.items()} == {
            clean(k): clean(v) for k, v in paper.metadata.items()
        }
        passages = document.passages if paper.passages else []
        assert [p.text for p in passages] == [clean(p.text) for p in paper.passages]
        assert [p.infons.get("passage") for p in passages] == [p.id for p in paper.passages]
        whole = text_of(document)
        found = []
        for passage in document.passages:
            for annotation in passage.annotations:
                (place,) = annotation.locations
                assert whole[place.offset : place.end] == annotation.text
                start = place.offset - passage.offset
                key = (passage.infons["passage"], start, start + place.length)
                found.append((*key, annotation.infons["type"], annotation.infons.get("curie", "")))
        meant = [(m.passage, m.start, m.end, m.type, m.link.curie) for m in paper.mentions]
        assert found == meant
        bioc.validator.validate(bioc.BioCCollection.of_documents(document))


@FORMATS
@settings(max_examples=30)
@given(made=st.lists(papers(ANY_TEXT.map("<{}>".format)), min_size=1, max_size=3).map(numbered))
def test_our_reader_finds_what_was_meant(tmp_path_factory, name, made):
    # White space at the ends of a passage and papers without text are not read; there is none here.
    made = [paper for paper in made if paper.passages]
    path = tmp_path_factory.mktemp("bioc") / "x"
    path.write_bytes(written(made, name))
    clean = CLEAN[name]
    read = list(scan(path, format=name)) if made else []
    assert [p.id for p in read] == [clean(p.id) for p in made]
    for found, paper in zip(read, made, strict=True):
        assert found.problems == ()
        starts = as_in_the_source(paper).starts
        assert [(p.id, p.kind, p.text, p.offset) for p in found.passages] == [
            (p.id, p.kind, clean(p.text), starts[p.id]) for p in paper.passages
        ]
        annotations = [
            (a.passage, a.start, a.end, a.type, set(a.identifiers)) for a in found.annotations
        ]
        # Of a disease in both vocabularies, NCBI's identifier and ours are read.
        assert annotations == [
            (m.passage, m.start, m.end, m.type, set(m.link.curies)) for m in paper.mentions
        ]


def test_a_character_that_xml_forbids_is_replaced_and_moves_nothing():
    text = "\0\x01OA\ufffe\r\n\ud800"
    paper = Paper("1", (Passage("t", "text", text),), (Mention("t", 2, 4, "OA", "Disease", OA),))
    tree = etree.fromstring(written([paper], "bioc-xml"))
    assert tree.findtext(".//passage/text") == "\ufffd\ufffdOA\ufffd\r\n\ufffd"
    assert tree.find(".//location").attrib == {"offset": "2", "length": "2"}
    found = json.loads(written([paper], "bioc-json"))["documents"][0]["passages"][0]
    assert found["text"] == "\0\x01OA\ufffe\r\n\ufffd"


@FORMATS
def test_a_paper_without_text_is_a_document(name):
    (document,) = loaded(
        written([replace(example(), passages=(), mentions=())], name), name
    ).documents
    assert [p.offset for p in document.passages] == [0]
