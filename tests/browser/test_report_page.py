"""The report in Chromium: what a reader clicks, types and hovers over."""

from __future__ import annotations

import re
import sys
from dataclasses import replace

import pytest

from pipeline.export.report import render_report
from pipeline.language import annotate_papers
from pipeline.model import Candidate, Link, Mention, Paper, Passage
from pipeline.papers import read

pytestmark = pytest.mark.browser

GENE = Link("NCBIGene:860", "RUNX2", 0.9, "exact", "a gene of Homo sapiens", "NCBITaxon:9606")
DISEASE = Link(
    "MONDO:0005178", "osteoarthritis", 0.5, "exact", "the preferred name",
    mesh=("MESH:D010003",), mondo=("MONDO:0005178",),
    alternatives=(Candidate("MONDO:0005560", "brain disease", 0.2),),
)  # fmt: skip
RAT = Link("NCBITaxon:10116", "Rattus norvegicus", 0.99, "exact", "its word", "NCBITaxon:10116")
HOSTILE = "<script>window.hacked = 1</script><img src=x onerror=alert(1)>\"'&"


def mention(text: str, word: str, type_: str, link: Link) -> Mention:
    start = text.index(word)
    return Mention("abstract", start, start + len(word), word, type_, link)


def paper(name: str, text: str, *found: tuple[str, str, Link]) -> Paper:
    return Paper(
        name,
        (Passage("title", "title", f"On {name}"), Passage("abstract", "abstract", text)),
        tuple(mention(text, *f) for f in found),
    )


PAPERS = [
    paper(
        "PMC1",
        "RUNX2 in rats with osteoarthritis.",
        ("RUNX2", "Gene", GENE),
        ("rats", "Species", RAT),
        ("osteoarthritis", "Disease", DISEASE),
    ),
    paper("PMC2", "RUNX2 and XYZ1.", ("RUNX2", "Gene", GENE), ("XYZ1", "Gene", Link(reason="?"))),
    paper("PMC3", "Nothing is named here."),
]


@pytest.fixture
def report(open_page):
    page, complaints = open_page(render_report(PAPERS))
    yield page
    assert complaints.none(), complaints


def visible_papers(page) -> list[str]:
    return page.eval_on_selector_all(
        "article.paper", "all => all.filter(a => !a.hidden).map(a => a.id)"
    )


def wait_for_text(page, selector: str, text: str) -> None:
    """Wait for a text; Playwright's own `expect` describes the whole page at every look."""
    for _ in range(200):
        if page.inner_text(selector) == text:
            return
        page.wait_for_timeout(50)
    assert page.inner_text(selector) == text


def test_hovering_tells_what_a_mention_is(report):
    report.hover("#p1 mark.disease")
    tip = report.locator("#tip")
    tip.wait_for(state="visible")
    for part in ("osteoarthritis", "MONDO:0005178", "MESH:D010003", "0.5", "brain disease"):
        assert part in tip.inner_text()
    report.keyboard.press("Escape")
    assert not tip.is_visible()


def test_the_keyboard_reaches_every_mention_and_its_details(report):
    told = set()
    for _ in range(60):
        report.keyboard.press("Tab")
        if report.locator("#tip").is_visible():
            told.add(report.evaluate("document.activeElement.textContent"))
    assert {"RUNX2", "rats", "osteoarthritis", "XYZ1"} <= told


def test_a_type_can_be_hidden(report):
    mark = report.locator("#p1 mark.gene")
    before = mark.evaluate("m => getComputedStyle(m).backgroundColor")
    report.uncheck("#show-gene")
    assert mark.evaluate("m => getComputedStyle(m).backgroundColor") != before
    assert not report.locator("#entities tr.gene").is_visible()
    report.check("#show-gene")
    assert report.locator("#entities tr.gene").is_visible()


def test_search_keeps_the_papers_that_have_the_words(report):
    report.fill("#q", "mondo:0005178")
    wait_for_text(report, "#hits", "1 of 3 papers")
    assert visible_papers(report) == ["p1"]
    report.fill("#q", "no such word")
    report.locator("#nothing").wait_for(state="visible")
    report.fill("#q", "")
    wait_for_text(report, "#hits", "")
    assert visible_papers(report) == ["p1", "p2", "p3"]


def test_a_concept_chooses_its_papers(report):
    report.click("#entities tr[data-concept='NCBIGene:860'] button")
    assert visible_papers(report) == ["p1", "p2"]
    assert report.locator("#chosen").inner_text().startswith("Only papers with RUNX2")
    assert report.locator("mark.same").count() == 2
    report.click("#chosen button")
    assert visible_papers(report) == ["p1", "p2", "p3"]
    assert report.locator("mark.same").count() == 0


def test_a_least_score_hides_what_is_less_certain(report):
    report.locator("#least").evaluate(
        "(input) => { input.value = 0.8; input.dispatchEvent(new Event('input')); }"
    )
    report.locator("#p1 mark.disease.weak").wait_for(state="attached")
    assert report.locator("#p1 mark.weak").count() == 1
    report.hover("#p1 mark.disease")
    assert not report.locator("#tip").is_visible()


def test_tables_can_be_sorted(report):
    heading = report.locator("#entities th", has_text="Concept")
    names = "#entities tbody th"
    heading.locator("button").click()
    up = report.locator(names).all_inner_texts()
    heading.locator("button").click()
    assert up == sorted(up, key=str.lower)
    assert report.locator(names).all_inner_texts() == up[::-1]
    assert heading.get_attribute("aria-sort") == "descending"


def test_concepts_of_one_passage_are_told_together(report):
    row = report.locator("#together tbody tr", has_text="osteoarthritis").filter(has_text="RUNX2")
    assert row.locator("td.n").all_inner_texts() == ["1", "1"]


def test_hostile_text_does_nothing(open_page):
    bad = Link(
        HOSTILE, HOSTILE, 0.5, HOSTILE, HOSTILE, alternatives=(Candidate(HOSTILE, HOSTILE, 0.1),)
    )
    papers = [paper(HOSTILE, f"a {HOSTILE} b", (HOSTILE, "Disease", bad)), *PAPERS]
    page, complaints = open_page(render_report(papers, run={HOSTILE: HOSTILE}))
    page.hover("#p1 mark")
    page.locator("#tip").wait_for(state="visible")
    page.click("#entities tr.disease button >> nth=0")
    page.fill("#q", HOSTILE)
    assert page.evaluate("window.hacked") is None
    assert HOSTILE in page.locator("#p1").inner_text()
    assert complaints.none(), complaints


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 800), (375, 700)])
def test_it_is_accessible_on_a_desk_and_on_a_phone_by_day_and_night(open_page, scheme, size):
    from axe_playwright_python.sync_playwright import Axe

    page, complaints = open_page(
        render_report(PAPERS, run={"version": "1"}),
        color_scheme=scheme,
        viewport={"width": size[0], "height": size[1]},
        bypass_csp=True,  # for the checker, which puts its script into the page
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    violations = Axe().run(page).response["violations"]
    assert [(v["id"], v["help"]) for v in violations] == []
    assert complaints.none(), complaints


def test_dark_is_dark(open_page):
    shades = {}
    for scheme in ("light", "dark"):
        page, _ = open_page(render_report(PAPERS), color_scheme=scheme)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        shades[scheme] = sum(map(int, re.findall(r"\d+", colour)[:3]))
    assert shades["dark"] < 200 < shades["light"]


def test_hundreds_of_papers_can_be_searched(open_page):
    papers = [Paper(f"PMC{i}", PAPERS[i % 3].passages, PAPERS[i % 3].mentions) for i in range(500)]
    page, complaints = open_page(render_report(papers))
    page.fill("#q", "pmc417")
    wait_for_text(page, "#hits", "1 of 500 papers")
    assert visible_papers(page) == ["p418"]
    assert complaints.none(), complaints


def test_five_hundred_papers_open_within_two_seconds(open_page, seeds, nlp, capsys):
    """The papers are the seeds, annotated, again and again under other names."""
    whole = [p for f in sorted(seeds.glob("*.txt")) for p in annotate_papers(nlp, read(f))]
    papers = [replace(whole[i % len(whole)], id=f"PMC{i}") for i in range(500)]
    html = render_report(papers)
    times = []
    for _ in range(3):
        page, complaints = open_page(html)
        page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
        times.append(
            page.evaluate(
                "[performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000,"
                " performance.getEntriesByType('navigation')[0].loadEventEnd / 1000]"
            )
        )
        assert page.locator("article.paper").count() == 500
        assert complaints.none(), complaints
    shown, whole_page = min(times, key=lambda t: t[1])
    with capsys.disabled():
        sys.stdout.write(
            f"\nreport of 500 papers, {len(html) / 1e6:.1f} MB: shown after {shown:.2f} s, "
            f"all of it loaded after {whole_page:.2f} s\n"
        )
    assert shown < 2
