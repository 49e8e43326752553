from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.evaluation import corpora
from pipeline.evaluation.corpora import Split
from pipeline.model import Paper

DOCUMENT = "1|t|BRCA1 in mice\n1|a|We saw\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("ncbi_disease/train", "ncbi_disease/dev", "ncbi_disease/test", "mine/dev"):
        file = tmp_path / f"{name}.pubtator"
        file.parent.mkdir(exist_ok=True)
        file.write_text(DOCUMENT)
    (tmp_path / "README.md").write_text("words")
    (tmp_path / "mine" / "notes.txt").write_text("words")
    return tmp_path


def named(splits: list[Split]) -> list[str]:
    return [f"{split.corpus.name}/{split.name}" for split in splits]


def test_every_description_is_complete() -> None:
    for corpus in corpora.descriptions().values():
        assert corpus.title
        assert corpus.source
        assert set(corpus.scored) <= {"Gene", "Disease", "Species"}
        assert not corpus.pass_over & corpus.types.keys()


def test_test_splits_are_not_touched_unless_asked_for(folder: Path) -> None:
    assert named(corpora.find(folder)) == ["mine/dev", "ncbi_disease/train", "ncbi_disease/dev"]
    assert named(corpora.find(folder, splits=["test"])) == ["ncbi_disease/test"]
    assert named(corpora.find(folder / "ncbi_disease", splits=["dev", "test"])) == [
        "ncbi_disease/dev",
        "ncbi_disease/test",
    ]


def test_a_file_is_what_it_is(folder: Path) -> None:
    assert named(corpora.find(folder / "ncbi_disease" / "test.pubtator")) == ["ncbi_disease/test"]
    own = folder / "mine" / "lab.txt"
    own.write_text(DOCUMENT)
    (split,) = corpora.find(own)
    assert (split.corpus.name, split.name, split.corpus.known) == ("lab", "all", False)
    assert named(corpora.find(folder / "mine")) == ["lab/all", "mine/dev"]


@pytest.mark.parametrize(
    ("place", "splits", "message"),
    [
        ("nowhere", None, "there is no file or folder"),
        ("mine", ["test"], "does not have the split test; it has dev"),
        ("mine/dev.pubtator", ["test"], "is the split 'dev', not test"),
        ("empty", None, "holds no PubTator files"),
    ],
)
def test_what_cannot_be_found_is_told(
    place: str, splits: list[str] | None, message: str, folder: Path
) -> None:
    (folder / "empty").mkdir()
    with pytest.raises(UsageError, match=message):
        corpora.find(folder / place, splits=splits)


def test_types_count_as_the_corpus_says(tmp_path: Path) -> None:
    file = tmp_path / "tmvar3" / "train.pubtator"
    file.parent.mkdir()
    file.write_text(
        DOCUMENT
        + "1\t0\t5\tBRCA1\tGene\t672\n1\t9\t13\tmice\tSpecies\t10090\n1\t9\t13\tmice\tAnimal\t-\n"
    )
    (split,) = corpora.find(file)
    standard = corpora.load(split)
    assert split.corpus.scored == ("Gene",)
    (paper,) = standard.papers
    assert [a.type for a in paper.annotations] == ["Gene", "Species", "Animal"]
    (problem,) = standard.problems
    assert (problem.line, problem.reason) == (5, "unknown type 'Animal': it does not count")


def test_ranks_of_s1000_are_species(tmp_path: Path) -> None:
    file = tmp_path / "s800_revised_s1000" / "dev.pubtator"
    file.parent.mkdir()
    file.write_text(DOCUMENT + "1\t9\t13\tmice\tGenus\t10088\n1\t0\t5\tBRCA1\tOut-of-scope\t-\n")
    standard = corpora.load(corpora.find(file)[0])
    (paper,) = standard.papers
    assert [(a.type, a.identifiers) for a in paper.annotations] == [
        ("Species", ("NCBITaxon:10088",)),
        ("Out-of-scope", ()),
    ]
    assert standard.problems == ()


def test_sample_does_not_depend_on_the_order() -> None:
    papers = [Paper(str(i), ()) for i in range(50)]
    chosen = corpora.sample(papers, 10)
    assert len(chosen) == 10
    assert {p.id for p in corpora.sample(papers[::-1], 10)} == {p.id for p in chosen}
    assert [p.id for p in chosen] == sorted((p.id for p in chosen), key=int)
    assert len(corpora.sample(papers, 100)) == 50
