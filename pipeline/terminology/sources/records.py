"""The rows that every terminology source is read into, and how a source reports damage.

The rows are the snapshot's own columns, so that a reader's output needs no translation. Identifiers
are CURIEs with the prefixes `NCBIGene`, `MONDO`, `MESH`, `OMIM`, `OMIMPS`, `NCBITaxon`, `DOID`,
`NCIT`, `UMLS` and `Orphanet`.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import SourceError, SourceWarning

ORTHOLOGY = "RO:HOM0000017"
"""Relation Ontology: in orthology relationship with."""

EXACT_MATCH = "skos:exactMatch"
CROSS_REFERENCE = "oboInOwl:hasDbXref"
UNSPECIFIED = "semapv:UnspecifiedMatching"
"""Mapping justification where the source does not say how a mapping was made."""


class Concept(NamedTuple):
    """A concept of a vocabulary.

    Attributes:
        curie: Identifier.
        type: `Gene`, `Disease` or `Species`.
        name: Preferred name; may be empty for a retired concept.
        taxon: NCBI Taxonomy number of a gene's organism; 0 otherwise.
        rank: Taxonomic rank of a species, type of a gene, otherwise empty.
        replaced_by: Identifier that took the place of a retired one, otherwise empty.
    """

    curie: str
    type: str
    name: str
    taxon: int = 0
    rank: str = ""
    replaced_by: str = ""


class Name(NamedTuple):
    """A name of a concept, with its scope (`preferred`, `exact`, `symbol`, …) and source."""

    curie: str
    text: str
    scope: str
    source: str


class Parent(NamedTuple):
    """A concept and one of its direct parents in its vocabulary's hierarchy."""

    child: str
    parent: str


class Mapping(NamedTuple):
    """A mapping between two identifiers; the columns are those of SSSOM."""

    subject_id: str
    predicate_id: str
    object_id: str
    mapping_justification: str
    mapping_source: str


Row = Concept | Name | Parent | Mapping


@dataclass
class Damage:
    """Counts the damaged lines of one file and warns of each.

    Attributes:
        path: The file.
        lines: Number of damaged lines so far.
    """

    path: Path
    lines: int = 0

    TOLERATED = 20
    """Damaged lines that any file may have; beyond that, one line in a hundred."""

    def report(self, line: int, reason: str) -> None:
        """Warn of a damaged line, which the caller leaves out.

        Args:
            line: Number of the line, from 1.
            reason: What is wrong with it.

        Raises:
            SourceError: If so many lines are damaged that the file as a whole is not to be trusted.
        """
        self.lines += 1
        if self.lines > self.TOLERATED + line // 100:
            raise SourceError(
                f"{self.path}:{line}: {reason}; with {self.lines} damaged lines this file is not "
                "usable. Download it again, or check that it is in the format its name promises."
            )
        warnings.warn(f"{self.path}:{line}: {reason}; line left out", SourceWarning, stacklevel=3)
