"""From shards to ordered tables, in TSV and in partitions of Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import BionormError
from pipeline.export.tsv import tsv_line
from pipeline.running import merging, table_files
from pipeline.running.merging import merge_shards
from pipeline.running.shard_results import TABLES, Key, PaperRows, pack
from pipeline.running.table_files import TableFiles, TableFormat

Rows = list[tuple[Key, tuple[bytes, bytes, bytes]]]
NASTY = ('"', "a\tb", "NA", "", "\u2028", "null", "α", '"x" y', "a,b", "'", "\\", "#", "1e5", "\r")


class Collected:
    def __init__(self) -> None:
        self.rows: Rows = []

    def write(self, paper: PaperRows, tables: Sequence[bytes]) -> None:
        mentions, entities, validation = tables
        self.rows.append((paper.key, (mentions, entities, validation)))


def shard(path: Path, rows: Rows) -> Path:
    rows = sorted(rows, key=lambda row: row[0])
    papers = [PaperRows(key, tuple(t.count(b"\n") for t in tables)) for key, tables in rows]
    lines = {name: [tables[i] for _, tables in rows] for i, name in enumerate(TABLES)}
    path.write_bytes(pack(papers, lines, b"{}"))
    return path


lines = st.lists(st.sampled_from([b"a\tb\n", b"c\td\n"]), max_size=3).map(b"".join)


@settings(max_examples=60)
@given(
    papers=st.dictionaries(
        st.tuples(st.text("ab#\u00e4", max_size=2), st.integers(1, 3)),
        st.tuples(lines, lines, lines),
        max_size=30,
    ),
    data=st.data(),
)
def test_the_order_does_not_depend_on_the_shards(
    papers: dict[Key, tuple[bytes, bytes, bytes]],
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    directory = tmp_path_factory.mktemp("merge")
    count = data.draw(st.integers(1, 12))
    parts: list[Rows] = [[] for _ in range(count)]
    for row in papers.items():
        parts[data.draw(st.integers(0, count - 1))].append(row)
    paths = [shard(directory / f"{n}.zip", part) for n, part in enumerate(parts)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "FAN_IN", data.draw(st.integers(2, 5)))
        collected = Collected()
        scratch = directory / "scratch"
        scratch.mkdir()
        merge_shards(paths, collected, scratch)
    assert collected.rows == sorted(papers.items())


def test_missing_rows_are_noticed(tmp_path: Path) -> None:
    papers = [PaperRows(("a", 1), (2, 0, 0))]
    path = tmp_path / "shard.zip"
    path.write_bytes(pack(papers, {"mentions": [b"x\n"], "entities": [], "validation": []}, b"{}"))
    with pytest.raises(BionormError, match="rows of paper a are missing"):
        merge_shards([path], Collected(), tmp_path)


def mention(paper: str, number: int) -> bytes:
    text = NASTY[number % len(NASTY)]
    score = 0.125 * (number % 9)
    return tsv_line(
        (
            paper,
            "title",
            number,
            number + 1,
            text,
            "Gene",
            "",
            text,
            score,
            "exact",
            "",
            "",
            "",
            text,
        )
    )


def write(directory: Path, form: TableFormat, papers: int, part: int = 10) -> Path:
    directory.mkdir()
    with TableFiles(directory, form, part_papers=part) as files:
        for n in range(papers):
            rows = b"".join(mention(f"p{n:04d}", i) for i in range(n % 7))
            files.write(PaperRows((f"p{n:04d}", 1), (n % 7, 0, 0)), [rows, b"", b""])
    return directory


def test_parquet_has_the_same_cells_as_tsv(tmp_path: Path) -> None:
    tsv = write(tmp_path / "tsv", TableFormat.TSV, 55)
    parquet = write(tmp_path / "parquet", TableFormat.PARQUET, 55)
    expected = pd.read_csv(tsv / "mentions.tsv", sep="\t", keep_default_na=False)
    found = pd.read_parquet(parquet / "mentions.parquet")
    assert len(found) == len(expected) > 100
    for column in expected.columns:
        assert found[column].tolist() == expected[column].tolist(), column
    assert len(list((parquet / "mentions.parquet").iterdir())) == 6
    assert pd.read_parquet(parquet / "entities.parquet").columns.tolist() == list(
        TABLES["entities"]
    )


def test_a_part_has_the_same_papers_in_each_table(tmp_path: Path) -> None:
    parquet = write(tmp_path / "parquet", TableFormat.PARQUET, 25)
    for n, part in enumerate(sorted((parquet / "mentions.parquet").iterdir())):
        ids = pq.read_table(part)["paper_id"].to_pylist()
        assert {int(i[1:]) // 10 for i in ids} == {n}


def test_bytes_do_not_depend_on_the_blocks_they_are_made_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_files, "_GROUP_ROWS", 50)
    first = write(tmp_path / "a", TableFormat.PARQUET, 200, part=100)
    monkeypatch.setattr(table_files, "_BLOCK_BYTES", 700)
    second = write(tmp_path / "b", TableFormat.PARQUET, 200, part=100)
    for path in sorted((first / "mentions.parquet").iterdir()):
        assert path.read_bytes() == (second / "mentions.parquet" / path.name).read_bytes()
        assert pq.ParquetFile(path).metadata.row_group(0).num_rows == 50


@pytest.mark.parametrize("form", TableFormat)
def test_tables_without_rows(form: TableFormat, tmp_path: Path) -> None:
    directory = write(tmp_path / "out", form, 0)
    for name, columns in TABLES.items():
        if form is TableFormat.TSV:
            frame = pd.read_csv(directory / f"{name}.tsv", sep="\t")
        else:
            frame = pd.read_parquet(directory / f"{name}.parquet")
        assert (frame.columns.tolist(), len(frame)) == (list(columns), 0)
