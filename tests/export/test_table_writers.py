"""Tables: TSV, CSV, CSV for Excel, Parquet, JSON Lines."""

import csv
import io
import json
from dataclasses import replace

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from papers_to_write import example, papers

from pipeline.export import parquet
from pipeline.export.characters import replace_surrogates
from pipeline.export.csv_table import shown_in_excel
from pipeline.export.formats import open_writer
from pipeline.export.frames import entities_frame, mentions_frame
from pipeline.export.prefixes import PrefixStyle
from pipeline.export.sink import Table, WriteOptions
from pipeline.export.tsv import clean_cell, write_tsv
from pipeline.model import Link, Mention, Paper, Passage

FRAMES = {Table.MENTIONS: mentions_frame, Table.ENTITIES: entities_frame}
TABLES = pytest.mark.parametrize("table", Table)


def written(made, name, **options):
    stream = io.BytesIO()
    with open_writer(stream, name, WriteOptions(**options)) as write:
        for paper in made:
            write(paper)
    return stream.getvalue()


def cells(frame):
    return [[clean_cell(value) for value in row] for row in frame.itertuples(index=False)]


@TABLES
@settings(max_examples=20)
@given(made=st.lists(papers(), max_size=3))
def test_tsv_is_the_file_of_the_frame(tmp_path_factory, table, made):
    path = tmp_path_factory.mktemp("tables") / "t.tsv"
    write_tsv(FRAMES[table](made), path)
    assert written(made, "tsv", table=table) == path.read_bytes()


@TABLES
@settings(max_examples=20)
@given(made=st.lists(papers(), max_size=3))
def test_csv_reads_back_as_the_frame(table, made):
    data = written(made, "csv", table=table)
    frame = FRAMES[table](made)
    header, *rows = csv.reader(io.StringIO(data.decode(), newline=""))
    assert header == list(frame.columns)
    assert rows == cells(frame)
    read = pd.read_csv(io.BytesIO(data), keep_default_na=False, dtype=str)
    assert read.to_numpy().tolist() == cells(frame)


@TABLES
@settings(max_examples=20)
@given(made=st.lists(papers(), max_size=3))
def test_parquet_is_the_frame(table, made):
    read = pd.read_parquet(io.BytesIO(written(made, "parquet", table=table)))
    frame = FRAMES[table](made)
    pd.testing.assert_frame_equal(read, frame)


def test_parquet_has_row_groups_that_do_not_depend_on_the_machine(monkeypatch):
    monkeypatch.setattr(parquet, "GROUP_ROWS", 10)
    data = written([replace(example(), id=str(n)) for n in range(5)], "parquet")
    file = pq.ParquetFile(io.BytesIO(data))
    groups = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
    assert groups == [14, 14, 7]
    ids = file.read().column("paper_id").to_pylist()
    assert ids == [str(n) for n in range(5) for _ in range(7)]


@settings(max_examples=20)
@given(made=st.lists(papers(), max_size=3))
def test_json_lines_has_a_line_for_each_mention(made):
    text = written(made, "jsonl").decode()
    lines = text.splitlines()
    assert text.count("\n") == len(lines)
    rows = [json.loads(line) for line in lines]
    found = [
        (
            r["paper_id"], r["passage"], r["start"], r["end"], r["text"], r["type"], r["curie"],
            r["reason"], tuple(r["mesh"]), [c["curie"] for c in r["alternatives"]],
        )
        for r in rows
    ]  # fmt: skip
    assert found == [
        (
            replace_surrogates(p.id), m.passage, m.start, m.end, replace_surrogates(m.text), m.type,
            m.link.curie, m.link.reason, m.link.mesh, [c.curie for c in m.link.alternatives],
        )
        for p in made
        for m in p.mentions
    ]  # fmt: skip


@TABLES
def test_json_lines_has_the_columns_of_the_tables(table):
    frame = FRAMES[table]([example()])
    rows = [json.loads(line) for line in written([example()], "jsonl", table=table).splitlines()]
    assert [set(row) - {"reason"} for row in rows] == [set(frame.columns)] * len(frame)
    for row, (_, values) in zip(rows, frame.iterrows(), strict=True):
        for column, value in values.items():
            if column == "alternatives":
                assert [c["curie"] for c in row[column]] == [
                    c.partition("=")[0] for c in value.split("|") if c
                ]
            elif isinstance(row[column], list):
                assert "|".join(row[column]) == value
            else:
                assert row[column] == value


@pytest.mark.parametrize("name", ["tsv", "csv", "jsonl", "parquet"])
def test_prefixes_of_bioregistry(name):
    options = {"prefix_style": PrefixStyle.BIOREGISTRY}
    if name == "parquet":
        read = pd.read_parquet(io.BytesIO(written([example()], name, **options)))
        text = read.to_csv()
    else:
        text = written([example()], name, **options).decode()
    for curie in ("mesh:D010003", "mim:165720", "NCBIGene:860", "MONDO:0005178", "HP:0012531"):
        assert curie in text
    assert "MESH:" not in text
    assert "OMIM:" not in text


def surface(text):
    """A paper whose only mention is a text."""
    mention = Mention("t", 0, len(text), text, "Gene", Link("NCBIGene:1", text, 0.5))
    return Paper("007", (Passage("t", "text", text),), (mention,))


@pytest.mark.parametrize(
    "text", ["=1+1", "+x", "-catenin", "@SUM(A1)", "MARCH1", "SEPT2", "1E5", '"a"']
)
def test_a_csv_changes_no_name_unless_it_is_for_excel(text):
    data = written([surface(text)], "csv")
    frame = pd.read_csv(io.BytesIO(data), keep_default_na=False, dtype=str)
    assert frame["text"][0] == text


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", '="=1+1"'),
        ("+x", '="+x"'),
        ("-catenin", '="-catenin"'),
        ("@SUM(A1)", '="@SUM(A1)"'),
        ("MARCH1", '="MARCH1"'),
        ("OKT4", '="OKT4"'),  # October in German
        ("2310009E13", '="2310009E13"'),
        ('=HYPERLINK("x")', '="=HYPERLINK(""x"")"'),
        ("osteopontin", "osteopontin"),
        ("=" + "x" * 300, "'=" + "x" * 300),
        ("1" + "x" * 300, "1" + "x" * 300),
    ],
)
def test_a_csv_for_excel_shows_names_as_they_are(text, cell):
    assert shown_in_excel(text) == cell
    data = written([surface(text)], "csv", excel=True)
    assert data.startswith(b"\xef\xbb\xbfpaper_id,")
    (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert (row["text"], row["name"]) == (cell, cell)
    assert row["paper_id"] == '="007"'
    # Numbers stay numbers, and identifiers need no help.
    assert (row["start"], row["end"], row["score"]) == ("0", str(len(text)), "0.5")
    assert row["curie"] == "NCBIGene:1"


@settings(max_examples=20)
@given(text=st.text(max_size=20))
def test_no_cell_for_excel_is_computed(text):
    cell = shown_in_excel(text, words=False)
    assert not cell.startswith(("+", "-", "@"))
    if cell.startswith("="):
        # A formula that is one literal: every quote within it is doubled.
        assert cell[:2] == '="'
        assert cell[-1] == '"'
        assert '"' not in cell[2:-1].replace('""', "")
        assert cell[2:-1].replace('""', '"') == text
    else:
        assert cell == text
