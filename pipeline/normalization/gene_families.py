"""Names of several genes: families, complexes, and microRNAs made from several copies.

`AMPK` is a complex of several genes' products, `let-7a` is made from three genes. Such a name gets
no concept, with its genes as alternatives, or is resolved to each of them; never to one of them
by chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.normalization.gene_ranking import RankedGene
from pipeline.normalization.mentions import Resolved
from pipeline.terminology.terminology import Terminology

FAMILY = "family"
_DECIDED = 0.5
"""Share of the genes of one species from which on the best one is meant."""
_PART = 0.1
"""Least share of a gene that may be meant too."""
_STEM = re.compile(r"[A-Za-z]{3,}")


def members_of(genes: Sequence[RankedGene], terminology: Terminology) -> list[RankedGene]:
    """Return the genes that a name stands for together; none when it stands for one.

    These are genes of the best one's species that are related by their symbols, of which none is
    much likelier than the others.

    Args:
        genes: The candidates of a mention, best first.
        terminology: The terminology.
    """
    best = genes[0]
    rivals = [g for g in genes if g.gene.name.taxon == best.gene.name.taxon]
    total = sum(g.probability for g in rivals)
    if len(rivals) < 2 or not total:
        return []
    if all(g.gene.name.scope == FAMILY for g in rivals):
        return rivals
    stem = _stem(terminology.name(best.gene.name.curie))
    related = [
        g
        for g in rivals
        if g.probability >= _PART * total and _stem(terminology.name(g.gene.name.curie)) == stem
    ]
    if not stem or len(related) < 2 or best.probability >= _DECIDED * total:
        return []
    return related


def with_members(mentions: Iterable[Resolved]) -> list[Resolved]:
    """Make a mention of each gene of each family: the alternatives of its link."""
    every: list[Resolved] = []
    for found in mentions:
        link = found.link
        if link.method != FAMILY or not link.alternatives:
            every.append(found)
            continue
        for gene in link.alternatives:
            member = replace(
                link,
                curie=gene.curie,
                name=gene.name,
                score=gene.score,
                taxon=gene.taxon,
                reason=f"one of several genes: {link.reason}",
                alternatives=(),
            )
            place = replace(found.place, full=gene.name)
            every.append(Resolved(found.mention, place, member))
    return every


def _stem(symbol: str) -> str:
    found = _STEM.match(symbol)
    return found.group()[:4].lower() if found else ""
