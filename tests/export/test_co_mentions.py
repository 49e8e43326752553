from hypothesis import given
from hypothesis import strategies as st

from pipeline.export.co_mentions import CoMention, Concept, co_mentions
from pipeline.model import Link, Mention, Paper, Passage

TYPES = {"NCBIGene:1": "Gene", "MONDO:2": "Disease", "NCBITaxon:3": "Species", "": "Gene"}


def paper(name: str, *passages: str) -> Paper:
    """A paper with one mention for each identifier in its passages."""
    mentions = tuple(
        Mention(f"p{i}", 0, 1, "x", TYPES[curie], Link(curie, f"name of {curie}"))
        for i, passage in enumerate(passages)
        for curie in passage.split()
    )
    return Paper(name, tuple(Passage(f"p{i}", "text", "x") for i in range(len(passages))), mentions)


def test_pairs_are_counted_by_passage_and_by_paper():
    papers = [
        paper("1", "MONDO:2 NCBIGene:1", "NCBIGene:1 MONDO:2 NCBIGene:1", "NCBITaxon:3"),
        paper("2", "NCBIGene:1 NCBITaxon:3"),
    ]
    gene = Concept("Gene", "NCBIGene:1", "name of NCBIGene:1")
    disease = Concept("Disease", "MONDO:2", "name of MONDO:2")
    species = Concept("Species", "NCBITaxon:3", "name of NCBITaxon:3")
    assert co_mentions(papers) == [
        CoMention(gene, disease, passages=2, papers=1),
        CoMention(gene, species, passages=1, papers=1),
    ]
    assert co_mentions(papers, most=1) == co_mentions(papers)[:1]


def test_what_is_not_resolved_is_in_no_pair():
    unresolved = Mention("p0", 2, 3, "y", "Gene", Link())
    one = paper("1", "NCBIGene:1")
    assert co_mentions([one.with_mentions((*one.mentions, unresolved))]) == []


@given(st.lists(st.lists(st.sampled_from(sorted(TYPES.keys() - {""})), max_size=5), max_size=6))
def test_the_order_of_papers_does_not_matter(passages):
    papers = [paper(str(i), " ".join(curies)) for i, curies in enumerate(passages)]
    pairs = co_mentions(papers)
    assert co_mentions(papers[::-1]) == pairs
    assert all(row.papers <= row.passages for row in pairs)
    assert all(row.first.curie != row.second.curie for row in pairs)
