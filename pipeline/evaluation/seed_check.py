"""The seed check: what was found, against the annotations that the papers themselves carry.

A paper lists its annotated entities, in one list or several (`Linked entities`, `Full-text
entities`), by type and without positions. So sets of concepts are compared, for each paper, list
and type:

- An annotated identifier (made current) is matched when a mention of that type was resolved to it,
  be it as the primary identifier or as the MeSH or MONDO identifier of the same concept.
- A predicted concept is correct when at least one of its identifiers is in the list. It counts
  once, whatever the number of its identifiers.
- Recall counts the list's distinct identifiers, precision the distinct predicted concepts, so a
  list with a MONDO and a MeSH identifier of one disease has two identifiers for one concept.
- Several identifiers of one annotation count as one: found when one of them is (all of them, for
  a joint annotation).
- Annotations without an identifier and of types other than ours are reported but not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.evaluation.seed_relations import Hierarchy
from pipeline.evaluation.seed_verdicts import (
    Judge,
    Status,
    Verdict,
    compared_type,
    current_identifiers,
)
from pipeline.model import EntityType, Paper

COLUMNS = (
    "paper_id", "list", "type", "identifier", "name", "status", "predicted", "explanation",
)  # fmt: skip
_COUNTED = (Status.MATCHED, Status.RELATED, Status.MISSED, Status.NOT_IN_TEXT)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the check: an annotation, an extra prediction, or a part that is unreadable.

    Attributes:
        paper_id: The paper.
        group: The list in the paper; empty for what is in no list.
        type: Entity type it was compared as, or the source's own word for any other type.
        identifier: As annotated; several are joined by `|`, by `+` if they hold only together.
        name: As annotated; for an extra prediction the concept's name.
        status: What became of it.
        predicted: Primary identifiers of the predicted concepts concerned, joined by `|`.
        explanation: Why, in words.
    """

    paper_id: str
    group: str
    type: str
    identifier: str
    name: str
    status: Status
    predicted: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of a comparison of two sets.

    Attributes:
        gold: Annotated identifiers.
        predicted: Predicted concepts.
        matched: Annotated identifiers that were found.
        correct: Predicted concepts that are annotated.
    """

    gold: int = 0
    predicted: int = 0
    matched: int = 0
    correct: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.gold + other.gold,
            self.predicted + other.predicted,
            self.matched + other.matched,
            self.correct + other.correct,
        )

    @property
    def precision(self) -> float | None:
        """Share of the predicted concepts that are annotated; None if nothing was predicted."""
        return self.correct / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        """Share of the annotated identifiers that were found; None if there are none."""
        return self.matched / self.gold if self.gold else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of the two: 0 if one is 0 or undefined, None if both are undefined."""
        if not self.gold and not self.predicted:
            return None
        precision, recall = self.precision or 0.0, self.recall or 0.0
        total = precision + recall
        return 2 * precision * recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class ListScore:
    """The score of one type in one list of one paper."""

    paper_id: str
    group: str
    type: str
    score: Score


@dataclass(frozen=True, slots=True)
class SeedCheck:
    """The result of the check.

    Attributes:
        findings: By paper and list: the annotations in the source's order, then the extras.
        scores: One per paper, list and type that has an annotation or a prediction.
    """

    findings: tuple[Finding, ...]
    scores: tuple[ListScore, ...]

    @property
    def total(self) -> Score:
        """The sum over all papers, lists and types (micro average)."""
        return sum((row.score for row in self.scores), Score())

    @property
    def identified(self) -> int:
        """How many annotations of our types carry an identifier; each list counts its own."""
        return sum(finding.status in _COUNTED for finding in self.findings)

    @property
    def found(self) -> int:
        """How many of these were found with exactly that identifier."""
        return sum(finding.status == Status.MATCHED for finding in self.findings)

    @property
    def exact_recall(self) -> float | None:
        """`found` / `identified`; None if no annotation carries an identifier."""
        return self.found / self.identified if self.identified else None


def check(papers: Iterable[Paper], terminology: Hierarchy) -> SeedCheck:
    """Compare the mentions of annotated papers with the annotations that the papers carry.

    Papers without annotations are passed over, unless a part of them could not be read.

    Args:
        papers: Papers with mentions.
        terminology: Names, hierarchy, mappings and replacements of identifiers.
    """
    findings: list[Finding] = []
    scores: list[ListScore] = []
    for paper in papers:
        judge = Judge(paper, terminology)
        for group in dict.fromkeys(a.group for a in paper.annotations):
            findings.extend(_annotated(paper, group, judge))
            for entity_type in EntityType:
                score, extras = _compare(paper, group, str(entity_type), judge, terminology)
                findings.extend(extras)
                if score.gold or score.predicted:
                    scores.append(ListScore(paper.id, group, str(entity_type), score))
        findings.extend(_unreadable(paper))
    return SeedCheck(tuple(findings), tuple(scores))


def findings_frame(check: SeedCheck) -> pd.DataFrame:
    """Return the findings as a table of text with the columns `COLUMNS`.

    Args:
        check: The result of the check.
    """
    rows = [
        (f.paper_id, f.group, f.type, f.identifier, f.name, str(f.status), f.predicted,
         f.explanation)
        for f in check.findings
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def _annotated(paper: Paper, group: str, judge: Judge) -> Iterator[Finding]:
    for a in paper.annotations:
        if a.group == group:
            verdict = judge.judge_annotation(a)
            identifier = ("+" if a.joint else "|").join(a.identifiers)
            kind = compared_type(a) or a.type
            yield _finding(paper, group, kind, identifier, a.name, verdict)


def _compare(
    paper: Paper, group: str, entity_type: str, judge: Judge, terminology: Hierarchy
) -> tuple[Score, list[Finding]]:
    same_type = [a for a in paper.annotations if compared_type(a) == entity_type]
    gold = {
        (current_identifiers(a, terminology), a.joint): None
        for a in same_type
        if a.group == group and a.identifiers
    }
    listed = {curie for curies, _ in gold for curie in curies}
    concepts = [c for c in judge.concepts if c.type == entity_type]
    found = {curie for concept in concepts for curie in concept.curies}
    extras = [c for c in concepts if listed.isdisjoint(c.curies)]
    score = Score(
        gold=len(gold),
        predicted=len(concepts),
        matched=sum(_is_found(curies, joint, found) for curies, joint in gold),
        correct=len(concepts) - len(extras),
    )
    findings = [
        _finding(paper, group, entity_type, "", c.best.name, judge.judge_extra(c, same_type, group))
        for c in extras
    ]
    return score, findings


def _is_found(curies: Sequence[str], joint: bool, found: set[str]) -> bool:
    return all(c in found for c in curies) if joint else any(c in found for c in curies)


def _unreadable(paper: Paper) -> Iterator[Finding]:
    for problem in paper.problems:
        place = f"Line {problem.line}: " if problem.line else ""
        verdict = Verdict(Status.UNREADABLE, "", place + problem.reason)
        yield _finding(paper, "", "", "", "", verdict)


def _finding(
    paper: Paper, group: str, kind: str, identifier: str, name: str, verdict: Verdict
) -> Finding:
    return Finding(
        paper.id, group, kind, identifier, name, verdict.status, verdict.predicted,
        verdict.explanation,
    )  # fmt: skip
