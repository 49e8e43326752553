import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SourceWarning
from pipeline.terminology.sources import ncbi_taxonomy
from pipeline.terminology.sources.records import Concept, Name, Parent

TABLES = {
    "names.dmp": [
        ("1", "root", "", "scientific name"),
        ("9", "Mus minor", "", "scientific name"),
        ("9", "small mouse", "", "genbank common name"),
        ("9", "Mus minor Smith, 1900", "", "authority"),
        ("9", "mice", "mice <9>", "in-part"),
    ],
    "nodes.dmp": [
        ("1", "1", "no rank", "", "8"),
        ("9", "1", "species", "MM", "8"),
    ],
    "merged.dmp": [("7", "9")],
}
EXPECTED = [
    Name("NCBITaxon:1", "root", "scientific", "NCBI Taxonomy"),
    Name("NCBITaxon:9", "Mus minor", "scientific", "NCBI Taxonomy"),
    Name("NCBITaxon:9", "small mouse", "common", "NCBI Taxonomy"),
    Concept("NCBITaxon:1", "Species", "root", rank="no rank"),
    Concept("NCBITaxon:9", "Species", "Mus minor", rank="species"),
    Parent("NCBITaxon:9", "NCBITaxon:1"),
    Concept("NCBITaxon:7", "Species", "", replaced_by="NCBITaxon:9"),
]


def dump(rows):
    return "".join("\t|\t".join(row) + "\t|\n" for row in rows)


@pytest.fixture
def loose(tmp_path):
    paths = []
    for name, rows in TABLES.items():
        paths.append(tmp_path / name)
        paths[-1].write_text(dump(rows))
    return paths


def test_loose_files(loose):
    assert list(ncbi_taxonomy.read(loose)) == EXPECTED


def test_the_whole_archive(loose, tmp_path):
    archive = tmp_path / "taxdump.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        for path in loose:
            tar.add(path, path.name)
    assert list(ncbi_taxonomy.read([archive])) == EXPECTED


def test_damaged_lines_are_reported(loose):
    loose[0].write_text(
        "9\t|\tMus\nno number\t|\tx\t|\t\t|\tsynonym\t|\n" + dump(TABLES["names.dmp"])
    )
    with pytest.warns(SourceWarning, match=r"names\.dmp:[12]: not the fields"):
        assert list(ncbi_taxonomy.read(loose)) == EXPECTED


@given(
    st.text(
        st.characters(exclude_categories=("Cs", "Cc", "Z"), exclude_characters="|\ufeff"),
        min_size=1,
    )
)
def test_any_name_is_read_back(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("taxonomy") / "names.dmp"
    path.write_text(dump([("5", text, "", "synonym")]), encoding="utf-8")
    assert [row.text for row in ncbi_taxonomy.read([path])] == [text]
