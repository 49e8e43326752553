"""JSON Lines: an object in a line for each mention, or for each concept of a paper.

The members are the columns of the tables; what a table joins by `|` is a list here. A mention has
also the reason of its link, and the full candidates that were not chosen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from pipeline.export.characters import replace_surrogates
from pipeline.export.frames import group_by_concept
from pipeline.export.prefixes import restyle_paper
from pipeline.export.sink import Sink, Table, WriteOptions
from pipeline.model import Paper

# JSON allows these inside a string, but some readers take them for the end of the line.
_ESCAPES: Final = str.maketrans({"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"})


@contextmanager
def open_json_lines(stream: BinaryIO, options: WriteOptions) -> Iterator[Sink]:
    """Write an object in a line for each mention or entity."""
    objects = _mentions if options.table is Table.MENTIONS else _entities

    def write(paper: Paper) -> None:
        for row in objects(restyle_paper(paper, options.prefix_style)):
            line = replace_surrogates(json.dumps(row, ensure_ascii=False)).translate(_ESCAPES)
            stream.write(line.encode() + b"\n")

    yield write


def _mentions(paper: Paper) -> Iterator[dict[str, object]]:
    for m in paper.mentions:
        link = m.link
        yield {
            "paper_id": paper.id,
            "passage": m.passage,
            "start": m.start,
            "end": m.end,
            "text": m.text,
            "type": m.type,
            "curie": link.curie,
            "name": link.name,
            "score": round(link.score, 3),
            "method": link.method,
            "reason": link.reason,
            "taxon": link.taxon,
            "mesh": link.mesh,
            "mondo": link.mondo,
            "alternatives": [
                {
                    "curie": c.curie,
                    "name": c.name,
                    "score": round(c.score, 3),
                    "matched": c.matched,
                    "scope": c.scope,
                    "taxon": c.taxon,
                }
                for c in link.alternatives
            ],
        }


def _entities(paper: Paper) -> Iterator[dict[str, object]]:
    for link, mentions in group_by_concept(paper):
        yield {
            "paper_id": paper.id,
            "type": mentions[0].type,
            "curie": link.curie,
            "name": link.name,
            "taxon": link.taxon,
            "mesh": link.mesh,
            "mondo": link.mondo,
            "mentions": len(mentions),
            "texts": list(dict.fromkeys(m.text for m in mentions)),
            "score": round(link.score, 3),
        }
