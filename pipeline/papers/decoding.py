"""From a file's bytes to its text, or to a problem that tells how to get there.

Papers are read as UTF-8 only: a guessed encoding that is wrong turns names such as `TNF-α` or
`Sjögren` into others without a trace. A file in another encoding is therefore reported, with the
encoding it seems to have and the command that converts it.
"""

from __future__ import annotations

import codecs
import os
import re
import shlex
from pathlib import Path

from pipeline.model import Problem

HEAD_SIZE = 64 * 1024
"""Bytes of a file that are looked at to recognize its format."""

_SIGNATURES = (
    (b"%PDF-", "a PDF file; extract its text first"),
    (b"\x1f\x8b", "gzip-compressed; unpack it first"),
    (b"PK\x03\x04", "a ZIP archive or an Office document; unpack it or save it as text first"),
    (b"BZh", "bzip2-compressed; unpack it first"),
    (b"\xfd7zXZ\x00", "xz-compressed; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed; unpack it first"),
    (b"\xd0\xcf\x11\xe0", "an Office document; save it as text first"),
    (b"{\\rtf", "an RTF document; save it as plain text first"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"PAR1", "a Parquet file"),
)
# UTF-32 stands first: its little-endian mark begins with that of UTF-16.
_WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_LINE_END = re.compile(rb"\r\n|\r|\n")
_CONTROL = bytes([*range(0x00, 0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20), 0x7F])
_ESCAPED = re.compile(r"[\udc80-\udcff]")
_BINARY_SHARE = 0.01
_LONGEST_REASON = 400


def shown(path: Path) -> str:
    """Return a path as text that can be written as UTF-8, whatever bytes its name has."""
    return os.fsencode(path).decode("utf-8", errors="backslashreplace")


def read_head(path: Path) -> str | Problem:
    """Read the beginning of a file as text, to recognize its format.

    Returns:
        The text, or the problem that the beginning already shows.
    """
    try:
        with path.open("rb") as file:
            return decode_head(file.read(HEAD_SIZE), path)
    except OSError as error:
        return Problem(shown(path), 0, f"the file cannot be read: {error.strerror or error}")


def decode_head(head: bytes, path: Path) -> str | Problem:
    """Decode the beginning of a file, to recognize its format.

    Bytes that are not UTF-8 are replaced here, because the head may end inside a character;
    `decode` is the one that reports them. XML says itself in which encoding it is.

    Returns:
        The text, or the problem that the beginning already shows.
    """
    if wide := _wide_encoding(head):
        text = head.decode(wide, errors="ignore").lstrip("\ufeff")
        if text.lstrip().startswith("<"):
            return _normalized(text)
    if problem := not_text(head, path):
        return problem
    return _normalized(head.decode("utf-8", errors="replace"))


def decode(data: bytes, path: Path) -> str | Problem:
    r"""Decode the bytes of a file; `path` is only named in problems.

    A byte order mark is dropped, and line ends of every system become `\n`, so that line numbers
    stay what they are.

    Returns:
        The text, or a problem: the file is empty, binary, or not UTF-8.
    """
    if problem := not_text(data, path):
        return problem
    try:
        text = _normalized(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        return _not_utf8(data, error, path)
    if not text.strip():
        return Problem(shown(path), 0, "the file is empty: it holds only white space")
    return text


def is_utf8(line: str) -> bool:
    """Tell whether a line that was read with `errors="surrogateescape"` is UTF-8."""
    return line.isascii() or not _ESCAPED.search(line)


def shortened(reason: str) -> str:
    """Return a reason that may quote an input, short enough for a line on a terminal."""
    return reason if len(reason) <= _LONGEST_REASON else f"{reason[: _LONGEST_REASON - 1]}…"


def printable(line: str) -> str:
    """Return such a line with U+FFFD in the place of what is not UTF-8."""
    return _ESCAPED.sub("\ufffd", line)


def _normalized(text: str) -> str:
    return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def not_text(data: bytes, path: Path) -> Problem | None:
    """Return the problem of data that are empty, binary, or text in wide characters."""
    if not data:
        return Problem(shown(path), 0, "the file is empty")
    for signature, meaning in _SIGNATURES:
        if data.startswith(signature):
            return Problem(shown(path), 0, f"not a text file: it is {meaning}")
    if wide := _wide_encoding(data):
        return Problem(shown(path), 1, f"not UTF-8: it seems to be {wide}; {_way_out(wide, path)}")
    position = data.find(b"\x00")
    if position >= 0:
        place = _line_of(data, position)
        reason = f"not a text file: NUL byte at offset {position} (binary data, or damaged)"
        return Problem(shown(path), place, reason)
    head = data[:HEAD_SIZE]
    controls = len(head) - len(head.translate(None, delete=_CONTROL))
    if controls > 1 and controls > _BINARY_SHARE * len(head):
        return Problem(shown(path), 0, "not a text file: it is full of control characters")
    return None


def _wide_encoding(data: bytes) -> str:
    """Name the encoding of text in units of 16 or 32 bits; empty for anything else."""
    for mark, name in _WIDE_MARKS:
        if data.startswith(mark):
            return name
    # Without a mark, Latin script in UTF-16 has a NUL in nearly every other byte.
    head = data[:4096]
    for name, first, second in (("UTF-16LE", 1, 0), ("UTF-16BE", 0, 1)):
        zeros, others = head[first::2].count(0), head[second::2].count(0)
        if len(head) >= 8 and others == 0 and zeros > 0.7 * len(head[first::2]):
            return name
    return ""


def _not_utf8(data: bytes, error: UnicodeDecodeError, path: Path) -> Problem:
    """Say where a text stops being UTF-8, what it seems to be, and how to convert it."""
    byte = f"byte 0x{data[error.start]:02X} at offset {error.start}"
    line = _line_of(data, error.start)
    lenient = data.decode("utf-8", errors="ignore")
    valid = sum(character > "\x7f" for character in lenient)
    stray = len(data) - len(lenient.encode("utf-8"))
    if error.end == len(data) and "unexpected end" in error.reason:
        hint = "the file ends inside a character, so it was probably cut off; fetch it again"
    elif valid > stray:
        hint = "the rest is UTF-8, so this place is damaged; correct it or fetch the file again"
    elif encoding := _single_byte_encoding(data):
        hint = f"it seems to be {encoding}; {_way_out(encoding, path)}"
    else:
        hint = "its encoding is unknown; save it as UTF-8 with the program that made it"
    return Problem(shown(path), line, f"not UTF-8: {byte}; {hint}")


def _single_byte_encoding(data: bytes) -> str:
    """Tell Latin-1 from Windows-1252, which prints where Latin-1 has control characters."""
    if not re.search(rb"[\x80-\x9f]", data):
        return "ISO-8859-1"
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    return "WINDOWS-1252"


def _way_out(encoding: str, path: Path) -> str:
    name = shlex.quote(path.name)
    converted = shlex.quote(f"{path.stem}.utf8{path.suffix}")
    return f"convert it with: iconv -f {encoding} -t UTF-8 {name} > {converted}"


def _line_of(data: bytes, position: int) -> int:
    return len(_LINE_END.findall(data, 0, position)) + 1
