import gzip
import lzma
import tarfile
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SourceError, SourceWarning
from pipeline.terminology.sources import delimited, files
from pipeline.terminology.sources.records import Damage

VALUE = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\t\r\n\0\ufeff"), max_size=12
)


@pytest.mark.parametrize(
    ("suffix", "pack"), [("", bytes), (".gz", gzip.compress), (".xz", lzma.compress)]
)
def test_plain_and_compressed_files_read_alike(tmp_path, suffix, pack):
    path = tmp_path / f"table.tsv{suffix}"
    path.write_bytes(pack("\ufeff#id\tname\r\n1\tβ-catenin\r\n".encode()))
    assert list(delimited.rows(path, ("name", "id"))) == [(2, ["β-catenin", "1"])]


def test_find_looks_at_any_depth_and_ignores_compression(tmp_path):
    for name in ("b/Mus.gene_info.gz", "a/Homo.gene_info", "b/Homo.gene_info.xz", "x.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    found = [path.relative_to(tmp_path) for path in files.find(tmp_path, "*.gene_info")]
    assert found == [Path("a/Homo.gene_info"), Path("b/Mus.gene_info.gz")]


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".xz", lzma.compress)])
def test_a_truncated_file_is_an_error_that_names_it(tmp_path, suffix, pack):
    path = tmp_path / f"names.dmp{suffix}"
    path.write_bytes(pack(b"1\t|\troot\t|\n" * 5000)[:-20])
    with (
        pytest.raises(SourceError, match=r"names\.dmp.*Download it again"),
        files.readable(path) as stream,
    ):
        stream.read()


def test_a_file_inside_an_archive(tmp_path):
    (tmp_path / "nodes.dmp").write_bytes(b"1\t|\t1\t|\n")
    archive = tmp_path / "taxdump.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(tmp_path / "nodes.dmp", "nodes.dmp")
    with files.member(archive, "nodes.dmp") as stream:
        assert stream.read() == b"1\t|\t1\t|\n"
    with (
        pytest.raises(SourceError, match=r"no file names\.dmp"),
        files.member(archive, "names.dmp"),
    ):
        pass


def test_damaged_lines_are_reported_with_their_number_and_left_out(tmp_path):
    path = tmp_path / "table.tsv"
    path.write_bytes(b"id\tname\n1\tok\n2\n3\t\xff\n4\tfine\n")
    with pytest.warns(SourceWarning) as caught:
        rows = list(delimited.rows(path, ("id",)))
    assert rows == [(2, ["1"]), (5, ["4"])]
    assert [str(w.message).split(": ")[0] for w in caught] == [f"{path}:3", f"{path}:4"]


def test_too_many_damaged_lines_stop_with_advice(tmp_path):
    path = tmp_path / "table.tsv"
    path.write_text("id\tname\n" + "broken\n" * 50)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(SourceError, match=r":22: .*Download it again"):
            list(delimited.rows(path, ("id",)))


def test_one_damaged_line_in_a_hundred_is_tolerated():
    damage = Damage(Path("big.tsv"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for line in range(100, 100_000, 101):
            damage.report(line, "broken")
    assert damage.lines == 990


def test_missing_column_and_empty_file(tmp_path):
    path = tmp_path / "table.tsv"
    path.write_text("id\tname\n1\tx\n")
    with pytest.raises(SourceError, match="no column taxon"):
        list(delimited.rows(path, ("id", "taxon")))
    path.write_text("")
    with pytest.raises(SourceError, match="is empty"):
        list(delimited.rows(path, ("id",)))


@given(st.lists(st.tuples(VALUE, VALUE, VALUE), max_size=20))
def test_every_value_survives_quotation_marks_included(tmp_path_factory, table):
    path = tmp_path_factory.mktemp("tables") / "table.tsv"
    body = "".join("\t".join(("r", *row)) + "\n" for row in table)
    path.write_text("key\ta\tb\tc\n" + body, encoding="utf-8", newline="")
    assert [tuple(row) for _, row in delimited.rows(path, ("a", "b", "c"))] == table


@given(st.text())
def test_unquoted_undoes_what_a_spreadsheet_does(text):
    quoted = '"' + text.replace('"', '""') + '"'
    assert delimited.unquoted(quoted) == text
