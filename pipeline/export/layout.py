"""One text out of a paper's passages, and where each passage begins in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.model import Mention, Paper, Passage


@dataclass(frozen=True, slots=True)
class Layout:
    """Passages in the order of a text, each with its place in it.

    Attributes:
        passages: The passages.
        starts: Where each begins, in code points, by its identifier.
    """

    passages: tuple[Passage, ...]
    starts: dict[str, int]

    def text(self, filler: str = " ") -> str:
        """Return the text: the passages at their places, a filling character between them."""
        pieces: list[str] = []
        end = 0
        for passage in self.passages:
            start = self.starts[passage.id]
            pieces += (filler * (start - end), passage.text)
            end = start + len(passage.text)
        return "".join(pieces)

    def span(self, mention: Mention) -> tuple[int, int]:
        """Return start and end of a mention in the text."""
        start = self.starts[mention.passage]
        return start + mention.start, start + mention.end


def in_a_row(passages: Iterable[Passage], *, gap: int = 1) -> Layout:
    """Put passages one after the other with some characters between them."""
    passages = tuple(passages)
    starts, position = {}, 0
    for passage in passages:
        starts[passage.id] = position
        position += len(passage.text) + gap
    return Layout(passages, starts)


def as_in_the_source(paper: Paper) -> Layout:
    """Keep the places that the passages have in their source, where these make a text.

    They do when the passages follow each other without overlap, as those of PubTator and BioC do:
    what is written can then be laid over the source. Passages of a source without such
    coordinates are put in a row with one character between them, as NCBI does.
    """
    position = 0
    for passage in paper.passages:
        if passage.offset < position:
            return in_a_row(paper.passages)
        position = passage.offset + len(passage.text)
    return Layout(paper.passages, {p.id: p.offset for p in paper.passages})


def title_first(paper: Paper) -> Layout:
    """Put the title first and the other passages behind it, with one character between them.

    A paper without a title gets an empty one.
    """
    title = next((p for p in paper.passages if p.kind == "title"), Passage("", "title", ""))
    return in_a_row((title, *(p for p in paper.passages if p is not title)))
