"""How the identifiers of one link relate to each other."""

from __future__ import annotations

import pytest

from pipeline.export.crosswalk import BROAD, CLOSE, NARROW, crosswalk_frame, relation
from pipeline.model import Link, Mention, Paper, Passage
from pipeline.terminology.terminology import EXACT, Terminology


@pytest.mark.parametrize(
    ("subject", "other", "predicate"),
    [
        ("MONDO:0005178", "MESH:D010003", EXACT),
        ("MESH:D010003", "MONDO:0005178", EXACT),
        ("MESH:D020370", "MONDO:0005178", BROAD),  # a mapping says so
        ("MONDO:0005178", "MESH:D020370", NARROW),
        ("MESH:D020370", "MONDO:0005578", BROAD),  # the hierarchy says so
        ("MONDO:0005578", "MESH:D010003", NARROW),
        ("MONDO:0005180", "MESH:D010003", CLOSE),
    ],
)
def test_relation(small: Terminology, subject: str, other: str, predicate: str) -> None:
    assert relation(subject, other, small) == predicate


def test_a_row_for_each_pair(small: Terminology) -> None:
    exact = Link("MONDO:0005178", mesh=("MESH:D010003",), mondo=("MONDO:0005178",))
    apart = Link("MONDO:0005180", mesh=("MESH:D010003",), mondo=("MONDO:0005180",))
    mentions = [
        Mention("text", i, i + 1, "x", "Disease", link)
        for i, link in enumerate([exact, exact, apart, Link()])
    ]
    paper = Paper("1", (Passage("text", "text", "xxxx"),), mentions=tuple(mentions))
    frame = crosswalk_frame([paper], small)
    found = frame[["subject_id", "predicate_id", "object_id", "mentions"]].values.tolist()
    assert found == [
        ["MONDO:0005178", EXACT, "MESH:D010003", 2],
        ["MONDO:0005178", EXACT, "OMIM:165720", 2],
        ["MONDO:0005180", CLOSE, "MESH:D010003", 1],
    ]
    assert set(frame.subject_label) == {"osteoarthritis", "Parkinson disease"}


def test_no_links_no_rows(small: Terminology) -> None:
    frame = crosswalk_frame([Paper("1", ())], small)
    assert frame.empty
    assert next(iter(frame.columns)) == "type"
