"""How alike two names of diseases are, by their words and by their letters.

Words are compared as stems without the words that only join others; where disease names have
several words for the same thing (`renal`, `kidney`), the first one stands for all. A rare word
counts more than a common one: inverse document frequency over the terminology's disease names.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
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


@dataclass(frozen=True, slots=True)
class _Word:
    """A token: its stem, empty if it only joins others, and the trigrams of the token alone."""

    stem: str
    trigrams: frozenset[str]


@lru_cache(maxsize=10_000)
def _word(token: str) -> _Word:
    words = word_list()
    root = "" if token in words.joining else stem(token)
    spelled = f" {token} "
    # The same few thousand come again and again: each is kept in memory once.
    trigrams = [intern(spelled[i : i + 3]) for i in range(len(token))]
    return _Word(words.same.get(EntityType.DISEASE, {}).get(root, root), frozenset(trigrams))


@lru_cache(maxsize=17_000)
def name_words(text: str) -> NameWords:
    """Return the words of a name.

    >>> sorted(name_words("Diseases of the kidney, type 2").stems)
    ['2', 'diseas', 'kidn']
    """
    tokens = tokens_of(text)
    words = [_word(token) for token in tokens]
    stems = [word.stem for word in words if word.stem]
    borders = [intern(f"{left[-1]} {right[0]}") for left, right in pairwise(tokens)]
    return NameWords(
        frozenset(stems),
        stems[-1] if stems else "",
        frozenset([s for s in stems if len(s) == 1 or s.isdigit()]),
        frozenset().union(borders, *[word.trigrams for word in words]),
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

    def likenesses(self, text: str, names: Iterable[str]) -> dict[str, Likeness]:
        """Compare a string with each of some names."""
        a = name_words(text)
        stems, trigrams, numbers = a.stems, a.trigrams, a.numbers
        of_text = self._weight_of(stems)
        found: dict[str, Likeness] = {}
        for name in names:
            if name in found:
                continue
            b = name_words(name)
            common = stems & b.stems
            shared = self._weigh(common) if common else 0.0
            of_name = self._weight_of(b.stems)
            sizes = len(trigrams) + len(b.trigrams)
            found[name] = Likeness(
                shared / of_text if of_text else 0.0,
                shared / of_name if of_name else 0.0,
                2 * shared / (of_text + of_name) if of_text + of_name else 0.0,
                2 * len(trigrams & b.trigrams) / sizes if sizes else 0.0,
                float(a.last != "" and a.last in common),
                float(len(numbers - b.numbers)),
                float(len(b.numbers - numbers)),
                float(len(stems) - len(common)),
                float(len(b.stems) - len(common)),
            )
        return found

    def _weigh(self, stems: frozenset[str]) -> float:
        # Sorted, since the sum of floating-point numbers depends on their order.
        return sum([self._weights.get(s, self._unknown) for s in sorted(stems)])
