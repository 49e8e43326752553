"""When Python collects garbage."""

from __future__ import annotations

import gc

_ALLOCATED = 500_000
"""New objects after which garbage is collected. A paper makes some thousand, none of which refer
to each other in circles, and what is kept in memory for later papers would be looked at for
nothing: the usual 700, and 50,000 still, cost a good part of the time."""


def spare_loaded() -> None:
    """Spare the collector of garbage to look again and again at what is loaded by now and stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATED)
