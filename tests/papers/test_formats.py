from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import PaperError, UsageError
from pipeline.model import Paper, Problem
from pipeline.papers import FORMATS, read, recognize, scan

SEED = "# Title\n\n## Abstract\n\nText.\n"
BROKEN = SEED + "\n## Linked entities\n\n- **Genes:** TNF (x [NCBI Gene 7124]\n"
PUBTATOR = "1|t|Title\n1|a|Text.\n\n2|t|Other\n2|a|More.\n"


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("a.txt", SEED, "seed"),
        ("a.md", SEED, "seed"),
        ("a.csv", SEED, "seed"),
        ("a.txt", PUBTATOR, "pubtator"),
        ("a.pubtator", "odd", "pubtator"),
        ("a.txt", "Some text", "text"),
        ("a.MD", "# Some text", "markdown"),
        ("a.md.gz", "Some text", "markdown"),
        ("a", "Some text", "text"),
        ("a", "\n## Results\nx", "markdown"),
        ("a.txt", "[Article in French] text", "text"),
        ("a.txt", "<5 mice> were used", "text"),
        ("a.txt", "{x} is a set", "text"),
        ("a.dat", "pmid\ttitle\tabstract\n1\tA\tB", "table"),
        ("a.csv", "a,b", "table"),
        ("a.txt", "id, please, and a title", "text"),
        ("a", '{"pmid": 1}', "jsonl"),
        ("a", '[\n{"id": 1}]', "jsonl"),
        ("a", '{"source": "x", "documents": [{"id": 1}]}', "bioc-json"),
        ("a", '{"id": "1", "infons": {}, "passages": [{"offset": 0}]}', "bioc-json"),
        ("a", '{"PubTator3": [{"id": 1}]}', "bioc-json"),
        ("a", '{"id": "1", "passages": [{"text": "x"}]}', "jsonl"),
        ("a", '<?xml version="1.0"?>\n<!-- <x> -->\n<article a="1">', "jats"),
        ("a", "<!DOCTYPE article PUBLIC \"x\" 'y' [<!ENTITY a '>'>]> <article>", "jats"),
        ("a", '<?xml version="1.0"?><jats:article xmlns:jats="x">', "jats"),
        ("a", "<pmc-articleset><article>", "jats"),
        ("a", '<OAI-PMH xmlns="x">', "jats"),
        ("a", "<PubmedArticleSet>", "medline"),
        ("a", '<?xml version="1.0"?><!DOCTYPE X SYSTEM "y"><MedlineCitation>', "medline"),
        ("a", "<PubmedBookArticle>", "medline"),
        ("a", "<!DOCTYPE collection SYSTEM 'BioC.dtd'><collection>", "bioc-xml"),
    ],
)
def test_recognize(name: str, head: str, expected: str) -> None:
    assert recognize(Path(name), head) == expected


@pytest.mark.parametrize(
    ("name", "head", "reason"),
    [
        ("a.xml", '<?xml version="1.0"?><mets>', "XML that begins with <mets> is not a format"),
        ("a.xml", '<?xml version="1.0"?>', "XML is not a format"),
        ("a.txt", "<!DOCTYPE html><body>", "HTML is not a format"),
        ("a.txt", "<HTML>", "HTML is not a format"),
        ("a.odd", "a,b", "not recognized by content or by the suffix '.odd'"),
    ],
)
def test_foreign_formats_are_refused(name: str, head: str, reason: str) -> None:
    with pytest.raises(PaperError, match="seed, text, markdown, pubtator, jats") as caught:
        recognize(Path(name), head)
    assert reason in caught.value.problem.reason


def test_scan_reads_every_format_by_content(tmp_path: Path) -> None:
    for name, content, count in (("s.txt", SEED, 1), ("p.txt", PUBTATOR, 2), ("t.txt", "Text", 1)):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        papers = list(scan(path))
        assert len(papers) == count
        for paper in papers:
            assert isinstance(paper, Paper)
            assert paper.source == str(path)


def test_a_named_format_wins(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(SEED, encoding="utf-8")
    [paper] = scan(path, format="text")
    assert isinstance(paper, Paper)
    assert [p.text for p in paper.passages] == ["# Title", "## Abstract", "Text."]


@pytest.mark.parametrize("function", [scan, read])
def test_an_unknown_format_is_wrong_use(function: object) -> None:
    assert callable(function)
    with pytest.raises(UsageError, match="unknown input format 'docx'; known formats: seed"):
        function(Path("a.txt"), format="docx")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\x7fELF\x02\x00\x00", "NUL byte"),
        ("# Sjögren".encode("latin-1"), "iconv -f ISO-8859-1"),
        (b"<html><p>x</p></html>", "HTML"),
        (b"## Abstract\n", "neither a title nor any text"),
    ],
)
def test_bad_files_are_problems(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_bytes(content)
    [problem] = scan(path)
    assert isinstance(problem, Problem)
    assert problem.fatal
    assert problem.path == str(path)
    assert reason in problem.reason
    with pytest.raises(PaperError) as caught:
        list(read(path))
    assert caught.value.problem == problem


@pytest.mark.parametrize("format", [None, *FORMATS])
def test_unreadable_files_are_problems(tmp_path: Path, format: str | None) -> None:
    for path in (tmp_path / "absent.txt", tmp_path):
        [problem] = scan(path, format=format)
        assert isinstance(problem, Problem)
        assert "cannot be read" in problem.reason


def test_xml_in_wide_characters_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes("<MedlineCitation><PMID>7</PMID></MedlineCitation>".encode("utf-16"))
    [problem] = scan(path)
    assert isinstance(problem, Problem)
    assert problem.paper_id == "7"


def test_read_gives_papers_with_lesser_problems(tmp_path: Path) -> None:
    path = tmp_path / "broken.txt"
    path.write_text(BROKEN, encoding="utf-8")
    [paper] = read(str(path))
    [problem] = paper.problems
    assert (problem.line, problem.fatal) == (9, False)


@given(
    data=st.binary(max_size=300) | st.text(max_size=200).map(lambda t: t.encode(errors="replace")),
    format=st.sampled_from([None, *FORMATS]),
)
def test_scan_never_raises_for_content(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, format: str | None
) -> None:
    path = tmp_path_factory.getbasetemp() / "random.txt"
    path.write_bytes(data)
    items = list(scan(path, format=format))
    assert items
    for item in items:
        assert item.path == str(path) if isinstance(item, Problem) else item.source == str(path)
