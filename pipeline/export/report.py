"""The HTML report: papers with their mentions, the entities, the check, where it comes from.

The page can be read without its script, which adds the details on hover and focus, the search and
the sorting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any, Protocol

from jinja2 import Environment

from pipeline.export.co_mentions import co_mentions
from pipeline.export.frames import format_score, group_by_concept, type_rank
from pipeline.model import EntityType, Link, Mention, Paper
from pipeline.pages.highlight import Piece, pieces
from pipeline.pages.linkouts import doi_url, web_url
from pipeline.pages.page import page_environment, render_page

_KINDS = {
    "tldr": "TL;DR", "contribution": "Contribution", "finding": "Key findings",
    "abstract": "Abstract", "text": "Text",
}  # fmt: skip
_STATUS_SIGNS = {
    "matched": "✓", "related": "≈", "missed": "✗", "not in text": "∅", "no identifier": "–",
    "other type": "–", "extra": "+", "unreadable": "!",
}  # fmt: skip
_MANY_PAPERS = 20
"""Above this number of papers their tables are folded at first."""


class FindingRow(Protocol):
    """One line of a check."""

    @property
    def paper_id(self) -> str:
        """The paper."""

    @property
    def group(self) -> str:
        """The list in the paper."""

    @property
    def type(self) -> str:
        """Entity type."""

    @property
    def identifier(self) -> str:
        """As annotated."""

    @property
    def name(self) -> str:
        """As annotated."""

    @property
    def status(self) -> str:
        """What became of it."""

    @property
    def predicted(self) -> str:
        """Predicted identifiers, joined by `|`."""

    @property
    def explanation(self) -> str:
        """Why, in words."""


class Check(Protocol):
    """A check to show; `pipeline.evaluation.seed_check.SeedCheck` is one."""

    @property
    def findings(self) -> Sequence[FindingRow]:
        """All lines."""

    @property
    def scores(self) -> Sequence[Any]:
        """Rows with `paper_id`, `group`, `type` and `score`."""

    @property
    def total(self) -> Any:
        """The score over all rows."""

    @property
    def identified(self) -> int:
        """How many annotations carry an identifier."""

    @property
    def found(self) -> int:
        """How many of these were found."""


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """Mentions of one paper that have surface form, type and link in common."""

    id: str
    type: str
    text: str
    count: int
    link: Link


@dataclass(frozen=True, slots=True)
class EntityRow:
    """A concept with the number of its mentions in one paper or in all of them."""

    type: str
    link: Link
    mentions: int
    papers: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper as the template needs it.

    Attributes:
        id: Name of its element in the page.
        paper: The paper.
        title: The title's pieces; empty for a paper without one.
        sections: Heading, kind and passages (identifier and pieces) of each section.
        entities: Its concepts.
        evidence: Its distinct mentions.
        rows: The evidence row of each mention.
        findings: Its part of the check.
    """

    id: str
    paper: Paper
    title: tuple[str, list[Piece]] | None
    sections: list[tuple[str, str, list[tuple[str, list[Piece]]]]]
    entities: list[EntityRow]
    evidence: list[EvidenceRow]
    rows: Mapping[tuple[str, str, Link], str]
    findings: list[FindingRow]


def render_report(
    papers: Iterable[Paper],
    *,
    check: Check | None = None,
    run: Mapping[str, object] | None = None,
) -> str:
    """Return the report as an HTML page.

    The page depends on nothing but the arguments: leave time stamps and durations out of `run`
    where equal runs are to give equal pages.

    Args:
        papers: Annotated papers.
        check: The check against the papers' own annotations.
        run: Versions, snapshot and settings, as nested mappings and sequences.
    """
    findings: dict[str, list[FindingRow]] = {}
    for finding in check.findings if check else ():
        findings.setdefault(finding.paper_id, []).append(finding)
    views = [
        _paper_view(f"p{number}", paper, findings.get(paper.id, []))
        for number, paper in enumerate(papers, start=1)
    ]
    return render_page(
        _environment(),
        "report",
        views=views,
        types=_type_counts(views),
        nil=sum(m.link.is_nil for v in views for m in v.paper.mentions),
        mentions=sum(len(v.paper.mentions) for v in views),
        entities=_all_entities(views),
        pairs=co_mentions(view.paper for view in views),
        check=check,
        provenance=_flat(run or {}),
        unfolded=len(views) <= _MANY_PAPERS,
    )


def _paper_view(view_id: str, paper: Paper, findings: list[FindingRow]) -> PaperView:
    mentions: dict[str, list[Mention]] = {}
    counts: dict[tuple[str, str, Link], int] = {}
    for mention in paper.mentions:
        mentions.setdefault(mention.passage, []).append(mention)
        key = (mention.type, mention.text, mention.link)
        counts[key] = counts.get(key, 0) + 1
    rows = {key: f"{view_id}e{number}" for number, key in enumerate(counts, start=1)}
    passages = [(p.kind, p.id, pieces(p, mentions.get(p.id, ()))) for p in paper.passages]
    title = next(((id_, cut) for kind, id_, cut in passages if kind == "title"), None)
    body = [p for p in passages if title is None or p[1] != title[0]]
    return PaperView(
        id=view_id,
        paper=paper,
        title=title,
        sections=[
            (_KINDS.get(kind, kind.capitalize()), kind, [(id_, cut) for _, id_, cut in group])
            for kind, group in groupby(body, key=lambda p: p[0])
        ],
        entities=[
            EntityRow(
                str(own[0].type), link, len(own), 1, tuple(dict.fromkeys(m.text for m in own))
            )
            for link, own in group_by_concept(paper)
        ],
        evidence=[
            EvidenceRow(rows[key], str(key[0]), key[1], count, key[2])
            for key, count in counts.items()
        ],
        rows=rows,
        findings=findings,
    )


def _type_counts(views: Sequence[PaperView]) -> list[tuple[str, int]]:
    counts = {str(t): 0 for t in EntityType}
    for view in views:
        for mention in view.paper.mentions:
            counts[str(mention.type)] = counts.get(str(mention.type), 0) + 1
    return sorted(counts.items(), key=lambda item: type_rank(item[0]))


def _all_entities(views: Sequence[PaperView]) -> list[EntityRow]:
    rows: dict[tuple[str, str], EntityRow] = {}
    for view in views:
        for row in view.entities:
            key = (row.type, row.link.curie)
            old = rows.get(key, EntityRow(row.type, row.link, 0, 0, ()))
            rows[key] = EntityRow(
                row.type, old.link, old.mentions + row.mentions, old.papers + 1, ()
            )
    return sorted(
        rows.values(), key=lambda r: (type_rank(r.type), -r.papers, -r.mentions, r.link.curie)
    )


def _flat(value: object, name: str = "") -> list[tuple[str, str]]:
    """Return nested settings as rows of dotted name and value."""
    if isinstance(value, Mapping):
        return [
            row for key, item in value.items() for row in _flat(item, f"{name}.{key}".lstrip("."))
        ]
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        if all(isinstance(item, str | int | float) for item in value):
            return [(name, ", ".join(map(str, value)))]
        return [row for i, item in enumerate(value, 1) for row in _flat(item, f"{name}.{i}")]
    return [(name, "" if value is None else str(value))]


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = page_environment("pipeline.export")
    environment.filters.update(
        doi_url=doi_url,
        web_url=web_url,
        score=format_score,
        sign=lambda status: _STATUS_SIGNS.get(status, "?"),
        percent=lambda share: "–" if share is None else f"{100 * share:.1f}",
    )
    return environment
