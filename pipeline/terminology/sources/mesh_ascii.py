"""ASCII MeSH, `d20NN.bin`: records of `ELEMENT = value` lines, separated by blank lines.

Format: https://www.nlm.nih.gov/mesh/concepts/asciifmt.html. An ENTRY may carry subfields behind
bars; the last one spells which they are, one letter each: `Aches|T184|EQV|NLM (1991)|abdf`, where
`a` is the term and `d` its semantic relation to the heading.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.terminology.sources.files import lines, readable
from pipeline.terminology.sources.mesh import RELATIONS, Descriptor
from pipeline.terminology.sources.records import Damage

_ENTRIES = ("ENTRY", "PRINT ENTRY")


def read(path: Path) -> Iterator[Descriptor]:
    """Yield the descriptors of a file.

    Raises:
        SourceError: If too many lines are damaged.
    """
    damage = Damage(path)
    with readable(path) as stream:
        record: dict[str, list[str]] = {}
        start = 1
        for number, line in lines(stream, damage):
            if line.strip() == "*NEWRECORD":
                yield from _descriptor(record, start, damage)
                record, start = {}, number
            elif line.strip():
                element, separator, value = line.partition(" = ")
                if separator:
                    record.setdefault(element.strip(), []).append(value.strip())
                else:
                    damage.report(number, "no `ELEMENT = value`")
        yield from _descriptor(record, start, damage)


def entry(value: str) -> tuple[str, str]:
    """Split an ENTRY into its term and scope.

    >>> entry("Aches|T184|NRW|NLM (1991)|abdf"), entry("Abdomens, Acute")
    (('Aches', 'narrow'), ('Abdomens, Acute', 'exact'))
    """
    *fields, pattern = value.split("|")
    if not fields:
        return value, "exact"
    relation = dict(zip(pattern, fields, strict=False)).get("d", "")
    return fields[0], RELATIONS.get(relation, "exact")


def _descriptor(record: dict[str, list[str]], line: int, damage: Damage) -> Iterator[Descriptor]:
    """Yield the record, if there is one and it is complete."""
    if not record:
        return
    if not record.get("MH") or not record.get("UI"):
        damage.report(line, "a record without MH or UI")
        return
    yield Descriptor(
        ui=record["UI"][0],
        heading=record["MH"][0],
        names=tuple(entry(value) for element in _ENTRIES for value in record.get(element, ())),
        tree_numbers=tuple(record.get("MN", ())),
    )
