"""Taxa whose names a mention resembles, where no name agrees with the whole of it."""

from __future__ import annotations

from functools import lru_cache

from pipeline.model import EntityType
from pipeline.terminology.fuzzy import EXACT, NORMAL_FORM, NameLookup
from pipeline.terminology.terminology import NameMatch, Terminology

_RULES = frozenset({EXACT, NORMAL_FORM, "lower rank", "general word", "origin"})
"""Ways to find a name that are more often right than wrong (see `terminology/variants.py`)."""
_HITS = 3


class SpeciesNames:
    """Looks up names with additions: `Abeoforma whisleri, gen. nov., sp. nov.`.

    Only rules about the writing of names count, never spelling alone: names of different species
    are too much alike.

    Args:
        terminology: The terminology.
    """

    def __init__(self, terminology: Terminology) -> None:
        self._lookup = NameLookup(terminology, more_taxa=False)
        self.similar = lru_cache(maxsize=5_000)(self._find)

    def _find(self, text: str) -> tuple[NameMatch, ...]:
        """Return the taxon that a text names with more or other words; at most one."""
        hits = self._lookup.lookup(text, type=EntityType.SPECIES, fuzzy=True, limit=_HITS)
        for hit in hits[:1]:
            found = hit.candidate
            if hit.method in _RULES:
                return (
                    NameMatch(found.curie, found.matched, found.scope, EntityType.SPECIES, 0, 0),
                )
        return ()
