"""Compile a directory of source files into a snapshot."""

from __future__ import annotations

import shutil
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

from pipeline.errors import SourceError
from pipeline.terminology import snapshot
from pipeline.terminology.condense import Tables, condense, new_genes
from pipeline.terminology.snapshot import Manifest, Source, SourceFile
from pipeline.terminology.sources import files, ncbi_gene, orthologs
from pipeline.terminology.sources.catalogue import READERS
from pipeline.terminology.sources.records import Concept, Mapping, Name, Parent, Row

REQUIRED = ("MONDO", "MeSH", "NCBI Gene", "NCBI Taxonomy")
"""Sources without which there is no snapshot; the others enrich it."""

_TABLES: dict[type, str] = {
    Concept: "concepts",
    Name: "names",
    Parent: "parents",
    Mapping: "mappings",
}


def build(source_dir: Path, snapshot_dir: Path) -> Manifest:
    """Compile the sources of a directory tree and put the snapshot in place.

    Args:
        source_dir: Directory tree with the official files (see `ontologies/sources.toml`).
        snapshot_dir: Where the snapshot goes; one that is there is replaced as a whole.

    Returns:
        The manifest of the new snapshot.

    Raises:
        SourceError: If a required source is missing or a source is damaged.
    """
    if not source_dir.is_dir():
        raise SourceError(f"{source_dir}: is no directory with terminology sources")
    tables = Tables()
    sources = [source for entry in catalogue() for source in _add(entry, source_dir, tables)]
    return _write(condense(tables), tuple(sources), snapshot_dir)


def catalogue() -> list[dict[str, Any]]:
    """Return the entries of `ontologies/sources.toml`, in the order in which they are read."""
    path = snapshot.embedded_file("sources.toml")
    entries: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["source"]
    return entries


def _add(entry: dict[str, Any], source_dir: Path, tables: Tables) -> Iterator[Source]:
    """Read a source into the tables; yield its entry in the manifest, or nothing if it is absent.

    Raises:
        SourceError: If the source is absent but required.
    """
    name = entry["name"]
    reader = READERS[name]
    used = reader.choose(files.find(source_dir, *entry["files"]))
    if not used:
        if name in REQUIRED:
            raise SourceError(
                f"{source_dir}: has no files of {entry['title']} ({', '.join(entry['files'])}). "
                f"Get them from {entry['url']}, or run `bionorm ontologies update`."
            )
        return
    rows = reader.read(used)
    if name in (orthologs.HCOP, orthologs.HOMOLOGENE):
        rows = new_genes(rows, covered=tables.taxa_with_genes(ncbi_gene.SOURCE))
    counts: Counter[str] = Counter(dict.fromkeys(_TABLES.values(), 0))
    for row in rows:
        counts[_TABLES[type(row)]] += 1
        tables.add(row)
    yield Source(
        name=name,
        title=entry["title"],
        files=tuple(SourceFile(path.name, files.sha256(path)) for path in used),
        version=reader.version(used),
        url=entry["url"],
        licence=entry["licence"],
        attribution=entry["attribution"],
        rows=dict(counts),
    )


def _write(tables: dict[str, list[Row]], sources: tuple[Source, ...], target: Path) -> Manifest:
    """Write a snapshot beside its place, then move it there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        written = {}
        for name, schema in snapshot.SCHEMAS.items():
            rows = tables[name]
            columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
            written[name] = snapshot.write_table(
                scratch, name, dict(zip(schema.names, map(list, columns), strict=True))
            )
        manifest = Manifest(
            format_version=snapshot.FORMAT_VERSION,
            builder_version=installed_version("bionorm"),
            sources=sources,
            tables=written,
        )
        manifest.save(scratch)
        _replace(scratch, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return manifest


def _replace(scratch: Path, target: Path) -> None:
    """Move the files of a finished snapshot into place, the manifest last.

    Each file appears whole or not at all; as long as the manifest is the old one, the digests in it
    tell a reader that the tables are of another build.
    """
    target.mkdir(exist_ok=True)
    names = [snapshot.table_path(scratch, name).name for name in snapshot.SCHEMAS]
    for name in (*names, snapshot.MANIFEST):
        (scratch / name).replace(target / name)
