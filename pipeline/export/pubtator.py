"""PubTator: title, abstract and a row for each mention.

A document is `id|t|title`, `id|a|abstract`, rows of `id start end text type identifier` joined by
tabs, and a blank line. Offsets count code points over the title, one character and the abstract.
All passages but the title become the abstract, in their order with a blank between them; the
offsets are moved accordingly. The text's own tabs and line ends become blanks, one for one, and so
do `|` and blanks within the document's identifier become `_`: both would end the field.

Types are `Gene`, `Disease`, `Species`, or the type of a user's terminology. Identifiers follow the
dialect; mentions of the same span and type, such as the genes of `FGFR1-4`, are one row with all of
theirs. For diseases PubTator has MeSH, so MeSH is written where the concept has an identifier there
(all, if it has several), and otherwise the primary identifier with its prefix, such as
`MONDO:0005178`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import BinaryIO, Final

from pipeline.export.characters import one_line
from pipeline.export.layout import title_first
from pipeline.export.prefixes import PrefixStyle, restyle
from pipeline.export.sink import DialectName, Sink, WriteOptions
from pipeline.model import EntityType, Link, Paper


@dataclass(frozen=True, slots=True)
class Dialect:
    """How identifiers are written.

    Attributes:
        bare: The prefix that is left out in each type; any other identifier has its prefix.
        separator: What stands between several identifiers.
        nil: What stands for none.
    """

    bare: Mapping[str, str]
    separator: str
    nil: str


_NUMBERS: Final = {EntityType.GENE.value: "NCBIGene:", EntityType.SPECIES.value: "NCBITaxon:"}
_ALL: Final = {**_NUMBERS, EntityType.DISEASE.value: "MESH:"}
DIALECTS: Final[Mapping[DialectName, Dialect]] = MappingProxyType(
    {
        DialectName.PUBTATOR3: Dialect(_NUMBERS, ",", "-"),
        DialectName.NCBI_DISEASE: Dialect(_ALL, "|", "-"),
        DialectName.BC5CDR: Dialect(_ALL, "|", "-1"),
        DialectName.BIORED: Dialect(_ALL, ",", "-"),
    }
)
"""PubTator 3 writes diseases as `MESH:D010003`, the gold corpora as `D010003`."""

_BREAKS_ID: Final = re.compile(r"[|\s\0\x1c-\x1e]")


@contextmanager
def open_pubtator(stream: BinaryIO, options: WriteOptions) -> Iterator[Sink]:
    """Write documents in the chosen dialect."""
    dialect = DIALECTS[options.dialect]

    def write(paper: Paper) -> None:
        stream.write("".join(_lines(paper, dialect, options.prefix_style)).encode())

    yield write


def identifiers(
    type_: str, links: Iterable[Link], dialect: Dialect, style: PrefixStyle = PrefixStyle.OBO
) -> str:
    """Return what stands in the column of identifiers for the links of one span.

    >>> identifiers("Gene", [Link("NCBIGene:860")], DIALECTS[DialectName.PUBTATOR3])
    '860'
    >>> oa = Link("MONDO:0005178", mesh=("MESH:D010003",))
    >>> [identifiers("Disease", [oa], DIALECTS[d]) for d in ("pubtator3", "bc5cdr")]
    ['MESH:D010003', 'D010003']
    """
    bare = dialect.bare.get(type_)
    written: dict[str, None] = {}
    for link in links:
        for curie in (link.mesh if type_ == EntityType.DISEASE else ()) or (link.curie,):
            if bare and curie.startswith(bare):
                written[curie.removeprefix(bare)] = None
            elif curie:
                written[restyle(curie, style)] = None
    return dialect.separator.join(written) or dialect.nil


def _lines(paper: Paper, dialect: Dialect, style: PrefixStyle) -> Iterator[str]:
    layout = title_first(paper)
    text = one_line(layout.text())
    title = len(layout.passages[0].text)
    id_ = _BREAKS_ID.sub("_", one_line(paper.id)) or "_"
    yield f"{id_}|t|{text[:title]}\n"
    yield f"{id_}|a|{text[title + 1 :]}\n"
    spans: dict[tuple[int, int, str], list[Link]] = {}
    for mention in paper.mentions:
        spans.setdefault((*layout.span(mention), mention.type), []).append(mention.link)
    for (start, end, type_), links in sorted(spans.items(), key=lambda item: item[0][:2]):
        column = identifiers(type_, links, dialect, style)
        row = (id_, str(start), str(end), text[start:end], type_, column)
        yield "\t".join(map(one_line, row)) + "\n"
    yield "\n"
