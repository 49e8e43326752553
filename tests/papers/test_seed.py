from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Paper, Problem
from pipeline.papers import seed

SEEDS = Path(__file__).parents[2] / "seeds"
PATH = Path("papers/example.txt")

EXAMPLE = """\
# Exosomes of *young* rats repair bone

**Authors:** Ann Able, Ben Baker

PMC · DOI: 10.1000/x.1 · Journal: Journal of Bone · 2026-01-10

## TL;DR

They do, in <i>Rattus</i>.

## Contribution

A new therapy.

## Key findings

- One, TNF-&alpha; fell.
- Two
  goes on.

## Abstract

First paragraph,
second line.

Image 1

## Linked entities

- **Diseases:** osteoporosis (MONDO:0005298), broken (MONDO:1)
no list

## Full-text entities

- **Species:** Rattus norvegicus (brown rat, species) [taxon 10116]

## Full text

Fetch it: https://papers.example/PMC123/full.md

## References

12, see https://elsewhere.example/1

---
Source: https://papers.example/PMC123
"""


def parse(text: str) -> Paper:
    paper = seed.parse(text, PATH)
    assert isinstance(paper, Paper)
    return paper


def texts(paper: Paper) -> dict[str, str]:
    return {passage.id: passage.text for passage in paper.passages}


def test_all_parts_of_a_paper() -> None:
    paper = parse(EXAMPLE)
    assert paper.id == "PMC123"
    assert paper.source == str(PATH)
    assert texts(paper) == {
        "title": "Exosomes of young rats repair bone",
        "tldr": "They do, in Rattus.",
        "contribution": "A new therapy.",
        "finding.1": "One, TNF-α fell.",
        "finding.2": "Two goes on.",
        "abstract.1": "First paragraph, second line.",
        "abstract.2": "Image 1",
    }
    assert [p.kind for p in paper.passages] == [
        *("title", "tldr", "contribution", "finding", "finding", "abstract", "abstract")
    ]
    assert paper.metadata == {
        "archive": "PMC",
        "authors": "Ann Able, Ben Baker",
        "date": "2026-01-10",
        "doi": "10.1000/x.1",
        "full_text_url": "https://papers.example/PMC123/full.md",
        "journal": "Journal of Bone",
        "pmcid": "PMC123",
        "url": "https://papers.example/PMC123",
    }
    assert [(a.group, a.line, a.type, a.identifiers) for a in paper.annotations] == [
        ("Linked entities", 30, "Disease", ("MONDO:0005298",)),
        ("Full-text entities", 35, "Species", ("NCBITaxon:10116",)),
    ]


def test_unreadable_annotations_are_reported_with_their_line() -> None:
    first, second = parse(EXAMPLE).problems
    assert str(first) == (
        "papers/example.txt:30: Linked entities: Disease: "
        "'MONDO:1' is no identifier of a known form: 'broken (MONDO:1)'"
    )
    assert (second.line, second.paper_id, second.fatal) == (31, "PMC123", False)
    assert EXAMPLE.split("\n")[second.line - 1] == "no list"


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_and_byte_order_mark_make_no_difference(tmp_path: Path, end: str) -> None:
    path = tmp_path / "example.txt"
    path.write_bytes(b"\xef\xbb\xbf" + EXAMPLE.replace("\n", end).encode())
    [paper] = seed.read(path)
    assert isinstance(paper, Paper)
    assert paper.passages == parse(EXAMPLE).passages
    assert paper.annotations == parse(EXAMPLE).annotations


def test_undecodable_files_are_problems(tmp_path: Path) -> None:
    path = tmp_path / "latin.txt"
    path.write_bytes("# Sjögren\n".encode("latin-1"))
    [problem] = seed.read(path)
    assert isinstance(problem, Problem)
    assert problem.line == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "## Abstract\n\n## Key findings\n",
        "#\n\n---\n",
        "## Linked entities\n\n- **Genes:** TNF (x) [NCBI Gene 7124]\n",
        "**Authors:** Ann Able\n\nSource: https://papers.example/1\n",
    ],
)
def test_a_paper_without_title_and_text_is_a_problem(text: str) -> None:
    problem = seed.parse(text, PATH)
    assert isinstance(problem, Problem)
    assert problem.fatal
    assert "neither a title nor any text" in problem.reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Title\n\n## Abstract\n", {"title": "Title"}),
        ("## Abstract\nText.", {"abstract.1": "Text."}),
        ("## Abstract ##\na\n## ABSTRACT:\nb", {"abstract.1": "a", "abstract.2": "b"}),
        ("## TLDR\n\na\n\nb", {"tldr": "a", "tldr.2": "b"}),
        (
            "## Key findings\nThree:\n* a\n* b",
            {"finding.1": "Three:", "finding.2": "a", "finding.3": "b"},
        ),
        (
            "## Abstract\n### Methods\nRats.\n\n**Results:** *Runx2*.",
            {"abstract.1": "Methods", "abstract.2": "Rats.", "abstract.3": "Results: Runx2."},
        ),
        (
            "# Title\nloose text\n## Osteoporosis in rats\nText.\n# Another\n",
            {
                "title": "Title",
                "section.1": "loose text",
                "section.2": "Osteoporosis in rats",
                "section.3": "Text.",
                "section.4": "Another",
            },
        ),
        ("# Rare disease entities\n\n## TL;DR\nx", {"title": "Rare disease entities", "tldr": "x"}),
        ("# Title\n## Figures\n3 figures\n## Tables\n1", {"title": "Title"}),
        ("before\n\n# Title", {"section.1": "before", "title": "Title"}),
    ],
)
def test_sections(text: str, expected: dict[str, str]) -> None:
    assert texts(parse(text)) == expected


@pytest.mark.parametrize(
    "heading",
    [
        *("## Linked entities", "## **Linked Entities:**", "## Full-text entities (12)"),
        *("## Other entities ##", "### Linked entities", "# Linked entities"),
    ],
)
def test_entity_lists_never_become_text(heading: str) -> None:
    paper = parse(f"# Title\n## Abstract\nText.\n{heading}\n- **Genes:** SECRET (x) [NCBI Gene 1]")
    assert texts(paper) == {"title": "Title", "abstract.1": "Text."}
    assert [annotation.name for annotation in paper.annotations] == ["SECRET"]


@pytest.mark.parametrize(
    ("line", "metadata"),
    [
        ("PMC · DOI: 10.1000/x · 2026-02-02", {"doi": "10.1000/x", "date": "2026-02-02"}),
        ("DOI: https://doi.org/10.1000/x", {"doi": "10.1000/x"}),
        (
            "PMC123 · J Bone · 2026 Feb",
            {"pmcid": "PMC123", "journal": "J Bone", "date": "2026 Feb"},
        ),
        ("**Journal:** Bone &amp; Joint", {"journal": "Bone & Joint"}),
        ("PMID: 12345 · Bone", {"pmid": "12345", "journal": "Bone"}),
    ],
)
def test_bibliographic_lines(line: str, metadata: dict[str, str]) -> None:
    paper = parse(f"# Title\n{line}\n")
    assert texts(paper) == {"title": "Title"}
    assert {key: value for key, value in paper.metadata.items() if key != "archive"} == metadata


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# T\nPMC · PMC77 · 2020\n---\nSource: https://papers.example/PMC123", "PMC123"),
        ("# T\n---\n**Source:** <https://papers.example/PMC123>\n", "PMC123"),
        ("# T\nPMC77 · 2020", "PMC77"),
        ("# T\nSource: https://papers.example/123", "example"),
        ("# T about PMC99", "example"),
    ],
)
def test_paper_id(text: str, expected: str) -> None:
    assert parse(text).id == expected


def test_the_source_line_after_an_entity_list_is_no_annotation() -> None:
    paper = parse("# T\n## Linked entities\n- **Genes:** A (-)\n\n---\nSource: https://x.example/1")
    assert paper.problems == ()
    assert paper.metadata["url"] == "https://x.example/1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (EXAMPLE, True),
        ("# T\n\n**Authors:** A", True),
        ("## abstract\nx", True),
        ("# T\n\n## Linked entities\n", True),
        ("# Abstract\n\n## Methods", False),
        ("The abstract entities", False),
        ("1234|t|Title\n1234|a|## Abstract", False),
    ],
)
def test_looks_like(text: str, expected: bool) -> None:
    assert seed.looks_like(text) is expected


ENTITIES = [
    "## Linked entities\n\n- **Genes:** ZZSECRET (ZZSECRET) [NCBI Gene 1]\n\nZZSECRET\n",
    "## Full-text entities\n- **Species:** ZZSECRET (ZZSECRET, species) [taxon 1]\n---\n",
    "### Further entities\n\n### ZZSECRET\n* ZZSECRET\n\n",
]
SECTIONS = [
    "# Title\n**Authors:** A\n",
    "## TL;DR\nshort\n",
    "## Contribution\n\nnew\n",
    "## Key findings\n- one\n- two\n",
    "## Abstract\nlong\n",
    "## Methods\nother\n",
    "## Full text\nhttps://x.example/full.md\n",
    "---\nSource: https://x.example/PMC5\n",
]


@given(st.permutations(SECTIONS + ENTITIES))
def test_the_order_of_sections_does_not_matter(parts: list[str]) -> None:
    paper = parse("\n".join(parts))
    assert paper.id == "PMC5"
    assert not any("ZZSECRET" in passage.text for passage in paper.passages)
    found = {(passage.kind, passage.text) for passage in paper.passages}
    assert found >= {
        ("title", "Title"),
        ("tldr", "short"),
        ("finding", "two"),
        ("abstract", "long"),
    }
    assert Counter(a.group for a in paper.annotations) == {
        "Linked entities": 1,
        "Full-text entities": 1,
    }
    assert paper.problems


LINES = st.one_of(
    st.sampled_from(["# T", "## TL;DR", "## Abstract", "## Linked entities", "- **Genes:** A [x]"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"), max_size=20),
)


@given(st.lists(LINES, max_size=12).map("\n".join))
def test_passages_have_text_and_unique_names(text: str) -> None:
    paper = seed.parse(text, PATH)
    if isinstance(paper, Paper):
        assert paper.passages
        assert len(texts(paper)) == len(paper.passages)
        for passage in paper.passages:
            assert passage.text == passage.text.strip() != ""
        assert all(1 <= problem.line <= text.count("\n") + 1 for problem in paper.problems)


SEED_FACTS = {
    "000_67712eeea9e61e83.txt": (
        "PMC12988518",
        {"title": 1, "tldr": 1, "contribution": 1, "finding": 3, "abstract": 6},
        {
            ("Linked entities", "Protein"): ["", ""],
            ("Linked entities", "Disease"): ["MONDO:0005178"],
            ("Linked entities", "Species"): ["NCBITaxon:10090"],
            ("Full-text entities", "Gene"): [
                *("NCBIGene:26413", "NCBIGene:27364", "NCBIGene:26416")
            ],
            ("Full-text entities", "Disease"): ["MESH:D002357", "MESH:D010003"],
            ("Full-text entities", "Species"): ["NCBITaxon:10090"],
        },
    ),
    "003_724befbe7beb4c14.txt": (
        "PMC12907754",
        {"title": 1, "tldr": 1, "contribution": 1, "finding": 3, "abstract": 1},
        {
            ("Linked entities", "Gene"): [
                *("NCBIGene:860", "NCBIGene:121340", "NCBIGene:7124", "NCBIGene:3569"),
                *("NCBIGene:3586", "NCBIGene:6354", "NCBIGene:29126"),
            ],
            ("Linked entities", "Disease"): ["MONDO:0005178", "MONDO:0002771"],
            ("Linked entities", "Species"): ["NCBITaxon:10090"],
            ("Full-text entities", "Gene"): [
                *("NCBIGene:967", "NCBIGene:7124", "NCBIGene:3586", "NCBIGene:3569"),
                *("NCBIGene:975", "NCBIGene:7251", "NCBIGene:121340", "NCBIGene:406884"),
                *("NCBIGene:29126", "NCBIGene:860", "NCBIGene:6354"),
            ],
            ("Full-text entities", "Disease"): [
                *("MESH:D009369", "MESH:D011658", "MESH:D010003", "MESH:D008659")
            ],
            ("Full-text entities", "Species"): ["NCBITaxon:10116", "NCBITaxon:10090"],
        },
    ),
    "004_632d1cc4077f8b94.txt": (
        "PMC12646256",
        {"title": 1, "tldr": 1, "contribution": 1, "finding": 3, "abstract": 2},
        {
            ("Linked entities", "Disease"): ["MONDO:0008159"],
            ("Linked entities", "Species"): ["NCBITaxon:10116"],
            ("Full-text entities", "Disease"): ["MESH:D005221", "MESH:D050723", "MESH:D010024"],
            ("Full-text entities", "Species"): ["NCBITaxon:10116", "NCBITaxon:9606"],
        },
    ),
}


@pytest.mark.parametrize("name", SEED_FACTS)
def test_the_seed_papers(name: str) -> None:
    paper_id, kinds, lists = SEED_FACTS[name]
    [paper] = seed.read(SEEDS / name)
    assert isinstance(paper, Paper)
    assert paper.id == paper_id
    assert paper.problems == ()
    assert Counter(passage.kind for passage in paper.passages) == kinds
    found: dict[tuple[str, str], list[str]] = {}
    for annotation in paper.annotations:
        identifiers = "|".join(annotation.identifiers)
        found.setdefault((annotation.group, annotation.type), []).append(identifiers)
    assert found == lists
    source = (SEEDS / name).read_text(encoding="utf-8").split("\n")
    assert all(a.name in source[a.line - 1] for a in paper.annotations)
    assert all(any(p.text in line for line in source) for p in paper.passages)
    assert not any("NCBI Gene" in p.text or "tomesphere" in p.text for p in paper.passages)
    assert {"authors", "date", "doi", "full_text_url", "pmcid", "url"} <= paper.metadata.keys()


def test_the_parts_of_a_seed_annotation() -> None:
    [paper] = seed.read(SEEDS / "003_724befbe7beb4c14.txt")
    assert isinstance(paper, Paper)
    let7 = next(a for a in paper.annotations if a.name == "MIRLET7B")
    assert let7.aliases == ("microRNA let-7b", "LET7B", "MIRNLET7B", "hsa-let-7b", "let-7b")
    assert let7.line == 33
