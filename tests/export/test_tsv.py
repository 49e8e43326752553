import csv
import subprocess

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.export.tsv import clean_cell, row_line, tsv_line, write_tsv

HOSTILE = st.text(st.sampled_from("a\"',\t\n\r\v\f\x85\u2028\u2029\0\x1c\x1f=+-@ \\\ufeff\ud800"))
CELL = st.one_of(st.text(), HOSTILE, st.text(st.characters(codec=None)))
TABLE = st.lists(st.tuples(CELL, CELL, CELL), max_size=6)


def read(path):
    return pd.read_csv(path, sep="\t", keep_default_na=False, dtype=str)


@given(rows=TABLE)
def test_pandas_reads_what_was_written(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("tsv") / "t.tsv"
    frame = pd.DataFrame(rows, columns=["a", "b", "c"], dtype=object)
    write_tsv(frame, path)
    expected = [[clean_cell(value) for value in row] for row in rows]
    assert read(path).to_numpy().tolist() == expected


@given(rows=TABLE)
def test_csv_module_and_cut_find_the_same_cells(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("tsv") / "t.tsv"
    write_tsv(pd.DataFrame(rows, columns=["a", "b", "c"], dtype=object), path)
    lines = path.read_bytes().decode().split("\n")
    assert lines.pop() == ""
    for line, row in zip(lines[1:], rows, strict=True):
        cells = line.split("\t")
        assert len(cells) == 3
        for cell, value in zip(cells, row, strict=True):
            assert cell == clean_cell(value) or clean_cell(value).startswith('"')
    with path.open(encoding="utf-8", newline="\n") as stream:
        read_back = list(csv.reader(stream, delimiter="\t"))[1:]
    assert read_back == [[clean_cell(value) for value in row] for row in rows]


@given(value=CELL)
def test_a_cell_has_the_length_of_the_value_and_no_line_end(value):
    cell = clean_cell(value)
    assert len(cell) == len(value)
    assert "\t" not in cell
    assert "\0" not in cell
    assert len(cell.splitlines()) <= 1
    cell.encode()


def test_layout(tmp_path):
    frame = pd.DataFrame(
        {"id": ["A", "B"], "n": [1, 2], "score": [0.5, 0.988], "text": ['a "b"', '"x" y']}
    )
    write_tsv(frame, tmp_path / "t.tsv")
    assert (tmp_path / "t.tsv").read_bytes() == (
        b'id\tn\tscore\ttext\nA\t1\t0.5\ta "b"\nB\t2\t0.988\t"""x"" y"\n'
    )


def test_missing_values_are_empty_and_the_gene_na_is_not_missing(tmp_path):
    frame = pd.DataFrame({"a": ["NA", None, "None"], "b": [1.5, float("nan"), 2]}, dtype=object)
    write_tsv(frame, tmp_path / "t.tsv")
    assert (tmp_path / "t.tsv").read_text() == "a\tb\nNA\t1.5\n\t\nNone\t2\n"
    assert list(read(tmp_path / "t.tsv")["a"]) == ["NA", "", "None"]


def test_cut_takes_a_column(tmp_path):
    write_tsv(pd.DataFrame({"a": ["1\t2"], "b": ["x\ny"]}), tmp_path / "t.tsv")
    out = subprocess.run(
        ["cut", "-f2", str(tmp_path / "t.tsv")], capture_output=True, text=True, check=True
    )
    assert out.stdout == "b\nx y\n"


def test_an_empty_table_is_its_header(tmp_path):
    write_tsv(pd.DataFrame(columns=["a", "b"]), tmp_path / "t.tsv")
    assert (tmp_path / "t.tsv").read_text() == "a\tb\n"


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@x", "SEPT2", "1-2"])
def test_no_value_is_changed_for_a_spreadsheet(value):
    assert clean_cell(value) == value


PLAIN_CELLS = st.one_of(
    st.integers(),
    st.floats(0, 1),
    st.text(),
    st.sampled_from(['"a', "a\tb", "", " ", "α", "\x7f", "\x85\ud800", '\t"a', 'a"\r']),
)


@given(st.lists(PLAIN_CELLS, min_size=1, max_size=4))
def test_a_plain_row_is_written_like_any_other(row):
    assert row_line(tuple(row)) == tsv_line(row)
