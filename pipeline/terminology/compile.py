"""From the tables of a snapshot to the arrays of an index.

All is done on whole columns: strings stay in Arrow, and concepts, names and categories are numbers
from the beginning.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import SnapshotError
from pipeline.model import EntityType
from pipeline.terminology.arrays import (
    Arrays,
    Filter,
    HashTable,
    Ragged,
    SortedStrings,
    Strings,
)
from pipeline.terminology.name_hashes import fold, words_of
from pipeline.terminology.name_variants import variant_rows
from pipeline.terminology.normal_form import (
    WORD,
    Cutter,
    Int64s,
    Uint64s,
    Words,
    beginnings,
    mix,
    normal_word,
)
from pipeline.terminology.snapshot import read_table

UNMATCHED_SCOPES = frozenset({"locus"})
"""Scopes of names that stay out of the matcher; `lookup` by identifier still shows them."""

_FILTER_BITS = 25
_CHUNK = 20_000
_SHORT = 12
_BINOMIAL = re.compile(r"([A-Z])[a-z]+ ([a-z][a-z-]{2,})")
_ABBREVIATED_RANKS = ("species", "subspecies")
_INVERSE = {"skos:broadMatch": "skos:narrowMatch", "skos:narrowMatch": "skos:broadMatch"}


@dataclass(frozen=True, slots=True)
class _Names:
    """Names ordered by concept, as columns; the concept is a number."""

    concept: Int64s
    text: pa.Array
    scope: pa.Array
    source: pa.Array


def own_names() -> Path:
    """Return the file of names that bionorm itself adds, such as `patients` for human."""
    return Path(str(files("pipeline.terminology") / "data" / "species_words.tsv"))


def compile_arrays(snapshot: Path) -> tuple[Arrays, dict[str, list[str]]]:
    """Compile a snapshot; returns the arrays and the kinds (types, scopes, …) they number.

    Raises:
        SnapshotError: If a table is missing or damaged, or names a concept that is not there.
    """
    arrays: Arrays = {}
    kinds: dict[str, list[str]] = {}
    parents, mappings = read_table(snapshot, "parents"), read_table(snapshot, "mappings")
    curies, concepts = _all_concepts(read_table(snapshot, "concepts"), parents, mappings)
    _put_strings(arrays, "curies", curies)
    arrays["curies_heads"] = SortedStrings.pack(curies).heads
    kinds["types"], arrays["concept_type"] = _categories(concepts["type"])
    kinds["ranks"], arrays["concept_rank"] = _categories(concepts["rank"])
    arrays["concept_taxon"] = concepts["taxon"].to_numpy().astype(np.int32)
    arrays["concept_current"] = _current(concepts["replaced_by"], curies)
    _put_strings(arrays, "concept_label", concepts["name"])

    names = _all_names(read_table(snapshot, "names"), concepts, curies)
    _put_strings(arrays, "names", names.text)
    arrays["name_concept"] = names.concept.astype(np.int32)
    borders = np.searchsorted(names.concept, np.arange(len(curies) + 1))
    arrays["names_of"] = borders.astype(np.uint32)
    kinds["scopes"], arrays["name_scope"] = _categories(names.scope)
    kinds["sources"], arrays["name_source"] = _categories(names.source)
    unmatched = pc.is_in(names.scope, pa.array(sorted(UNMATCHED_SCOPES)))
    arrays |= _keys(names.text, np.flatnonzero(~_flags(unmatched)))

    child, parent = _numbers(parents["child"], curies), _numbers(parents["parent"], curies)
    _put_ragged(arrays, "parents", Ragged.group(child, parent, len(curies)))
    kinds["predicates"], subject, predicate, target = _both_directions(mappings, curies)
    _put_ragged(arrays, "mapped", Ragged.group(subject, target, len(curies)))
    arrays["mapped_by"] = predicate.astype(np.uint8)
    return arrays, kinds


def _put_strings(arrays: Arrays, name: str, texts: pa.Array) -> None:
    packed = Strings.pack(texts)
    arrays[f"{name}_block"], arrays[f"{name}_ends"] = packed.block, packed.ends


def _put_ragged(arrays: Arrays, name: str, ragged: Ragged) -> None:
    arrays[f"{name}_starts"], arrays[f"{name}_values"] = ragged.starts, ragged.values


def _whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Return a column as one array."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _flags(column: pa.Array) -> npt.NDArray[np.bool_]:
    return np.asarray(column.to_numpy(zero_copy_only=False), bool)


def _numbers(column: pa.ChunkedArray | pa.Array, curies: pa.Array) -> Int64s:
    """Return the number of each identifier.

    Raises:
        SnapshotError: If one is not among the concepts.
    """
    found = pc.index_in(_whole(column), curies)
    if found.null_count:
        unknown = column.filter(pc.is_null(found))[0]
        raise SnapshotError(f"the snapshot names {unknown}, which is none of its concepts")
    return np.asarray(found.to_numpy(), np.int64)


def _categories(column: pa.ChunkedArray | pa.Array) -> tuple[list[str], npt.NDArray[np.uint8]]:
    """Replace strings of few kinds by small integers; the kinds are sorted."""
    kinds = sorted(pc.unique(column).to_pylist())
    codes = pc.index_in(_whole(column), pa.array(kinds, pa.string()))
    return kinds, codes.to_numpy().astype(np.uint8)


def _all_concepts(
    concepts: pa.Table, parents: pa.Table, mappings: pa.Table
) -> tuple[pa.Array, dict[str, pa.Array]]:
    """Number every identifier that occurs anywhere, also those that only a mapping names.

    Returns:
        The identifiers, sorted, and the columns of the concepts in that order.
    """
    replaced_by = concepts["replaced_by"]
    columns = (
        concepts["curie"],
        replaced_by.filter(pc.not_equal(replaced_by, "")),
        *(parents[c] for c in ("child", "parent")),
        *(mappings[c] for c in ("subject_id", "object_id")),
    )
    every = pc.unique(
        pa.chunked_array([c for column in columns for c in column.chunks], pa.string())
    )
    curies = every.take(pc.sort_indices(every))
    row = pc.index_in(curies, _whole(concepts["curie"]))
    return curies, {
        column: pc.fill_null(_whole(concepts[column]).take(row), 0 if column == "taxon" else "")
        for column in ("type", "name", "taxon", "rank", "replaced_by")
    }


def _current(replaced_by: pa.Array, curies: pa.Array) -> npt.NDArray[np.int32]:
    """Follow replacements to their end; what only leads round in a circle stays what it is."""
    current = np.arange(len(curies), dtype=np.int32)
    retired = np.flatnonzero(_flags(pc.not_equal(replaced_by, "")))
    current[retired] = _numbers(replaced_by.take(pa.array(retired)), curies)
    for _ in range(8):  # each step doubles the length of the chains that are followed
        current = current[current]
    circular = retired[np.isin(current[retired], retired)]
    current[circular] = circular
    return current


def _all_names(names: pa.Table, concepts: dict[str, pa.Array], curies: pa.Array) -> _Names:
    """Put our own names before those of the snapshot, variants and abbreviated names behind them.

    Each concept's names keep this order; of the same name twice the first one stays.
    """
    own = _own_rows()
    known = _flags(pc.is_in(pa.array([r[0] for r in own], pa.string()), curies))
    own = [row for row, is_known in zip(own, known, strict=True) if is_known]
    owner = pa.array(_numbers(names["curie"], curies))
    varied = variant_rows(
        names, concepts["type"].take(owner), concepts["taxon"].take(owner).to_numpy()
    )
    every = pa.concat_tables(
        [
            _table(own, names.schema),
            names,
            _table(varied, names.schema),
            _table(_abbreviated(concepts, curies), names.schema),
        ]
    )
    concept = _numbers(every["curie"], curies)
    text = _whole(every["text"]).dictionary_encode().indices.to_numpy().astype(np.int64)
    _, first = np.unique(concept * (len(text) + 1) + text, return_index=True)
    first.sort()
    order = first[np.argsort(concept[first], kind="stable")]
    ordered = every.take(pa.array(order))
    return _Names(concept[order], *(_whole(ordered[c]) for c in ("text", "scope", "source")))


def _own_rows() -> list[tuple[str, str, str, str]]:
    with own_names().open(encoding="utf-8", newline="") as stream:
        lines = (line for line in stream if not line.startswith("#"))
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["curie"], row["text"], "word", "bionorm") for row in rows]


def _abbreviated(
    concepts: dict[str, pa.Array], curies: pa.Array
) -> list[tuple[str, str, str, str]]:
    """Return `C. elegans` for `Caenorhabditis elegans`, and so on."""
    chosen = pc.and_(
        pc.equal(concepts["type"], str(EntityType.SPECIES)),
        pc.is_in(concepts["rank"], pa.array(_ABBREVIATED_RANKS)),
    )
    pairs = zip(
        curies.filter(chosen).to_pylist(), concepts["name"].filter(chosen).to_pylist(), strict=True
    )
    return [
        (curie, f"{binomial[1]}. {binomial[2]}", "abbreviated", "bionorm")
        for curie, name in pairs
        if (binomial := _BINOMIAL.fullmatch(name))
    ]


def _table(rows: Sequence[tuple[str, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema)


def _both_directions(
    mappings: pa.Table, curies: pa.Array
) -> tuple[list[str], Int64s, Int64s, Int64s]:
    """Turn mappings round, too; each once, sorted by subject, predicate and object.

    Returns:
        The predicates; number of the subject, the predicate and the object of each mapping.
    """
    given = pc.unique(mappings["predicate_id"]).to_pylist()
    predicates = sorted({*given, *(_INVERSE.get(p, p) for p in given)})
    turned = np.array([predicates.index(_INVERSE.get(p, p)) for p in predicates], np.int64)
    subject, target = (_numbers(mappings[c], curies) for c in ("subject_id", "object_id"))
    predicate = _numbers(mappings["predicate_id"], pa.array(predicates, pa.string()))
    every = np.stack(
        [
            np.concatenate([subject, target]),
            np.concatenate([predicate, turned[predicate]]),
            np.concatenate([target, subject]),
        ]
    )
    kinds, concepts = max(1, len(predicates)), max(1, len(curies))
    packed = np.unique((every[0] * kinds + every[1]) * concepts + every[2])
    rest, target = np.divmod(packed, concepts)
    subject, predicate = np.divmod(rest, kinds)
    return predicates, subject, predicate, target


def _keys(texts: pa.Array, matched: Int64s) -> Arrays:
    """Compute the hash table over normal forms and the set of their beginnings."""
    names: list[Int64s] = []
    hashes: list[Uint64s] = []
    starts: list[Uint64s] = [_short_beginnings(texts.take(pa.array(matched)))]
    for numbers, words, owner in _cut_names(texts, matched):
        is_word = words.kind == WORD
        punctuated = np.zeros(len(numbers), bool)
        punctuated[owner[~is_word]] = True
        # Without its punctuation `Neoplasms, Breast` also matches `neoplasms breast`.
        for kept in (np.ones(len(owner), bool), is_word & punctuated[owner]):
            present, folded, steps = fold(words.hash[kept], words.factor[kept], owner[kept])
            names.append(numbers[present])
            hashes.append(folded)
            starts.append(steps)
    name = np.concatenate([np.zeros(0, np.int64), *names])
    every = mix(np.concatenate([np.zeros(0, np.uint64), *hashes]))
    key, of_name = np.unique(every, return_inverse=True)
    of_name, name = np.divmod(np.unique(of_name * (len(texts) + 1) + name), len(texts) + 1)
    table = HashTable.build(key)
    key_names = Ragged.group(of_name, name, len(key))
    filter_ = Filter.build(key, mix(np.concatenate(starts)), bits=_FILTER_BITS)
    return {
        "key_hashes": table.keys,
        "key_slots": table.values,
        "key_names_starts": key_names.starts,
        "key_names_values": key_names.values,
        "filter": filter_.bits,
    }


def _cut_names(texts: pa.Array, numbers: Int64s) -> Iterator[tuple[Int64s, Words, Int64s]]:
    """Cut names, many at a time; yields their numbers, the words, and whose word each is."""
    cutter = Cutter(limit=1 << 30)
    for start in range(0, len(numbers), _CHUNK):
        part = numbers[start : start + _CHUNK]
        chunk = texts.take(pa.array(part)).to_pylist()
        yield part, *words_of([text.strip() or "?" for text in chunk], cutter)


def _short_beginnings(texts: pa.Array) -> Uint64s:
    """Hash every beginning of short one-word names, which a text may cut (`NF-kB` for NFKB)."""
    short = texts.filter(pc.less_equal(pc.utf8_length(texts), _SHORT))
    return beginnings([normal_word(t) for t in pc.unique(short).to_pylist() if t.isalnum()])
