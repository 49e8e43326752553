import pytest

from pipeline.pages.linkouts import concept_url, doi_url, web_url


@pytest.mark.parametrize(
    ("curie", "url"),
    [
        ("NCBIGene:860", "https://www.ncbi.nlm.nih.gov/gene/860"),
        ("MONDO:0005178", "https://monarchinitiative.org/MONDO:0005178"),
        ("MESH:C565176", "https://meshb.nlm.nih.gov/record/ui?ui=C565176"),
        ("NCBITaxon:9606", "https://www.ncbi.nlm.nih.gov/Taxonomy/Browser/wwwtax.cgi?id=9606"),
        ("OMIM:166710", "https://omim.org/entry/166710"),
        ('MESH:"><script>', "https://meshb.nlm.nih.gov/record/ui?ui=%22%3E%3Cscript%3E"),
        ("mesh:C565176", "https://meshb.nlm.nih.gov/record/ui?ui=C565176"),
        ("mim:166710", "https://omim.org/entry/166710"),
        ("HOUSE:1", ""),
        ("MESH:", ""),
        ("", ""),
    ],
)
def test_concept_url(curie, url):
    assert concept_url(curie) == url


@pytest.mark.parametrize(
    ("doi", "url"),
    [
        ("10.1016/j.jot.2025.101035", "https://doi.org/10.1016/j.jot.2025.101035"),
        ("https://doi.org/10.1/a", "https://doi.org/10.1/a"),
        ("DOI: 10.1/a<b>", "https://doi.org/10.1/a%3Cb%3E"),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_doi_url(doi, url):
    assert doi_url(doi) == url


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (" https://example.org/a ", "https://example.org/a"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("http://", ""),
        ("http://[", ""),
    ],
)
def test_web_url(address, url):
    assert web_url(address) == url
