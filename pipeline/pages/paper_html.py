"""How Jupyter shows a paper: its text with the mentions coloured, explained and linked out.

The fragment brings its style in attributes and has no script, so that it looks the same wherever
a notebook is read. Its tints are translucent and its text keeps the notebook's own colour, which
works on light and on dark ground alike.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from jinja2 import Template

from pipeline.model import EntityType, Mention, Paper, Passage
from pipeline.pages.highlight import Piece, pieces
from pipeline.pages.page import page_environment

MOST_CHARACTERS: Final = 8000
"""Characters of a paper that are shown: an abstract always, of a full text the beginning."""

_LOOKS: Final = {
    EntityType.GENE.value: ("66,114,219", "solid"),
    EntityType.DISEASE.value: ("217,104,40", "dashed"),
    EntityType.SPECIES.value: ("38,151,84", "dotted"),
}
"""Colour of each type as red, green and blue, and its line, for those who see no colours."""

_OTHER_LOOK: Final = ("139,92,214", "double")
_ORDER: Final = tuple(_LOOKS)


@dataclass(frozen=True, slots=True)
class _View:
    """A passage as it is shown.

    Attributes:
        id: Its identifier.
        kind: Its kind.
        pieces: Its text, cut at the borders of its mentions.
    """

    id: str
    kind: str
    pieces: list[Piece]


def paper_html(paper: Paper, *, most: int = MOST_CHARACTERS) -> str:
    """Return a paper as a fragment of HTML.

    Args:
        paper: The paper, annotated or not.
        most: Characters of its text that are shown. A note says how much is not.
    """
    passages = _beginning(paper.passages, most)
    types = Counter(str(mention.type) for mention in paper.mentions)
    return _template().render(
        paper=paper,
        passages=[_View(p.id, p.kind, pieces(p, paper.mentions)) for p in passages],
        types=sorted(types.items(), key=lambda item: _rank(item[0])),
        unresolved=sum(mention.link.is_nil for mention in paper.mentions),
        shown=sum(len(passage.text) for passage in passages),
        characters=sum(len(passage.text) for passage in paper.passages),
    )


def _beginning(passages: tuple[Passage, ...], most: int) -> list[Passage]:
    """Return the passages that hold the first characters, the last one cut, if it can be at a word.

    A mention that reaches over the cut is not shown.
    """
    result = []
    for passage in passages:
        if len(passage.text) > most:
            word = passage.text.rfind(" ", 0, most + 1)
            if cut := passage.text[: word if word > 0 else most]:
                result.append(replace(passage, text=cut))
            break
        result.append(passage)
        most -= len(passage.text)
    return result


def _rank(type: str) -> tuple[int, str]:
    return (_ORDER.index(type) if type in _ORDER else len(_ORDER)), type


def _look(type: str, *, nil: bool = False) -> str:
    """Return the style of a mention; one that is not resolved has its line only."""
    colour, line = _LOOKS.get(type, _OTHER_LOOK)
    ground = "none" if nil else f"rgba({colour},.22)"
    return f"background:{ground};color:inherit;border-bottom:2px {line} rgb({colour})"


def _told(mention: Mention) -> str:
    """Return what stands beside the pointer: type, name, identifier, score and reason."""
    link = mention.link
    if link.is_nil:
        told = f"{mention.type}, not resolved"
    else:
        name = f"{link.name} ({link.curie})" if link.name else link.curie
        told = f"{mention.type}: {name}, score {link.score:.2f}"
    return f"{told}; {link.reason}" if link.reason else told


@cache
def _template() -> Template:
    environment = page_environment("pipeline.pages")
    environment.filters.update(look=_look, told=_told)
    return environment.get_template("paper.html.j2")
