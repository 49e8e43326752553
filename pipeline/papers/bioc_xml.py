"""BioC XML: collections of documents, read one document after the other."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.model import Paper, Problem
from pipeline.papers.bioc import RawAnnotation, RawDocument, RawText, paper_of
from pipeline.papers.source import Source, reader
from pipeline.papers.xml_records import Element, Record, records

ROOT = "collection"
"""Name of the element that such a file begins with."""


@reader
def read(source: Source) -> Iterator[Paper | Problem]:
    """Read the documents of a collection one after the other.

    Yields:
        A paper per document, with the annotations that it carries, or the problem that it has no
        identifier or no text. Damaged XML ends the file with a problem.
    """
    for record in records(source, ("document",)):
        yield paper_of(_document(record), source)


def _document(record: Record) -> RawDocument:
    element = record.element
    return RawDocument(
        id=_text(element, "id").strip(),
        infons=_infons(element),
        passages=tuple(_passage(passage) for passage in element.iterchildren("passage")),
        annotations=_annotations(element),
        line=element.sourceline or 0,
        faults=record.faults,
    )


def _passage(element: Element) -> RawText:
    return RawText(
        offset=_number(_text(element, "offset")),
        text=_text(element, "text"),
        infons=_infons(element),
        sentences=tuple(_passage(sentence) for sentence in element.iterchildren("sentence")),
        annotations=_annotations(element),
        line=element.sourceline or 0,
    )


def _annotations(element: Element) -> tuple[RawAnnotation, ...]:
    return tuple(
        RawAnnotation(
            infons=_infons(annotation),
            text=_text(annotation, "text"),
            locations=tuple(
                (_number(location.get("offset", "")), _number(location.get("length", "")))
                for location in annotation.iterchildren("location")
            ),
            line=annotation.sourceline or 0,
        )
        for annotation in element.iterchildren("annotation")
    )


def _infons(element: Element) -> dict[str, str]:
    return {
        infon.get("key", ""): "".join(infon.itertext()).strip()
        for infon in element.iterchildren("infon")
    }


def _text(element: Element, name: str) -> str:
    found = element.find(name)
    return "" if found is None else "".join(found.itertext())


def _number(text: str) -> int:
    """Read an offset; -1 when it is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else -1
