"""How identifiers are written: with the prefixes of OBO, or with those that Bioregistry prefers.

Inside bionorm and by default in its files, a CURIE has the prefix of OBO and Biolink, such as
`MESH:D010003` and `OMIM:166710`. Bioregistry writes some of them otherwise (`mesh:D010003`,
`mim:166710`), as do tools that follow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType

from pipeline.model import Link, Paper


class PrefixStyle(StrEnum):
    """A way to write the prefixes of identifiers."""

    OBO = "obo"
    BIOREGISTRY = "bioregistry"


BIOREGISTRY: Mapping[str, str] = MappingProxyType(
    {
        "MESH": "mesh",
        "OMIM": "mim",
        "HGNC": "hgnc",
        "UMLS": "umls",
        "UniProt": "uniprot",
        "Orphanet": "orphanet",
        "Cellosaurus": "cellosaurus",
        "dbSNP": "dbsnp",
    }
)
"""Prefixes that differ: `NCBIGene`, `NCBITaxon`, `MONDO` and other OBO prefixes are the same."""


def restyle(curie: str, style: PrefixStyle) -> str:
    """Return a CURIE in a style; anything else, the empty string included, stays as it is.

    >>> restyle("MESH:D010003", PrefixStyle.BIOREGISTRY)
    'mesh:D010003'
    >>> restyle("NCBIGene:860", PrefixStyle.BIOREGISTRY)
    'NCBIGene:860'
    """
    prefix, colon, local = curie.partition(":")
    if style is PrefixStyle.OBO or not colon:
        return curie
    return f"{BIOREGISTRY.get(prefix, prefix)}:{local}"


def restyle_link(link: Link, style: PrefixStyle) -> Link:
    """Return a link whose identifiers, those of the alternatives included, are in a style."""
    if style is PrefixStyle.OBO:
        return link
    return replace(
        link,
        curie=restyle(link.curie, style),
        taxon=restyle(link.taxon, style),
        mesh=tuple(restyle(c, style) for c in link.mesh),
        mondo=tuple(restyle(c, style) for c in link.mondo),
        alternatives=tuple(
            replace(c, curie=restyle(c.curie, style), taxon=restyle(c.taxon, style))
            for c in link.alternatives
        ),
    )


def restyle_paper(paper: Paper, style: PrefixStyle) -> Paper:
    """Return a paper whose mentions have identifiers in a style."""
    if style is PrefixStyle.OBO:
        return paper
    return paper.with_mentions(
        tuple(replace(m, link=restyle_link(m.link, style)) for m in paper.mentions)
    )
