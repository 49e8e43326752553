"""Which reader reads which source, and which files it takes when there are several formats.

The sources themselves (files, homes, licences) are listed in `ontologies/sources.toml`; the names
there are the keys here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from pipeline.errors import SourceError
from pipeline.terminology.sources import (
    disease_ontology,
    hgnc,
    mesh,
    mesh_ascii,
    mesh_tables,
    mesh_xml,
    mondo,
    ncbi_gene,
    ncbi_taxonomy,
    orthologs,
    sssom,
)
from pipeline.terminology.sources.files import plain_name
from pipeline.terminology.sources.records import Concept, Row

Files = list[Path]


@dataclass(frozen=True, slots=True)
class Reader:
    """How a source is read.

    Attributes:
        read: Yields the rows of the chosen files.
        version: Returns what the chosen files state about their version; may be empty.
        choose: Picks the files to read out of those found.
    """

    read: Callable[[Files], Iterator[Row]]
    version: Callable[[Files], str]
    choose: Callable[[Files], Files] = list


def _each(read: Callable[[Path], Iterator[Row]]) -> Callable[[Files], Iterator[Row]]:
    """Make a reader of several files out of a reader of one."""
    return lambda paths: chain.from_iterable(read(path) for path in paths)


def _newest(version: Callable[[Path], str]) -> Callable[[Files], str]:
    """Make the version of several files out of the version of one."""
    return lambda paths: max((version(path) for path in paths), default="")


def _last_of(paths: Files, prefix: str, suffix: str) -> Files:
    """Return the file whose name sorts last (the newest year) of those so named, if any."""
    named = [
        p for p in paths if plain_name(p).startswith(prefix) and plain_name(p).endswith(suffix)
    ]
    return named[-1:]


def _choose_mesh(paths: Files) -> Files:
    """Prefer the XML, which says most, to the tables, and these to the ASCII format."""
    terms = _last_of(paths, "mesh", "_descriptor_terms.tsv")
    trees = _last_of(paths, "mesh", "_tree_numbers.tsv")
    descriptors = (
        _last_of(paths, "desc", "")
        or (terms + trees if terms and trees else [])
        or _last_of(paths, "d20", ".bin")
    )
    supplements = _last_of(paths, "supp", "") or _last_of(paths, "mesh_scr_diseases", ".tsv")
    return descriptors + supplements if descriptors else []


def _read_mesh(paths: Files) -> Iterator[Row]:
    """Read descriptors and supplementary records as one vocabulary."""
    records: list[Iterable[mesh.Descriptor | mesh.Supplement]] = []
    trees = _last_of(paths, "mesh", "_tree_numbers.tsv")
    for path in paths:
        name = plain_name(path)
        if name.startswith(("desc", "supp")):
            records.append(mesh_xml.read(path))
        elif name.endswith(".bin"):
            records.append(mesh_ascii.read(path))
        elif name.endswith("_descriptor_terms.tsv"):
            records.append(mesh_tables.read_descriptors(path, trees[0]))
        elif name.startswith("mesh_scr_diseases"):
            records.append(mesh_tables.read_supplements(path))
    return mesh.rows(chain.from_iterable(records))


def _mesh_version(paths: Files) -> str:
    """Name the year of the descriptors, and that of the supplementary records if it differs."""
    years = list(dict.fromkeys(filter(None, map(mesh.version, paths))))
    if len(years) > 1:
        return f"{years[0]} (supplementary records: {years[-1]})"
    return "".join(years)


def _is_gene_info(path: Path) -> bool:
    return plain_name(path).endswith(".gene_info")


def _choose_genes(paths: Files) -> Files:
    """Take everything, organisms first, if there are genes at all."""
    info = [path for path in paths if _is_gene_info(path)]
    return info + [path for path in paths if path not in info] if info else []


def _read_genes(paths: Files) -> Iterator[Row]:
    """Read the organisms; of history and orthologs, which cover all life, what concerns these."""
    taxa: set[str] = set()
    for path in paths:
        if _is_gene_info(path):
            for row in ncbi_gene.read(path):
                if isinstance(row, Concept):
                    taxa.add(str(row.taxon))
                yield row
        elif plain_name(path) == "gene_history":
            yield from ncbi_gene.read_history(path, taxa)
        else:
            yield from ncbi_gene.read_orthologs(path, taxa)


def _choose_taxonomy(paths: Files) -> Files:
    """Prefer the whole archive; loose files need at least names and nodes."""
    archives = [path for path in paths if plain_name(path).endswith(".tar")]
    if archives:
        return archives[:1]
    found = {plain_name(path) for path in paths}
    if found and not {"names.dmp", "nodes.dmp"} <= found:
        raise SourceError(f"{paths[0].parent}: NCBI Taxonomy needs both names.dmp and nodes.dmp")
    return paths


READERS: dict[str, Reader] = {
    mondo.SOURCE: Reader(_each(mondo.read), _newest(mondo.version)),
    sssom.SOURCE: Reader(_each(sssom.read), _newest(sssom.version)),
    mesh.SOURCE: Reader(_read_mesh, _mesh_version, _choose_mesh),
    disease_ontology.SOURCE: Reader(
        _each(disease_ontology.read), _newest(disease_ontology.version)
    ),
    ncbi_gene.SOURCE: Reader(
        _read_genes,
        lambda paths: _newest(ncbi_gene.version)([p for p in paths if _is_gene_info(p)]),
        _choose_genes,
    ),
    hgnc.SOURCE: Reader(_each(hgnc.read), _newest(hgnc.version)),
    orthologs.HCOP: Reader(_each(orthologs.read_hcop), _newest(orthologs.version)),
    orthologs.HOMOLOGENE: Reader(_each(orthologs.read_homologene), _newest(orthologs.version)),
    ncbi_taxonomy.SOURCE: Reader(ncbi_taxonomy.read, lambda _: "", _choose_taxonomy),
}
"""The reader of each source, by the source's name."""
