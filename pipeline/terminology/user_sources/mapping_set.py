"""Mapping sets in SSSOM TSV, with the metadata in front.

Format: Matentzoglu et al. 2022, "A Simple Standard for Sharing Ontological Mappings (SSSOM)".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import srsly  # type: ignore[import-untyped]  # it has none

from pipeline.terminology.sources.records import UNSPECIFIED
from pipeline.terminology.user_sources.identifiers import curie, of_known_iri
from pipeline.terminology.user_sources.statements import (
    Correspondence,
    Fault,
    Statement,
    UserFile,
)
from pipeline.terminology.user_sources.tables import Record, Table

KIND = "mapping set"
_REQUIRED = ("subject_id", "predicate_id", "object_id")
_NOTHING = "sssom:NoTermFound"


def is_one(header: tuple[str, ...]) -> bool:
    """Tell whether a header is that of a mapping set."""
    return all(column in header for column in _REQUIRED)


def read(table: Table) -> UserFile:
    """Read a mapping set; mappings that are denied (`predicate_modifier`) are left out."""
    metadata, faults = _metadata(table.remarks)
    prefixes = metadata.get("curie_map")
    iris = {str(p): str(i) for p, i in prefixes.items()} if isinstance(prefixes, dict) else {}
    statements = (*faults, *_statements(table, iris))
    return UserFile(
        KIND,
        statements,
        str(metadata.get("mapping_set_version", "")),
        str(metadata.get("license", "")),
    )


def _metadata(remarks: tuple[str, ...]) -> tuple[dict[str, Any], list[Fault]]:
    text = "\n".join(line.removeprefix(" ") for line in remarks)
    try:
        data = srsly.yaml_loads(text) if text.strip() else {}
    except ValueError as error:
        reason = " ".join(str(error).split())[:200]
        return {}, [Fault(0, f"the metadata block is no YAML and is left out ({reason})")]
    return (data, []) if isinstance(data, dict) else ({}, [])


def _statements(table: Table, iris: Mapping[str, str]) -> Iterator[Statement]:
    for row in table.rows():
        if isinstance(row, Fault):
            yield row
        elif row.values.get("predicate_modifier", "").casefold() == "not":
            continue
        elif _NOTHING not in (row.values["subject_id"], row.values["object_id"]):
            yield _correspondence(row, iris)


def _correspondence(row: Record, iris: Mapping[str, str]) -> Statement:
    for column in ("subject_id", "object_id", "predicate_id"):
        if not curie(row.values[column]):
            return Fault(
                row.line, f"{column} {row.values[column]!r} is no identifier; row left out"
            )
    subject, object_ = (_ours(row.values[c], iris) for c in ("subject_id", "object_id"))
    if subject == object_:
        return Fault(row.line, f"{subject} is mapped to itself; row left out")
    return Correspondence(
        subject,
        row.values["predicate_id"],
        object_,
        row.values.get("mapping_justification", "") or UNSPECIFIED,
        row.line,
    )


def _ours(identifier: str, iris: Mapping[str, str]) -> str:
    """Write an identifier with our prefix; what a prefix means, the set's own map tells."""
    prefix, _, local = identifier.partition(":")
    iri = iris.get(prefix, "")
    return of_known_iri(iri + local) or curie(identifier)
