"""A part of a snapshot as a snapshot of its own, for measurements and trials."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline.terminology.snapshot import Manifest, read_table, write_table


def write_subset(source: Path, target: Path, *, names: int) -> list[str]:
    """Write a snapshot with about so many names, taken evenly from all; returns the names.

    Args:
        source: Directory of a snapshot.
        target: Directory to make.
        names: Number of names wanted.
    """
    table = read_table(source, "names")
    step = max(1, table.num_rows // names)
    kept = table.take(list(range(0, table.num_rows, step))[:names])
    curies = set(kept.column("curie").to_pylist())
    concepts = read_table(source, "concepts").to_pandas()
    concepts = concepts[concepts["curie"].isin(curies)].assign(replaced_by="")
    target.mkdir(parents=True)
    tables = {
        "concepts": write_table(target, "concepts", concepts.to_dict("list")),
        "names": write_table(target, "names", kept.to_pydict()),
    }
    for name in ("parents", "mappings"):
        empty = read_table(source, name).slice(0, 0)
        tables[name] = write_table(target, name, empty.to_pydict())
    replace(Manifest.load(source), tables=tables).save(target)
    return [str(text) for text in kept.column("text").to_pylist()]
