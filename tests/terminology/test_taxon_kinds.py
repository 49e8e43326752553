"""Kinds of taxa: how their rank stands to species, and their group of organisms."""

from __future__ import annotations

import pytest

from pipeline.terminology.taxon_kinds import TaxonKinds
from pipeline.terminology.terminology import Terminology


@pytest.mark.parametrize(
    ("taxon", "kind"),
    [
        ("NCBITaxon:10090", ("species", "mammal")),
        ("NCBITaxon:10088", ("genus", "mammal")),
        ("NCBITaxon:9989", ("above", "mammal")),
        ("NCBITaxon:83334", ("below", "bacteria")),
        ("NCBITaxon:7955", ("species", "vertebrate")),
        ("NCBITaxon:11676", ("species", "virus")),
        ("NCBITaxon:3704", ("species", "plant")),  # nothing is above it in the snapshot
        ("NCBITaxon:2", ("above", "bacteria")),
        ("NCBITaxon:1", ("above", "unknown")),
        ("NCBITaxon:x", ("unknown", "unknown")),
        ("MY:17", ("unknown", "unknown")),
    ],
)
def test_kinds(terminology: Terminology, taxon: str, kind: tuple[str, str]) -> None:
    assert TaxonKinds(terminology).of(taxon) == kind
