"""Web pages of concepts and papers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

_OBO: Mapping[str, str] = {
    "NCBIGene": "https://www.ncbi.nlm.nih.gov/gene/{}",
    "MONDO": "https://monarchinitiative.org/MONDO:{}",
    "MESH": "https://meshb.nlm.nih.gov/record/ui?ui={}",
    "NCBITaxon": "https://www.ncbi.nlm.nih.gov/Taxonomy/Browser/wwwtax.cgi?id={}",
    "OMIM": "https://omim.org/entry/{}",
    "DOID": "http://purl.obolibrary.org/obo/DOID_{}",
    "NCIT": "http://purl.obolibrary.org/obo/NCIT_{}",
    "UMLS": "https://uts.nlm.nih.gov/uts/umls/concept/{}",
    "HGNC": "https://www.genenames.org/data/gene-symbol-report/#!/hgnc_id/HGNC:{}",
    "UniProt": "https://www.uniprot.org/uniprotkb/{}",
    "Orphanet": "https://www.orpha.net/en/disease/detail/{}",
    "Cellosaurus": "https://www.cellosaurus.org/{}",
    "dbSNP": "https://www.ncbi.nlm.nih.gov/snp/{}",
}
PAGES: Mapping[str, str] = {
    **_OBO,
    # The same vocabularies under the prefixes that Bioregistry prefers.
    **{name.lower(): page for name, page in _OBO.items()},
    "mim": _OBO["OMIM"],
}
"""Address of a concept's page by CURIE prefix; `{}` stands for the local identifier."""

_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d+/\S+)", re.IGNORECASE)


def concept_url(curie: str) -> str:
    """Return the address of a concept's page, or an empty string for an unknown prefix.

    >>> concept_url("NCBIGene:860")
    'https://www.ncbi.nlm.nih.gov/gene/860'
    """
    prefix, _, local = curie.partition(":")
    page = PAGES.get(prefix)
    return page.format(_quoted(local, safe="")) if page and local else ""


def doi_url(doi: str) -> str:
    """Return the address that resolves a DOI, or an empty string for what is no DOI.

    >>> doi_url("doi:10.1093/jbmrpl/ziaf164")
    'https://doi.org/10.1093/jbmrpl/ziaf164'
    """
    match = _DOI.fullmatch(doi.strip())
    return f"https://doi.org/{_quoted(match[1], safe='/:;()')}" if match else ""


def web_url(address: str) -> str:
    """Return an address if it is a web page's, otherwise an empty string.

    Nothing but `http` and `https` may become a link: an input could carry `javascript:`.
    """
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    return address.strip() if parts.scheme in ("http", "https") and parts.netloc else ""


def _quoted(text: str, *, safe: str) -> str:
    return quote(text, safe=safe, errors="replace")
