"""JATS, the XML of PubMed Central: articles alone or in the wrappings of its services.

Read are title, abstracts, body with headings, captions of figures, tables, appendices and lists of
abbreviations; `pipeline.papers.sections` has the kinds of sections and what is left out. The
identifier is that of PubMed Central, PubMed, or the DOI; without any, the file's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pipeline.model import Paper, Problem
from pipeline.papers.dates import iso_date
from pipeline.papers.jats_body import read_abstract, read_body
from pipeline.papers.passages import PassageList
from pipeline.papers.source import Source, reader
from pipeline.papers.xml_records import Element, Record, child, children, local, records
from pipeline.papers.xml_text import flat

ROOTS: Final = frozenset({"article", "articles", "pmc-articleset", "OAI-PMH"})
"""Names of the elements that such a file begins with."""

_PMCID: Final = re.compile(r"(?:PMC)?(\d+)(?:\.\d+)?")
_DATES: Final = ("epub", "pub", "ppub", "epub-ppub", "pmc-release", "collection")
_NO_ABSTRACT: Final = frozenset({"graphical", "teaser", "toc", "video", "audio"})


@reader
def read(source: Source) -> Iterator[Paper | Problem]:
    """Read the articles of a file one after the other.

    Yields:
        A paper per article, or the problem that it has no text, or that the service sent an error
        in its place. Damaged XML ends the file with a problem.
    """
    for number, record in enumerate(records(source, ("{*}article", "{*}error", "{*}Reply")), 1):
        if local(record.element) == "article":
            try:
                item = _paper(record, source, number)
            except RecursionError:
                item = source.problem(record.element.sourceline or 0, "nested too deeply")
            yield item
        elif message := _error(record.element):
            yield source.problem(record.element.sourceline or 0, message)


def _error(element: Element) -> str:
    parent = element.getparent()
    around = local(parent) if parent is not None else ""
    if around not in ROOTS:
        return ""
    what = " ".join([*element.attrib.values(), flat(element)]).strip()
    return f"instead of an article the file has an error: {what}"


def _paper(record: Record, source: Source, number: int) -> Paper | Problem:
    article = record.element
    front = child(article, "front")
    meta = child(front, "article-meta")
    metadata = _metadata(front, meta)
    fallback = source.stem if number == 1 else f"{source.stem}.{number}"
    known = (metadata.get(key) for key in ("pmcid", "pmid", "doi"))
    identifier = next(filter(None, known), fallback)
    passages = PassageList()
    passages.add("title", _title(child(meta, "title-group")))
    for abstract in children(meta, "abstract"):
        if abstract.get("abstract-type") not in _NO_ABSTRACT:
            read_abstract(abstract, passages)
    for abstract in children(meta, "trans-abstract"):
        if _language(abstract) == "en":
            read_abstract(abstract, passages)
    read_body(article, passages)
    found = passages.passages()
    if not found:
        reason = "the article has neither a title nor any text"
        return source.problem(article.sourceline or 0, reason, paper_id=identifier)
    problems = tuple(
        source.problem(line, reason, paper_id=identifier, fatal=False)
        for line, reason in record.faults
    )
    return Paper(identifier, found, metadata=metadata, source=source.name, problems=problems)


def _title(group: Element | None) -> str:
    parts = [flat(child(group, "article-title")), *map(flat, children(group, "subtitle"))]
    return ": ".join(part for part in parts if part)


def _metadata(front: Element | None, meta: Element | None) -> dict[str, str]:
    """Collect what an article tells about itself, in a fixed order of keys."""
    found: dict[str, str] = {}
    for name in children(meta, "article-id"):
        kind, value = name.get("pub-id-type"), (name.text or "").strip()
        if kind in {"pmc", "pmcid"} and (match := _PMCID.fullmatch(value)):
            found["pmcid"] = f"PMC{match[1]}"
        elif kind in {"pmid", "doi"} and value:
            found[kind] = value
    journal = child(front, "journal-meta")
    title = child(journal, "journal-title-group", "journal-title")
    found["journal"] = flat(title if title is not None else child(journal, "journal-title"))
    found["date"] = _date(meta)
    found["authors"] = ", ".join(_authors(meta))
    return {key: value for key, value in found.items() if value}


def _date(meta: Element | None) -> str:
    """Return the date of publication: the electronic one first, then others."""
    dates: dict[str, str] = {}
    for date in children(meta, "pub-date"):
        parts = (child(date, name) for name in ("year", "month", "day"))
        text = iso_date(*((part.text or "") if part is not None else "" for part in parts))
        kind = date.get("pub-type") or date.get("date-type") or ""
        if text:
            dates.setdefault(kind, text)
    return next((dates[kind] for kind in (*_DATES, *dates) if kind in dates), "")


def _authors(meta: Element | None) -> Iterator[str]:
    for group in children(meta, "contrib-group"):
        for contributor in children(group, "contrib"):
            if contributor.get("contrib-type", "author") != "author":
                continue
            for part in contributor:
                kind = local(part)
                name = child(part, "name") if kind == "name-alternatives" else part
                if kind in {"name", "name-alternatives"} and name is not None:
                    names = (flat(child(name, key)) for key in ("given-names", "surname"))
                    yield " ".join(filter(None, names))
                elif kind in {"collab", "string-name"} and (text := flat(part)):
                    yield text


def _language(element: Element) -> str:
    value: str = element.get("{http://www.w3.org/XML/1998/namespace}lang", "")
    return value.lower().partition("-")[0]
