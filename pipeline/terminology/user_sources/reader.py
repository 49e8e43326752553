"""Recognize what a user's file is, and read it."""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import SourceError
from pipeline.terminology.sources.files import readable
from pipeline.terminology.user_sources import (
    concept_table,
    literal_mappings,
    mapping_set,
    ontology,
    tables,
)
from pipeline.terminology.user_sources.statements import UserFile

_ONTOLOGY = (b"<", b"{", b"format-version:", b"[Term]", b"ontology:", b"data-version:")
_HEADERS = frozenset({*concept_table.COLUMNS["curie"], "text", "subject_id"})


def read(path: Path) -> UserFile:
    """Read an ontology, a table of concepts, literal mappings or a mapping set.

    What the file is, its beginning tells; its name does not matter. It may be compressed (`.gz`,
    `.xz`).

    Raises:
        SourceError: If the file cannot be read, or is none of these.
    """
    with readable(path) as stream:
        content = stream.read()
    if content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_ONTOLOGY) or _is_obo(content):
        return ontology.read(path, content.removeprefix(b"\xef\xbb\xbf"))
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceError(f"{path}: is UTF-16; save it as UTF-8")
    table = tables.parse(content.decode("utf-8", "replace"), is_header=_HEADERS)
    if table and mapping_set.is_one(table.header):
        return mapping_set.read(table)
    if table and literal_mappings.is_one(table.header):
        return UserFile("literal mappings", tuple(literal_mappings.read(table)))
    if table and concept_table.is_one(table.header):
        return UserFile("table of concepts", tuple(concept_table.read(table)))
    found = f"; its columns are {', '.join(table.header)}" if table else ""
    raise SourceError(
        f"{path}: is no ontology (OBO, OWL, OBO Graphs JSON), and has no header such as "
        f"'curie name synonyms', 'text curie predicate' or 'subject_id predicate_id object_id'"
        f"{found}"
    )


def _is_obo(content: bytes) -> bool:
    """Tell whether a file that begins with a remark or another tag has terms in OBO format."""
    return any(line.strip() == b"[Term]" for line in content[:100_000].splitlines())
