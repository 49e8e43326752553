from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.papers.identifiers import is_like_identifier, parse_identifiers


@pytest.mark.parametrize(
    ("text", "curies"),
    [
        ("NCBI Gene 860", ("NCBIGene:860",)),
        ("NCBI Gene: 860", ("NCBIGene:860",)),
        ("Entrez Gene 860", ("NCBIGene:860",)),
        ("Gene ID: 860", ("NCBIGene:860",)),
        ("NCBIGene:860", ("NCBIGene:860",)),
        ("taxon 10090", ("NCBITaxon:10090",)),
        ("NCBI Taxonomy 10090", ("NCBITaxon:10090",)),
        ("taxon:10090", ("NCBITaxon:10090",)),
        ("MESH:D010003", ("MESH:D010003",)),
        ("mesh:c565176", ("MESH:C565176",)),
        ("MeSH D010003", ("MESH:D010003",)),
        ("MONDO:0005178", ("MONDO:0005178",)),
        ("OMIM 166710", ("OMIM:166710",)),
        ("MIM:166710", ("OMIM:166710",)),
        ("CVCL_0045", ("Cellosaurus:CVCL_0045",)),
        ("rs1801133", ("dbSNP:rs1801133",)),
        ("EFO:0004616", ("EFO:0004616",)),
        ("MESH:D010003|MONDO:0005178", ("MESH:D010003", "MONDO:0005178")),
        ("NCBI Gene 860; 861", ("NCBIGene:860", "NCBIGene:861")),
        ("taxon 10090, 10116,10090", ("NCBITaxon:10090", "NCBITaxon:10116")),
        (" - ", ()),
    ],
)
def test_identifiers(text: str, curies: tuple[str, ...]) -> None:
    assert parse_identifiers(text) == curies


@pytest.mark.parametrize(
    "text",
    [
        *("", "serine racemase", "house mouse, species", "860", "NCBI Gene", "NCBI Gene x"),
        *("MESH:10003", "MONDO:123", "taxon mouse", "I: C", "I:C", "CD4:CD8", "ratio 12"),
        *("MESH:D010003, ", "EFO:0004616, 12", "Ensembl ENSG00000124813", "http://x.org/1"),
    ],
)
def test_no_identifiers(text: str) -> None:
    assert parse_identifiers(text) is None


@pytest.mark.parametrize("text", ["MESH:10003", "MONDO:123", "taxon mouse", "NCBI Gene x", "hp:1"])
def test_failed_identifiers_are_told_from_descriptions(text: str) -> None:
    assert is_like_identifier(text)


@pytest.mark.parametrize("text", ["serine racemase", "gene product", "human, species", "I:C", ""])
def test_descriptions_are_not_like_identifiers(text: str) -> None:
    assert not is_like_identifier(text)


@given(st.text())
def test_any_text_gives_curies_or_none(text: str) -> None:
    for curie in parse_identifiers(text) or ():
        prefix, _, local = curie.partition(":")
        assert prefix
        assert local
        assert not any(character.isspace() for character in curie)
