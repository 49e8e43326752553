"""The manners of the command line: help that holds, completion, colours, exit codes."""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.terminology.snapshot import default_snapshot, snapshot_hash

BIONORM = Path(sys.executable).with_name("bionorm")
ROOT: Any = typer.main.get_command(app)
COLOUR = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:[34][0-8]|9[0-7]|10[0-7])(?:;[0-9;]*)?m")


def commands(group: Any = ROOT, place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*place, name)
        yield from commands(command, (*place, name)) if hasattr(command, "commands") else ()


COMMANDS = [(), *commands()]


def command_at(words: tuple[str, ...]) -> Any:
    command = ROOT
    for word in words:
        command = command.commands[word]
    return command


def bionorm(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIONORM, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | variables,
    )


def on_terminal(*arguments: str, **variables: str) -> str:
    """Run on a pseudo-terminal; return all that is written to it."""
    main, side = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "FORCE_COLOR"}}
    process = subprocess.Popen(
        [BIONORM, *arguments],
        stdin=side,
        stdout=side,
        stderr=side,
        env=environment | {"TERM": "xterm-256color"} | variables,
    )
    os.close(side)
    written = b""
    while True:
        try:
            piece = os.read(main, 1 << 16)
        except OSError:  # the other side is closed
            break
        if not piece:
            break
        written += piece
    os.close(main)
    assert process.wait(timeout=60) == 0
    return written.decode()


# Help


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: " ".join(c) or "bionorm")
def test_help_has_examples_that_hold(command: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*command, "-h"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    _, _, rest = result.stdout.partition("Example")
    found = [line[line.index("bionorm ") :] for line in rest.splitlines() if "bionorm " in line]
    assert found
    for line in found:
        words = re.split(r" [|<>] ", line)[0].strip()
        check_command_line(shlex.split(words)[1:], command)


def check_command_line(words: list[str], shown_by: tuple[str, ...]) -> None:
    place: tuple[str, ...] = ()
    while words and words[0] in getattr(command_at(place), "commands", {}):
        place = (*place, words.pop(0))
    assert place[: len(shown_by)] == shown_by
    options = {name for p in command_at(place).params for name in (*p.opts, *p.secondary_opts)} | {
        "-h",
        "--help",
    }
    assert not [word for word in words if len(word) > 1 and word[0] == "-" and word not in options]


def test_help_tells_of_the_settings_file() -> None:
    done = bionorm("--help")
    for word in ("--config", "BIONORM_CONFIG", "bionorm.toml", "--install-completion"):
        assert word in done.stdout


def test_the_version_of_program_and_data() -> None:
    done = bionorm("--version")
    data = snapshot_hash(default_snapshot())[:12]
    assert done.stdout == f"bionorm {version('bionorm')}, terminology {data}\n"
    assert (done.returncode, done.stderr) == (0, "")


# Completion


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("bionorm lo", "lookup"),
        ("bionorm run --outp", "--output"),
        ("bionorm ontologies up", "update"),
        ("bionorm --conf", "--config"),
    ],
)
def test_completion(line: str, expected: str) -> None:
    words = line.split(" ")
    done = bionorm(
        _BIONORM_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=str(len(words) - 1)
    )
    assert done.stdout.split() == [expected]


def test_completion_is_not_disturbed_by_a_broken_file(tmp_path: Path) -> None:
    (tmp_path / "bionorm.toml").write_text("[", encoding="utf-8")
    done = subprocess.run(
        [BIONORM],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=os.environ
        | {"_BIONORM_COMPLETE": "complete_bash", "COMP_WORDS": "bionorm lo", "COMP_CWORD": "1"},
    )
    assert done.stdout.split() == ["lookup"]


def test_completion_is_installed(tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{shlex.quote(str(BIONORM))} --install-completion; exit $?"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    script = tmp_path / ".bash_completions" / "bionorm.sh"
    assert "_BIONORM_COMPLETE" in script.read_text()
    assert str(script) in (tmp_path / ".bashrc").read_text()


# Colours


def test_colours_on_a_terminal_only() -> None:
    assert COLOUR.search(on_terminal("--help"))
    done = bionorm("--help")
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "arguments", [["--help"], ["run", "-h"], ["lookup", "TNF", "--limit", "2"]], ids=" ".join
)
def test_no_color(arguments: list[str]) -> None:
    written = on_terminal(*arguments, NO_COLOR="1")
    assert len(written) > 100
    assert not COLOUR.search(written)


# Exit codes


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: " ".join(c) or "bionorm")
def test_a_typing_error_is_wrong_use(command: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*command, "--no-such-option"])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "no-such-option" in result.stderr


def test_a_typing_error_gets_a_suggestion() -> None:
    runner = CliRunner()
    assert "--output" in runner.invoke(app, ["run", "--outptu", "x"]).stderr
    assert "'lookup'" in runner.invoke(app, ["lokup"]).stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["lookup", "TNF"], 0),
        (["lookup", "qwxyzzy"], 1),
        (["lookup"], 2),
        (["--config", "/no/such/file.toml", "lookup", "TNF"], 2),
        (["--config"], 2),
        (["run"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_exit_codes(arguments: list[str], code: int) -> None:
    done = bionorm(*arguments)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert bool(done.stderr) == (code == 2)


def test_a_reader_that_has_enough() -> None:
    """As `bionorm lookup … | head -1`: no complaint about the pipe."""
    done = subprocess.run(
        ["bash", "-c", f"{shlex.quote(str(BIONORM))} lookup p38 TNF NFKB | head -c 5"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == ("query", "")
