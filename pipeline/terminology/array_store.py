"""Compiled arrays on disk: written whole or not at all, mapped into memory when opened.

A set of arrays is a directory: one `.npy` file for each, and a catalogue that tells their sizes, so
that a directory that was cut short is known for what it is.
"""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.terminology.arrays import Arrays

LOG = logging.getLogger("bionorm")

_CATALOGUE = "index.json"
_KEPT_SECONDS = 60 * 24 * 3600


def open_arrays(target: Path, make: Callable[[], Arrays], what: str) -> Arrays:
    """Map arrays into memory; make and keep them first when they are not there or not whole.

    Args:
        target: Their directory.
        make: Makes them.
        what: What they are, in words.
    """
    if (opened := load_arrays(target)) is not None:
        return opened[0]
    if target.exists():
        LOG.warning("%s in %s are damaged; compiling them again", what, target)
        shutil.rmtree(target, ignore_errors=True)
    else:
        LOG.info("compiling %s (once)", what)
    made = make()
    try:
        save_arrays(made, {}, target)
    except OSError as error:
        LOG.warning("%s cannot be kept in %s: %s", what, target.parent, error)
    opened = load_arrays(target)
    return opened[0] if opened else made


def save_arrays(arrays: Arrays, notes: dict[str, Any], target: Path) -> None:
    """Write arrays under a temporary name and rename the directory when it is whole.

    Two processes may do this at the same time: both write the same content, the first one stays.

    Args:
        arrays: The arrays by name.
        notes: What else to keep, as JSON.
        target: Directory to make.

    Raises:
        OSError: If the directory cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".building-", dir=target.parent))
    try:
        sizes = {}
        for name, array in sorted(arrays.items()):
            path = temporary / f"{name}.npy"
            np.save(path, array)
            sizes[name] = path.stat().st_size
        text = json.dumps({"sizes": sizes, "notes": notes}, indent=1)
        (temporary / _CATALOGUE).write_text(text, encoding="utf-8")
        try:
            temporary.rename(target)
        except OSError:
            if not target.exists():
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    _forget_old(target)


def _forget_old(target: Path) -> None:
    """Remove what earlier versions left beside a new directory two months ago or before."""
    limit = time.time() - _KEPT_SECONDS
    for sibling in target.parent.iterdir():
        try:
            if sibling != target and sibling.stat().st_mtime < limit:
                shutil.rmtree(sibling, ignore_errors=True)
        except OSError:  # another process was faster
            continue


def load_arrays(target: Path) -> tuple[Arrays, dict[str, Any]] | None:
    """Map arrays into memory, with their notes; None when they are not there or not whole."""
    try:
        catalogue = json.loads((target / _CATALOGUE).read_text(encoding="utf-8"))
        arrays: Arrays = {}
        for name, size in catalogue["sizes"].items():
            path = target / f"{name}.npy"
            if path.stat().st_size != size:
                return None
            # As a plain array: items of a `memmap` are ten times slower to get.
            arrays[name] = np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
        return arrays, dict(catalogue["notes"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
