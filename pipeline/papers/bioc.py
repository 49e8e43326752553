"""BioC, what its XML and its JSON have in common: from collections' documents to papers.

Sections get their kind from the infons `section_type` and `type`, as NCBI writes them; references,
acknowledgements and the like are not read. The gold annotations of documents, passages and
sentences become `Annotation`s; relations are passed over. Offsets are those of the document, in
code points; files that count UTF-16 units (Java) or bytes are recognized by what the annotations
say their text is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from pipeline.model import Annotation, Paper, Passage, Problem
from pipeline.papers.bioc_identifiers import identifiers_of, type_of
from pipeline.papers.bioc_offsets import Units, borders_in, is_same, utf8_bytes, utf16_units
from pipeline.papers.passages import PassageList
from pipeline.papers.sections import BIOC_TYPES, KINDS, LEFT_OUT, kind_of_heading
from pipeline.papers.source import Source

_WIDEST_GAP: Final = 1000
_METADATA: Final[Mapping[str, str]] = MappingProxyType(
    {
        "article-id_doi": "doi",
        "article-id_pmid": "pmid",
        "article-id_pmc": "pmcid",
        "journal": "journal",
        "year": "date",
        "authors": "authors",
    }
)
_HEADING: Final = re.compile(r"(?:abstract_|abs_)?title_\d+")


@dataclass(frozen=True, slots=True)
class RawAnnotation:
    """An annotation as it stands in the file; locations are offset and length."""

    infons: Mapping[str, str]
    text: str
    locations: tuple[tuple[int, int], ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class RawText:
    """A passage or sentence as it stands in the file; the offset is -1 when it has none."""

    offset: int
    text: str
    infons: Mapping[str, str] = field(default_factory=dict)
    sentences: tuple[RawText, ...] = ()
    annotations: tuple[RawAnnotation, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class RawDocument:
    """A document as it stands in the file, with line and description of what is wrong in it."""

    id: str
    infons: Mapping[str, str]
    passages: tuple[RawText, ...]
    annotations: tuple[RawAnnotation, ...] = ()
    line: int = 0
    faults: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """A text of the file and where it is in the paper."""

    passage: Passage
    text: str
    offset: int  # of the text in the file's coordinates
    start: int  # of the text in the passage; negative when white space was cut off before it


_Anchor = tuple[RawAnnotation, _Place]
"""An annotation and the text that it is in."""


def paper_of(document: RawDocument, source: Source) -> Paper | Problem:
    """Make a paper of a document.

    Returns:
        The paper, with a problem for each annotation that cannot be used; or the problem that the
        document has no identifier or no text.
    """
    if not document.id:
        return source.problem(document.line, "a document without an identifier")
    faults = list(document.faults)
    passages, anchors = _passages(document, faults)
    if not passages:
        reason = "the document has no passage with text"
        return source.problem(document.line, reason, paper_id=document.id)
    annotations = list(_annotations(anchors, faults))
    problems = (
        source.problem(n, reason, paper_id=document.id, fatal=False) for n, reason in faults
    )
    return Paper(
        document.id,
        passages,
        annotations=tuple(annotations),
        metadata=_metadata(document),
        source=source.name,
        problems=tuple(problems),
    )


def _passages(
    document: RawDocument, faults: list[tuple[int, str]]
) -> tuple[tuple[Passage, ...], list[_Anchor]]:
    """Make the passages, and tell for each annotation where it may be."""
    passages: list[Passage] = []
    places: list[_Place] = []
    anchors: list[_Anchor] = []
    names = PassageList()
    seen: set[str] = set()
    following = 0
    for raw in document.passages:
        offset = raw.offset
        if offset < 0:
            faults.append((raw.line, f"a passage without an offset: {following} is assumed"))
            offset = following
        text, starts = _assembled(raw, offset)
        following = offset + len(text) + 1
        kind, part = _kind(raw.infons)
        if kind == LEFT_OUT or not text.strip():
            continue
        name = names.name(kind) + (f".{part}" if part else "")
        if (own := raw.infons.get("passage", "")) and own not in seen:
            name = own
        while name in seen:  # by another passage's own name
            name += ".again"
        seen.add(name)
        cut = len(text) - len(text.lstrip())
        passage = Passage(name, kind, text.strip(), offset + cut)
        passages.append(passage)
        place = _Place(passage, text, offset, -cut)
        places.append(place)
        anchors += [(annotation, place) for annotation in raw.annotations]
        for sentence, start in zip(raw.sentences, starts, strict=True):
            place = _Place(passage, sentence.text, sentence.offset, start - cut)
            anchors += [(annotation, place) for annotation in sentence.annotations]
    places.sort(key=lambda place: place.offset)
    for annotation in document.annotations:
        first = min((offset for offset, _ in annotation.locations), default=0)
        number = bisect_right(places, first, key=lambda place: place.offset) - 1
        if places:
            anchors.append((annotation, places[max(number, 0)]))
    return tuple(passages), anchors


def _assembled(raw: RawText, offset: int) -> tuple[str, list[int]]:
    """Return a passage's text and where each sentence begins in it.

    A text that is given as sentences only is put together so that their offsets hold, or with
    blanks between them where that cannot be.
    """
    if raw.text or not raw.sentences:
        starts = [max(sentence.offset, offset) - offset for sentence in raw.sentences]
        return raw.text, starts
    text, starts = "", []
    for sentence in raw.sentences:
        gap = sentence.offset - offset - len(text)
        text += " " * (gap if 0 <= gap <= _WIDEST_GAP else bool(text))
        starts.append(len(text))
        text += sentence.text
    return text, starts


def _kind(infons: Mapping[str, str]) -> tuple[str, str]:
    """Return kind and part of a passage."""
    type = infons.get("type", "").strip().lower()
    if "passage" in infons and type in KINDS:  # written by bionorm
        return type, ""
    section = (infons.get("section_type") or infons.get("section") or "").strip()
    kind = BIOC_TYPES.get(section.upper()) or _word_kind(section.lower()) or _word_kind(type)
    return kind or "text", "heading" if _HEADING.fullmatch(type) else ""


def _word_kind(word: str) -> str:
    if word in KINDS:
        return word
    for beginning, kind in (("abstract", "abstract"), ("fig", "figure"), ("table", "table")):
        if word.startswith(beginning):
            return kind
    if word in {"front", "article_title", "article-title"}:
        return "title"
    return LEFT_OUT if word == "ref" else kind_of_heading(word)


def _metadata(document: RawDocument) -> dict[str, str]:
    """Collect what document and first passage tell about the paper."""
    found = {key: value for key, value in document.infons.items() if value}
    first = document.passages[0].infons if document.passages else {}
    for key, name in _METADATA.items():
        value = found.pop(key, "") or first.get(key, "")
        if value and name not in found:
            found[name] = f"PMC{value}" if name == "pmcid" and value.isdecimal() else value
    return found


def _annotations(anchors: list[_Anchor], faults: list[tuple[int, str]]) -> Iterator[Annotation]:
    units = _counting(anchors)
    for raw, place in anchors:
        type = type_of(raw.infons)
        if not type:
            faults.append((raw.line, f"an annotation without a type: {raw.text[:60]!r}"))
            continue
        identifiers, joint = identifiers_of(raw.infons, type)
        if not raw.locations:
            yield Annotation(type, identifiers, raw.text, line=raw.line, joint=joint)
            continue
        try:
            start, end = _located(raw, place, units)
        except ValueError as error:
            faults.append((raw.line, str(error)))
            continue
        passage = place.passage
        yield Annotation(
            type,
            identifiers,
            passage.text[start:end],
            "",
            (),
            raw.line,
            passage.id,
            start,
            end,
            joint,
        )


def _counting(anchors: list[_Anchor]) -> Units | None:
    """Tell what the offsets of a document count: what most annotations agree with.

    None stands for code points, which they should count.
    """
    checked = [anchor for anchor in anchors if len(anchor[0].locations) == 1 and anchor[0].text]
    best: Units | None = None
    most = _agreeing(checked, None)
    for units in (utf16_units, utf8_bytes):
        if most < len(checked) and (score := _agreeing(checked, units)) > most:
            best, most = units, score
    return best


def _agreeing(anchors: list[_Anchor], units: Units | None) -> int:
    """Count the annotations whose text is the one at their offsets."""
    count = 0
    for annotation, place in anchors:
        try:
            start, end = _located(annotation, place, units)
        except ValueError:
            continue
        count += place.passage.text[start:end] == annotation.text
    return count


def _located(raw: RawAnnotation, place: _Place, units: Units | None) -> tuple[int, int]:
    """Find the span of an annotation in its passage; a discontinuous one has its outer borders.

    Raises:
        ValueError: If there is no such span, or its text is another.
    """
    first = min(offset for offset, _ in raw.locations)
    last = max(offset + length for offset, length in raw.locations)
    shown = f"{first}-{last}"
    if first < 0 or last <= first:
        raise ValueError(f"{shown} is not a span")
    borders = borders_in(place.text, first - place.offset, last - place.offset, units)
    if borders is None:
        raise ValueError(f"{shown} is not inside the text")
    start, end = place.start + borders[0], place.start + borders[1]
    if not 0 <= start < end <= len(place.passage.text):
        raise ValueError(f"{shown} is not inside the text")
    found = place.passage.text[start:end]
    if len(raw.locations) == 1 and raw.text and not is_same(found, raw.text):
        said = raw.text[:60]
        raise ValueError(f"the text at {shown} is {found[:60]!r}, the annotation says {said!r}")
    return start, end
