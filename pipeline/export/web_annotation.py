"""W3C Web Annotation: a JSON-LD collection with an annotation for each mention, each in a line.

The target is the paper (its DOI, web address or PubMed Central page; a `urn:uuid:` made from its
identifier when it has none) with two selectors: `TextQuoteSelector`, which finds the words with up
to 32 characters around them in any rendering of the paper, and `TextPositionSelector`, whose code
points count as those of BioC do. Bodies are one resource for each identifier of the concept
(`identifying`), the type (`tagging`) and the name in words (`describing`). A mention without a
concept has only its type. Equal papers give equal identifiers of annotations.

The model is that of https://www.w3.org/TR/annotation-model/. It has no place for a score.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import BinaryIO, Final
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from pipeline.export.characters import replace_surrogates
from pipeline.export.layout import Layout, as_in_the_source
from pipeline.export.prefixes import restyle
from pipeline.export.sink import Sink, WriteOptions
from pipeline.model import Mention, Paper
from pipeline.pages.linkouts import doi_url, web_url

AROUND: Final = 32
"""Most code points before and after a mention that are quoted."""

CONCEPTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "NCBIGene": "https://www.ncbi.nlm.nih.gov/gene/{}",
        "MESH": "http://id.nlm.nih.gov/mesh/{}",
        "OMIM": "https://omim.org/entry/{}",
        **{
            prefix: f"http://purl.obolibrary.org/obo/{prefix}_{{}}"
            for prefix in ("MONDO", "NCBITaxon", "DOID", "NCIT", "HP", "CHEBI", "CL", "UBERON")
        },
    }
)
"""IRI of a concept by CURIE prefix; that of any other is resolved by Bioregistry."""

_PMC: Final = re.compile(r"PMC[0-9]+")


@contextmanager
def open_web_annotation(stream: BinaryIO, options: WriteOptions) -> Iterator[Sink]:
    """Write a collection with one page."""
    name = ", ".join(f"{key} {value}" for key, value in options.provenance.items())
    head = {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "type": "AnnotationCollection",
        "label": "Mentions of entities in papers",
        "generator": {"type": "Software", "name": name or "bionorm"},
    }
    page = '"first": {"type": "AnnotationPage", "startIndex": 0, "items": ['
    stream.write(f"{_json(head).removesuffix('}')}, {page}".encode())
    seen = hashlib.sha256()
    total = 0

    def write(paper: Paper) -> None:
        nonlocal total
        layout = as_in_the_source(paper)
        source = {"id": _paper_iri(paper), "type": "Text", "label": paper.id}
        for mention in paper.mentions:
            item = _annotation(paper, mention, layout, source, options)
            seen.update(str(item["id"]).encode())
            stream.write(f"{',' if total else ''}\n{_json(item)}".encode())
            total += 1

    yield write
    page_id = _urn("page", seen.hexdigest())
    tail = {"last": page_id, "total": total, "id": _urn("collection", seen.hexdigest())}
    stream.write(f'\n], "id": "{page_id}"}}, {_json(tail).removeprefix("{")}\n'.encode())


def concept_iri(curie: str) -> str:
    """Return the IRI of a concept.

    >>> concept_iri("MONDO:0005178")
    'http://purl.obolibrary.org/obo/MONDO_0005178'
    """
    prefix, _, local = curie.partition(":")
    if prefix in CONCEPTS and local:
        return CONCEPTS[prefix].format(quote(local, safe="", errors="replace"))
    return f"https://bioregistry.io/{quote(curie, safe=':', errors='replace')}"


def _annotation(
    paper: Paper,
    mention: Mention,
    layout: Layout,
    source: Mapping[str, str],
    options: WriteOptions,
) -> dict[str, object]:
    link = mention.link
    text = paper.passage(mention.passage).text
    start, end = layout.span(mention)
    bodies: list[dict[str, str]] = [
        {"type": "SpecificResource", "purpose": "identifying", "source": concept_iri(curie)}
        for curie in link.curies
    ]
    bodies.append({"type": "TextualBody", "purpose": "tagging", "value": mention.type})
    if not link.is_nil:
        curie = restyle(link.curie, options.prefix_style)
        value = f"{link.name} ({curie})" if link.name else curie
        bodies.append({"type": "TextualBody", "purpose": "describing", "value": value})
    key = (paper.id, mention.passage, mention.start, mention.end, mention.type, link.curie)
    return {
        "id": _urn("annotation", *map(str, key)),
        "type": "Annotation",
        "motivation": "identifying" if link.curie else "tagging",
        "body": bodies,
        "target": {
            "type": "SpecificResource",
            "source": source,
            "selector": [
                {
                    "type": "TextQuoteSelector",
                    "exact": text[mention.start : mention.end],
                    "prefix": text[max(0, mention.start - AROUND) : mention.start],
                    "suffix": text[mention.end : mention.end + AROUND],
                },
                {"type": "TextPositionSelector", "start": start, "end": end},
            ],
        },
    }


def _paper_iri(paper: Paper) -> str:
    known = paper.metadata
    pmc = known.get("pmcid", paper.id)
    return (
        doi_url(known.get("doi", ""))
        or web_url(known.get("url", ""))
        or (f"https://www.ncbi.nlm.nih.gov/pmc/articles/{pmc}/" if _PMC.fullmatch(pmc) else "")
        or _urn("paper", paper.id)
    )


def _urn(*parts: str) -> str:
    # Names within a URL of our own, which is only a namespace.
    return f"urn:uuid:{uuid5(_NAMESPACE, replace_surrogates(json.dumps(parts)))}"


_NAMESPACE: Final = uuid5(NAMESPACE_URL, "https://w3id.org/bionorm")


def _json(value: object) -> str:
    return replace_surrogates(json.dumps(value, ensure_ascii=False))
