from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.model import Paper, Problem
from pipeline.papers import scan

DOCTYPE = (
    '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving and Interchange DTD '
    'v1.2 20190208//EN" "JATS-archivearticle1.dtd">\n'
)
ARTICLE = """\
<article xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML"
 article-type="research-article" xml:lang="en">
<?properties open_access?>
<front>
 <journal-meta><journal-title-group><journal-title>Bone</journal-title></journal-title-group></journal-meta>
 <article-meta>
  <article-id pub-id-type="pmid">111</article-id>
  <article-id pub-id-type="pmc">222</article-id>
  <article-id pub-id-type="doi">10.1000/x</article-id>
  <article-categories><subj-group><subject>Research</subject></subj-group></article-categories>
  <title-group>
   <article-title><italic>Runx2</italic> in bone<xref ref-type="fn" rid="f">*</xref></article-title>
   <subtitle>a study</subtitle>
  </title-group>
  <contrib-group>
   <contrib contrib-type="author"><name><surname>Able</surname>
    <given-names>Ann</given-names></name></contrib>
   <contrib contrib-type="author"><collab>The Group</collab></contrib>
   <contrib contrib-type="editor"><name><surname>Editor</surname></name></contrib>
  </contrib-group>
  <pub-date pub-type="collection"><year>2019</year></pub-date>
  <pub-date pub-type="epub"><day>7</day><month>2</month><year>2020</year></pub-date>
  <abstract>
   <title>Abstract</title>
   <sec><title>Background:</title><p>Bone &amp; TNF-&alpha;.</p><p>More.</p></sec>
   <sec><title>Results</title><p>It rose.</p></sec>
  </abstract>
  <abstract abstract-type="graphical"><p>Picture</p></abstract>
  <trans-abstract xml:lang="fr"><p>Résumé</p></trans-abstract>
  <kwd-group><kwd>bone</kwd></kwd-group>
 </article-meta>
</front>
<body>
 <p>Before any heading.</p>
 <sec sec-type="intro"><title>Rationale of it</title>
  <p>See [<xref ref-type="bibr" rid="r1">1</xref>] of <italic>BRCA1</italic><sup><xref
   ref-type="bibr" rid="r2">2</xref></sup>.</p>
 </sec>
 <sec><label>2</label><title>2. Materials and Methods</title>
  <sec><title>Mice</title>
   <p>Two kinds:<list list-type="bullet"><list-item><p>old</p></list-item>
    <list-item><p>young</p></list-item></list>were used
    (<xref ref-type="fig" rid="f1">Figure 1</xref>).<fig id="f1"><label>Figure 1</label><caption>
    <title>Mice</title><p>(<bold>a</bold>) Old. (<bold>b</bold>) Young.</p></caption>
    <graphic xlink:href="f1"/></fig> Later.</p>
   <disp-formula><mml:math><mml:mi>x</mml:mi></mml:math></disp-formula>
  </sec>
  <table-wrap id="t1"><label>Table 1</label><caption><p>Weights</p></caption>
   <table><thead><tr><th>Strain</th><th colspan="2">Mass (g)<xref
    ref-type="table-fn">a</xref></th></tr></thead>
    <tbody><tr><td><italic>Lepr</italic><sup>db/db</sup></td><td>40</td><td/></tr>
    <tr><td/></tr></tbody></table>
   <table-wrap-foot><fn><label>a</label><p>Mean.</p></fn></table-wrap-foot>
  </table-wrap>
 </sec>
 <sec sec-type="discussion"><title>Discussion</title><p>We discuss.</p>
  <boxed-text><caption><title>Box 1</title></caption><p>Boxed.</p></boxed-text></sec>
 <sec><title>Competing interests</title><p>None.</p></sec>
 <sec sec-type="supplementary-material"><title>Supporting Information</title>
  <supplementary-material><label>S1</label><caption><p>Primers.</p></caption></supplementary-material></sec>
</body>
<back>
 <ack><p>Thanks.</p></ack>
 <glossary><title>Abbreviations</title><def-list><def-item><term>PTH</term><def><p>parathyroid
  hormone</p></def></def-item></def-list></glossary>
 <app-group><app><title>Appendix 1</title><p>Extra.</p></app></app-group>
 <sec><title>Funding</title><p>By us.</p></sec>
 <ref-list><ref id="r1"><mixed-citation>Cited.</mixed-citation></ref></ref-list>
</back>
<floats-group><fig><label>Figure 2</label><caption><p>Floating.</p></caption></fig></floats-group>
<sub-article><front-stub/><body><p>Reviewer.</p></body></sub-article>
</article>
"""
EXPECTED = [
    ("title", "Runx2 in bone: a study"),
    ("abstract.1", "Background: Bone & TNF-α."),
    ("abstract.2", "More."),
    ("abstract.3", "Results: It rose."),
    ("text.1", "Before any heading."),
    ("introduction.1.heading", "Rationale of it"),
    ("introduction.2", "See [1] of BRCA1."),
    ("methods.1.heading", "2. Materials and Methods"),
    ("methods.2.heading", "Mice"),
    ("methods.3", "Two kinds:"),
    ("methods.4", "old"),
    ("methods.5", "young"),
    ("methods.6", "were used (Figure 1). Later."),
    ("figure.1", "Figure 1. Mice. (a) Old. (b) Young."),
    ("table.1.caption", "Table 1. Weights"),
    ("table.1", "Strain | Mass (g) |\nLeprdb/db | 40"),
    ("table.1.notes", "Mean."),
    ("discussion.1.heading", "Discussion"),
    ("discussion.2", "We discuss."),
    ("discussion.3.heading", "Box 1"),
    ("discussion.4", "Boxed."),
    ("supplement.1.heading", "Supporting Information"),
    ("supplement.2", "S1. Primers."),
    ("abbreviations.1.heading", "Abbreviations"),
    ("abbreviations.2", "PTH: parathyroid hormone"),
    ("appendix.1.heading", "Appendix 1"),
    ("appendix.2", "Extra."),
    ("figure.2", "Figure 2. Floating."),
]


def read(folder: Path, content: str, name: str = "x.nxml") -> list[Paper | Problem]:
    file = folder / name
    file.write_text(content, encoding="utf-8")
    return list(scan(file))


def read_one(folder: Path, content: str, name: str = "x.nxml") -> Paper:
    (paper,) = read(folder, content, name)
    assert isinstance(paper, Paper), paper
    return paper


def test_an_article(tmp_path: Path) -> None:
    paper = read_one(tmp_path, DOCTYPE + ARTICLE)
    assert [(p.id, p.text) for p in paper.passages] == EXPECTED
    assert {p.id.split(".")[0] for p in paper.passages} == {p.kind for p in paper.passages}
    assert paper.id == "PMC222"
    assert paper.metadata == {
        "pmid": "111",
        "pmcid": "PMC222",
        "doi": "10.1000/x",
        "journal": "Bone",
        "date": "2020-02-07",
        "authors": "Ann Able, The Group",
    }
    assert paper.problems == ()
    assert paper.annotations == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<?xml version="1.0"?><pmc-articleset>', "</pmc-articleset>"),
        (
            '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>x</responseDate>'
            "<ListRecords><record><header/><metadata>",
            "</metadata></record></ListRecords></OAI-PMH>",
        ),
    ],
    ids=["articleset", "OAI"],
)
def test_wrappings(before: str, after: str, tmp_path: Path) -> None:
    article = ARTICLE.replace("&alpha;", "α").replace(
        "<article ", '<article xmlns="https://jats.nlm.nih.gov/ns/archiving/1.3/" ', 1
    )
    second = article.replace("222", "333")
    first, other = read(tmp_path, before + article + second + after)
    assert isinstance(first, Paper)
    assert isinstance(other, Paper)
    assert (first.id, other.id) == ("PMC222", "PMC333")
    assert [(p.id, p.text) for p in first.passages] == EXPECTED
    assert first.passages == other.passages


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ('<article-id pub-id-type="pmcid">PMC5</article-id>', "PMC5"),
        ('<article-id pub-id-type="pmcid">PMC5.2</article-id>', "PMC5"),
        ('<article-id pub-id-type="pmid">6</article-id>', "6"),
        ('<article-id pub-id-type="doi">10.1/x</article-id>', "10.1/x"),
        ('<article-id pub-id-type="publisher-id">z</article-id>', "paper"),
    ],
)
def test_the_best_identifier_names_the_paper(ids: str, expected: str, tmp_path: Path) -> None:
    title = "<title-group><article-title>T</article-title></title-group>"
    content = f"<article><front><article-meta>{ids}{title}</article-meta></front></article>"
    assert read_one(tmp_path, content, "paper.xml").id == expected


def test_an_english_abstract_of_a_foreign_article_is_read(tmp_path: Path) -> None:
    content = (
        "<article><front><article-meta><title-group><article-title>Os</article-title>"
        '</title-group><trans-abstract xml:lang="en"><p>Bone.</p></trans-abstract>'
        "</article-meta></front></article>"
    )
    assert [p.text for p in read_one(tmp_path, content).passages] == ["Os", "Bone."]


def test_errors_of_the_services_are_told(tmp_path: Path) -> None:
    [problem] = read(
        tmp_path, '<pmc-articleset>\n<Reply Id="9" error="not found"/></pmc-articleset>'
    )
    assert str(problem).endswith(
        "x.nxml:2: instead of an article the file has an error: 9 not found"
    )
    [problem] = read(
        tmp_path,
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="idDoesNotExist">No'
        "</error></OAI-PMH>",
    )
    assert "idDoesNotExist No" in str(problem)


def test_an_article_without_text_costs_no_other(tmp_path: Path) -> None:
    meta = '<article-meta><article-id pub-id-type="pmid">6</article-id></article-meta>'
    empty = f"<article><front>{meta}</front></article>"
    problem, paper = read(
        tmp_path, f"<articles>\n{empty}{ARTICLE}</articles>".replace("&alpha;", "α")
    )
    assert isinstance(problem, Problem)
    assert (problem.line, problem.paper_id) == (2, "6")
    assert isinstance(paper, Paper)


def test_unknown_entities_are_told(tmp_path: Path) -> None:
    paper = read_one(tmp_path, DOCTYPE + ARTICLE.replace("&alpha;", "&fooalpha;"))
    assert "TNF-&fooalpha;" in paper.passages[1].text
    [problem] = paper.problems
    assert (problem.fatal, problem.paper_id) == (False, "PMC222")
    assert "&fooalpha;" in problem.reason


def test_entities_without_doctype_are_told(tmp_path: Path) -> None:
    [problem] = read(tmp_path, ARTICLE)
    assert isinstance(problem, Problem)
    assert problem.line == 25
    assert "Entity 'alpha' not defined" in problem.reason


@pytest.mark.parametrize("tags", [("sec",), ("list", "list-item"), ("p", "list"), ("italic",)])
def test_deep_nesting_gives_a_paper_or_a_problem(tags: tuple[str, ...], tmp_path: Path) -> None:
    names = list(tags) * (240 // len(tags))
    deep = "".join(f"<{name}>" for name in names), "".join(f"</{name}>" for name in names[::-1])
    body = f"<body><p>One.{deep[0]}<p>Two.</p>{deep[1]}</p>{deep[0]}<p>Three.</p>{deep[1]}</body>"
    items = read(
        tmp_path,
        f"<articles><article>{body}</article>\n{ARTICLE}</articles>".replace("&alpha;", "α"),
    )
    assert len(items) == 2
    assert isinstance(items[0], Paper) or items[0].reason == "nested too deeply"
    assert isinstance(items[1], Paper)


def test_tables_of_oasis(tmp_path: Path) -> None:
    table = (
        '<table-wrap><oasis:table xmlns:oasis="http://www.niso.org/standards/z39-96/ns/oasis-exchange/'
        'table"><oasis:tgroup><oasis:tbody><oasis:row><oasis:entry>Lepr</oasis:entry><oasis:entry>2'
        "</oasis:entry></oasis:row></oasis:tbody></oasis:tgroup></oasis:table></table-wrap>"
    )
    paper = read_one(tmp_path, f"<article><body><p>x</p>{table}</body></article>")
    assert [(p.id, p.text) for p in paper.passages] == [("text.1", "x"), ("table.1", "Lepr | 2")]
