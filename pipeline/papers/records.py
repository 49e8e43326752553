"""Papers as records of named fields: rows of tables, objects of JSON.

Names are compared without regard to case, blanks and hyphens. A text stays as it is, so that
offsets count in the user's own field; white space at its ends is cut off, and `Passage.offset`
tells how much of it stood before the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pipeline.model import Paper, Passage, Problem
from pipeline.papers.json_stream import string
from pipeline.papers.passages import PassageList
from pipeline.papers.sections import BIOC_TYPES, KINDS, LEFT_OUT, kind_of_heading
from pipeline.papers.source import Source

IDENTIFIERS: Final = (
    *("paper_id", "doc_id", "document_id", "article_id", "docid", "id", "_id"),
    *("pmcid", "pmc_id", "pmc", "pmid", "pubmed_id", "doi"),
)
"""Names of the field with the identifier; the first that is there counts."""

TEXTS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("title", "article_title"), "title"),
    **dict.fromkeys(("abstract", "abstract_text", "summary"), "abstract"),
    **dict.fromkeys(
        ("text", "full_text", "fulltext", "body", "body_text", "content", "sentence", "paragraph"),
        "text",
    ),
}
"""Names of fields with text, and the kind of passage that each one becomes."""

PASSAGES: Final = "passages"
"""Name of a field with a list of passages: texts, or objects with `text` and maybe `kind`, `id`."""

_METADATA: Final[Mapping[str, str]] = {
    **dict.fromkeys(("pmcid", "pmc_id", "pmc"), "pmcid"),
    **dict.fromkeys(("pmid", "pubmed_id"), "pmid"),
    "doi": "doi",
    "journal": "journal",
    **dict.fromkeys(("date", "year", "publication_date", "pub_date"), "date"),
    **dict.fromkeys(("authors", "author"), "authors"),
    "url": "url",
}
KEYS: Final = frozenset({*IDENTIFIERS, *TEXTS, *_METADATA, PASSAGES})
"""Names of all fields that are read."""

_SEPARATORS: Final = re.compile(r"[\s_-]+")
_WHOLE_FLOAT: Final = re.compile(r"(\d+)\.0")


def field_name(name: str) -> str:
    """Return a field's name as it is compared.

    >>> field_name("Abstract Text"), field_name(" PMID")
    ('abstract_text', 'pmid')
    """
    return _SEPARATORS.sub("_", name.strip().casefold())


def missing(names: Iterable[str]) -> str:
    """Say what a record with such fields lacks to be a paper; empty if nothing."""
    names = list(names)
    known = set(map(field_name, names))
    lacks = []
    if known.isdisjoint(IDENTIFIERS):
        lacks.append("an identifier (such as id, doc_id, pmid or pmcid)")
    if known.isdisjoint(TEXTS) and PASSAGES not in known:
        lacks.append("a text (such as title, abstract or text)")
    if not lacks:
        return ""
    there = ", ".join(repr(name)[:60] for name in names[:40]) or "none"
    return f"no column or key with {' nor one with '.join(lacks)}; there are: {there}"


def paper_of(record: Mapping[str, Any], line: int, source: Source) -> Paper | Problem:
    """Make a paper of a record.

    Args:
        record: Values by `field_name`.
        line: Line of the record in the source.
        source: The source.

    Returns:
        The paper, or the problem that the record has no identifier or no text.
    """
    identifier = next(filter(None, (_identifier(record.get(key)) for key in IDENTIFIERS)), "")
    if not identifier:
        return source.problem(line, "the identifier is empty")
    faults: list[str] = []
    passages = tuple(_passages(record, faults))
    if not passages:
        return source.problem(line, "the paper has no text", paper_id=identifier)
    return Paper(
        identifier,
        passages,
        metadata=_metadata(record),
        source=source.name,
        problems=tuple(
            source.problem(line, fault, paper_id=identifier, fatal=False) for fault in faults
        ),
    )


def _metadata(record: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, name in _METADATA.items():
        value = record.get(key)
        texts = map(string, value if isinstance(value, list) else [value])
        if text := ", ".join(filter(None, map(str.strip, texts))):
            found.setdefault(name, text)
    return found


def _identifier(value: Any) -> str:
    """Return an identifier; pandas writes a column of integers with gaps as 29768149.0."""
    text = string(value).strip()
    match = _WHOLE_FLOAT.fullmatch(text)
    return match[1] if match else text


def _passages(record: Mapping[str, Any], faults: list[str]) -> tuple[Passage, ...]:
    passages = PassageList()
    for key, kind in TEXTS.items():
        value = record.get(key)
        for text in value if isinstance(value, list) else [value]:
            _add(passages, kind, text, faults)
    listed = record.get(PASSAGES)
    if listed is not None and not isinstance(listed, list):
        faults.append("the passages are no list: left out")
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, dict):
            _add(passages, _kind(item), item.get("text"), faults)
        else:
            _add(passages, "text", item, faults)
    return passages.passages()


def _kind(item: Mapping[str, Any]) -> str:
    words = (string(item.get(key)).strip() for key in ("kind", "section_type", "section", "type"))
    word = next(filter(None, words), "")
    if word.lower() in KINDS:
        return word.lower()
    return BIOC_TYPES.get(word.upper()) or kind_of_heading(word) or "text"


def _add(passages: PassageList, kind: str, value: Any, faults: list[str]) -> None:
    if isinstance(value, str):
        text = string(value)
        if kind != LEFT_OUT:
            passages.add(kind, text.strip(), offset=len(text) - len(text.lstrip()))
    elif value is not None:
        faults.append(f"{repr(value)[:60]} is no text: left out")
