"""Texts that a format can hold, character for character, so that every offset stays what it is.

A character that a format cannot carry is replaced by exactly one other. A control character that
XML forbids and an unpaired surrogate become U+FFFD, the character that stands for what could not
be kept; a line end where the format has one line for a text becomes a blank.
"""

from __future__ import annotations

import re

# XML 1.0, production 2 (Char): the characters outside it cannot even be written as references.
_NOT_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACES = str.maketrans(dict.fromkeys("\0\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029", " "))


def xml_text(text: str) -> str:
    r"""Return the text with each character that XML 1.0 forbids replaced by U+FFFD.

    Tabs and line ends of both kinds are allowed and stay.

    >>> ascii(xml_text("a\0b\tc\r\n"))
    "'a\\ufffdb\\tc\\r\\n'"
    """
    return _NOT_XML.sub("\ufffd", text)


def replace_surrogates(text: str) -> str:
    r"""Return the text with each surrogate, which UTF-8 cannot hold, replaced by U+FFFD.

    >>> ascii(replace_surrogates("a\ud800b"))
    "'a\\ufffdb'"
    """
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def one_line(text: str) -> str:
    r"""Return the text with each tab, NUL and line end of any kind replaced by a blank.

    Line ends are those that `str.splitlines` knows, so that no reader finds a line end here.

    >>> one_line("a\tb\r\nc")
    'a b  c'
    """
    return replace_surrogates(text).translate(_SPACES)
