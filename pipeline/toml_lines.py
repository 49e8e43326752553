"""A TOML file with the lines that its keys stand in, which the standard library does not tell."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError
from pipeline.model import Problem

_STAND_IN = "bionorm-stand-in"
_LINE = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A file of TOML: where it is, its text, and what the text means."""

    path: Path
    text: str
    table: dict[str, Any]

    def problem(self, keys: Sequence[str], reason: str) -> Problem:
        """Return a problem at the place of a key, which is given with the tables it is in."""
        return Problem(str(self.path), line_of(self.text, keys), reason)


def read_toml(path: Path) -> TomlFile:
    """Read a file of TOML.

    Raises:
        UsageError: If it cannot be read, or is no TOML; with the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8: {error.reason}") from error
    try:
        return TomlFile(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        reason = _LINE.sub("", str(error)).strip()
        raise UsageError(str(Problem(str(path), line, f"not TOML: {reason}"))) from error


def line_of(text: str, keys: Sequence[str]) -> int:
    r"""Return the line of a key, from 1; 0 if it is written in a way that hides it.

    It is the line in which another name in place of the key puts that name into the key's table.

    Args:
        text: TOML.
        keys: The tables that the key is in, and the key.

    >>> line_of("[a]\nb = 1\n[c]\nb = 2", ["c", "b"])
    4
    """
    lines = text.split("\n")
    for i, line in enumerate(lines):
        for found in re.finditer(re.escape(keys[-1]), line):
            changed = line[: found.start()] + _STAND_IN + line[found.end() :]
            try:
                table = tomllib.loads("\n".join([*lines[:i], changed, *lines[i + 1 :]]))
            except tomllib.TOMLDecodeError:
                continue
            if _holds(table, [*keys[:-1], _STAND_IN]):
                return i + 1
    return 0


def _holds(table: object, keys: Sequence[str]) -> bool:
    for key in keys:
        if not isinstance(table, dict) or key not in table:
            return False
        table = table[key]
    return True
