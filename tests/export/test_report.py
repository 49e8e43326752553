import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from pipeline.evaluation.seed_check import Finding, ListScore, Score, SeedCheck
from pipeline.evaluation.seed_verdicts import Status
from pipeline.export.report import render_report
from pipeline.model import Candidate, Link, Mention, Paper, Passage
from pipeline.pages.page import printable

ELEMENTS = set(
    re.findall(
        r"\w+",
        "html head meta title style body a header p h1 h2 h3 dl div dt dd small b em form fieldset "
        "legend label input button span output nav ul ol li main article section mark details "
        "summary table thead tbody tfoot tr th td script",
    )
)
HOSTILE = "</p></mark><script>alert(1)</script><img src=x onerror=alert(2)>&lt;\"'{{ 7*7 }}{% x %}"
LINK = Link(
    "MONDO:0005178", "osteoarthritis", 0.91, "exact", "The text has the preferred name.",
    mesh=("MESH:D010003",), mondo=("MONDO:0005178",),
    alternatives=(Candidate("MONDO:0005560", "brain disease", 0.2),),
)  # fmt: skip


def parse(page):
    return html.document_fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8"))


def passages(tree):
    return {e.get("data-passage"): e.text_content() for e in tree.xpath("//*[@data-passage]")}


def paper(text="Rats with osteoarthritis", spans=((10, 24, LINK),), **more):
    return Paper(
        "PMC1",
        (Passage("title", "title", "A title"), Passage("abstract.1", "abstract", text)),
        tuple(Mention("abstract.1", a, b, text[a:b], "Disease", link) for a, b, link in spans),
        **more,
    )


def hostile_check():
    finding = Finding("PMC1", HOSTILE, HOSTILE, HOSTILE, HOSTILE, Status.MISSED, HOSTILE, HOSTILE)
    return SeedCheck((finding,), (ListScore("PMC1", HOSTILE, HOSTILE, Score(1, 2, 1, 1)),))


@settings(deadline=None, max_examples=60)
@given(
    text=st.one_of(st.text(max_size=40), st.text(st.sampled_from("<>&\"'/a\n\r\t\0é\U0001f600"))),
    spans=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.booleans()), max_size=8),
)
def test_a_passage_reads_as_its_text_whatever_the_mentions(text, spans):
    mentions = [(a, b, LINK if resolved else Link()) for a, b, resolved in spans]
    tree = parse(render_report([paper(text, mentions)]))
    assert passages(tree) == {"title": "A title", "abstract.1": printable(text)}
    assert {e.tag for e in tree.iter() if isinstance(e.tag, str)} <= ELEMENTS


def test_hostile_text_does_nothing():
    link = Link(
        HOSTILE, HOSTILE, 0.5, HOSTILE, HOSTILE, HOSTILE, (HOSTILE,), (HOSTILE,),
        (Candidate(HOSTILE, HOSTILE, 0.1),),
    )  # fmt: skip
    bad = Paper(
        HOSTILE,
        (Passage(HOSTILE, HOSTILE, HOSTILE),),
        (Mention(HOSTILE, 0, 9, HOSTILE[:9], HOSTILE, link),),
        metadata=dict.fromkeys(("doi", "journal", "date", "authors"), HOSTILE)
        | {"url": "javascript:alert(1)"},
    )
    harmless = paper(metadata={"url": "https://example.org/?a=1&b=2", "doi": "10.1/x"})
    page = render_report([bad, harmless], check=hostile_check(), run={HOSTILE: [HOSTILE, {"a": 1}]})
    tree = parse(page)
    assert {e.tag for e in tree.iter() if isinstance(e.tag, str)} <= ELEMENTS
    assert len(tree.xpath("//script")) == 1
    assert not [a for e in tree.iter() for a in e.attrib if a.startswith("on") or a == "style"]
    assert all(h.startswith(("#", "https://", "http://")) for h in tree.xpath("//@href"))
    assert passages(tree)[HOSTILE] == HOSTILE
    assert "49" not in tree.xpath("string(//main)")


def test_nothing_is_fetched():
    page = render_report([paper()])
    tree = parse(page)
    assert not tree.xpath("//link | //img | //iframe | //*[@src]")
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest", page)
    policy = tree.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_a_mention_links_to_its_concept_and_to_its_evidence():
    tree = parse(render_report([paper()]))
    (mark,) = tree.xpath("//mark")
    assert mark.xpath("a/@href") == ["https://monarchinitiative.org/MONDO:0005178"]
    assert mark.text_content() == "osteoarthritis"
    row = tree.get_element_by_id(mark.get("data-row")).text_content()
    for part in ("0.91", "exact", "preferred name", "MESH:D010003", "brain disease", "0.2"):
        assert part in row


def test_of_a_nested_mention_both_link():
    inner = replace(LINK, curie="MESH:D001168", name="arthritis", mesh=(), mondo=())
    tree = parse(render_report([paper("osteoarthritis", ((0, 14, LINK), (5, 14, inner)))]))
    assert tree.xpath("count(//mark//mark)") == 1
    assert not tree.xpath("//a//a")
    assert [a.text for a in tree.xpath("//mark//a")] == ["osteo", "arthritis"]


def test_a_crossing_mention_stays_in_the_table():
    tree = parse(render_report([paper("abcdef", ((0, 4, LINK), (2, 5, replace(LINK, score=0.7))))]))
    assert [m.text_content() for m in tree.xpath("//mark")] == ["abcd"]
    assert tree.xpath("//tr[starts-with(@id, 'p1e')]/th/text()") == ["abcd", "cde"]


def test_an_unresolved_mention_can_be_reached_by_keyboard():
    tree = parse(render_report([paper(spans=((0, 4, Link(reason="Too vague.")),))]))
    (mark,) = tree.xpath("//mark")
    assert mark.get("tabindex") == "0"
    assert not mark.xpath(".//a")
    assert "Too vague." in tree.get_element_by_id(mark.get("data-row")).text_content()


def test_every_reference_has_its_target():
    tree = parse(render_report([paper(), paper()], check=hostile_check(), run={"version": "1"}))
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    wanted = [h[1:] for h in tree.xpath("//@href") if h.startswith("#")]
    wanted += tree.xpath("//@data-row | //@aria-labelledby | //label/@for")
    assert set(wanted) <= set(ids)


def test_the_page_has_its_landmarks_and_counts():
    tree = parse(render_report([paper(metadata={"doi": "10.1/x"})], run={"a": {"b": [1, 2]}}))
    for landmark in ("header", "nav", "main", "h1", "article"):
        assert len(tree.xpath(f"//{landmark}")) == 1
    assert "Disease 1" in tree.xpath("string(//fieldset)").replace("\n", " ")
    assert tree.xpath("//a[@href='https://doi.org/10.1/x']")
    assert tree.xpath("//dl[@class='provenance']//dt/text()") == ["a.b"]
    assert tree.xpath("//dl[@class='provenance']//dd/text()") == ["1, 2"]


@pytest.mark.parametrize("status", list(Status))
def test_a_status_is_told_by_sign_and_word(status):
    finding = Finding("PMC1", "L", "Disease", "MESH:D1", "x", status, "", "why")
    tree = parse(render_report([paper()], check=SeedCheck((finding,), ())))
    (cell,) = tree.xpath("//span[starts-with(@class, 'status')]")
    assert cell.text_content().split(" ", 1)[1] == status
    assert cell.xpath("span")[0].text != "?"


def test_no_paper_gives_a_page_and_equal_input_equal_bytes():
    assert "There are no papers" in render_report([])
    assert render_report([paper()]) == render_report([paper()])
