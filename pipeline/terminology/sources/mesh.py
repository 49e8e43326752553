"""MeSH: which records are diseases, and the rows they become.

The same vocabulary comes in three formats, each with its reader (`mesh_xml`, `mesh_ascii`,
`mesh_tables`), which yields `Descriptor`s and `Supplement`s; what follows is common to all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.model import EntityType
from pipeline.terminology.sources.records import Concept, Name, Parent, Row

SOURCE = "MeSH"

# Of the descriptors annotated as diseases in the training and development parts of NCBI Disease,
# BC5CDR and BioRED, all but two (one mention each) lie in trees C (Diseases) and F03 (Mental
# Disorders). Where a text says "anxiety" or "depression" these corpora take the disorder of
# F03 and not the emotion or symptom of F01, so F01 would only add a competing wrong answer.
DISEASE_BRANCHES = ("C", "F03")

RELATIONS = {"NRW": "narrow", "BRD": "broad", "REL": "related"}
"""Relation of a subordinate concept to the preferred concept of its record -> scope."""

_YEAR = re.compile(r"(20\d\d)")


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A MeSH main heading: names are pairs of text and scope."""

    ui: str
    heading: str
    names: tuple[tuple[str, str], ...]
    tree_numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Supplement:
    """A supplementary concept record of class 3 (disease) and the headings it is mapped to."""

    ui: str
    name: str
    names: tuple[tuple[str, str], ...]
    mapped_to: tuple[str, ...]


def is_disease(descriptor: Descriptor) -> bool:
    """Tell whether a descriptor stands in one of the disease branches."""
    return any(number.startswith(DISEASE_BRANCHES) for number in descriptor.tree_numbers)


def rows(records: Iterable[Descriptor | Supplement]) -> Iterator[Row]:
    """Turn records into concepts, names and parents, diseases only.

    The parents of a descriptor are the descriptors one level up from each of its tree numbers;
    those of a supplementary record are the headings it is mapped to.
    """
    held = list(records)
    diseases = [r for r in held if isinstance(r, Descriptor) and is_disease(r)]
    owner = {number: r.ui for r in diseases for number in r.tree_numbers}
    known = {r.ui for r in diseases}
    for descriptor in diseases:
        yield from _named(descriptor.ui, descriptor.heading, descriptor.names)
        for number in descriptor.tree_numbers:
            parent = owner.get(number.rpartition(".")[0])
            if parent:
                yield Parent(f"MESH:{descriptor.ui}", f"MESH:{parent}")
    for record in held:
        if isinstance(record, Supplement):
            yield from _named(record.ui, record.name, record.names)
            for heading in record.mapped_to:
                if heading in known:
                    yield Parent(f"MESH:{record.ui}", f"MESH:{heading}")


def version(path: Path) -> str:
    """Return the MeSH year, which the name of each official file carries."""
    match = _YEAR.search(path.name)
    return match[1] if match else ""


def _named(ui: str, preferred: str, names: Iterable[tuple[str, str]]) -> Iterator[Row]:
    """Yield a concept and its names."""
    curie = f"MESH:{ui}"
    yield Concept(curie, EntityType.DISEASE, preferred)
    yield Name(curie, preferred, "preferred", SOURCE)
    for text, scope in names:
        if text != preferred:
            yield Name(curie, text, scope, SOURCE)
