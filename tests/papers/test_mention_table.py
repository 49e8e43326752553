"""Tables of mentions that users have, and lists of strings."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Paper, Passage, Problem
from pipeline.papers.mention_table import ORGANISM, looks_like, read_strings, read_table


def read(text: str, **options: object) -> list[Paper | Problem]:
    return list(read_table(io.StringIO(text), "m.tsv", **options))  # type: ignore[arg-type]


def papers(text: str, **options: object) -> list[Paper]:
    found = read(text, **options)
    assert all(isinstance(item, Paper) for item in found)
    return [item for item in found if isinstance(item, Paper)]


def test_rows_of_a_paper_share_its_text() -> None:
    (paper,) = papers(
        "paper_id\tpassage\ttext\ttype\tcontext\tstart\tend\n"
        "1\ttitle\tRunx2\tgene\tRunx2 in mice\t0\t5\n"
        "1\ttitle\tmice\tSpecies\t\t9\t13\n"
    )
    assert paper.id == "1"
    assert [(p.id, p.text) for p in paper.passages] == [("title", "Runx2 in mice")]
    assert [(m.start, m.end, m.text, m.type) for m in paper.mentions] == [
        (0, 5, "Runx2", "Gene"),
        (9, 13, "mice", "Species"),
    ]


def test_rows_without_paper_stand_for_themselves() -> None:
    first, second = papers('mention,sentence\nTNF,"IL6, TNF and TNFR1"\nTNF,TNFR1 binds TNF\n')
    assert (first.id, second.id) == ("2", "3")
    assert (first.mentions[0].start, second.mentions[0].start) == (5, 12)


def test_the_organism_is_kept_with_the_paper() -> None:
    (paper,) = papers("text\torganism\nRunx2\trat\n", type="Gene")
    assert paper.metadata[ORGANISM] == "rat"
    assert paper.mentions[0].type == "Gene"


def test_the_text_may_come_from_the_papers() -> None:
    known = {"7": Paper("7", (Passage("title", "title", "Gout hurts"),))}
    table = "paper_id\tpassage\tstart\tend\ttext\ttype\n7\ttitle\t0\t4\tGout\tDisease\n"
    (paper,) = papers(table, papers=known)
    assert paper.passages == known["7"].passages
    (problem,) = read(table)
    assert isinstance(problem, Problem)
    assert (problem.path, problem.line, problem.paper_id) == ("m.tsv", 2, "7")
    assert "--papers" in problem.reason


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("gout\tGout hurts\t0\t40", "0-40 is no span of a text of 10 characters"),
        ("gout\tGout hurts\t0\t4", "the text at 0-4 is 'Gout', the row says 'gout'"),
        ("gout\tGout hurts\tx\t4", "offsets are not numbers"),
        ("pain\tGout hurts\t\t", "'pain' does not occur in its context"),
        ("\t\t\t", "neither a text nor offsets"),
        ("gout", "expected 4 columns, found 1"),
    ],
)
def test_a_wrong_row_is_told_with_its_line(row: str, reason: str) -> None:
    text = f"text\tcontext\tstart\tend\nGout\tGout hurts\t0\t4\n{row}\n"
    found = read(text)
    assert sum(isinstance(item, Paper) for item in found) == 1
    problems = [item for item in found if isinstance(item, Problem)]
    if row.strip():
        (problem,) = problems
        assert problem.line == 3
        assert reason in problem.reason
    else:
        assert not problems  # an empty line says nothing


def test_two_texts_of_one_passage_are_a_problem() -> None:
    (paper,) = papers("paper_id\ttext\tcontext\n1\tgout\tgout hurts\n1\tpain\tpain hurts\n")
    (problem,) = paper.problems
    assert problem.line == 3
    assert not problem.fatal


def test_strings_have_their_lines_as_names() -> None:
    found = list(read_strings(["\ufeffgout\n", "\n", " TNF-α \n"], "s.txt", type="disease"))
    assert [(p.id, p.mentions[0].text) for p in found] == [("1", "gout"), ("3", "TNF-α")]
    assert {p.mentions[0].type for p in found} == {"Disease"}


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("text\tcurie\n", True),
        ("\ufeffMention,Sentence\n", True),
        ("context\tstart\tend\n", True),
        ("gout\n", False),
        ("12|t|Gout\n", False),
        ("", False),
    ],
)
def test_tables_are_known_by_their_header(head: str, expected: bool) -> None:
    assert looks_like(head) is expected


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=20),
            st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8),
        ),
        max_size=5,
    )
)
def test_every_row_of_a_written_table_is_read(rows: list[tuple[str, str]]) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
    writer.writerow(["paper_id", "text", "context", "start", "end"])
    for i, (before, text) in enumerate(rows):
        writer.writerow([f"p{i}", text, before + text, len(before), len(before) + len(text)])
    found = papers(stream.getvalue())
    assert [(p.mentions[0].start, p.mentions[0].text) for p in found] == [
        (len(before), text) for before, text in rows
    ]
