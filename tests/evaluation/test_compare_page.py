from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from papers_by_hand import ABSTRACT, TITLE, annotation, compared, gold_paper, mention
from papers_by_hand import predicted_paper as predicted

from pipeline.evaluation.compare_page import render_comparison
from pipeline.evaluation.error_analysis import ErrorClass, analyse
from pipeline.evaluation.evaluate import Result
from pipeline.model import Annotation, Candidate, Link, Mention, Paper, Passage
from pipeline.pages.page import printable

HOSTILE = "</p></mark><script>alert(1)</script><img src=x onerror=alert(2)>&lt;\"'{{ 7*7 }}{% x %}"
ELEMENTS = set(
    re.findall(
        r"\w+",
        "html head meta title style body a header p h1 h2 dl div dt dd small b code form fieldset "
        "legend label input select option span output main article mark table thead tbody tr th td "
        "script",
    )
)


class Terminology:
    def current(self, curie: str) -> str:
        return curie

    def equivalents(self, curie: str) -> tuple[str, ...]:
        return (curie,)

    def name(self, curie: str) -> str:
        return f"name of {curie}"

    def names(self, curie: str) -> tuple[tuple[str, str], ...]:
        return ()

    def taxon(self, curie: str) -> str:
        return ""

    def homologues(self, curie: str) -> tuple[str, ...]:
        return ()

    def path_up(self, curie: str, ancestor: str) -> tuple[str, ...]:
        return ()


def result(
    gold: Sequence[Paper],
    found: Sequence[Paper],
    *,
    system: str = "ours",
    types: Sequence[str] = ("Gene",),
) -> Result:
    return Result("corpus", "dev", system, tuple(compared(gold, found, types=types)), ())


def page(*results: Result, documents: int = 100) -> html.HtmlElement:
    analysed = [(r, list(analyse(r.comparisons, Terminology()))) for r in results]
    text = render_comparison(analysed, Terminology(), documents=documents)
    return html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8"))


def marks(tree: html.HtmlElement, side: str) -> list[tuple[str, str]]:
    """The highlighted texts of one column with what became of each."""
    found = tree.xpath(f"//p[@data-side='{side}']//mark")
    return [(mark.text_content(), mark.get("class").split()[-1]) for mark in found]


def rows(tree: html.HtmlElement) -> list[list[str]]:
    """Status, class, type, text, gold and predicted of each error."""
    lines = tree.xpath("//tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in line][:6] for line in lines]


def test_both_sides_of_each_kind_of_mention() -> None:
    gold = gold_paper(
        annotation(0, 2, "NCBIGene:1"),
        annotation(3, 5, "NCBIGene:1"),
        annotation(6, 8, "NCBIGene:1"),
        annotation(11, 13),
        annotation(14, 16),
        annotation(17, 19),
    )
    found = predicted(
        mention(0, 2, "NCBIGene:1"),
        mention(3, 5, "NCBIGene:2"),
        mention(14, 16),
        mention(17, 19, "NCBIGene:1"),
        mention(20, 22, "NCBIGene:1"),
    )
    tree = page(result([gold], [found]))
    assert marks(tree, "Gold") == [
        *(("ab", "right"), ("de", "wrong"), ("gh", "missed")),
        *(("kl", "not-scored"), ("no", "not-scored"), ("qr", "wrong")),
    ]
    assert marks(tree, "ours") == [
        *(("ab", "right"), ("de", "wrong")),
        *(("no", "not-scored"), ("qr", "wrong"), ("tu", "superfluous")),
    ]
    one, two = "NCBIGene:1 name of NCBIGene:1", "NCBIGene:2 name of NCBIGene:2"
    assert rows(tree) == [
        ["✗ wrong", "candidate missing", "Gene", "de 3–5", one, two],
        ["∅ missed", "not found", "Gene", "gh 6–8", one, ""],
        ["✗ wrong", "NIL", "Gene", "qr 17–19", "", one],
        ["+ superfluous", "not in gold", "Gene", "tu 20–22", "", one],
    ]
    meta = " ".join(tree.xpath("string(//p[@class='meta'])").split())
    assert meta == "corpus dev ours 1 right 2 wrong 1 missed 1 superfluous"


def test_a_mark_says_its_error_and_leads_to_it() -> None:
    gold = gold_paper(annotation(0, 3, "NCBIGene:1"))
    ranked = mention(0, 3, "NCBIGene:2", alternatives=[("NCBIGene:1", 0.1)])
    tree = page(result([gold], [predicted(ranked)]))
    for mark in tree.xpath("//mark"):
        assert "wrong (wrong candidate ranked first)" in mark.get("title")
        assert "NCBIGene:1 has rank 2" in mark.get("title")
        (address,) = mark.xpath("a/@href")
        row = tree.get_element_by_id(address[1:])
        assert (row.get("data-class"), row.get("data-type")) == (mark.get("data-class"), "Gene")
        assert "NCBIGene:1 has rank 2" in row.text_content()
        assert "NCBIGene:2 0.90" in " ".join(row.text_content().split())


def test_filters_offer_the_types_and_the_classes_that_occur() -> None:
    gold = gold_paper(annotation(0, 2, "NCBIGene:1"), annotation(3, 5, "MESH:1", type="Disease"))
    tree = page(result([gold], [predicted()], types=("Gene", "Disease", "Species")))
    types = tree.xpath("//input[@name='type']/following-sibling::span")
    assert [t.text_content() for t in types] == ["Gene 1", "Disease 1", "Species 0"]
    assert tree.xpath("//input[@name='class']/@value") == [ErrorClass.NOT_FOUND]
    (toggle,) = tree.xpath("//input[@id='faulty']")
    assert "checked" in toggle.attrib
    assert not tree.xpath("//select")


def test_documents_with_most_errors_come_first_and_the_rest_is_counted() -> None:
    spans = [(0, 2), (3, 5), (6, 8)]
    gold = [
        gold_paper(*(annotation(*span, "NCBIGene:1") for span in spans[:number]), id=f"doc{number}")
        for number in (0, 1, 3, 2)
    ]
    tree = page(result(gold, []), documents=2)
    assert tree.xpath("//article/h2/text()") == ["doc3", "doc2"]
    assert "2 other documents with 1 error are left out" in tree.text_content()
    everything = page(result(gold, []), documents=4)
    assert everything.xpath("//article/h2/text()") == ["doc3", "doc2", "doc1", "doc0"]
    assert "left out" not in everything.text_content()


def test_systems_can_be_told_apart() -> None:
    gold = [gold_paper(annotation(0, 2, "NCBIGene:1"))]
    right = predicted(mention(0, 2, "NCBIGene:1"))
    tree = page(result(gold, [right]), result(gold, [], system="peer"))
    assert tree.xpath("//option/text()")[1:] == ["corpus · dev · ours", "corpus · dev · peer"]
    assert tree.xpath("//article/@data-system") == ["corpus · dev · peer", "corpus · dev · ours"]
    assert marks(tree, "peer") == []


def test_mention_outside_of_the_text_is_listed() -> None:
    far = Paper(
        "1",
        (Passage("title", "title", "x" * 300),),
        mentions=(Mention("title", 200, 204, "xxxx", "Gene", Link("NCBIGene:1")),),
    )
    tree = page(result([gold_paper()], [far]))
    assert marks(tree, "ours") == []
    assert rows(tree)[0][:4] == ["+ superfluous", "not in gold", "Gene", "xxxx 200–204"]


def test_no_results() -> None:
    assert "There are no documents" in page().text_content()


def test_hostile_text_does_nothing() -> None:
    candidate = Candidate(HOSTILE, HOSTILE, 0.5)
    link = Link(HOSTILE, HOSTILE, reason=HOSTILE, alternatives=(candidate,))
    passages = (Passage(HOSTILE, "title", HOSTILE),)
    gold = Paper(
        HOSTILE,
        passages,
        annotations=(
            Annotation(HOSTILE, (HOSTILE,), HOSTILE, passage=HOSTILE, start=0, end=9),
            Annotation(HOSTILE, ("x:1",), HOSTILE, passage=HOSTILE, start=10, end=19),
        ),
    )
    found = Paper(
        HOSTILE, passages, mentions=(Mention(HOSTILE, 10, 19, HOSTILE[10:19], HOSTILE, link),)
    )
    tree = page(result([gold], [found], system=HOSTILE, types=(HOSTILE,)))
    assert {e.tag for e in tree.iter() if isinstance(e.tag, str)} <= ELEMENTS
    assert len(tree.xpath("//script")) == 1
    assert not [a for e in tree.iter() for a in e.attrib if a.startswith("on") or a == "style"]
    assert all(h.startswith(("#", "https://")) for h in tree.xpath("//@href"))
    assert [p.text_content() for p in tree.xpath("//p[@data-passage]")] == [HOSTILE, HOSTILE]
    assert "49" not in tree.xpath("string(//main)")


def test_nothing_is_fetched() -> None:
    tree = page(result([gold_paper(annotation(0, 2, "NCBIGene:1"))], []))
    assert not tree.xpath("//link | //img | //iframe | //*[@src]")
    policy = tree.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_equal_results_give_equal_pages() -> None:
    gold = gold_paper(annotation(0, 2, "NCBIGene:2", "NCBIGene:1", joint=True))
    analysed = [(r := result([gold], []), list(analyse(r.comparisons, Terminology())))]
    pages = {render_comparison(analysed, Terminology()) for _ in range(2)}
    assert len(pages) == 1


spans = st.lists(
    st.tuples(st.integers(0, len(TITLE) - 1), st.integers(1, len(TITLE))).filter(
        lambda span: span[0] < span[1]
    ),
    unique=True,
    max_size=6,
)


@settings(max_examples=40)
@given(gold=spans, found=spans, text=st.text(min_size=10, max_size=10))
def test_each_column_reads_as_the_text_whatever_the_mentions(
    gold: list[tuple[int, int]], found: list[tuple[int, int]], text: str
) -> None:
    passages = (Passage("title", "title", text),)
    standard = Paper(
        "1",
        passages,
        annotations=tuple(
            Annotation("Gene", ("NCBIGene:1",), text[a:b], passage="title", start=a, end=b)
            for a, b in gold
        ),
    )
    mentions = tuple(
        Mention("title", a, b, text[a:b], "Gene", Link("NCBIGene:1")) for a, b in found
    )
    tree = page(result([standard], [Paper("1", passages, mentions=mentions)]))
    columns = [p.text_content() for p in tree.xpath("//p[@data-passage]")]
    assert columns == [printable(text)] * 2
    # every mention that is on one side only is an error of its own
    assert len(tree.xpath("//tbody/tr")) == len(set(gold) ^ set(found))


@pytest.mark.parametrize("side", ["Gold", "ours"])
def test_passages_keep_their_order(side: str) -> None:
    tree = page(result([gold_paper()], [predicted()]))
    texts = [p.text_content() for p in tree.xpath(f"//p[@data-side='{side}']")]
    assert texts == [TITLE, ABSTRACT]
