from __future__ import annotations

import gzip
import resource
import tracemalloc
from pathlib import Path

import pytest
from medline_by_hand import medline

from pipeline.model import Paper, Problem
from pipeline.papers import Limits, scan

CITATION = """\
<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM">
<PMID Version="1">{pmid}</PMID>
<Article PubModel="Print"><Journal><JournalIssue><PubDate>{date}</PubDate></JournalIssue>
<Title>Bone</Title></Journal>
<ArticleTitle>{title}</ArticleTitle>
{abstract}
<AuthorList><Author><LastName>Able</LastName><ForeName>Ann</ForeName><Initials>A</Initials></Author>
<Author><CollectiveName>The <i>Group</i></CollectiveName></Author></AuthorList>
<VernacularTitle>Os et {title}</VernacularTitle>
</Article><KeywordList><Keyword>keyword</Keyword></KeywordList>
<MeshHeadingList><MeshHeading><DescriptorName UI="D1">Heading</DescriptorName></MeshHeading>
</MeshHeadingList>
{other}</MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="pubmed">{pmid}</ArticleId>
<ArticleId IdType="doi">10.1000/{pmid}</ArticleId><ArticleId IdType="pmc">PMC77</ArticleId>
</ArticleIdList>
<ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.1/other</ArticleId>
</ArticleIdList></Reference></ReferenceList></PubmedData></PubmedArticle>
"""
ABSTRACT = """<Abstract><AbstractText Label="BACKGROUND" NlmCategory="BACKGROUND">TGF-<i>&#x3b2;</i>
   <sub>1</sub>.</AbstractText><AbstractText Label="RESULTS:">It rose.</AbstractText>
<AbstractText Label="UNLABELLED">Plain.</AbstractText><AbstractText/>
<CopyrightInformation>Copyright</CopyrightInformation></Abstract>"""
DATE = "<Year>2018</Year><Month>May</Month><Day>7</Day>"
BOOK = """<PubmedBookArticle><BookDocument><PMID Version="1">55</PMID>
<ArticleIdList><ArticleId IdType="bookaccession">NBK1</ArticleId></ArticleIdList>
<Book><BookTitle>Gene<i>Reviews</i></BookTitle><PubDate><Year>1993</Year></PubDate></Book>
<ArticleTitle>Breast cancer</ArticleTitle>
<AuthorList><Author><LastName>Able</LastName><Initials>A</Initials></Author></AuthorList>
<Abstract><AbstractText>About BRCA1.</AbstractText></Abstract></BookDocument>
<PubmedBookData><ArticleIdList><ArticleId IdType="doi">10.1/b</ArticleId></ArticleIdList>
</PubmedBookData></PubmedBookArticle>"""


def citation(
    pmid: object = 7,
    title: str = "Bone.",
    abstract: str = ABSTRACT,
    date: str = DATE,
    other: str = "",
) -> str:
    return CITATION.format(pmid=pmid, title=title, abstract=abstract, date=date, other=other)


def a_set(*parts: str) -> str:
    return (
        '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, '
        '1st January 2019//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_190101.dtd">\n'
        f"<PubmedArticleSet>\n{''.join(parts)}</PubmedArticleSet>\n"
    )


def read(folder: Path, content: str, **limits: int) -> list[Paper | Problem]:
    file = folder / "x.xml"
    file.write_text(content, encoding="utf-8")
    return list(scan(file, limits=Limits(**limits)))


def texts(item: Paper | Problem) -> list[tuple[str, str]]:
    assert isinstance(item, Paper), item
    return [(p.id, p.text) for p in item.passages]


def test_a_citation(tmp_path: Path) -> None:
    [paper] = read(tmp_path, a_set(citation()))
    assert texts(paper) == [
        ("title", "Bone."),
        ("abstract.1", "BACKGROUND: TGF-β1."),
        ("abstract.2", "RESULTS: It rose."),
        ("abstract.3", "Plain."),
    ]
    assert isinstance(paper, Paper)
    assert paper.id == "7"
    assert [p.kind for p in paper.passages] == ["title", "abstract", "abstract", "abstract"]
    assert dict(paper.metadata) == {
        "pmid": "7",
        "doi": "10.1000/7",
        "pmcid": "PMC77",
        "journal": "Bone",
        "date": "2018-05-07",
        "authors": "Ann Able, The Group",
    }


def test_single_citations_without_a_set(tmp_path: Path) -> None:
    alone = citation()
    assert [item.id for item in read(tmp_path, alone) if isinstance(item, Paper)] == ["7"]
    bare = alone[alone.index("<MedlineCitation") : alone.index("<PubmedData>")]
    for content in (bare, f"<MedlineCitationSet>{bare}{bare}</MedlineCitationSet>"):
        papers = read(tmp_path, content)
        assert {paper.id for paper in papers if isinstance(paper, Paper)} == {"7"}
        assert len(papers) == content.count("<MedlineCitation ")


def test_chapters_of_books(tmp_path: Path) -> None:
    [_, paper] = read(tmp_path, a_set(citation(), BOOK))
    assert texts(paper) == [("title", "Breast cancer"), ("abstract.1", "About BRCA1.")]
    assert isinstance(paper, Paper)
    assert dict(paper.metadata) == {
        "pmid": "55",
        "doi": "10.1/b",
        "journal": "GeneReviews",
        "date": "1993",
        "authors": "Able",
    }


def test_deleted_citations_are_no_papers(tmp_path: Path) -> None:
    deleted = "<DeleteCitation><PMID Version='1'>3</PMID></DeleteCitation>"
    assert len(read(tmp_path, a_set(citation(), deleted))) == 1
    [problem] = read(tmp_path, a_set(deleted))
    assert str(problem).endswith("there is no paper in it")


OTHER = (
    '<OtherAbstract Type="Publisher" Language="{}"><AbstractText>Other.</AbstractText>'
    "</OtherAbstract>"
)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"title": "[Bone].", "abstract": ""}, ["[Bone]."]),
        ({"title": "", "abstract": ""}, ["Os et"]),
        ({"title": "[Not Available].", "abstract": ""}, ["Os et [Not Available]."]),
        ({"abstract": "", "other": OTHER.format("fre") + OTHER.format("eng")}, ["Bone.", "Other."]),
        ({"abstract": "", "other": OTHER.format("fre")}, ["Bone."]),
        (
            {
                "abstract": "<Abstract><AbstractText>A.</AbstractText></Abstract>",
                "other": OTHER.format("eng"),
            },
            ["Bone.", "A."],
        ),
    ],
)
def test_other_titles_and_abstracts_only_stand_in(
    parts: dict[str, str], expected: list[str], tmp_path: Path
) -> None:
    [paper] = read(tmp_path, a_set(citation(**parts)))  # type: ignore[arg-type]
    assert [text for _, text in texts(paper)] == expected


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("<Year>2018</Year>", "2018"),
        ("<Year>2018</Year><Season>Spring</Season>", "2018"),
        ("<Year>2018</Year><Month>12</Month>", "2018-12"),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", "1998 Dec-1999 Jan"),
        ("", None),
    ],
)
def test_dates(date: str, expected: str | None, tmp_path: Path) -> None:
    [paper] = read(tmp_path, a_set(citation(date=date)))
    assert isinstance(paper, Paper)
    assert paper.metadata.get("date") == expected


def test_a_citation_that_is_no_paper_costs_no_other(tmp_path: Path) -> None:
    no_text = citation(8, "", "").replace("<VernacularTitle>Os et </VernacularTitle>", "")
    items = read(tmp_path, a_set(citation(""), no_text, "<PubmedArticle/>", citation(9)))
    assert [item.reason for item in items[:3] if isinstance(item, Problem)] == [
        "a citation without a PMID",
        "the citation has neither a title nor an abstract",
        "a citation without a PMID",
    ]
    assert isinstance(items[1], Problem)
    assert (items[1].line, items[1].paper_id) == (25, "8")
    assert isinstance(items[3], Paper)


def test_damage_ends_the_file_with_its_line(tmp_path: Path) -> None:
    content = a_set(citation(1), citation(2, "<i>Bone"), citation(3))
    paper, problem = read(tmp_path, content)
    assert isinstance(paper, Paper)
    assert isinstance(problem, Problem)
    assert problem.line == 29
    assert "the XML is damaged" in problem.reason


def test_a_long_abstract_is_told(tmp_path: Path) -> None:
    items = read(tmp_path, a_set(citation(1, "x" * 1000), citation(2)), paper=900)
    assert isinstance(items[0], Problem)
    assert items[0].paper_id == "1"
    assert isinstance(items[1], Paper)


def test_a_large_file_takes_little_memory(tmp_path: Path) -> None:
    file = tmp_path / "pubmed25n0001.xml.gz"
    with gzip.open(file, "wt", encoding="utf-8", compresslevel=1) as stream:
        stream.writelines(medline(1500))
    peaks = []
    tracemalloc.start()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number, item in enumerate(scan(file), start=1):
        assert isinstance(item, Paper)
        if number % 500 == 0:
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.reset_peak()
    tracemalloc.stop()
    assert number == 1500
    assert peaks[2] < 1.1 * peaks[0]
    # The trees of lxml are not traced: the file unpacked has 11 MB, of which no more than a
    # fraction may be kept.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 8 * 1024
