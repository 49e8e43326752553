"""JSON with a value in each line, of which one that is damaged costs no other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.model import Problem
from pipeline.papers.decoding import is_utf8
from pipeline.papers.json_stream import loads
from pipeline.papers.source import Source

_FAR = 1000


def is_line_wise(source: Source, arrays: Sequence[str]) -> bool:
    """Tell whether each line of a file is a value of its own.

    Args:
        source: The file.
        arrays: Keys of objects that hold the records of the whole file.
    """
    head = source.head.decode("utf-8", errors="replace").lstrip("\ufeff \t\r\n")
    first, end, _ = head.partition("\n")
    if re.search(rf'"(?:{"|".join(arrays)})"\s*:\s*\[', first[:_FAR]):
        return False
    return head.startswith("{") and len(first) > 1 and (not end or first.rstrip().endswith("}"))


def json_lines(source: Source) -> Iterator[tuple[int, Any] | Problem]:
    """Yield the values with their lines; a problem in the place of each line that is no JSON."""
    for number, line in enumerate(source.lines(), start=1):
        if isinstance(line, Problem):
            yield line
        elif not is_utf8(line):
            yield source.problem(number, "not UTF-8: the line is left out")
        elif line.strip():
            try:
                yield number, loads(line.strip())
            except ValueError as error:
                yield source.problem(number, f"the line is not JSON: {error}")
