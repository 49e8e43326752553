import io
import tarfile

import pytest

from pipeline.errors import SourceError, SourceWarning
from pipeline.terminology.sources import (
    disease_ontology,
    mesh,
    mesh_ascii,
    mesh_tables,
    mesh_xml,
    mondo,
    obo,
    sssom,
)
from pipeline.terminology.sources.records import Concept, Mapping, Name, Parent

MONDO = """\
format-version: 1.2
data-version: http://purl.obolibrary.org/obo/mondo/releases/2030-01-02 (trial; made by hand)
ontology: mondo

[Term]
id: MONDO:0000001
name: disease
def: "Broken reference." [a:b, c: d]

[Term]
id: MONDO:0000010
name: knee arthritis
synonym: "gonitis" EXACT []
synonym: "bad knee" RELATED [DOID:1]
xref: MESH:D000010 {source="MONDO:equivalentTo"}
xref: OMIM:123456
xref: ICD9:1.2
is_a: MONDO:0000001 ! disease
property_value: skos:exactMatch MESH:D000010
property_value: skos:broadMatch http://linkedlifedata.com/resource/umls/id/C0000001

[Term]
id: MONDO:0000011
name: obsolete gonarthritis
is_obsolete: true
replaced_by: MONDO:0000010

[Term]
id: MONDO:0000012
name: obsolete nothing
is_obsolete: true

[Term]
id: MONDO:0021125
name: disease characteristic

[Term]
id: MONDO:0021136
name: rare
is_a: MONDO:0021125 ! disease characteristic
"""


@pytest.fixture
def mondo_rows(tmp_path):
    path = tmp_path / "mondo.obo"
    path.write_text(MONDO)
    return list(mondo.read(path))


def test_mondo_concepts_and_replacements(mondo_rows):
    assert [row for row in mondo_rows if isinstance(row, Concept)] == [
        Concept("MONDO:0000001", "Disease", "disease"),
        Concept("MONDO:0000010", "Disease", "knee arthritis"),
        Concept("MONDO:0000011", "Disease", "gonarthritis", replaced_by="MONDO:0000010"),
    ]


def test_mondo_names_have_scopes(mondo_rows):
    names = {(n.text, n.scope) for n in mondo_rows if isinstance(n, Name)}
    assert names == {
        ("disease", "preferred"),
        ("knee arthritis", "preferred"),
        ("gonitis", "exact"),
        ("bad knee", "related"),
    }


def test_mondo_predicates_come_from_skos_only(mondo_rows):
    mappings = {m[1:3] for m in mondo_rows if isinstance(m, Mapping)}
    assert mappings == {
        ("skos:exactMatch", "MESH:D000010"),
        ("skos:broadMatch", "UMLS:C0000001"),
        ("oboInOwl:hasDbXref", "MESH:D000010"),
        ("oboInOwl:hasDbXref", "OMIM:123456"),
    }
    assert Parent("MONDO:0000010", "MONDO:0000001") in mondo_rows


def test_mondo_version_keeps_the_remark(tmp_path):
    path = tmp_path / "mondo.obo"
    path.write_text(MONDO)
    assert mondo.version(path) == "2030-01-02 (trial)"


def test_a_file_that_is_no_obo_is_an_error(tmp_path):
    path = tmp_path / "mondo.obo"
    path.write_text("<html>404</html>\n[Term\n")
    with pytest.raises(SourceError, match=r"mondo\.obo"):
        list(mondo.read(path))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("mesh:D000010", "MESH:D000010"),
        ("ORDO:77", "Orphanet:77"),
        ("https://omim.org/phenotypicSeries/PS100", "OMIMPS:100"),
        ("http://www.orpha.net/ORDO/Orphanet_77", "Orphanet:77"),
        ("http://example.org/MESH_1", ""),
        ("SCTID:1", ""),
        ("MESH:", ""),
        ("", ""),
    ],
)
def test_curie(given, expected):
    assert obo.curie(given) == expected


def test_disease_ontology_gives_names_only(tmp_path):
    path = tmp_path / "doid.obo"
    path.write_text(
        'format-version: 1.2\n\n[Term]\nid: DOID:1\nname: gonitis\nsynonym: "sore" NARROW []\n\n'
        "[Term]\nid: DOID:2\nname: old\nis_obsolete: true\n\n[Term]\nid: SO:1\nname: other\n"
    )
    assert set(disease_ontology.read(path)) == {
        Name("DOID:1", "gonitis", "exact", "DOID"),
        Name("DOID:1", "sore", "narrow", "DOID"),
    }


SSSOM = """\
#curie_map:
#  MONDO: http://purl.obolibrary.org/obo/MONDO_
# mapping_set_version: http://example.org/releases/2030-02-03/mappings/x.sssom.tsv
subject_id\tsubject_label\tpredicate_id\tobject_id\tmapping_justification
MONDO:1\ta\tskos:exactMatch\tmesh:D1\tsemapv:ManualMappingCuration
MONDO:1\ta\tskos:exactMatch\tSCTID:5\tsemapv:ManualMappingCuration
"""


def test_sssom_loose_and_in_an_archive(tmp_path):
    loose = tmp_path / "mondo_exactmatch_mesh.sssom.tsv"
    loose.write_text(SSSOM)
    archive = tmp_path / "mondo_sssom_mappings.tar.xz"
    with tarfile.open(archive, "w:xz") as tar:
        info = tarfile.TarInfo(f"sssom/{loose.name}")
        info.size = len(SSSOM)
        tar.addfile(info, io.BytesIO(SSSOM.encode()))
    expected = [
        Mapping(
            "MONDO:1",
            "skos:exactMatch",
            "MESH:D1",
            "semapv:ManualMappingCuration",
            "MONDO SSSOM",
        )
    ]
    for path in (loose, archive):
        assert list(sssom.read(path)) == expected
        assert sssom.version(path) == "2030-02-03"


def test_ascii_mesh(tmp_path):
    path = tmp_path / "d2030.bin"
    path.write_text(
        "*NEWRECORD\nRECTYPE = D\nMH = Gonitis\n"
        "PRINT ENTRY = Knee, Sore|T047|NON|NRW|NLM (1990)|900101|abcdef\n"
        "ENTRY = Arthritis of knee|T047|EQV|NLM (1990)|abdf\nENTRY = Goniti\n"
        "MN = C05.550.114\nMN = C05.799\nUI = D000010\n\n"
        "*NEWRECORD\nRECTYPE = D\nMH = No identifier\n"
    )
    with pytest.warns(SourceWarning, match=":11: a record without MH or UI"):
        records = list(mesh_ascii.read(path))
    assert records == [
        mesh.Descriptor(
            "D000010",
            "Gonitis",
            (("Arthritis of knee", "exact"), ("Goniti", "exact"), ("Knee, Sore", "narrow")),
            ("C05.550.114", "C05.799"),
        )
    ]


def test_mesh_tables_tell_the_preferred_concept_from_others(tmp_path):
    terms = tmp_path / "mesh2030_descriptor_terms.tsv"
    columns = ["DescriptorUI", "DescriptorName", "ConceptUI", "TermName", "RecordPreferredTermYN"]
    rows = [
        columns,
        ["D1", "Gonitis", "M2", "Knee pain", "N"],
        ["D1", "Gonitis", "M1", "Gonitis", "Y"],
        ["D1", "Gonitis", "M1", "Goniti", "N"],
    ]
    terms.write_text("".join("\t".join(row) + "\n" for row in rows))
    trees = tmp_path / "mesh2030_tree_numbers.tsv"
    trees.write_text("DescriptorUI\tDescriptorName\ttree_location\nD1\tGonitis\tC05.1\n")
    assert list(mesh_tables.read_descriptors(terms, trees)) == [
        mesh.Descriptor(
            "D1",
            "Gonitis",
            (("Knee pain", "related"), ("Gonitis", "exact"), ("Goniti", "exact")),
            ("C05.1",),
        )
    ]


def test_mesh_supplement_table_gathers_headings(tmp_path):
    path = tmp_path / "mesh_scr_diseases_2030.tsv"
    path.write_text("MESH_SCR_ID\tMESH_SCR_NAME\tMESH_ID\nC1\tX\tD1\nC1\tX\tD2\n")
    assert list(mesh_tables.read_supplements(path)) == [
        mesh.Supplement("C1", "X", (), ("D1", "D2"))
    ]


XML_CONCEPT = """
<Concept PreferredConceptYN="{preferred}"><ConceptUI>{ui}</ConceptUI>
<TermList><Term LexicalTag="NON"><String>{term}</String></Term></TermList>{relations}</Concept>
"""
XML_RELATION = """
<ConceptRelationList><ConceptRelation RelationName="{name}"><Concept1UI>{first}</Concept1UI>
<Concept2UI>{second}</Concept2UI></ConceptRelation></ConceptRelationList>
"""


@pytest.mark.parametrize(
    ("name", "first", "second", "scope"),
    [
        ("NRW", "M1", "M2", "narrow"),
        ("BRD", "M1", "M2", "broad"),
        ("REL", "M1", "M2", "related"),
        ("NRW", "M2", "M1", "broad"),
    ],
)
def test_mesh_xml_scopes_follow_the_concept_relations(tmp_path, name, first, second, scope):
    relation = XML_RELATION.format(name=name, first=first, second=second)
    path = tmp_path / "desc2030.xml"
    path.write_text(
        "<DescriptorRecordSet><DescriptorRecord><DescriptorUI>D1</DescriptorUI>"
        "<DescriptorName><String>Gonitis</String></DescriptorName>"
        "<TreeNumberList><TreeNumber>C05.1</TreeNumber></TreeNumberList><ConceptList>"
        + XML_CONCEPT.format(preferred="Y", ui="M1", term="Gonitis", relations="")
        + XML_CONCEPT.format(preferred="N", ui="M2", term="Other", relations=relation)
        + "</ConceptList></DescriptorRecord></DescriptorRecordSet>"
    )
    assert list(mesh_xml.read(path)) == [
        mesh.Descriptor("D1", "Gonitis", (("Gonitis", "exact"), ("Other", scope)), ("C05.1",))
    ]


def test_mesh_xml_keeps_disease_supplements_only(tmp_path):
    record = (
        '<SupplementalRecord SCRClass="{}"><SupplementalRecordUI>{}</SupplementalRecordUI>'
        "<SupplementalRecordName><String>X</String></SupplementalRecordName>"
        "<HeadingMappedToList><HeadingMappedTo><DescriptorReferredTo><DescriptorUI>*D1"
        "</DescriptorUI></DescriptorReferredTo></HeadingMappedTo></HeadingMappedToList>"
        "</SupplementalRecord>"
    )
    path = tmp_path / "supp2030.xml"
    body = record.format("1", "C1") + record.format("3", "C2")
    path.write_text(f"<SupplementalRecordSet>{body}</SupplementalRecordSet>")
    assert list(mesh_xml.read(path)) == [mesh.Supplement("C2", "X", (), ("D1",))]
    path.write_text(f"<SupplementalRecordSet>{body}")
    with pytest.raises(SourceError, match="no well-formed XML"):
        list(mesh_xml.read(path))


def test_mesh_keeps_disease_trees_and_derives_parents():
    records = [
        mesh.Descriptor("D1", "Joint Diseases", (), ("C05.550",)),
        mesh.Descriptor("D2", "Gonitis", (("Goniti", "exact"),), ("C05.550.114", "G01.1")),
        mesh.Descriptor("D3", "Aspirin", (), ("D02.1",)),
        mesh.Supplement("C1", "Rare gonitis", (), ("D2", "D3")),
    ]
    rows = list(mesh.rows(records))
    assert {row.curie for row in rows if isinstance(row, Concept)} == {
        "MESH:D1",
        "MESH:D2",
        "MESH:C1",
    }
    assert [row for row in rows if isinstance(row, Parent)] == [
        Parent("MESH:D2", "MESH:D1"),
        Parent("MESH:C1", "MESH:D2"),
    ]
    assert Name("MESH:D2", "Goniti", "exact", "MeSH") in rows
