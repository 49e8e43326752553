import io
import json
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from papers_to_write import example, numbered, papers

from pipeline.export.characters import replace_surrogates
from pipeline.export.formats import open_writer
from pipeline.export.layout import as_in_the_source
from pipeline.export.prefixes import PrefixStyle
from pipeline.export.sink import WriteOptions
from pipeline.export.web_annotation import AROUND, concept_iri
from pipeline.model import Paper


def written(made, **options):
    stream = io.BytesIO()
    with open_writer(stream, "web-annotation", WriteOptions(**options)) as write:
        for paper in made:
            write(paper)
    return json.loads(stream.getvalue())


def test_an_annotation():
    collection = written([example()], provenance={"bionorm": "1.0"})
    assert collection["@context"] == "http://www.w3.org/ns/anno.jsonld"
    assert collection["type"] == "AnnotationCollection"
    assert collection["generator"] == {"type": "Software", "name": "bionorm 1.0"}
    assert collection["total"] == 7
    page = collection["first"]
    assert (page["type"], page["startIndex"], page["id"]) == (
        "AnnotationPage", 0, collection["last"],
    )  # fmt: skip
    disease = page["items"][4]
    assert disease["type"] == "Annotation"
    assert disease["motivation"] == "identifying"
    assert disease["body"] == [
        {
            "type": "SpecificResource",
            "purpose": "identifying",
            "source": "http://purl.obolibrary.org/obo/MONDO_0005178",
        },
        {
            "type": "SpecificResource",
            "purpose": "identifying",
            "source": "http://id.nlm.nih.gov/mesh/D010003",
        },
        {"type": "TextualBody", "purpose": "tagging", "value": "Disease"},
        {
            "type": "TextualBody",
            "purpose": "describing",
            "value": "osteoarthritis (MONDO:0005178)",
        },
    ]
    assert disease["target"] == {
        "type": "SpecificResource",
        "source": {"id": "https://doi.org/10.1000/x%3Cy%3E", "type": "Text", "label": "PMC1"},
        "selector": [
            {
                "type": "TextQuoteSelector",
                "exact": "osteoarthritis",
                "prefix": "OA (",
                "suffix": "): pain, xyz.",
            },
            {"type": "TextPositionSelector", "start": 33, "end": 47},
        ],
    }
    nil = page["items"][6]
    assert nil["motivation"] == "tagging"
    assert nil["body"] == [{"type": "TextualBody", "purpose": "tagging", "value": "Gene"}]


@pytest.mark.parametrize(
    ("curie", "iri"),
    [
        ("NCBIGene:860", "https://www.ncbi.nlm.nih.gov/gene/860"),
        ("NCBITaxon:10090", "http://purl.obolibrary.org/obo/NCBITaxon_10090"),
        ("OMIM:166710", "https://omim.org/entry/166710"),
        ("LAB:a b", "https://bioregistry.io/LAB:a%20b"),
        ("x", "https://bioregistry.io/x"),
    ],
)
def test_a_concept_has_an_iri(curie, iri):
    assert concept_iri(curie) == iri


@pytest.mark.parametrize(
    ("paper_id", "metadata", "iri"),
    [
        ("PMC7", {}, "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7/"),
        ("a", {"pmcid": "PMC8"}, "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC8/"),
        ("PMC7", {"url": "https://example.org/7"}, "https://example.org/7"),
        ("PMC7", {"url": "javascript:alert(1)"}, "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7/"),
        ("note", {}, "urn:uuid:"),
    ],
)
def test_a_paper_has_an_iri(paper_id, metadata, iri):
    made = example()
    made = Paper(paper_id, made.passages, made.mentions, metadata=metadata)
    sources = {i["target"]["source"]["id"] for i in written([made])["first"]["items"]}
    (source,) = sources
    assert source.startswith(iri)


def test_prefixes_of_bioregistry_and_the_same_iris():
    plain, styled = (
        written([example()], prefix_style=style)["first"]["items"][5]["body"]
        for style in PrefixStyle
    )
    assert plain == styled  # the identifier of the pain has the same prefix in both
    value = written([example()], prefix_style=PrefixStyle.BIOREGISTRY)["first"]["items"][3]["body"]
    assert value[1]["source"] == "http://id.nlm.nih.gov/mesh/D010003"


def test_an_empty_collection():
    assert written([])["total"] == 0
    assert written([])["first"]["items"] == []


@settings(max_examples=30)
@given(made=st.lists(papers(), max_size=3).map(numbered))
def test_each_selector_selects_the_mention(made):
    collection = written(made)
    items = collection["first"]["items"]
    mentions = [(p, m) for p in made for m in p.mentions]
    assert len(items) == len(mentions) == collection["total"]
    for item, (paper, mention) in zip(items, mentions, strict=True):
        text = replace_surrogates(as_in_the_source(paper).text())
        quote, position = item["target"]["selector"]
        exact = text[position["start"] : position["end"]]
        assert quote["exact"] == exact == replace_surrogates(mention.text)
        assert text[: position["start"]].endswith(quote["prefix"])
        assert text[position["end"] :].startswith(quote["suffix"])
        assert max(len(quote["prefix"]), len(quote["suffix"])) <= AROUND
        assert item["target"]["source"]["label"] == replace_surrogates(paper.id)
        for iri in (item["id"], item["target"]["source"]["id"]):
            assert urlsplit(iri).scheme in {"urn", "https", "http"}
    distinct = {(p.id, m.passage, m.start, m.end, m.type, m.link.curie) for p, m in mentions}
    assert len({item["id"] for item in items}) == len(distinct)
    assert written(made) == collection
