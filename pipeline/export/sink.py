"""What every writer has in common: it is opened on a stream and takes papers one at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import BinaryIO, TypeVar

from pipeline.errors import UsageError
from pipeline.export.prefixes import PrefixStyle
from pipeline.model import Paper

_Word = TypeVar("_Word", bound=StrEnum)

Sink = Callable[[Paper], None]
"""Writes one more paper. Nothing of a paper is kept where the format can be streamed."""


class Table(StrEnum):
    """What a row of a table is: a mention, or a concept of a paper."""

    MENTIONS = "mentions"
    ENTITIES = "entities"


class DialectName(StrEnum):
    """Ways to write identifiers in PubTator; `pipeline.export.pubtator.DIALECTS` tells them."""

    PUBTATOR3 = "pubtator3"
    NCBI_DISEASE = "ncbi_disease"
    BC5CDR = "bc5cdr"
    BIORED = "biored"


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How to write; a writer looks only at what its format has.

    Attributes:
        table: What the rows of TSV, CSV, Parquet and JSON Lines are.
        dialect: How PubTator's identifiers are written.
        prefix_style: How prefixes of CURIEs are written.
        excel: Whether a CSV is made for Excel; see `pipeline.export.csv_table`.
        provenance: What made the annotations, such as versions: kept where the format has a
            place for it (BioC, Web Annotation, HTML). Equal provenance and equal papers give equal
            bytes, so it should hold no time of day.
    """

    table: Table = Table.MENTIONS
    dialect: DialectName = DialectName.PUBTATOR3
    prefix_style: PrefixStyle = PrefixStyle.OBO
    excel: bool = False
    provenance: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, table: str, dialect: str, prefix_style: str, *, excel: bool = False
    ) -> WriteOptions:
        """Return options from the words that users write.

        Raises:
            UsageError: If a word is none of those that there are.
        """
        return cls(
            _chosen(Table, "table", table),
            _chosen(DialectName, "dialect", dialect),
            _chosen(PrefixStyle, "prefix style", prefix_style),
            excel,
        )


def _chosen(kind: type[_Word], what: str, word: str) -> _Word:
    try:
        return kind(word)
    except ValueError:
        raise UsageError(f"unknown {what} {word!r}; one of {', '.join(kind)}") from None


OpenSink = Callable[[BinaryIO, WriteOptions], AbstractContextManager[Sink]]
"""Opens a format's writer on a binary stream. Leaving the context without an error completes the
output and leaves the stream open."""
