"""What gene names stand for in annotated papers (see `training/gene_usage.py`).

`COX-2` is listed for a mitochondrial gene and used for PTGS2; `AMPK` is a complex of which curators
mean the catalytic subunit. What a name means is kept as the human gene where there is one, for the
species is another question.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from pipeline.terminology.normal_form import normal_form

FILE = "gene_usage.tsv"
Meanings = Mapping[str, Mapping[str, int]]
"""Normal form of a name -> gene -> number of papers."""


class GeneUsage:
    """How often annotators mean a gene by a name.

    Args:
        meanings: The counts.
    """

    def __init__(self, meanings: Meanings) -> None:
        self._meanings = meanings

    def meanings(self, surface: str) -> Sequence[tuple[str, int]]:
        """Return the genes that a name stands for, each with the number of papers."""
        return tuple(self._meanings.get(normal_form(surface), {}).items())

    def strength(self, surface: str, group: Sequence[str]) -> tuple[float, float]:
        """Return how much usage speaks for a gene: papers on a logarithmic scale, and their share.

        Args:
            surface: The name.
            group: The gene and its homologues.
        """
        counts = self._meanings.get(normal_form(surface), {})
        total = sum(counts.values())
        own = sum(counts.get(curie, 0) for curie in group)
        return math.log1p(own), own / total if total else 0.0


@cache
def shipped_gene_usage() -> GeneUsage:
    """Return the usage that comes with the package."""
    text = (files("pipeline.normalization") / "data" / FILE).read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    meanings: dict[str, dict[str, int]] = {}
    for name, curie, count in rows[1:]:
        meanings.setdefault(normal_form(name), {})[curie] = int(count)
    return GeneUsage(meanings)
