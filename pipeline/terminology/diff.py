"""What changed between two snapshots: concepts, their names, and the releases of the sources."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.terminology.snapshot import Manifest, read_table, snapshot_hash

CHANGES = (
    "new",
    "reinstated",
    "retired",
    "removed",
    "renamed",
    "redirect added",
    "redirect changed",
    "redirect removed",
    "name added",
    "name removed",
)
"""Kinds of change, in the order of the details.

`new` and `removed` concepts are in one snapshot only. A `retired` one was in use and now leads to
its replacement; a `reinstated` one the other way round. A redirect is a retired identifier that was
none in use before. Names count for concepts that are in use in both snapshots.
"""

DETAIL_COLUMNS = ("change", "curie", "type", "old", "new")


@dataclass(frozen=True, slots=True)
class Counts:
    """What changed in the concepts of one type and vocabulary.

    Attributes:
        type: Entity type.
        vocabulary: Prefix of the identifiers.
        before: Concepts in use in the old snapshot.
        after: Concepts in use in the new snapshot.
        new: Concepts that only the new one has.
        reinstated: Concepts that were retired and are in use again.
        retired: Concepts that another one replaces now.
        removed: Concepts that are gone without a replacement.
        renamed: Concepts whose preferred name is another.
        redirects: Retired identifiers that came, went or lead elsewhere.
        names_added: Names that concepts in use in both have only in the new one.
        names_removed: Names that concepts in use in both have only in the old one.
    """

    type: str
    vocabulary: str
    before: int
    after: int
    new: int
    reinstated: int
    retired: int
    removed: int
    renamed: int
    redirects: int
    names_added: int
    names_removed: int


@dataclass(frozen=True, slots=True)
class Release:
    """Versions of a source in both snapshots; empty where it is absent or states none."""

    source: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed between two snapshots.

    Attributes:
        counts: By type and vocabulary, sorted.
        releases: The sources whose version, or whose presence, differs.
        details: One row for each change (`DETAIL_COLUMNS`), sorted by kind, identifier and value.
    """

    counts: tuple[Counts, ...]
    releases: tuple[Release, ...]
    details: pa.Table


def diff(old: Path, new: Path) -> Difference:
    """Compare two snapshots.

    Args:
        old: Directory of a snapshot.
        new: Directory of another.

    Raises:
        SnapshotError: If one of them is missing, incomplete or of another format.
    """
    for directory in (old, new):
        snapshot_hash(directory)
    concepts = _concepts(read_table(old, "concepts"), read_table(new, "concepts"))
    changes = [_rows(concepts, kind, *columns) for kind, columns in _CONCEPT_CHANGES.items()]
    both = concepts.filter(_all(concepts, "used_old", "used_new")).select(["curie", "type"])
    names = _names(read_table(old, "names")), _names(read_table(new, "names"))
    changes.append(_only(names[1], names[0], both, "name added", "new"))
    changes.append(_only(names[0], names[1], both, "name removed", "old"))
    details = pa.concat_tables(changes)
    order = pc.index_in(details["change"], value_set=pa.array(CHANGES))
    details = details.append_column("order", order).sort_by(
        [(column, "ascending") for column in ("order", "curie", "old", "new")]
    )
    return Difference(
        counts=_counts(concepts, details),
        releases=_releases(Manifest.load(old), Manifest.load(new)),
        details=details.select(list(DETAIL_COLUMNS)),
    )


def details_tsv(difference: Difference) -> str:
    """Write the details as TSV: `change curie type old new`.

    `old` and `new` hold preferred names, the replacement where a concept is retired, or the name
    that was added or removed. White space in a value becomes a single space.
    """
    columns = [difference.details[column].to_pylist() for column in DETAIL_COLUMNS]
    lines = ["\t".join(DETAIL_COLUMNS)]
    lines += ["\t".join(" ".join(v.split()) for v in row) for row in zip(*columns, strict=True)]
    return "\n".join(lines) + "\n"


def counts_tsv(difference: Difference) -> str:
    """Write the counts as TSV, one row for each type and vocabulary."""
    lines = ["\t".join(field.name for field in fields(Counts))]
    lines += ["\t".join(map(str, astuple(counts))) for counts in difference.counts]
    return "\n".join(lines) + "\n"


_CONCEPT_CHANGES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "new": ("", "name_new", ("absent_old", "used_new")),
    "reinstated": ("replaced_by_old", "name_new", ("retired_old", "used_new")),
    "retired": ("name_old", "replaced_by_new", ("used_old", "retired_new")),
    "removed": ("name_old", "", ("used_old", "absent_new")),
    "renamed": ("name_old", "name_new", ("used_old", "used_new", "name_differs")),
    "redirect added": ("", "replaced_by_new", ("absent_old", "retired_new")),
    "redirect changed": (
        "replaced_by_old",
        "replaced_by_new",
        ("retired_old", "retired_new", "replacement_differs"),
    ),
    "redirect removed": ("replaced_by_old", "", ("retired_old", "absent_new")),
}
"""Kind of change -> columns with the old and the new value, and the conditions that make it."""


def _concepts(old: pa.Table, new: pa.Table) -> pa.Table:
    """Put both snapshots' concepts side by side, with what each concept is in either."""
    columns = ["curie", "type", "name", "replaced_by"]
    table = old.select(columns).join(
        new.select(columns),
        keys="curie",
        join_type="full outer",
        left_suffix="_old",
        right_suffix="_new",
    )
    type_ = pc.coalesce(table["type_new"], table["type_old"])
    result = {"curie": table["curie"], "type": type_}
    for side in ("old", "new"):
        absent = pc.is_null(table[f"type_{side}"])
        replaced_by = pc.fill_null(table[f"replaced_by_{side}"], "")
        retired = pc.not_equal(replaced_by, "")
        result |= {
            f"name_{side}": pc.fill_null(table[f"name_{side}"], ""),
            f"replaced_by_{side}": replaced_by,
            f"absent_{side}": absent,
            f"retired_{side}": retired,
            f"used_{side}": pc.invert(pc.or_(absent, retired)),
        }
    result["name_differs"] = pc.not_equal(result["name_old"], result["name_new"])
    result["replacement_differs"] = pc.not_equal(
        result["replaced_by_old"], result["replaced_by_new"]
    )
    return pa.table(result)


def _rows(table: pa.Table, kind: str, old: str, new: str, conditions: tuple[str, ...]) -> pa.Table:
    """Return the details of one kind of change to concepts."""
    found = table.filter(_all(table, *conditions))
    return _details(kind, found, old=found[old] if old else None, new=found[new] if new else None)


def _names(table: pa.Table) -> pa.Table:
    """Return each name of each concept once, whatever its scope and source."""
    return table.group_by(["curie", "text"]).aggregate([])


def _only(names: pa.Table, others: pa.Table, both: pa.Table, kind: str, column: str) -> pa.Table:
    """Return the details of the names that the others lack, of concepts that both have."""
    found = names.join(others, keys=["curie", "text"], join_type="left anti")
    found = found.join(both, keys="curie", join_type="inner")
    return _details(kind, found, **{column: found["text"]})


def _details(
    kind: str,
    found: pa.Table,
    old: pa.ChunkedArray | None = None,
    new: pa.ChunkedArray | None = None,
) -> pa.Table:
    """Build rows of the details; an absent value is empty."""

    def constant(value: str) -> pa.Array:
        return pa.array([value], pa.string()).take(pa.array([0] * found.num_rows, pa.int64()))

    return pa.table(
        {
            "change": constant(kind),
            "curie": found["curie"],
            "type": found["type"],
            "old": constant("") if old is None else old,
            "new": constant("") if new is None else new,
        }
    )


def _counts(concepts: pa.Table, details: pa.Table) -> tuple[Counts, ...]:
    """Count concepts in use and changes by type and vocabulary."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for side in ("used_old", "used_new"):
        _count(concepts.filter(concepts[side]), side, found)
    for kind in CHANGES:
        _count(details.filter(pc.equal(details["change"], kind)), kind, found)
    return tuple(
        Counts(
            type=type_,
            vocabulary=vocabulary,
            before=number.get("used_old", 0),
            after=number.get("used_new", 0),
            redirects=sum(n for kind, n in number.items() if kind.startswith("redirect")),
            **{
                field: number.get(kind, 0)
                for field, kind in (
                    ("new", "new"),
                    ("reinstated", "reinstated"),
                    ("retired", "retired"),
                    ("removed", "removed"),
                    ("renamed", "renamed"),
                    ("names_added", "name added"),
                    ("names_removed", "name removed"),
                )
            },
        )
        for (type_, vocabulary), number in sorted(found.items())
    )


def _count(table: pa.Table, kind: str, found: dict[tuple[str, str], dict[str, int]]) -> None:
    """Add the number of rows of each type and vocabulary."""
    prefixes = pc.extract_regex(table["curie"], "^(?P<vocabulary>[^:]*)")
    vocabulary = pc.struct_field(prefixes, "vocabulary")
    groups = pa.table({"type": table["type"], "vocabulary": vocabulary})
    counted = groups.group_by(["type", "vocabulary"]).aggregate([([], "count_all")])
    for row in counted.to_pylist():
        found.setdefault((row["type"], row["vocabulary"]), {})[kind] = row["count_all"]


def _all(table: pa.Table, *conditions: str) -> pa.ChunkedArray:
    """Combine columns of truth values."""
    first, *others = (table[condition] for condition in conditions)
    for other in others:
        first = pc.and_(first, other)
    return first


def _releases(old: Manifest, new: Manifest) -> tuple[Release, ...]:
    """Return the sources that are in one snapshot only or of another version."""
    before = {source.name: source for source in old.sources}
    after = {source.name: source for source in new.sources}
    return tuple(
        Release(
            name,
            before[name].version if name in before else "",
            after[name].version if name in after else "",
        )
        for name in dict.fromkeys((*before, *after))
        if name not in before or name not in after or before[name].version != after[name].version
    )
