import shutil
import time
from dataclasses import asdict

import pytest

from pipeline.errors import SnapshotError
from pipeline.terminology.diff import CHANGES, DETAIL_COLUMNS, counts_tsv, details_tsv, diff
from pipeline.terminology.snapshot import (
    FORMAT_VERSION,
    SCHEMAS,
    Manifest,
    Source,
    embedded_snapshot,
    write_table,
)

OLD_CONCEPTS = [
    ("MONDO:1", "Disease", "knee pain", 0, "", ""),
    ("MONDO:2", "Disease", "sore knee", 0, "", ""),
    ("MONDO:3", "Disease", "gonitis", 0, "", ""),
    ("MONDO:4", "Disease", "", 0, "", "MONDO:1"),
    ("MONDO:5", "Disease", "", 0, "", "MONDO:1"),
    ("MONDO:6", "Disease", "", 0, "", "MONDO:1"),
    ("NCBIGene:1", "Gene", "ABC1", 9606, "protein-coding", ""),
    ("NCBITaxon:1", "Species", "root", 0, "no rank", ""),
]
NEW_CONCEPTS = [
    ("MONDO:1", "Disease", "pain of the knee", 0, "", ""),
    ("MONDO:2", "Disease", "", 0, "", "MONDO:1"),
    ("MONDO:4", "Disease", "back again", 0, "", ""),
    ("MONDO:5", "Disease", "", 0, "", "MONDO:7"),
    ("MONDO:7", "Disease", "something\tnew", 0, "", ""),
    ("MONDO:8", "Disease", "", 0, "", "MONDO:7"),
    ("NCBIGene:1", "Gene", "ABC1", 9606, "pseudo", ""),
    ("NCBIGene:2", "Gene", "ABC2", 9606, "", ""),
    ("NCBITaxon:1", "Species", "root", 0, "no rank", ""),
]
OLD_NAMES = [
    ("MONDO:1", "gonalgia", "exact", "MONDO"),
    ("MONDO:1", "knee pain", "preferred", "MONDO"),
    ("MONDO:2", "sore knee", "preferred", "MONDO"),
    ("NCBIGene:1", "ABC1", "symbol", "NCBI Gene"),
    ("NCBIGene:1", "XYZ", "former", "NCBI Gene"),
]
NEW_NAMES = [
    ("MONDO:1", "gonalgia", "related", "DOID"),
    ("MONDO:1", "knee pain", "exact", "MONDO"),
    ("MONDO:1", "pain of the knee", "preferred", "MONDO"),
    ("MONDO:7", "something new", "preferred", "MONDO"),
    ("NCBIGene:1", "ABC1", "symbol", "NCBI Gene"),
    ("NCBIGene:1", "ABC1", "synonym", "HGNC"),
]


def source(name, version):
    return Source(name, name, (), version, "https://example.org", "CC0", "", {})


def write(directory, concepts, names, **versions):
    directory.mkdir()
    rows = {"concepts": concepts, "names": names, "parents": [], "mappings": []}
    tables = {}
    for name, schema in SCHEMAS.items():
        columns = [list(column) for column in zip(*rows[name], strict=True)] or [[] for _ in schema]
        tables[name] = write_table(directory, name, dict(zip(schema.names, columns, strict=True)))
    sources = tuple(source(name, version) for name, version in versions.items())
    Manifest(FORMAT_VERSION, "1", sources, tables).save(directory)
    return directory


@pytest.fixture
def pair(tmp_path):
    old = write(tmp_path / "old", OLD_CONCEPTS, OLD_NAMES, MONDO="2029", MeSH="2029", DOID="")
    new = write(tmp_path / "new", NEW_CONCEPTS, NEW_NAMES, MONDO="2030", MeSH="2029", HGNC="2030")
    return old, new


def test_each_change_has_its_row(pair):
    assert [tuple(row.values()) for row in diff(*pair).details.to_pylist()] == [
        ("new", "MONDO:7", "Disease", "", "something\tnew"),
        ("new", "NCBIGene:2", "Gene", "", "ABC2"),
        ("reinstated", "MONDO:4", "Disease", "MONDO:1", "back again"),
        ("retired", "MONDO:2", "Disease", "sore knee", "MONDO:1"),
        ("removed", "MONDO:3", "Disease", "gonitis", ""),
        ("renamed", "MONDO:1", "Disease", "knee pain", "pain of the knee"),
        ("redirect added", "MONDO:8", "Disease", "", "MONDO:7"),
        ("redirect changed", "MONDO:5", "Disease", "MONDO:1", "MONDO:7"),
        ("redirect removed", "MONDO:6", "Disease", "MONDO:1", ""),
        ("name added", "MONDO:1", "Disease", "", "pain of the knee"),
        ("name removed", "NCBIGene:1", "Gene", "XYZ", ""),
    ]


def test_changes_are_counted_by_type_and_vocabulary(pair):
    disease, gene, species = diff(*pair).counts
    assert asdict(disease) == {
        "type": "Disease",
        "vocabulary": "MONDO",
        "before": 3,
        "after": 3,
        "new": 1,
        "reinstated": 1,
        "retired": 1,
        "removed": 1,
        "renamed": 1,
        "redirects": 3,
        "names_added": 1,
        "names_removed": 0,
    }
    assert (gene.before, gene.after, gene.new, gene.names_removed) == (1, 2, 1, 1)
    assert (species.before, species.after, species.new) == (1, 1, 0)


def test_the_other_way_round_is_the_opposite(pair):
    forth, back = diff(*pair), diff(*reversed(pair))
    mirrored = {
        "new": "removed",
        "reinstated": "retired",
        "renamed": "renamed",
        "redirect added": "redirect removed",
        "redirect changed": "redirect changed",
        "name added": "name removed",
    }
    mirrored |= {other: kind for kind, other in mirrored.items()}
    assert set(mirrored) == set(CHANGES)

    def found(difference):
        return {(row["change"], row["curie"]) for row in difference.details.to_pylist()}

    assert found(back) == {(mirrored[change], curie) for change, curie in found(forth)}


def test_sources_whose_version_differs_are_listed(pair):
    releases = [(r.source, r.old, r.new) for r in diff(*pair).releases]
    assert releases == [("MONDO", "2029", "2030"), ("DOID", "", ""), ("HGNC", "", "2030")]


def test_tables_are_plain_tsv_and_the_same_each_time(pair):
    first, second = diff(*pair), diff(*pair)
    details = details_tsv(first)
    assert details == details_tsv(second)
    lines = [line.split("\t") for line in details.splitlines()]
    assert lines[0] == list(DETAIL_COLUMNS)
    assert lines[1] == ["new", "MONDO:7", "Disease", "", "something new"]
    assert {len(line) for line in lines} == {5}
    assert counts_tsv(first).splitlines()[1] == "Disease\tMONDO\t3\t3\t1\t1\t1\t1\t1\t3\t1\t0"


def test_the_embedded_snapshot_does_not_differ_from_itself_and_says_so_in_seconds():
    started = time.perf_counter()
    difference = diff(embedded_snapshot(), embedded_snapshot())
    assert difference.details.num_rows == 0
    assert difference.releases == ()
    assert all(counts.before == counts.after > 0 for counts in difference.counts)
    assert time.perf_counter() - started < 30


def test_an_empty_snapshot(pair, tmp_path):
    empty = write(tmp_path / "empty", [], [])
    difference = diff(pair[0], empty)
    assert {row["change"] for row in difference.details.to_pylist()} == {
        "removed",
        "redirect removed",
    }
    assert diff(empty, empty).counts == ()


@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_what_is_no_snapshot_is_a_clear_error(pair, damage):
    old, new = pair
    if damage == "missing":
        shutil.rmtree(new)
    else:
        (new / "names.parquet").write_bytes(b"PAR1")
    with pytest.raises(SnapshotError, match=str(new)):
        diff(old, new)
