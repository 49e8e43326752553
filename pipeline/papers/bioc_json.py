"""BioC JSON: collections of documents, one or several, as NCBI and PubTator 3 give them.

A file holds a collection, an array of collections or of documents, an object whose key `PubTator3`
has the documents, or a document or collection in each line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from pipeline.model import Paper, Problem
from pipeline.papers.bioc import RawAnnotation, RawDocument, RawText, paper_of
from pipeline.papers.json_lines import is_line_wise, json_lines
from pipeline.papers.json_stream import string, values
from pipeline.papers.source import Source, reader

_ARRAYS: Final = ("documents", "PubTator3")
_LOOKS: Final = re.compile(
    r'"(?:documents|PubTator3)"\s*:\s*\[|"passages"\s*:\s*\[\s*\{[^\[\]]*"(?:infons|offset)"'
)


def looks_like(text: str) -> bool:
    """Tell whether JSON that begins so is BioC."""
    return _LOOKS.search(text) is not None


@reader
def read(source: Source) -> Iterator[Paper | Problem]:
    """Read the documents of a file one after the other.

    Yields:
        A paper per document, with the annotations that it carries, or the problem that it is no
        document, or has no identifier or no text. Damaged JSON ends a file with a problem, unless
        each line is a value of its own: then it only ends its line.
    """
    items = json_lines(source) if is_line_wise(source, _ARRAYS) else values(source, _ARRAYS)
    for item in items:
        if isinstance(item, Problem):
            yield item
            continue
        line, value = item
        for document in _documents(value):
            if isinstance(document, dict) and isinstance(document.get("passages"), list):
                yield paper_of(_document(document, line), source)
            else:
                yield source.problem(line, "not a document of BioC: it has no list of passages")


def _documents(value: Any) -> list[Any]:
    """Return the documents of a line: of a collection, an array, or itself."""
    if isinstance(value, dict):
        found = next((value[key] for key in _ARRAYS if isinstance(value.get(key), list)), None)
        return [value] if found is None else found
    return value if value and isinstance(value, list) else [value]


def _document(value: dict[str, Any], line: int) -> RawDocument:
    return RawDocument(
        id=string(value.get("id")).strip(),
        infons=_infons(value),
        passages=tuple(_text(passage, line) for passage in _dicts(value, "passages")),
        annotations=_annotations(value, line),
        line=line,
        faults=tuple(
            (line, "a passage that is no object: left out")
            for passage in value["passages"]
            if not isinstance(passage, dict)
        ),
    )


def _text(value: dict[str, Any], line: int) -> RawText:
    return RawText(
        offset=_number(value.get("offset")),
        text=string(value.get("text")),
        infons=_infons(value),
        sentences=tuple(
            RawText(
                offset=_number(sentence.get("offset")),
                text=string(sentence.get("text")),
                annotations=_annotations(sentence, line),
                line=line,
            )
            for sentence in _dicts(value, "sentences")
        ),
        annotations=_annotations(value, line),
        line=line,
    )


def _annotations(value: dict[str, Any], line: int) -> tuple[RawAnnotation, ...]:
    return tuple(
        RawAnnotation(
            infons=_infons(annotation),
            text=string(annotation.get("text")),
            locations=tuple(
                (_number(location.get("offset")), _number(location.get("length")))
                for location in _dicts(annotation, "locations")
            ),
            line=line,
        )
        for annotation in _dicts(value, "annotations")
    )


def _dicts(value: dict[str, Any], key: str) -> Iterator[dict[str, Any]]:
    items = value.get(key)
    if isinstance(items, list):
        yield from (item for item in items if isinstance(item, dict))


def _infons(value: dict[str, Any]) -> dict[str, str]:
    infons = value.get("infons")
    if not isinstance(infons, dict):
        return {}
    return {string(key): string(infon) for key, infon in infons.items()}


def _number(value: Any) -> int:
    """Return an offset; -1 when it is none."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16:
        return int(value)
    return value if isinstance(value, int) and 0 <= value < 10**15 else -1
