"""Read PubTator, the format of the NCBI text mining tools and of most gold corpora.

A document is `PMID|t|title`, `PMID|a|abstract` and annotation rows of tab-separated columns:
`PMID start end text type [identifiers [extra]]`. Offsets count code points, from 0 and without the
end, into title + one character + abstract. The format was never specified; what is accepted here
was collected from the corpora that are published in it:

* identifiers are separated by `|`, `,` or `;` (several concepts, or several answers) or by `+`
  (concepts that hold only together, NCBI Disease);
* they come with or without prefix: `D003110`, `MESH:D003110`, `860`, `NCBI Gene:860`,
  `species:ncbi:9606`, `*9606`, `860(Tax:9606)`;
* a mention without concept has `-`, `-1`, `None`, `NIL`, an empty column or no column at all;
* further columns hold the parts of a discontinuous or composite mention, a confidence or other
  identifiers: they are not read, so that a discontinuous mention counts with its outer borders;
* rows of relations stand among the annotations and are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from pipeline.model import Annotation, EntityType, Paper, Passage, Problem
from pipeline.papers.decoding import is_utf8, printable, shortened
from pipeline.papers.limits import DEFAULT
from pipeline.papers.source import Source, reader
from pipeline.papers.vocabularies import BY_TAG

TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("gene", "geneorgeneproduct", "gene_or_gene_product", "geneprotein", "protein"),
            EntityType.GENE.value,
        ),
        **dict.fromkeys(
            (
                "disease",
                "diseaseorphenotypicfeature",
                "specificdisease",
                "diseaseclass",
                "modifier",
                "compositemention",
            ),
            EntityType.DISEASE.value,
        ),
        **dict.fromkeys(
            ("species", "organismtaxon", "organism", "taxon", "ncbitaxon"),
            EntityType.SPECIES.value,
        ),
    }
)
"""Types of the corpora, in lower case, and the built-in type that each one means."""

_NAMESPACES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("Gene", "FamilyName", "DomainMotif"), "NCBIGene"),
        **dict.fromkeys(("Disease", "Chemical", "ChemicalEntity"), "MESH"),
        **dict.fromkeys(
            (
                *("Species", "Strain", "Genus", "Family", "Order", "Class", "Phylum", "Kingdom"),
                "Out-of-scope",
            ),
            "NCBITaxon",
        ),
    }
)
_NIL: Final = frozenset({"", "-", "-1", "none", "nil", "null", "nan", "n/a", "cui-less"})
_HEADER: Final = re.compile(r"(?P<id>[^|\t]+)\|(?P<section>[ta])\|(?P<text>.*)", re.DOTALL)
_MESH_ID: Final = re.compile(r"[DC]\d{6,}")
_OMIM_ID: Final = re.compile(r"\d{6}")
_TAXON_SUFFIX: Final = re.compile(r"\(Tax:\d+\)")
_NOVELTY: Final = frozenset({"Novel", "No", "None"})


def looks_like(text: str) -> bool:
    """Tell whether a text, or the beginning of one, is PubTator."""
    first = next((line for line in text.lstrip("\ufeff").splitlines() if line.strip()), "")
    return _HEADER.match(first) is not None


@lru_cache(maxsize=1 << 16)
def parse_identifiers(column: str, type: str) -> tuple[tuple[str, ...], bool]:
    """Read the identifier column of a mention.

    Args:
        column: The column as it stands in the file.
        type: Type of the mention; it decides what an identifier without prefix means.

    Returns:
        The CURIEs without repetition in the order of the file (empty for NIL), and whether they
        hold only together. A type that is not one of genes, diseases, species or chemicals keeps
        its identifier as it is written.

    >>> parse_identifiers("D001943+D010051", "Disease")
    (('MESH:D001943', 'MESH:D010051'), True)
    >>> parse_identifiers("860, *9606", "Gene")
    (('NCBIGene:860', 'NCBIGene:9606'), False)
    >>> parse_identifiers("-1", "Disease")
    ((), False)
    """
    if column.strip().lower() in _NIL:
        return (), False
    namespace = _NAMESPACES.get(TYPES.get(type.lower(), type))
    if namespace is None:
        return (column.strip(),), False
    curies: dict[str, None] = {}
    for part in re.split(r"[|,;+]", _TAXON_SUFFIX.sub("", column)):
        identifier = part.strip().strip("*").strip()
        if identifier.lower() not in _NIL:
            curies[_curie(identifier, namespace)] = None
    return tuple(curies), "+" in column and not re.search(r"[|,;]", column) and len(curies) > 1


def _curie(identifier: str, namespace: str) -> str:
    """Give an identifier the prefix that bionorm writes."""
    prefix, colon, local = identifier.rpartition(":")
    if colon:
        vocabulary = BY_TAG.get(prefix.strip().lower())
        return f"{vocabulary.prefix if vocabulary else prefix.strip()}:{local.strip()}"
    if namespace == "MESH" and _OMIM_ID.fullmatch(identifier):
        return f"OMIM:{identifier}"
    if namespace != "MESH" and _MESH_ID.fullmatch(identifier):
        return f"MESH:{identifier}"
    return f"{namespace}:{identifier}"


@dataclass(slots=True)
class _Document:
    """The lines of one document, collected until the next one begins."""

    id: str
    line: int
    sections: dict[str, str] = field(default_factory=dict)
    rows: list[tuple[int, str]] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)
    unreadable: bool = False
    size: int = 0


@reader
def read(source: Source, *, types: Mapping[str, str] = TYPES) -> Iterator[Paper | Problem]:
    """Read the documents of a PubTator file one after the other.

    Args:
        source: The file, in UTF-8.
        types: Which type each of the source's types (in lower case) means; others stay as they are.

    Yields:
        A paper per document, with the passages `title` and `abstract` (white space at their ends
        is kept, because offsets count it) and the annotations. A row that cannot be used is left
        out and told in `Paper.problems`. A document that cannot be read, or that has the identifier
        of an earlier one, gives a fatal problem; so does a file that cannot be read at all.
    """
    yield from read_lines(source.lines(), source.name, types=types, most=source.limits.record)


def read_lines(
    lines: Iterable[str | Problem],
    source: str,
    *,
    types: Mapping[str, str] = TYPES,
    most: int = DEFAULT.record,
) -> Iterator[Paper | Problem]:
    """Read documents from the lines of a file, as `read` does.

    Args:
        lines: The lines.
        source: The file in problems.
        types: Which type each of the source's types means.
        most: Characters that a document may have with its rows.
    """
    seen: set[str] = set()
    strays: list[int] = []
    current: _Document | None = None
    for number, raw in enumerate(lines, start=1):
        if isinstance(raw, Problem):
            yield raw
            continue
        line = raw.rstrip("\r\n")
        if not line or line.isspace():
            continue
        damaged = not is_utf8(line)
        header = _HEADER.match(line)
        if current is not None and header is None:
            current.size += len(line)
            if current.size > most:
                if current.rows or not current.unreadable:
                    reason = f"more than {most:,} characters for one document"
                    current.problems, current.unreadable = [(number, reason)], True
                    current.rows.clear()
                continue
        if header is None:
            if current is None:
                strays.append(number)
            elif damaged:
                current.problems.append((number, "not UTF-8: the row is left out"))
            else:
                current.rows.append((number, line))
            continue
        identifier, section = header["id"].strip(), header["section"]
        if current is None or current.id != identifier or section in current.sections:
            if current is not None:
                yield _finish(current, source, seen, types)
            elif strays:
                reason = f"{len(strays)} lines before the first 'PMID|t|title' are left out"
                yield Problem(source, strays[0], reason)
            current = _Document(printable(identifier), number)
        current.sections[section] = header["text"]
        if damaged:
            current.unreadable = True
            current.problems.append((number, "not UTF-8: the document cannot be read"))
    if current is not None:
        yield _finish(current, source, seen, types)
    else:
        yield Problem(source, 0, "no document: there is no line like 'PMID|t|title'")


def _finish(
    document: _Document, source: str, seen: set[str], types: Mapping[str, str]
) -> Paper | Problem:
    """Make the paper of a document whose lines are complete."""
    if document.unreadable:
        line, reason = document.problems[-1]
        return Problem(source, line, reason, document.id)
    if not document.id:
        return Problem(source, document.line, "a document without an identifier")
    if document.id in seen:
        reason = f"document {document.id} occurs twice; the second one is left out"
        return Problem(source, document.line, reason, document.id)
    seen.add(document.id)
    title = document.sections.get("t", "")
    abstract = document.sections.get("a", "")
    passages: tuple[Passage, ...] = (Passage("title", "title", title, 0),)
    if abstract:
        passages += (Passage("abstract", "abstract", abstract, len(title) + 1),)
    annotations = []
    problems = [Problem(source, n, reason, document.id, False) for n, reason in document.problems]
    for line, row in document.rows:
        try:
            annotation = _annotation(row.split("\t"), line, document.id, passages, types)
        except ValueError as error:
            problems.append(Problem(source, line, shortened(str(error)), document.id, False))
        else:
            if annotation is not None:
                annotations.append(annotation)
    return Paper(
        document.id,
        passages,
        annotations=tuple(annotations),
        source=source,
        problems=tuple(sorted(problems, key=lambda problem: problem.line)),
    )


def _annotation(
    columns: list[str],
    line: int,
    document: str,
    passages: tuple[Passage, ...],
    types: Mapping[str, str],
) -> Annotation | None:
    """Make an annotation from a row.

    Returns:
        The annotation; none for a relation.

    Raises:
        ValueError: If the row is wrong. The message says what and what becomes of it.
    """
    width = len(columns)
    if columns[0] != document and columns[0].strip() != document:
        if width == 1:
            raise ValueError(f"neither a text nor an annotation row: {columns[0][:60]!r}")
        raise ValueError(f"row of document {columns[0]!r} inside document {document!r}")
    if width < 6 and _is_relation(columns):
        return None
    if width < 5:
        raise ValueError(f"expected 5 or more columns separated by tabs, found {width}")
    text, type = columns[3], columns[4].strip()
    if not type:
        raise ValueError("the column of the type is empty")
    try:
        start, end = int(columns[1]), int(columns[2])
    except ValueError:
        raise ValueError(f"offsets are not numbers: {columns[1]!r}, {columns[2]!r}") from None
    passage = locate(passages, start, end)
    first, last = start - passage.offset, end - passage.offset
    found = passage.text[first:last]
    if found != text:
        raise ValueError(f"the text at {start}-{end} is {found!r}, the row says {text!r}")
    identifiers, joint = parse_identifiers(columns[5] if width > 5 else "", type)
    type = types.get(type.lower(), type)
    return Annotation(type, identifiers, text, "", (), line, passage.id, first, last, joint=joint)


def locate(passages: tuple[Passage, ...], start: int, end: int) -> Passage:
    """Find the passage that holds a span given in the document's coordinates.

    Raises:
        ValueError: If the span is empty, leaves the text, or runs over from one passage to another.
    """
    if start < 0 or end <= start:
        raise ValueError(f"{start}-{end} is not a span: 0 <= start < end is needed")
    for passage in passages:
        if passage.offset <= start and end <= passage.offset + len(passage.text):
            return passage
    length = max((p.offset + len(p.text) for p in passages), default=0)
    if end > length:
        raise ValueError(f"{start}-{end} goes beyond the text, which has {length} characters")
    raise ValueError(f"{start}-{end} runs over the end of a passage")


def _is_relation(columns: list[str]) -> bool:
    """Tell a relation row (`PMID CID D1 D2`, `PMID type e1 e2 novelty`) from a mention's."""
    if len(columns) not in (4, 5) or not columns[1][:1].isalpha():
        return False
    return len(columns) == 4 or columns[4].strip() in _NOVELTY or not columns[2].isdecimal()
