"""BioC, what its XML and its JSON have in common: papers as documents of the `bioc` package.

A passage keeps its section: `section_type` is NCBI's word for it, where it has one, `type` is
bionorm's kind of passage and `passage` its identifier. Offsets count code points over the document:
those of the source where it has some, else the passages stand in a row with one character between
them, as NCBI does.

An annotation has `identifier` and `type` as PubTator 3 writes them (`860`, `MESH:D010003`, `10090`,
`-` for none), and then what bionorm knows: `curie`, `name`, `score`, `method`, `taxon`, `mesh`,
`mondo`; what is empty is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from bioc import BioCAnnotation, BioCCollection, BioCDocument, BioCLocation, BioCPassage

from pipeline.export.frames import format_score
from pipeline.export.layout import Layout, as_in_the_source
from pipeline.export.prefixes import restyle_link
from pipeline.export.pubtator import DIALECTS, identifiers
from pipeline.export.sink import DialectName, WriteOptions
from pipeline.model import Mention, Paper, Passage
from pipeline.papers.sections import BIOC_TYPES, LEFT_OUT

_SECTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {kind: name for name, kind in BIOC_TYPES.items() if kind not in (LEFT_OUT, "text")}
    | dict.fromkeys(("tldr", "contribution", "finding"), "ABSTRACT")
)
"""NCBI's section type of each kind of passage that has one."""

Clean = Callable[[str], str]
"""Returns a text that the serialization can hold, of the same length."""


def collection(options: WriteOptions, clean: Clean) -> BioCCollection:
    """Return a collection without documents; its infons are the provenance.

    The date is empty: a time of writing would make two files of the same content differ.
    """
    result = BioCCollection()
    result.source, result.date, result.key = "bionorm", "", "bionorm.key"
    result.infons = {clean(k): clean(v) for k, v in options.provenance.items()}
    return result


def document(paper: Paper, options: WriteOptions, clean: Clean) -> BioCDocument:
    """Return a paper as a document; its infons are the paper's metadata."""
    result = BioCDocument()
    result.id = clean(paper.id)
    result.infons = {clean(k): clean(v) for k, v in paper.metadata.items()}
    mentions: dict[str, list[Mention]] = {}
    for mention in paper.mentions:
        mentions.setdefault(mention.passage, []).append(mention)
    # The DTD asks for a passage.
    layout = as_in_the_source(paper) if paper.passages else _EMPTY
    number = 0
    for passage in layout.passages:
        element = _passage(passage, layout.starts[passage.id], clean)
        for mention in mentions.get(passage.id, ()):
            number += 1
            element.add_annotation(_annotation(mention, number, element, options, clean))
        result.add_passage(element)
    return result


_EMPTY: Final = Layout((Passage("text", "text", ""),), {"text": 0})


def _passage(passage: Passage, offset: int, clean: Clean) -> BioCPassage:
    result = BioCPassage()
    result.offset = offset
    result.text = clean(passage.text)
    infons = {
        "section_type": _SECTIONS.get(passage.kind, ""),
        "type": passage.kind,
        "passage": passage.id,
    }
    result.infons = {key: clean(value) for key, value in infons.items() if value}
    return result


def _annotation(
    mention: Mention, number: int, passage: BioCPassage, options: WriteOptions, clean: Clean
) -> BioCAnnotation:
    link = restyle_link(mention.link, options.prefix_style)
    dialect = DIALECTS[DialectName.PUBTATOR3]
    infons = {
        "identifier": identifiers(mention.type, [mention.link], dialect, options.prefix_style),
        "type": mention.type,
        "curie": link.curie,
        "name": link.name,
        "score": format_score(link.score),
        "method": link.method,
        "taxon": link.taxon,
        "mesh": "|".join(link.mesh),
        "mondo": "|".join(link.mondo),
    }
    result = BioCAnnotation()
    result.id = str(number)
    result.infons = {key: clean(value) for key, value in infons.items() if value}
    result.add_location(BioCLocation(passage.offset + mention.start, mention.end - mention.start))
    result.text = passage.text[mention.start : mention.end]
    return result
