"""Literal mappings: a table with a row for each name, `text curie name predicate type …`.

The format is that of the Simple Standard for Sharing Lexical Mappings (SSSLM). Its column `type` is
the kind of synonym in the OBO Metadata Ontology, not the type of entity.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.terminology.user_sources.identifiers import curie, taxon_number
from pipeline.terminology.user_sources.statements import Entry, Fault, Statement
from pipeline.terminology.user_sources.tables import Record, Table

_SCOPES = {
    "": "related",  # the standard's default, as that of OBO
    "rdfs:label": "preferred",
    "skos:preflabel": "preferred",
    "oboinowl:hasexactsynonym": "exact",
    "oboinowl:hasnarrowsynonym": "narrow",
    "oboinowl:hasbroadsynonym": "broad",
    "oboinowl:hasrelatedsynonym": "related",
    "skos:altlabel": "exact",
    "skos:hiddenlabel": "related",
}
_KINDS = {
    "OMO:0003000": "acronym",
    "OMO:0003006": "misspelling",
    "OMO:0003008": "former",
    "OMO:0003012": "acronym",
}
_REQUIRED = ("text", "curie")


def is_one(header: tuple[str, ...]) -> bool:
    """Tell whether a header is that of literal mappings."""
    return all(column in header for column in _REQUIRED)


def read(table: Table) -> Iterator[Statement]:
    """Yield an entry for each row."""
    for row in table.rows():
        yield row if isinstance(row, Fault) else _entry(row)


def _entry(row: Record) -> Statement:
    text, identifier = row.values["text"], curie(row.values["curie"])
    predicate, taxon = row.values.get("predicate", ""), row.values.get("taxon", "")
    scope = _SCOPES.get(predicate.casefold())
    if not text:
        return Fault(row.line, "has no text; row left out")
    if not identifier:
        return Fault(
            row.line,
            f"{row.values['curie']!r} is no identifier of the form PREFIX:LOCAL; row left out",
        )
    if scope is None:
        return Fault(row.line, f"{predicate!r} is no predicate of a name; row left out")
    if taxon and not taxon_number(taxon):
        return Fault(row.line, f"{taxon!r} is no taxon such as NCBITaxon:9606; row left out")
    is_label = scope == "preferred"
    scope = _KINDS.get(row.values.get("type", ""), scope)
    return Entry(
        identifier,
        text if is_label else row.values.get("name", ""),
        () if is_label else ((text, scope),),
        taxon=taxon_number(taxon) if taxon else 0,
        line=row.line,
    )
