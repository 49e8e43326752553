"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Snapshot = Annotated[
    Path | None,
    typer.Option(
        help="Directory of another terminology snapshot.",
        envvar="BIONORM_SNAPSHOT",
        show_default="the embedded one",
    ),
]
