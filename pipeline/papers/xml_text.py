"""The text of XML elements, with inline markup gone and words whole.

What is no text of the paper itself is left out: formulas, footnotes and their marks, and references
to the literature where they are superscripts, since "BRCA1" with the superscript 12 is not BRCA112.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final

from pipeline.papers.markup import plain
from pipeline.papers.xml_records import Element, local

_LEFT_OUT: Final = frozenset(
    {
        *(
            "math",
            "tex-math",
            "inline-formula",
            "disp-formula",
            "disp-formula-group",
            "DispFormula",
        ),
        *("chem-struct", "chem-struct-wrap", "graphic", "inline-graphic", "media", "object-id"),
        *("fn", "fn-group", "index-term", "private-char", "permissions", "attrib", "alt-text"),
        *("long-desc", "processing-meta", "table-wrap-foot", "ref-list", "mixed-citation"),
    }
)
_BLOCKS: Final = frozenset(
    {
        "p",
        "break",
        "br",
        "list",
        "list-item",
        "title",
        "label",
        "td",
        "th",
        "tr",
        "disp-quote",
        "sec",
    }
)
_EMPHASIS: Final = frozenset({"b", "i", "u", "bold", "italic", "underline"})
_MARKS: Final = frozenset({"fn", "table-fn", "aff", "corresp", "author-notes", "contrib"})
# Blocks inside a paragraph: some interrupt its text, others stand somewhere on the page.
_INTERRUPTING: Final = frozenset(
    {"list", "def-list", "disp-quote", "p", "verse-group", "speech", "preformat", "statement"}
)
_FLOATING: Final = frozenset(
    {"fig", "fig-group", "table-wrap", "table-wrap-group", "boxed-text", "supplementary-material"}
)
_GAP: Final = "\x00"  # no character of XML
_SEPARATORS: Final = re.compile(r"[\s,;–—-]*")
_NUMBERS: Final = re.compile(r"[\s,;–—\d-]+[a-z]?")
_INDENT: Final = re.compile(r"(?<!\s)\n(?:\t|  )\s*$")
_ISOTOPE: Final = re.compile(r"\d+")


def flat(element: Element | None) -> str:
    """Return the text of an element as one line; empty for None.

    >>> from lxml import etree
    >>> flat(etree.fromstring("<t>TGF-<i>β</i><sub>1</sub> in  mice </t>"))
    'TGF-β1 in mice'
    >>> flat(etree.fromstring('<t>of BRCA1<sup><xref ref-type="bibr">12</xref></sup>.</t>'))
    'of BRCA1.'
    """
    if element is None:
        return ""
    if not len(element):
        return plain(element.text or "")
    pieces: list[str] = []
    _collect(element, pieces)
    return plain("".join(pieces))


@dataclass(slots=True)
class _Blocks:
    """The blocks inside a paragraph."""

    interrupting: list[Element] = field(default_factory=list)
    floating: list[Element] = field(default_factory=list)


def split(paragraph: Element) -> Iterator[str | Element]:
    """Yield the text of a paragraph, in parts where blocks such as lists interrupt it.

    Figures and tables do not interrupt it and come at the end.
    """
    pieces: list[str] = []
    blocks = _Blocks()
    _collect(paragraph, pieces, blocks)
    parts = "".join(pieces).split(_GAP)
    for part, block in zip_longest(parts, blocks.interrupting):
        yield plain(part)
        if block is not None:
            yield block
    yield from blocks.floating


def _collect(element: Element, pieces: list[str], blocks: _Blocks | None = None) -> None:
    """Append the text inside an element; with `blocks`, move the blocks in it there."""
    if element.text:
        pieces.append(element.text)
    skipped = False
    for child in element:
        tail = child.tail
        if child.tag in _EMPHASIS:
            skipped = False
            _collect(child, pieces, blocks)
        elif not (skipped and _is_citation(child)):
            skipped = not _add(child, pieces, blocks) and _is_citation(child)
        if tail and not (skipped and _joins_citations(child, tail)):
            pieces.append(tail)


def _add(element: Element, pieces: list[str], blocks: _Blocks | None) -> bool:
    """Append the text of an inline element; tell whether it is one that counts."""
    name = local(element)
    if name in _LEFT_OUT:
        if name.startswith("disp-"):
            pieces.append(" ")
        return False
    if blocks is not None and name in _INTERRUPTING:
        blocks.interrupting.append(element)
        pieces.append(_GAP)
        return True
    if blocks is not None and name in _FLOATING:
        blocks.floating.append(element)
        pieces.append(" ")
        return True
    if name == "xref" and not _is_text(element, pieces):
        return False
    if name in ("sup", "sub"):
        if name == "sup" and _is_mark(element):
            return False
        if pieces and "\n" in pieces[-1] and not (name == "sup" and _is_isotope(element)):
            pieces[-1] = _INDENT.sub("", pieces[-1])
    block = name in _BLOCKS
    if block:
        pieces.append(" ")
    _collect(element, pieces, blocks)
    if block:
        pieces.append(" ")
    return True


def _is_citation(element: Element) -> bool:
    return local(element) == "xref" and element.get("ref-type") == "bibr"


def _joins_citations(element: Element, tail: str) -> bool:
    """Tell whether a tail only stands between two references of a run such as 1,3–5."""
    following = element.getnext()
    return (
        following is not None
        and _is_citation(following)
        and _SEPARATORS.fullmatch(tail) is not None
    )


def _is_text(xref: Element, pieces: list[str]) -> bool:
    """Tell a reference that is read with the sentence, "[12]" or "(Smith, 2001)", from a mark."""
    kind = xref.get("ref-type")
    if kind in _MARKS:
        return False
    if kind != "bibr":
        return True
    if len(xref) == 1 and local(xref[0]) == "sup" and not (xref.text or xref[0].tail):
        return False
    if not _NUMBERS.fullmatch("".join(xref.itertext())):
        return True
    before = next((piece[-1] for piece in reversed(pieces) if piece), " ")
    return before.isspace() or before in "([{/,–-"


def _is_mark(sup: Element) -> bool:
    """Tell whether a superscript holds nothing but references and marks."""
    if not len(sup) or not _SEPARATORS.fullmatch(sup.text or ""):
        return False
    return all(
        local(child) == "xref"
        and child.get("ref-type") in {"bibr", *_MARKS}
        and _SEPARATORS.fullmatch(child.tail or "")
        for child in sup
    )


def _is_isotope(sup: Element) -> bool:
    """Tell the mass number of an isotope, which begins a word: ¹⁸F."""
    return _ISOTOPE.fullmatch(sup.text or "") is not None and (sup.tail or "")[:1].isupper()
