"""Human Disease Ontology, `doid.obo`: a second source of disease names.

Home: https://disease-ontology.org. Its terms are no concepts of the snapshot; the build gives their
names to the MONDO concept that is an exact match of the term.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.terminology.sources import mondo, obo
from pipeline.terminology.sources.records import Name, Row

SOURCE = "DOID"


def read(path: Path) -> Iterator[Row]:
    """Yield the names of the terms in use; labels count as exact synonyms.

    Raises:
        SourceError: If the file cannot be read.
    """
    for term in sorted(obo.load(path).terms(), key=lambda term: term.id):
        if term.id.startswith("DOID:") and not term.obsolete:
            for name in obo.names(term, SOURCE):
                scope = "exact" if name.scope == "preferred" else name.scope
                yield Name(name.curie, name.text, scope, SOURCE)


version = mondo.version
