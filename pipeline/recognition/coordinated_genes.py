"""Coordinated gene names among the mentions that a recognizer has found: `BRCA1/2`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from pipeline.model import EntityType
from pipeline.recognition.coordination import Coordination, coordination_at
from pipeline.recognition.proposals import Proposal
from pipeline.terminology.terminology import Terminology

REASON = "coordinated names"
_LONGEST = 200  # code points of an expression
_MAMMALS = frozenset({9606, 10090, 10116})
_BREAK = re.compile(r"(?<=[^\s/,&–—‐‑-])[\s/,&–—‐‑-]+")


class CoordinatedGenes:
    """Takes coordinated gene names apart with the help of a terminology."""

    def __init__(self, terminology: Terminology) -> None:
        self._terminology = terminology
        self._is_gene = lru_cache(maxsize=4_000)(self._names_gene)

    def complete(self, text: str, chosen: Sequence[Proposal]) -> list[Proposal]:
        """Replace gene proposals by the expressions that they are, or whose first name they are.

        Args:
            text: The text.
            chosen: Proposals without overlaps, in text order.
        """
        result: list[Proposal] = []
        for i, p in enumerate(chosen):
            free = result[-1].end if result else 0
            limit = chosen[i + 1].start if i + 1 < len(chosen) else len(text)
            place = None
            if p.type == EntityType.GENE and not p.members and p.end - p.start <= _LONGEST:
                place = self._within(text, p.start, p.end) or self._at(text, p.start, p.end)
            if place is None or place.start < free or place.end > limit:
                result.append(p)
            else:
                reason = f"{p.reason}, {REASON}"
                start, end, members = place.start, place.end, place.members
                result.append(replace(p, start=start, end=end, reason=reason, members=members))
        return result

    def _at(self, text: str, start: int, end: int) -> Coordination | None:
        place = coordination_at(text, start, end, self._is_gene)
        return None if place is None or self._one_name(text[place.start : place.end]) else place

    def _within(self, text: str, start: int, end: int) -> Coordination | None:
        """Return the expression that a stretch of text is, by its first name or its last one."""
        for found in _BREAK.finditer(text, start + 1, end):
            for first, last in ((start, found.start()), (found.end(), end)):
                if self._is_gene(text[first:last]):
                    place = self._at(text, first, last)
                    if place is not None and (place.start, place.end) == (start, end):
                        return place
        return None

    def _names_gene(self, text: str) -> bool:
        return any(n.type == EntityType.GENE for n in self._terminology.exact_matches(text))

    def _one_name(self, text: str) -> bool:
        """Whether an expression is the name of one gene, such as `lamin A/C`.

        Names of other species do not count: ERK1/2 is a gene of the fruit fly.
        """
        return any(
            n.type == EntityType.GENE and n.taxon in _MAMMALS
            for n in self._terminology.exact_matches(text)
        )
