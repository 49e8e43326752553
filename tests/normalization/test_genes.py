"""Genes in sentences: the right gene of the right species."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import Mention, Paper
from pipeline.terminology.terminology import Terminology

Annotate = Callable[[str], Paper]

HUMAN, MOUSE, RAT = "NCBITaxon:9606", "NCBITaxon:10090", "NCBITaxon:10116"


def genes(paper: Paper) -> list[Mention]:
    return [m for m in paper.mentions if m.type == "Gene"]


def gene(paper: Paper, surface: str) -> Mention:
    found = [m for m in genes(paper) if m.text == surface]
    assert found, f"{surface} is not found in {paper.passages[0].text!r}"
    return found[0]


@pytest.mark.parametrize(
    ("text", "surface", "curie", "taxon"),
    [
        ("Serine racemase is active in mice.", "Serine racemase", "NCBIGene:27364", MOUSE),
        ("We measured human serine racemase.", "serine racemase", "NCBIGene:63826", HUMAN),
        ("Expression of human SRR in patients.", "SRR", "NCBIGene:63826", HUMAN),
        ("In mice, Runx2 expression rose.", "Runx2", "NCBIGene:12393", MOUSE),
        ("In rats, Runx2 expression rose.", "Runx2", "NCBIGene:367218", RAT),
        ("In mice, hTNF replaced the animal's own gene.", "hTNF", "NCBIGene:7124", HUMAN),
        ("RUNX2 expression rose in patients.", "RUNX2", "NCBIGene:860", HUMAN),
        (
            "In Saccharomyces cerevisiae, CDC28 regulates the cell cycle.",
            "CDC28",
            "NCBIGene:852457",
            "NCBITaxon:559292",
        ),
        (
            "In Caenorhabditis elegans, daf-16 extends lifespan.",
            "daf-16",
            "NCBIGene:172981",
            "NCBITaxon:6239",
        ),
    ],
)
def test_the_species_of_the_sentence(
    annotate: Annotate, text: str, surface: str, curie: str, taxon: str
) -> None:
    link = gene(annotate(text), surface).link
    assert (link.curie, link.taxon) == (curie, taxon)


@pytest.mark.parametrize(
    ("text", "surface", "curie"),
    [
        ("BRCA1 is a tumour suppressor.", "BRCA1", "NCBIGene:672"),
        ("The TNF gene was expressed.", "TNF", "NCBIGene:7124"),
        ("TP53 mutations were frequent.", "TP53", "NCBIGene:7157"),
    ],
)
def test_human_when_the_text_names_no_species(
    annotate: Annotate, text: str, surface: str, curie: str
) -> None:
    link = gene(annotate(text), surface).link
    assert (link.curie, link.taxon) == (curie, HUMAN)


def test_two_species_in_one_text(annotate: Annotate) -> None:
    paper = annotate("Human RUNX2 gene was cloned. Later, mouse Runx2 gene was cloned.")
    assert gene(paper, "RUNX2").link.curie == "NCBIGene:860"
    assert gene(paper, "Runx2").link.curie == "NCBIGene:12393"


def test_no_gene_of_a_species_without_genes(annotate: Annotate) -> None:
    for mention in genes(annotate("Cervus elaphus antlers express RUNX2.")):
        assert mention.link.is_nil
        assert "Cervus elaphus" in mention.link.reason
        assert mention.link.alternatives


def test_a_long_form_decides_for_its_short_form(annotate: Annotate) -> None:
    paper = annotate("Tumor necrosis factor alpha (TNF-α) rose in patients; TNF-α fell later.")
    found = [m for m in genes(paper) if m.text == "TNF-α"]
    assert [m.link.curie for m in found] == ["NCBIGene:7124"] * 2


def test_a_linked_gene_says_what_and_why(annotate: Annotate, terminology: Terminology) -> None:
    paper = annotate("In mice, Runx2 and osteopontin expression rose; in patients, RUNX2 fell.")
    assert len(genes(paper)) >= 2
    for mention in genes(paper):
        link = mention.link
        assert link.reason
        assert link.method
        assert 0 < link.score <= 1
        assert link.name == terminology.name(link.curie)
        assert link.taxon == terminology.taxon(link.curie)
        assert link.curie not in {c.curie for c in link.alternatives}
        assert len({c.curie for c in link.alternatives}) == len(link.alternatives)


def test_words_of_the_laboratory_are_no_genes(annotate: Annotate) -> None:
    text = "We used TEM, DLS and CCK-8 assays in vivo, with 5 mM of the cell lines."
    assert [m.link.curie for m in genes(annotate(text)) if m.link.curie] == []


def test_a_gene_keeps_its_identity_across_passages(annotate: Annotate) -> None:
    texts = ["Osteopontin in mice", "Osteopontin rises."]
    paper = annotate("\n\n".join(texts))
    assert {m.link.curie for m in genes(paper)} == {"NCBIGene:20750"}
