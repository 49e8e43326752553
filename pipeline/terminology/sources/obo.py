"""What the readers of OBO ontologies share: loading through pronto, scopes, prefixes."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import SourceError
from pipeline.terminology.sources.files import readable
from pipeline.terminology.sources.records import Name

if TYPE_CHECKING:
    from pronto.ontology import Ontology
    from pronto.term import Term

PREFIXES = {
    name.casefold(): name
    for name in ("MONDO", "MESH", "OMIM", "OMIMPS", "DOID", "NCIT", "UMLS", "Orphanet")
}
"""Vocabularies whose mappings are kept; Orphanet is written as MONDO writes it."""

_ALIASES = {"msh": "MESH", "mim": "OMIM", "umls_cui": "UMLS", "nci": "NCIT", "ordo": "Orphanet"}
_IRIS = {
    "http://purl.obolibrary.org/obo/MONDO_": "MONDO",
    "http://purl.obolibrary.org/obo/DOID_": "DOID",
    "http://purl.obolibrary.org/obo/NCIT_": "NCIT",
    "http://identifiers.org/mesh/": "MESH",
    "http://id.nlm.nih.gov/mesh/": "MESH",
    "http://linkedlifedata.com/resource/umls/id/": "UMLS",
    "http://www.orpha.net/ORDO/Orphanet_": "Orphanet",
    "https://omim.org/entry/": "OMIM",
    "https://omim.org/phenotypicSeries/PS": "OMIMPS",
}
_PROSE = (b"def:", b"comment:")


def load(path: Path) -> Ontology:
    """Load an OBO file, plain or compressed, without following its imports.

    Definitions and comments are taken out first: nothing of them is kept, and it is in their
    references that official files break the OBO syntax.

    Raises:
        SourceError: If pronto cannot read the file.
    """
    from pronto.ontology import Ontology
    from pronto.utils.warnings import ProntoWarning

    with readable(path) as stream, warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"pronto\b.*")
        warnings.simplefilter("ignore", ProntoWarning)
        text = b"".join(line for line in stream if not line.startswith(_PROSE))
        try:
            return Ontology(io.BytesIO(text), import_depth=0)
        except (ValueError, SyntaxError, NotImplementedError, KeyError, TypeError) as error:
            raise SourceError(f"{path}: is no OBO file that pronto can read ({error})") from error


def curie(identifier: str) -> str:
    """Write an identifier of a kept vocabulary as CURIE; empty for any other vocabulary.

    >>> curie("MSH:D004194"), curie("http://identifiers.org/mesh/D004194"), curie("ICD9:799.9")
    ('MESH:D004194', 'MESH:D004194', '')
    """
    for start, vocabulary in _IRIS.items():
        if identifier.startswith(start):
            return f"{vocabulary}:{identifier.removeprefix(start)}"
    prefix, _, local = identifier.partition(":")
    known = PREFIXES.get(prefix.casefold()) or _ALIASES.get(prefix.casefold())
    return f"{known}:{local}" if known and local and " " not in local else ""


def names(term: Term, source: str) -> Iterator[Name]:
    """Yield a term's label and synonyms with their scopes in lower case."""
    if term.name:
        yield Name(term.id, term.name, "preferred", source)
    for synonym in term.synonyms:
        yield Name(term.id, synonym.description, (synonym.scope or "RELATED").lower(), source)
