"""Coordinated names that differ in their tails."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.recognition.coordination import Coordination, coordination_at

GENES = frozenset(
    """SMAD1|SMAD2|SMAD3|SMAD4|SMAD5|SMAD6|SMAD7|SMAD8|SMAD9|ERK1|ERK2|ERK-2|BRCA1|BRCA2
    |IL-1α|IL-1β|IL-18|TGF-β1|TGF-β2|TGF-β3|caspase-3|caspase-8|caspase-9|STAT5A|STAT5B|let-7a
    |let-7b|let-7c|FANCA|FANCC|FANCD2|FANCE|CFB|CFC3|IL-6|IL-10|IL-17A|IL-17C|Wnt5a|Wnt5b
    |α-catenin|β-catenin|ROCK-I|ROCK-II|PKC-alpha|PKC-beta|cyclin D1|cyclin D2|S100A8|S100A9
    |caspases 3|caspases 7|MMP2|MMP9|MLH1|MLH16|alpha tubulin|beta tubulin
    """.replace("\n    ", "").split("|")
)


def found(text: str) -> Coordination | None:
    """The first expression of a text."""
    for start, end in itertools.combinations(range(len(text) + 1), 2):
        if text[start:end] in GENES and (place := coordination_at(text, start, end, known)):
            return place
    return None


def known(name: str) -> bool:
    return name in GENES


def names(text: str) -> list[str]:
    place = found(text)
    return [] if place is None else [m.full or text[m.start : m.end] for m in place.members]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BRCA1/2", ["BRCA1", "BRCA2"]),
        ("ERK1 and -2 rose", ["ERK1", "ERK2"]),
        ("ERK1 and ERK2", []),
        ("SMAD2, 3 and 4 bind", ["SMAD2", "SMAD3", "SMAD4"]),
        ("SMAD2, 3, and 4", ["SMAD2", "SMAD3", "SMAD4"]),
        ("SMAD1/5/8 signalling", ["SMAD1", "SMAD5", "SMAD8"]),
        ("SMAD1 / 5", ["SMAD1", "SMAD5"]),
        ("caspase-3, -8 and -9", ["caspase-3", "caspase-8", "caspase-9"]),
        ("caspase-3/-9", ["caspase-3", "caspase-9"]),
        ("caspases 3 and 7 were", ["caspases 3", "caspases 7"]),
        ("IL-1α and β", ["IL-1α", "IL-1β"]),
        ("IL-1α and -18", ["IL-1α", "IL-18"]),
        ("TGF-β1, -β2 and -β3", ["TGF-β1", "TGF-β2", "TGF-β3"]),
        ("PKC-alpha and beta", ["PKC-alpha", "PKC-beta"]),
        ("STAT5A/B", ["STAT5A", "STAT5B"]),
        ("Wnt5a/b", ["Wnt5a", "Wnt5b"]),
        ("FANCA,C,D2,E", ["FANCA", "FANCC", "FANCD2", "FANCE"]),
        ("ROCK-I and II", ["ROCK-I", "ROCK-II"]),
        ("cyclin D1 and D2", ["cyclin D1", "cyclin D2"]),
        ("S100A8/9", ["S100A8", "S100A9"]),
        ("MMP2 and 9 proteins", ["MMP2", "MMP9"]),
        ("let-7a/let-7b", []),
    ],
)
def test_lists(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SMAD1-4", ["SMAD1", "SMAD2", "SMAD3", "SMAD4"]),
        ("SMAD1–4", ["SMAD1", "SMAD2", "SMAD3", "SMAD4"]),
        ("SMAD1 to 3", ["SMAD1", "SMAD2", "SMAD3"]),
        ("SMAD1 to -3", ["SMAD1", "SMAD2", "SMAD3"]),
        ("let-7a-c", ["let-7a", "let-7b", "let-7c"]),
        ("SMAD1-2", []),  # two are no range
        ("SMAD5-1", []),  # backwards
        ("SMAD8-12", []),  # SMAD10 is not listed
        ("caspase-8-9", []),
    ],
)
def test_ranges(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("α- and β-catenin", ["α-catenin", "β-catenin"]),
        ("α/β-catenin", ["α-catenin", "β-catenin"]),
        ("alpha and beta tubulin", ["alpha tubulin", "beta tubulin"]),
        ("β- and β-catenin", []),
        ("xα- and β-catenin", []),
    ],
)
def test_a_shared_end(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "IL-6, 10 patients",  # neither `and` nor a hyphen
        "IL-6 and 10 patients",
        "IL-6 and 10 mg of it",
        "MLH1 and 16 exons of it",
        "IL-6 and 10%",
        "IL-6 and 10.5",
        "IL-6 10",
        "IL-6. 10",
        "CFB, and C3",  # a name of its own
        "IL-17A and C-reactive protein",
        "Wnt5a and b",
        "IL-6\n\n/10",
        "SMAD2/11",
        "SMAD2/SMAD3",
    ],
)
def test_what_is_no_coordination(text: str) -> None:
    assert names(text) == []


def test_what_is_not_listed_ends_the_expression() -> None:
    text = "SMAD1/5/99/3"
    place = found(text)
    assert place is not None
    assert text[place.start : place.end] == "SMAD1/5"


def test_offsets_reach_from_the_first_to_the_last_character_of_a_name() -> None:
    text = "of SMAD2, 3 and 4 and SMAD1-3"
    place = found(text)
    assert place is not None
    assert (text[place.start : place.end]) == "SMAD2, 3 and 4"
    assert [text[m.start : m.end] for m in place.members] == ["SMAD2", "SMAD2, 3", "SMAD2, 3 and 4"]
    ranged = found("SMAD1-3")
    assert ranged is not None
    assert [(m.start, m.end, m.full) for m in ranged.members] == [
        (0, 5, ""),
        (0, 7, "SMAD2"),
        (0, 7, "SMAD3"),
    ]


SIGNS = [
    "/",
    " and ",
    ", ",
    ",",
    "-",
    "–",
    " to ",
    " &",
    " ",
    "(",
    "\n",
    "α-",
    "patients",
    "\ud800",
]
TAILS = ["2", "3", "9", "12345", "β", "B", "c", "II", "١", "²"]
PIECES = st.sampled_from([*sorted(GENES), *SIGNS, *TAILS])


@given(st.lists(PIECES, max_size=10).map("".join))
def test_every_member_lies_in_the_expression(text: str) -> None:
    for start, end in itertools.combinations(range(len(text) + 1), 2):
        if text[start:end] not in GENES:
            continue
        place = coordination_at(text, start, end, known)
        if place is None:
            continue
        assert len(place.members) > 1
        assert 0 <= place.start <= start < end <= place.end <= len(text)
        for m in place.members:
            assert place.start <= m.start < m.end <= place.end
            assert known(m.full or text[m.start : m.end])
        assert max(m.end for m in place.members) == place.end
        assert len({m.full or text[m.start : m.end] for m in place.members}) == len(place.members)
