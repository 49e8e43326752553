"""Read the mentions that a user already has: a table of them, or plain strings.

A table has a header line and is separated by tabs or by commas (RFC 4180). Its columns, in any
order; those not named here are passed over:

* `text` (or `mention`): the mention as it is written;
* `type`: entity type, by any name that PubTator files use;
* `context` (or `sentence`, `passage_text`): the text that the mention stands in. All rows of a
  passage share it; it need not be repeated. Without one, the mention is all that is known;
* `start`, `end`: offsets into the context, in code points, the end excluded. Without them the
  mention is sought in the context, and the first place that is a word of its own is taken;
* `paper_id` (or `pmid`, `document`), `passage`: whose text it is. Without `paper_id`, each row
  stands for itself, and its line is its name;
* `organism` (or `taxon`): a name or a taxon number, of use for genes.

The texts of papers may also come from elsewhere (`papers`), as for the `mentions.tsv` that
`bionorm run` writes. A file without such a header is a list of strings, one a line.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from pipeline.model import Mention, Paper, Passage, Problem
from pipeline.papers.pubtator import TYPES

ORGANISM: Final = "organism"
"""Key of a paper's metadata: the organism that the user names."""

PASSAGE: Final = "text"
"""Identifier of the passage of a row that names none."""

_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{c: c for c in ("text", "type", "context", "start", "end", "paper_id", "passage")},
        "mention": "text",
        "sentence": "context",
        "passage_text": "context",
        "pmid": "paper_id",
        "document": "paper_id",
        "organism": ORGANISM,
        "taxon": ORGANISM,
    }
)
_WORD = r"(?<![^\W_]){}(?![^\W_])"


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(slots=True)
class _Draft:
    """A paper whose rows are being read."""

    id: str
    organism: str
    texts: dict[str, str] = field(default_factory=dict)
    rows: list[_Row] = field(default_factory=list)


def looks_like(head: str) -> bool:
    """Tell whether a text begins with the header of a table of mentions."""
    first = head.lstrip("\ufeff\n").partition("\n")[0].rstrip("\r")
    columns = _columns(first.split(_delimiter(first)))
    return "text" in columns or {"context", "start", "end"} <= set(columns)


def read_table(
    lines: Iterable[str], source: str, *, type: str = "", papers: Mapping[str, Paper] | None = None
) -> Iterator[Paper | Problem]:
    """Read a table of mentions.

    Args:
        lines: The lines of the file, header first.
        source: Name of the file, for problems.
        type: Type of rows that name none.
        papers: Papers whose text the table does not repeat, by identifier.

    Yields:
        Papers whose mentions have no links yet, in the order of their first rows; a problem in the
        place of a paper none of whose rows can be used. Rows that cannot be used are in
        `Paper.problems`.
    """
    stream = iter(lines)
    header = next(stream, "").lstrip("\ufeff").rstrip("\r\n")
    delimiter = _delimiter(header)
    columns = _columns(next(csv.reader([header], delimiter=delimiter), []))
    reader = csv.reader(stream, delimiter=delimiter)
    drafts: dict[tuple[str, str], _Draft] = {}
    problems: list[Problem] = []
    for cells in reader:
        line = reader.line_num + 1
        if not any(cells):
            continue
        if len(cells) != len(columns):
            reason = f"expected {len(columns)} columns, found {len(cells)}: the row is left out"
            problems.append(Problem(source, line, reason, fatal=False))
            continue
        row = _Row(line, {c: cell for c, cell in zip(columns, cells, strict=True) if c})
        key = row.get("paper_id").strip() or str(line), row.get(ORGANISM).strip()
        draft = drafts.setdefault(key, _Draft(*key))
        draft.rows.append(row)
        if row.get("context"):
            draft.texts.setdefault(row.get("passage") or PASSAGE, row.get("context"))
    for draft in drafts.values():
        known = (papers or {}).get(draft.id)
        yield _finish(draft, source, type, known)
    yield from problems


def read_strings(lines: Iterable[str], source: str, *, type: str = "") -> Iterator[Paper]:
    """Read a list of strings, one a line; each becomes a paper that is nothing but the mention.

    Args:
        lines: The lines.
        source: Name of the file.
        type: Type of all the strings; empty when it is not known.
    """
    for number, raw in enumerate(lines, start=1):
        if text := raw.lstrip("\ufeff").strip():
            mention = Mention(PASSAGE, 0, len(text), text, TYPES.get(type.lower(), type))
            passages = (Passage(PASSAGE, "text", text),)
            yield Paper(str(number), passages, mentions=(mention,), source=source)


def _delimiter(header: str) -> str:
    return "\t" if "\t" in header or "," not in header else ","


def _columns(header: Iterable[str]) -> list[str]:
    """Return what each column of a table holds; empty for a column that is passed over."""
    found: list[str] = []
    for cell in header:
        name = _NAMES.get(cell.strip().strip('"').lower(), "")
        found.append("" if name in found else name)
    return found


def _finish(draft: _Draft, source: str, type: str, known: Paper | None) -> Paper | Problem:
    """Make the paper of the rows that belong together."""
    passages: dict[str, Passage] = {p.id: p for p in known.passages} if known else {}
    mentions: list[Mention] = []
    problems: list[Problem] = []
    for row in draft.rows:
        name = row.get("passage") or PASSAGE
        text = draft.texts.get(name, "")
        try:
            if name not in passages:
                if not text and (row.get("passage") or row.get("start")):
                    raise ValueError(
                        f"the text of passage {name!r} of paper {draft.id!r} is not known: give it "
                        "in a column 'context', or the paper with --papers"
                    )
                text = text or row.get("text").strip()
                passages[name] = Passage(name, "text", text)
            elif row.get("context") not in {"", passages[name].text}:
                raise ValueError(f"passage {name!r} of paper {draft.id!r} has another text above")
            mentions.append(_mention(row, passages[name], type))
        except ValueError as error:
            reason = f"{error}: the row is left out"
            problems.append(Problem(source, row.line, reason, draft.id, fatal=False))
    if not mentions:
        first, more = problems[0], len(problems) - 1
        others = f"; so are {more} more of the paper" if more else ""
        return Problem(source, first.line, first.reason + others, draft.id)
    return Paper(
        draft.id,
        tuple(passages.values()),
        mentions=tuple(mentions),
        metadata={ORGANISM: draft.organism} if draft.organism else {},
        source=source,
        problems=tuple(problems),
    )


def _mention(row: _Row, passage: Passage, type: str) -> Mention:
    """Make the mention of a row.

    Raises:
        ValueError: If it is not where the row says, or nowhere in its context.
    """
    written = row.get("text")
    start, end = _place(row, passage)
    text = passage.text[start:end]
    if written and text != written and text != written.strip():
        raise ValueError(f"the text at {start}-{end} is {text!r}, the row says {written!r}")
    named = row.get("type").strip() or type
    return Mention(passage.id, start, end, text, TYPES.get(named.lower(), named))


def _place(row: _Row, passage: Passage) -> tuple[int, int]:
    if row.get("start") or row.get("end"):
        try:
            start, end = int(row.get("start")), int(row.get("end"))
        except ValueError:
            given = f"{row.get('start')!r}, {row.get('end')!r}"
            raise ValueError(f"offsets are not numbers: {given}") from None
        if not 0 <= start < end <= len(passage.text):
            size = len(passage.text)
            raise ValueError(f"{start}-{end} is no span of a text of {size} characters")
        return start, end
    text = row.get("text").strip()
    if not text:
        raise ValueError("neither a text nor offsets")
    found = re.search(_WORD.format(re.escape(text)), passage.text)
    start = found.start() if found else passage.text.find(text)
    if start < 0:
        raise ValueError(f"{text!r} does not occur in its context")
    return start, start + len(text)
