from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.evaluation.corpora import find, load
from pipeline.evaluation.evaluate import FaultyInputError, evaluate, with_gold_mentions
from pipeline.evaluation.hygiene import HygieneError, check_hygiene
from pipeline.evaluation.metrics import GOLD_MENTION_METRICS, METRICS
from pipeline.evaluation.predictions import from_annotations
from pipeline.model import Link, Paper

# Composite (any of them, and joint), NIL, nested, repeated and discontinuous annotations, a
# document without annotations and one with NIL only.
GOLD = """\
1|t|Breast and ovarian cancer in mice
1|a|BRCA1 or BRCA2 | mice, and hereditary breast cancer syndrome.
1\t0\t25\tBreast and ovarian cancer\tCompositeMention\tD001943|D010051
1\t0\t6\tBreast\tModifier\tD001943
1\t72\t85\tbreast cancer\tSpecificDisease\tD001943+D061325
1\t61\t94\thereditary breast cancer syndrome\tSpecificDisease\tD061325
1\t61\t94\thereditary breast cancer syndrome\tDiseaseClass\tOMIM:604370
1\t19\t25\tcancer\tDiseaseClass\t-1

2|t|Nothing here
2|a|

3|t|Cancer
3|a|Again
3\t0\t6\tCancer\tDiseaseClass\t-
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpora" / "ncbi_disease"
    folder.mkdir(parents=True)
    for split in ("dev", "test"):
        (folder / f"{split}.pubtator").write_text(GOLD)
    return folder


def perfect(file: Path) -> Callable[[Iterable[Paper]], Iterator[Paper]]:
    """A system that knows the gold standard by heart."""
    gold = {paper.id: from_annotations(paper) for paper in load(find(file)[0]).papers}

    def annotate(papers: Iterable[Paper]) -> Iterator[Paper]:
        for paper in papers:
            yield paper.with_mentions(gold[paper.id].mentions)

    return annotate


def silent(papers: Iterable[Paper]) -> Iterator[Paper]:
    yield from papers


def test_gold_scored_against_itself_is_perfect(corpus: Path) -> None:
    names = (*METRICS, *GOLD_MENTION_METRICS)
    result = evaluate(corpus, annotate=perfect(corpus / "dev.pubtator"), metrics=names)
    assert result.problems == ()
    assert [row.metric for row in result.rows] == list(names)
    for row in result.rows:
        assert (row.precision, row.recall, row.f1) == pytest.approx((100, 100, 100)), row.metric
        assert (row.corpus, row.split, row.system) == ("ncbi_disease", "dev", "bionorm")
    by_name = {row.metric: row.gold for row in result.rows}
    assert by_name["ner_strict"] == 6
    assert by_name["mention_strict"] == 4
    assert by_name["doc_micro"] == 4


def test_pubtator_predictions_of_the_gold_standard_are_perfect(corpus: Path) -> None:
    result = evaluate(corpus / "dev.pubtator", predicted=corpus / "test.pubtator")
    assert {row.f1 for row in result.rows} == {100}
    assert {row.system for row in result.rows} == {"test"}


def test_the_system_never_sees_the_gold_standard(corpus: Path) -> None:
    seen: list[Paper] = []

    def spy(papers: Iterable[Paper]) -> Iterator[Paper]:
        for paper in papers:
            seen.append(paper)
            yield paper

    evaluate(corpus, annotate=spy)
    assert [paper.id for paper in seen] == ["1", "2", "3"]
    for paper in seen:
        assert paper == Paper(paper.id, paper.passages)


def test_gold_mentions_come_without_identifiers(corpus: Path) -> None:
    seen: list[Paper] = []

    def link(papers: Iterable[Paper]) -> Iterator[Paper]:
        for paper in papers:
            seen.append(paper)
            linked = (replace(m, link=Link("MESH:D001943", score=1.0)) for m in paper.mentions)
            yield paper.with_mentions(tuple(linked))

    result = evaluate(corpus, annotate=link, prepare=with_gold_mentions, metrics=["link@1"])
    assert [len(paper.mentions) for paper in seen] == [5, 0, 1]
    assert {m.link for paper in seen for m in paper.mentions} == {Link()}
    assert {paper.annotations for paper in seen} == {()}
    (row,) = result.rows
    # three of the four gold mentions with identifiers have this one
    assert (row.recall, row.gold, row.predicted) == (75, 4, 4)


def test_what_the_system_drops_is_told(corpus: Path) -> None:
    result = evaluate(corpus, annotate=lambda papers: iter([p for p in papers if p.id != "2"]))
    (problem,) = result.problems
    assert (problem.paper_id, problem.reason) == ("2", "bionorm returned nothing for it")


def test_peers_are_scored_beside_the_system(corpus: Path) -> None:
    peers = corpus.parent.parent / "peers"
    peers.mkdir()
    rows = "document\tstart\tend\tidentifier\n1\t0\t6\tMESH:D001943\n1\t61\t94\tMESH:D000001\n"
    (peers / "ncbi_disease.test.Peer.tsv").write_text(rows)
    (peers / "other.test.Peer.tsv").write_text(rows)
    result = evaluate(
        corpus.parent, annotate=silent, predicted=peers, splits=["test"], metrics=["doc_micro"]
    )
    ours, theirs = result.rows
    assert (ours.system, ours.f1) == ("bionorm", 0)
    # 1 of 2 predicted pairs, 1 of 4 gold pairs
    assert (theirs.system, theirs.precision, theirs.recall) == ("Peer", 50, 25)


def test_faults_refuse_or_are_counted(corpus: Path) -> None:
    file = corpus / "dev.pubtator"
    file.write_text(GOLD + "3\t0\t99\tCancer\tDiseaseClass\t-\n")
    with pytest.raises(FaultyInputError, match=r"dev\.pubtator:16: 0-99 goes beyond the text"):
        evaluate(file, annotate=silent)
    result = evaluate(file, annotate=silent, lenient=True)
    assert len(result.problems) == 1
    assert result.rows


def test_faults_of_predictions_refuse_as_well(corpus: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.tsv"
    bad.write_text("1\t0\t6\n")
    with pytest.raises(FaultyInputError, match=r"bad\.tsv:1: expected 4 columns"):
        evaluate(corpus / "dev.pubtator", predicted=bad)


def test_documents_of_the_training_data_are_refused(corpus: Path) -> None:
    models = {"genes": ["9"], "diseases": ["3", "7", "1"]}
    with pytest.raises(HygieneError, match=r"diseases was trained on .*: 1, 3\n") as caught:
        evaluate(corpus, annotate=silent, training_documents=models)
    assert caught.value.documents == {"diseases": ("1", "3")}
    assert evaluate(corpus, annotate=silent, training_documents={"genes": ["9"]}).rows


def test_long_lists_of_training_documents_are_cut() -> None:
    with pytest.raises(HygieneError, match="and 5 more") as caught:
        check_hygiene(map(str, range(15)), {"model": [str(i) for i in range(100)]})
    assert len(caught.value.documents["model"]) == 15


def test_several_types_get_a_row_together(tmp_path: Path) -> None:
    file = tmp_path / "own.pubtator"
    file.write_text(
        "1|t|BRCA1 in mice\n1|a|x\n1\t0\t5\tBRCA1\tGene\t672\n1\t9\t13\tmice\tSpecies\t10090\n"
    )
    result = evaluate(file, annotate=perfect(file), metrics=["doc_micro"])
    assert [(row.type, row.gold, row.f1) for row in result.rows] == [
        ("Gene", 1, 100),
        ("Species", 1, 100),
        ("all", 2, 100),
    ]
    (row,) = evaluate(file, annotate=silent, types=["Species"], metrics=["doc_micro"]).rows
    assert (row.type, row.gold, row.f1) == ("Species", 1, 0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "give a system or predictions"),
        ({"annotate": silent, "metrics": ["x"]}, "there is no metric 'x'"),
        ({"annotate": silent, "types": ["Gene"]}, "no corpus in .* has the type Gene"),
        ({"predicted": Path("nowhere.tsv")}, r"there is no file or folder nowhere\.tsv"),
    ],
)
def test_wrong_use(options: dict[str, object], message: str, corpus: Path) -> None:
    with pytest.raises(UsageError, match=message):
        evaluate(corpus, **options)  # type: ignore[arg-type]


def test_one_file_of_predictions_needs_one_split(corpus: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.tsv"
    file.write_text("1\t0\t6\tMESH:D001943\n")
    with pytest.raises(UsageError, match="ncbi_disease/dev, ncbi_disease/test"):
        evaluate(corpus, predicted=file, splits=["dev", "test"])


def test_garbage_collection_is_as_it_was(corpus: Path) -> None:
    states = []

    def watch(papers: Iterable[Paper]) -> Iterator[Paper]:
        states.append(gc.isenabled())
        yield from papers

    assert gc.isenabled()
    evaluate(corpus, annotate=watch)
    assert states == [True]
    assert gc.isenabled()
