"""Passages, named while they are collected."""

from __future__ import annotations

from collections import Counter

from pipeline.model import Passage


class PassageList:
    """Passages of one paper in reading order.

    They are named by kind and number: `methods.1.heading`, `methods.2`, `table.1.caption`,
    `table.1`. The first title is `title`.
    """

    def __init__(self) -> None:
        self._passages: list[Passage] = []
        self._counts: Counter[str] = Counter()

    def name(self, kind: str) -> str:
        """Return the next name of a kind, for passages that share it by `part`."""
        self._counts[kind] += 1
        number = self._counts[kind]
        return kind if kind == "title" and number == 1 else f"{kind}.{number}"

    def add(self, kind: str, text: str, *, name: str = "", part: str = "", offset: int = 0) -> str:
        """Append a passage unless its text is empty.

        Args:
            kind: Kind of the passage.
            text: Its text.
            name: Name from `name`; by default the next one.
            part: What is put behind the name: `heading`, `caption`, `notes`.
            offset: Position in the source's coordinates.

        Returns:
            The identifier of the passage; empty if there is none.
        """
        if not text:
            return ""
        name = name or self.name(kind)
        passage = Passage(f"{name}.{part}" if part else name, kind, text, offset)
        self._passages.append(passage)
        return passage.id

    def passages(self) -> tuple[Passage, ...]:
        """Return what was collected."""
        return tuple(self._passages)
