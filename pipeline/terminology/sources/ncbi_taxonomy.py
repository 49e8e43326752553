"""NCBI Taxonomy: `names.dmp`, `nodes.dmp` and `merged.dmp`, loose or in `taxdump.tar.gz`.

Home and format: https://ftp.ncbi.nlm.nih.gov/pub/taxonomy/taxdump_readme.txt. Fields are separated
by tab, bar, tab; a line ends with tab, bar.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pipeline.model import EntityType
from pipeline.terminology.sources.files import lines, member, plain_name, readable
from pipeline.terminology.sources.records import Concept, Damage, Name, Parent, Row

SOURCE = "NCBI Taxonomy"
ROOT = "1"

# Left out: "authority" and "type material" are no names of the text; a name that is "in-part" or
# "includes" denotes only a part of the taxon, or more than it.
SCOPES = {
    "scientific name": "scientific",
    "genbank common name": "common",
    "common name": "common",
    "blast name": "common",
    "synonym": "synonym",
    "genbank synonym": "synonym",
    "anamorph": "synonym",
    "genbank anamorph": "synonym",
    "teleomorph": "synonym",
    "equivalent name": "equivalent",
    "acronym": "acronym",
    "genbank acronym": "acronym",
    "misspelling": "misspelling",
    "misnomer": "misspelling",
}

Parts = tuple[str, ...]


def read(files: list[Path]) -> Iterator[Row]:
    """Yield concepts, names and parents of all taxa.

    Args:
        files: `names.dmp` and `nodes.dmp`, perhaps `merged.dmp`; or an archive that holds them.

    Raises:
        SourceError: If a file is missing in the archive, or too many lines are damaged.
    """
    scientific: dict[str, str] = {}
    for taxon, text, _, kind in _table(files, "names.dmp", 4):
        scope = SCOPES.get(kind)
        if scope and text:
            yield Name(f"NCBITaxon:{taxon}", text, scope, SOURCE)
        if kind == "scientific name":
            scientific[taxon] = text
    for taxon, parent, rank in _table(files, "nodes.dmp", 3):
        curie = f"NCBITaxon:{taxon}"
        yield Concept(curie, EntityType.SPECIES, scientific.get(taxon, ""), rank=rank)
        if taxon != ROOT:
            yield Parent(curie, f"NCBITaxon:{parent}")
    for old, new in _table(files, "merged.dmp", 2):
        yield Concept(f"NCBITaxon:{old}", EntityType.SPECIES, "", replaced_by=f"NCBITaxon:{new}")


def _table(files: list[Path], name: str, width: int) -> Iterator[Parts]:
    """Yield the first fields of each line of a table, wherever it is."""
    for path in files:
        if plain_name(path) == name:
            with readable(path) as stream:
                yield from _parse(stream, Damage(path), width)
            return
        if plain_name(path).endswith(".tar"):
            with member(path, name) as stream:
                yield from _parse(stream, Damage(path / name), width)
            return


def _parse(stream: IO[bytes], damage: Damage, width: int) -> Iterator[Parts]:
    """Split lines; a line with too few fields or without a number in front is damaged."""
    for number, line in lines(stream, damage):
        fields = tuple(field.strip() for field in line.removesuffix("\t|").split("\t|\t"))
        if len(fields) < width or not fields[0].isdigit():
            damage.report(number, "not the fields of a taxonomy table")
        else:
            yield fields[:width]
