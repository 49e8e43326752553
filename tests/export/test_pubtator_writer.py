import io
from dataclasses import replace

import pytest
from bioc import pubtator as bioc_pubtator
from hypothesis import given, settings
from hypothesis import strategies as st
from papers_to_write import NIL_LINK, OA, RUNX2, SPP1, example, numbered, papers

from pipeline.errors import UsageError
from pipeline.export.characters import one_line
from pipeline.export.formats import open_writer
from pipeline.export.prefixes import PrefixStyle
from pipeline.export.pubtator import DIALECTS, identifiers
from pipeline.export.sink import DialectName, WriteOptions
from pipeline.model import Link, Mention, Paper, Passage
from pipeline.papers import pubtator

LINE = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp"), blacklist_characters="|"),
    max_size=30,
)


def written(made, **options):
    stream = io.BytesIO()
    with open_writer(stream, "pubtator", WriteOptions(**options)) as write:
        for paper in made:
            write(paper)
    return stream.getvalue().decode()


def meant(paper):
    """The whole text of a document, and its rows, as the format defines them."""
    titles = [p for p in paper.passages if p.kind == "title"][:1] or [Passage("", "title", "")]
    rest = [p for p in paper.passages if p is not titles[0]]
    starts, position = {}, 0
    for passage in (*titles, *rest):
        starts[passage.id] = position
        position += len(passage.text) + 1
    text = one_line(" ".join(p.text for p in (*titles, *rest)))
    if not rest:
        text += " "
    rows = {}
    for m in paper.mentions:
        start = starts[m.passage]
        rows.setdefault((start + m.start, start + m.end, m.type), []).append(m.link)
    return text, sorted(rows), rows


def test_layout():
    assert written([example()]) == (
        "PMC1|t|RUNX2 in mice\n"
        "PMC1|a|Bones & <mice> OA (osteoarthritis): pain, xyz.\n"
        "PMC1\t0\t5\tRUNX2\tGene\t860\n"
        "PMC1\t9\t13\tmice\tSpecies\t10090\n"
        "PMC1\t23\t27\tmice\tSpecies\t10090\n"
        "PMC1\t29\t31\tOA\tDisease\tMESH:D010003\n"
        "PMC1\t33\t47\tosteoarthritis\tDisease\tMESH:D010003\n"
        "PMC1\t50\t54\tpain\tPhenotype\tHP:0012531\n"
        "PMC1\t56\t59\txyz\tGene\t-\n"
        "\n"
    )


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        ("pubtator3", ["860", "MESH:D010003", "MONDO:0800001", "MESH:D1,MESH:D2", "860,6696", "-"]),
        ("ncbi_disease", ["860", "D010003", "MONDO:0800001", "D1|D2", "860|6696", "-"]),
        ("bc5cdr", ["860", "D010003", "MONDO:0800001", "D1|D2", "860|6696", "-1"]),
        ("biored", ["860", "D010003", "MONDO:0800001", "D1,D2", "860,6696", "-"]),
    ],
)
def test_identifiers_in_each_dialect(dialect, expected):
    rare = Link("MONDO:0800001", mondo=("MONDO:0800001",))
    both = Link("MONDO:1", mesh=("MESH:D1", "MESH:D2"), mondo=("MONDO:1",))
    cases = [
        ("Gene", [RUNX2]), ("Disease", [OA]), ("Disease", [rare]), ("Disease", [both]),
        ("Gene", [RUNX2, NIL_LINK, SPP1, RUNX2]), ("Disease", [NIL_LINK]),
    ]  # fmt: skip
    found = [identifiers(type_, links, DIALECTS[dialect]) for type_, links in cases]
    assert found == expected
    # Our reader takes each for what it was.
    for (type_, links), column in zip(cases, found, strict=True):
        curies, joint = pubtator.parse_identifiers(column, type_)
        of_links = [c for link in links for c in (link.mesh or (link.curie,)) if c]
        assert (curies, joint) == (tuple(dict.fromkeys(of_links)), False)


def test_bioregistry_prefixes_where_there_are_prefixes():
    text = written([example()], prefix_style=PrefixStyle.BIOREGISTRY)
    assert "\tDisease\tmesh:D010003\n" in text
    assert "\tGene\t860\n" in text
    assert "\tPhenotype\tHP:0012531\n" in text


def test_mentions_of_one_span_are_one_row():
    text = "FGFR1-4"
    links = (Link("NCBIGene:2260"), Link("NCBIGene:2263"), Link("NCBIGene:2260"))
    mentions = tuple(Mention("t", 0, 7, text, "Gene", link) for link in links)
    rows = written([Paper("1", (Passage("t", "text", text),), mentions)]).splitlines()[2:]
    assert rows == ["1\t1\t8\tFGFR1-4\tGene\t2260,2263", ""]


@pytest.mark.parametrize(
    ("id_", "expected"),
    [("a|t|b", "a_t_b"), ("a\tb c\n", "a_b_c_"), ("", "_"), ("\ud800", "\ufffd")],
)
def test_an_identifier_cannot_end_its_field(id_, expected):
    assert written([replace(example(), id=id_)]).startswith(f"{expected}|t|RUNX2")


@settings(max_examples=30)
@given(made=st.lists(papers(), max_size=3).map(numbered), dialect=st.sampled_from(DialectName))
def test_our_reader_finds_what_was_meant(made, dialect):
    text = written(made, dialect=dialect)
    lines = io.StringIO(text, newline="\n")
    read = list(pubtator.read_lines(lines, "x"))
    if not made:
        assert text == ""
        return
    assert len(read) == len(made)
    for found, paper in zip(read, made, strict=True):
        whole, rows, links = meant(paper)
        assert found.problems == ()
        title = found.passages[0].text
        abstract = found.passages[1].text if len(found.passages) > 1 else ""
        assert f"{title} {abstract}" == whole
        places = {p.id: p.offset for p in found.passages}
        spans = [
            (places[a.passage] + a.start, places[a.passage] + a.end, a.type)
            for a in found.annotations
        ]
        assert sorted(spans) == rows
        for span, annotation in zip(spans, found.annotations, strict=True):
            column = identifiers(span[2], links[span], DIALECTS[dialect])
            expected, joint = pubtator.parse_identifiers(column, span[2])
            assert (annotation.identifiers, annotation.joint) == (expected, joint)
            assert annotation.name == whole[span[0] : span[1]]


@settings(max_examples=30)
@given(made=st.lists(papers(LINE), max_size=3).map(numbered))
def test_the_bioc_package_reads_what_was_meant(made):
    # That package strips lines and takes `|t|` anywhere for a title; the texts here avoid both.
    made = [
        replace(p, passages=tuple(replace(q, text=f"<{q.text}>") for q in p.passages), mentions=())
        for p in made
    ]
    made = [
        p.with_mentions(
            tuple(Mention(q.id, 0, len(q.text), q.text, "Disease", OA) for q in p.passages)
        )
        for p in made
        if p.passages
    ]
    documents = bioc_pubtator.loads(written(made))
    assert len(documents) == len(made)
    for document, paper in zip(documents, made, strict=True):
        whole, rows, _ = meant(paper)
        assert document.title + " " + (document.abstract or "") == whole
        found = [(a.start, a.end, a.type) for a in document.annotations]
        assert found == rows
        assert [a.id for a in document.annotations] == ["MESH:D010003"] * len(rows)
        if document.abstract:
            bioc_pubtator.validate(document)
        for a in document.annotations:
            assert whole[a.start : a.end] == a.text


def test_other_formats_have_no_dialect():
    with (
        pytest.raises(UsageError, match="tsv has no option dialect"),
        open_writer(io.BytesIO(), "tsv", WriteOptions(dialect=DialectName.BC5CDR)),
    ):
        pass
