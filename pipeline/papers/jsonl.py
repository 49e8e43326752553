"""Papers as JSON: an object in each line (JSON Lines), or an array of objects.

`pipeline.papers.records` has the names of the keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pipeline.model import Paper, Problem
from pipeline.papers.json_lines import is_line_wise, json_lines
from pipeline.papers.json_stream import values
from pipeline.papers.records import field_name, missing, paper_of
from pipeline.papers.source import Source, reader

_ARRAYS: Final = ("papers", "articles", "records")


@reader
def read(source: Source) -> Iterator[Paper | Problem]:
    """Read the objects of a file one after the other.

    Yields:
        A paper per object; or the problem that it is none, or has no identifier or no text. In
        JSON Lines a damaged line costs itself only, in other JSON all that follows.
    """
    items = json_lines(source) if is_line_wise(source, _ARRAYS) else values(source, _ARRAYS)
    for item in items:
        if isinstance(item, Problem):
            yield item
            continue
        line, value = item
        if not isinstance(value, dict):
            yield source.problem(line, "not an object with keys and values")
        elif lack := missing(value):
            yield source.problem(line, lack)
        else:
            yield paper_of({field_name(key): value[key] for key in reversed(value)}, line, source)
