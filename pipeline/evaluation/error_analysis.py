"""Errors one can work with: each false positive and negative with its class and its context.

`mention_strict` decides what is an error. A mention that was found at the right place but
resolved wrongly is both a false negative (the gold concept is missing) and a false positive
(another one is there), and appears once as each, in the same class.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from pipeline.evaluation.comparison import (
    Comparison,
    GoldMention,
    PredictedMention,
    Resolver,
    Span,
)
from pipeline.model import Annotation, Mention, Paper
from pipeline.papers.pubtator import locate

_CONTEXT: Final = 50  # characters on either side
_CANDIDATES: Final = 10


class Kind(StrEnum):
    """Side of an error."""

    FALSE_NEGATIVE = "false negative"
    FALSE_POSITIVE = "false positive"


class ErrorClass(StrEnum):
    """What went wrong, in the order in which it is looked for."""

    WRONG_TYPE = "wrong type"
    NOT_FOUND = "not found"
    NOT_IN_GOLD = "not in gold"
    BORDER = "border"
    NIL = "NIL"
    WRONG_SPECIES = "wrong species"
    HIERARCHY = "ancestor or descendant"
    WRONG_CANDIDATE = "wrong candidate ranked first"
    CANDIDATE_MISSING = "candidate missing"


class Knowledge(Resolver, Protocol):
    """What the analysis asks of a terminology."""

    def name(self, curie: str) -> str:
        """Return the preferred name of a concept, or an empty string."""

    def names(self, curie: str) -> tuple[tuple[str, str], ...]:
        """Return the names of a concept with their scopes."""

    def taxon(self, curie: str) -> str:
        """Return the species of a gene, or an empty string."""

    def homologues(self, curie: str) -> tuple[str, ...]:
        """Return the same gene in other species."""

    def path_up(self, curie: str, ancestor: str) -> tuple[str, ...]:
        """Return the shortest way from a concept up to an ancestor, both included; or nothing."""


@dataclass(frozen=True, slots=True)
class Error:
    """A false positive or a false negative.

    Attributes:
        document: Identifier of the document.
        type: Type of the mention.
        kind: Which side it is on.
        error_class: What went wrong.
        start: First code point in the document's coordinates.
        end: Code point after the last one.
        text: The mention: the gold one of a false negative, the predicted one of a false positive.
        gold: Gold identifiers, separated by `|`, or by `+` where they hold only together.
        predicted: Predicted identifiers.
        explanation: What the class means here, in words.
        candidates: What the system had to choose from, best first, with scores.
        context: The mention in its surroundings, between brackets.
    """

    document: str
    type: str
    kind: Kind
    error_class: ErrorClass
    start: int
    end: int
    text: str
    gold: str
    predicted: str
    explanation: str
    candidates: str
    context: str


def analyse(comparisons: Iterable[Comparison], knowledge: Knowledge) -> Iterator[Error]:
    """List the errors of a system, in the order of the comparisons and of the text."""
    for comparison in comparisons:
        yield from sorted(
            _errors(comparison, knowledge), key=lambda error: (error.start, error.end, error.kind)
        )


def summarize(errors: Iterable[Error]) -> list[tuple[str, ErrorClass, int, int]]:
    """Count false negatives and false positives by type and class, in the order of the classes."""
    counts = Counter((error.type, error.error_class, error.kind) for error in errors)
    types = sorted({type for type, _, _ in counts})
    return [
        (type, error_class, negatives, positives)
        for type in types
        for error_class in ErrorClass
        for negatives in (counts[type, error_class, Kind.FALSE_NEGATIVE],)
        for positives in (counts[type, error_class, Kind.FALSE_POSITIVE],)
        if negatives or positives
    ]


def to_tsv(errors: Iterable[Error], *, corpus: str = "", split: str = "", system: str = "") -> str:
    """Write errors as tab-separated values with a header; the first columns say where they are."""
    names = [field.name.replace("error_class", "class") for field in fields(Error)]
    lines: list[Sequence[object]] = [("corpus", "split", "system", *names)]
    for error in errors:
        values = (getattr(error, field.name) for field in fields(Error))
        lines.append((corpus, split, system, *values))
    return "".join("\t".join(" ".join(str(v).split()) for v in line) + "\n" for line in lines)


class _Finding(NamedTuple):
    """Why a mention is an error, with what stands on either side."""

    error_class: ErrorClass
    explanation: str
    gold: GoldMention | None
    found: PredictedMention | None


def _errors(comparison: Comparison, knowledge: Knowledge) -> Iterator[Error]:
    """List the false negatives of a document, then its false positives."""
    for span, gold in comparison.gold.items():
        found = comparison.predicted.get(span)
        if gold.is_nil or (found is not None and gold.accepts(found.answers)):
            continue
        if found is None:
            finding = _missed(span, gold, comparison)
        else:
            finding = _wrong_answer(gold, found, knowledge)
        yield _error(comparison, Kind.FALSE_NEGATIVE, span, finding)
    for span, found in comparison.predicted.items():
        target = comparison.gold.get(span)
        if target is None:
            finding = _superfluous(span, found, comparison)
        elif target.accepts(found.answers) or (target.is_nil and not found.answers):
            continue
        else:
            finding = _wrong_answer(target, found, knowledge)
        yield _error(comparison, Kind.FALSE_POSITIVE, span, finding)


def _missed(span: Span, gold: GoldMention, comparison: Comparison) -> _Finding:
    """Say why nothing was found at the place of a gold mention."""
    if (other := _overlapping(span, comparison.predicted)) is not None:
        found = comparison.predicted[other]
        concept = "the same" if gold.accepts(found.answers) else "another"
        why = f"found as {found.text!r} at {other[0]}-{other[1]}, {concept} concept"
        return _Finding(ErrorClass.BORDER, why, gold, found)
    if type := _type_of_prediction(span, comparison):
        return _Finding(ErrorClass.WRONG_TYPE, f"found as {type}", gold, None)
    return _Finding(ErrorClass.NOT_FOUND, "", gold, None)


def _superfluous(span: Span, found: PredictedMention, comparison: Comparison) -> _Finding:
    """Say why the gold standard has nothing at the place of a predicted mention."""
    if (other := _overlapping(span, comparison.gold)) is not None:
        gold = comparison.gold[other]
        concept = "the same" if gold.accepts(found.answers) else "another"
        why = f"annotated as {gold.text!r} at {other[0]}-{other[1]}, {concept} concept"
        return _Finding(ErrorClass.BORDER, why, gold, found)
    if type := _type_of_annotation(span, comparison):
        return _Finding(ErrorClass.WRONG_TYPE, f"annotated as {type}", None, found)
    return _Finding(ErrorClass.NOT_IN_GOLD, "", None, found)


def _wrong_answer(gold: GoldMention, found: PredictedMention, knowledge: Knowledge) -> _Finding:
    """Say how the prediction for a mention that was found differs from the gold standard."""
    if gold.is_nil:
        return _Finding(ErrorClass.NIL, "the gold standard gives no identifier", gold, found)
    if not found.answers:
        reasons = [mention.link.reason for mention in found.mentions if mention.link.reason]
        why = reasons[0] if reasons else "the system gives no identifier"
        return _Finding(ErrorClass.NIL, why, gold, found)
    pairs = [(g, a) for g in sorted(gold.identifiers) for a in sorted(found.answers) if g != a]
    for wanted, answer in pairs:
        if _same_gene_elsewhere(wanted, answer, knowledge):
            why = f"{answer} is of {knowledge.taxon(answer)}, {wanted} of {knowledge.taxon(wanted)}"
            return _Finding(ErrorClass.WRONG_SPECIES, why, gold, found)
    for wanted, answer in pairs:
        for below, above in ((wanted, answer), (answer, wanted)):
            if path := knowledge.path_up(below, above):
                why = " > ".join(f"{c} ({knowledge.name(c)})" for c in reversed(path))
                return _Finding(ErrorClass.HIERARCHY, why, gold, found)
    for rank, tied in enumerate(found.ranking[1:], start=2):
        if right := sorted(tied & gold.identifiers):
            why = f"{right[0]} has rank {rank}"
            return _Finding(ErrorClass.WRONG_CANDIDATE, why, gold, found)
    if not gold.identifiers.isdisjoint(found.answers):
        why = "only a part of what holds together was found"
        return _Finding(ErrorClass.CANDIDATE_MISSING, why, gold, found)
    return _Finding(ErrorClass.CANDIDATE_MISSING, "", gold, found)


def _same_gene_elsewhere(wanted: str, answer: str, knowledge: Knowledge) -> bool:
    """Tell whether two genes differ in their species only: homologues, or genes of one name."""
    species, other = knowledge.taxon(wanted), knowledge.taxon(answer)
    if not species or not other or species == other:
        return False
    if wanted in knowledge.homologues(answer):
        return True
    names = {text.casefold() for text, _ in knowledge.names(wanted)}
    return any(text.casefold() in names for text, _ in knowledge.names(answer))


def _overlapping(span: Span, others: Iterable[Span]) -> Span | None:
    """Return the span that shares most characters with this one; the first of several."""
    best: Span | None = None
    most = 0
    for other in others:
        shared = min(span[1], other[1]) - max(span[0], other[0])
        if shared > most:
            best, most = other, shared
    return best


def _type_of_prediction(span: Span, comparison: Comparison) -> str:
    """Return the other type that the system gave to a part of the span, if any."""
    paper = comparison.prediction
    return "" if paper is None else _other_type(span, comparison.type, paper, paper.mentions)


def _type_of_annotation(span: Span, comparison: Comparison) -> str:
    """Return the other type that the gold standard gives to a part of the span, if any."""
    paper = comparison.paper
    placed = (annotation for annotation in paper.annotations if annotation.start >= 0)
    return _other_type(span, comparison.type, paper, placed)


def _other_type(span: Span, type: str, paper: Paper, items: Iterable[Annotation | Mention]) -> str:
    offsets = {passage.id: passage.offset for passage in paper.passages}
    types = {
        (item.start + offsets[item.passage], item.end + offsets[item.passage]): item.type
        for item in items
        if item.type != type
    }
    other = _overlapping(span, types)
    return "" if other is None else types[other]


def _error(comparison: Comparison, kind: Kind, span: Span, finding: _Finding) -> Error:
    start, end = span
    error_class, explanation, gold, found = finding
    text, context = _surroundings(comparison.paper, span)
    return Error(
        comparison.paper.id,
        comparison.type,
        kind,
        error_class,
        start,
        end,
        text or (found.text if found else ""),
        "" if gold is None else _gold_identifiers(gold),
        "" if found is None else "|".join(sorted(found.answers)),
        explanation,
        "" if found is None else _candidates(found),
        context,
    )


def _surroundings(paper: Paper, span: Span) -> tuple[str, str]:
    """Return the text of a span and that text in its surroundings, between brackets.

    Both are empty for a span outside of the text: predictions for another version of the document
    may have one.
    """
    try:
        passage = locate(paper.passages, *span)
    except ValueError:
        return "", ""
    first, last = span[0] - passage.offset, span[1] - passage.offset
    text = passage.text[first:last]
    before = passage.text[max(0, first - _CONTEXT) : first]
    return text, f"{before}[{text}]{passage.text[last : last + _CONTEXT]}"


def _gold_identifiers(gold: GoldMention) -> str:
    joint = ("+".join(sorted(together)) for together in gold.joint)
    return "|".join((*sorted(gold.alternatives), *joint))


def _candidates(found: PredictedMention) -> str:
    """List what the system had to choose from, as it ranked it."""
    ranked = []
    for mention in found.mentions:
        link = mention.link
        if link.curie:
            ranked.append(f"{link.curie} {link.name} {link.score:.2f}")
        ranked += [f"{c.curie} {c.name} {c.score:.2f}" for c in link.alternatives]
    return "; ".join(ranked[:_CANDIDATES])
