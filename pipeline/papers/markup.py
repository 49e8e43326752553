r"""Inline markup: from marked-up source text to the text that is stored and annotated.

Stored text is Unicode as the author meant it: character references are decoded, tags and Markdown
emphasis are gone, and runs of white space are one space, so that offsets count what a reader sees.
No Unicode normalization happens here; matching does that, with a map back to these offsets.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from html.entities import html5

_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ATTRIBUTES = r"""(?:\s+[\w:.-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*\s*/?>"""
_PREFIX = r"</?(?:jats:|mml:)?"
# Names from HTML and JATS. Anything else in angle brackets is text: "if a <b and c> d".
_INLINE_TAG = re.compile(
    _PREFIX
    + r"(?:i|b|u|s|em|strong|italic|bold|underline|sup|sub|sc|small|big|tt|span|font|a|xref"
    + r"|ext-link|named-content|styled-content|monospace|roman|strike|del|ins|mark|code|abbr)"
    + _ATTRIBUTES,
    re.IGNORECASE,
)
_TAG_START = re.compile(r"</?[a-zA-Z]")
_BLOCK_TAG = re.compile(
    _PREFIX + r"(?:p|br|div|sec|title|h[1-6]|ul|ol|li|list|list-item|break)" + _ATTRIBUTES,
    re.IGNORECASE,
)
# White space that breaks lines or columns, and characters that XML cannot carry. Other spaces
# (no-break, thin) are the author's and stay.
_BLANK = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029\ufffe\uffff]+")

# Emphasis never stands inside a word: "HLA-A*02:01 and HLA-B*07:02" names two alleles.
_STARS = re.compile(r"(?<![\w*\\])(\*{1,3})(?=[^\s*])([^*]+)(?<=[^\s\\])\1(?![\w*])")
_UNDERSCORES = re.compile(r"(?<![\w\\])(_{1,3})(?=[^\s_])([^_]+)(?<=[^\s\\])\1(?!\w)")
_HYPERLINK = re.compile(r"!?\[([^\[\]]*)\]\((?:https?://|mailto:|/|#)[^\s()]*(?:\s+\"[^\"]*\")?\)")
_MARK = re.compile(r"[*_\[\\]")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_BULLET = re.compile(r"\s*(?:[-*+•‣◦–]|[0-9]{1,2}[.)])\s+(?=\S)")
_THEMATIC_BREAK = re.compile(r" {0,3}(?:(?:- *){3,}|(?:\* *){3,}|(?:_ *){3,})$")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:\s+(.*))?$")
_INTERRUPTING_BULLET = re.compile(r"\s*(?:[-*•]|1[.)])\s+(?=\S)")


def plain(raw: str) -> str:
    """Return raw text without character references, tags and surplus white space.

    References are decoded twice, because exports escape twice (`&amp;alpha;`).

    >>> plain("TNF-&alpha; in <i>Mus  musculus</i>, p &lt; 0.05")
    'TNF-α in Mus musculus, p < 0.05'
    """
    text = _untagged(raw)
    for _ in range(2):
        if "&" in text:
            text = _untagged(_REFERENCE.sub(_decoded, text))
    # Most texts have single spaces only, which is quickly told.
    if "  " in text or not text.isprintable():
        text = _BLANK.sub(" ", text)
    return text.strip()


def markdown(raw: str) -> str:
    """Return raw Markdown as `plain` does, without emphasis, hyperlinks and backslash escapes.

    >>> markdown("**Results:** [*Runx2*](https://example.org/860) rose; HLA-A*02:01 did not")
    'Results: Runx2 rose; HLA-A*02:01 did not'
    """
    if not _MARK.search(raw):
        return plain(raw)
    text = _HYPERLINK.sub(r"\1", _untagged(raw))
    for _ in range(2):  # emphasis within emphasis
        text = _UNDERSCORES.sub(r"\2", _STARS.sub(r"\2", text))
    return plain(_ESCAPE.sub(r"\1", text))


def heading(line: str) -> tuple[int, str]:
    """Return level (1 to 6) and raw text of a Markdown heading; level 0 for any other line.

    >>> heading("## Key findings ##")
    (2, 'Key findings')
    """
    match = _HEADING.match(line)
    if not match:
        return 0, ""
    title = (match[2] or "").strip()
    unmarked = title.rstrip("#")
    closed = not unmarked or unmarked[-1].isspace()
    return len(match[1]), (unmarked if closed else title).strip()


def is_thematic_break(line: str) -> bool:
    """Tell whether a line of Markdown is a horizontal rule: `---`, `***`, `___`."""
    return bool(_THEMATIC_BREAK.match(line.rstrip()))


def without_bullet(line: str) -> str | None:
    """Return what follows the list marker of a line; None when it has no marker."""
    match = _BULLET.match(line)
    return line[match.end() :] if match else None


def paragraphs(lines: Iterable[str]) -> Iterator[str]:
    """Yield raw paragraphs: runs of lines between blank ones, joined by line ends."""
    block: list[str] = []
    for line in lines:
        if line.strip():
            block.append(line)
        else:
            yield from _joined(block)
            block = []
    yield from _joined(block)


def markdown_blocks(lines: Iterable[str]) -> Iterator[str]:
    r"""Yield raw blocks of Markdown without their marks: paragraphs, headings, list items.

    As in CommonMark, only some list markers can interrupt a paragraph, so that wrapped text is
    not taken for a list: "the rate was\n3. times higher".
    """
    for paragraph in paragraphs("" if is_thematic_break(line) else line for line in lines):
        block: list[str] = []
        in_list = False
        for line in paragraph.split("\n"):
            level, title = heading(line)
            if level:
                yield from _joined(block)
                yield from _joined([title] if title else [])
                block, in_list = [], False
                continue
            if in_list or not block or _INTERRUPTING_BULLET.match(line):
                item = without_bullet(line)
                if item is not None:
                    yield from _joined(block)
                    block, in_list = [item], True
                    continue
            block.append(line)
        yield from _joined(block)


def _joined(lines: list[str]) -> Iterator[str]:
    if lines:
        yield "\n".join(lines)


def _untagged(text: str) -> str:
    if "<" not in text or not _TAG_START.search(text):
        return text
    return _BLOCK_TAG.sub(" ", _INLINE_TAG.sub("", text))


def _decoded(match: re.Match[str]) -> str:
    reference = match[0]
    if reference.startswith("&#"):
        return html.unescape(reference)
    return html5.get(reference[1:], reference)
