"""BioC JSON: a collection as the `bioc` package and PubTator 3 write it, a document in a line.

Only unpaired surrogates, which UTF-8 cannot hold, are replaced (by U+FFFD).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from bioc import biocjson

from pipeline.export.bioc import collection, document
from pipeline.export.characters import replace_surrogates
from pipeline.export.sink import Sink, WriteOptions
from pipeline.model import Paper


@contextmanager
def open_bioc_json(stream: BinaryIO, options: WriteOptions) -> Iterator[Sink]:
    """Write a collection."""
    head = biocjson.toJSON(collection(options, replace_surrogates))
    del head["documents"]
    stream.write(_json(head).removesuffix(b"}") + b', "documents": [')
    separator = b"\n"

    def write(paper: Paper) -> None:
        nonlocal separator
        item = biocjson.toJSON(document(paper, options, replace_surrogates))
        stream.write(separator + _json(item))
        separator = b",\n"

    yield write
    stream.write(b"\n]}\n")


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
