"""Mapping sets in SSSOM TSV, as MONDO publishes them: loose files or one tar archive.

Format: Matentzoglu et al. 2022, "A Simple Standard for Sharing Ontological Mappings (SSSOM)".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pipeline.terminology.sources import obo
from pipeline.terminology.sources.delimited import select
from pipeline.terminology.sources.files import members, plain_name, readable
from pipeline.terminology.sources.records import Mapping, Row

SOURCE = "MONDO SSSOM"
_COLUMNS = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_VERSION = re.compile(rb"^#\s*mapping_set_version:\s*(?:.*/releases/)?([^\s/]+)")


def read(path: Path) -> Iterator[Row]:
    """Yield the mappings between vocabularies that are kept (see `obo.PREFIXES`).

    Raises:
        SourceError: If a mapping set lacks a column or is damaged.
    """
    for name, stream in _sets(path):
        for _, (subject, predicate, object_, justification) in select(
            stream, path / name, _COLUMNS
        ):
            subject_id, object_id = obo.curie(subject), obo.curie(object_)
            if subject_id and object_id:
                yield Mapping(subject_id, predicate, object_id, justification, SOURCE)


def version(path: Path) -> str:
    """Return the version that the first mapping set states, usually a date."""
    for _, stream in _sets(path):
        for raw in stream:
            if not raw.startswith(b"#"):
                break
            match = _VERSION.match(raw)
            if match:
                return match[1].decode()
    return ""


def _sets(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Open each mapping set of a file."""
    if plain_name(path).endswith(".tar"):
        yield from members(path, "*.sssom.tsv")
    else:
        with readable(path) as stream:
            yield "", stream
