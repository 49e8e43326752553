"""Tables of concepts: `curie, name, synonyms`, and if wanted `type`, `taxon`, `parents`."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.terminology.user_sources.identifiers import curie, taxon_number
from pipeline.terminology.user_sources.statements import Entry, Fault, Statement
from pipeline.terminology.user_sources.tables import Record, Table, several

COLUMNS = {
    "curie": ("curie", "identifier", "id", "concept_id", "term_id"),
    "name": ("name", "label", "preferred_name", "preferred_label", "term"),
    "synonyms": ("synonyms", "synonym", "aliases", "alias", "alternative_names"),
    "type": ("type", "entity_type"),
    "taxon": ("taxon", "taxon_id", "tax_id", "organism"),
    "parents": ("parents", "parent", "is_a", "parent_id"),
}
"""Names by which a column is known; of several, the first counts."""


def is_one(header: tuple[str, ...]) -> bool:
    """Tell whether a header has identifiers and names."""
    return _has(header, "curie") and (_has(header, "name") or _has(header, "synonyms"))


def read(table: Table) -> Iterator[Statement]:
    """Yield an entry for each row that has an identifier and a name."""
    chosen = {
        column: next((n for n in names if n in table.header), "")
        for column, names in COLUMNS.items()
    }
    for row in table.rows():
        if isinstance(row, Fault):
            yield row
        else:
            yield from _entry(
                Record(row.line, {c: row.values.get(n, "") for c, n in chosen.items()})
            )


def _entry(row: Record) -> Iterator[Statement]:
    values = row.values
    identifier = curie(values["curie"])
    synonyms = several(values["synonyms"])
    taxon = taxon_number(values["taxon"])
    if not values["curie"]:
        yield Fault(row.line, "has no identifier; row left out")
    elif not identifier:
        yield Fault(
            row.line,
            f"{values['curie']!r} is no identifier of the form PREFIX:LOCAL; row left out",
        )
    elif not values["name"] and not synonyms:
        yield Fault(row.line, f"{identifier} has no name; row left out")
    elif values["taxon"] and not taxon:
        yield Fault(
            row.line, f"{values['taxon']!r} is no taxon such as NCBITaxon:9606; row left out"
        )
    else:
        parents = several(values["parents"])
        for parent in parents:
            if not curie(parent):
                yield Fault(row.line, f"{parent!r} is no identifier; parent left out")
        yield Entry(
            identifier,
            values["name"],
            tuple((synonym, "exact") for synonym in synonyms),
            type=values["type"],
            taxon=taxon,
            parents=tuple(filter(None, map(curie, parents))),
            line=row.line,
        )


def _has(header: tuple[str, ...], column: str) -> bool:
    return any(name in header for name in COLUMNS[column])
