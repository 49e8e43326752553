"""Settings from bionorm.toml: what goes before what, and what a mistake in the file says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipeline.errors import UsageError
from pipeline.settings import apply_settings, effective_settings
from pipeline.toml_lines import line_of, read_toml

app = typer.Typer()
group = typer.Typer()
app.add_typer(group, name="group")


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@app.callback()
def root(context: typer.Context, config: Path | None = None) -> None:
    apply_settings(context, config)


def show(context: typer.Context) -> None:
    typer.echo(json.dumps(effective_settings(context)))


@app.command()
def walk(
    context: typer.Context,
    places: Annotated[list[str] | None, typer.Argument()] = None,
    output: Annotated[Path, typer.Option("--output", "-o")] = Path("out"),
    snapshot: Annotated[Path | None, typer.Option(envvar="WALK_SNAPSHOT")] = None,
    steps: Annotated[int, typer.Option(min=1)] = 10,
    speed: float = 1.5,
    only: list[str] | None = None,
    lenient: Annotated[bool, typer.Option("--lenient")] = False,
    type_: Annotated[str | None, typer.Option("--type")] = None,
    colour: Colour = Colour.RED,
    form: Literal["tsv", "json"] = "tsv",
) -> None:
    show(context)


@group.command("sit-down")
def sit(context: typer.Context, snapshot: Path | None = None, long: bool = True) -> None:
    show(context)


@group.command()
def stand(context: typer.Context, minutes: int | None = None) -> None:
    show(context)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BIONORM_CONFIG", raising=False)
    return tmp_path


def write(text: str, name: str = "bionorm.toml") -> None:
    Path(name).write_text(text, encoding="utf-8")


def options(*arguments: str, **variables: str) -> dict[str, Any]:
    result = CliRunner(env=variables).invoke(app, [*arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def values(*arguments: str, **variables: str) -> dict[str, Any]:
    return {name: o["value"] for name, o in options(*arguments, **variables)["options"].items()}


def problems(text: str, *arguments: str) -> list[str]:
    write(text)
    with pytest.raises(UsageError) as raised:
        CliRunner().invoke(app, [*(arguments or ["walk"])], catch_exceptions=False)
    return str(raised.value).splitlines()


def test_without_a_file_defaults_hold() -> None:
    assert options("walk") == {
        "command": "walk",
        "config": None,
        "options": {
            name: {"value": value, "source": "default"}
            for name, value in {
                "output": "out",
                "snapshot": None,
                "steps": 10,
                "speed": 1.5,
                "only": [],
                "lenient": False,
                "type": None,
                "colour": "red",
                "form": "tsv",
            }.items()
        },
    }


def test_every_kind_of_option_can_be_set() -> None:
    write(
        """
        [walk]
        output = "results"
        snapshot = "mine"
        steps = 3
        speed = 2
        only = ["a", "b"]
        lenient = true
        type = "Gene"
        colour = "blue"
        form = "json"
        """
    )
    told = options("walk")
    assert told["config"] == "bionorm.toml"
    assert {o["source"] for o in told["options"].values()} == {"file"}
    assert values("walk") == {
        "output": "results",
        "snapshot": "mine",
        "steps": 3,
        "speed": 2,
        "only": ["a", "b"],
        "lenient": True,
        "type": "Gene",
        "colour": "blue",
        "form": "json",
    }


def test_the_command_line_goes_before_the_environment_before_the_file() -> None:
    assert values("walk")["snapshot"] is None
    write('snapshot = "file"')
    assert options("walk")["options"]["snapshot"] == {"value": "file", "source": "file"}
    by_environment = options("walk", WALK_SNAPSHOT="environment")["options"]["snapshot"]
    assert by_environment == {"value": "environment", "source": "environment"}
    told = options("walk", "--snapshot", "line", WALK_SNAPSHOT="environment")
    assert told["options"]["snapshot"] == {"value": "line", "source": "command line"}


def test_a_list_is_replaced_and_a_single_value_is_a_list_of_one() -> None:
    write('[walk]\nonly = "a"')
    assert values("walk")["only"] == ["a"]
    assert values("walk", "--only", "x", "--only", "y")["only"] == ["x", "y"]


def test_what_holds_for_all_and_what_for_one() -> None:
    write('snapshot = "all"\n[group]\nsnapshot = "group"\n[group.sit-down]\nlong = false')
    assert values("walk")["snapshot"] == "all"
    assert values("group", "sit-down") == {"snapshot": "group", "long": False}
    assert options("group", "sit-down")["command"] == "group sit-down"
    write('snapshot = "all"\n[walk]\nsnapshot = "mine"')
    assert values("walk")["snapshot"] == "mine"
    assert values("group", "sit-down")["snapshot"] == "all"


def test_another_file(here: Path) -> None:
    write("[walk]\nsteps = 1")
    write("[walk]\nsteps = 2", "other.toml")
    assert values("walk")["steps"] == 1
    told = options("--config", "other.toml", "walk")
    assert (told["config"], told["options"]["steps"]["value"]) == ("other.toml", 2)
    assert values("--config", os.devnull, "walk")["steps"] == 10


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("stepps = 1", "bionorm.toml:1: no command has an option stepps; did you mean steps?"),
        (
            "[walk]\nlenient = true\nstepps = 1",
            "bionorm.toml:3: walk has no option stepps; did you mean steps?",
        ),
        ("[wlak]\nsteps = 1", "bionorm.toml:1: there is no command wlak; did you mean walk?"),
        (
            "[group.sitdown]\nlong = true",
            "bionorm.toml:1: there is no command sitdown; did you mean sit-down?",
        ),
        (
            "[walk]\nminutes = 1",
            "bionorm.toml:2: walk has no option minutes; minutes is one of group stand",
        ),
        (
            "[group]\nsnap_shot = 1",
            "bionorm.toml:2: group has no option snap_shot; did you mean snapshot?",
        ),
        (
            "walk = 3",
            "bionorm.toml:1: walk is a command; its options go into the table [walk]",
        ),
        ("[walk]\nplaces = []", "bionorm.toml:2: walk has no option places"),
        ("[walk]\nconfig = 'x'", "bionorm.toml:2: walk has no option config"),
        ("[walk]\nhelp = true", "bionorm.toml:2: walk has no option help"),
        ("[walk]\nqwx = 1", "bionorm.toml:2: walk has no option qwx"),
        ("[walk]\nsteps = '3'", "bionorm.toml:2: steps: a whole number is expected, not '3'"),
        ("[walk]\nsteps = true", "bionorm.toml:2: steps: a whole number is expected, not True"),
        ("[walk]\nsteps = 2.5", "bionorm.toml:2: steps: a whole number is expected, not 2.5"),
        ("[walk]\nspeed = 'x'", "bionorm.toml:2: speed: a number is expected, not 'x'"),
        ("[walk]\noutput = 3", "bionorm.toml:2: output: a text in quotes is expected, not 3"),
        ("[walk]\noutput = ['a']", "bionorm.toml:2: output: a text in quotes is expected, not a"),
        ("[walk]\nonly = ['a', 3]", "bionorm.toml:2: only: a text in quotes is expected, not 3"),
        ("[walk]\nlenient = 'no'", "bionorm.toml:2: lenient: true or false is expected, not 'no'"),
        ("[walk]\nsteps = 0", "bionorm.toml:2: steps: "),
        ("[walk]\ncolour = 'green'", "bionorm.toml:2: colour: "),
        ("[walk]\nform = 'xml'", "bionorm.toml:2: form: "),
        ("[walk]\nsteps = 1979-05-27", "bionorm.toml:2: steps: a whole number is expected, not "),
        ("[walk\nsteps = 1", "bionorm.toml:1: not TOML: "),
        ("steps = ", "bionorm.toml:1: not TOML: "),
        ("[walk]\nsteps = 1\nsteps = 2", "bionorm.toml:3: not TOML: "),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, told: str) -> None:
    (line,) = problems(text)
    assert line.startswith(told)


def test_all_mistakes_are_told_at_once() -> None:
    told = problems("a = 1\n[walk]\nb = 2\nsteps = 0\n[c]\n", "group", "stand")
    assert [line.split(":")[1] for line in told] == ["1", "3", "4", "5"]


def test_a_file_that_cannot_be_read(here: Path) -> None:
    for bad in ("missing.toml", str(here)):
        with pytest.raises(UsageError, match="cannot be read"):
            CliRunner().invoke(app, ["--config", bad, "walk"], catch_exceptions=False)
    (here / "latin.toml").write_bytes('type = "Sjögren"'.encode("latin-1"))
    with pytest.raises(UsageError, match="not UTF-8"):
        read_toml(here / "latin.toml")


def test_a_byte_order_mark_does_no_harm(here: Path) -> None:
    (here / "bionorm.toml").write_bytes(b"\xef\xbb\xbf[walk]\nsteps = 4")
    assert values("walk")["steps"] == 4


KEYS = st.text("abc-_", min_size=1, max_size=4)
TABLES = st.lists(st.tuples(KEYS, st.lists(KEYS, min_size=1, max_size=3, unique=True)), max_size=3)


@given(TABLES)
def test_lines_of_keys(tables: list[tuple[str, list[str]]]) -> None:
    lines, expected = [], {}
    for name, keys in dict(tables).items():
        lines += [f"# {name}", f"[{name}]"]
        expected[(name,)] = len(lines)
        for key in keys:
            lines += [f'{key} = ["{name}", # {key}', f'  """{key} = 1"""]']
            expected[name, key] = len(lines) - 1
    text = "\n".join(lines)
    assert {path: line_of(text, path) for path in expected} == expected


@pytest.mark.parametrize(
    ("text", "keys", "line"),
    [
        ("a.b.c = 1", ("a", "b", "c"), 1),
        ("\n[x.y]\n'k' = 1", ("x", "y", "k"), 3),
        ("x = {y = 1}\nz = 2\nq = {k = 1}", ("q", "k"), 3),
        ('[x]\n"\\u006b" = 1', ("x", "k"), 0),
        ("[[a]]\nb = 1", ("a",), 1),
    ],
)
def test_lines_of_unusual_keys(text: str, keys: tuple[str, ...], line: int) -> None:
    assert line_of(text, keys) == line


# The command line itself


def bionorm(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("bionorm"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | variables,
    )


def test_bionorm_reads_the_file(here: Path) -> None:
    write('[lookup]\nlimit = 1\ntype = "Gene"')
    assert len(bionorm("lookup", "TNF").stdout.splitlines()) == 2
    write("[lookup]\nlimit = 2", "other.toml")
    assert len(bionorm("lookup", "TNF", BIONORM_CONFIG="other.toml").stdout.splitlines()) == 3
    assert len(bionorm("lookup", "TNF", "--limit", "3").stdout.splitlines()) == 4


def test_a_mistake_in_the_file_is_wrong_use(here: Path) -> None:
    write("[lookup]\nlimits = 1\n[lookupp]")
    done = bionorm("lookup", "TNF")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "bionorm: bionorm.toml:2: lookup has no option limits; did you mean limit?\n"
        "bionorm: bionorm.toml:3: there is no command lookupp; did you mean lookup?\n"
    )
