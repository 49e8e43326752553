from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.evaluation import predictions
from pipeline.evaluation.corpora import GoldStandard, Split, describe
from pipeline.evaluation.predictions import Predictions
from pipeline.model import Annotation, Paper, Passage

GOLD = Paper(
    "1",
    (Passage("title", "title", "BRCA1 in mice", 0), Passage("abstract", "abstract", "We saw", 14)),
)


def read(text: str | bytes, folder: Path, *types: str, corpus: str = "gnormplus") -> Predictions:
    file = folder / "predictions.tsv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    standard = GoldStandard(Split(describe(corpus), "test", folder / "gold"), (GOLD,))
    return predictions.read(file, standard, types=types or ("Gene",))


def found(read: Predictions) -> list[tuple[str, int, int, str, str, str]]:
    return [
        (m.passage, m.start, m.end, m.text, m.type, m.link.curie)
        for paper in read.papers.values()
        for m in paper.mentions
    ]


HEADER = "document\tstart\tend\tidentifier\n"


@pytest.mark.parametrize("header", [HEADER, "", "\ufeff" + HEADER])
def test_tsv(header: str, tmp_path: Path) -> None:
    result = read(f"{header}1\t0\t5\t672;675\n1\t14\t16\tNIL\n", tmp_path)
    assert found(result) == [
        ("title", 0, 5, "BRCA1", "Gene", "NCBIGene:672"),
        ("title", 0, 5, "BRCA1", "Gene", "NCBIGene:675"),
        ("abstract", 0, 2, "We", "Gene", ""),
    ]
    assert result.problems == ()


def test_tsv_with_types_in_another_order(tmp_path: Path) -> None:
    text = "type\tidentifier\tdocument\tstart\tend\nOrganismTaxon\t10090\t1\t9\t13\n"
    result = read(text, tmp_path, "Gene", "Species")
    assert found(result) == [("title", 9, 13, "mice", "Species", "NCBITaxon:10090")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1\t0\t5", "expected 4 columns (document start end identifier), found 3"),
        ("1\t0\tfive\t672", "offsets are not numbers: '0', 'five'"),
        ("1\t18\t22\t672", "18-22 goes beyond the text, which has 20 characters"),
        ("1\t9\t16\t672", "9-16 runs over the end of a passage"),
        ("1\t5\t0\t672", "5-0 is not a span"),
    ],
)
def test_bad_rows_of_a_tsv(row: str, reason: str, tmp_path: Path) -> None:
    result = read(f"{HEADER}{row}\n1\t0\t5\t672\n", tmp_path)
    (problem,) = result.problems
    assert problem.line == 2
    assert reason in problem.reason
    assert len(found(result)) == 1


def test_rows_that_are_not_utf8_are_told_with_their_line(tmp_path: Path) -> None:
    rows = HEADER.encode() + b"1\t0\t5\t672\n1\t0\t5\tNCBI\xe9Gene:672\n1\t9\t13\t675\n"
    result = read(rows, tmp_path)
    assert [(p.line, p.reason, p.fatal) for p in result.problems] == [
        (3, "not UTF-8: the row is left out", False)
    ]
    assert len(found(result)) == 2


def test_rows_of_pubtator_that_are_not_utf8_are_told_with_their_line(tmp_path: Path) -> None:
    text = b"1|t|BRCA1 in mice\n1|a|We saw\n1\t0\t5\tBRCA1\tGene\t672\n1\t9\t13\tmic\xe9\tGene\t1\n"
    result = read(text, tmp_path)
    assert [(p.line, p.reason) for p in result.problems] == [(4, "not UTF-8: the row is left out")]
    assert len(found(result)) == 1


def test_type_is_needed_where_there_are_several(tmp_path: Path) -> None:
    (problem,) = read(f"{HEADER}1\t0\t5\t672\n", tmp_path, "Gene", "Disease").problems
    assert "a column 'type' is needed to tell Gene, Disease apart" in problem.reason


def test_documents_outside_of_the_gold_standard(tmp_path: Path) -> None:
    rows = "".join(f"{i}\t900\t905\t672\n" for i in range(2, 9))
    result = read(HEADER + rows, tmp_path)
    (problem,) = result.problems
    assert problem.reason == "7 documents are not in the gold standard: 2, 3, 4, 5, 6, …"
    assert result.papers == {}


def test_pubtator(tmp_path: Path) -> None:
    text = (
        "1|t|BRCA1 in mice\n1|a|We saw\n1\t0\t5\tBRCA1\tGene\t672\n1\t9\t13\tmice\tSpecies\t10090\n"
    )
    result = read(text, tmp_path)
    assert found(result) == [
        ("title", 0, 5, "BRCA1", "Gene", "NCBIGene:672"),
        ("title", 9, 13, "mice", "Species", "NCBITaxon:10090"),
    ]
    assert result.problems == ()


def test_pubtator_with_another_text_or_type(tmp_path: Path) -> None:
    text = "1|t|BRCA1 in mice\n1|a|We saw it\n1\t0\t5\tBRCA1\tProteinish\t672\n"
    result = read(text, tmp_path)
    assert [(p.line, p.reason.split(":")[0]) for p in result.problems] == [
        (3, "unknown type 'Proteinish'"),
        (0, "the text is not that of the gold standard, so that offsets may mean other places"),
    ]


def test_empty_file(tmp_path: Path) -> None:
    (problem,) = read("", tmp_path).problems
    assert "empty" in problem.reason


def test_annotations_as_predictions() -> None:
    gold = Paper(
        "1",
        GOLD.passages,
        annotations=(
            Annotation(
                "Gene", ("NCBIGene:1", "NCBIGene:2"), "BRCA1", passage="title", start=0, end=5
            ),
            Annotation("Gene", (), "mice", passage="title", start=9, end=13),
            Annotation("Gene", ("NCBIGene:3",), "somewhere"),
        ),
    )
    paper = predictions.from_annotations(gold)
    assert [(m.text, m.link.curie) for m in paper.mentions] == [
        ("BRCA1", "NCBIGene:1"),
        ("BRCA1", "NCBIGene:2"),
        ("mice", ""),
    ]
    assert paper.annotations == ()


def test_files_are_assigned_by_their_names(tmp_path: Path) -> None:
    for name in ("a.test.My.System.tsv", "b.dev.Other.pubtator", "README.md", "notes.tsv"):
        (tmp_path / name).touch()
    assert [(f.corpus, f.split, f.system) for f in predictions.find(tmp_path)] == [
        ("a", "test", "My.System"),
        ("b", "dev", "Other"),
    ]


@pytest.mark.parametrize("folder", ["empty", "missing"])
def test_folder_without_predictions(folder: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=folder):
        predictions.find(tmp_path / folder)
