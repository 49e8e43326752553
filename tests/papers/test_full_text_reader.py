"""Full text in Markdown: which parts become passages, of which kind, and what never does."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.model import Paper, Passage
from pipeline.papers.full_text import TextMismatchError, body_passages

TITLE = "Runx2 in osteoarthritis"
SUMMARY = Paper(
    "PMC1",
    (
        Passage("title", "title", TITLE),
        Passage("tldr", "tldr", "Short."),
        Passage("finding.1", "finding", "One."),
        Passage("abstract.1", "abstract", "Seen before."),
    ),
    metadata={
        "url": "https://example.org/PMC1",
        "full_text_url": "https://example.org/PMC1/full.md",
    },
)


def body(text: str, paper: Paper = SUMMARY) -> list[tuple[str, str]]:
    return [(p.kind, p.text) for p in body_passages(text, paper)]


def test_sections_have_kinds() -> None:
    text = """
# Runx2 in osteoarthritis

**Authors:** A, B

PMC · DOI: 10.1000/x · Journal · 2026-01-10

## Full text

### 1. Introduction

Bone is alive.

### 2 Materials and methods

#### 2.1 Cell culture

Cells were kept.

### Results

First result.

#### Runx2 falls with age

It falls.

### Discussion

We discuss.

### Role of SP7

Unclear.
"""
    assert body(text) == [
        ("introduction", "Bone is alive."),
        ("methods", "2.1 Cell culture"),
        ("methods", "Cells were kept."),
        ("results", "First result."),
        ("results", "Runx2 falls with age"),
        ("results", "It falls."),
        ("discussion", "We discuss."),
        ("text", "Role of SP7"),
        ("text", "Unclear."),
    ]


@pytest.mark.parametrize(
    "heading",
    ["References", "Acknowledgements", "Funding", "Author contributions", "Linked entities",
     "Full-text entities", "Data availability", "Conflict of interest", "TL;DR", "Key findings (2)",
     "Abstract"],
)  # fmt: skip
@pytest.mark.parametrize("level", ["##", "####"])
def test_what_is_no_text_of_the_body_is_left_out(heading: str, level: str) -> None:
    left_out = f"{level} {heading}\n\nTNF.\n\n{level}# Within\n\nIL6.\n"
    text = f"# {TITLE}\n\n## Results\n\nKept.\n\n{left_out}"
    assert body(text) == [("results", "Kept.")]
    expected = [("results", "Kept."), ("discussion", "Also kept.")]
    assert body(f"{text}\n## Discussion\n\nAlso kept.") == expected


def test_parts_of_the_summary_are_taken_when_it_has_none() -> None:
    bare = Paper("PMC1", (Passage("title", "title", TITLE),))
    text = f"# {TITLE}\n\n## TL;DR\n\nShort.\n\n## Abstract\n\nAll of it.\n"
    assert body(text, bare) == [("tldr", "Short."), ("abstract", "All of it.")]


def test_what_is_there_already_is_not_repeated() -> None:
    assert body("## Results\n\nSeen before.\n\nNew.\n\nNew.\n") == [("results", "New.")]


def test_identifiers_go_on_behind_those_of_the_paper() -> None:
    paper = Paper("x", (Passage("text.1", "text", "a"), Passage("text.2", "text", "b")))
    added = body_passages("One.\n\nTwo.", paper)
    assert [p.id for p in added] == ["text.3", "text.4"]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("*Runx2* and **SP7** in [mice](https://example.org)", "Runx2 and SP7 in mice"),
        ("HLA-A*02:01 and HLA-B*07:02", "HLA-A*02:01 and HLA-B*07:02"),
        ("TNF-&alpha; fell, p &lt; 0.05", "TNF-α fell, p < 0.05"),
        ("IL-6<sup>high</sup> cells", "IL-6high cells"),
        ("$\\beta$-catenin and $\\Delta$N", "β-catenin and ΔN"),
        ("fell ($p < 0.05$, $x^2 = 3$) then", "fell ($p < 0.05$, ) then"),
        ("costs $5 or $10", "costs $5 or $10"),
        ("before $$ E = mc^2 $$ after", "before after"),
        ("as shown[^1] before", "as shown before"),
        ("two\nlines", "two lines"),
        ("    indented text", "indented text"),
        ("- item", "item"),
        ("> quoted", "quoted"),
        ("![Fig. 1](f.png) seen", "seen"),
        ("\\*p is marked", "*p is marked"),
        ("<p>A paragraph of <b>HTML</b></p>", "A paragraph of HTML"),
    ],
)
def test_markup_goes_and_names_stay(source: str, text: str) -> None:
    assert body(f"## Results\n\n{source}\n") == [("results", text)]


@pytest.mark.parametrize(
    "source",
    [
        "```\ncode TNF\n```",
        "<!-- TNF -->",
        "<script>TNF()</script>",
        "[^1]: a note on TNF",
        "![Fig. 1](f.png)",
        "$$ TNF = 1 $$",
        "---",
        "9 figures in the complete paper: https://example.org/PMC1/full.md",
        "Source: https://example.org/PMC1",
    ],
)
def test_what_is_no_text(source: str) -> None:
    assert body(f"## Results\n\n{source}\n\nKept.\n") == [("results", "Kept.")]


def test_tables_and_figures() -> None:
    text = """## Results

**Table 1.** Genes that fall.

| gene | *fold* |
|---|---|
| Runx2 | 2 |
| SP7 | |

**Figure 2:** Mice.

Figure 3 shows rats.

![Micro-CT of the knees of treated mice](f.png)

## Figures

Knees of rats.
"""
    assert body(text) == [
        ("table", "Table 1. Genes that fall."),
        ("table", "gene | fold |\nRunx2 | 2 |\nSP7 | "),
        ("figure", "Figure 2: Mice."),
        ("results", "Figure 3 shows rats."),
        ("figure", "Micro-CT of the knees of treated mice"),
        ("figure", "Knees of rats."),
    ]


def test_a_text_of_one_section() -> None:
    assert body(f"# {TITLE}\n\nAll there is.\n") == [("text", "All there is.")]
    assert body("No heading at all.\n") == [("text", "No heading at all.")]
    assert body("# Introduction\n\nA.\n\n# Methods\n\nB.\n") == [
        ("introduction", "A."),
        ("methods", "B."),
    ]


def test_front_matter() -> None:
    assert body("---\ntitle: TNF\n---\n## Results\n\nA.") == [("results", "A.")]


@pytest.mark.parametrize(
    "title", [TITLE, "RUNX2 in Osteoarthritis.", f"{TITLE}: a review", "*Runx2* in osteo-arthritis"]
)
def test_the_title_may_be_written_otherwise(title: str) -> None:
    assert body(f"# {title}\n\n## Results\n\nA.") == [("results", "A.")]


def test_another_papers_text_is_refused() -> None:
    with pytest.raises(TextMismatchError, match="another paper's: 'TNF in mice'"):
        body("# TNF in mice\n\n## Results\n\nA.")


@pytest.mark.parametrize("text", ["", "\n", f"# {TITLE}", "## Results\n\n## Discussion", "## Odd"])
def test_a_text_without_a_body_is_refused(text: str) -> None:
    with pytest.raises(TextMismatchError, match="no text beyond"):
        body(text)


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            ["# A", "## Results", "### References", "## Linked entities", "- TNF", "| a | b |",
             "|---|---|", "```", "$$", "<div>", "</div>", "", "![a b c d](x)", "[^1]: x", "> q",
             "    code", "***", "**Figure 1.** x", "<!--", "\\[", "$x^2$", "---"]
        ),
        st.text(max_size=12),
    ),
    max_size=15,
)  # fmt: skip


@given(LINES)
@example(["<!-- only -->"])
@example(["|a|", "|-|", "|b|c|"])
def test_any_text_gives_sound_passages_or_says_why_not(lines: list[str]) -> None:
    try:
        added = body_passages("\n".join(lines), SUMMARY)
    except TextMismatchError as error:
        assert str(error)
        return
    every = [*SUMMARY.passages, *added]
    assert len({p.id for p in every}) == len(every)
    assert all(p.text.strip() and p.kind for p in added)


@pytest.mark.parametrize("piece", ["$$ ", "\\[", "$x^", "[^a", "|", "*_", "<", "![", "> ", "`"])
def test_hostile_repetition_takes_no_time(piece: str) -> None:
    begin = time.process_time()
    with suppress(TextMismatchError):
        body("## Results\n\n" + piece * 10_000)
    assert time.process_time() - begin < 5
