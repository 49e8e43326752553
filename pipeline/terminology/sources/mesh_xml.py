"""MeSH XML, `desc20NN.xml` and `supp20NN.xml`, streamed record by record.

Elements: https://www.nlm.nih.gov/mesh/xml_data_elements.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from pipeline.errors import SourceError
from pipeline.terminology.sources.files import readable
from pipeline.terminology.sources.mesh import RELATIONS, Descriptor, Supplement

DISEASE_CLASS = "3"
"""SCRClass of rare diseases; 1 are chemicals, 2 protocols, 4 organisms."""


def read(path: Path) -> Iterator[Descriptor | Supplement]:
    """Yield the descriptors or the disease supplementary records of a file.

    Raises:
        SourceError: If the file is not well-formed XML.
    """
    with readable(path) as stream:
        try:
            parsed = etree.iterparse(
                stream,
                tag=("DescriptorRecord", "SupplementalRecord"),
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
            )
            for _, element in parsed:
                if element.tag == "DescriptorRecord":
                    yield _descriptor(element)
                elif element.get("SCRClass") == DISEASE_CLASS:
                    yield _supplement(element)
                # Without this the whole tree (300 MB and more) would stay in memory.
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
        except etree.XMLSyntaxError as error:
            raise SourceError(f"{path}: is no well-formed XML ({error}); get it again") from error


def _descriptor(record: etree._Element) -> Descriptor:
    """Read a DescriptorRecord."""
    return Descriptor(
        ui=record.findtext("DescriptorUI", ""),
        heading=record.findtext("DescriptorName/String", ""),
        names=tuple(_names(record)),
        tree_numbers=tuple(e.text or "" for e in record.iterfind("TreeNumberList/TreeNumber")),
    )


def _supplement(record: etree._Element) -> Supplement:
    """Read a SupplementalRecord; a `*` marks a major heading."""
    headings = record.iterfind(
        "HeadingMappedToList/HeadingMappedTo/DescriptorReferredTo/DescriptorUI"
    )
    return Supplement(
        ui=record.findtext("SupplementalRecordUI", ""),
        name=record.findtext("SupplementalRecordName/String", ""),
        names=tuple(_names(record)),
        mapped_to=tuple((e.text or "").lstrip("*") for e in headings),
    )


def _names(record: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield each term with its scope, which is that of its concept."""
    concepts = record.findall("ConceptList/Concept")
    preferred = {
        c.findtext("ConceptUI", "") for c in concepts if c.get("PreferredConceptYN") == "Y"
    }
    scopes = _scopes(concepts, preferred)
    for concept in concepts:
        scope = scopes.get(concept.findtext("ConceptUI", ""), "related")
        for term in concept.iterfind("TermList/Term"):
            yield term.findtext("String", ""), scope


def _scopes(concepts: list[etree._Element], preferred: set[str]) -> dict[str, str]:
    """Map each concept to the scope of its terms, as seen from the preferred concept."""
    opposite = {"narrow": "broad", "broad": "narrow", "related": "related"}
    scopes = dict.fromkeys(preferred, "exact")
    for concept in concepts:
        for relation in concept.iterfind("ConceptRelationList/ConceptRelation"):
            first = relation.findtext("Concept1UI", "")
            second = relation.findtext("Concept2UI", "")
            scope = RELATIONS.get(relation.get("RelationName", ""), "related")
            if first in preferred:
                scopes.setdefault(second, scope)
            elif second in preferred:
                scopes.setdefault(first, opposite[scope])
    return scopes
