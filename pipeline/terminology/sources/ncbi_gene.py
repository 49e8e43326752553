"""NCBI Gene: `gene_info`, `gene_history` and `gene_orthologs`, all tab-separated.

Home and format: https://ftp.ncbi.nlm.nih.gov/gene/DATA/ (README there). `-` stands for no value;
several values are separated by bars.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from pathlib import Path

from pipeline.model import EntityType
from pipeline.terminology.sources.delimited import rows
from pipeline.terminology.sources.records import (
    ORTHOLOGY,
    UNSPECIFIED,
    Concept,
    Damage,
    Mapping,
    Name,
    Row,
)

SOURCE = "NCBI Gene"
PLACEHOLDER = "NEWENTRY"
"""Symbol of records that only hold GeneRIFs for a gene that has no record yet."""

_COLUMNS = (
    ("tax_id", ""),
    ("GeneID", ""),
    ("type_of_gene", ""),
    ("Symbol", "symbol"),
    ("Symbol_from_nomenclature_authority", "symbol"),
    ("Synonyms", "synonym"),
    ("description", "description"),
    ("Full_name_from_nomenclature_authority", "description"),
    ("Other_designations", "designation"),
    ("LocusTag", "locus"),
)
_LISTS = {"synonym", "designation"}


def read(path: Path) -> Iterator[Row]:
    """Yield concepts and names of the genes of a gene_info file.

    Raises:
        SourceError: If a column is missing or too many lines are damaged.
    """
    damage = Damage(path)
    for number, fields in rows(path, tuple(column for column, _ in _COLUMNS)):
        taxon, gene, kind, symbol, *_ = fields
        if not (taxon.isascii() and taxon.isdigit() and gene.isascii() and gene.isdigit()):
            damage.report(number, f"tax_id {taxon!r} or GeneID {gene!r} is no number")
            continue
        if symbol == PLACEHOLDER:
            continue
        curie = f"NCBIGene:{gene}"
        rank = "" if kind == "-" else kind
        yield Concept(curie, EntityType.GENE, symbol, int(taxon), rank)
        for (_, scope), value in zip(_COLUMNS, fields, strict=True):
            if scope and value != "-":
                for text in value.split("|") if scope in _LISTS else (value,):
                    yield Name(curie, text, scope, SOURCE)


def read_history(path: Path, taxa: Container[str] | None = None) -> Iterator[Row]:
    """Yield the discontinued genes of gene_history that another gene replaces.

    Args:
        path: The file, which covers every organism.
        taxa: Taxon numbers of the organisms wanted; all by default.

    Raises:
        SourceError: If a column is missing or too many lines are damaged.
    """
    columns = ("tax_id", "GeneID", "Discontinued_GeneID", "Discontinued_Symbol")
    damage = Damage(path)
    for number, (taxon, gene, retired, symbol) in rows(path, columns):
        if gene == "-" or (taxa is not None and taxon not in taxa):
            continue
        if not (taxon.isdigit() and gene.isdigit() and retired.isdigit()):
            damage.report(number, "an identifier is no number")
            continue
        name = "" if symbol == "-" else symbol
        yield Concept(
            f"NCBIGene:{retired}",
            EntityType.GENE,
            name,
            int(taxon),
            replaced_by=f"NCBIGene:{gene}",
        )


def read_orthologs(path: Path, taxa: Container[str] | None = None) -> Iterator[Row]:
    """Yield the pairs of gene_orthologs.

    Args:
        path: The file, which covers hundreds of organisms.
        taxa: Taxon numbers of the organisms that both genes are to be of; all by default.

    Raises:
        SourceError: If a column is missing or too many lines are damaged.
    """
    columns = ("tax_id", "GeneID", "relationship", "Other_tax_id", "Other_GeneID")
    for _, (taxon, gene, relation, other_taxon, other) in rows(path, columns):
        is_wanted = taxa is None or (taxon in taxa and other_taxon in taxa)
        if relation == "Ortholog" and is_wanted:
            yield Mapping(f"NCBIGene:{gene}", ORTHOLOGY, f"NCBIGene:{other}", UNSPECIFIED, SOURCE)


def version(path: Path) -> str:
    """Return the newest Modification_date of a gene_info file, empty if it states none."""
    newest = max((date for _, (date,) in rows(path, ("Modification_date",))), default="")
    return f"{newest[:4]}-{newest[4:6]}-{newest[6:8]}" if newest[:8].isdigit() else ""
