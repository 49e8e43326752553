"""Gene symbols with a letter for the species in front: `hDaxx`, `mCB2`, `rhBMP-2`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pipeline.model import EntityType
from pipeline.terminology.terminology import NameMatch, Terminology

SCOPE = "prefixed"
_TAXA = {
    "h": 9606, "rh": 9606, "m": 10090, "rm": 10090, "r": 10116, "d": 7227, "z": 7955, "y": 559292,
}  # fmt: skip
# Begins with what it consumes, since `re` then skips ahead to such a character.
_PREFIXED = re.compile(
    r"([hmrdzy](?<![\w-].)(?:(?<=r)[hm])?)([A-Z][A-Za-z]*\d*(?:-?\d+[A-Za-z]?)?)(?![^\W_])"
)


def prefixed_names(surface: str, terminology: Terminology) -> tuple[NameMatch, ...]:
    """Return the genes of the prefix's species that the rest of a symbol names.

    >>> [n.curie for n in prefixed_names("hDaxx", Terminology.open())]
    ['NCBIGene:1616']
    """
    found = _PREFIXED.fullmatch(surface)
    if not found or len(found[2]) < 3:
        return ()
    taxon = _TAXA[found[1]]
    return tuple(
        replace(name, scope=SCOPE, identical=0)
        for name in terminology.exact_matches(found[2])
        if name.type == EntityType.GENE and name.taxon == taxon
    )


def find_prefixed(text: str) -> Iterator[tuple[int, int]]:
    """Yield the places of words that look like a symbol with a prefix."""
    for found in _PREFIXED.finditer(text):
        if len(found[2]) >= 3:
            yield found.span()
