"""XML, read one record after the other in constant memory, and nothing but the file itself.

The parser expands no entity, loads no DTD and opens no other file or address. Entities are resolved
here: those of the character sets that the DTDs of the field declare (`&nbsp;`, `&alpha;`), whose
names HTML has too, and short plain texts that the file itself declares. libxml2's own limits stand:
256 levels, 10 million characters in one text, five times the file's size by entities.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html.entities import html5
from typing import Any, Final

from lxml import etree

from pipeline.errors import PaperError
from pipeline.papers.source import Source

Element = Any
"""An element of lxml, which has no types."""

_CHUNK: Final = 1 << 16
_LONGEST_ENTITY: Final = 32
# Anything but what XML itself has; also a reference that the end of a chunk cuts off.
_REFERENCE: Final = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);|#)")
_POSITION: Final = re.compile(r",? line \d+, column \d+.*$", re.DOTALL)
_ADVICE: Final = re.compile(r", (?:try|use|see) (?:XML_PARSE_HUGE|xmlCtxt).*$")
_LIMITS: Final = ("Maximum entity", "Resource limit", "Excessive depth", "Detected an entity")


@dataclass(frozen=True, slots=True)
class Record:
    """An element that stands for a paper.

    Attributes:
        element: The element; it is emptied when the next record is asked for.
        faults: Line and description of what could not be kept of its text.
    """

    element: Element
    faults: tuple[tuple[int, str], ...] = ()


def records(source: Source, tags: Sequence[str]) -> Iterator[Record]:
    """Yield the elements of some names, whatever stands around them.

    Args:
        source: The source.
        tags: Names; `{*}name` has any namespace or none.

    Raises:
        PaperError: Where the XML is damaged or too large for a paper; the records before that are
            yielded.
    """
    parser = etree.XMLPullParser(
        events=("end",),
        tag=list(tags),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    events = parser.read_events()
    entities = _Entities()
    since, suspected = 0, False
    while chunk := source.stream.read(_CHUNK):
        error = _fed(parser, chunk, source)
        since += len(chunk)
        in_chunk = _REFERENCE.search(chunk) is not None
        suspected = suspected or in_chunk
        for _, element in events:
            since = 0
            yield Record(element, entities.resolve(element) if suspected else ())
            _free(element)
        if since == 0:  # what was suspected before this chunk is behind us
            suspected = in_chunk
        if error:
            raise error
        if since > source.limits.record:
            size = f"{source.limits.record:,} bytes"
            raise source.error(0, f"more than {size} without a whole paper: too much for one")
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        raise _damage(error.lineno or 0, error.msg or "", source) from error


def local(element: Element) -> str:
    """Return an element's name without its namespace."""
    tag: str = element.tag
    return tag.rpartition("}")[2]


def children(element: Element | None, name: str) -> Iterator[Element]:
    """Yield the children of a name, in any namespace; none of None."""
    if element is not None:
        for child in element:
            if local(child) == name:
                yield child


def child(element: Element | None, *path: str) -> Element | None:
    """Return the first element down a path of names, in any namespace."""
    for name in path:
        element = next(children(element, name), None)
    return element


def _fed(parser: Element, chunk: bytes, source: Source) -> PaperError | None:
    """Parse a chunk; return the error instead of raising it, as records may stand before it."""
    try:
        parser.feed(chunk)
    except etree.XMLSyntaxError as error:
        return _damage(error.lineno or 0, error.msg or "", source)
    # An entity that is not declared ends the document without an exception.
    log = parser.feed_error_log
    if len(log) and log[-1].level == etree.ErrorLevels.FATAL:
        return _damage(log[-1].line, log[-1].message, source)
    return None


def _damage(line: int, message: str, source: Source) -> PaperError:
    message = _ADVICE.sub("", _POSITION.sub("", message)).strip()
    if message.startswith(_LIMITS):
        return source.error(line, f"the XML is refused: {message}")
    if message.startswith("Entity"):
        message += " (there is no DOCTYPE that could declare it)"
    return source.error(line, f"the XML is damaged: {message}")


def _free(element: Element) -> None:
    """Empty an element and drop what stands before it and before its ancestors."""
    element.clear()
    while element is not None:
        parent = element.getparent()
        while element.getprevious() is not None:
            del parent[0]
        element = parent


class _Entities:
    """The entities that the file itself declares, looked up when the first one is met."""

    def __init__(self) -> None:
        self._declared: dict[str, str] | None = None

    def resolve(self, element: Element) -> tuple[tuple[int, str], ...]:
        """Replace the references in an element by text; return those that mean nothing."""
        unknown = []
        for reference in list(element.iter(etree.Entity)):
            name = reference.text[1:-1]
            text = self._text(name, element)
            if text is None:
                text = f"&{name};"
                line = reference.sourceline or reference.getparent().sourceline or 0
                unknown.append((line, f"unknown entity {text}: left as it is"))
            _replace(reference, text)
        return tuple(unknown)

    def _text(self, name: str, element: Element) -> str | None:
        if self._declared is None:
            dtd = element.getroottree().docinfo.internalDTD
            self._declared = dict(_plain_texts(dtd.iterentities() if dtd is not None else ()))
        return self._declared.get(name, html5.get(f"{name};"))


def _plain_texts(entities: Iterable[Element]) -> Iterator[tuple[str, str]]:
    for entity in entities:
        content = entity.content
        if content and len(content) <= _LONGEST_ENTITY and not set(content) & set("<&%"):
            yield entity.name, content


def _replace(reference: Element, text: str) -> None:
    text += reference.tail or ""
    before, parent = reference.getprevious(), reference.getparent()
    if before is not None:
        before.tail = (before.tail or "") + text
    else:
        parent.text = (parent.text or "") + text
    parent.remove(reference)
