"""Names of taxa with additions."""

from __future__ import annotations

import pytest

from pipeline.normalization.species_names import SpeciesNames
from pipeline.terminology.terminology import Terminology


@pytest.mark.parametrize(
    ("text", "curie"),
    [
        ("Escherichia coli sp. nov.", "NCBITaxon:562"),
        ("Mus musculus strain X99", "NCBITaxon:10090"),
    ],
)
def test_an_addition_is_left_out(terminology: Terminology, text: str, curie: str) -> None:
    assert [n.curie for n in SpeciesNames(terminology).similar(text)] == [curie]


@pytest.mark.parametrize("text", ["Moos mosculos", "qwertz", ""])
def test_spelling_alone_is_not_enough(terminology: Terminology, text: str) -> None:
    assert SpeciesNames(terminology).similar(text) == ()
