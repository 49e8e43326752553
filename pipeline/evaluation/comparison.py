"""Gold and prediction of a document side by side, in the form that every metric counts on.

Three things are settled here, once and for all metrics:

* **Unit.** A mention is its span in the document's coordinates and its type. Several annotations of
  the same span and type are one mention with all their identifiers; nested ones and those that
  overlap are different mentions. A discontinuous annotation counts with its outer borders.
* **Identifiers.** Retired identifiers are replaced on both sides. Several identifiers of one gold
  annotation are alternatives, unless they hold only together (`Annotation.joint`).
* **Vocabulary.** A predicted concept may have identifiers in several vocabularies: those of its
  link, then the exact matches that the terminology knows. It is compared with the first one that is
  in a vocabulary which the gold standard uses for the type; if there is none, with its primary one,
  which is then wrong. It never gets a second chance with another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import Final, Protocol

from pipeline.model import Link, Mention, Paper

Span = tuple[int, int]
"""First code point and the one after the last, in the document's coordinates."""

_NOTHING: Final[frozenset[str]] = frozenset()


class Resolver(Protocol):
    """What scoring asks of a terminology."""

    def current(self, curie: str) -> str:
        """Return the identifier that replaces a retired one, or the same."""

    def equivalents(self, curie: str) -> tuple[str, ...]:
        """Return the identifiers of the same concept, the given one first."""


class Verbatim:
    """A resolver that takes every identifier as it is written."""

    def current(self, curie: str) -> str:
        """Return the identifier."""
        return curie

    def equivalents(self, curie: str) -> tuple[str, ...]:
        """Return the identifier alone."""
        return (curie,)


@dataclass(frozen=True, slots=True)
class GoldMention:
    """What the gold standard says of one span and type.

    Attributes:
        text: The annotated text (of the last annotation, where there are several).
        alternatives: Identifiers each of which is right by itself.
        joint: Sets of identifiers that are right together only.
    """

    text: str
    alternatives: frozenset[str]
    joint: tuple[frozenset[str], ...] = ()

    @property
    def is_nil(self) -> bool:
        """Whether the gold standard gives no identifier."""
        return not self.alternatives and not self.joint

    @property
    def identifiers(self) -> frozenset[str]:
        """Every identifier, whether it is right by itself or with others only."""
        return self.alternatives.union(*self.joint) if self.joint else self.alternatives

    def accepts(self, answers: frozenset[str]) -> bool:
        """Tell whether one alternative, or all of a joint set, is among the answers."""
        if not self.alternatives.isdisjoint(answers):
            return True
        return any(together <= answers for together in self.joint)


@dataclass(frozen=True, slots=True)
class PredictedMention:
    """What a system says of one span and type.

    Attributes:
        answers: The identifiers that it decided for; empty for NIL.
        ranking: Its candidates, best first; those with the same score stand in one set. The first
            set is empty for NIL.
        mentions: The mentions that stand behind it.
    """

    answers: frozenset[str]
    ranking: tuple[frozenset[str], ...]
    mentions: tuple[Mention, ...]

    @property
    def text(self) -> str:
        """The text of the span."""
        return self.mentions[0].text


@dataclass(frozen=True, slots=True)
class Comparison:
    """Gold and prediction of one document for one type.

    Attributes:
        paper: The document with its gold annotations.
        prediction: The document with the system's mentions; none if the system has nothing for it.
        type: The type.
        gold: Gold mentions of the type.
        predicted: Predicted mentions of the type.
    """

    paper: Paper
    prediction: Paper | None
    type: str
    gold: Mapping[Span, GoldMention]
    predicted: Mapping[Span, PredictedMention]


def namespace(curie: str) -> str:
    """Return the vocabulary of an identifier.

    >>> namespace("MESH:D010003")
    'MESH'
    """
    return curie.partition(":")[0]


def gold_namespaces(papers: Iterable[Paper], type: str) -> frozenset[str]:
    """Collect the vocabularies that a gold standard uses for a type."""
    return frozenset(
        namespace(curie)
        for paper in papers
        for annotation in paper.annotations
        if annotation.type == type
        for curie in annotation.identifiers
    )


class Comparer:
    """Puts the gold standard and the predictions of documents side by side.

    The gold standard is what the papers carry as annotations, a prediction what they carry as
    mentions. A document without prediction counts as one in which nothing was found.

    Args:
        gold: The documents of the gold standard.
        types: Types to compare, one after the other.
        resolver: Replaces retired identifiers and knows identifiers of the same concept.
    """

    def __init__(
        self, gold: Iterable[Paper], *, types: Iterable[str], resolver: Resolver | None = None
    ) -> None:
        self.gold = tuple(gold)
        self.types = tuple(types)
        self._resolver = resolver or Verbatim()
        self._namespaces = {type: gold_namespaces(self.gold, type) for type in self.types}
        # Files repeat the same identifiers; sharing what is made of them saves time and memory.
        self._accepted = lru_cache(maxsize=None)(self._make_accepted)
        self._answer = lru_cache(maxsize=None)(self._make_answer)
        self._gold_mentions = [self._gold(paper) for paper in self.gold]

    def compare(self, predicted: Mapping[str, Paper]) -> Iterator[Comparison]:
        """Compare each document of the gold standard with its prediction.

        Args:
            predicted: Papers with mentions by document identifier.

        Yields:
            A comparison for each document and type, in the order of the gold standard.
        """
        for paper, gold in zip(self.gold, self._gold_mentions, strict=True):
            prediction = predicted.get(paper.id)
            found = {} if prediction is None else self._predicted(prediction)
            for type in self.types:
                yield Comparison(paper, prediction, type, gold[type], found.get(type, {}))

    def _gold(self, paper: Paper) -> dict[str, dict[Span, GoldMention]]:
        offsets = {passage.id: passage.offset for passage in paper.passages}
        mentions: dict[str, dict[Span, GoldMention]] = {type: {} for type in self.types}
        for annotation in paper.annotations:
            of_type = mentions.get(annotation.type)
            if of_type is None or annotation.start < 0:
                continue
            offset = offsets[annotation.passage]
            span = (annotation.start + offset, annotation.end + offset)
            alternatives, joint = self._accepted(annotation.identifiers, annotation.joint)
            if (earlier := of_type.get(span)) is not None:
                alternatives |= earlier.alternatives
                joint = earlier.joint + joint
            of_type[span] = GoldMention(annotation.name, alternatives, joint)
        return mentions

    def _make_accepted(
        self, identifiers: tuple[str, ...], joint: bool
    ) -> tuple[frozenset[str], tuple[frozenset[str], ...]]:
        """Return the identifiers that are right by themselves, and those that are together."""
        current = frozenset(map(self._resolver.current, identifiers))
        return (frozenset(), (current,)) if joint and current else (current, ())

    def _predicted(self, paper: Paper) -> dict[str, dict[Span, PredictedMention]]:
        offsets = {passage.id: passage.offset for passage in paper.passages}
        mentions: dict[str, dict[Span, PredictedMention]] = {type: {} for type in self.types}
        for mention in paper.mentions:
            of_type = mentions.get(mention.type)
            if of_type is None:
                continue
            offset = offsets[mention.passage]
            span = (mention.start + offset, mention.end + offset)
            answers = self._answer(mention.link.curies, mention.type)
            ranking: tuple[frozenset[str], ...] = (answers,)
            if mention.link.alternatives:
                ranking = self._ranking(mention.link, answers, mention.type)
            behind: tuple[Mention, ...] = (mention,)
            if (earlier := of_type.get(span)) is not None:
                answers |= earlier.answers
                ranking = tuple(
                    a | b for a, b in zip_longest(earlier.ranking, ranking, fillvalue=_NOTHING)
                )
                behind = (*earlier.mentions, mention)
            of_type[span] = PredictedMention(answers, ranking, behind)
        return mentions

    def _ranking(
        self, link: Link, answers: frozenset[str], type: str
    ) -> tuple[frozenset[str], ...]:
        """Rank the concept of a link and its alternatives, each with one identifier."""
        groups = [set(answers)]
        # NIL is not tied with any candidate.
        score = link.score if link.curie else float("inf")
        seen = set(answers)
        for candidate in link.alternatives:
            for identifier in self._answer((candidate.curie,), type):
                if identifier in seen:
                    continue
                seen.add(identifier)
                if candidate.score == score:
                    groups[-1].add(identifier)
                else:
                    groups.append({identifier})
                    score = candidate.score
        return tuple(map(frozenset, groups))

    def _make_answer(self, curies: tuple[str, ...], type: str) -> frozenset[str]:
        """Choose the identifier of a concept that is compared; none for NIL."""
        if not curies:
            return _NOTHING
        current = [self._resolver.current(curie) for curie in curies]
        for curie in (*current, *self._resolver.equivalents(current[0])):
            if namespace(curie) in self._namespaces[type]:
                return frozenset((curie,))
        return frozenset((current[0],))
