"""Identifiers as papers write them ("NCBI Gene 860", "MESH:D010003", "taxon 10090") -> CURIEs."""

from __future__ import annotations

import re

from pipeline.papers.vocabularies import BY_NAME, VOCABULARIES, Vocabulary

# Identifiers that tell their vocabulary themselves.
_TELLING = tuple(v for v in VOCABULARIES if v.prefix in {"Cellosaurus", "dbSNP"})

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
        curie = _parse(piece) or (_local(_vocabulary_of(curies[-1]), piece) if curies else "")
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
    return name != "gene" and name in BY_NAME


def _parse(text: str) -> str:
    """Return the CURIE of a single identifier; empty when it is none."""
    match = _CURIE.fullmatch(text) or _WORDS.fullmatch(text)
    if match and match[1].casefold() in BY_NAME:
        return _local(BY_NAME[match[1].casefold()], match[2])
    if _FOREIGN.fullmatch(text):
        return text
    return next((f"{v.prefix}:{text}" for v in _TELLING if v.local.fullmatch(text)), "")


def _local(vocabulary: Vocabulary | None, text: str) -> str:
    """Return the CURIE of a local identifier; empty when the vocabulary has no such form."""
    if vocabulary:
        for local in (text, text.upper()):
            if vocabulary.local.fullmatch(local):
                return f"{vocabulary.prefix}:{local}"
    return ""


def _vocabulary_of(curie: str) -> Vocabulary | None:
    return BY_NAME.get(curie.partition(":")[0].casefold())
