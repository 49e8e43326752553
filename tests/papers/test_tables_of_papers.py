from __future__ import annotations

import csv
import datetime
import io
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Paper, Problem
from pipeline.papers import scan


def read(folder: Path, content: str | bytes, name: str = "x.tsv") -> list[Paper | Problem]:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(scan(file))


def found(items: list[Paper | Problem]) -> list[Any]:
    return [
        (item.line, item.reason)
        if isinstance(item, Problem)
        else (item.id, *(p.text for p in item.passages))
        for item in items
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.tsv", "PMID\tTitle\tAbstract\n1\tOne\tText, more\n"),
        ("x.txt", "pmid\tTITLE\tabstract text\n1\tOne\tText, more\n"),
        ("x.csv", 'doc_id,title,abstract\n1,One,"Text, more"\n'),
        ("x.csv", 'id;title;summary\r\n1;"One";Text, more\r\n'),
        ("x.csv", '\ufeff"ID","Title","Text"\n"1","One","Text, more"'),
        ("x.tab", "\n\nid\ttitle\ttext\n\n1\tOne\tText, more"),
        ("-", "id|title|text\n1|One|Text, more\n"),
    ],
)
def test_columns_are_known_by_their_names(name: str, content: str, tmp_path: Path) -> None:
    [paper] = read(tmp_path, content, name)
    assert found([paper]) == [("1", "One", "Text, more")]
    assert isinstance(paper, Paper)
    assert paper.passages[0].kind == "title"


def test_other_columns_are_metadata_or_passed_over(tmp_path: Path) -> None:
    content = "doc_id\tpmid\tDOI\tyear\tsomething\ttext\nA7\t29768149.0\t10.1/x\t2018\tx\tText\n"
    [paper] = read(tmp_path, content)
    assert isinstance(paper, Paper)
    assert paper.id == "A7"
    assert dict(paper.metadata) == {"pmid": "29768149.0", "doi": "10.1/x", "date": "2018"}


def test_a_column_of_integers_with_gaps_as_pandas_writes_it(tmp_path: Path) -> None:
    assert found(read(tmp_path, "pmid\ttext\n29768149.0\tText\n")) == [("29768149", "Text")]


@pytest.mark.parametrize(
    ("header", "lack"),
    [
        ("name,foo", "an identifier (such as id, doc_id, pmid or pmcid) nor one with a text"),
        ("id,foo", "a text (such as title, abstract or text); there are: 'id', 'foo'"),
        ("title,foo", "an identifier"),
    ],
)
def test_a_table_without_such_columns_tells_which_it_has(
    header: str, lack: str, tmp_path: Path
) -> None:
    [problem] = read(tmp_path, f"{header}\na,b\n", "x.csv")
    assert isinstance(problem, Problem)
    assert problem.line == 1
    assert lack in problem.reason


def test_a_bad_row_costs_no_other(tmp_path: Path) -> None:
    rows = b"1\tA\n2\tB\tText\n\tC\tText\n4\t\t \n5\tD\xff\tText\n6\tE\tText\tx\n7\tF\t\n"
    content = b"id\ttitle\ttext\n" + rows
    assert found(read(tmp_path, content)) == [
        (2, "2 columns; the header has 3"),
        ("2", "B", "Text"),
        (4, "the identifier is empty"),
        (5, "the paper has no text"),
        (6, "not UTF-8: the row is left out"),
        (7, "4 columns; the header has 3"),
        ("7", "F"),
    ]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('"quoted ""x"""', 'quoted "x"'),
        ('"two\nlines\t"', "two\nlines"),
        ('"Omics" rules', '"Omics" rules'),
        ('3" disc', '3" disc'),
        ('"open', '"open'),
        ('"open\nx', None),
    ],
)
def test_quotation_marks(cell: str, text: str | None, tmp_path: Path) -> None:
    items = read(tmp_path, f"id\ttext\n1\t{cell}\n2\tplain\n")
    assert found(items)[-1] == ("2", "plain")
    if text is not None:
        assert found(items)[0] == ("1", text)
    else:
        assert found(items) == [
            ("1", '"open'),
            (3, "1 columns; the header has 2"),
            ("2", "plain"),
        ]


def test_texts_are_not_changed_and_offsets_count_in_the_cell(tmp_path: Path) -> None:
    [paper] = read(tmp_path, 'id,text\n1,"  <i>Runx2</i> &amp;  TNF-α\n"\n', "x.csv")
    assert isinstance(paper, Paper)
    [passage] = paper.passages
    assert (passage.text, passage.offset) == ("<i>Runx2</i> &amp;  TNF-α", 2)


def test_long_cells_are_read(tmp_path: Path) -> None:
    text = "word " * 100_000
    [paper] = read(tmp_path, f'id,text\n1,"{text}"\n', "x.csv")
    assert isinstance(paper, Paper)
    assert len(paper.passages[0].text) == len(text) - 1


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1).filter(
    lambda text: text == text.strip() and not text.endswith(".0")
)


@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=5),
    delimiter=st.sampled_from(",;\t"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_rows_come_back(
    rows: list[tuple[str, str, str]],
    delimiter: str,
    quoting: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([("id", "title", "text"), *rows])
    items = read(tmp_path_factory.getbasetemp(), stream.getvalue(), "x.csv")
    assert found(items) == (rows or [(0, "there is no paper in it")])


def parquet(folder: Path, table: dict[str, list[Any]], name: str = "x.parquet") -> Path:
    file = folder / name
    pd.DataFrame(table).to_parquet(file)
    return file


def test_parquet(tmp_path: Path) -> None:
    table = {
        "PMID": [1, 2, 3],
        "Title": ["A", None, "C"],
        "text": ["Text α", "More", ""],
        "date": [datetime.date(2018, 5, 7)] * 3,
        "other": [[1], [2], [3]],
    }
    papers = list(scan(parquet(tmp_path, table)))
    assert found(papers) == [("1", "A", "Text α"), ("2", "More"), ("3", "C")]
    assert isinstance(papers[0], Paper)
    assert dict(papers[0].metadata) == {"pmid": "1", "date": "2018-05-07"}


def test_parquet_whose_rows_are_bad(tmp_path: Path) -> None:
    items = list(scan(parquet(tmp_path, {"id": ["", "2", None], "text": ["a", None, "c"]})))
    assert [str(item).partition(": ")[2] for item in items] == [
        "row 1: the identifier is empty",
        "row 2: the paper has no text",
        "row 3: the identifier is empty",
    ]
    [problem] = scan(parquet(tmp_path, {"a": [1], "b": [2]}))
    assert "there are: 'a', 'b'" in str(problem)


def test_parquet_that_is_packed_or_damaged(tmp_path: Path) -> None:
    import zstandard

    file = parquet(tmp_path, {"id": [1.0, float("nan")], "text": ["a", "b"]})
    data = file.read_bytes()
    packed = tmp_path / "x.parquet.zst"
    packed.write_bytes(zstandard.compress(data))
    assert found(list(scan(packed))) == [("1", "a"), (0, "row 2: the identifier is empty")]
    for harm in (data[:-20], data[:4] + bytes(100) + data[104:], data[:4] + data[8:]):
        file.write_bytes(harm)
        *_, problem = scan(file)
        assert isinstance(problem, Problem)
        assert problem.fatal
