"""MeSH as simple tables: descriptor terms, tree numbers, disease supplementary records.

Such tables are extracts of the XML: one row per term with the identifiers of its concept and of
itself, one row per tree number, one row per heading that a supplementary record is mapped to.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.terminology.sources.delimited import rows
from pipeline.terminology.sources.mesh import Descriptor, Supplement

_TERM = ("DescriptorUI", "DescriptorName", "ConceptUI", "TermName", "RecordPreferredTermYN")


def read_descriptors(terms: Path, tree_numbers: Path) -> Iterator[Descriptor]:
    """Yield descriptors; terms of another than the preferred concept have the scope `related`.

    Args:
        terms: `mesh20NN_descriptor_terms.tsv`.
        tree_numbers: `mesh20NN_tree_numbers.tsv`.

    Raises:
        SourceError: If a table lacks a column or is damaged.
    """
    trees: dict[str, list[str]] = {}
    for _, (ui, number) in rows(tree_numbers, ("DescriptorUI", "tree_location")):
        trees.setdefault(ui, []).append(number)
    headings: dict[str, str] = {}
    preferred: dict[str, str] = {}
    found: dict[str, list[tuple[str, str]]] = {}
    for _, (ui, heading, concept, term, is_preferred) in rows(terms, _TERM):
        headings[ui] = heading
        found.setdefault(ui, []).append((term, concept))
        if is_preferred == "Y":
            preferred[ui] = concept
    for ui, heading in headings.items():
        names = tuple(
            (term, "exact" if concept == preferred.get(ui, concept) else "related")
            for term, concept in found[ui]
        )
        yield Descriptor(ui, heading, names, tuple(trees.get(ui, ())))


def read_supplements(path: Path) -> Iterator[Supplement]:
    """Yield the disease supplementary records of `mesh_scr_diseases_20NN.tsv`.

    Raises:
        SourceError: If the table lacks a column or is damaged.
    """
    headings: dict[tuple[str, str], list[str]] = {}
    for _, (ui, name, heading) in rows(path, ("MESH_SCR_ID", "MESH_SCR_NAME", "MESH_ID")):
        headings.setdefault((ui, name), []).append(heading)
    for (ui, name), mapped_to in headings.items():
        yield Supplement(ui, name, (), tuple(mapped_to))
