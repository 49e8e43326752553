"""The HTML page of an evaluation: gold standard and prediction of each document side by side.

`mention_strict` decides what is right, as in `error_analysis`, whose classes and explanations the
page shows. It can be read without its script, which adds the filters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import groupby
from typing import Final, Protocol

from jinja2 import Environment

from pipeline.evaluation.comparison import Comparison, Span
from pipeline.evaluation.error_analysis import Error, ErrorClass
from pipeline.evaluation.evaluate import Result
from pipeline.model import Mention, Paper, Passage
from pipeline.pages.highlight import Piece, pieces
from pipeline.pages.page import page_environment, render_page
from pipeline.papers.pubtator import locate

DOCUMENTS: Final = 100
"""How many documents a page holds by default."""

Place = tuple[str, Span]
"""Type and span of a mention."""


class Names(Protocol):
    """What the page asks of a terminology."""

    def name(self, curie: str) -> str:
        """Return the preferred name of a concept, or an empty string."""


class Status(StrEnum):
    """What became of a gold mention, or what a predicted one is."""

    RIGHT = "right"
    WRONG = "wrong"
    MISSED = "missed"
    SUPERFLUOUS = "superfluous"
    UNSCORED = "not scored"


_SIGNS: Final[Mapping[str, str]] = {
    Status.RIGHT: "✓",
    Status.WRONG: "✗",
    Status.MISSED: "∅",
    Status.SUPERFLUOUS: "+",
    Status.UNSCORED: "–",
}


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """An error of a document: a false negative, a false positive, or both at one place.

    Attributes:
        id: Name of its element in the page.
        status: `wrong`, `missed` (a false negative alone) or `superfluous` (a false positive where
            the gold standard has nothing).
        error: The error; of two at one place, the first: both say the same.
    """

    id: str
    status: Status
    error: Error


@dataclass(frozen=True, slots=True)
class Mark:
    """What the page says of a highlighted mention.

    Attributes:
        status: What became of it.
        identifiers: Its identifiers, in order.
        row: Its error; none if there is none.
    """

    status: Status
    identifiers: tuple[str, ...]
    row: ErrorRow | None


@dataclass(frozen=True, slots=True)
class Side:
    """One column: the pieces of each passage, and what to say of each highlighted mention."""

    passages: tuple[list[Piece], ...]
    marks: Mapping[Mention, Mark]


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document and the prediction of one system for it, as the template needs it."""

    id: str
    corpus: str
    split: str
    system: str
    paper: Paper
    gold: Side
    predicted: Side
    rows: tuple[ErrorRow, ...]
    counts: Mapping[Status, int]


@dataclass(frozen=True, slots=True)
class _Compared:
    """The comparisons of one document, one for each type, and its errors."""

    result: Result
    comparisons: tuple[Comparison, ...]
    errors: tuple[Error, ...]


def render_comparison(
    analysed: Iterable[tuple[Result, Sequence[Error]]],
    names: Names,
    *,
    documents: int = DOCUMENTS,
) -> str:
    """Return the page.

    Args:
        analysed: Each system on each split with its errors, as `error_analysis.analyse` lists them.
        names: Gives the concepts' names.
        documents: How many documents to show: those with most errors, equal ones in the order of
            the gold standard.
    """
    systems = list(analysed)
    compared = [document for result, errors in systems for document in _split(result, errors)]
    ranked = sorted(compared, key=lambda document: -len(document.errors))
    views = [_view(f"d{n}", document) for n, document in enumerate(ranked[:documents], start=1)]
    left_out = ranked[documents:]
    shown = [row.error for view in views for row in view.rows]
    types = dict.fromkeys((c.type for result, _ in systems for c in result.comparisons), 0)
    return render_page(
        _environment(),
        "compare",
        views=views,
        systems=[(result.corpus, result.split, result.system) for result, _ in systems],
        types=types | Counter(error.type for error in shown),
        classes=Counter(error.error_class for error in shown),
        order=tuple(ErrorClass),
        total=len(compared),
        errors=sum(len(document.errors) for document in compared),
        left_out=len(left_out),
        left_out_errors=sum(len(document.errors) for document in left_out),
        names=names,
        Status=Status,
    )


def _split(result: Result, errors: Sequence[Error]) -> Iterator[_Compared]:
    """Take a system's comparisons and errors apart by document."""
    by_document: dict[str, list[Error]] = {}
    for error in errors:
        by_document.setdefault(error.document, []).append(error)
    for document, comparisons in groupby(result.comparisons, key=lambda c: c.paper.id):
        yield _Compared(result, tuple(comparisons), tuple(by_document.get(document, ())))


def _view(view_id: str, document: _Compared) -> DocumentView:
    paper = document.comparisons[0].paper
    of_type = {comparison.type: comparison for comparison in document.comparisons}
    rows: dict[Place, ErrorRow] = {}
    for error in document.errors:
        type, span = error.type, (error.start, error.end)
        if (type, span) not in rows:
            status = _status(of_type[type], span)
            rows[type, span] = ErrorRow(f"{view_id}e{len(rows) + 1}", status, error)
    gold = _side(paper, _gold_marks(document.comparisons, rows))
    predicted = _side(paper, _predicted_marks(document.comparisons, rows))
    counts = Counter(row.status for row in rows.values())
    counts[Status.RIGHT] = sum(m.status == Status.RIGHT for m in gold.marks.values())
    return DocumentView(
        view_id,
        document.result.corpus,
        document.result.split,
        document.result.system,
        paper,
        gold,
        predicted,
        tuple(sorted(rows.values(), key=lambda row: (row.error.start, row.error.end))),
        counts,
    )


def _status(comparison: Comparison, span: Span) -> Status:
    """Say what kind of error is at a place that has one."""
    if span not in comparison.predicted:
        return Status.MISSED
    return Status.WRONG if span in comparison.gold else Status.SUPERFLUOUS


def _gold_marks(
    comparisons: Iterable[Comparison], rows: Mapping[Place, ErrorRow]
) -> Iterator[tuple[Place, Mark]]:
    for comparison in comparisons:
        for span, gold in comparison.gold.items():
            row = rows.get((comparison.type, span))
            identifiers = tuple(sorted(gold.identifiers))
            right = Status.UNSCORED if gold.is_nil else Status.RIGHT
            yield (comparison.type, span), Mark(row.status if row else right, identifiers, row)


def _predicted_marks(
    comparisons: Iterable[Comparison], rows: Mapping[Place, ErrorRow]
) -> Iterator[tuple[Place, Mark]]:
    for comparison in comparisons:
        for span, found in comparison.predicted.items():
            row = rows.get((comparison.type, span))
            identifiers = tuple(sorted(found.answers))
            right = Status.RIGHT if found.answers else Status.UNSCORED
            yield (comparison.type, span), Mark(row.status if row else right, identifiers, row)


def _side(paper: Paper, marks: Iterable[tuple[Place, Mark]]) -> Side:
    """Highlight mentions; those outside of the text stand in the list of errors only."""
    of_mention: dict[Mention, Mark] = {}
    for (type, (start, end)), mark in marks:
        try:
            passage = locate(paper.passages, start, end)
        except ValueError:
            continue
        first, last = start - passage.offset, end - passage.offset
        mention = Mention(passage.id, first, last, passage.text[first:last], type)
        of_mention[mention] = mark
    return Side(tuple(_cut(passage, of_mention) for passage in paper.passages), of_mention)


def _cut(passage: Passage, mentions: Iterable[Mention]) -> list[Piece]:
    return pieces(passage, (m for m in mentions if m.passage == passage.id))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = page_environment("pipeline.evaluation")
    environment.filters.update(
        sign=lambda status: _SIGNS[status],
        word=lambda text: str(text).replace(" ", "-").lower(),
        identifiers=lambda joined: [c for c in joined.replace("+", "|").split("|") if c],
        candidates=lambda joined: [c for c in joined.split("; ") if c],
    )
    return environment
