"""The field's metrics, each by the name under which its figures are published.

A metric counts a document at a time; documents are then summed (micro average) or averaged (macro
average). Precision, recall and F1 are fractions here; a ratio without denominator is 0.

Composite gold mentions, NIL and repeated annotations mean what `comparison` says; what a metric
makes of them stands in its definition. `METRICS` holds the definitions with their sources.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import prod
from types import MappingProxyType
from typing import Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import UsageError
from pipeline.evaluation.comparison import GoldMention, PredictedMention, Span

Gold = Mapping[Span, GoldMention]
Predicted = Mapping[Span, PredictedMention]
Array = NDArray[np.float64]
T = TypeVar("T")


class Counts(NamedTuple):
    """What a metric counts in one document.

    Attributes:
        correct: Predictions that are right.
        predicted: Predictions.
        found: Gold items that were found.
        gold: Gold items.
    """

    correct: float
    predicted: float
    found: float
    gold: float


Counter = Callable[[Gold, Predicted], Counts]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric.

    Attributes:
        name: Name in tables and on the command line.
        definition: What is counted, in words.
        source: Where the field defines it.
        count: Counts one document of one type.
        average: Puts documents together: takes the counts (documents x 4) and weights (samples x
            documents) and returns precision, recall and F1 (samples x 3).
    """

    name: str
    definition: str
    source: str
    count: Counter
    average: Callable[[Array, Array], Array]


def micro_average(counts: Array, weights: Array) -> Array:
    """Add up the documents, then divide."""
    correct, predicted, found, gold = (weights @ counts).T
    return _with_f1(_ratio(correct, predicted), _ratio(found, gold))


def macro_average(counts: Array, weights: Array) -> Array:
    """Average precision and recall over the documents with gold; F1 is that of the averages."""
    correct, predicted, found, gold = counts.T
    documents = weights @ (gold > 0).astype(np.float64)
    precision = weights @ _ratio(correct, predicted)
    recall = weights @ _ratio(found, gold)
    return _with_f1(_ratio(precision, documents), _ratio(recall, documents))


def _ratio(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _with_f1(precision: Array, recall: Array) -> Array:
    f1 = _ratio(2 * precision * recall, precision + recall)
    return np.stack((precision, recall, f1), axis=-1)


def count_ner_strict(gold: Gold, predicted: Predicted) -> Counts:
    """Count equal spans."""
    both = len(gold.keys() & predicted.keys())
    return Counts(both, len(predicted), both, len(gold))


def count_ner_overlap(gold: Gold, predicted: Predicted) -> Counts:
    """Count spans that share a character with one of the other side."""
    correct = _overlapping(predicted, gold)
    found = _overlapping(gold, predicted)
    return Counts(correct, len(predicted), found, len(gold))


def _overlapping(spans: Mapping[Span, object], others: Mapping[Span, object]) -> int:
    """Count the spans that overlap any of the others."""
    ordered = sorted(others)
    starts = [start for start, _ in ordered]
    reach = list(accumulate((end for _, end in ordered), max))
    count = 0
    for start, end in spans:
        before = bisect_left(starts, end)
        count += before > 0 and reach[before - 1] > start
    return count


def count_mention_strict(gold: Gold, predicted: Predicted) -> Counts:
    """Count equal spans with an identifier that the gold standard accepts."""
    correct = 0
    targets = 0
    agreed_nil = 0
    for span, mention in gold.items():
        answer = predicted.get(span)
        if mention.is_nil:
            agreed_nil += answer is not None and not answer.answers
            continue
        targets += 1
        correct += answer is not None and mention.accepts(answer.answers)
    return Counts(correct, len(predicted) - agreed_nil, correct, targets)


def count_mention_relaxed(gold: Gold, predicted: Predicted) -> Counts:
    """Count as HunFlair2 does: right predictions, and gold mentions that have no right one."""
    targets = {span: mention for span, mention in gold.items() if not mention.is_nil}
    nil = gold.keys() - targets.keys()
    correct = 0
    counted = 0
    for span, answer in predicted.items():
        mention = _near(span, targets)
        if mention is not None:
            counted += 1
            correct += not mention.identifiers.isdisjoint(answer.answers)
        elif not nil or nil.isdisjoint(_places(span)):
            counted += 1
    missed = 0
    for span, target in targets.items():
        found = _near(span, predicted)
        missed += found is None or target.identifiers.isdisjoint(found.answers)
    return Counts(correct, counted, correct, correct + missed)


def _places(span: Span) -> tuple[Span, ...]:
    """List the spans that are taken for the same one, in the order in which they are tried."""
    start, end = span
    return (span, (start + 1, end), (start - 1, end), (start, end + 1), (start, end - 1))


def _near(span: Span, mentions: Mapping[Span, T]) -> T | None:
    if span in mentions:
        return mentions[span]
    return next((mentions[place] for place in _places(span) if place in mentions), None)


def count_doc(gold: Gold, predicted: Predicted) -> Counts:
    """Count different identifiers, wherever in the document they stand."""
    wanted: set[str] = set()
    for mention in gold.values():
        wanted |= mention.identifiers
    given: set[str] = set()
    for answer in predicted.values():
        given |= answer.answers
    both = len(wanted & given)
    return Counts(both, len(given), both, len(wanted))


def count_doc_with_gold(gold: Gold, predicted: Predicted) -> Counts:
    """Count different identifiers, but nothing in a document without gold identifiers."""
    counts = count_doc(gold, predicted)
    return counts if counts.gold else Counts(0, 0, 0, 0)


def _link_counter(k: int, hit: Callable[[frozenset[str], frozenset[str]], float]) -> Counter:
    """Make the counter of `link@k`; `hit` is the chance that one rank gives a right answer."""

    def count(gold: Gold, predicted: Predicted) -> Counts:
        hits = 0.0
        answered = 0
        targets = 0
        for span, mention in gold.items():
            if mention.is_nil:
                continue
            targets += 1
            answer = predicted.get(span)
            if answer is None or not any(answer.ranking[:k]):
                continue
            answered += 1
            right = mention.identifiers
            hits += 1 - prod(1 - hit(right, tied) for tied in answer.ranking[:k] if tied)
        return Counts(hits, answered, hits, targets)

    return count


def _standard(right: frozenset[str], tied: frozenset[str]) -> float:
    return len(right & tied) / len(tied)


def _strict(right: frozenset[str], tied: frozenset[str]) -> float:
    return float(tied <= right)


def _lenient(right: frozenset[str], tied: frozenset[str]) -> float:
    return float(not right.isdisjoint(tied))


_TIES: Final = MappingProxyType(
    {
        "standard": (
            _standard,
            "one of several candidates with the same score is drawn at random; the figure is the"
            " expected value of the draw, so that it does not depend on a seed",
        ),
        "strict": (
            _strict,
            "several candidates with the same score count as wrong, unless all of them are right"
            " (BELB's script rejects these too, so that gold itself would not be perfect)",
        ),
        "lenient": (_lenient, "any of several candidates with the same score may be right"),
    }
)
_LINK: Final = re.compile(r"link@([1-9][0-9]*)(?::(standard|strict|lenient))?")


def link_metric(k: int, ties: str = "standard") -> Metric:
    """Make the metric `link@k`: how good is normalization where the mention is given.

    Args:
        k: Ranks that are looked at; candidates with the same score share a rank.
        ties: What candidates with the same score count: `standard`, `strict` or `lenient`.
    """
    hit, words = _TIES[ties]
    return Metric(
        f"link@{k}" if ties == "standard" else f"link@{k}:{ties}",
        f"Gold mentions with an identifier: recall is the share for which one of the first {k}"
        f" ranks of the candidates holds one of the gold identifiers; {words}. A gold mention"
        " without prediction is missed. Precision is over the mentions that got a candidate.",
        "BELB, Garda et al. 2023, Bioinformatics 39(11):btad698 (recall@k and its three modes)",
        _link_counter(k, hit),
        micro_average,
    )


METRICS: Final[Mapping[str, Metric]] = MappingProxyType(
    {
        metric.name: metric
        for metric in (
            Metric(
                "ner_strict",
                "Mentions with equal span and type, whatever their identifiers, NIL included.",
                "CoNLL-2003, Tjong Kim Sang and De Meulder 2003 (exact match of span and type)",
                count_ner_strict,
                micro_average,
            ),
            Metric(
                "ner_overlap",
                "Mentions of the same type that share a character: precision over the predicted"
                " ones that overlap a gold one, recall over the gold ones that are overlapped.",
                "Inexact match of the 2010 i2b2/VA challenge, Uzuner et al. 2011, JAMIA 18:552",
                count_ner_overlap,
                micro_average,
            ),
            Metric(
                "mention_strict",
                "Mentions with equal span and type and a right identifier: any of the gold"
                " identifiers, or all of those that hold only together. A gold mention without"
                " identifier is no target: a prediction there is wrong if it gives an identifier"
                " and does not count if it is NIL. NIL for anything else is a wrong prediction.",
                "End-to-end entity linking, as in BELB, Garda et al. 2023, Bioinformatics"
                " 39(11):btad698 (its published predictions are the check)",
                count_mention_strict,
                micro_average,
            ),
            Metric(
                "mention_relaxed",
                "As HunFlair2 counts: the spans are equal or differ by one character at one end,"
                " the types are equal, and any predicted identifier is any of the gold ones, also"
                " of those that hold only together. Gold without identifier is skipped together"
                " with the predictions on it. A prediction may be right for several gold mentions"
                " and the other way round; recall is right predictions / (these + missed gold).",
                "HunFlair2, Sänger et al. 2024, Bioinformatics 40(10):btae564 (cross-corpus"
                " evaluation)",
                count_mention_relaxed,
                micro_average,
            ),
            Metric(
                "doc_micro",
                "Different pairs of document and identifier. All identifiers of a gold mention"
                " are wanted, alternatives and joint ones alike; NIL is nothing on either side.",
                "BioCreative II gene normalization, Morgan et al. 2008, Genome Biology 9:S3",
                count_doc,
                micro_average,
            ),
            Metric(
                "doc_macro",
                "As doc_micro, but precision and recall are averaged over the documents that have"
                " gold identifiers (precision 0 where nothing is predicted); F1 is that of the"
                " two averages. Documents without gold identifiers do not count.",
                "Document level of HunFlair2, Sänger et al. 2024, Bioinformatics 40(10):btae564",
                count_doc_with_gold,
                macro_average,
            ),
        )
    }
)
"""Metrics of whole systems; `link@k` is made by `link_metric`."""

GOLD_MENTION_METRICS: Final = ("link@1", "link@1:strict", "link@1:lenient", "link@5")
"""What is worth knowing where the mentions were given."""


def metric(name: str) -> Metric:
    """Return a metric by its name.

    Raises:
        UsageError: If there is none; the message names those that there are.
    """
    if name in METRICS:
        return METRICS[name]
    if match := _LINK.fullmatch(name):
        return link_metric(int(match[1]), match[2] or "standard")
    known = ", ".join((*METRICS, "link@K", "link@K:strict", "link@K:lenient"))
    raise UsageError(f"there is no metric {name!r}; choose from: {known}")
