"""The vocabularies whose identifiers papers and corpora carry, and what they call them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A vocabulary.

    Attributes:
        prefix: CURIE prefix, as the vocabulary itself or Bioregistry writes it.
        local: The form of its local identifiers.
        names: What stands before an identifier, in lower case: `gene id` in words, `mim` in a
            CURIE.
        tags: What else stands before the colon in annotated corpora, in lower case. Some of these
            are English words or abbreviations and would be misread in a text.
    """

    prefix: str
    local: re.Pattern[str]
    names: tuple[str, ...]
    tags: tuple[str, ...] = ()


def _vocabulary(prefix: str, local: str, names: str = "", tags: str = "") -> Vocabulary:
    further = [tuple(filter(None, column.split("|"))) for column in (names, tags)]
    return Vocabulary(prefix, re.compile(local), (prefix.casefold(), *further[0]), further[1])


VOCABULARIES = (
    _vocabulary(
        "NCBIGene",
        r"[0-9]+",
        "ncbi gene|ncbi gene id|entrez gene|gene id|gene",
        tags="geneid|entrez|entrezgene",
    ),
    _vocabulary(
        "NCBITaxon",
        r"[0-9]+",
        "taxon|ncbi taxon|ncbi taxonomy|taxonomy|taxid",
        tags="species:ncbi|tax|txid",
    ),
    _vocabulary("MESH", r"[A-Z][0-9]{6,9}", tags="msh"),
    _vocabulary("MONDO", r"[0-9]{7}"),
    _vocabulary("OMIM", r"[0-9]{6}", "mim"),
    _vocabulary("DOID", r"[0-9]+"),
    _vocabulary("NCIT", r"C[0-9]+"),
    _vocabulary("UMLS", r"C[0-9]{7}"),
    _vocabulary("Orphanet", r"[0-9]+", "orpha|ordo"),
    _vocabulary("HP", r"[0-9]{7}", "hpo"),
    _vocabulary("HGNC", r"[0-9]+"),
    _vocabulary("CHEBI", r"[0-9]+"),
    _vocabulary("UniProt", r"[A-Z0-9]{6}(?:[A-Z0-9]{4})?", "uniprotkb"),
    _vocabulary("Cellosaurus", r"CVCL_[A-Z0-9]{4}"),
    _vocabulary("dbSNP", r"rs[0-9]+"),
)

BY_NAME = MappingProxyType({name: v for v in VOCABULARIES for name in v.names})
"""The vocabulary by what it is called in texts."""

BY_TAG = MappingProxyType({name: v for v in VOCABULARIES for name in (*v.names, *v.tags)})
"""The vocabulary by what stands before the colon in annotated corpora."""
