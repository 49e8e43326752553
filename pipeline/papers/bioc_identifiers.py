"""Types and identifiers of BioC annotations, from the infons that the corpora and tools write."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pipeline.papers.pubtator import TYPES, parse_identifiers

# Keys of infons without signs, and the type of the vocabulary; empty: that of the annotation.
_KEYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("identifier", "identifiers", "conceptid", "dbid", "cui"), ""),
        **dict.fromkeys(
            ("ncbigene", "ncbigeneid", "ncbigeneidentifier", "geneid", "entrezgene", "entrez"),
            "Gene",
        ),
        **dict.fromkeys(("mesh", "meshid", "omim", "omimid", "mondo", "mondoid"), "Disease"),
        **dict.fromkeys(
            ("ncbitaxonomy", "ncbitaxonomyid", "ncbitaxon", "taxonomy", "taxonid", "taxid"),
            "Species",
        ),
    }
)


def type_of(infons: Mapping[str, str]) -> str:
    """Return the type of an annotation: one of the built-in types, or the file's own word.

    >>> type_of({"type": "OrganismTaxon"}), type_of({"type": "Chemical"})
    ('Species', 'Chemical')
    """
    type = next((infons[key].strip() for key in ("type", "Type") if infons.get(key)), "")
    return TYPES.get(type.lower(), type)


def identifiers_of(infons: Mapping[str, str], type: str) -> tuple[tuple[str, ...], bool]:
    """Return the identifiers of an annotation as CURIEs, and whether they hold only together.

    >>> identifiers_of({"type": "Disease", "MESH": "D003866", "OMIM": "608516"}, "Disease")
    (('MESH:D003866', 'OMIM:608516'), False)
    >>> identifiers_of({"type": "Gene", "identifier": "-"}, "Gene")
    ((), False)
    """
    curies: list[str] = []
    together = False
    for key, value in infons.items():
        vocabulary = _KEYS.get("".join(filter(str.isalpha, key)).lower())
        if vocabulary is not None and value:
            found, joint = parse_identifiers(value, vocabulary or type)
            curies += found
            together = together or joint
    unique = tuple(dict.fromkeys(curies))
    return unique, together and len(unique) > 1
