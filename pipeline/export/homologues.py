"""The homologue groups of genes, as a table beside those of mentions and entities."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from pipeline.model import EntityType
from pipeline.terminology.terminology import Terminology

HOMOLOGUE_COLUMNS = (
    "curie", "name", "taxon", "homologue", "homologue_name", "homologue_taxon",
)  # fmt: skip


def homologue_table(curies: Iterable[str], terminology: Terminology) -> pd.DataFrame:
    """Return one row for each gene and each other gene of its homologue group.

    Columns: `curie`, `name`, `taxon` (the gene); `homologue`, `homologue_name`, `homologue_taxon`
    (the other one). A group is a human gene with its orthologues in other species (HCOP,
    HomoloGene). Rows are sorted by gene and homologue; genes without a group have none.

    Args:
        curies: Identifiers; those that are no genes are passed over.
        terminology: Where the groups come from.
    """
    rows = [
        (*_told(curie, terminology), *_told(other, terminology))
        for curie in sorted(set(curies))
        if terminology.type_of(curie) == EntityType.GENE
        for other in terminology.homologues(curie)
    ]
    return pd.DataFrame(rows, columns=list(HOMOLOGUE_COLUMNS), dtype="str")


def _told(curie: str, terminology: Terminology) -> tuple[str, str, str]:
    return curie, terminology.name(curie), terminology.taxon(curie)
