"""Names of several genes: families, complexes, and microRNAs made from several copies.

`AMPK` is a complex of several genes' products, `let-7a` is made from three genes. Such a name gets
no concept, with its genes as alternatives, or is resolved to each of them; never to one of them
by chance.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from pipeline.model import Link
from pipeline.normalization.gene_ranking import RankedGene
from pipeline.recognition.places import Place
from pipeline.terminology.terminology import Terminology

FAMILY = "family"
_DECIDED = 0.5
"""Share of the genes of one species from which on the best one is meant."""
_PART = 0.1
"""Least share of a gene that may be meant too."""
_STEM = re.compile(r"[A-Za-z]{3,}")
Span = TypeVar("Span")


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


def with_members(
    mentions: Sequence[tuple[Span, Place]], links: Mapping[int, Link]
) -> tuple[list[tuple[Span, Place]], dict[int, Link]]:
    """Make a mention of each gene of each family.

    Args:
        mentions: The mentions of a document.
        links: The link of each; alternatives of a family are its genes.

    Returns:
        The mentions, those of families once for each gene, and their links.
    """
    every: list[tuple[Span, Place]] = []
    resolved: dict[int, Link] = {}
    for i, (span, place) in enumerate(mentions):
        link = links[i]
        if link.method != FAMILY or not link.alternatives:
            resolved[len(every)] = link
            every.append((span, place))
            continue
        for gene in link.alternatives:
            resolved[len(every)] = replace(
                link,
                curie=gene.curie,
                name=gene.name,
                score=gene.score,
                taxon=gene.taxon,
                reason=f"one of several genes: {link.reason}",
                alternatives=(),
            )
            every.append((span, replace(place, full=gene.name)))
    return every, resolved


def _stem(symbol: str) -> str:
    found = _STEM.match(symbol)
    return found.group()[:4].lower() if found else ""
