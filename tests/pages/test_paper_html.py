import re
import subprocess
import sys
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from pipeline.model import Link, Mention, Paper, Passage
from pipeline.pages.page import printable
from pipeline.pages.paper_html import paper_html

HOSTILE = "</p></mark><script>alert(1)</script><img src=x onerror=alert(2)>&lt;\"'{{ 7*7 }}{% x %}"
RUNX2 = Link("NCBIGene:860", "RUNX2", 0.978, "exact", "the symbol", taxon="NCBITaxon:9606")
ELEMENTS = {"div", "p", "mark", "a", "em", "code"}


def parse(fragment):
    parser = html.HTMLParser(encoding="utf-8")
    (body,) = html.document_fromstring(fragment.encode(), parser=parser).xpath("body")
    (div,) = body
    assert {e.tag for e in div.iter()} <= ELEMENTS
    return div


def texts(tree):
    return [(e.get("data-passage"), e.text_content()) for e in tree.xpath(".//*[@data-passage]")]


def paper(text, *spans, type="Gene"):
    mentions = (Mention("abstract", a, b, text[a:b], type, link) for a, b, link in spans)
    passages = (Passage("title", "title", "A title"), Passage("abstract", "abstract", text))
    return Paper("PMC1", passages, tuple(mentions))


def test_a_mention_is_coloured_explained_and_linked():
    shown = paper("Loss of RUNX2.", (8, 13, RUNX2))
    tree = parse(shown._repr_html_())
    assert texts(tree) == [("title", "A title"), ("abstract", "Loss of RUNX2.")]
    (mark,) = tree.xpath(".//*[@data-passage]//mark")
    assert mark.text_content() == "RUNX2"
    assert mark.get("title") == "Gene: RUNX2 (NCBIGene:860), score 0.98; the symbol"
    assert re.search(r"background:rgba\(\d+,\d+,\d+,\.22\)", mark.get("style"))
    (link,) = mark.xpath("a")
    assert link.get("href") == "https://www.ncbi.nlm.nih.gov/gene/860"
    head = tree.xpath("p")[0].text_content()
    assert head == "PMC1 · Gene 1"


def test_each_type_has_its_own_look_and_the_legend_has_their_order():
    text = "abcd"
    types = ("Phenotype", "Species", "Disease", "Gene")
    mentions = (
        Mention("p", i, i + 1, text[i], type, Link(f"X:{i}")) for i, type in enumerate(types)
    )
    tree = parse(paper_html(Paper("1", (Passage("p", "text", text),), tuple(mentions))))
    looks = [m.get("style") for m in tree.xpath(".//*[@data-passage]//mark")]
    assert len({look.partition("border")[0] for look in looks}) == 4
    assert len({re.search("2px ([a-z]+)", look)[1] for look in looks}) == 4
    legend = tree.xpath("p")[0].xpath("mark")
    assert [m.text for m in legend] == ["Gene", "Disease", "Species", "Phenotype"]
    assert [m.get("style") for m in legend] == looks[::-1]
    assert not tree.xpath(".//a")  # no page is known for the prefix X


def test_a_mention_without_a_concept_has_a_line_and_its_reason_but_no_link():
    tree = parse(paper_html(paper("p99", (0, 3, Link(reason="a family of genes")))))
    (mark,) = tree.xpath(".//*[@data-passage]//mark")
    assert mark.get("title") == "Gene, not resolved; a family of genes"
    assert "background:none" in mark.get("style")
    assert not tree.xpath(".//a")
    assert tree.xpath("p")[0].text_content().endswith("1 not resolved")


def test_nested_mentions_have_one_link_each():
    text = "BRCA1 and breast cancer"
    inner = Link("MONDO:0007254", "breast cancer", 0.9)
    tree = parse(paper_html(paper(text, (0, 23, RUNX2), (10, 23, inner))))
    assert texts(tree)[1] == ("abstract", text)
    assert not tree.xpath(".//a//a")
    assert [a.text for a in tree.xpath(".//a[not(@tabindex)]")] == ["BRCA1 and ", "breast cancer"]


def test_hostile_text_does_nothing():
    link = Link(HOSTILE, HOSTILE, 0.5, HOSTILE, HOSTILE)
    bad = Paper(
        HOSTILE,
        (Passage(HOSTILE, HOSTILE, HOSTILE),),
        (Mention(HOSTILE, 0, 9, HOSTILE[:9], HOSTILE, link),),
    )
    fragment = paper_html(bad)
    tree = parse(fragment)
    assert texts(tree) == [(HOSTILE, HOSTILE)]
    assert not any(name.startswith("on") for e in tree.iter() for name in e.attrib)
    addresses = {e.get("href") for e in tree.iter("a")}
    assert all(address.startswith("https://") for address in addresses)
    assert "<script" not in fragment


def test_a_long_paper_is_cut_at_a_word_and_says_so():
    text = "word " * 100
    long = paper(text, (0, 4, RUNX2), (5, 60, RUNX2), (495, 499, RUNX2))
    tree = parse(paper_html(long, most=50))
    assert texts(tree) == [("title", "A title"), ("abstract", ("word " * 8).rstrip())]
    assert [m.text_content() for m in tree.xpath(".//*[@data-passage]//mark")] == ["word"]
    assert "The first 46 of 507 characters." in tree.text_content()
    assert tree.xpath("p")[0].text_content() == "PMC1 · Gene 3"


def test_a_paper_that_fits_has_no_note():
    assert "characters" not in paper_html(paper("x" * 93), most=100)
    assert texts(parse(paper_html(paper("x" * 94), most=100)))[1] == ("abstract", "x" * 93)


def test_dollar_signs_are_no_formulas():
    tree = parse(paper_html(paper("$5 and $6")))
    assert {"tex2jax_ignore", "mathjax_ignore"} <= set(tree.get("class").split())


def test_a_paper_without_text():
    assert texts(parse(paper_html(Paper("1", ())))) == []


def test_where_there_is_only_text_a_paper_is_one_line():
    words = []
    paper("RUNX2", (0, 5, RUNX2))._repr_pretty_(SimpleNamespace(text=words.append), False)
    assert words == ["<Paper PMC1: 2 passages, 1 mentions>"]


def test_the_model_alone_imports_nothing_for_it():
    code = "import sys, pipeline.model; print({'jinja2', 'pipeline.pages'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


LINKS = st.sampled_from([Link(), RUNX2, Link("MONDO:1", HOSTILE, 0.1), Link("X:1")])
SPANS = st.lists(st.tuples(st.integers(-2, 45), st.integers(-2, 45), LINKS), max_size=10)
TEXTS = st.one_of(
    st.text(max_size=40), st.text(st.sampled_from("<>&\"'/a\n\r\t\0é\U0001f600"), max_size=40)
)


@given(text=TEXTS, spans=SPANS, type=TEXTS)
def test_a_passage_reads_as_its_text_whatever_the_mentions(text, spans, type):
    tree = parse(paper_html(paper(text, *spans, type=type)))
    assert texts(tree) == [("title", "A title"), ("abstract", printable(text))]


@given(parts=st.lists(TEXTS, min_size=1, max_size=5), most=st.integers(1, 120), spans=SPANS)
def test_what_is_shown_of_a_long_paper_is_its_beginning(parts, most, spans):
    passages = tuple(Passage(f"p{i}", "text", part) for i, part in enumerate(parts))
    mentions = tuple(Mention("p1", a, b, "?", "Gene", link) for a, b, link in spans)
    shown = texts(parse(paper_html(Paper("1", passages, mentions), most=most)))
    together = "".join(text for _, text in shown)
    assert printable("".join(parts)).startswith(together)
    assert len(together) <= most
    if len("".join(parts)) <= most:
        assert together == printable("".join(parts))
