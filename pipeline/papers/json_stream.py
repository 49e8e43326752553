"""JSON as it comes: the members of an array, or values one after the other, without the whole file.

Python's own decoder reads the values, so that what is wrong is told with its line.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pipeline.errors import PaperError
from pipeline.papers.source import Source

_BLANK: Final = re.compile(r"[ \t\n\r]*")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NUMBER: Final = "0123456789.eE+-"
_LONGEST_TOKEN: Final = 16  # of those that the decoder does not read piece by piece


def values(
    source: Source, arrays: Sequence[str], *, piece: int = 1 << 18
) -> Iterator[tuple[int, Any]]:
    """Yield the records of a file with their lines.

    Args:
        source: The file: an object, an array, or several of these one after the other.
        arrays: Keys of objects on top whose array holds the records. An object without any of
            them is a record itself.
        piece: Bytes to read at once.

    Raises:
        PaperError: Where the file is no JSON, or a record is too large; the records before that
            are yielded.
    """
    text = _Text(source, piece)
    while text.peek():
        yield from _top(text, frozenset(arrays))


def loads(text: str) -> Any:
    """Read a JSON value.

    Raises:
        ValueError: If the text is none, with the column; also if it is nested too deeply.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg} (column {error.colno})") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None


def string(value: Any) -> str:
    """Return a string or number as text that UTF-8 can hold; empty for anything else.

    >>> string(29768149), string(True), string(None), string({"a": 1})
    ('29768149', '', '', '')
    """
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value) if not value.isascii() else value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "" if value != value else str(value)  # NaN
    return ""


def _top(text: _Text, arrays: frozenset[str]) -> Iterator[tuple[int, Any]]:
    """Yield the records of a value on top."""
    if text.peek() == "[":
        for line in text.members("["):
            if text.peek() == "{":
                yield from _object(text, line, arrays)
            else:
                yield line, text.value()
    elif text.peek() == "{":
        yield from _object(text, text.line, arrays)
    else:
        raise text.error("neither an object nor an array")


def _object(text: _Text, line: int, arrays: frozenset[str]) -> Iterator[tuple[int, Any]]:
    """Yield the records in an array of an object; the object itself when it has no such array."""
    rest: dict[str, Any] = {}
    found = False
    for _ in text.members("{"):
        key = text.key()
        if key in arrays and text.peek() == "[":
            found = True
            for start in text.members("["):
                yield start, text.value()
        else:
            rest[key] = text.value()
    if not found:
        yield line, rest


class _Text:
    """The text of a file with a position that only goes forward; what lies behind is dropped."""

    def __init__(self, source: Source, piece: int) -> None:
        self._source = source
        self._piece = piece
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._scan = json.JSONDecoder().raw_decode
        self._text = ""
        self._position = 0
        self._ended = False
        self.line = 1

    def peek(self) -> str:
        """Skip white space and return the next character without going behind it."""
        while True:
            self._go(_BLANK.match(self._text, self._position).end())  # type: ignore[union-attr]  # it matches nothing, too
            if self._position < len(self._text) or not self._more():
                return self._text[self._position : self._position + 1]

    def members(self, opening: str) -> Iterator[int]:
        """Go through the members of an array or object; yield the line at the start of each."""
        self._expect(opening)
        closing = "]" if opening == "[" else "}"
        if self.peek() == closing:
            self._expect(closing)
            return
        while True:
            self.peek()
            yield self.line
            if self.peek() != ",":
                break
            self._expect(",")
        self._expect(closing)

    def key(self) -> str:
        """Return the key of a member and go behind the colon."""
        if self.peek() != '"':
            raise self.error("a key in quotation marks is missing")
        key: str = self.value()
        self._expect(":")
        return key

    def value(self) -> Any:
        """Return the next value and go behind it."""
        self.peek()
        while True:
            try:
                value, end = self._scan(self._text, self._position)
            except RecursionError:
                raise self.error("nested too deeply") from None
            except json.JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated") or (
                    error.pos > len(self._text) - _LONGEST_TOKEN
                )
                if not cut or not self._more():
                    self._go(min(error.pos, len(self._text)))
                    raise self.error(error.msg) from None
            except ValueError as error:  # a number of thousands of digits
                raise self.error(str(error)) from None
            else:
                # A number may go on: the text may be cut off at "1." or "1e".
                whole = not isinstance(value, int | float) or self._text[end:].lstrip(_NUMBER)
                if whole or not self._more():
                    self._go(end)
                    return value

    def error(self, reason: str) -> PaperError:
        """Make an error at the present position."""
        return self._source.error(self.line, f"the JSON is damaged: {reason}")

    def _expect(self, sign: str) -> None:
        if self.peek() != sign:
            raise self.error(f"{sign!r} is missing")
        self._go(self._position + 1)

    def _go(self, position: int) -> None:
        self.line += self._text.count("\n", self._position, position)
        self._position = position

    def _more(self) -> bool:
        """Read on, twice as much as is there; return False at the end of the file."""
        if self._ended:
            return False
        rest = self._text[self._position :]
        limits = self._source.limits
        if len(rest) > limits.record:
            size = f"{limits.record:,} characters"
            raise self._source.error(self.line, f"more than {size}: too much for a paper")
        data = self._source.stream.read(max(self._piece, len(rest)))
        self._ended = not data
        try:
            more = self._decode(data, self._ended)
        except UnicodeDecodeError as error:
            raise self._source.error(self.line, f"not UTF-8 from here on: {error.reason}") from None
        self._text = rest + more
        self._position = 0
        return True
