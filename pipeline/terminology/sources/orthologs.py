"""Genes of the same ancestry in other organisms: HCOP's predictions and HomoloGene's groups.

HCOP (https://www.genenames.org/tools/hcop/, Yates et al. 2021) counts how many of a dozen methods
hold two genes for orthologs. HomoloGene (NCBI, frozen in 2014) gives groups.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from pipeline.model import EntityType
from pipeline.terminology.sources.delimited import rows
from pipeline.terminology.sources.files import plain_name
from pipeline.terminology.sources.mesh import version as year_in_name
from pipeline.terminology.sources.records import (
    ORTHOLOGY,
    UNSPECIFIED,
    Concept,
    Damage,
    Mapping,
    Name,
    Row,
)

HCOP = "HCOP"
HOMOLOGENE = "HomoloGene"
HUMAN = 9606
SUPPORT = 3
"""Methods that must agree on a pair that is not the best of its human gene and organism."""

_HCOP_OFFICIAL = "_hcop_sixteen_column.txt"
_HCOP_OFFICIAL_COLUMNS = (
    "human_entrez_gene",
    "ortholog_species",
    "ortholog_species_symbol",
    "ortholog_species_entrez_gene",
    "support",
)
_HCOP_COLUMNS = ("human_entrez", "taxon_id", "symbol", "entrez", "support_n")
_HOMOLOGENE_COLUMNS = ("HID", "Gene.Symbol", "Taxonomy", "Gene.ID")
_HUBS = (HUMAN, 10090, 10116, 7955, 7227)
"""Organisms that a group's other genes are related to, in order of preference."""

version = year_in_name


def read_hcop(path: Path) -> Iterator[Row]:
    """Yield genes of other organisms and their relation to the human gene.

    Args:
        path: The official file of sixteen columns, or a table with the number of methods.

    Raises:
        SourceError: If a column is missing or too many lines are damaged.
    """
    damage = Damage(path)
    symbols: dict[str, tuple[int, str]] = {}
    support: dict[tuple[str, int], dict[str, float]] = defaultdict(dict)
    is_official = plain_name(path).endswith(_HCOP_OFFICIAL)
    columns = _HCOP_OFFICIAL_COLUMNS if is_official else _HCOP_COLUMNS
    for number, (human, taxon, symbol, gene, methods) in rows(path, columns):
        if "-" in (human, gene):
            continue
        try:
            pair = (human, int(taxon))
            # The official file names the methods, separated by commas.
            votes = methods.count(",") + 1 if is_official else float(methods)
        except ValueError:
            damage.report(number, "the taxon or the number of methods is no number")
            continue
        symbols.setdefault(gene, (pair[1], symbol))
        support[pair][gene] = max(votes, support[pair].get(gene, 0.0))
    yield from _genes(symbols, HCOP)
    for (human, _), genes in support.items():
        best = max(genes.values())
        for gene, votes in genes.items():
            if votes >= min(best, SUPPORT):
                yield _pair(human, gene, HCOP)


def read_homologene(path: Path) -> Iterator[Row]:
    """Yield genes, and for each group the relation of its other genes to those of one organism.

    That organism is the human, or else the first of the usual model organisms in the group.

    Raises:
        SourceError: If a column is missing or too many lines are damaged.
    """
    damage = Damage(path)
    symbols: dict[str, tuple[int, str]] = {}
    groups: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for number, (group, symbol, taxon, gene) in rows(path, _HOMOLOGENE_COLUMNS):
        if not (taxon.isdigit() and gene.isdigit()):
            damage.report(number, "Taxonomy or Gene.ID is no number")
            continue
        symbols.setdefault(gene, (int(taxon), symbol))
        groups[group].append((int(taxon), gene))
    yield from _genes(symbols, HOMOLOGENE)
    for genes in groups.values():
        present = {organism for organism, _ in genes}
        hub = next((organism for organism in _HUBS if organism in present), 0)
        for subject in (gene for organism, gene in genes if organism == hub):
            for organism, other in genes:
                if organism != hub:
                    yield _pair(subject, other, HOMOLOGENE)


def _genes(symbols: dict[str, tuple[int, str]], source: str) -> Iterator[Row]:
    """Yield genes of which no more than taxon and symbol is known."""
    for gene, (taxon, symbol) in symbols.items():
        curie = f"NCBIGene:{gene}"
        name = "" if symbol == "-" else symbol
        yield Concept(curie, EntityType.GENE, name, taxon)
        if name:
            yield Name(curie, name, "symbol", source)


def _pair(subject: str, other: str, source: str) -> Mapping:
    """Relate two genes by their numbers."""
    return Mapping(f"NCBIGene:{subject}", ORTHOLOGY, f"NCBIGene:{other}", UNSPECIFIED, source)
