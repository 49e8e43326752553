"""Merge the rows of all sources into the snapshot's tables: one truth, no repetition, one order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from pipeline.terminology.sources.records import (
    CROSS_REFERENCE,
    EXACT_MATCH,
    ORTHOLOGY,
    UNSPECIFIED,
    Concept,
    Mapping,
    Name,
    Parent,
    Row,
)
from pipeline.terminology.sources.unfit import clean, is_unfit

SCOPES = (
    "preferred",
    "scientific",
    "symbol",
    "exact",
    "former",
    "synonym",
    "common",
    "equivalent",
    "acronym",
    "description",
    "designation",
    "locus",
    "narrow",
    "broad",
    "related",
    "misspelling",
)
"""Scopes of names, strongest first: of a name that a concept has twice, the first one stays."""

_LABELS = ("preferred", "scientific", "symbol")
_ISOFORM = re.compile(r"-P[A-Z]{1,2}$")
_STRENGTH = {scope: rank for rank, scope in enumerate(SCOPES)}


@dataclass
class Tables:
    """The rows gathered so far, in the order in which the sources are read."""

    concepts: dict[str, Concept] = field(default_factory=dict)
    names: list[Name] = field(default_factory=list)
    parents: set[Parent] = field(default_factory=set)
    mappings: list[Mapping] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Keep a row; of a concept given twice, the first that is in use stays."""
        match row:
            case Concept():
                known = self.concepts.get(row.curie)
                if known is None or (known.replaced_by and not row.replaced_by):
                    self.concepts[row.curie] = row
            case Name():
                self.names.append(row)
            case Parent():
                self.parents.add(row)
            case Mapping():
                self.mappings.append(row)

    def taxa_with_genes(self, source: str) -> set[int]:
        """Return the taxon numbers of the organisms whose genes a source names."""
        named = {name.curie for name in self.names if name.source == source}
        return {c.taxon for c in self.concepts.values() if c.taxon and c.curie in named}


def new_genes(rows: Iterable[Row], covered: set[int]) -> Iterator[Row]:
    """Drop the genes of organisms that are covered already; keep every relation.

    Where an organism's own gene_info was read, a gene that it does not have is a retired one, and
    its symbols are newer.
    """
    dropped: set[str] = set()
    for row in rows:
        if isinstance(row, Concept) and row.taxon in covered:
            dropped.add(row.curie)
        elif not (isinstance(row, Name) and row.curie in dropped):
            yield row


def condense(tables: Tables) -> dict[str, list[Row]]:
    """Return the rows of each table of the snapshot, sorted, each once.

    Names of a concept that is not ours go to the one concept that is its exact match. What belongs
    to no concept in use is dropped: names, parents, mappings.
    """
    concepts = _current(tables.concepts)
    in_use = {curie for curie, concept in concepts.items() if not concept.replaced_by}
    mappings = _mappings(tables.mappings, in_use)
    return {
        "concepts": [concepts[curie] for curie in sorted(concepts)],
        "names": list(_names(tables.names, in_use, _owners(mappings, in_use))),
        "parents": sorted(p for p in tables.parents if p.child in in_use and p.parent in in_use),
        "mappings": list(mappings),
    }


def _current(concepts: dict[str, Concept]) -> dict[str, Concept]:
    """Let each retired concept point to one in use; drop those whose successors lead nowhere."""
    result: dict[str, Concept] = {}
    for curie, concept in concepts.items():
        seen = {curie}
        target = concept
        while target.replaced_by and target.replaced_by not in seen:
            seen.add(target.replaced_by)
            following = concepts.get(target.replaced_by)
            if following is None:
                break
            target = following
        if not target.replaced_by:
            successor = target.curie if concept.replaced_by else ""
            result[curie] = concept._replace(replaced_by=successor)
    return result


def _mappings(mappings: Iterable[Mapping], in_use: set[str]) -> list[Mapping]:
    """Keep each mapping of a concept in use once, with the most that is said about it.

    A cross-reference is dropped where the same pair has a real predicate, and a mapping without a
    justification where another source gives one.
    """
    kept: dict[tuple[str, str, str], Mapping] = {}
    judged: set[tuple[str, str]] = set()
    for row in mappings:
        if row.subject_id not in in_use:
            continue
        if row.predicate_id == ORTHOLOGY and row.object_id not in in_use:
            continue
        key = row[:3]
        known = kept.get(key)
        if known is None or (
            known.mapping_justification == UNSPECIFIED and row.mapping_justification != UNSPECIFIED
        ):
            kept[key] = row
        if row.predicate_id != CROSS_REFERENCE:
            judged.add((row.subject_id, row.object_id))
    return sorted(
        row
        for row in kept.values()
        if row.predicate_id != CROSS_REFERENCE or (row.subject_id, row.object_id) not in judged
    )


def _owners(mappings: Iterable[Mapping], in_use: set[str]) -> dict[str, str]:
    """Map each identifier that is the exact match of exactly one concept to that concept."""
    owners: dict[str, set[str]] = {}
    for row in mappings:
        if row.predicate_id == EXACT_MATCH and row.object_id not in in_use:
            owners.setdefault(row.object_id, set()).add(row.subject_id)
    return {curie: min(found) for curie, found in owners.items() if len(found) == 1}


def _names(names: Iterable[Name], in_use: set[str], owners: dict[str, str]) -> Iterator[Name]:
    """Yield the fit names of concepts in use, sorted by concept, scope and text."""
    fit = []
    for name in names:
        curie = name.curie if name.curie in in_use else owners.get(name.curie, "")
        text = clean(name.text)
        if curie and not is_unfit(text):
            fit.append(Name(curie, text, name.scope, name.source))
    fit.sort(key=attrgetter("curie"))
    for _, group in groupby(fit, key=attrgetter("curie")):
        yield from sorted(_distinct(list(group)), key=lambda n: (n.scope, n.text))


def _distinct(names: list[Name]) -> Iterator[Name]:
    """Yield each name of one concept once, in its strongest scope.

    Names of several words that differ in case only count as one. What another name of the concept
    implies is left out: an inversion ("Neoplasms, Breast") beside its natural order, and the
    isoforms that FlyBase numbers after the gene ("foxo-PA", "foxo-PB").
    """
    names.sort(key=lambda name: (_STRENGTH[name.scope], name.text))
    texts = {name.text.casefold() for name in names}
    seen: set[str] = set()
    for name in names:
        key = name.text.casefold() if " " in name.text else name.text
        if key not in seen and not _is_implied(name, texts):
            seen.add(key)
            yield name


def _is_implied(name: Name, texts: set[str]) -> bool:
    """Tell whether the concept's other names (case-folded) make this one superfluous."""
    if name.scope in _LABELS:
        return False
    parts = name.text.casefold().split(", ")
    if len(parts) > 1 and " ".join(reversed(parts)) in texts:
        return True
    return bool(_ISOFORM.search(name.text)) and _ISOFORM.sub("", name.text).casefold() in texts
