"""HGNC complete set: approved, alias and previous symbols and names of human genes.

Home: https://www.genenames.org/download/. Genes are identified by their NCBI Gene number.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.terminology.sources.delimited import rows, unquoted
from pipeline.terminology.sources.records import Damage, Name, Row

SOURCE = "HGNC"
_SCOPES = (
    ("symbol", "symbol"),
    ("name", "description"),
    ("alias_symbol", "synonym"),
    ("alias_name", "synonym"),
    ("prev_symbol", "former"),
    ("prev_name", "former"),
)


def read(path: Path) -> Iterator[Row]:
    """Yield the names of each approved gene that has an NCBI Gene number.

    Raises:
        SourceError: If a column is missing or too many lines are damaged.
    """
    columns = ("status", "entrez_id", *(column for column, _ in _SCOPES))
    damage = Damage(path)
    for number, (status, gene, *values) in rows(path, columns):
        if status != "Approved" or not gene:
            continue
        if not (gene.isascii() and gene.isdigit()):
            damage.report(number, f"entrez_id {gene!r} is no number")
            continue
        for (_, scope), value in zip(_SCOPES, values, strict=True):
            for text in unquoted(value).split("|"):
                if text:
                    yield Name(f"NCBIGene:{gene}", text, scope, SOURCE)


def version(path: Path) -> str:
    """Return the newest date of modification in the file."""
    return max((date for _, (date,) in rows(path, ("date_modified",))), default="")
