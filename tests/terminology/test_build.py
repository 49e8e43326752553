import gzip
import json
import shutil

import pytest

from pipeline.errors import SnapshotError, SourceError
from pipeline.terminology import snapshot
from pipeline.terminology.build import build, catalogue
from pipeline.terminology.condense import Tables, condense, new_genes
from pipeline.terminology.sources.catalogue import READERS
from pipeline.terminology.sources.records import (
    CROSS_REFERENCE,
    EXACT_MATCH,
    ORTHOLOGY,
    UNSPECIFIED,
    Concept,
    Mapping,
    Name,
    Parent,
)

GENE_INFO = (
    "#tax_id\tGeneID\tSymbol\tLocusTag\tSynonyms\tdbXrefs\tchromosome\tmap_location\tdescription\t"
    "type_of_gene\tSymbol_from_nomenclature_authority\tFull_name_from_nomenclature_authority\t"
    "Nomenclature_status\tOther_designations\tModification_date\tFeature_type\n"
    "9606\t860\tRUNX2\t-\tCBFA1|OSF2\t-\t6\t-\tRUNX family transcription factor 2\tprotein-coding\t"
    "RUNX2\tRUNX family transcription factor 2\tO\tuncharacterized protein RUNX2\t20300102\t-\n"
)
MONDO = (
    "format-version: 1.2\ndata-version: releases/2030-01-02\n\n"
    "[Term]\nid: MONDO:0000001\nname: disease\n\n"
    '[Term]\nid: MONDO:0000010\nname: knee arthritis\nsynonym: "gonitis" EXACT []\n'
    'synonym: "arthritis of the knee" EXACT []\nsynonym: "Arthritis of the Knee" RELATED []\n'
    'synonym: "sore knee" RELATED []\nis_a: MONDO:0000001\n'
    "property_value: skos:exactMatch MESH:D000010\nproperty_value: skos:exactMatch DOID:10\n"
    "xref: MESH:D000010\n"
)
MESH = (
    "*NEWRECORD\nRECTYPE = D\nMH = Arthritis, Knee\nENTRY = Knee Arthritis\n"
    "ENTRY = Knees, Sore\nENTRY = Sore Knees\nMN = C05.550\nUI = D000010\n"
)
FILES = {
    "gene/Homo_sapiens.gene_info.gz": gzip.compress(GENE_INFO.encode(), mtime=0),
    "mondo/mondo.obo": MONDO.encode(),
    "mesh/d2030.bin": MESH.encode(),
    "do/doid.obo": b"format-version: 1.2\n\n[Term]\nid: DOID:10\nname: gonarthritis\n",
    "taxonomy/names.dmp": b"9606\t|\tHomo sapiens\t|\t\t|\tscientific name\t|\n",
    "taxonomy/nodes.dmp": b"9606\t|\t1\t|\tspecies\t|\n",
}


@pytest.fixture
def sources(tmp_path):
    for name, content in FILES.items():
        path = tmp_path / "sources" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "sources"


def rows(directory, table):
    return [tuple(row.values()) for row in snapshot.read_table(directory, table).to_pylist()]


def digests(directory):
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}


def test_a_small_snapshot_from_end_to_end(sources, tmp_path):
    target = tmp_path / "snapshot"
    manifest = build(sources, target)
    assert rows(target, "concepts") == [
        ("MESH:D000010", "Disease", "Arthritis, Knee", 0, "", ""),
        ("MONDO:0000001", "Disease", "disease", 0, "", ""),
        ("MONDO:0000010", "Disease", "knee arthritis", 0, "", ""),
        ("NCBIGene:860", "Gene", "RUNX2", 9606, "protein-coding", ""),
        ("NCBITaxon:9606", "Species", "Homo sapiens", 0, "species", ""),
    ]
    assert rows(target, "parents") == [("MONDO:0000010", "MONDO:0000001")]
    assert rows(target, "mappings") == [
        ("MONDO:0000010", EXACT_MATCH, "DOID:10", UNSPECIFIED, "MONDO"),
        ("MONDO:0000010", EXACT_MATCH, "MESH:D000010", UNSPECIFIED, "MONDO"),
    ]
    names = [row[:3] for row in rows(target, "names")]
    assert names == [
        ("MESH:D000010", "Knee Arthritis", "exact"),
        ("MESH:D000010", "Sore Knees", "exact"),
        ("MESH:D000010", "Arthritis, Knee", "preferred"),
        ("MONDO:0000001", "disease", "preferred"),
        ("MONDO:0000010", "arthritis of the knee", "exact"),
        ("MONDO:0000010", "gonarthritis", "exact"),
        ("MONDO:0000010", "gonitis", "exact"),
        ("MONDO:0000010", "knee arthritis", "preferred"),
        ("MONDO:0000010", "sore knee", "related"),
        ("NCBIGene:860", "RUNX family transcription factor 2", "description"),
        ("NCBIGene:860", "RUNX2", "symbol"),
        ("NCBIGene:860", "CBFA1", "synonym"),
        ("NCBIGene:860", "OSF2", "synonym"),
        ("NCBITaxon:9606", "Homo sapiens", "scientific"),
    ]
    assert {source.name: source.version for source in manifest.sources} == {
        "MONDO": "2030-01-02",
        "MeSH": "2030",
        "DOID": "",
        "NCBI Gene": "2030-01-02",
        "NCBI Taxonomy": "",
    }
    assert snapshot.Manifest.load(target) == manifest


def test_twice_gives_the_same_bytes_wherever_the_sources_lie(sources, tmp_path):
    build(sources, tmp_path / "one")
    moved = tmp_path / "elsewhere"
    shutil.copytree(sources, moved)
    build(moved, tmp_path / "two")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert snapshot.snapshot_hash(tmp_path / "one") == snapshot.snapshot_hash(tmp_path / "two")


@pytest.mark.parametrize("missing", ["mondo", "mesh", "gene", "taxonomy"])
def test_a_missing_required_source_is_named_and_nothing_is_written(sources, tmp_path, missing):
    shutil.rmtree(sources / missing)
    with pytest.raises(SourceError, match=r"has no files of .*bionorm ontologies update"):
        build(sources, tmp_path / "snapshot")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sources"]


def test_a_failed_build_leaves_the_old_snapshot_alone(sources, tmp_path):
    target = tmp_path / "snapshot"
    build(sources, target)
    before = digests(target)
    (sources / "gene/Homo_sapiens.gene_info.gz").write_bytes(b"\x1f\x8b broken")
    with pytest.raises(SourceError, match="Homo_sapiens"):
        build(sources, target)
    assert digests(target) == before


def test_taxonomy_needs_names_and_nodes(sources, tmp_path):
    (sources / "taxonomy/nodes.dmp").unlink()
    with pytest.raises(SourceError, match=r"both names\.dmp and nodes\.dmp"):
        build(sources, tmp_path / "snapshot")


def test_no_source_directory(tmp_path):
    with pytest.raises(SourceError, match="is no directory"):
        build(tmp_path / "nowhere", tmp_path / "snapshot")


@pytest.mark.parametrize("table", ["concepts", "names", "parents", "mappings"])
def test_an_incomplete_snapshot_is_recognized(sources, tmp_path, table):
    target = tmp_path / "snapshot"
    build(sources, target)
    path = snapshot.table_path(target, table)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(SnapshotError, match=table):
        snapshot.snapshot_hash(target)
    with pytest.raises(SnapshotError, match=table):
        snapshot.read_table(target, table)
    path.unlink()
    with pytest.raises(SnapshotError, match=table):
        snapshot.snapshot_hash(target)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "is no terminology snapshot"),
        ("{", "is damaged"),
        ("[]", "is damaged"),
        ('{"format_version": 1}', "is damaged"),
        ('{"format_version": 99}', "has format 99"),
    ],
)
def test_a_bad_manifest_is_a_clear_error(tmp_path, content, message):
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(SnapshotError, match=message):
        snapshot.Manifest.load(tmp_path)


def test_retired_concepts_follow_the_chain_and_dead_ends_go():
    tables = Tables()
    for row in (
        Concept("X:1", "Disease", "one"),
        Concept("X:2", "Disease", "", replaced_by="X:1"),
        Concept("X:3", "Disease", "", replaced_by="X:2"),
        Concept("X:4", "Disease", "", replaced_by="X:9"),
        Concept("X:5", "Disease", "", replaced_by="X:6"),
        Concept("X:6", "Disease", "", replaced_by="X:5"),
        Parent("X:1", "X:2"),
        Name("X:2", "two", "exact", "s"),
    ):
        tables.add(row)
    result = condense(tables)
    assert [(row.curie, row.replaced_by) for row in result["concepts"]] == [
        ("X:1", ""),
        ("X:2", "X:1"),
        ("X:3", "X:1"),
    ]
    assert result["names"] == result["parents"] == []


def test_mappings_keep_the_strongest_statement():
    tables = Tables()
    tables.add(Concept("X:1", "Disease", "one"))
    curated = Mapping("X:1", EXACT_MATCH, "Y:1", "semapv:ManualMappingCuration", "set")
    for row in (
        Mapping("X:1", CROSS_REFERENCE, "Y:1", UNSPECIFIED, "a"),
        Mapping("X:1", EXACT_MATCH, "Y:1", UNSPECIFIED, "a"),
        curated,
        Mapping("X:1", CROSS_REFERENCE, "Y:2", UNSPECIFIED, "a"),
        Mapping("X:1", ORTHOLOGY, "Y:3", UNSPECIFIED, "a"),
        Mapping("X:9", EXACT_MATCH, "Y:1", UNSPECIFIED, "a"),
    ):
        tables.add(row)
    assert condense(tables)["mappings"] == [
        Mapping("X:1", CROSS_REFERENCE, "Y:2", UNSPECIFIED, "a"),
        curated,
    ]


@pytest.mark.parametrize(
    ("texts", "kept"),
    [
        (["foxo", "foxo-PA", "foxo-PB"], ["foxo"]),
        (["BETA-PIX"], ["BETA-PIX"]),
        (["Sore Knee", "Knee, Sore"], ["Sore Knee"]),
        (["sore knee", "Sore Knee"], ["Sore Knee"]),
        (["Abc", "ABC"], ["ABC", "Abc"]),
        (["Carcinoma, Lung", "lung carcinoma"], ["lung carcinoma"]),
        (["uncharacterized LOC1", "n/a", "-", "x" * 121, "LOW QUALITY PROTEIN: titin"], ["titin"]),
        ([r"Dmel\CG1"], ["CG1"]),
    ],
)
def test_names_that_say_nothing_new_go(texts, kept):
    tables = Tables()
    tables.add(Concept("X:1", "Gene", "one"))
    for text in texts:
        tables.add(Name("X:1", text, "designation", "s"))
    assert [name.text for name in condense(tables)["names"]] == kept


def test_genes_of_covered_organisms_come_from_gene_info_alone():
    old, new = Concept("G:1", "Gene", "a", 9606), Concept("G:2", "Gene", "b", 9913)
    given = [old, Name("G:1", "a", "symbol", "s"), new, Name("G:2", "b", "symbol", "s")]
    assert list(new_genes(given, covered={9606})) == [new, given[3]]


def test_every_source_of_the_catalogue_has_a_reader_and_a_licence():
    entries = catalogue()
    assert [entry["name"] for entry in entries] == list(READERS)
    assert all(entry["licence"] and entry["url"].startswith("https://") for entry in entries)


def test_the_embedded_snapshot_is_whole_small_and_described():
    directory = snapshot.embedded_snapshot()
    manifest = snapshot.Manifest.load(directory)
    assert len(snapshot.snapshot_hash(directory)) == 64
    assert sum(path.stat().st_size for path in directory.iterdir()) < 25_000_000
    assert {name: table.rows for name, table in manifest.tables.items()} == {
        name: snapshot.read_table(directory, name).num_rows for name in snapshot.SCHEMAS
    }
    readme = directory.parent / "README.md"
    if readme.exists():  # only in the source tree
        assert readme.read_text(encoding="utf-8") == snapshot.describe(manifest)


def test_describe_names_every_source_with_its_licence(sources, tmp_path):
    manifest = build(sources, tmp_path / "snapshot")
    text = snapshot.describe(manifest)
    assert json.loads((tmp_path / "snapshot/manifest.json").read_text())["sources"]
    for source in manifest.sources:
        assert source.title in text
        assert source.licence in text
        assert all(file.sha256 in text for file in source.files)
