"""Identifiers as papers write them ("NCBI Gene 860", "MESH:D010003", "taxon 10090") -> CURIEs."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Namespace:
    """A vocabulary: its CURIE prefix, the form of its local identifiers, what it is called."""

    prefix: str
    local: re.Pattern[str]
    names: tuple[str, ...] = ()


def _namespace(prefix: str, local: str, *names: str) -> _Namespace:
    return _Namespace(prefix, re.compile(local), (prefix.casefold(), *names))


# Prefixes as the vocabularies or Bioregistry write them; further names in lower case.
_NAMESPACES = (
    _namespace(
        "NCBIGene", r"[0-9]+", "ncbi gene", "ncbi gene id", "entrez gene", "gene id", "gene"
    ),
    _namespace("NCBITaxon", r"[0-9]+", "taxon", "ncbi taxon", "ncbi taxonomy", "taxonomy", "taxid"),
    _namespace("MESH", r"[A-Z][0-9]{6,9}"),
    _namespace("MONDO", r"[0-9]{7}"),
    _namespace("OMIM", r"[0-9]{6}", "mim"),
    _namespace("DOID", r"[0-9]+"),
    _namespace("NCIT", r"C[0-9]+"),
    _namespace("UMLS", r"C[0-9]{7}"),
    _namespace("Orphanet", r"[0-9]+", "orpha", "ordo"),
    _namespace("HP", r"[0-9]{7}", "hpo"),
    _namespace("HGNC", r"[0-9]+"),
    _namespace("CHEBI", r"[0-9]+"),
    _namespace("UniProt", r"[A-Z0-9]{6}(?:[A-Z0-9]{4})?", "uniprotkb"),
    _namespace("Cellosaurus", r"CVCL_[A-Z0-9]{4}"),
    _namespace("dbSNP", r"rs[0-9]+"),
)
_BY_NAME = {name: namespace for namespace in _NAMESPACES for name in namespace.names}
# Identifiers that tell their vocabulary themselves.
_TELLING = tuple(n for n in _NAMESPACES if n.prefix in {"Cellosaurus", "dbSNP"})

_CURIE = re.compile(r"([A-Za-z][A-Za-z._]*):(\S+)")
_WORDS = re.compile(r"([A-Za-z]+(?: [A-Za-z]+){0,2}):? +(\S+)")
# Any vocabulary may come along; the form keeps out ratios and pairs such as "I:C" or "CD4:CD8".
_FOREIGN = re.compile(r"[A-Z]{2}[A-Za-z._]*:[A-Za-z_]*[0-9][A-Za-z0-9_.-]+")
_SEPARATOR = re.compile(r"\s*[,;|]\s*")
_NONE = frozenset({"-", "-1", "–", "—"})


def parse_identifiers(text: str) -> tuple[str, ...] | None:
    """Read one identifier or a list of them, separated by commas, semicolons or bars.

    A bare local identifier in a list belongs to the vocabulary of the one before it. A hyphen
    says that there is no identifier, as in PubTator.

    Returns:
        CURIEs in the order given, or None when the text is anything but identifiers.

    >>> parse_identifiers("NCBI Gene 860")
    ('NCBIGene:860',)
    >>> parse_identifiers("mesh:D010003; MONDO:0005178")
    ('MESH:D010003', 'MONDO:0005178')
    >>> parse_identifiers("taxon 10090, 10116")
    ('NCBITaxon:10090', 'NCBITaxon:10116')
    >>> parse_identifiers("-")
    ()
    >>> parse_identifiers("serine racemase") is None
    True
    """
    text = text.strip()
    if text in _NONE:
        return ()
    curies: list[str] = []
    for piece in _SEPARATOR.split(text):
        curie = _parse(piece) or (_local(_namespace_of(curies[-1]), piece) if curies else "")
        if not curie:
            return None
        curies.append(curie)
    return tuple(dict.fromkeys(curies))


def is_like_identifier(text: str) -> bool:
    """Tell whether a text that is not an identifier was meant as one: `MESH:12`, `taxon mouse`.

    >>> [is_like_identifier(text) for text in ("MESH:12", "NCBI Gene x", "gene product 2", "I:C")]
    [True, True, False, False]
    """
    match = _CURIE.match(text) or _WORDS.fullmatch(text)
    name = match[1].casefold() if match else ""
    return name != "gene" and name in _BY_NAME


def _parse(text: str) -> str:
    """Return the CURIE of a single identifier; empty when it is none."""
    match = _CURIE.fullmatch(text) or _WORDS.fullmatch(text)
    if match and match[1].casefold() in _BY_NAME:
        return _local(_BY_NAME[match[1].casefold()], match[2])
    if _FOREIGN.fullmatch(text):
        return text
    return next((f"{n.prefix}:{text}" for n in _TELLING if n.local.fullmatch(text)), "")


def _local(namespace: _Namespace | None, text: str) -> str:
    """Return the CURIE of a local identifier; empty when the namespace has no such form."""
    if namespace:
        for local in (text, text.upper()):
            if namespace.local.fullmatch(local):
                return f"{namespace.prefix}:{local}"
    return ""


def _namespace_of(curie: str) -> _Namespace | None:
    return _BY_NAME.get(curie.partition(":")[0].casefold())
