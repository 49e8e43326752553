"""Readers of users' files."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.terminology.user_sources import tables
from pipeline.terminology.user_sources.identifiers import curie
from pipeline.terminology.user_sources.reader import read
from pipeline.terminology.user_sources.statements import (
    Correspondence,
    Entry,
    Fault,
    Statement,
    UserFile,
)

OBO = """format-version: 1.2
data-version: cells/releases/2026-02-03/cells.obo
ontology: cells

[Term]
id: CELLS:1
name: antler cell
def: "A cell [of an antler." [
synonym: "antlerocyte" EXACT []
synonym: "cell of \\"the\\" antler" EXACT layperson [a:b]
synonym: "growth cell" BROAD []
synonym: "antler thing" []
xref: CL:0000001
xref: PMID:123
xref: mesh:D000001
property_value: skos:exactMatch MESH:D000001
property_value: skos:closeMatch UMLS:C1 xsd:string

[Term]
id: CELLS:2
name: young antler cell
is_a: CELLS:1 ! antler cell
is_a: GO:7 ! imported

[Term]
id: CELLS:3
name: obsolete spike cell
is_obsolete: true
replaced_by: CELLS:2

[Term]
id: CELLS:4
name: obsolete and gone
is_obsolete: true

[Term]
id: GO:7
name: imported process

[Typedef]
id: part_of
name: part of
"""
OWL = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#" xmlns:owl="http://www.w3.org/2002/07/owl#"
 xmlns:oio="http://www.geneontology.org/formats/oboInOwl#">
<owl:Ontology rdf:about="http://purl.obolibrary.org/obo/cells.owl"/>
<owl:AnnotationProperty rdf:about="http://www.geneontology.org/formats/oboInOwl#hasExactSynonym"/>
<owl:Class rdf:about="http://purl.obolibrary.org/obo/CELLS_1">
 <rdfs:label>antler cell</rdfs:label><oio:hasExactSynonym>antlerocyte</oio:hasExactSynonym>
</owl:Class>
<owl:Class rdf:about="http://purl.obolibrary.org/obo/CELLS_2">
 <rdfs:label>young antler cell</rdfs:label>
 <rdfs:subClassOf rdf:resource="http://purl.obolibrary.org/obo/CELLS_1"/>
</owl:Class>
</rdf:RDF>
"""
JSON = json.dumps(
    {
        "graphs": [
            {
                "id": "http://purl.obolibrary.org/obo/cells.json",
                "nodes": [
                    {
                        "id": "http://purl.obolibrary.org/obo/CELLS_1",
                        "lbl": "antler cell",
                        "type": "CLASS",
                        "meta": {"synonyms": [{"pred": "hasExactSynonym", "val": "antlerocyte"}]},
                    },
                    {
                        "id": "http://purl.obolibrary.org/obo/CELLS_2",
                        "lbl": "young antler cell",
                        "type": "CLASS",
                    },
                ],
                "edges": [
                    {
                        "sub": "http://purl.obolibrary.org/obo/CELLS_2",
                        "pred": "is_a",
                        "obj": "http://purl.obolibrary.org/obo/CELLS_1",
                    }
                ],
            }
        ]
    }
)


def write(tmp_path: Path, text: str | bytes, name: str = "mine") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def of_text(tmp_path: Path, text: str | bytes) -> UserFile:
    return read(write(tmp_path, text))


def entries(file: UserFile) -> dict[str, Entry]:
    return {s.curie: s for s in file.statements if isinstance(s, Entry)}


def faults(file: UserFile) -> list[tuple[int, str]]:
    return [(s.line, s.reason) for s in file.statements if isinstance(s, Fault)]


# Ontologies


def test_an_obo_file(tmp_path: Path) -> None:
    file = of_text(tmp_path, OBO)
    found = entries(file)
    assert (file.kind, file.version) == ("ontology", "2026-02-03")
    assert set(found) == {"CELLS:1", "CELLS:2", "CELLS:3", "GO:7"}
    cell = found["CELLS:1"]
    assert cell.name == "antler cell"
    assert set(cell.names) == {
        ("antlerocyte", "exact"),
        ('cell of "the" antler', "exact"),
        ("growth cell", "broad"),
        ("antler thing", "related"),
    }
    assert cell.mappings == (
        ("oboInOwl:hasDbXref", "CL:0000001"),
        ("skos:closeMatch", "UMLS:C1"),
        ("skos:exactMatch", "MESH:D000001"),
    ), "a cross-reference says nothing beside a match; an article is no concept"
    assert found["CELLS:2"].parents == ("CELLS:1", "GO:7")
    assert found["CELLS:3"].replaced_by == "CELLS:2"
    assert found["CELLS:3"].name == "spike cell"
    assert [e.curie for e in found.values() if e.imported] == ["GO:7"]
    assert faults(file) == []


@pytest.mark.parametrize("text", [OBO, OWL, JSON], ids=["obo", "owl", "json"])
@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gz"])
def test_every_format_of_pronto(tmp_path: Path, text: str, compress: object) -> None:
    assert callable(compress)
    name = "cells.gz" if compress is gzip.compress else "cells"
    found = entries(read(write(tmp_path, compress(text.encode()), name)))
    assert found["CELLS:1"].name == "antler cell"
    assert ("antlerocyte", "exact") in found["CELLS:1"].names
    assert "CELLS:1" in found["CELLS:2"].parents
    assert not found["CELLS:1"].imported


def test_an_ontology_without_a_name_owns_all_its_terms(tmp_path: Path) -> None:
    found = entries(of_text(tmp_path, OBO.replace("ontology: cells\n", "")))
    assert not any(entry.imported for entry in found.values())


def test_a_term_without_prefix_is_left_out(tmp_path: Path) -> None:
    file = of_text(tmp_path, OBO + "\n[Term]\nid: cell\nname: any cell\n")
    assert faults(file) == [(0, "'cell' is no identifier of the form PREFIX:LOCAL; term left out")]


@pytest.mark.parametrize(
    "text",
    [
        "[Term]\nid x\n",
        "format-version: 1.2\n\n[Term]\nname: without identifier\n",
        '<?xml version="1.0"?>\n<html><body>404</body></html>',
        "<rdf",
        "{}",
        '{"graphs": []}',
        '{"graphs": 1}',
        '{"graphs": [{}]}',
        '{"graphs": [{"id": "x", "nodes": [{"lbl": "a"}]}]}',
        "{",
        "[" * 5,
    ],
)
def test_a_broken_ontology_is_an_error_with_its_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(SourceError, match="mine: "):
        of_text(tmp_path, text)


# Tables of concepts


@pytest.mark.parametrize(
    "text",
    [
        "curie\tname\tsynonyms\nX:1\tbone\tos|Knochen\n",
        "\ufeffID\tLabel\tAliases\r\nX:1\tbone\tos|Knochen\r\n",
        "# my own list\n\nidentifier,name,synonyms\nX:1,bone,os|Knochen\n",
        "#Identifier\tPreferred Name\tSynonym\nX:1\tbone\tos | Knochen |\n",
        'Curie;Label;Synonyms\n"X:1";"bone";"os|Knochen"\n',
        "note\tname\tid\tsynonyms\nfoo\tbone\tX:1\tos|Knochen",
    ],
)
def test_headers_are_taken_as_they_come(tmp_path: Path, text: str) -> None:
    file = of_text(tmp_path, text)
    assert file.kind == "table of concepts"
    assert list(entries(file).values()) == [
        Entry("X:1", "bone", (("os", "exact"), ("Knochen", "exact")), line=entry_line(file))
    ]
    assert faults(file) == []


def entry_line(file: UserFile) -> int:
    return next(s.line for s in file.statements if isinstance(s, Entry))


def test_type_taxon_and_parents(tmp_path: Path) -> None:
    text = "curie,name,type,taxon,parents\nX:1,abc,Gene,NCBITaxon:9606,X:2|X:3\nX:2,a,,10090,\n"
    found = entries(of_text(tmp_path, text))
    assert (found["X:1"].type, found["X:1"].taxon) == ("Gene", 9606)
    assert found["X:1"].parents == ("X:2", "X:3")
    assert (found["X:2"].taxon, found["X:2"].line) == (10090, 3)


def test_bad_rows_are_told_with_their_lines(tmp_path: Path) -> None:
    text = (
        b"curie\tname\tsynonyms\ttaxon\tparents\n"
        b"X:1\tfine\n"
        b"\tno identifier\n"
        b"860\tno prefix\n"
        b"X:2\n"
        b"\n"
        b"X:3\tbad taxon\t\tmouse\n"
        b"X:4\tbad parent\t\t\tX:1|bone\n"
        b"X:5\tcaf\xe9\n"
        b"X:6\ta\tb\t\t\tsurplus\n"
        b"X:7\ta\tb\t\t\t\n"
        b'X:8\t"so-called" bone\n'
        b'X:9\t5" end\n'
    )
    file = of_text(tmp_path, text)
    assert [line for line, _ in faults(file)] == [3, 4, 5, 7, 8, 9, 10]
    reasons = [reason for _, reason in faults(file)]
    words = ("identifier", "860", "X:2 has no name", "mouse", "bone", "UTF-8", "6 values")
    assert all(word in reason for word, reason in zip(words, reasons, strict=True))
    assert set(entries(file)) == {"X:1", "X:4", "X:7", "X:8", "X:9"}
    assert entries(file)["X:4"].parents == ("X:1",)
    assert entries(file)["X:8"].name == '"so-called" bone'
    assert entries(file)["X:9"].name == '5" end'


def test_an_unclosed_quotation_mark_costs_one_row(tmp_path: Path) -> None:
    file = of_text(tmp_path, 'curie,name\nX:1,"open\nX:2,next\nX:3,5" end\n')
    assert faults(file) == [(2, "a quotation mark is not closed; row left out")]
    assert set(entries(file)) == {"X:2", "X:3"}


def test_a_value_may_have_line_breaks_in_quotation_marks(tmp_path: Path) -> None:
    file = of_text(tmp_path, 'curie,name,synonyms\nX:1,"a\nb","c ""d"""\nX:2,e,\n')
    assert entries(file)["X:1"].name == "a\nb"
    assert entries(file)["X:1"].names == (('c "d"', "exact"),)
    assert entries(file)["X:2"].line == 4


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no header"),
        ("just some prose\n", "no header"),
        ("X:1\tbone\n", "no header"),
        ("curie\tnothing else\nX:1\ta\n", "its columns are curie, nothing_else"),
        ("curie\tname\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_what_is_no_table(tmp_path: Path, text: str | bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        of_text(tmp_path, text)


def test_a_file_that_cannot_be_decompressed(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read(write(tmp_path, b"curie\tname\n", "table.gz"))


# Literal mappings


def test_literal_mappings(tmp_path: Path) -> None:
    text = (
        "text\tcurie\tname\tpredicate\ttype\tprovenance\ttaxon\n"
        "bone\tX:1\tbone\trdfs:label\t\t\t\n"
        "os\tX:1\tbone\toboInOwl:hasExactSynonym\t\tpubmed:1\t\n"
        "B1\tX:1\tbone\toboInOwl:hasExactSynonym\tOMO:0003012\t\t\n"
        "skeleton\tX:1\tbone\toboInOwl:hasBroadSynonym\t\t\tNCBITaxon:9606\n"
        "thing\tX:1\t\t\t\t\t\n"
        "\tX:1\t\t\t\t\t\n"
        "a\tnone\t\t\t\t\t\n"
        "a\tX:1\t\trdfs:comment\t\t\t\n"
        "a\tX:1\t\t\t\t\tmouse\n"
    )
    file = of_text(tmp_path, text)
    assert file.kind == "literal mappings"
    found = [s for s in file.statements if isinstance(s, Entry)]
    assert [(e.name, e.names) for e in found] == [
        ("bone", ()),
        ("bone", (("os", "exact"),)),
        ("bone", (("B1", "acronym"),)),
        ("bone", (("skeleton", "broad"),)),
        ("", (("thing", "related"),)),
    ]
    assert [e.taxon for e in found] == [0, 0, 0, 9606, 0]
    assert all(e.type == "" for e in found), "the column is the kind of synonym"
    assert [line for line, _ in faults(file)] == [7, 8, 9, 10]


# Mapping sets


def test_a_mapping_set(tmp_path: Path) -> None:
    text = (
        "# curie_map:\n"
        "#   SCT: http://id.nlm.nih.gov/mesh/\n"
        "#   LAB: https://lab.example/\n"
        "# mapping_set_version: 2026-05\n"
        "# license: https://creativecommons.org/publicdomain/zero/1.0/\n"
        "subject_id\tsubject_label\tpredicate_id\tpredicate_modifier\tobject_id"
        "\tmapping_justification\tcomment\n"
        'LAB:1\ta\tskos:exactMatch\t\tSCT:D010003\tsemapv:LexicalMatching\t"two\nlines"\n'
        "LAB:1\ta\tskos:exactMatch\tNot\tmesh:D000002\tsemapv:LexicalMatching\t\n"
        "LAB:2\tb\tskos:broadMatch\t\tmesh:D000003\t\t\n"
        "LAB:3\tb\tskos:exactMatch\t\tsssom:NoTermFound\t\t\n"
        "LAB:4\tb\tskos:exactMatch\t\tnothing\t\t\n"
        "mesh:D1\tb\tskos:exactMatch\t\tMESH:D1\t\t\n"
    )
    file = of_text(tmp_path, text)
    assert (file.kind, file.version) == ("mapping set", "2026-05")
    assert file.licence.endswith("zero/1.0/")
    assert [s for s in file.statements if isinstance(s, Correspondence)] == [
        Correspondence(
            "LAB:1", "skos:exactMatch", "MESH:D010003", "semapv:LexicalMatching", line=7
        ),
        Correspondence("LAB:2", "skos:broadMatch", "MESH:D000003", line=10),
    ]
    assert faults(file) == [
        (12, "object_id 'nothing' is no identifier; row left out"),
        (13, "MESH:D1 is mapped to itself; row left out"),
    ]


def test_metadata_that_is_no_yaml_is_told(tmp_path: Path) -> None:
    text = "# a: b: c\n# - d\nsubject_id\tpredicate_id\tobject_id\nX:1\tskos:exactMatch\tY:1\n"
    file = of_text(tmp_path, text)
    assert len(faults(file)) == 1
    assert "metadata" in faults(file)[0][1]
    assert len(file.statements) == 2


def test_our_own_export_is_read(small_snapshot: Path, tmp_path: Path) -> None:
    from pipeline.terminology.sssom_export import export_mappings

    file = of_text(tmp_path, export_mappings(small_snapshot))
    assert len(file.statements) == 4
    assert faults(file) == []
    assert file.licence == "https://w3id.org/sssom/license/unspecified"


# Whatever comes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mesh:D010003", "MESH:D010003"),
        ("MIM:166710", "OMIM:166710"),
        ("ncbigene:860", "NCBIGene:860"),
        ("ORPHA:1", "Orphanet:1"),
        ("http://purl.obolibrary.org/obo/NCBITaxon_9606", "NCBITaxon:9606"),
        ("http://www.ebi.ac.uk/efo/EFO_0000400", "EFO:0000400"),
        ("https://lab.example/onto.owl#Bone", "onto:Bone"),
        ("https://lab.example/terms/Bone", "terms:Bone"),
        ("https://lab.example", ""),
        ("a b:c", ""),
        ("X:", ""),
        (":1", ""),
        ("X:a b", ""),
        ("", ""),
    ],
)
def test_identifiers(text: str, expected: str) -> None:
    assert curie(text) == expected


@given(st.text(max_size=40))
def test_an_identifier_stays_what_it_is(text: str) -> None:
    once = curie(text)
    assert curie(once) == once
    assert " " not in once


HEADERS = st.sampled_from(
    ["curie\tname\tsynonyms\n", "id,name\n", "text\tcurie\tpredicate\n",
     "#curie_map:\nsubject_id\tpredicate_id\tobject_id\n", "format-version: 1.2\n[Term]\n", "{",
     "<?xml version='1.0'?>", ""]
)  # fmt: skip
ROWS = st.lists(
    st.sampled_from(
        ["X:1", "\t", "\n", ",", '"', "|", "id: X:1\n", "name: a\n", "ä", "\0", "#", "{", "}",
         "is_a: ", "[Term]\n", "\r", "\\", "skos:exactMatch"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(HEADERS, ROWS, st.binary(max_size=8))
def test_any_file_is_read_or_refused(tmp_path: Path, head: str, rows: str, tail: bytes) -> None:
    path = write(tmp_path, (head + rows).encode() + tail)
    try:
        found: tuple[Statement, ...] = read(path).statements
    except SourceError as error:
        assert str(path) in str(error)
        return
    assert all(s.reason for s in found if isinstance(s, Fault))
    assert all(s.curie for s in found if isinstance(s, Entry))


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C"]),
                                 max_size=6), min_size=3, max_size=3), max_size=6))  # fmt: skip
def test_written_tables_are_read_back(rows: list[list[str]]) -> None:
    import csv
    import io

    rows = [[" ".join(v.split()) for v in row] for row in rows]
    rows = [row for row in rows if any(row)]
    for delimiter in "\t,;":
        stream = io.StringIO()
        csv.writer(stream, delimiter=delimiter).writerows([["curie", "name", "x"], *rows])
        table = tables.parse(stream.getvalue(), is_header=frozenset({"curie"}))
        assert table is not None
        found = [r for r in table.rows() if isinstance(r, tables.Record)]
        assert [list(r.values.values()) for r in found] == rows
