"""Papers for the tests of writers: one made by hand, and any that hypothesis can think of."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from pipeline.model import Candidate, Link, Mention, Paper, Passage

OA = Link(
    "MONDO:0005178", "osteoarthritis", 0.98765, "exact", "The text has the preferred name.",
    mesh=("MESH:D010003",), mondo=("MONDO:0005178",),
    alternatives=(Candidate("OMIM:165720", "OS1", 0.25, "OA", "exact"),),
)  # fmt: skip
RARE = Link("MONDO:0800001", "rare disease", 0.5, "exact", mondo=("MONDO:0800001",))
RUNX2 = Link("NCBIGene:860", "RUNX2", 0.9, "normal form", taxon="NCBITaxon:9606")
SPP1 = Link("NCBIGene:6696", "SPP1", 0.8, "exact", taxon="NCBITaxon:9606")
MOUSE = Link("NCBITaxon:10090", "Mus musculus", 1.0, "exact", taxon="NCBITaxon:10090")
PAIN = Link("HP:0012531", "Pain", 0.7, "exact")
NIL_LINK = Link(method="none", reason="No such gene.")

TITLE = "RUNX2 in mice"
ABSTRACT = "OA (osteoarthritis): pain, xyz."


def mention(passage: Passage, text: str, type_: str, link: Link) -> Mention:
    start = passage.text.index(text)
    return Mention(passage.id, start, start + len(text), text, type_, link)


def example() -> Paper:
    """A paper with a title, two passages, and mentions of every kind."""
    title = Passage("title", "title", TITLE)
    tldr = Passage("tldr", "tldr", "Bones & <mice>")
    abstract = Passage("abstract.1", "abstract", ABSTRACT)
    return Paper(
        "PMC1",
        (title, tldr, abstract),
        (
            mention(title, "RUNX2", "Gene", RUNX2),
            mention(title, "mice", "Species", MOUSE),
            mention(tldr, "mice", "Species", MOUSE),
            mention(abstract, "OA", "Disease", OA),
            mention(abstract, "osteoarthritis", "Disease", OA),
            mention(abstract, "pain", "Phenotype", PAIN),
            mention(abstract, "xyz", "Gene", NIL_LINK),
        ),
        metadata={"doi": "10.1000/x<y>", "journal": "J & B"},
    )


LINKS = {
    "Gene": (RUNX2, SPP1, NIL_LINK),
    "Disease": (OA, RARE, NIL_LINK),
    "Species": (MOUSE, NIL_LINK),
    "Phenotype": (PAIN, NIL_LINK),
}
HOSTILE = st.text(
    st.sampled_from(
        "a \"'<>&|\t\n\r\v\f\0\x01\x1c\x1f\x7f\x85\u2028\u2029\ufeff\ufffe\ud800e\u0301\u200d"
        "\U0001f9ec\U0001d6fc=+-@{}[]\\,;:#"
    ),
    max_size=30,
)
ANY_TEXT = st.one_of(HOSTILE, st.text(st.characters(codec=None), max_size=30))
KINDS = st.sampled_from(["title", "abstract", "tldr", "methods", "text"])


@st.composite
def papers(draw: st.DrawFn, text: st.SearchStrategy[str] = ANY_TEXT) -> Paper:
    """Any paper: texts with characters of every sort, passages with or without coordinates."""
    passages: list[Passage] = []
    end = 0
    with_offsets = draw(st.booleans())
    for number in range(draw(st.integers(0, 4))):
        offset = end + draw(st.integers(0, 3)) if with_offsets else 0
        passages.append(Passage(f"p{number}", draw(KINDS), draw(text), offset))
        end = offset + len(passages[-1].text)
    found = []
    for passage in passages:
        if not passage.text:
            continue
        borders = st.integers(0, len(passage.text))
        spans = st.tuples(borders, borders).map(sorted).filter(lambda s: s[0] < s[1])
        for start, stop in sorted(draw(st.lists(spans, max_size=4))):
            type_ = draw(st.sampled_from(sorted(LINKS)))
            link = draw(st.sampled_from(LINKS[type_]))
            found.append(Mention(passage.id, start, stop, passage.text[start:stop], type_, link))
    id_ = draw(st.one_of(st.just("PMC12"), text.filter(bool)))
    metadata = draw(st.dictionaries(st.sampled_from(["doi", "url", "journal"]), text))
    return Paper(id_, tuple(passages), tuple(found), metadata=metadata)


def numbered(made: list[Paper]) -> list[Paper]:
    """Give papers identifiers that differ."""
    return [replace(paper, id=f"{number}{paper.id}") for number, paper in enumerate(made)]
