"""From the tables of a snapshot to the arrays of an index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.model import EntityType
from pipeline.terminology.arrays import (
    Arrays,
    Bitmap,
    HashTable,
    Ragged,
    Strings,
    distinct,
    encode_categories,
)
from pipeline.terminology.normal_form import (
    PARAGRAPH,
    WORD,
    Cutter,
    Uint64s,
    Words,
    mix,
    normal_word,
    polynomial,
)
from pipeline.terminology.snapshot import read_table

UNMATCHED_SCOPES = frozenset({"locus"})
"""Scopes of names that stay out of the matcher; `lookup` by identifier still shows them."""

_PREFIX_BITS = 26
_CHUNK = 20_000
_SHORT = 12


def own_names() -> Path:
    """Return the file of names that bionorm itself adds, such as `patients` for human."""
    return Path(str(files("pipeline.terminology") / "data" / "species_words.tsv"))


def compile_arrays(snapshot: Path) -> tuple[Arrays, dict[str, list[str]]]:
    """Compile a snapshot; returns the arrays and the kinds (types, scopes, …) they number."""
    concepts = read_table(snapshot, "concepts").to_pandas()
    names = read_table(snapshot, "names").to_pandas()
    parents = read_table(snapshot, "parents").to_pandas()
    mappings = read_table(snapshot, "mappings").to_pandas()
    curies, concepts = _all_concepts(concepts, parents, mappings)
    number = pd.Series(np.arange(len(curies)), index=curies)
    names = _all_names(names, concepts)

    arrays: Arrays = {}
    kinds: dict[str, list[str]] = {}
    _put_strings(arrays, "curies", curies)
    kinds["types"], arrays["concept_type"] = encode_categories(concepts["type"])
    kinds["ranks"], arrays["concept_rank"] = encode_categories(concepts["rank"])
    arrays["concept_taxon"] = concepts["taxon"].to_numpy(np.int32)
    arrays["concept_current"] = _current(concepts["replaced_by"], number)
    _put_strings(arrays, "concept_label", concepts["name"].tolist())

    texts = names["text"].tolist()
    concept = number.loc[names["curie"]].to_numpy(np.int64)
    _put_strings(arrays, "names", texts)
    arrays["name_concept"] = concept.astype(np.int32)
    arrays["names_of"] = np.searchsorted(concept, np.arange(len(curies) + 1)).astype(np.uint32)
    kinds["scopes"], arrays["name_scope"] = encode_categories(names["scope"])
    kinds["sources"], arrays["name_source"] = encode_categories(names["source"])
    matched = ~names["scope"].isin(UNMATCHED_SCOPES).to_numpy()
    arrays |= _keys(texts, matched)

    _put_ragged(
        arrays,
        "parents",
        Ragged.group(
            number.loc[parents["child"]].to_numpy(np.int64),
            number.loc[parents["parent"]].to_numpy(np.int64),
            len(curies),
        ),
    )
    both = _both_directions(mappings)
    kinds["predicates"], predicate = encode_categories(both["predicate"])
    subject = number.loc[both["subject"]].to_numpy(np.int64)
    _put_ragged(
        arrays,
        "mapped",
        Ragged.group(subject, number.loc[both["object"]].to_numpy(np.int64), len(curies)),
    )
    arrays["mapped_by"] = predicate[np.argsort(subject, kind="stable")]
    return arrays, kinds


def _put_strings(arrays: Arrays, name: str, texts: Sequence[str]) -> None:
    packed = Strings.pack(texts)
    arrays[f"{name}_block"], arrays[f"{name}_ends"] = packed.block, packed.ends


def _put_ragged(arrays: Arrays, name: str, ragged: Ragged) -> None:
    arrays[f"{name}_starts"], arrays[f"{name}_values"] = ragged.starts, ragged.values


def _all_concepts(
    concepts: pd.DataFrame, parents: pd.DataFrame, mappings: pd.DataFrame
) -> tuple[list[str], pd.DataFrame]:
    """Number every identifier that occurs anywhere, also those that only a mapping names."""
    seen = set(concepts["curie"])
    for column in (
        parents["child"],
        parents["parent"],
        mappings["subject_id"],
        mappings["object_id"],
        concepts["replaced_by"][concepts["replaced_by"] != ""],
    ):
        seen.update(column)
    curies = sorted(seen)
    table = concepts.set_index("curie").reindex(curies)
    blank = {"type": "", "name": "", "taxon": 0, "rank": "", "replaced_by": ""}
    return curies, table.fillna(blank).reset_index()


def _all_names(names: pd.DataFrame, concepts: pd.DataFrame) -> pd.DataFrame:
    """Add our own names and abbreviated species names; order by concept, keeping the rest."""
    own = pd.read_csv(own_names(), sep="\t", comment="#", dtype=str, keep_default_na=False)
    own = own.assign(scope="word", source="bionorm")[["curie", "text", "scope", "source"]]
    own = own[own["curie"].isin(set(concepts["curie"]))]
    species = concepts[
        (concepts["type"] == EntityType.SPECIES) & concepts["rank"].isin(["species", "subspecies"])
    ]
    short = species["name"].str.extract(r"^([A-Z])[a-z]+ ([a-z][a-z-]{2,})$")
    abbreviated = pd.DataFrame(
        {"curie": species["curie"], "text": short[0] + ". " + short[1]}
    ).dropna()
    abbreviated = abbreviated.assign(scope="abbreviated", source="bionorm")
    every = pd.concat([own, names, abbreviated], ignore_index=True)
    every = every.drop_duplicates(["curie", "text"])
    return every.sort_values("curie", kind="stable").reset_index(drop=True)


def _current(replaced_by: pd.Series[str], number: pd.Series[int]) -> npt.NDArray[np.int32]:
    """Follow replacements to their end; a cycle ends where it began."""
    current = np.arange(len(replaced_by), dtype=np.int32)
    retired = np.flatnonzero((replaced_by != "").to_numpy())
    current[retired] = number.loc[replaced_by.iloc[retired]].to_numpy(np.int32)
    for _ in range(8):  # chains are short: a merged identifier is rarely merged again
        current = current[current]
    return current


def _both_directions(mappings: pd.DataFrame) -> pd.DataFrame:
    inverse = {"skos:broadMatch": "skos:narrowMatch", "skos:narrowMatch": "skos:broadMatch"}
    there = pd.DataFrame(
        {
            "subject": mappings["subject_id"],
            "predicate": mappings["predicate_id"],
            "object": mappings["object_id"],
        }
    )
    back = pd.DataFrame(
        {
            "subject": there["object"],
            "predicate": there["predicate"].replace(inverse),
            "object": there["subject"],
        }
    )
    both = pd.concat([there, back], ignore_index=True).drop_duplicates()
    return both.sort_values(["subject", "predicate", "object"]).reset_index(drop=True)


def _keys(texts: Sequence[str], matched: npt.NDArray[np.bool_]) -> Arrays:
    """Compute the hash table over normal forms and the set of their beginnings."""
    ids: list[npt.NDArray[np.int64]] = []
    hashes: list[Uint64s] = []
    beginnings: list[Uint64s] = []
    for numbers, words, owner in _cut_names(texts, np.flatnonzero(matched)):
        for kept in (np.ones(len(owner), bool), words.kind == WORD):
            # Without its punctuation `Neoplasms, Breast` also matches `neoplasms breast`.
            owners, final, steps = _fold(words, owner, kept)
            ids.append(numbers[owners])
            hashes.append(final)
            beginnings.append(steps)
    name = np.concatenate(ids)
    key, of_name = distinct(mix(np.concatenate(hashes)))
    pairs = np.unique(np.stack([of_name, name]), axis=1)
    table = HashTable.build(key)
    key_names = Ragged.group(pairs[0], pairs[1], len(key))
    beginnings.append(_short_beginnings(texts, matched))
    prefixes = Bitmap.build(mix(np.concatenate(beginnings)), bits=_PREFIX_BITS)
    return {
        "key_hashes": table.keys,
        "key_slots": table.values,
        "key_names_starts": key_names.starts,
        "key_names_values": key_names.values,
        "prefixes": prefixes.bits,
    }


def _cut_names(
    texts: Sequence[str], numbers: npt.NDArray[np.int64]
) -> Iterator[tuple[npt.NDArray[np.int64], Words, npt.NDArray[np.int64]]]:
    """Cut names, many at a time; yields their numbers, the words, and whose word each is."""
    cutter = Cutter(limit=1 << 30)
    wall = np.uint64(polynomial(PARAGRAPH)[0])
    for start in range(0, len(numbers), _CHUNK):
        part = numbers[start : start + _CHUNK]
        words = cutter.cut(PARAGRAPH.join(texts[i].strip() or "?" for i in part))
        is_wall = words.hash == wall
        owner = np.cumsum(is_wall)
        inside = ~is_wall
        yield (
            part,
            Words(*(getattr(words, f)[inside] for f in ("start", "end", "kind", "hash", "factor"))),
            owner[inside],
        )


def _fold(
    words: Words, owner: npt.NDArray[np.int64], kept: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int64], Uint64s, Uint64s]:
    """Combine the words of each name; returns owners, their hashes, and those of beginnings."""
    owner, value, factor = owner[kept], words.hash[kept], words.factor[kept]
    owners, first, count = np.unique(owner, return_index=True, return_counts=True)
    total = np.zeros(len(owners), np.uint64)
    steps: list[Uint64s] = [np.zeros(0, np.uint64)]
    for k in range(int(count.max(initial=0))):
        longer = np.flatnonzero(count > k)
        word = first[longer] + k
        total[longer] = total[longer] * factor[word] + value[word]
        steps.append(total[longer][count[longer] > k + 1])
    return owners, total, np.concatenate(steps)


def _short_beginnings(texts: Sequence[str], matched: npt.NDArray[np.bool_]) -> Uint64s:
    """Hash every beginning of short one-word names, which a text may cut (`NF-kB` for NFKB)."""
    seen: set[int] = set()
    for i in np.flatnonzero(matched):
        text = texts[i]
        if len(text) <= _SHORT and text.isalnum():
            normal = normal_word(text)
            seen.update(polynomial(normal[:k])[0] for k in range(1, len(normal)))
    return np.fromiter(sorted(seen), np.uint64, len(seen))
