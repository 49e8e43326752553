"""Which diseases a string may name: exact names, variants, spelling, usage, what remains of it.

A candidate is a concept, told by all identifiers that mean exactly the same, with the name by
which it was found and the step that found it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import Final

from pipeline.model import EntityType
from pipeline.normalization.disease_usage import Concept, DiseaseUsage, disease_concept
from pipeline.terminology.fuzzy import BROADER, EXACT, NORMAL_FORM, NameLookup
from pipeline.terminology.name_words import word_list
from pipeline.terminology.terminology import NameMatch, Terminology

HEAD, USAGE, SHORT_FORM, PAPER = "head", "usage", "short form", "paper"
MOST: Final = 20
"""Concepts that are looked up for a string."""

GOOD_NAME: Final = 0.85
"""Weight of a name that its concept is usually called by."""

_LONGEST_ACRONYM = 6
_LONGEST_HEAD = 5
# Below every name that agrees with the whole string; the order among them is the ranker's work.
_SHORT_FORM_BAND, _HEAD_BAND, _USAGE_SCORE = 0.55, 0.58, 0.5
_ABOVE_SCORE = 0.45
_ABOVE = 2
_OF_WORDS = 4
_SURE: Final = frozenset({EXACT, NORMAL_FORM})
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class DiseaseCandidate:
    """A concept that a string may name.

    Attributes:
        concept: Its identifiers.
        curie: The identifier whose name was found.
        matched: That name.
        scope: The name's scope.
        method: The step that found it: one of `fuzzy.lookup`'s, or `head` (a name of the string
            without its first words), `usage`, `short form`, `paper` (what an acronym seems to
            stand for in the paper).
        score: Score of the lookup, from 0 to 1.
    """

    concept: Concept
    curie: str
    matched: str
    scope: str
    method: str
    score: float


class DiseaseCandidates:
    """Finds candidates.

    Args:
        terminology: The terminology.
        usage: What annotators mean by names.
    """

    def __init__(self, terminology: Terminology, usage: DiseaseUsage) -> None:
        self._terminology = terminology
        self._names = NameLookup(terminology)
        self._usage = usage
        self.concept = self.concepts(terminology)
        self.of = lru_cache(maxsize=1_000)(self._of)
        self.exact = lru_cache(maxsize=4_000)(self._exact)

    @staticmethod
    def concepts(terminology: Terminology) -> Callable[[str], Concept]:
        """Return a function from an identifier to its concept, which remembers its answers."""
        return lru_cache(maxsize=10_000)(lambda curie: disease_concept(curie, terminology))

    def _of(self, text: str, surface: str) -> Mapping[Concept, DiseaseCandidate]:
        """Return the concepts that a mention may name, whatever the paper says.

        Args:
            text: The mention, or the long form that it is short for.
            surface: The mention.
        """
        found: dict[Concept, DiseaseCandidate] = {}

        def add(curie: str, matched: str, scope: str, method: str, score: float) -> None:
            concept = self.concept(curie)
            if concept not in found or score > found[concept].score:
                found[concept] = DiseaseCandidate(concept, curie, matched, scope, method, score)

        # What has a good name of just this form is seldom anything else, and searching is slow.
        good = [self.concept(n.curie) for n in self.exact(text) if n.weight >= GOOD_NAME]
        unnamed = not any(map(is_curated, good))
        hits = self._names.lookup(text, type=EntityType.DISEASE, fuzzy=not good, limit=MOST)
        for hit in hits:
            c = hit.candidate
            add(c.curie, c.matched, c.scope, hit.method, c.score)
        if surface != text:
            for name in self.exact(surface):
                score = _SHORT_FORM_BAND * name.weight
                add(name.curie, name.text, name.scope, SHORT_FORM, score)
        for rest in heads(text) if unnamed else ():
            if names := self.exact(rest):
                for name in names:
                    add(name.curie, name.text, name.scope, HEAD, _HEAD_BAND * name.weight)
                break
        for curie, label in self._above([h.candidate.curie for h in hits if h.method in _SURE]):
            add(curie, label, "preferred", BROADER, _ABOVE_SCORE)
        used: list[Iterable[Concept]]
        used = [self._usage.of_name(t) for t in dict.fromkeys((text, surface))]
        used += [self._usage.of_words(text), self.usage_of_head(text)]
        words = self._usage.of_each_word(text) if unnamed else {}
        used.append(sorted(words, key=lambda c: (-words[c], c))[:_OF_WORDS])
        for concepts in used:
            for concept in concepts:
                if concept not in found:
                    found[concept] = self.known(concept, USAGE)
        return MappingProxyType(found)

    def _above(self, curies: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield the nearest concepts above those that annotators' vocabularies lack."""
        for curie in curies:
            if not is_curated(self.concept(curie)):
                above = self._terminology.hierarchy.ancestors(curie)
                known = (c for c in above if is_curated(self.concept(c)))
                for wider in islice(known, _ABOVE):
                    yield wider, self._terminology.name(wider)

    def known(self, concept: Concept, method: str) -> DiseaseCandidate:
        """Return a concept as a candidate by its preferred name."""
        names = ((c, self._terminology.name(c)) for c in concept)
        curie, name = next(((c, n) for c, n in names if n), (concept[0], ""))
        return DiseaseCandidate(concept, curie, name, "preferred", method, _USAGE_SCORE)

    def usage_of_head(self, text: str) -> Mapping[Concept, int]:
        """Return what annotators mean by the longest rest of a string that they know."""
        return next((u for rest in heads(text) if (u := self._usage.of_name(rest))), {})

    def by_initials(self, acronym: str, others: Iterable[str]) -> Collection[Concept]:
        """Return what an acronym may stand for among the other mentions of its paper."""
        concepts: dict[Concept, None] = {}
        for other in others:
            if stands_for(acronym, other):
                best = sorted(self.of(other, other).values(), key=lambda c: (-c.score, c.concept))
                concepts |= dict.fromkeys(self._usage.of_name(other))
                concepts |= dict.fromkeys(c.concept for c in best[:3])
        return concepts.keys()

    def _exact(self, text: str) -> tuple[NameMatch, ...]:
        return tuple(
            n for n in self._terminology.exact_matches(text) if n.type == EntityType.DISEASE
        )


def is_curated(concept: Concept) -> bool:
    """Tell whether a concept is in a vocabulary that annotators of gold corpora use."""
    return any(c.startswith(("MESH:", "OMIM:")) for c in concept)


def heads(text: str) -> Iterator[str]:
    """Yield what is left of a string without its first words, longest first.

    >>> list(heads("sporadic breast cancer"))
    ['breast cancer', 'cancer']
    """
    words = text.split()
    for i in range(1, min(len(words), _LONGEST_HEAD + 1)):
        yield " ".join(words[i:])


def is_acronym(text: str) -> bool:
    """Tell whether a string looks like an acronym.

    >>> is_acronym("OA"), is_acronym("iPSC-2"), is_acronym("Gout")
    (True, True, False)
    """
    compact = text.replace("-", "").replace(" ", "")
    return len(compact) <= _LONGEST_ACRONYM and sum(c.isupper() for c in compact) > 1


def stands_for(acronym: str, name: str) -> bool:
    """Tell whether the letters of an acronym occur in a name, in order, mostly as initials.

    >>> stands_for("OAB", "overactive bladder"), stands_for("OAB", "obese rabbits")
    (True, False)
    """
    letters = [c for c in acronym.lower() if c.isalnum()]
    if acronym[-1:] == "s" and acronym[-2:-1].isupper():
        letters.pop()
    words = [w for w in _WORDS.findall(name.lower()) if w not in word_list().joining]
    flat = "".join(words)
    if len(letters) < 2 or len(words) < 2 or len(flat) <= len(letters) + 2:
        return False
    initials = {sum(map(len, words[:i])) for i in range(len(words))}
    # For each place of the letter last read, the most initials that were read on the way there.
    reached = {0: 1} if flat[0] == letters[0] else {}
    for letter in letters[1:]:
        following: dict[int, int] = {}
        best = 0
        for place in range(len(flat)):
            if best and flat[place] == letter:
                following[place] = best + (place in initials)
            best = max(best, reached.get(place, 0))
        reached = following
    return max(reached.values(), default=0) >= min(len(words), len(letters))
