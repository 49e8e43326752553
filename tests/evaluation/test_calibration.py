"""How far scores are probabilities."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from papers_by_hand import annotation, compared, gold_paper

from pipeline.evaluation.calibration import LINKED, NIL, Judged, judge, reliability
from pipeline.evaluation.calibration_page import render_plot, render_section
from pipeline.model import Link, Mention


def judged(*pairs: tuple[float, bool], type: str = "Gene", kind: str = LINKED) -> list[Judged]:
    return [Judged(type, kind, score, right) for score, right in pairs]


def test_error_by_hand() -> None:
    (found,) = reliability(
        judged((0.95, True), (0.85, True), (0.85, False), (0.81, True), (0.1, False), (1.0, True))
    )
    assert [(b.low, b.mentions) for b in found.bins] == [(0.1, 1), (0.8, 3), (0.9, 2)]
    assert found.bins[1].score == pytest.approx((0.85 + 0.85 + 0.81) / 3)
    assert found.bins[1].right == pytest.approx(2 / 3)
    distances = 0.1 + 3 * abs((0.85 + 0.85 + 0.81) / 3 - 2 / 3) + 2 * abs(0.975 - 1.0)
    assert found.error == pytest.approx(distances / 6)
    assert found.mentions == 6
    assert found.right == pytest.approx(4 / 6)


def test_types_and_kinds_are_apart() -> None:
    both = reliability(
        judged((0.5, True), kind=NIL) + judged((0.7, True)) + judged((0.9, True), type="Disease")
    )
    assert [(g.type, g.kind) for g in both] == [
        ("Gene", LINKED),
        ("Disease", LINKED),
        ("Gene", NIL),
    ]


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
def test_bounds(pairs: list[tuple[float, bool]]) -> None:
    (found,) = reliability(judged(*pairs))
    assert found.mentions == len(pairs)
    assert 0 <= found.error <= 1
    assert abs(found.score - found.right) <= found.error + 1e-9
    assert all(b.low - 1e-9 <= b.score <= b.high + 1e-9 for b in found.bins)


def test_what_counts_as_right() -> None:
    gold = [
        gold_paper(
            annotation(0, 2, "NCBIGene:1", type="Gene"), annotation(3, 5, type="Gene"), id="1"
        )
    ]

    def mention(start: int, end: int, curie: str, score: float) -> Mention:
        return Mention("title", start, end, "xx", "Gene", Link(curie, score=score))

    predicted = gold[0].with_mentions(
        (
            mention(0, 2, "NCBIGene:1", 0.9),
            mention(3, 5, "", 0.4),
            mention(6, 8, "", 0.3),
            mention(0, 1, "NCBIGene:1", 0.2),
        )
    )
    comparisons = list(compared(gold, [predicted], types=["Gene"]))
    found = {(j.score, j.kind): j.right for j in judge(comparisons)}
    assert found == {
        (0.9, LINKED): True,
        (0.4, NIL): True,
        (0.3, NIL): False,
        (0.2, LINKED): False,
    }
    assert list(judge(comparisons, without={"1"})) == []


def test_section() -> None:
    some = judged((0.95, True), (0.9, True), (0.6, False), (0.4, True))
    text = render_section(some, plot="plot.svg", fitted_on=7)
    assert "fitted on 7 documents" in text
    assert "](plot.svg)" in text
    assert "| Gene | linked | 4 | 71.2 | 75.0 |" in text
    assert "| Gene | linked | 0.9 to 1.0 | 2 | 92.5 | 100.0 |" in text
    assert "| Gene | 0.5 | 3 | 66.7 | 66.7 |" in text
    assert "| Gene | 0.9 | 2 | 100.0 | 66.7 |" in text
    assert "\n\n\n" not in text


def test_plot_is_xml_and_the_same_each_time() -> None:
    some = judged((0.95, True), (0.55, False)) + judged((0.9, True), type="A<B")
    text = render_plot(some)
    root = ElementTree.fromstring(text)  # noqa: S314 - our own
    circles = root.findall("{http://www.w3.org/2000/svg}circle")
    assert len(circles) == 3
    assert text == render_plot(some)
    assert ElementTree.fromstring(render_plot([])) is not None  # noqa: S314
