"""The snapshot: the compiled terminology as four Parquet tables and a manifest.

Tables are sorted and written without anything that changes from run to run, so that the same rows
give the same bytes (with the same release of Arrow).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import SnapshotError

FORMAT_VERSION = 1
"""Version of the tables' layout; a snapshot of another version is not read."""

MANIFEST = "manifest.json"

SCHEMAS: dict[str, pa.Schema] = {
    "concepts": pa.schema(
        [
            ("curie", pa.string()),
            ("type", pa.string()),
            ("name", pa.string()),
            ("taxon", pa.int32()),
            ("rank", pa.string()),
            ("replaced_by", pa.string()),
        ]
    ),
    "names": pa.schema(
        [
            ("curie", pa.string()),
            ("text", pa.string()),
            ("scope", pa.string()),
            ("source", pa.string()),
        ]
    ),
    "parents": pa.schema([("child", pa.string()), ("parent", pa.string())]),
    "mappings": pa.schema(
        [
            ("subject_id", pa.string()),
            ("predicate_id", pa.string()),
            ("object_id", pa.string()),
            ("mapping_justification", pa.string()),
            ("mapping_source", pa.string()),
        ]
    ),
}

_SORTED_COLUMNS = {"curie", "child", "subject_id"}
_VARIED_COLUMNS = {"text", "name", "object_id", "parent", "replaced_by"}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that a snapshot was compiled from: its name and SHA-256 digest."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Source:
    """A vocabulary that a snapshot was compiled from.

    Attributes:
        name: Short name, as in the column `source` of the names.
        title: Full name.
        files: The files read.
        version: What the files themselves state about their version or date; may be empty.
        url: Home of the official files.
        licence: Terms of use.
        attribution: How to acknowledge it.
        rows: Rows read, by table; the tables hold less, since duplicates are dropped.
    """

    name: str
    title: str
    files: tuple[SourceFile, ...]
    version: str
    url: str
    licence: str
    attribution: str
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a snapshot: number of rows, SHA-256 digest and size of its file in bytes."""

    rows: int
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot contains and where it comes from."""

    format_version: int
    builder_version: str
    sources: tuple[Source, ...]
    tables: Mapping[str, Table]

    def save(self, directory: Path) -> None:
        """Write `manifest.json`."""
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False, sort_keys=True)
        (directory / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")

    @classmethod
    def load(cls, directory: Path) -> Manifest:
        """Read `manifest.json`.

        Raises:
            SnapshotError: If it is missing, unreadable or of another format version.
        """
        path = directory / MANIFEST
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            version = data["format_version"]
            if version != FORMAT_VERSION:
                raise SnapshotError(
                    f"{path}: has format {version}, this release of bionorm reads format "
                    f"{FORMAT_VERSION}. Run `bionorm ontologies build`."
                )
            return cls._from_json(data)
        except FileNotFoundError as error:
            raise SnapshotError(
                f"{directory}: is no terminology snapshot (no {MANIFEST}). "
                "Run `bionorm ontologies build --from DIR`."
            ) from error
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise SnapshotError(f"{path}: is damaged ({error!r}). Build it again.") from error

    @classmethod
    def _from_json(cls, data: dict[str, Any]) -> Manifest:
        """Build the objects from what JSON holds."""
        sources = []
        for entry in data["sources"]:
            files = tuple(SourceFile(**file) for file in entry["files"])
            sources.append(Source(**{**entry, "files": files}))
        return cls(
            format_version=data["format_version"],
            builder_version=data["builder_version"],
            sources=tuple(sources),
            tables={name: Table(**table) for name, table in data["tables"].items()},
        )


def embedded_file(*parts: str) -> Path:
    """Return where a file of `ontologies/` lies: in an installed package or in the source tree."""
    package = Path(__file__).parent
    installed = package / "data" / Path(*parts)
    return installed if installed.exists() else package.parents[1] / "ontologies" / Path(*parts)


def embedded_snapshot() -> Path:
    """Return the directory of the snapshot that comes with bionorm."""
    return embedded_file("snapshot")


def default_snapshot() -> Path:
    """Return the snapshot to use when none is named: `BIONORM_SNAPSHOT`, or the embedded one."""
    chosen = os.environ.get("BIONORM_SNAPSHOT")
    return Path(chosen) if chosen else embedded_snapshot()


def table_path(directory: Path, name: str) -> Path:
    """Return the file of a table."""
    return directory / f"{name}.parquet"


def read_table(directory: Path, name: str) -> pa.Table:
    """Read a table of a snapshot.

    Raises:
        SnapshotError: If the file is missing, damaged or has other columns.
    """
    path = table_path(directory, name)
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise SnapshotError(
            f"{path}: cannot be read ({error}). Run `bionorm ontologies build --from DIR`."
        ) from error
    if table.schema.names != SCHEMAS[name].names:
        raise SnapshotError(f"{path}: has the columns {', '.join(table.schema.names)}. Rebuild it.")
    return table


def write_table(
    directory: Path, name: str, columns: Mapping[str, list[Any]], *, compression_level: int = 22
) -> Table:
    """Write a table whose rows are sorted already.

    Identifiers in order and texts share their beginnings with their neighbours, which delta
    encoding makes use of; columns of few values get a dictionary.
    """
    schema = SCHEMAS[name]
    path = table_path(directory, name)
    encoded = {
        column: "DELTA_BYTE_ARRAY"
        for column in schema.names
        if column in _SORTED_COLUMNS | _VARIED_COLUMNS
    }
    table = pa.table(dict(columns), schema=schema)
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=compression_level,
        use_dictionary=[column for column in schema.names if column not in encoded],
        column_encoding=encoded,
        data_page_size=8 << 20,
        row_group_size=max(1, table.num_rows),
        write_statistics=False,
        store_schema=False,
    )
    data = path.read_bytes()
    return Table(table.num_rows, hashlib.sha256(data).hexdigest(), len(data))


def snapshot_hash(directory: Path) -> str:
    """Return a digest of the tables' digests: two snapshots with the same content share it.

    The tables themselves are not read; their sizes are compared with the manifest's.

    Raises:
        SnapshotError: If there is no readable manifest, or a table is missing or of another size.
    """
    manifest = Manifest.load(directory)
    for name in SCHEMAS:
        path, table = table_path(directory, name), manifest.tables.get(name)
        if table is None or not path.is_file() or path.stat().st_size != table.size:
            raise SnapshotError(
                f"{path}: is missing or not of the same build as {MANIFEST}. "
                "Run `bionorm ontologies build --from DIR`."
            )
    text = "\n".join(f"{name} {table.sha256}" for name, table in sorted(manifest.tables.items()))
    return hashlib.sha256(f"{manifest.format_version}\n{text}".encode()).hexdigest()


def describe(manifest: Manifest) -> str:
    """Return a README in Markdown: sources, versions, licences, counts, what is left out and why.

    >>> describe(Manifest(FORMAT_VERSION, "1.0", (), {})).startswith("# Terminology")
    True
    """
    sources = [
        f"| [{s.title}]({s.url}) | {s.version or 'not stated'} | {s.licence} | {s.attribution} |"
        for s in manifest.sources
    ]
    read = [
        f"| {s.name} | " + " | ".join(f"{s.rows.get(name, 0):,}" for name in SCHEMAS) + " |"
        for s in manifest.sources
    ]
    files = [f"| {s.name} | `{f.name}` | `{f.sha256}` |" for s in manifest.sources for f in s.files]
    tables = [
        f"| `{name}.parquet` | {table.rows:,} | {table.size:,} |"
        for name, table in sorted(manifest.tables.items())
    ]
    return _README.format(
        version=manifest.builder_version,
        sources="\n".join(sources),
        tables="\n".join(tables),
        read="\n".join(read),
        files="\n".join(files),
    )


_README = """\
# Terminology

`snapshot/` holds the vocabularies that bionorm finds and links entities with, compiled from their
official formats by `bionorm ontologies build` (bionorm {version}). It holds facts only:
identifiers, names, hierarchy and mappings. This page is generated from `snapshot/manifest.json`;
`sources.toml` lists where the official files are.

## Sources

The version is what the files themselves state; of several files, the newest. A remark in brackets
comes from the file's own header.

| source | version | licence | attribution |
|---|---|---|---|
{sources}

## Tables

| table | rows | bytes |
|---|--:|--:|
{tables}

- `concepts`: `curie type name taxon rank replaced_by`. A retired identifier has `replaced_by`.
- `names`: `curie text scope source`
- `parents`: `child parent`
- `mappings`: `subject_id predicate_id object_id mapping_justification mapping_source` (SSSOM);
  orthologous genes are related by `RO:HOM0000017`.

## Rows read from each source

The tables hold less, since what several sources say is kept once. A source whose files are extracts
gives what the extracts hold: all of NCBI Taxonomy would be 2.7 million taxa.

| source | concepts | names | parents | mappings |
|---|--:|--:|--:|--:|
{read}

## What is left out, and why

- Definitions, comments and references: nothing in bionorm reads them.
- MONDO terms below "disease characteristic" ("rare", "congenital"), which are no diseases, and
  obsolete terms without a replacement.
- MeSH outside trees C (Diseases) and F03 (Mental Disorders) and the disease supplementary records.
- Mappings to vocabularies other than MeSH, OMIM, DOID, NCIt, UMLS and Orphanet.
- Names that stand where a name is missing ("uncharacterized LOC101929"), names of more than 120
  characters, taxonomic authorities, and names that denote only a part of a taxon.
- Of the same name twice for one concept, differing in case or by inversion ("Neoplasms, Breast"),
  all but one.
- Of HCOP's orthologs, pairs that fewer than three methods support, unless they are the best there
  is for that gene and organism.
- Ambiguous and risky names are **not** left out; whether they are meant is decided in the text.

## Files

| source | file | SHA-256 |
|---|---|---|
{files}
"""
