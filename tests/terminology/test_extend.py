"""Users' files become part of a snapshot."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.errors import SourceError, UsageError
from pipeline.terminology.extend import Addition, Extension, extend, extended_snapshot
from pipeline.terminology.hierarchy import Hierarchy
from pipeline.terminology.snapshot import MANIFEST, SCHEMAS, Manifest, table_path
from pipeline.terminology.terminology import Terminology

OBO = """format-version: 1.2
data-version: 7
ontology: hp

[Term]
id: HP:0000001
name: All

[Term]
id: HP:0002659
name: Increased susceptibility to fractures
synonym: "Bone fragility" EXACT []
synonym: "brittle bones" RELATED []
is_a: HP:0000001 ! All
xref: UMLS:C1390474
property_value: skos:exactMatch MESH:D010003

[Term]
id: HP:0009999
name: obsolete brittleness
is_obsolete: true
replaced_by: HP:0002659

[Term]
id: GO:0000001
name: imported process

[Term]
id: MONDO:0005178
name: osteoarthritis
synonym: "wear and tear arthritis" EXACT []
"""
TABLE = (
    "curie\tname\tsynonyms\ttype\ttaxon\tparents\n"
    "LAB:1\tantler progenitor cell\tAPC cell|antler cell\tCellType\t\t\n"
    "LAB:2\tLg1\tLG-1|lab gene one\tgene\tNCBITaxon:9606\t\n"
    "NCBIGene:860\tbone master switch\tRUNX2|RunxX\t\t\t\n"
    "MONDO:0005179\t\tjoint rust\t\t\tLAB:1\n"
    "MONDO:0099999\tdeer wasting\t\t\t\tMONDO:0005178\n"
    "LAB:3\tno type\t\t\t\t\n"
    "LAB:4\tx\t\tCellType\t\tLAB:99\n"
)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


Write = Callable[[str, str], Path]


def opened(base: Path, cache: Path, *files: str | Path) -> tuple[Terminology, Extension]:
    extension = extend(base, [Addition.parse(str(f)) for f in files], cache=cache)
    return Terminology.open(extension.snapshot, cache=cache), extension


def lines_and_reasons(extension: Extension) -> list[tuple[int, str]]:
    return [(problem.line, problem.reason) for problem in extension.problems]


# What an addition is


@pytest.mark.parametrize(
    ("text", "path", "type_"),
    [
        ("hp.obo", "hp.obo", ""),
        ("hp.obo:Phenotype", "hp.obo", "Phenotype"),
        ("dir/lab.tsv:disease", "dir/lab.tsv", "Disease"),
        ("lab.tsv:cell-type_2", "lab.tsv", "cell-type_2"),
        ("C:\\lab\\cells.tsv", "C:\\lab\\cells.tsv", ""),
        ("C:\\lab\\cells.tsv:CellType", "C:\\lab\\cells.tsv", "CellType"),
        ("a:b/c.tsv", "a:b/c.tsv", ""),
    ],
)
def test_a_file_and_its_type(text: str, path: str, type_: str) -> None:
    assert Addition.parse(text) == Addition(Path(path), type_)


@pytest.mark.parametrize("text", ["hp.obo:", "hp.obo:two words", "hp.obo:1"])
def test_a_type_is_a_word(text: str) -> None:
    with pytest.raises(UsageError, match="is no type"):
        Addition.parse(text)


def test_a_file_whose_name_has_a_colon(write: Write) -> None:
    path = write("cells:new", "curie\tname\n")
    assert Addition.parse(str(path)) == Addition(path)
    assert Addition.parse(f"{path}:CellType") == Addition(path, "CellType")


# What becomes of it


def test_an_ontology_of_a_new_type(small_snapshot: Path, tmp_path: Path, write: Write) -> None:
    terminology, extension = opened(small_snapshot, tmp_path, f"{write('hp.obo', OBO)}:Phenotype")
    assert terminology.type_of("HP:0002659") == "Phenotype"
    assert terminology.name("HP:0002659") == "Increased susceptibility to fractures"
    assert ("Bone fragility", "exact") in terminology.names("HP:0002659")
    assert ("brittle bones", "related") in terminology.names("HP:0002659")
    assert terminology.parents("HP:0002659") == ("HP:0000001",)
    assert terminology.current("HP:0009999") == "HP:0002659"
    assert terminology.mappings("HP:0002659") == (
        ("oboInOwl:hasDbXref", "UMLS:C1390474"),
        ("skos:exactMatch", "MESH:D010003"),
    )
    assert [c.curie for c in terminology.lookup("Bone fragility")] == ["HP:0002659"]
    assert [c.curie for c in terminology.lookup("wear-and-tear arthritis")] == ["MONDO:0005178"]
    assert terminology.type_of("MONDO:0005178") == "Disease"
    assert "GO:0000001" not in terminology
    assert Hierarchy(terminology._index).descendants("HP:0000001") == ("HP:0002659",)
    assert lines_and_reasons(extension) == [
        (0, "HP:0000001: the name 'All' is an English function word; name left out"),
        (0, "1 terms imported from other vocabularies left out"),
    ]


def test_a_table_of_concepts(small_snapshot: Path, tmp_path: Path, write: Write) -> None:
    terminology, extension = opened(small_snapshot, tmp_path, write("lab.tsv", TABLE))
    types = {c: terminology.type_of(c) for c in ("LAB:1", "LAB:2", "LAB:3", "NCBIGene:860")}
    assert types == {"LAB:1": "CellType", "LAB:2": "Gene", "LAB:3": "", "NCBIGene:860": "Gene"}
    assert terminology.taxon("LAB:2") == "NCBITaxon:9606"
    assert terminology.names("LAB:2") == (
        ("Lg1", "symbol"),
        ("LG-1", "synonym"),
        ("lab gene one", "synonym"),
    )
    assert terminology.name("NCBIGene:860") == "RUNX2", "a known concept keeps its name"
    names = dict(terminology.names("NCBIGene:860"))
    assert names["bone master switch"] == names["RunxX"] == "synonym"
    assert names["RUNX2"] == "symbol", "what is known already is not added"
    assert ("joint rust", "exact") in terminology.names("MONDO:0005178"), "the current one"
    assert terminology.type_of("MONDO:0099999") == "Disease", "as all of this vocabulary"
    assert terminology.parents("MONDO:0099999") == ("MONDO:0005178",)
    assert "LAB:1" in terminology.parents("MONDO:0005178"), "a new concept above a known one"
    assert lines_and_reasons(extension) == [
        (7, "LAB:3 has no type; give one as FILE:TYPE, such as lab.tsv:Phenotype"),
        (8, "LAB:4: the name 'x' is a single character or a number; name left out"),
        (8, "the parent LAB:99 is unknown; parent left out"),
    ]


def test_a_retired_concept_stands_for_the_last_of_its_replacements(
    small_snapshot: Path, tmp_path: Path, write: Write
) -> None:
    path = write("d.tsv", "id\tname\tparents\nMONDO:0700001\tjoint rust\tMONDO:0005179\n")
    terminology, _ = opened(small_snapshot, tmp_path, path)
    assert [c.curie for c in terminology.lookup("joint rust")] == ["MONDO:0005178"]
    assert terminology.parents("MONDO:0005178") == ("MONDO:0005578",), "not itself"


def test_known_hierarchies_stay_as_they_are(
    small_snapshot: Path, tmp_path: Path, write: Write
) -> None:
    path = write("d.tsv", "id\tname\tparents\nMONDO:0005578\tajd\tMONDO:0005178\n")
    terminology, _ = opened(small_snapshot, tmp_path, path)
    assert terminology.parents("MONDO:0005578") == ("MONDO:0000001",)


def test_a_type_for_all_that_have_none(small_snapshot: Path, tmp_path: Path, write: Write) -> None:
    path = write("lab.tsv", TABLE)
    terminology, extension = opened(small_snapshot, tmp_path, f"{path}:Tissue")
    assert terminology.type_of("LAB:3") == "Tissue"
    assert terminology.type_of("LAB:1") == "CellType", "the table knows better"
    assert terminology.type_of("MONDO:0099999") == "Tissue"
    reasons = [reason for line, reason in lines_and_reasons(extension) if line == 0]
    assert reasons == [
        "concepts known with another type keep it: 2, such as MONDO:0005179 (Disease)"
    ]


def test_literal_mappings_add_names(small_snapshot: Path, tmp_path: Path, write: Write) -> None:
    text = (
        "text\tcurie\tname\tpredicate\ttype\n"
        "gonarthrosis\tMESH:D020370\t\toboInOwl:hasExactSynonym\t\n"
        "stag bone\tLAB:7\tantler\toboInOwl:hasRelatedSynonym\t\n"
    )
    terminology, _ = opened(small_snapshot, tmp_path, f"{write('names.tsv', text)}:Anatomy")
    assert [c.curie for c in terminology.lookup("gonarthrosis")] == ["MESH:D020370"]
    assert terminology.names("LAB:7") == (("antler", "preferred"), ("stag bone", "related"))


def test_a_mapping_set(small_snapshot: Path, tmp_path: Path, write: Write) -> None:
    text = (
        "subject_id\tpredicate_id\tobject_id\tmapping_justification\n"
        "mesh:D020370\tskos:exactMatch\tMONDO:0005180\tsemapv:ManualMappingCuration\n"
        "MONDO:0005178\tskos:exactMatch\tMESH:D010003\t\n"
        "OMIM:165720\tskos:exactMatch\tICD10:M19\t\n"
        "X:1\tskos:exactMatch\tY:1\t\n"
    )
    path = write("mine.sssom.tsv", text)
    terminology, extension = opened(small_snapshot, tmp_path, path)
    assert ("skos:exactMatch", "MESH:D020370") in terminology.mappings("MONDO:0005180")
    assert terminology.equivalents("MONDO:0005180") == ("MONDO:0005180", "MESH:D020370")
    assert terminology.mappings("ICD10:M19") == (("skos:exactMatch", "OMIM:165720"),)
    assert lines_and_reasons(extension) == [(5, "neither X:1 nor Y:1 is known; row left out")]
    manifest = Manifest.load(extension.snapshot)
    assert (
        manifest.tables["mappings"].rows
        == Manifest.load(small_snapshot).tables["mappings"].rows + 2
    ), "what is known already is not added"
    with pytest.raises(UsageError, match="leave out the type Disease"):
        opened(small_snapshot, tmp_path, f"{path}:Disease")


def test_several_files_in_their_order(small_snapshot: Path, tmp_path: Path, write: Write) -> None:
    one = write("one.tsv", "id\tname\ttype\nLAB:1\tfirst name\tCellType\n")
    two = write("two.tsv", "id\tname\ttype\tparents\nLAB:1\tsecond name\tTissue\t\n"
                           "LAB:2\tchild thing\tCellType\tLAB:1\n")  # fmt: skip
    mapping = write("m.tsv", "subject_id\tpredicate_id\tobject_id\nLAB:2\tskos:exactMatch\tQ:1\n")
    terminology, _ = opened(small_snapshot, tmp_path, one, two, mapping)
    assert terminology.name("LAB:1") == "first name"
    assert terminology.type_of("LAB:1") == "CellType"
    assert ("second name", "exact") in terminology.names("LAB:1")
    assert terminology.parents("LAB:2") == ("LAB:1",)
    assert terminology.mappings("Q:1") == (("skos:exactMatch", "LAB:2"),)
    sources = Manifest.load(
        extend(small_snapshot, [Addition(p) for p in (one, two, mapping)], cache=tmp_path).snapshot
    ).sources
    assert [s.name for s in sources] == ["one.tsv", "two.tsv", "m.tsv"]
    assert sources[0].rows == {"concepts": 1, "names": 1, "parents": 0, "mappings": 0}


def test_chains_of_replacements(small_snapshot: Path, tmp_path: Path, write: Write) -> None:
    def retired(one: int, other: int) -> str:
        end = f"is_obsolete: true\nreplaced_by: X:{other}\n"
        return f"\n[Term]\nid: X:{one}\nname: obsolete a{one}\n{end}"

    text = "format-version: 1.2\n\n[Term]\nid: X:0\nname: ab\n"
    text += retired(1, 0) + retired(2, 1) + retired(3, 4) + retired(4, 3) + retired(5, 77)
    terminology, _ = opened(small_snapshot, tmp_path, f"{write('x.obo', text)}:Thing")
    assert [terminology.current(f"X:{i}") for i in range(6)] == [
        "X:0", "X:0", "X:0", "X:3", "X:4", "X:5"
    ]  # fmt: skip


# Nothing to add


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("curie\tname\n", "has nothing that could be added"),
        ("curie\tname\n860\ta\n861\tb\n", r":2: '860' is no identifier.*\(1 more like this\)"),
        ("curie\tname\nLAB:1\tbone\n", "LAB:1 has no type; give one as FILE:TYPE"),
        ("prose", "has no header"),
    ],
)
def test_a_file_with_nothing_usable(
    small_snapshot: Path, tmp_path: Path, write: Write, text: str, reason: str
) -> None:
    path = write("lab.tsv", text)
    with pytest.raises(SourceError, match=reason) as caught:
        extend(small_snapshot, [Addition(path)], cache=tmp_path / "cache")
    assert str(path) in str(caught.value)
    assert list((tmp_path / "cache" / "snapshots").iterdir()) == [], "nothing half-done remains"


def test_a_missing_file(small_snapshot: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.obo: there is no such file"):
        extend(small_snapshot, [Addition(tmp_path / "none.obo")], cache=tmp_path)


def test_no_additions(small_snapshot: Path, tmp_path: Path) -> None:
    assert extended_snapshot(small_snapshot, [], cache=tmp_path) == small_snapshot


def test_too_many_types(small_snapshot: Path, tmp_path: Path, write: Write) -> None:
    rows = "".join(f"LAB:{i}\tname {i}\tType{i}\n" for i in range(300))
    path = write("lab.tsv", "curie\tname\ttype\n" + rows)
    with pytest.raises(SourceError, match="303 different values of type"):
        extend(small_snapshot, [Addition(path)], cache=tmp_path)


# Where it lies


def files_of(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}


def test_it_is_deterministic_and_kept(small_snapshot: Path, tmp_path: Path, write: Write) -> None:
    additions = [Addition(write("hp.obo", OBO), "Phenotype"), Addition(write("lab.tsv", TABLE))]
    one = extend(small_snapshot, additions, cache=tmp_path / "one")
    other = extend(small_snapshot, additions, cache=tmp_path / "other")
    assert files_of(one.snapshot) == files_of(other.snapshot)
    assert set(files_of(one.snapshot)) == {
        MANIFEST, "additions.json", *(f"{name}.parquet" for name in SCHEMAS)
    }  # fmt: skip
    before = (one.snapshot / MANIFEST).stat().st_mtime_ns
    assert extend(small_snapshot, additions, cache=tmp_path / "one") == one
    assert (one.snapshot / MANIFEST).stat().st_mtime_ns == before, "not made again"


def test_it_depends_on_files_types_and_order(
    small_snapshot: Path, tmp_path: Path, write: Write
) -> None:
    hp, lab = write("hp.obo", OBO), write("lab.tsv", TABLE)
    variants = [
        [Addition(hp, "Phenotype")],
        [Addition(hp, "Sign")],
        [Addition(hp, "Phenotype"), Addition(lab)],
        [Addition(lab), Addition(hp, "Phenotype")],
    ]
    made = {extend(small_snapshot, v, cache=tmp_path).snapshot for v in variants}
    hp.write_text(OBO.replace("brittle", "fragile"))
    made.add(extend(small_snapshot, variants[0], cache=tmp_path).snapshot)
    assert len(made) == 5


def test_a_damaged_one_is_made_again(small_snapshot: Path, tmp_path: Path, write: Write) -> None:
    additions = [Addition(write("lab.tsv", TABLE))]
    made = extend(small_snapshot, additions, cache=tmp_path)
    whole = files_of(made.snapshot)
    table_path(made.snapshot, "names").write_bytes(b"")
    assert extend(small_snapshot, additions, cache=tmp_path) == made
    assert files_of(made.snapshot) == whole
    (made.snapshot / "additions.json").write_text("[[")
    assert extend(small_snapshot, additions, cache=tmp_path) == made
    assert files_of(made.snapshot) == whole


def test_several_may_make_it_at_once(small_snapshot: Path, tmp_path: Path, write: Write) -> None:
    additions = [Addition(write("lab.tsv", TABLE))]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: extend(small_snapshot, additions, cache=tmp_path), range(8)))
    assert len({m.snapshot for m in made}) == 1
    assert json.loads((made[0].snapshot / MANIFEST).read_text())
    assert [p.name for p in made[0].snapshot.parent.iterdir()] == [made[0].snapshot.name]


def test_tables_without_additions_are_copied(
    small_snapshot: Path, tmp_path: Path, write: Write
) -> None:
    path = write("lab.tsv", "id\tname\nMONDO:0005178\tjoint rust\n")
    made = extend(small_snapshot, [Addition(path)], cache=tmp_path).snapshot
    for name in ("concepts", "parents", "mappings"):
        assert table_path(made, name).read_bytes() == table_path(small_snapshot, name).read_bytes()


def test_problems_are_logged_but_not_without_end(
    small_snapshot: Path, tmp_path: Path, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    path = write("lab.tsv", "id\tname\nMONDO:0005178\tjoint rust\n" + "860\ta\n" * 25)
    with caplog.at_level(logging.WARNING, logger="bionorm"):
        made = extended_snapshot(small_snapshot, [Addition(path)], cache=tmp_path)
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 11
    assert messages[0] == (
        f"{path}:3: '860' is no identifier of the form PREFIX:LOCAL; row left out"
    )
    assert messages[-1] == f"{path}: 15 more, all in {made / 'additions.json'}"


# In a text


def test_a_new_type_takes_part_in_matching_and_linking(
    small_snapshot: Path, tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.language import annotate_text, load
    from pipeline.normalization.other import link_other
    from pipeline.terminology.terminology import shared_terminology

    monkeypatch.setenv("BIONORM_CACHE", str(tmp_path))
    additions = [Addition(write("hp.obo", OBO), "Phenotype"), Addition(write("lab.tsv", TABLE))]
    snapshot = extended_snapshot(small_snapshot, additions)
    text = "All deer showed bone fragility. Antler progenitor cells express RunxX in humans."
    paper = annotate_text(load(snapshot=snapshot), text)
    found = {mention.text: mention for mention in paper.mentions}
    assert found["bone fragility"].type == "Phenotype"
    assert found["Antler progenitor cells"].type == "CellType"
    assert found["RunxX"].link.curie == "NCBIGene:860"
    assert "All" not in found
    terminology = shared_terminology(str(snapshot))
    names = terminology.exact_matches("Antler progenitor cells")
    assert link_other(names, "CellType", terminology).curie == "LAB:1"
    link = link_other(terminology.exact_matches("bone fragility"), "Phenotype", terminology)
    assert (link.curie, link.mesh) == ("HP:0002659", ("MESH:D010003",))
