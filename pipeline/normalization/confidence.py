"""The score of a mention as a probability: how likely what is said of it is right.

For a linked mention it is the probability that a curator annotates the same span with the same type
and identifier; for a mention without concept, with the same type; for a mention that was given
instead of found, that its identifier is right. A logistic regression (Platt 1999, with several
kinds of evidence instead of one score) makes it from named evidence. Its weights are fitted on
development data by `bionorm calibrate` and stand, readable, in `data/confidence.json`.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from pipeline.model import Candidate, EntityType, Link, Mention, Paper
from pipeline.normalization import gene_weights

FILE = "confidence.json"
LINKED, NIL, GIVEN = "linked", "without concept", "given"
UNLIKELY = "unlikely"
"""Method of what was found but is hardly right: it is left out of the result."""
_LEAST: Mapping[tuple[str, str], float] = {
    (EntityType.GENE, NIL): 0.5,
    (EntityType.GENE, LINKED): 0.4,
    (EntityType.DISEASE, LINKED): 0.25,
}
"""The probability, by type and kind, below which a mention is left out. A gene without concept is
mostly something else: a family or a domain, which no single gene stands for. What is hardly right
costs more precision than it adds recall: F1 is best when the border is half of the F1 that is
reached (Lipton et al. 2014), of documents' diseases at a lower one."""
_WHY = {NIL: "more likely no {type}", LINKED: "hardly the {type} that is meant"}
_EXTREME = 1e-4
_DIGITS = 4
_SHOWN = 3

Recognition = tuple[float, str]
"""How likely a span is a mention of its type, and why in a few words."""


class Repetition(NamedTuple):
    """How often a paper says something: what it is about, it mentions more than once.

    Attributes:
        concept: Mentions of the same concept.
        text: Mentions with the same text, in capital or small letters.
    """

    concept: int = 1
    text: int = 1


ONCE = Repetition()


def repetitions(mentions: Sequence[tuple[str, str, str]]) -> list[Repetition]:
    """Return how often each mention of a paper is repeated.

    Args:
        mentions: Entity type, text, and identifier or an empty string, of each mention.
    """
    lower = [(type_, text.lower()) for type_, text, _ in mentions]
    texts = Counter(lower)
    concepts = Counter((type_, curie) for type_, _, curie in mentions if curie)
    return [
        Repetition(concepts.get((type_, curie), 1), texts[key])
        for (type_, _, curie), key in zip(mentions, lower, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class ConfidenceModel:
    """Weights of the evidence.

    Attributes:
        weights: Entity type -> kind of mention (`LINKED`, `NIL`, `GIVEN`) -> evidence -> weight
            (natural logarithm of odds).
        documents: Corpus and split -> identifiers of the documents that they were fitted on.
    """

    weights: Mapping[str, Mapping[str, Mapping[str, float]]]
    documents: Mapping[str, tuple[str, ...]]

    def with_confidence(
        self,
        link: Link,
        type_: str,
        text: str,
        recognition: Recognition | None,
        repeated: Repetition = ONCE,
    ) -> Link:
        """Return a link with the probability as its score; those of alternatives keep step.

        What is hardly right gets the method `UNLIKELY`, if the recognizer that found it is one that
        the weights were fitted for.

        Args:
            link: The link with the score that normalization gave it.
            type_: The mention's entity type. Of a type without weights the score stays.
            text: The mention's text.
            recognition: What the recognizer says of the span; None if the span was given.
            repeated: How often the paper says it.
        """
        kind = kind_of(link, recognition)
        weights = self.weights.get(type_, {}).get(kind)
        if weights is None:
            score = recognition[0] if recognition and link.is_nil else link.score
            return replace(link, score=round(score, _DIGITS))
        found = evidence(link, text, recognition, repeated)
        odds = gene_weights.score(weights, found)
        score = round(1 / (1 + math.exp(-odds)), _DIGITS)
        alternatives = link.alternatives
        if link.curie and link.score > 0:
            alternatives = tuple([_in_step(a, score, link.score) for a in alternatives])
        method, reason = link.method, link.reason
        knows = recognition and f"found {reason_kind(recognition[1])}" in weights
        if score < _LEAST.get((type_, kind), 0.0) and knows:
            method, reason = UNLIKELY, f"{_WHY[kind].format(type=type_.lower())}; {reason}"
        return Link(  # not by `replace`, which takes twice as long
            link.curie, link.name, score, method, reason, link.taxon, link.mesh, link.mondo,
            alternatives,
        )  # fmt: skip


def confident(paper: Paper, threshold: float) -> Paper:
    """Return a paper without the mentions whose score, as tables show it, is below a threshold."""
    if threshold <= 0:
        return paper
    kept = (m for m in paper.mentions if round(m.link.score, _SHOWN) >= threshold)
    return paper.with_mentions(tuple(kept))


def without_unlikely(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """Leave out what is hardly right."""
    return tuple(m for m in mentions if m.link.method != UNLIKELY)


def kind_of(link: Link, recognition: Recognition | None) -> str:
    """Return which of the three kinds a mention is of."""
    if recognition is None:
        return GIVEN
    return NIL if link.is_nil else LINKED


def evidence(
    link: Link, text: str, recognition: Recognition | None, repeated: Repetition = ONCE
) -> dict[str, float]:
    """Return what speaks for and against a link being right, by name.

    Args:
        link: The link with the score that normalization gave it.
        text: The mention's text.
        recognition: What the recognizer says of the span; None if the span was given, and then it
            is nobody's choice how often the paper says it.
        repeated: How often the paper says it.
    """
    found = {
        "any": 1.0,
        "characters": math.log(len(text) or 1),
        "words": math.log(len(text.split()) or 1),
        f"method {link.method}": 1.0,
    }
    if recognition is not None:
        probability, reason = recognition
        found["recognition"] = _log_odds(probability)
        found[f"found {reason_kind(reason)}"] = 1.0
        found["repeated text"] = math.log(repeated.text)
        found["repeated concept"] = math.log(repeated.concept)
    if link.curie:
        scores = [a.score for a in link.alternatives]
        found["score"] = link.score
        found["margin"] = link.score - max(scores, default=0.0)
        found["alternatives"] = math.log1p(len(scores))
        found["no alternative"] = float(not scores)
    return found


def reason_kind(reason: str) -> str:
    """Return what kind of reason a recognizer gives, without what it names.

    >>> reason_kind("abbreviation of osteoarthritis"), reason_kind("a name, coordinated names")
    ('abbreviation', 'a name')
    """
    return reason.partition(" of ")[0].partition(",")[0]


@cache
def shipped_confidence() -> ConfidenceModel:
    """Return the model that comes with the package."""
    return unpack(files("pipeline.normalization").joinpath("data", FILE).read_text("utf-8"))


def pack(model: ConfidenceModel) -> str:
    """Return the text of a model's file; the same model gives the same text."""
    table = {"weights": model.weights, "documents": model.documents}
    return json.dumps(table, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def unpack(text: str) -> ConfidenceModel:
    """Return the model of a file's text."""
    table = json.loads(text)
    documents: Mapping[str, Sequence[str]] = table["documents"]
    return ConfidenceModel(table["weights"], {name: tuple(ids) for name, ids in documents.items()})


def _log_odds(probability: float) -> float:
    inside = min(max(probability, _EXTREME), 1 - _EXTREME)
    return math.log(inside / (1 - inside))


def _in_step(candidate: Candidate, score: float, before: float) -> Candidate:
    """Change a candidate's score by as much as that of the link, so that equals stay equals."""
    same = candidate.score == before
    new = score if same else min(1.0, round(candidate.score * score / before, _DIGITS))
    c = candidate  # not by `replace`, which takes four times as long
    return Candidate(c.curie, c.name, new, c.matched, c.scope, c.taxon)
