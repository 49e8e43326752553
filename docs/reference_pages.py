"""mkdocs hook: the page of commands, written by the commands themselves."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

COMMANDS = "<!-- commands -->"


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the help of every command where the page asks for it."""
    if COMMANDS not in markdown:
        return markdown
    call = [sys.executable, "-m", "typer", "pipeline.cli", "utils", "docs", "--name", "bionorm"]
    told = subprocess.run(call, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    return markdown.replace(COMMANDS, told.stdout.replace("# `bionorm`", "", 1))
