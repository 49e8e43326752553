"""Shards: stretches of the input that are worked on and written as one."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from pipeline.running.items import Item, Position

_FIRST_CHARACTERS = 20_000
_MOST_CHARACTERS = 4_000_000
_MOST_ITEMS = 5_000
_LEAST_SECONDS = 0.5
_MOST_SECONDS = 10.0
_SHARE_OF_TIME = 1 / 20
_ITEM_COST = 200  # characters that an item costs besides its text


@dataclass(frozen=True, slots=True)
class Shard:
    """Items of the input that follow one another.

    Attributes:
        number: Its number in this session of the job, from 0.
        items: The items; at least one.
        strikes: How many workers died over exactly these items.
    """

    number: int
    items: tuple[Item, ...]
    strikes: int = 0

    @property
    def start(self) -> Position:
        """Position of the first item."""
        return self.items[0].position

    @property
    def end(self) -> Position:
        """Position after the last item."""
        file, item = self.items[-1].position
        return Position(file, item + 1)

    @property
    def characters(self) -> int:
        """Cost of the items, in characters."""
        return sum(map(cost, self.items))


def cost(item: Item) -> int:
    """Return what an item counts: its characters, and something for itself."""
    return item.characters + _ITEM_COST


class Sharder:
    """Cuts the input into shards whose size follows the speed of the workers.

    A shard is meant to take a twentieth of the time that the job has run, between half a second and
    ten seconds: short ones at first, so that all workers get something at once and none is left
    alone at the end with a long one; longer ones later, so that writing them costs little.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begin = self._last_cut = clock()
        self._rate = 0.0
        self._pending: list[Item] = []
        self._pending_cost = 0
        self._closed: deque[tuple[Item, ...]] = deque()
        self._numbers = 0

    @property
    def budget(self) -> int:
        """Characters of the next shard."""
        if not self._rate:
            return _FIRST_CHARACTERS
        elapsed = self._clock() - self._begin
        seconds = min(_MOST_SECONDS, max(_LEAST_SECONDS, elapsed * _SHARE_OF_TIME))
        return min(_MOST_CHARACTERS, max(1, int(self._rate * seconds)))

    def measured(self, characters: int, seconds: float) -> None:
        """Take note of how long a worker needed for a shard."""
        rate = characters / max(seconds, 1e-3)
        self._rate = 0.7 * self._rate + 0.3 * rate if self._rate else rate

    @property
    def has_waited(self) -> bool:
        """Whether items have waited for others as long as the shortest shard takes."""
        return self.has_items and self._clock() - self._last_cut > _LEAST_SECONDS

    @property
    def has_items(self) -> bool:
        """Whether there are items that wait for a shard."""
        return bool(self._closed or self._pending)

    @property
    def is_full(self) -> bool:
        """Whether the waiting items make up a shard."""
        full = self._pending_cost >= self.budget or len(self._pending) >= _MOST_ITEMS
        return full or bool(self._closed)

    def add(self, item: Item, *, behind_gap: bool = False) -> None:
        """Let an item wait for its shard.

        Args:
            item: The item.
            behind_gap: Whether something lies between the last item and this one that is in no
                shard to come; then they must not be in the same one.
        """
        if behind_gap and self._pending:
            self._close()
        self._pending.append(item)
        self._pending_cost += cost(item)

    def cut(self) -> Shard:
        """Make a shard of the items that wait; there must be one."""
        if not self._closed:
            self._close()
        self._last_cut = self._clock()
        return self.renumbered(Shard(0, self._closed.popleft()))

    def _close(self) -> None:
        self._closed.append(tuple(self._pending))
        self._pending, self._pending_cost = [], 0

    def renumbered(self, shard: Shard) -> Shard:
        """Give a shard the next number."""
        self._numbers += 1
        return replace(shard, number=self._numbers - 1)
