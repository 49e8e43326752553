"""Papers as tables: one row per mention, and one row per concept and paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from pipeline.export.characters import replace_surrogates
from pipeline.export.sink import Table
from pipeline.model import EntityType, Link, Mention, Paper

MENTION_COLUMNS = (
    "paper_id", "passage", "start", "end", "text", "type", "curie", "name", "score", "method",
    "taxon", "mesh", "mondo", "alternatives",
)  # fmt: skip
ENTITY_COLUMNS = (
    "paper_id", "type", "curie", "name", "taxon", "mesh", "mondo", "mentions", "texts", "score",
)  # fmt: skip
NUMBERS: Mapping[str, str] = {
    "start": "int64", "end": "int64", "mentions": "int64", "score": "float64",
}  # fmt: skip
"""Types of the columns that are not text."""

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
    return _frame((row for paper in papers for row in mention_rows(paper)), MENTION_COLUMNS)


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
    return _frame((row for paper in papers for row in entity_rows(paper)), ENTITY_COLUMNS)


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


def table_columns(table: Table) -> tuple[str, ...]:
    """Return the columns of a table."""
    return MENTION_COLUMNS if table is Table.MENTIONS else ENTITY_COLUMNS


def table_rows(paper: Paper, table: Table) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a paper in a table, with the values of its `table_columns`."""
    return mention_rows(paper) if table is Table.MENTIONS else entity_rows(paper)


def mention_rows(paper: Paper) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a paper in the table of mentions.

    A surrogate in a text, which no file and no column of pandas can hold, becomes U+FFFD.
    """
    paper_id = replace_surrogates(paper.id)
    for m in paper.mentions:
        link = m.link
        yield (
            paper_id, replace_surrogates(m.passage), m.start, m.end, replace_surrogates(m.text),
            replace_surrogates(str(m.type)), link.curie, link.name,
            round(link.score, 3), link.method, link.taxon, "|".join(link.mesh),
            "|".join(link.mondo),
            "|".join(f"{c.curie}={format_score(c.score)}" for c in link.alternatives),
        )  # fmt: skip


def entity_rows(paper: Paper) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a paper in the table of entities, with texts as in that of mentions."""
    paper_id = replace_surrogates(paper.id)
    for link, mentions in group_by_concept(paper):
        yield (
            paper_id, replace_surrogates(str(mentions[0].type)), link.curie, link.name, link.taxon,
            "|".join(link.mesh), "|".join(link.mondo), len(mentions),
            "|".join(dict.fromkeys(replace_surrogates(m.text) for m in mentions)),
            round(link.score, 3),
        )  # fmt: skip


def _frame(rows: Iterator[tuple[Any, ...]], columns: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=list(columns))
    # An empty frame has the same column types as a full one.
    return frame.astype({c: NUMBERS.get(c, "str") for c in columns})
