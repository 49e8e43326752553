"""The index: a snapshot compiled once into memory-mapped arrays.

Compiling takes some seconds and happens once for a snapshot; the result lies in the user's cache
under a name that is a hash of all that went into it, is written to a temporary directory and
renamed, so that two processes may compile at the same time and none ever sees half an index.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import platformdirs

from pipeline.terminology import arrays, compile, name_hashes, name_variants, normal_form
from pipeline.terminology.array_store import load_arrays, save_arrays
from pipeline.terminology.arrays import (
    Arrays,
    Filter,
    HashTable,
    Ragged,
    SortedStrings,
    Strings,
)
from pipeline.terminology.compile import compile_arrays, own_names
from pipeline.terminology.snapshot import snapshot_hash

LOG = logging.getLogger("bionorm")
INDEX_VERSION = 2


@dataclass(frozen=True, slots=True)
class Index:
    """All of a terminology as arrays. Concepts and names are numbered from 0.

    Attributes:
        curies: Identifier of each concept, sorted.
        concept_type: Entity type of each concept (number in `types`).
        concept_rank: Gene type or taxonomic rank (number in `ranks`).
        concept_taxon: Taxon number of a gene, otherwise 0.
        concept_current: Concept that replaces a retired one; itself when it is current.
        concept_label: Preferred names, in the order of `curies`.
        names: Text of each name, those of a concept together.
        name_concept: Concept of each name.
        name_scope: Scope of each name (number in `scopes`).
        name_source: Source of each name (number in `sources`).
        names_of: First name of each concept, and one more entry at the end.
        key_table: From hash of a normal form to its key.
        key_names: Names of each key.
        filter: Hashes of names and of their beginnings, to rule out most stretches of a text.
        parents: Parents of each concept.
        mapped: Mapped concepts of each concept.
        mapped_by: Predicate of each mapping, in step with `mapped.values`.
    """

    curies: SortedStrings
    concept_type: npt.NDArray[np.uint8]
    concept_rank: npt.NDArray[np.uint8]
    concept_taxon: npt.NDArray[np.int32]
    concept_current: npt.NDArray[np.int32]
    concept_label: Strings
    names: Strings
    name_concept: npt.NDArray[np.int32]
    name_scope: npt.NDArray[np.uint8]
    name_source: npt.NDArray[np.uint8]
    names_of: npt.NDArray[np.uint32]
    key_table: HashTable
    key_names: Ragged
    filter: Filter
    parents: Ragged
    mapped: Ragged
    mapped_by: npt.NDArray[np.uint8]
    types: tuple[str, ...]
    ranks: tuple[str, ...]
    scopes: tuple[str, ...]
    sources: tuple[str, ...]
    predicates: tuple[str, ...]

    @classmethod
    def from_arrays(cls, a: Arrays, kinds: dict[str, list[str]]) -> Index:
        """Put the arrays of `compile_arrays` (or their memory-mapped copies) in place."""
        return cls(
            curies=SortedStrings(_strings(a, "curies"), a["curies_heads"]),
            concept_type=a["concept_type"],
            concept_rank=a["concept_rank"],
            concept_taxon=a["concept_taxon"],
            concept_current=a["concept_current"],
            concept_label=_strings(a, "concept_label"),
            names=_strings(a, "names"),
            name_concept=a["name_concept"],
            name_scope=a["name_scope"],
            name_source=a["name_source"],
            names_of=a["names_of"],
            key_table=HashTable(a["key_hashes"], a["key_slots"]),
            key_names=_ragged(a, "key_names"),
            filter=Filter(a["filter"]),
            parents=_ragged(a, "parents"),
            mapped=_ragged(a, "mapped"),
            mapped_by=a["mapped_by"],
            **{kind: tuple(values) for kind, values in kinds.items()},
        )


def _strings(a: Arrays, name: str) -> Strings:
    return Strings(a[f"{name}_block"], a[f"{name}_ends"])


def _ragged(a: Arrays, name: str) -> Ragged:
    return Ragged(a[f"{name}_starts"], a[f"{name}_values"])


def cache_directory() -> Path:
    """Return the directory of compiled indexes: `BIONORM_CACHE`, or the user's cache."""
    chosen = os.environ.get("BIONORM_CACHE")
    return Path(chosen) if chosen else platformdirs.user_cache_path("bionorm")


def open_index(snapshot: Path, *, cache: Path | None = None) -> Index:
    """Open the index of a snapshot, compiling it first when the cache does not hold it.

    Args:
        snapshot: Directory of the snapshot.
        cache: Directory for compiled indexes; by default `cache_directory()`.

    Raises:
        SnapshotError: If the snapshot is missing or incomplete.
    """
    key = _key(snapshot)
    root = (cache or cache_directory()) / "index"
    target = root / key
    if (opened := _load(target)) is not None:
        return opened
    if target.exists():
        LOG.warning("the index in %s is damaged; compiling it again", target)
        shutil.rmtree(target, ignore_errors=True)
    else:
        LOG.info("compiling the terminology's index (once for this snapshot)")
    compiled, kinds = compile_arrays(snapshot)
    try:
        save_arrays(compiled, {"kinds": kinds}, target)
    except OSError as error:
        LOG.warning("the index cannot be kept in %s: %s", root, error)
        return Index.from_arrays(compiled, kinds)
    opened = _load(target)
    return opened if opened is not None else Index.from_arrays(compiled, kinds)


def _key(snapshot: Path) -> str:
    digest = hashlib.sha256(f"{INDEX_VERSION} {snapshot_hash(snapshot)}".encode())
    digest.update(own_names().read_bytes())
    for module in (arrays, compile, name_hashes, name_variants, normal_form):
        # What the code makes of a snapshot is as much a part of the index as the snapshot.
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()[:24]


def _load(target: Path) -> Index | None:
    """Map an index into memory; None when it is not there or not whole."""
    try:
        found = load_arrays(target)
        return Index.from_arrays(found[0], found[1]["kinds"]) if found else None
    except (KeyError, TypeError, AttributeError):
        return None  # a catalogue of something else
