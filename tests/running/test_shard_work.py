"""The work on one shard."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

from light_jobs import many, write_papers

from pipeline.evaluation.seed_check import Finding, ListScore, Score
from pipeline.evaluation.seed_verdicts import Status
from pipeline.model import (
    Annotation,
    Candidate,
    EntityType,
    Link,
    Mention,
    Paper,
    Passage,
    Problem,
)
from pipeline.running.items import Extents, Item, Position, Selection, read_items
from pipeline.running.shard_results import Counts, ShardFile
from pipeline.running.shard_work import Failure, Recipe, Rest, ShownPaper
from pipeline.running.shards import Shard


def test_what_is_kept_of_a_paper_comes_back() -> None:
    link = Link("NCBIGene:860", "RUNX2", 0.5, alternatives=(Candidate("NCBIGene:1", "A", 0.1),))
    paper = Paper(
        "p", (Passage("title", "title", "RUNX2 \u00e4"),),
        (Mention("title", 0, 5, "RUNX2", EntityType.GENE, link),),
        (Annotation("Gene", ("NCBIGene:860",), "RUNX2", aliases=("x",)),),
        {"doi": "10/x"}, "f.txt", (Problem("f.txt", 3, "odd", "p", False),),
    )  # fmt: skip
    finding = Finding("p", "g", "Gene", "NCBIGene:860", "RUNX2", Status.MATCHED, "", "")
    score = ListScore("p", "g", "Gene", Score(1, 1, 1, 1))
    rest = Rest(
        (paper.problems[0],), (Failure(0, 3, Problem("f", 0, "bad")),), ("a warning",),
        (ShownPaper(("p", 1), paper, (finding,), (score,)),), (score,),
    )  # fmt: skip
    assert Rest.parse(rest.json()) == rest


def test_a_lone_surrogate_does_no_harm() -> None:
    rest = Rest(warnings=("a\ud800b",))
    assert Rest.parse(rest.json()).warnings == ("a\ufffdb",)


def test_counts_add_up() -> None:
    total = Counts(papers=2, seconds={"a": 1.0}, peak_memory_mb=5) + Counts(
        papers=3, mentions=1, seconds={"a": 0.5, "b": 1.0}, peak_memory_mb=3
    )
    assert total == Counts(papers=5, mentions=1, seconds={"a": 1.5, "b": 1.0}, peak_memory_mb=5)
    assert Counts.parse(total.record()) == total


def test_a_shard(recipe: Recipe, tmp_path: Path) -> None:
    file = write_papers(tmp_path / "a.pubtator", many(5))
    events = read_items(
        [file], selection=Selection(), done=Extents(), whole=(), start=Position(0, 0)
    )
    items = [e for e in events if isinstance(e, Item)]
    begun: list[int] = []
    result = recipe.open().process(Shard(7, tuple(items)), on_item=begun.append)
    assert begun == [0, 1, 2, 3, 4, 5]
    assert result.number == 7
    assert result.counts.papers == result.counts.items == 5
    assert result.counts.mentions > 5
    assert set(result.counts.seconds) == {"annotate", "check", "rows"}
    path = tmp_path / "shard.zip"
    path.write_bytes(result.data)
    with ShardFile(path) as shard:
        papers = list(shard.papers())
        assert sum(p.lines[0] for p in papers) == result.counts.mentions
        assert Rest.parse(shard.rest()) == Rest()
    assert zipfile.ZipFile(BytesIO(result.data)).testzip() is None


def test_words_of_a_shard_are_forgotten(recipe: Recipe) -> None:
    work = recipe.open()

    def shard(number: int) -> Shard:
        text = " ".join(f"word{number}x{i}" for i in range(2000))
        paper = Paper(str(number), (Passage("text", "text", text),))
        return Shard(number, (Item(Position(0, number), paper, str(number)),))

    work.process(shard(0))
    before = len(work.nlp.vocab.strings)
    for number in range(1, 4):
        work.process(shard(number))
    assert len(work.nlp.vocab.strings) == before
