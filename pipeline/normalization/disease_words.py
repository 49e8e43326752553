"""How alike two names of diseases are, by their words and by their letters.

Words are compared as stems without the words that only join others; where disease names have
several words for the same thing (`renal`, `kidney`), the first one stands for all. A rare word
counts more than a common one: inverse document frequency over the terminology's disease names.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from typing import NamedTuple

from pipeline.model import EntityType
from pipeline.terminology.name_words import stem, tokens_of, word_list


@dataclass(frozen=True, slots=True)
class NameWords:
    """The words of a name.

    Attributes:
        stems: The stems.
        last: The last one; empty for a name without words.
        numbers: Those that are numbers or single letters, which tell subtypes apart.
        trigrams: Sequences of three characters of the words, blanks included.
    """

    stems: frozenset[str]
    last: str
    numbers: frozenset[str]
    trigrams: frozenset[str]

    @property
    def key(self) -> str:
        """What names share whose words differ in order and ending only."""
        return " ".join(sorted(self.stems))


class Likeness(NamedTuple):
    """How a name resembles a string.

    Attributes:
        told: Share of the string's words, by weight, that the name has.
        covered: Share of the name's words, by weight, that the string has.
        words: Harmonic mean of both.
        letters: Share of common trigrams (Dice).
        head: 1 if the name has the string's last word.
        numbers_more: Numbers and letters of the string that the name lacks.
        numbers_less: Those of the name that the string lacks.
        words_more: Words of the string that the name lacks.
        words_less: Words of the name that the string lacks.
    """

    told: float
    covered: float
    words: float
    letters: float
    head: float
    numbers_more: float
    numbers_less: float
    words_more: float
    words_less: float


_stem = lru_cache(maxsize=10_000)(stem)


@lru_cache(maxsize=20_000)
def name_words(text: str) -> NameWords:
    """Return the words of a name.

    >>> sorted(name_words("Diseases of the kidney, type 2").stems)
    ['2', 'diseas', 'kidn']
    """
    words = word_list()
    tokens = tokens_of(text)
    same = words.same.get(EntityType.DISEASE, {})
    stems = [same.get(s, s) for s in (_stem(t) for t in tokens if t not in words.joining)]
    spelled = f" {' '.join(tokens)} "
    return NameWords(
        frozenset(stems),
        stems[-1] if stems else "",
        frozenset(s for s in stems if s.isdigit() or len(s) == 1),
        # The same few thousand come again and again: each is kept in memory once.
        frozenset([intern(spelled[i : i + 3]) for i in range(len(spelled) - 2)]),
    )


class WordWeights:
    """Weights of words: the rarer among the names of diseases, the more a word tells."""

    def __init__(self, counts: Mapping[str, int], names: int) -> None:
        """Take over the counts.

        Args:
            counts: In how many names a stem occurs; those that are rarer are left out.
            names: Number of names.
        """
        self.counts = dict(counts)
        self.names = names
        self._weights = {stem: math.log((names + 1) / n) for stem, n in counts.items()}
        self._unknown = math.log((names + 1) / 2)
        self._weight_of = lru_cache(maxsize=12_000)(self._weigh)

    def likeness(self, text: str, name: str) -> Likeness:
        """Compare a string with a name."""
        a, b = name_words(text), name_words(name)
        common = a.stems & b.stems
        shared = self._weigh(common) if common else 0.0
        of_text, of_name = self._weight_of(a.stems), self._weight_of(b.stems)
        trigrams = len(a.trigrams) + len(b.trigrams)
        return Likeness(
            shared / of_text if of_text else 0.0,
            shared / of_name if of_name else 0.0,
            2 * shared / (of_text + of_name) if of_text + of_name else 0.0,
            2 * len(a.trigrams & b.trigrams) / trigrams if trigrams else 0.0,
            float(a.last != "" and a.last in b.stems),
            float(len(a.numbers - b.numbers)),
            float(len(b.numbers - a.numbers)),
            float(len(a.stems) - len(common)),
            float(len(b.stems) - len(common)),
        )

    def _weigh(self, stems: frozenset[str]) -> float:
        # Sorted, since the sum of floating-point numbers depends on their order.
        return sum([self._weights.get(s, self._unknown) for s in sorted(stems)])
