"""Mentions of types that users bring."""

from __future__ import annotations

import pytest

from pipeline.model import Candidate
from pipeline.normalization.other import link_other
from pipeline.terminology.terminology import NameMatch


class Cells:
    """A terminology of a few cell types."""

    labels = {"CL:1": "osteoblast", "CL:2": "osteoclast", "CL:3": "bone cell"}  # noqa: RUF012

    def name(self, curie: str) -> str:
        return self.labels.get(curie, "")

    def equivalents(self, curie: str) -> tuple[str, ...]:
        return (curie, "MESH:D010006") if curie == "CL:1" else (curie,)

    def candidate(self, match: NameMatch, score: float) -> Candidate:
        return Candidate(match.curie, self.name(match.curie), score, match.text, match.scope)


def match(curie: str, text: str, scope: str = "exact", identical: int = 2) -> NameMatch:
    return NameMatch(curie, text, scope, "CellType", 0, identical)


def test_without_a_name_there_is_no_concept() -> None:
    link = link_other([], "CellType", Cells())
    assert link.is_nil
    assert link.reason == "no CellType of this name in the terminology"


def test_the_best_name_wins() -> None:
    link = link_other(
        [
            match("CL:3", "osteoblast", "related"),
            match("CL:1", "Osteoblast", "preferred", identical=1),
        ],
        "CellType",
        Cells(),
    )
    assert (link.curie, link.name, link.method) == ("CL:1", "osteoblast", "exact")
    assert link.reason == "a preferred name of osteoblast"
    assert link.score == 0.95
    assert link.mesh == ("MESH:D010006",)
    assert link.mondo == ()
    assert [(c.curie, c.scope) for c in link.alternatives] == [("CL:3", "related")]


def test_of_several_concepts_with_the_same_name_each_has_its_share() -> None:
    names = [match("CL:2", "bone cell"), match("CL:1", "bone cell")]
    link = link_other(names, "CellType", Cells())
    assert link == link_other(names[::-1], "CellType", Cells())
    assert link.curie == "CL:1"
    assert link.score == pytest.approx(0.95 / 2**0.5, abs=1e-3)
    assert link.reason.endswith("2 concepts share this name")
    assert [c.curie for c in link.alternatives] == ["CL:2"]


def test_several_names_of_a_concept_do_not_compete() -> None:
    names = [match("CL:1", "OB", "acronym", 0), match("CL:1", "Ob", "exact", 0)]
    link = link_other(names, "CellType", Cells())
    assert (link.score, link.method, link.alternatives) == (0.855, "normal form", ())


def test_alternatives_are_few() -> None:
    names = [match(f"CL:{i}", "cell", "exact") for i in range(10)]
    link = link_other(names, "CellType", Cells())
    assert [c.curie for c in link.alternatives] == [f"CL:{i}" for i in range(1, 6)]
