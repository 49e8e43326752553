"""The full text of a paper in Markdown: what is not in the summary that the paper was read from.

Sections are those of the headings, of whatever level. What is no text about the paper's subject is
left out (references, acknowledgements, …), as are lists of entities, which are annotations and no
text, and the parts that the paper has already: title, abstract, findings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import lxml.html
from lxml.etree import ParserError
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pipeline.model import Paper, Passage
from pipeline.papers.jats_body import CELL, ROW
from pipeline.papers.markup import markdown, plain
from pipeline.papers.passages import PassageList
from pipeline.papers.sections import LEFT_OUT, kind_of_heading

_SUMMARY = {
    "tl;dr": "tldr",
    "tldr": "tldr",
    "contribution": "contribution",
    "contributions": "contribution",
    "key findings": "finding",
    "abstract": "abstract",
}
"""Sections of the summary that is made of each paper, and the kind of each."""

_FIGURES = {"figures": "figure", "figure legends": "figure", "tables": "table"}
_LABEL = re.compile(r"(fig(?:ure|\.)?|table|scheme)\s*s?\d+", re.IGNORECASE)
_CAPTION_WORDS = 4
"""An image's own text of so many words is its caption; a shorter one is a label."""

_FRONT = re.compile(r"\A---\n.{0,5000}?\n---\n", re.DOTALL)
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]{1,60}\]:?")
_DISPLAYED = re.compile(r"\$\$.{0,5000}?\$\$|\\\[.{0,5000}?\\\]", re.DOTALL)
_LETTER = re.compile(r"\$\s*\\(?:mathrm\{)?\\?([A-Za-z]+)\}?\s*\$")
_FORMULA = re.compile(
    r"\$(?=[^\s$])[^$\n]{0,300}?[\\^_={}][^$\n]{0,300}?(?<=\S)\$(?!\d)|\\\(.{0,300}?\\\)"
)
_COUNT = re.compile(r"\s*\([0-9]+\)$")


class TextMismatchError(Exception):
    """A text is not the full text of the paper that it should be of."""


@dataclass(slots=True)
class _Section:
    """A section that is open.

    Attributes:
        level: Level of its heading; 0 for what stands under the title.
        kind: Its kind; empty where nothing tells it.
        heading: Its heading, if it says something and no passage has it yet.
    """

    level: int
    kind: str
    heading: str = ""


def body_passages(text: str, paper: Paper) -> tuple[Passage, ...]:
    """Return the passages that a full text adds to a paper.

    Args:
        text: Markdown.
        paper: What is known of the paper: its title and passages.

    Raises:
        TextMismatchError: If it has another title, or nothing that the paper does not have.
    """
    body = _Body(paper)
    tokens = _parser().parse(_DISPLAYED.sub(" ", _FRONT.sub("", text)))
    body.read(tokens)
    passages = body.passages()
    if not passages:
        raise TextMismatchError("it has no text beyond the abstract")
    return passages


def _parser() -> MarkdownIt:
    """Return a parser of blocks; what is inside a line is left to `markdown`, which knows names.

    `HLA-A*02:01 and HLA-B*07:02` has no emphasis in it, and an indented paragraph is no code.
    """
    parser = MarkdownIt("commonmark").enable("table")
    return parser.disable(["code", "emphasis", "escape", "entity", "html_inline", "reference"])


class _Body:
    """Collects passages from the blocks of a full text."""

    def __init__(self, paper: Paper) -> None:
        self._title = _letters(paper.title)
        self._has = {passage.kind for passage in paper.passages}
        self._texts = {passage.text for passage in paper.passages}
        self._passages = PassageList()
        for passage in paper.passages:
            self._passages.name(passage.kind)  # numbers go on behind those of the paper
        self._open: list[_Section] = []
        own = (paper.metadata.get(key, "") for key in ("url", "full_text_url"))
        self._addresses = tuple(filter(None, own))

    def passages(self) -> tuple[Passage, ...]:
        """Return what was collected."""
        return self._passages.passages()

    def read(self, tokens: Sequence[Token]) -> None:
        """Read the blocks of the text."""
        is_flat = sum(token.type == "heading_open" for token in tokens) < 2
        seen_heading = False
        rows: list[list[str]] = []
        for i, token in enumerate(tokens):
            if token.type == "heading_open":
                raw = _source(tokens[i + 1])
                level = int(token.tag[1:])
                if level == 1 and not seen_heading and not kind_of_heading(markdown(raw)):
                    self._check_title(markdown(raw))
                    # What stands under the title is authors and journal, unless all does.
                    self._open = [_Section(0, "" if is_flat else LEFT_OUT)]
                else:
                    self._enter(level, markdown(raw))
                seen_heading = True
            elif token.type == "inline" and tokens[i - 1].type in ("th_open", "td_open"):
                rows[-1].append(_clean(_source(token)))
            elif token.type == "inline" and tokens[i - 1].type == "paragraph_open":
                self._paragraph(token)
            elif token.type == "table_open":
                rows = []
            elif token.type == "tr_open":
                rows.append([])
            elif token.type == "table_close":
                self._add("table", ROW.join(CELL.join(row) for row in rows))
            elif token.type == "html_block":
                self._add(self._kind(), _html_text(token.content))

    def _check_title(self, title: str) -> None:
        found = _letters(title)
        if self._title and found and self._title not in found and found not in self._title:
            raise TextMismatchError(f"it is another paper's: {title[:80]!r}")

    def _enter(self, level: int, title: str) -> None:
        """Begin a section; one that is left out is so with all sections in it."""
        while self._open and not 0 < self._open[-1].level < level:
            self._open.pop()
        around = self._open[-1].kind if self._open else ""
        name = _COUNT.sub("", title).rstrip(" :").casefold()
        kind = _FIGURES.get(name) or kind_of_heading(title)
        if (summary := _SUMMARY.get(name)) is not None:
            kind = LEFT_OUT if summary in self._has else summary
        if around == LEFT_OUT or name.endswith("entities"):
            kind = LEFT_OUT
        says_something = not kind and name != "full text"
        self._open.append(_Section(level, kind or around, title if says_something else ""))

    def _kind(self) -> str:
        return (self._open[-1].kind if self._open else "") or "text"

    def _paragraph(self, token: Token) -> None:
        raw = _source(token)
        if _FOOTNOTE.match(raw) and raw.partition("]")[2].startswith(":"):
            return
        if any(address in raw for address in self._addresses):
            return  # "9 figures in the complete paper: https://…", "Source: https://…"
        for image in token.children or ():
            if image.type == "image" and len(image.content.split()) >= _CAPTION_WORDS:
                self._add("figure", _clean(image.content))
        kind = self._kind()
        label = _LABEL.match(markdown(raw))
        if label and raw.lstrip().startswith(("**", "__")):
            kind = "table" if label[1].casefold() == "table" else "figure"
        self._add(kind, _clean(raw))

    def _add(self, kind: str, text: str) -> None:
        if self._kind() == LEFT_OUT or not text or text in self._texts:
            return
        for section in self._open:
            if section.heading:
                self._passages.add(section.kind or "text", section.heading)
                section.heading = ""
        self._texts.add(text)
        self._passages.add(kind, text)


def _source(inline: Token) -> str:
    """Return the source of a line without its images."""
    return "".join(_pieces(inline.children or ()))


def _pieces(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            yield "\n"
        elif token.type != "image":
            yield token.content


def _clean(raw: str) -> str:
    """Return text without markup and formulas; a Greek letter in TeX becomes the letter."""
    return markdown(_FORMULA.sub(" ", _LETTER.sub(_greek, _FOOTNOTE.sub("", raw))))


def _greek(match: re.Match[str]) -> str:
    name = match[1]
    case = "CAPITAL" if name[0].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"GREEK {case} LETTER {name.upper().removeprefix('VAR')}")
    except KeyError:
        return match[0]


def _html_text(source: str) -> str:
    """Return the text of a block of HTML."""
    try:
        root = lxml.html.fromstring(source)
    except (ParserError, ValueError):
        return ""
    texts = root.xpath("//text()[not(ancestor::script or ancestor::style)]")
    return plain(" ".join(texts))


def _letters(title: str) -> str:
    """Return what two writings of a title have in common: letters and digits."""
    return "".join(c for c in unicodedata.normalize("NFKC", title).casefold() if c.isalnum())
