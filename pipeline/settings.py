"""Settings from a file: the same names as the options of the commands.

`snapshot = "my/snapshot"` at the top of the file holds for every command that has the option
`--snapshot`; in the table `[run]` it holds for `bionorm run` only, in `[ontologies]` for all of
`bionorm ontologies …`. A value is used as if it stood on the command line: paths are relative to
the current directory. The command line goes before the environment, the environment before the
file, the file before the defaults of the options; a command's own table goes before what holds for
more of them.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from typing import Any

import typer

from pipeline.errors import UsageError
from pipeline.model import Problem
from pipeline.toml_lines import TomlFile, read_toml

FILE = "bionorm.toml"
"""Name of the file that is used when it is in the current directory."""

_CHOSEN = "bionorm.settings"
_SOURCES = {"COMMANDLINE": "command line", "ENVIRONMENT": "environment", "DEFAULT_MAP": "file"}
_EXPECTED: Mapping[type, str] = {
    bool: "true or false", int: "a whole number", float: "a number", str: "a text in quotes",
}  # fmt: skip

_Place = tuple[str, ...]
"""Words that lead to a command or a group of commands: `("ontologies", "update")`."""


@dataclass(frozen=True, slots=True)
class _Option:
    """An option of a command: what typer knows of it, and the type of one value in a file."""

    parameter: Any
    kind: type

    def given(self, value: object) -> object:
        """Return a value of the file as the command gets it."""
        return [value] if self.parameter.multiple and not isinstance(value, list) else value

    def fault(self, value: object, context: typer.Context) -> str:
        """Return what is wrong with a value of the file, or an empty string."""
        if isinstance(value, list) and not self.parameter.multiple:
            return f"{_EXPECTED[self.kind]} is expected, not a list"
        for item in value if isinstance(value, list) else [value]:
            is_number = self.kind is float and type(item) is int
            if type(item) is not self.kind and not is_number:
                return f"{_EXPECTED[self.kind]} is expected, not {item!r}"
        try:
            self.parameter.process_value(context, self.given(value))
        except typer.BadParameter as error:
            return str(error.message).rstrip(".")
        return ""


def apply_settings(context: typer.Context, chosen: Path | None) -> None:
    """Make the settings of a file the defaults of the commands.

    Args:
        context: Context of the whole command line.
        chosen: The file; by default `bionorm.toml` in the current directory, if it is there.

    Raises:
        UsageError: If the file cannot be read, or sets what there is not; all is told at once.
    """
    path = chosen or Path(FILE)
    if chosen is None and not path.is_file():
        return
    settings = _Settings(read_toml(path), context)
    settings.read()
    if settings.problems:
        raise UsageError("\n".join(map(str, settings.problems)))
    context.default_map = settings.defaults()
    context.meta[_CHOSEN] = str(path)


def effective_settings(context: typer.Context) -> dict[str, object]:
    """Return the settings of the command that is run and where they come from, ready for JSON.

    Returns:
        `command`, `config` (the file, or None), and `options`: for each option, by its name on the
        command line, its `value` and its `source`, which is `command line`, `environment`, `file`
        or `default`.
    """
    options = {}
    for name, parameter in _options(context.command):
        source = context.get_parameter_source(parameter.name)
        options[name] = {
            "value": _plain(context.params.get(parameter.name)),
            "source": _SOURCES.get(source.name, "default") if source else "default",
        }
    command = context.command_path.partition(" ")[2]
    return {"command": command, "config": context.meta.get(_CHOSEN), "options": options}


class _Settings:
    """The settings of a file, checked against the commands; and what is wrong with them."""

    def __init__(self, file: TomlFile, context: typer.Context) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._context = context
        self._commands = dict(_commands(context.command, ()))
        self._found: dict[_Place, dict[str, Any]] = {}

    def read(self) -> None:
        """Read all tables of the file."""
        self._read_table((), self._file.table)

    def defaults(self) -> dict[str, Any]:
        """Return the settings as typer wants them: by command and by name of the parameter."""
        result: dict[str, Any] = {}
        for place, options in self._commands.items():
            found = {
                key: value
                for i in range(len(place) + 1)
                for key, value in self._found.get(place[:i], {}).items()
            }
            table = result
            for word in place:
                table = table.setdefault(word, {})
            for key, option in options.items():
                if key in found:
                    table[option.parameter.name] = option.given(found[key])
        return result

    def _read_table(self, place: _Place, table: Mapping[str, Any]) -> None:
        for key, value in table.items():
            inner = (*place, key)
            is_command = any(path[: len(inner)] == inner for path in self._commands)
            if is_command and isinstance(value, dict):
                self._read_table(inner, value)
            elif is_command:
                reason = f"{key} is a command; its options go into the table [{'.'.join(inner)}]"
                self._tell(inner, reason)
            elif isinstance(value, dict):
                words = (path[len(place)] for path in self._below(place) if len(path) > len(place))
                self._tell(inner, f"there is no command {key}{_meant(key, words)}")
            else:
                self._read_setting(place, key, value)

    def _read_setting(self, place: _Place, key: str, value: object) -> None:
        below = [self._commands[path] for path in self._below(place)]
        having = [options[key] for options in below if key in options]
        if not having:
            self._tell((*place, key), self._unknown(place, key, below))
        elif fault := next(filter(None, (o.fault(value, self._context) for o in having)), ""):
            self._tell((*place, key), f"{key}: {fault}")
        else:
            self._found.setdefault(place, {})[key] = value

    def _unknown(self, place: _Place, key: str, below: Iterable[Mapping[str, _Option]]) -> str:
        owner = f"{' '.join(place)} has no" if place else "no command has an"
        reason = f"{owner} option {key}"
        if meant := _meant(key, (name for options in below for name in options)):
            return reason + meant
        name = key.replace("_", "-")
        others = [" ".join(path) for path, options in self._commands.items() if name in options]
        return f"{reason}; {name} is one of {', '.join(others)}" if others else reason

    def _below(self, place: _Place) -> list[_Place]:
        return [path for path in self._commands if path[: len(place)] == place]

    def _tell(self, keys: _Place, reason: str) -> None:
        self.problems.append(self._file.problem(keys, reason))


def _commands(group: Any, place: _Place) -> Iterator[tuple[_Place, dict[str, _Option]]]:
    """Yield the commands of a group, those of its groups included, with their options."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, (*place, name))
        else:
            kinds = typing.get_type_hints(inspect.unwrap(command.callback))
            yield (
                (*place, name),
                {key: _Option(p, _kind(kinds.get(p.name))) for key, p in _options(command)},
            )


def _options(command: Any) -> Iterator[tuple[str, Any]]:
    """Yield the options of a command by their names without the dashes."""
    for parameter in command.params:
        long = [name for name in parameter.opts if name.startswith("--")]
        if parameter.param_type_name == "option" and long and long[0] != "--help":
            yield long[0].removeprefix("--"), parameter


def _kind(hint: Any) -> type:
    """Return the type that a parameter's value has in a file: text, but for numbers and flags."""
    if hint in _EXPECTED:
        return typing.cast(type, hint)
    for part in typing.get_args(hint):
        if part is not type(None) and (kind := _kind(part)) is not str:
            return kind
    return str


def _meant(key: str, known: Iterable[str]) -> str:
    close = get_close_matches(key, sorted(set(known)), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
