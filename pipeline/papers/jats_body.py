"""The text of a JATS article: from nested blocks to passages in reading order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from pipeline.papers.passages import PassageList
from pipeline.papers.sections import LEFT_OUT, kind_of_heading, kind_of_type
from pipeline.papers.xml_records import Element, child, children, local
from pipeline.papers.xml_text import flat, split

CELL, ROW = " | ", " |\n"
"""What stands between the cells and between the rows of a table."""

_BACK: Final = frozenset({"app-group", "app", "sec", "glossary", "def-list"})
_KINDS: Final[Mapping[str, str]] = {"app": "appendix", "glossary": "abbreviations"}


def read_abstract(abstract: Element, passages: PassageList) -> None:
    """Add an abstract; a part under a heading begins with it, as in PubMed: "METHODS: We …"."""
    for part in abstract:
        if local(part) == "sec":
            label = flat(child(part, "title")).rstrip(" :.")
            texts = list(_abstract_texts(part))
            if label and texts:
                texts[0] = f"{label}: {texts[0]}"
            for text in texts:
                passages.add("abstract", text)
        elif local(part) not in {"title", "label"}:
            passages.add("abstract", flat(part))


def _abstract_texts(element: Element) -> Iterator[str]:
    for part in element:
        if local(part) == "sec":
            yield from _abstract_texts(part)
        elif local(part) not in {"title", "label"} and (text := flat(part)):
            yield text


def read_body(article: Element, passages: PassageList) -> None:
    """Add body, appendices, lists of abbreviations, and figures and tables that stand apart."""
    body = _Body(passages)
    for part in article:
        name = local(part)
        if name in {"body", "floats-group", "floats-wrap"}:
            body.read_children(part, "text")
        elif name == "back":
            for block in part:
                if local(block) in _BACK:
                    body.read(block, "text")


class _Body:
    """Adds blocks to passages; `kind` is that of the section around a block."""

    def __init__(self, passages: PassageList) -> None:
        self._passages = passages
        self._readers: Mapping[str, Callable[[Element, str], None]] = {
            "p": self._paragraph,
            "preformat": self._paragraph,
            "verse-line": self._paragraph,
            "disp-quote": self.read_children,
            "sec": self._section,
            "app": self._section,
            "glossary": self._section,
            "boxed-text": self._section,
            "statement": self._section,
            "fig": self._figure,
            "fig-group": self._group,
            "table-wrap": self._table,
            "table-wrap-group": self._group,
            "supplementary-material": self._supplement,
            "def-list": self._definitions,
            **dict.fromkeys(
                ("app-group", "body", "list", "list-item", "speech", "verse-group", "answer"),
                self.read_children,
            ),
        }

    def read(self, block: Element, kind: str) -> None:
        """Add a block; one of another name has no text for us."""
        if read := self._readers.get(local(block)):
            read(block, kind)

    def read_children(self, block: Element, kind: str) -> None:
        """Add the blocks in a block."""
        for part in block:
            self.read(part, kind)

    def _section(self, section: Element, kind: str) -> None:
        heading = child(section, "title")
        if heading is None:
            heading = child(section, "caption", "title")
        title = flat(heading)
        own = kind_of_type(section.get("sec-type", "")) or kind_of_heading(title)
        own = _KINDS.get(local(section), own)
        if own == LEFT_OUT:
            return
        if own and own != "abstract":  # "Summary" in the body is none
            kind = own
        self._passages.add(kind, title, part="heading")
        self.read_children(section, kind)

    def _paragraph(self, paragraph: Element, kind: str) -> None:
        for piece in split(paragraph):
            if isinstance(piece, str):
                self._passages.add(kind, piece)
            else:
                self.read(piece, kind)

    def _group(self, group: Element, kind: str) -> None:
        own = "figure" if local(group) == "fig-group" else "table"
        self._passages.add(own, _caption(group))
        self.read_children(group, kind)

    def _figure(self, figure: Element, kind: str) -> None:
        self._passages.add("figure", _caption(figure))

    def _supplement(self, supplement: Element, kind: str) -> None:
        self._passages.add("supplement", _caption(supplement))

    def _table(self, table: Element, kind: str) -> None:
        name = self._passages.name("table")
        self._passages.add("table", _caption(table), name=name, part="caption")
        rows = (CELL.join(filter(None, map(flat, _cells(row)))) for row in _rows(table))
        self._passages.add("table", ROW.join(filter(None, rows)), name=name)
        notes = (flat(p) for foot in children(table, "table-wrap-foot") for p in foot.iter("{*}p"))
        self._passages.add("table", " ".join(filter(None, notes)), name=name, part="notes")

    def _definitions(self, definitions: Element, kind: str) -> None:
        """Add a list of terms and what they mean, an item as a passage."""
        for item in children(definitions, "def-item"):
            parts = [flat(child(item, "term")), flat(child(item, "def"))]
            self._passages.add(kind, ": ".join(filter(None, parts)))


def _caption(block: Element) -> str:
    """Return label, title and text of a caption as one text of sentences."""
    caption = child(block, "caption")
    parts = [flat(child(block, "label")), flat(child(caption, "title"))]
    parts += (
        [flat(part) for part in caption if local(part) != "title"] if caption is not None else ()
    )
    found = [part for part in parts if part]
    if len(found) < 2 and not any(parts[1:]):
        return ""  # a label alone
    ends = [part if part[-1] in ".:;?!" else f"{part}." for part in found[:-1]]
    return " ".join([*ends, found[-1]])


def _rows(block: Element) -> Iterator[Element]:
    """Yield the rows of a table, of XHTML or OASIS; not those of tables in its cells."""
    for part in block:
        name = local(part)
        if name in {"tr", "row"}:
            yield part
        elif name in {"table", "tgroup", "thead", "tbody", "tfoot", "alternatives"}:
            yield from _rows(part)


def _cells(row: Element) -> Iterator[Element]:
    return (cell for cell in row if local(cell) in {"td", "th", "entry"})
