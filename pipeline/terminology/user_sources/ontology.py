"""Ontologies in any format that pronto reads: OBO, OWL (RDF/XML) and OBO Graphs JSON."""

from __future__ import annotations

import io
import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import SourceError
from pipeline.terminology.sources.records import CROSS_REFERENCE
from pipeline.terminology.user_sources.identifiers import curie
from pipeline.terminology.user_sources.statements import Entry, Fault, Statement, UserFile

if TYPE_CHECKING:
    from pronto.ontology import Ontology
    from pronto.term import Term

KIND = "ontology"
_SKOS = re.compile(r"(?:^|[:#/])((?:exact|close|broad|narrow|related)Match)$")
_NO_CONCEPTS = frozenset({"http", "https", "url", "pmid", "doi", "isbn", "wikipedia"})
_SYNONYM = re.compile(
    rb'(?P<text>synonym: "(?:[^"\\]|\\.)*")'
    rb"(?: +(?P<scope>EXACT|NARROW|BROAD|RELATED))?(?: +[^\[\s]+)? *(?:\[.*)?\r?\n?"
)
_VERSION = re.compile(r"(?:.*/)?releases/([^/]+)(?:/.*)?")


def read(path: Path, content: bytes) -> UserFile:
    """Read an ontology's terms: names with scopes, parents, mappings, replacements.

    Obsolete terms are left out; of those that another term replaces, the replacement is kept. The
    terms that an ontology imports from other vocabularies are marked as such.

    Args:
        path: The file, for messages.
        content: What it holds, decompressed.

    Raises:
        SourceError: If pronto cannot read it.
    """
    is_json = content.lstrip().startswith(b"{")
    name = _json_name(path, content) if is_json else ""
    ontology = _load(path, content)
    terms = sorted(ontology.terms(), key=lambda term: term.id)
    own = _own_prefix(name or ontology.metadata.ontology or "", terms)
    version = str(ontology.metadata.data_version or "")
    released = _VERSION.fullmatch(version)
    statements: list[Statement] = []
    for term in terms:
        try:
            statements += _statements(term, own)
        except ValueError as error:
            statements.append(Fault(0, f"{term.id}: {error}; term left out"))
    return UserFile(KIND, tuple(statements), released[1] if released else version)


def _load(path: Path, content: bytes) -> Ontology:
    from pronto.ontology import Ontology

    lines = content.splitlines(keepends=True)
    text = b"".join(map(_mended, lines))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return Ontology(io.BytesIO(text), import_depth=0)
        except Exception as error:  # of whatever kind: pronto's parsers document none
            reason = " ".join(str(error).split()) or type(error).__name__
            raise SourceError(f"{path}: is no ontology that pronto can read ({reason})") from error


def _mended(line: bytes) -> bytes:
    """Take from a line of OBO what is not kept and in what files often break the rules.

    That is definitions and comments, with their references, and types of synonyms, which may be
    undeclared. A synonym without a scope is a related one.
    """
    if line.startswith((b"def:", b"comment:")):
        return b""
    if (synonym := _SYNONYM.fullmatch(line)) is None:
        return line
    return b"%s %s []\n" % (synonym["text"], synonym["scope"] or b"RELATED")


def _json_name(path: Path, content: bytes) -> str:
    """Return the identifier of the first graph of an OBO Graphs document.

    Raises:
        SourceError: If it is another kind of JSON, on which pronto's parser panics.
    """
    try:
        return str(json.loads(content)["graphs"][0].get("id", ""))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise SourceError(f"{path}: is no ontology in the OBO Graphs form of JSON") from error


def _own_prefix(name: str, terms: list[Term]) -> str:
    """Return the prefix, in small letters, of the vocabulary that an ontology is named after.

    Empty when the ontology has no name or no term of this vocabulary: then all terms are its own.
    """
    library = name.casefold().removeprefix("http://purl.obolibrary.org/obo/")
    first = library.split("/")[0].split(".")[0]
    prefixes = {term.id.partition(":")[0].casefold() for term in terms if not term.obsolete}
    return first if first in prefixes else ""


def _statements(term: Term, own: str) -> Iterator[Statement]:
    identifier = curie(term.id)
    prefix = term.id.partition(":")[0].casefold()
    if not identifier:
        yield Fault(0, f"{term.id!r} is no identifier of the form PREFIX:LOCAL; term left out")
    elif term.obsolete:
        replacements = sorted(filter(None, map(curie, term.replaced_by.ids)))
        if replacements:
            name = (term.name or "").removeprefix("obsolete ")
            yield Entry(identifier, name, replaced_by=replacements[0])
    elif term.name or term.synonyms:
        above = term.superclasses(distance=1, with_self=False)
        yield Entry(
            identifier,
            term.name or "",
            tuple(sorted((s.description, (s.scope or "RELATED").lower()) for s in term.synonyms)),
            parents=tuple(sorted(filter(None, (curie(parent.id) for parent in above)))),
            mappings=tuple(sorted(_mappings(term))),
            imported=bool(own) and prefix != own,
        )


def _mappings(term: Term) -> set[tuple[str, str]]:
    """Return predicate and object of the term's mappings; references to literature are none."""
    judged = set()
    for annotation in term.annotations:
        match = _SKOS.search(annotation.property)
        value = getattr(annotation, "resource", None) or getattr(annotation, "literal", None)
        if match and (target := curie(value or "")):
            judged.add((f"skos:{match[1]}", target))
    said = {target for _, target in judged}
    references = {
        curie(xref.id)
        for xref in term.xrefs
        if xref.id.partition(":")[0].casefold() not in _NO_CONCEPTS
    }
    return judged | {(CROSS_REFERENCE, target) for target in references - said - {""}}
