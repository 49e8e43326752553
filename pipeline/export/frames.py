"""Papers as tables: one row per mention, and one row per concept and paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from pipeline.model import EntityType, Link, Mention, Paper

MENTION_COLUMNS = (
    "paper_id", "passage", "start", "end", "text", "type", "curie", "name", "score", "method",
    "taxon", "mesh", "mondo", "alternatives",
)  # fmt: skip
ENTITY_COLUMNS = (
    "paper_id", "type", "curie", "name", "taxon", "mesh", "mondo", "mentions", "texts", "score",
)  # fmt: skip
_NUMBERS: Mapping[str, str] = {
    "start": "int64", "end": "int64", "mentions": "int64", "score": "float64",
}  # fmt: skip
_TYPE_ORDER = {str(entity_type): i for i, entity_type in enumerate(EntityType)}


def mentions_frame(papers: Iterable[Paper]) -> pd.DataFrame:
    """Return one row per mention, in the order of papers, passages and offsets.

    Columns: `paper_id`; `passage`, `start`, `end` (code points in the passage's text, end
    excluded); `text`; `type`; `curie` (empty for a mention without a concept); `name`; `score`
    (0 to 1, three decimals); `method`; `taxon`; `mesh` and `mondo` (joined by `|`, best first);
    `alternatives` (`curie=score`, joined by `|`, best first).

    Args:
        papers: Annotated papers.
    """
    return _frame((row for paper in papers for row in _mention_rows(paper)), MENTION_COLUMNS)


def entities_frame(papers: Iterable[Paper]) -> pd.DataFrame:
    """Return one row per concept and paper: by type, then the most mentioned first.

    Columns: `paper_id`, `type`, `curie`, `name`, `taxon`, `mesh`, `mondo` as in
    `mentions_frame`; `mentions` (how many); `texts` (the distinct surface forms in the order of
    their first occurrence, joined by `|`); `score` (the best of its mentions). What the mentions
    of a concept do not agree on comes from the mention with the best score. Mentions without a
    concept are left out.

    Args:
        papers: Annotated papers.
    """
    return _frame((row for paper in papers for row in _entity_rows(paper)), ENTITY_COLUMNS)


def format_score(score: float) -> str:
    """Write a score the same way everywhere: at most three decimals, at least one.

    >>> format_score(0.98765), format_score(1)
    ('0.988', '1.0')
    """
    return repr(round(float(score), 3))


def group_by_concept(paper: Paper) -> list[tuple[Link, list[Mention]]]:
    """Return each concept of a paper with its mentions: by type, the most mentioned first.

    The link is that of the mention with the best score, the first one if there are several.

    Args:
        paper: An annotated paper.
    """
    groups: dict[tuple[str, str], list[Mention]] = {}
    for mention in paper.mentions:
        if not mention.link.is_nil:
            groups.setdefault((mention.type, mention.link.curie), []).append(mention)
    ordered = sorted(
        groups.items(), key=lambda item: (*type_rank(item[0][0]), -len(item[1]), item[0][1])
    )
    return [(max(mentions, key=lambda m: m.link.score).link, mentions) for _, mentions in ordered]


def type_rank(entity_type: str) -> tuple[int, str]:
    """Return a sort key that puts the built-in types first, in their usual order."""
    return _TYPE_ORDER.get(entity_type, len(_TYPE_ORDER)), entity_type


def _mention_rows(paper: Paper) -> Iterator[tuple[object, ...]]:
    for m in paper.mentions:
        link = m.link
        yield (
            paper.id, m.passage, m.start, m.end, m.text, str(m.type), link.curie, link.name,
            round(link.score, 3), link.method, link.taxon, "|".join(link.mesh),
            "|".join(link.mondo),
            "|".join(f"{c.curie}={format_score(c.score)}" for c in link.alternatives),
        )  # fmt: skip


def _entity_rows(paper: Paper) -> Iterator[tuple[object, ...]]:
    for link, mentions in group_by_concept(paper):
        yield (
            paper.id, str(mentions[0].type), link.curie, link.name, link.taxon,
            "|".join(link.mesh), "|".join(link.mondo), len(mentions),
            "|".join(dict.fromkeys(m.text for m in mentions)), round(link.score, 3),
        )  # fmt: skip


def _frame(rows: Iterator[tuple[Any, ...]], columns: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=list(columns))
    # An empty frame has the same column types as a full one.
    return frame.astype({c: _NUMBERS.get(c, "str") for c in columns})
