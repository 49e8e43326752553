"""Read tab-separated tables line by line, with damaged lines reported by number.

A line is split as it stands: NCBI's and NLM's tables quote nothing, so that a quotation mark is a
part of the value. Only HGNC wraps values into quotation marks, as a spreadsheet does.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pipeline.errors import SourceError
from pipeline.terminology.sources.files import lines, readable
from pipeline.terminology.sources.records import Damage


def rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and the wanted columns of each row of a table with a header.

    Args:
        path: The table; plain or compressed.
        columns: Names of the wanted columns, in the wanted order.

    Raises:
        SourceError: If the header lacks a column, or too many lines are damaged.
    """
    with readable(path) as stream:
        yield from select(stream, path, columns)


def select(
    stream: IO[bytes], path: Path, columns: tuple[str, ...]
) -> Iterator[tuple[int, list[str]]]:
    """Do what `rows` does for a table that is already open; `path` is for messages only.

    Lines before the header that start with `#` and have no tab are remarks.
    """
    damage = Damage(path)
    where: list[int] = []
    width = 0
    for number, line in lines(stream, damage):
        is_remark = not where and line.startswith("#") and "\t" not in line
        if not line or is_remark:
            continue
        fields = line.split("\t")
        if not where:
            where = _positions(fields, path, columns)
            width = len(fields)
        elif len(fields) != width:
            damage.report(number, f"{len(fields)} fields instead of {width}")
        else:
            yield number, [fields[i] for i in where]
    if not where:
        raise SourceError(f"{path}: is empty. Download it again.")


def unquoted(value: str) -> str:
    """Take off the quotation marks that a spreadsheet puts around a value.

    >>> unquoted('"ACF|ASP"'), unquoted('5" end')
    ('ACF|ASP', '5" end')
    """
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('""', '"')
    return value


def _positions(header: list[str], path: Path, columns: tuple[str, ...]) -> list[int]:
    """Find the columns in the header, whose first name may carry a `#`."""
    names = [header[0].lstrip("#").strip(), *header[1:]]
    missing = [column for column in columns if column not in names]
    if missing:
        raise SourceError(f"{path}: has no column {', '.join(missing)}; is it the right file?")
    return [names.index(column) for column in columns]
