"""Identifiers as users write them, turned into the CURIEs of the terminology."""

from __future__ import annotations

import re

from pipeline.terminology.sources import obo

_CURIE = re.compile(r"([A-Za-z_][\w.-]*):([^\s:/][^\s]*)")
_PURL = re.compile(r"https?://purl\.obolibrary\.org/obo/([A-Za-z][A-Za-z0-9]*)_(\S+)")
_UNDERSCORED = re.compile(r"\S*[/#]([A-Za-z][A-Za-z0-9]*)_(\w+)")
_HASHED = re.compile(r"\S*/([A-Za-z][\w.-]*?)(?:\.\w+)?/?#(\S+)")
_SLASHED = re.compile(r"\S*/([A-Za-z][\w.-]*)/([^/#\s]+)")
_IRI = re.compile(r"https?://", re.IGNORECASE)
_ALIASES = {
    "ncbigene": "NCBIGene", "entrezgene": "NCBIGene", "entrez": "NCBIGene", "geneid": "NCBIGene",
    "egid": "NCBIGene", "ncbitaxon": "NCBITaxon", "taxonomy": "NCBITaxon", "taxid": "NCBITaxon",
    "txid": "NCBITaxon", "orpha": "Orphanet",
}  # fmt: skip


def curie(identifier: str) -> str:
    """Write an identifier as CURIE; empty when it is none.

    Vocabularies that the terminology has get the prefix that it writes; IRIs are shortened, those
    of other places than the OBO library by their last parts.

    >>> curie("mesh:D010003"), curie("taxonomy:9606"), curie("HP:0000118"), curie("860")
    ('MESH:D010003', 'NCBITaxon:9606', 'HP:0000118', '')
    >>> curie("http://purl.obolibrary.org/obo/CL_0000062"), curie("http://lab.org/cells.owl#blast")
    ('CL:0000062', 'cells:blast')
    """
    text = identifier.strip()
    if known := of_known_iri(text):
        return known
    if _IRI.match(text):
        return _shortened(text)
    match = _CURIE.fullmatch(text)
    if match is None:
        return ""
    prefix, local = match.groups()
    return f"{_ALIASES.get(prefix.casefold(), prefix)}:{local}"


def of_known_iri(iri: str) -> str:
    """Write an IRI of the terminology's vocabularies or the OBO library as CURIE; empty for others.

    >>> of_known_iri("http://id.nlm.nih.gov/mesh/D010003"), of_known_iri("http://lab.org/x#y")
    ('MESH:D010003', '')
    """
    purl = _PURL.fullmatch(iri)
    return obo.curie(iri) or (f"{purl[1]}:{purl[2]}" if purl else "")


def taxon_number(text: str) -> int:
    """Return the number of a taxon given as CURIE or number; 0 when it is neither.

    >>> taxon_number("NCBITaxon:9606"), taxon_number("10090"), taxon_number("mouse")
    (9606, 10090, 0)
    """
    local = text.strip()
    if ":" in local:
        prefix, _, local = curie(local).partition(":")
        if prefix != "NCBITaxon":
            return 0
    return int(local) if local.isascii() and local.isdecimal() and len(local) < 10 else 0


def _shortened(iri: str) -> str:
    for pattern in (_UNDERSCORED, _HASHED, _SLASHED):
        if match := pattern.fullmatch(iri):
            return f"{match[1]}:{match[2]}"
    return ""
