"""The seed check as a Markdown document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from pipeline.evaluation.seed_check import Finding, ListScore, Score, SeedCheck
from pipeline.evaluation.seed_verdicts import Status

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&])")
_SCORE_HEADER = "| precision | recall | F1 | annotated | found | predicted | correct |"
_SCORE_RULE = "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
_HEADINGS = {
    Status.RELATED: "Related concept found",
    Status.MISSED: "Missed",
    Status.NOT_IN_TEXT: "Not in the text",
    Status.NO_IDENTIFIER: "Without identifier in the source",
    Status.OTHER_TYPE: "Of another type",
    Status.EXTRA: "Extra",
    Status.UNREADABLE: "Unreadable",
}


def render_markdown(check: SeedCheck) -> str:
    """Return the check as Markdown: the figures, then each paper's differences in words.

    Args:
        check: The result of the check.
    """
    return "\n".join([*_summary(check), *_differences(check)]) + "\n"


def _summary(check: SeedCheck) -> Iterator[str]:
    yield from ("# Check against the papers' own annotations", "")
    if not check.findings:
        yield "No paper carries annotations."
        return
    yield (
        f"{check.found} of {check.identified} annotations with an identifier were found with "
        f"exactly that identifier ({_percent(check.exact_recall)} %)."
    )
    yield from (
        "",
        "Recall counts the annotated identifiers of a list, precision the predicted concepts of "
        "the paper; a concept annotated in both lists counts in each. A list need not be complete, "
        "so a prediction outside of it is not always wrong: see the explanations.",
        "",
        "## Figures",
        "",
        f"| paper | list | type {_SCORE_HEADER}",
        f"| --- | --- | --- {_SCORE_RULE}",
    )
    for row in check.scores:
        yield f"| {_text(row.paper_id)} | {_text(row.group)} | {row.type} {_figures(row.score)}"
    yield from _sums("Total", check.scores)


def _sums(label: str, rows: tuple[ListScore, ...]) -> Iterator[str]:
    for group in dict.fromkeys(row.group for row in rows):
        score = _sum(row for row in rows if row.group == group)
        yield f"| **{label}** | {_text(group)} | all {_figures(score)}"
    for entity_type in sorted({row.type for row in rows}):
        score = _sum(row for row in rows if row.type == entity_type)
        yield f"| **{label}** | all | {entity_type} {_figures(score)}"
    yield f"| **{label}** | all | all {_figures(_sum(rows))}"


def _sum(rows: Iterable[ListScore]) -> Score:
    return sum((row.score for row in rows), Score())


def _figures(score: Score) -> str:
    return (
        f"| {_percent(score.precision)} | {_percent(score.recall)} | {_percent(score.f1)} "
        f"| {score.gold} | {score.matched} | {score.predicted} | {score.correct} |"
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"


def _differences(check: SeedCheck) -> Iterator[str]:
    for paper_id, in_paper in groupby(check.findings, key=lambda f: f.paper_id):
        yield from ("", f"## {_text(paper_id)}")
        for group, in_list in groupby(in_paper, key=lambda f: f.group):
            findings = list(in_list)
            if group:
                yield from ("", f"### {_text(group)}")
            elif all(f.status == Status.UNREADABLE for f in findings):
                yield from ("", "### Source")
            matched = [f for f in findings if f.status == Status.MATCHED]
            if matched:
                yield from ("", f"Matched: {', '.join(map(_entity, matched))}.")
            for status, heading in _HEADINGS.items():
                concerned = [f for f in findings if f.status == status]
                if concerned:
                    yield from ("", f"{heading}:", "")
                    yield from map(_item, concerned)
            if len(matched) == len(findings):
                yield from ("", "No differences.")


def _item(finding: Finding) -> str:
    explanation = _text(finding.explanation)
    if finding.status == Status.UNREADABLE:
        return f"- {explanation}"
    return f"- {finding.type}, {_entity(finding)}: {explanation}"


def _entity(finding: Finding) -> str:
    identifier = finding.identifier or finding.predicted
    name = f"**{_text(finding.name)}**" if finding.name else ""
    if finding.status == Status.NO_IDENTIFIER or not identifier:
        return name
    return f"{name} ({_text(identifier)})" if name else _text(identifier)


def _text(text: str) -> str:
    """Return a text as one line without any Markdown or HTML markup in it."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
