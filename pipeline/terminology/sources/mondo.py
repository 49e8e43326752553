"""MONDO Disease Ontology, `mondo.obo`.

Home: https://mondo.monarchinitiative.org. Predicates come from the terms' SKOS property values; a
cross-reference without one says no more than that the two belong together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.model import EntityType
from pipeline.terminology.sources import obo
from pipeline.terminology.sources.files import readable
from pipeline.terminology.sources.records import (
    CROSS_REFERENCE,
    UNSPECIFIED,
    Concept,
    Mapping,
    Parent,
    Row,
)

if TYPE_CHECKING:
    from pronto.ontology import Ontology
    from pronto.term import Term

SOURCE = "MONDO"
CHARACTERISTIC = "MONDO:0021125"
"""Disease characteristic: "rare", "congenital", "acquired" and the like, no diseases."""

_SKOS = re.compile(r"(?:^|[:#/])((?:exact|close|broad|narrow|related)Match)$")
_VERSION = re.compile(r"^data-version:\s*(?:.*?releases/)?(\S+)\s*(?:\(([^;)]+))?")


def read(path: Path) -> Iterator[Row]:
    """Yield concepts, names, parents and mappings of the disease terms.

    Terms below "disease characteristic" are left out, and so are obsolete terms that have no
    replacement. Injuries and susceptibilities are kept: texts name them as they name diseases.

    Raises:
        SourceError: If the file cannot be read.
    """
    ontology = obo.load(path)
    omitted = _branch(ontology, CHARACTERISTIC)
    for term in sorted(ontology.terms(), key=lambda term: term.id):
        if not term.id.startswith("MONDO:") or term.id in omitted:
            continue
        if term.obsolete:
            yield from _retired(term)
        else:
            yield from _current(term, omitted)


def version(path: Path) -> str:
    """Return the release date, with the header's remark where the file is not the official one."""
    with readable(path) as stream:
        for raw in stream:
            match = _VERSION.match(raw.decode("utf-8", "replace"))
            if match:
                date, remark = match.groups()
                return f"{date} ({remark.strip()})" if remark else date
            if raw.startswith(b"[Term]"):
                break
    return ""


def _branch(ontology: Ontology, root: str) -> set[str]:
    """Return a term and all below it; nothing if the ontology does not have the term."""
    try:
        return {term.id for term in ontology.get_term(root).subclasses()}
    except KeyError:
        return set()


def _retired(term: Term) -> Iterator[Row]:
    """Yield an obsolete term whose place another one took."""
    replacement = min(term.replaced_by.ids, default="")
    if replacement.startswith("MONDO:"):
        name = (term.name or "").removeprefix("obsolete ")
        yield Concept(term.id, EntityType.DISEASE, name, replaced_by=replacement)


def _current(term: Term, omitted: set[str]) -> Iterator[Row]:
    """Yield all rows of a term in use."""
    yield Concept(term.id, EntityType.DISEASE, term.name or "")
    yield from obo.names(term, SOURCE)
    for parent in term.superclasses(distance=1, with_self=False):
        if parent.id.startswith("MONDO:") and parent.id not in omitted:
            yield Parent(term.id, parent.id)
    for annotation in term.annotations:
        match = _SKOS.search(annotation.property)
        value = getattr(annotation, "resource", None) or getattr(annotation, "literal", None)
        target = obo.curie(value or "")
        if match and target:
            yield Mapping(term.id, f"skos:{match[1]}", target, UNSPECIFIED, SOURCE)
    for xref in term.xrefs:
        target = obo.curie(xref.id)
        if target:
            yield Mapping(term.id, CROSS_REFERENCE, target, UNSPECIFIED, SOURCE)
