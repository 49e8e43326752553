"""What became of one annotation or one prediction of a paper, in a word and in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.evaluation.seed_concepts import (
    PredictedConcept,
    current_curies,
    predicted_concepts,
)
from pipeline.evaluation.seed_relations import (
    Hierarchy,
    Relation,
    common_ancestor,
    describe,
    relate,
)
from pipeline.evaluation.seed_surface import Occurrence, SurfaceText, same_surface
from pipeline.model import Annotation, EntityType, Paper

_OURS = {str(t): str(t) for t in EntityType} | {"Protein": "Gene", "Proteins": "Gene"}
_MOST = 4
"""How many surface forms, concepts or mentions one explanation lists."""


class Status(StrEnum):
    """What became of an annotation or a prediction.

    Attributes:
        MATCHED: The annotated identifier is one of those that a mention was resolved to.
        RELATED: Another concept was found in its place, and the terminology relates the two.
        MISSED: The annotated entity is named in the text, but neither of the above holds.
        NOT_IN_TEXT: No name of the annotated entity occurs in the text that was read.
        NO_IDENTIFIER: The annotation has no identifier to compare with.
        OTHER_TYPE: The annotation is of a type that the pipeline does not recognize.
        EXTRA: A predicted concept that the list does not have.
        UNREADABLE: A part of the source that could not be read.
    """

    MATCHED = "matched"
    RELATED = "related"
    MISSED = "missed"
    NOT_IN_TEXT = "not in text"
    NO_IDENTIFIER = "no identifier"
    OTHER_TYPE = "other type"
    EXTRA = "extra"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A status, the predicted identifiers it rests on (joined by `|`), and the explanation."""

    status: Status
    predicted: str
    explanation: str


def compared_type(annotation: Annotation) -> str:
    """Return the entity type that an annotation is compared with; empty for a type not ours.

    Proteins are compared with genes, because a gene's identifier stands for its products.
    """
    return _OURS.get(annotation.type, "")


def current_identifiers(annotation: Annotation, terminology: Hierarchy) -> tuple[str, ...]:
    """Return an annotation's identifiers with retired ones replaced."""
    return tuple(dict.fromkeys(terminology.current(c) for c in annotation.identifiers))


class Judge:
    """Judges the annotations and predictions of one paper."""

    def __init__(self, paper: Paper, terminology: Hierarchy) -> None:
        self._paper = paper
        self._terminology = terminology
        self._text = SurfaceText(paper)
        self.concepts = predicted_concepts(paper, terminology)

    def judge_annotation(self, annotation: Annotation) -> Verdict:
        """Judge one annotation of the paper."""
        wanted = compared_type(annotation)
        if not wanted:
            words = (
                f"Annotated as “{annotation.type}”, a type that is not recognized; "
                "it does not count in the figures."
            )
            return Verdict(Status.OTHER_TYPE, "", words)
        if not annotation.identifiers:
            return self._without_identifier(annotation, wanted)
        gold = current_identifiers(annotation, self._terminology)
        concepts = [c for c in self.concepts if c.type == wanted]
        found = [next((c for c in concepts if g in c.curies), None) for g in gold]
        hits = [(g, c) for g, c in zip(gold, found, strict=True) if c is not None]
        retired = self._retired(annotation)
        if hits and (not annotation.joint or len(hits) == len(gold)):
            words = " ".join(self._match(g, c) for g, c in hits)
            return Verdict(Status.MATCHED, _joined(c.curie for _, c in hits), retired + words)
        verdict = self._unmatched(annotation, gold, concepts)
        if hits:
            verdict = Verdict(
                verdict.status,
                _joined([*(c.curie for _, c in hits), *filter(None, [verdict.predicted])]),
                f"Of the {len(gold)} identifiers that belong together, {len(hits)} were found. "
                + verdict.explanation,
            )
        return Verdict(verdict.status, verdict.predicted, retired + verdict.explanation)

    def judge_extra(
        self, concept: PredictedConcept, annotations: Sequence[Annotation], group: str
    ) -> Verdict:
        """Judge a predicted concept that a list does not have.

        Args:
            concept: The concept.
            annotations: The paper's annotations, of all lists, that have the concept's type.
            group: The list.
        """
        in_list = [a for a in annotations if a.group == group]
        parts = [f"Not in this list; found as {_texts(concept)}."]
        parts.extend(self._known_name(concept))
        if evidence := concept.best.reason:
            parts.append(_sentence(evidence))
        elsewhere = dict.fromkeys(
            a.group
            for a in annotations
            if a.group != group
            and not set(concept.curies).isdisjoint(current_identifiers(a, self._terminology))
        )
        if elsewhere:
            names = " and ".join(f"“{name}”" for name in elsewhere)
            parts.append(f"The same paper's list {names} has it.")
        parts.extend(self._same_name(concept, in_list))
        relations = [
            relation
            for a in in_list
            for g in current_identifiers(a, self._terminology)
            if (relation := relate(concept.curies, g, self._terminology))
        ]
        if relations:
            parts.append("Compared with the list: " + _closest(relations).words)
        return Verdict(Status.EXTRA, concept.curie, " ".join(parts))

    def _match(self, gold: str, concept: PredictedConcept) -> str:
        words = f"Found as {_texts(concept)}."
        primary = {current_curies(m.link, self._terminology)[0] for m in concept.mentions}
        if gold in primary:
            return words
        words += f" The text was resolved to {self._labels([concept.curie])}, "
        ours, theirs = _vocabulary(concept.curie), _vocabulary(gold)
        if ours == theirs:
            return f"{words}which also has the identifier {gold}."
        return f"{words}to which the mapping between {ours} and {theirs} gives {gold}."

    def _unmatched(
        self, annotation: Annotation, gold: Sequence[str], concepts: Sequence[PredictedConcept]
    ) -> Verdict:
        places, note = self._places(annotation, gold)
        in_place = [c for c in concepts if any(p.overlaps(m) for m in c.mentions for p in places)]
        if related := self._related(gold, in_place if places else concepts):
            concept, relation = related
            parts = [*note, f"Found {_texts(concept)} instead.", relation.words]
            if concept.best.reason:
                parts.append(_sentence(concept.best.reason))
            return Verdict(Status.RELATED, concept.curie, " ".join(parts))
        if not places:
            return Verdict(Status.NOT_IN_TEXT, "", " ".join([*note, *self._unknown(gold)]))
        parts = [*note, *self._fates(places, annotation)]
        parts.extend(self._unrelated(in_place, gold))
        if elsewhere := self._related(gold, concepts):
            parts.append(f"Elsewhere in the text: {elsewhere[1].words}")
        predicted = _joined(c.curie for c in in_place)
        return Verdict(Status.MISSED, predicted, " ".join([*parts, *self._unknown(gold)]))

    def _without_identifier(self, annotation: Annotation, wanted: str) -> Verdict:
        places, note = self._places(annotation, ())
        kind = "" if annotation.type == wanted else f" (annotated as {annotation.type})"
        parts = [f"The annotation has no identifier{kind}.", *note]
        parts.extend(self._fates(places, annotation) if places else ())
        predicted = _joined(
            current_curies(m.link, self._terminology)[0]
            for m in self._paper.mentions
            if m.type == wanted and not m.link.is_nil and any(p.overlaps(m) for p in places)
        )
        return Verdict(Status.NO_IDENTIFIER, predicted, " ".join(parts))

    def _places(
        self, annotation: Annotation, gold: Sequence[str]
    ) -> tuple[list[Occurrence], list[str]]:
        """Find the annotation's names in the text or, failing that, the terminology's names.

        Returns:
            Where they occur, and what there is to say if it is not the annotation's names.
        """
        names = (annotation.name, *annotation.aliases)
        if places := self._text.occurrences(names):
            return places, []
        others = [text for g in gold for text, _ in self._terminology.names(g)]
        if places := self._text.occurrences(others):
            return places, ["No annotated name is in the text, but another name of it is."]
        kinds = ", ".join(dict.fromkeys(p.kind for p in self._paper.passages)) or "none"
        listed = ", ".join(f"“{n}”" for n in names[:_MOST]) + (" …" if len(names) > _MOST else "")
        return [], [f"No name of it ({listed}) is in the text that was read (parts: {kinds})."]

    def _unrelated(
        self, in_place: Sequence[PredictedConcept], gold: Sequence[str]
    ) -> Iterator[str]:
        """State that the concepts found in an annotation's place are others, and how near."""
        for concept in in_place:
            pair = f"{self._labels(concept.curies[:1])} and {self._labels(gold)}"
            yield f"No path or mapping leads from one to the other of {pair}."
            if ancestor := common_ancestor(concept.curies, gold[0], self._terminology):
                yield f"Both fall under {self._labels([ancestor])}."

    def _unknown(self, gold: Sequence[str]) -> list[str]:
        unknown = [g for g in gold if g not in self._terminology]
        return [f"The terminology does not have {', '.join(unknown)}."] if unknown else []

    def _labels(self, curies: Sequence[str]) -> str:
        return " and ".join(describe(c, self._terminology) for c in curies)

    def _retired(self, annotation: Annotation) -> str:
        return "".join(
            f"{old} is retired and replaced by {new}. "
            for old in annotation.identifiers
            if (new := self._terminology.current(old)) != old
        )

    def _related(
        self, gold: Sequence[str], concepts: Sequence[PredictedConcept]
    ) -> tuple[PredictedConcept, Relation] | None:
        pairs = [
            (concept, relation)
            for concept in concepts
            for g in gold
            if (relation := relate(concept.curies, g, self._terminology))
        ]
        if not pairs:
            return None
        return min(pairs, key=lambda pair: (pair[1].kind, pair[1].distance))

    def _fates(self, places: Sequence[Occurrence], annotation: Annotation) -> list[str]:
        """State what became of the text at these places, each kind of fate once."""
        wanted = compared_type(annotation)
        fates = {}
        for m in self._paper.mentions:
            if not any(p.overlaps(m) for p in places):
                continue
            if m.link.is_nil:
                fate = f"“{m.text}” was recognized as {m.type}, but not resolved."
            else:
                concept = self._labels(current_curies(m.link, self._terminology)[:1])
                verb = "resolved to" if m.type == wanted else f"recognized as {m.type},"
                fate = f"“{m.text}” was {verb} {concept}."
            fates[fate] = f"{fate} {_sentence(m.link.reason)}" if m.link.reason else fate
        if not fates:
            first = places[0]
            return [f"“{first.text}” ({first.passage}) is in the text, but was not recognized."]
        return list(fates.values())[:_MOST]

    def _known_name(self, concept: PredictedConcept) -> list[str]:
        """State which surface form is a name of the concept by the terminology."""
        for text, _ in concept.texts:
            for name, scope in self._terminology.names(concept.curie):
                if same_surface(text, name):
                    spelled = "" if name == text else f" (“{name}”)"
                    label = describe(concept.curie, self._terminology)
                    return [f"“{text}” is a name{spelled} of {label}, scope: {scope}."]
        return [f"Resolved to {describe(concept.curie, self._terminology)}."]

    def _same_name(self, concept: PredictedConcept, annotations: Sequence[Annotation]) -> list[str]:
        for a in annotations:
            for text, _ in concept.texts:
                if any(same_surface(text, name) for name in (a.name, *a.aliases)):
                    what = self._labels(current_identifiers(a, self._terminology))
                    as_what = f"as {what}" if what else "without an identifier"
                    return [f"The list has “{text}” {as_what}."]
        return []


def _closest(relations: Iterable[Relation]) -> Relation:
    return min(relations, key=lambda r: (r.kind, r.distance))


def _texts(concept: PredictedConcept) -> str:
    forms = [f"“{text}”" + (f" ({n} times)" if n > 1 else "") for text, n in concept.texts]
    more = f" and {len(forms) - _MOST} more forms" if len(forms) > _MOST else ""
    return ", ".join(forms[:_MOST]) + more


def _vocabulary(curie: str) -> str:
    prefix = curie.partition(":")[0]
    return "MeSH" if prefix == "MESH" else prefix


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _joined(curies: Iterable[str]) -> str:
    return "|".join(dict.fromkeys(curies))
