"""The commands in the documentation run as they are written, and print what is said."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Step:
    """A command and the lines that it is said to print; `…` stands for anything."""

    command: str
    output: list[str]


def steps(page: Path) -> Iterator[Step]:
    """Read the commands of a page's `console` blocks."""
    for block in _BLOCK.findall(page.read_text(encoding="utf-8")):
        step: Step | None = None
        for line in block.splitlines():
            if line.startswith("$ "):
                if step:
                    yield step
                step = Step(line[2:], [])
            elif step and line.startswith("> "):
                step.command += "\n" + line[2:]
            elif step:
                step.output.append(line)
        if step:
            yield step


def pattern(lines: list[str]) -> str:
    """Return a regular expression for what a command is said to print."""
    parts = [
        r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + r"\s*?\n"
        for line in lines
    ]
    return "".join(parts)


PAGES = [page for page in sorted(DOCS.rglob("*.md")) if next(steps(page), None)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_commands_print_what_the_page_says(page: Path, tmp_path: Path) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for step in steps(page):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", step.command],
            cwd=tmp_path,
            env={**os.environ, "PATH": path, "COLUMNS": "100", "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, (step.command, done.stderr)
        if step.output:
            assert re.fullmatch(pattern(step.output), done.stdout), (step.command, done.stdout)


def test_the_tutorial_is_among_them() -> None:
    assert DOCS / "tutorial.md" in PAGES
