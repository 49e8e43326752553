"""The export of mappings, checked against the specification of SSSOM TSV."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import srsly
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipeline.cli_mappings import mappings
from pipeline.errors import UsageError
from pipeline.terminology.snapshot import FORMAT_VERSION, Manifest, Source, SourceFile
from pipeline.terminology.sssom_export import _field, _scalar, export_mappings, parse_pair

Make = Callable[..., Path]
EXACT, CURATED = "skos:exactMatch", "semapv:ManualMappingCuration"
# Slots of the classes Mapping and MappingSet, in the specification's order, as far as used.
SLOTS = [
    "subject_id", "subject_label", "predicate_id", "object_id", "object_label",
    "mapping_justification", "mapping_provider",
]  # fmt: skip
SET_SLOTS = [
    "curie_map", "mapping_set_id", "mapping_set_version", "mapping_set_source",
    "mapping_set_title", "license", "mapping_provider", "comment",
]  # fmt: skip
BUILT_IN = {"owl", "rdf", "rdfs", "semapv", "skos", "sssom"}
JUSTIFICATIONS = {
    CURATED,
    "semapv:UnspecifiedMatching",
    "semapv:MappingInversion",
    "semapv:LexicalMatching",
}


def parsed(text: str) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Read a mapping set, checking the rules of the specification on the way."""
    assert not text.startswith("\ufeff")
    assert "\r" not in text
    assert text.endswith("\n")
    lines = text.splitlines()
    block = [line for line in lines if line.startswith("#")]
    assert lines[: len(block)] == block, "the metadata block comes first"
    assert all(lines), "no empty lines"
    metadata = srsly.yaml_loads("\n".join(line[1:] for line in block))
    assert list(metadata) == [slot for slot in SET_SLOTS if slot in metadata]
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", metadata["mapping_set_id"])
    assert metadata["license"].startswith("https://")
    declared = metadata.get("curie_map", {})
    assert list(declared) == sorted(declared)
    assert all(iri.startswith("http") for iri in declared.values())
    rows = list(csv.DictReader(lines[len(block) :], delimiter="\t", strict=True))
    columns = list(rows[0])
    assert columns == [slot for slot in SLOTS if slot in columns]
    assert all(any(row[column] for row in rows) for column in columns), "no empty columns"
    used = set()
    for row in rows:
        for slot in ("subject_id", "predicate_id", "object_id", "mapping_justification"):
            prefix, colon, local = row[slot].partition(":")
            assert prefix and colon and local, row
            used.add(prefix)
        assert row["mapping_justification"] in JUSTIFICATIONS
    assert set(declared) == used - BUILT_IN, "every prefix is declared, and none besides"
    assert rows == sorted(rows, key=lambda row: [row[column] for column in columns])
    return metadata, rows


def triples(rows: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    return [(row["subject_id"], row["predicate_id"], row["object_id"]) for row in rows]


def test_all_mappings_but_orthologues(small_snapshot: Path) -> None:
    metadata, rows = parsed(export_mappings(small_snapshot))
    assert triples(rows) == [
        ("MESH:D020370", "skos:broadMatch", "MONDO:0005178"),
        ("MONDO:0005178", "oboInOwl:hasDbXref", "DOID:8398"),
        ("MONDO:0005178", EXACT, "MESH:D010003"),
        ("MONDO:0005178", EXACT, "OMIM:165720"),
    ]
    assert rows[2]["subject_label"] == "osteoarthritis"
    assert rows[2]["object_label"] == "Osteoarthritis"
    assert rows[3]["object_label"] == "", "a concept that the terminology does not have"
    assert metadata["curie_map"]["MESH"] == "http://id.nlm.nih.gov/mesh/"


def test_pairs_are_turned_round_where_they_have_to_be(small_snapshot: Path) -> None:
    _, rows = parsed(export_mappings(small_snapshot, pairs=[("mesh", "Mondo")]))
    assert triples(rows) == [
        ("MESH:D010003", EXACT, "MONDO:0005178"),
        ("MESH:D020370", "skos:broadMatch", "MONDO:0005178"),
    ]
    assert [row["mapping_justification"] for row in rows] == ["semapv:MappingInversion", CURATED]
    _, rows = parsed(export_mappings(small_snapshot, pairs=[("MONDO", "MESH")]))
    assert ("MONDO:0005178", "skos:narrowMatch", "MESH:D020370") in triples(rows)


def test_orthologues_when_they_are_asked_for(small_snapshot: Path) -> None:
    metadata, rows = parsed(export_mappings(small_snapshot, pairs=[("NCBIGene", "NCBIGene")]))
    assert {row["predicate_id"] for row in rows} == {"RO:HOM0000017"}
    assert len(rows) == 3
    assert set(metadata["curie_map"]) == {"NCBIGene", "RO"}


def test_a_predicate_without_inverse_is_not_turned(make_snapshot: Make, tmp_path: Path) -> None:
    rows = [
        ("MONDO:0005178", "rdfs:seeAlso", "X:1", CURATED, ""),
        ("MONDO:0005178", EXACT, "X:2", CURATED, ""),
        ("X:2", EXACT, "MONDO:0005178", "semapv:LexicalMatching", ""),
    ]
    snapshot = make_snapshot(tmp_path / "snapshot", mappings=rows)
    metadata, rows_back = parsed(export_mappings(snapshot, pairs=[("X", "MONDO")]))
    assert triples(rows_back) == [("X:2", EXACT, "MONDO:0005178")]
    assert rows_back[0]["mapping_justification"] == "semapv:LexicalMatching", "as it is given"
    assert metadata["curie_map"]["X"] == "https://bioregistry.io/X:"


def test_an_unknown_pair_is_an_error(small_snapshot: Path) -> None:
    with pytest.raises(UsageError, match=r"no mappings of mondo:hp; it has .*mondo:mesh"):
        export_mappings(small_snapshot, pairs=[("MONDO", "MESH"), ("MONDO", "HP")])


@pytest.mark.parametrize("text", ["MONDO", "MONDO:", ":MESH", "", "A:B:C"])
def test_what_is_no_pair(text: str) -> None:
    with pytest.raises(UsageError, match="no pair of prefixes"):
        parse_pair(text)


def with_sources(snapshot: Path, *sources: tuple[str, str, str, str]) -> Path:
    """Give a snapshot sources: name, version, address, licence."""
    old = Manifest.load(snapshot)
    given = tuple(
        Source(name, f"{name}: the vocabulary", (SourceFile("f", "0"),), version, url, licence,
               "its authors", {})
        for name, version, url, licence in sources
    )  # fmt: skip
    Manifest(FORMAT_VERSION, old.builder_version, given, old.tables).save(snapshot)
    return snapshot


def test_one_source_is_told_in_the_metadata(make_snapshot: Make, tmp_path: Path) -> None:
    snapshot = with_sources(
        make_snapshot(tmp_path / "snapshot"),
        ("mondo", "2026-01-01", "https://mondo.example", "CC BY 4.0"),
        ("unused", "7", "https://unused.example", "CC0 1.0"),
    )
    metadata, rows = parsed(export_mappings(snapshot))
    assert metadata["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert metadata["mapping_set_version"] == "mondo 2026-01-01"
    assert metadata["mapping_set_source"] == ["https://mondo.example"]
    assert metadata["mapping_provider"] == "https://mondo.example"
    assert metadata["comment"].endswith("mondo: the vocabulary: CC BY 4.0; its authors")
    assert "mapping_provider" not in rows[0]


def test_several_sources_are_told_row_by_row(make_snapshot: Make, tmp_path: Path) -> None:
    rows = [
        ("MONDO:0005178", EXACT, "X:1", CURATED, "a"),
        ("MONDO:0005178", EXACT, "X:2", CURATED, "b"),
        ("MONDO:0005178", EXACT, "X:3", CURATED, "unheard of"),
    ]
    snapshot = with_sources(
        make_snapshot(tmp_path / "snapshot", mappings=rows),
        ("a", "", "https://a.example", "CC BY 4.0"),
        ("b", "1: final", "https://b.example", "CC0 1.0"),
    )
    metadata, found = parsed(export_mappings(snapshot))
    providers = [row["mapping_provider"] for row in found]
    assert providers == ["https://a.example", "https://b.example", ""]
    assert metadata["license"] == "https://w3id.org/sssom/license/unspecified"
    assert metadata["mapping_set_version"] == "a; b 1: final"


def test_the_same_snapshot_gives_the_same_text(make_snapshot: Make, tmp_path: Path) -> None:
    one, other = make_snapshot(tmp_path / "one"), make_snapshot(tmp_path / "other")
    pairs = [("MESH", "MONDO"), ("MONDO", "DOID")]
    assert export_mappings(one) == export_mappings(other)
    assert export_mappings(one, pairs=pairs) == export_mappings(other, pairs=pairs[::-1])
    assert export_mappings(one) != export_mappings(one, pairs=pairs)
    changed = make_snapshot(tmp_path / "changed", names=[])
    identity = re.compile("urn:uuid:[0-9a-f-]+")
    assert identity.findall(export_mappings(one)) != identity.findall(export_mappings(changed))


def test_labels_with_quotation_marks(make_snapshot: Make, tmp_path: Path) -> None:
    label = 'the "so-called"\tdisease'
    snapshot = make_snapshot(
        tmp_path / "snapshot",
        concepts=[("MONDO:1", "Disease", label, 0, "", "")],
        names=[],
        parents=[],
        mappings=[("MONDO:1", EXACT, "X:1", CURATED, "")],
    )
    _, rows = parsed(export_mappings(snapshot))
    assert rows[0]["subject_label"] == label


def test_no_mappings_at_all(make_snapshot: Make, tmp_path: Path) -> None:
    snapshot = make_snapshot(tmp_path / "snapshot", mappings=[])
    lines = export_mappings(snapshot).splitlines()
    assert all(line.startswith("#") for line in lines[:-1])
    assert lines[-1].split("\t") == [
        "subject_id", "predicate_id", "object_id", "mapping_justification"
    ]  # fmt: skip


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=30))
def test_scalars_survive(text: str) -> None:
    assert srsly.yaml_loads(f"key: {_scalar(text)}") == {"key": text}


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=20), min_size=2, max_size=4))
def test_fields_survive(values: list[str]) -> None:
    line = "\t".join(map(_field, values))
    assert list(csv.reader([line], delimiter="\t", strict=True)) == [values]


def test_the_command(small_snapshot: Path, tmp_path: Path) -> None:
    import typer

    app = typer.Typer()
    app.command()(mappings)
    target = tmp_path / "mappings.sssom.tsv"
    arguments = ["--snapshot", str(small_snapshot), "--pair", "MONDO:DOID"]
    result = CliRunner().invoke(app, [*arguments, "-o", str(target)])
    assert result.exit_code == 0
    assert "1 mappings written" in result.output
    _, rows = parsed(target.read_text(encoding="utf-8"))
    assert triples(rows) == [("MONDO:0005178", "oboInOwl:hasDbXref", "DOID:8398")]
    printed = CliRunner().invoke(app, arguments)
    assert printed.stdout == target.read_text(encoding="utf-8")


def test_the_embedded_mappings() -> None:
    from pipeline.terminology.snapshot import embedded_snapshot

    metadata, rows = parsed(export_mappings(embedded_snapshot(), pairs=[("MONDO", "OMIM")]))
    assert len(rows) > 9_000
    assert metadata["mapping_set_version"]
    assert ("MONDO:0007037", EXACT, "OMIM:100800") in triples(rows), "achondroplasia"
