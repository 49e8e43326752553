"""The species of genes as what is scored."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.evaluation.gene_species import SpeciesOfGenes
from pipeline.model import EntityType
from pipeline.running.evaluation import Request, run_evaluation
from pipeline.terminology.terminology import Terminology

GOLD = (
    "1|t|Runx2 in rats\n1|a|\n1\t0\t5\tRunx2\tGene\t367218\n\n"
    "2|t|Runx2 in rats\n2|a|\n2\t0\t5\tRunx2\tGene\t860\n\n"
    "3|t|Runx2 in rats\n3|a|\n3\t0\t5\tRunx2\tGene\t25554\n\n"
)
"""The rat's gene, the human one, and another one of the rat."""


def test_a_gene_is_its_species(small: Terminology) -> None:
    species = SpeciesOfGenes(small)
    assert species.current("NCBIGene:860") == "NCBITaxon:9606"
    assert species.current("NCBIGene:999999999") == "NCBIGene:999999999"
    assert species.equivalents("NCBITaxon:9606") == ("NCBITaxon:9606",)


@pytest.mark.parametrize(("of_genes", "recall"), [(False, 1 / 3), (True, 2 / 3)])
def test_the_right_species_counts(
    tmp_path: Path, terminology: Terminology, of_genes: bool, recall: float
) -> None:
    gold = tmp_path / "genes.pubtator"
    gold.write_text(GOLD)
    request = Request(
        gold, metrics=("link@1",), types=("Gene",), gold_mentions=True, species_of_genes=of_genes
    )
    (row,) = run_evaluation(request, terminology).rows
    assert row.type == EntityType.GENE
    assert row.recall == pytest.approx(100 * recall)


def test_other_types_have_no_species(tmp_path: Path, terminology: Terminology) -> None:
    request = Request(tmp_path, types=("Disease",), species_of_genes=True)
    with pytest.raises(UsageError, match="no other type"):
        run_evaluation(request, terminology)
