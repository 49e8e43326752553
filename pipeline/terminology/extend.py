"""Bring your own: a snapshot with a user's terminologies added to it.

The result is a snapshot like any other, so that index, matching and linking know nothing of it. It
lies in the cache, under a name that is a hash of all that went into it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pipeline.errors import SnapshotError, SourceError, UsageError
from pipeline.model import Problem
from pipeline.terminology import snapshot
from pipeline.terminology.index import cache_directory
from pipeline.terminology.snapshot import Manifest, Source, SourceFile, Table
from pipeline.terminology.sources.files import sha256
from pipeline.terminology.user_sources import mapping_set, reader
from pipeline.terminology.user_sources.merging import Additions, canonical_type, knowledge
from pipeline.terminology.user_sources.statements import Fault, UserFile

LOG = logging.getLogger("bionorm")
_VERSION = 1
_REPORT = "additions.json"
_SHOWN = 10  # problems of a file that are told one by one
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_KINDS = {"concepts": ("type", "rank"), "names": ("scope", "source"), "mappings": ("predicate_id",)}
_MOST_KINDS = 255  # the index numbers them with a byte


@dataclass(frozen=True, slots=True)
class Addition:
    """A user's file, and the entity type of the concepts in it.

    Attributes:
        path: An ontology (OBO, OWL, OBO Graphs JSON), a table of concepts, literal mappings or a
            mapping set.
        type: Type of the concepts that neither the file nor the terminology gives one; may be
            empty. One of `EntityType` or a word of the user's own, such as `CellType`.
    """

    path: Path
    type: str = ""

    @classmethod
    def parse(cls, text: str) -> Addition:
        """Read `FILE` or `FILE:TYPE`; capital letters of built-in types do not matter.

        >>> Addition.parse("hp.obo:Phenotype").type, Addition.parse("lab.tsv:gene").type
        ('Phenotype', 'Gene')

        Raises:
            UsageError: If what stands behind the colon is no word.
        """
        head, colon, tail = text.rpartition(":")
        is_path = Path(text).exists() or not head or "/" in tail or "\\" in tail
        if not colon or is_path:
            return cls(Path(text))
        if not _TYPE.fullmatch(tail):
            raise UsageError(f"{text}: {tail!r} is no type; give a word, such as {head}:Phenotype")
        return cls(Path(head), canonical_type(tail))


@dataclass(frozen=True, slots=True)
class Extension:
    """A snapshot with additions.

    Attributes:
        snapshot: Its directory.
        problems: What was left out of the user's files, in their order.
    """

    snapshot: Path
    problems: tuple[Problem, ...]


def extended_snapshot(
    base: Path, additions: Sequence[Addition], *, cache: Path | None = None
) -> Path:
    """Return the directory of a snapshot that holds a base snapshot and a user's files.

    What was left out of the files is logged. See `extend`, which returns it.
    """
    extension = extend(base, additions, cache=cache)
    by_file: dict[str, list[Problem]] = {}
    for problem in extension.problems:
        by_file.setdefault(problem.path, []).append(problem)
    for path, problems in by_file.items():
        for problem in problems[:_SHOWN]:
            LOG.warning("%s", problem)
        if len(problems) > _SHOWN:
            report = extension.snapshot / _REPORT
            LOG.warning("%s: %d more, all in %s", path, len(problems) - _SHOWN, report)
    return extension.snapshot


def extend(base: Path, additions: Sequence[Addition], *, cache: Path | None = None) -> Extension:
    """Add a user's files to a snapshot.

    A concept that the snapshot has keeps its type, preferred name and parents, and gets more names
    and mappings; other concepts are new. Files count in the given order: the first one that
    mentions a new concept decides about its type and preferred name.

    Args:
        base: Directory of the snapshot, which stays as it is.
        additions: The files. Without any, the result is the base.
        cache: Directory for the result; by default the user's cache.

    Raises:
        UsageError: If a file does not exist, or a type is given for a mapping set.
        SourceError: If a file cannot be read or has nothing that can be used.
        SnapshotError: If the base is missing or incomplete, or the result cannot be written.
    """
    if not additions:
        return Extension(base, ())
    for addition in additions:
        if not addition.path.is_file():
            raise UsageError(f"{addition.path}: there is no such file to add to the terminology")
    target = (cache or cache_directory()) / "snapshots" / _key(base, additions)
    if (problems := _problems(target, additions)) is not None:
        return Extension(target, problems)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".building-", dir=target.parent))
    except OSError as error:
        raise SnapshotError(
            f"{target.parent}: cannot keep the extended terminology ({error}). "
            "Set BIONORM_CACHE to a directory that can be written."
        ) from error
    try:
        _build(base, additions, scratch)
        problems = _problems(scratch, additions) or ()
        try:
            scratch.rename(target)
        except OSError:
            # Another process was first, with the same content; or what is there is damaged.
            if _problems(target, additions) is None:
                shutil.rmtree(target, ignore_errors=True)
                scratch.rename(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return Extension(target, problems)


def _key(base: Path, additions: Sequence[Addition]) -> str:
    """Hash what the result depends on."""
    parts = [str(_VERSION), snapshot.snapshot_hash(base)]
    parts += [f"{a.path.name}\t{a.type}\t{sha256(a.path)}" for a in additions]
    digest = hashlib.sha256("\n".join(parts).encode())
    for module in sorted([Path(__file__), *Path(reader.__file__).parent.glob("*.py")]):
        # What the code makes of the files is as much a part of the result as the files.
        digest.update(module.read_bytes())
    return digest.hexdigest()[:24]


def _problems(target: Path, additions: Sequence[Addition]) -> tuple[Problem, ...] | None:
    """Return what was left out of a finished extension; None when it is not there or not whole."""
    try:
        snapshot.snapshot_hash(target)
        report = json.loads((target / _REPORT).read_text(encoding="utf-8"))
        return tuple(
            Problem(str(addition.path), line, reason, fatal=False)
            for addition, faults in zip(additions, report, strict=True)
            for line, reason in faults
        )
    except (SnapshotError, OSError, ValueError, TypeError):
        return None


def _build(base: Path, additions: Sequence[Addition], directory: Path) -> None:
    manifest = Manifest.load(base)
    tables = {name: snapshot.read_table(base, name) for name in snapshot.SCHEMAS}
    read = [reader.read(addition.path) for addition in additions]
    rows = Additions(knowledge(tables, [s for file in read for s in file.statements]))
    sources = []
    report = []
    for addition, file in zip(additions, read, strict=True):
        if addition.type and file.kind == mapping_set.KIND:
            raise UsageError(
                f"{addition.path}: is a mapping set, which has no concepts of its own; "
                f"leave out the type {addition.type}"
            )
        counts, faults = rows.add(file.statements, type_=addition.type, source=addition.path.name)
        if not counts:
            raise _nothing_usable(addition.path, faults)
        sources.append(_source(addition, file, counts))
        report.append([[fault.line, fault.reason] for fault in faults])
    added: dict[str, Sequence[tuple[object, ...]]] = {
        "concepts": rows.settled_concepts(),
        "names": list(rows.names.values()),
        "parents": list(rows.parents),
        "mappings": list(rows.mappings.values()),
    }
    written = {
        name: _write(base, directory, name, table, added[name], manifest.tables[name])
        for name, table in tables.items()
    }
    Manifest(
        manifest.format_version, manifest.builder_version, (*manifest.sources, *sources), written
    ).save(directory)
    (directory / _REPORT).write_text(json.dumps(report, ensure_ascii=False), encoding="utf-8")


def _nothing_usable(path: Path, faults: Sequence[Fault]) -> SourceError:
    if not faults:
        return SourceError(f"{path}: has nothing that could be added to the terminology")
    first = Problem(str(path), faults[0].line, faults[0].reason)
    more = f" ({len(faults) - 1} more like this)" if len(faults) > 1 else ""
    return SourceError(f"{first}{more}; nothing else is in the file")


def _source(addition: Addition, file: UserFile, counts: Counter[str]) -> Source:
    name = addition.path.name
    return Source(
        name=name,
        title=f"{name} ({addition.type or file.kind})",
        files=(SourceFile(name, sha256(addition.path)),),
        version=file.version,
        url="",
        licence=file.licence or "not stated",
        attribution="added by the user",
        rows={table: counts[table] for table in snapshot.SCHEMAS},
    )


def _write(
    base: Path,
    directory: Path,
    name: str,
    table: pa.Table,
    rows: Sequence[tuple[object, ...]],
    unchanged: Table,
) -> Table:
    """Write a table of the base with more rows, in the snapshot's order; copy it if there are none.

    Raises:
        SourceError: If the additions have too many different types, predicates or the like.
    """
    if not rows:
        shutil.copyfile(snapshot.table_path(base, name), snapshot.table_path(directory, name))
        return unchanged
    schema = snapshot.SCHEMAS[name]
    columns = [
        pa.array(values, f.type) for values, f in zip(zip(*rows, strict=True), schema, strict=True)
    ]
    every = pa.concat_tables([table.cast(schema), pa.table(columns, schema=schema)])
    for column in _KINDS.get(name, ()):
        kinds = len(every[column].unique())
        if kinds > _MOST_KINDS:
            raise SourceError(
                f"the terminology would have {kinds} different values of {column}; "
                f"at most {_MOST_KINDS} are possible"
            )
    keys = ["curie", "scope", "text"] if name == "names" else schema.names[:3]
    every = every.sort_by([(key, "ascending") for key in keys])
    # Packed less than the embedded snapshot, which takes ten times as long to write.
    return snapshot.write_table(
        directory, name, {c: every[c] for c in schema.names}, compression_level=3
    )
