"""Citations in the layout of PubMed's XML, with texts made by chance; run it to write a file."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator

_WORDS = (
    *("the", "of", "and", "in", "patients", "with", "mice", "expression", "BRCA1", "TNF-α"),
    *("cancer", "breast", "RUNX2", "osteoporosis", "showed", "increased", "levels", "was", "to"),
    *("(P&lt;0.05)", "treatment", "cells", "protein", "were", "a", "for", "by", "on"),
)
_SMALL = ("<i>vivo</i>", "H<sub>2</sub>O", "CD4<sup>+</sup>")


def medline(count: int, *, seed: int = 1) -> Iterator[str]:
    """Yield a set of citations piece by piece."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    yield (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE PubmedArticleSet SYSTEM '
        '"http://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n<PubmedArticleSet>\n'
    )
    for number in range(count):
        yield _citation(10_000_000 + number, chance)
    yield '<DeleteCitation>\n<PMID Version="1">123</PMID>\n</DeleteCitation>\n</PubmedArticleSet>\n'


def _text(count: int, chance: random.Random) -> str:
    words = [chance.choice(_WORDS) for _ in range(count)]
    if chance.random() < 0.4:
        words[chance.randrange(count)] = chance.choice(_SMALL)
    return " ".join(words)


def _date(name: str, month: str) -> str:
    return f"<{name}><Year>2018</Year><Month>{month}</Month><Day>07</Day></{name}>\n"


def _citation(pmid: int, chance: random.Random) -> str:
    labels = ("BACKGROUND", "METHODS", "RESULTS", "CONCLUSIONS") if chance.random() < 0.5 else ("",)
    abstract = "".join(
        f'<AbstractText Label="{label}" NlmCategory="{label}">{_text(55, chance)}.</AbstractText>\n'
        if label
        else f"<AbstractText>{_text(210, chance)}.</AbstractText>\n"
        for label in labels
    )
    authors = "".join(
        '<Author ValidYN="Y">\n<LastName>Able</LastName>\n<ForeName>Ann B</ForeName>\n'
        "<Initials>AB</Initials>\n<AffiliationInfo>\n<Affiliation>Department of Medicine, "
        f"University of Somewhere, City {chance.randrange(99)}, Country.</Affiliation>\n"
        "</AffiliationInfo>\n</Author>\n"
        for _ in range(6)
    )
    headings = "".join(
        f'<MeshHeading>\n<DescriptorName UI="D{chance.randrange(999_999):06}" MajorTopicYN="N">'
        'Humans</DescriptorName>\n<QualifierName UI="Q000235" MajorTopicYN="N">genetics'
        "</QualifierName>\n</MeshHeading>\n"
        for _ in range(11)
    )
    references = "".join(
        "<Reference>\n<Citation>Nature. 2010;463:1-10</Citation>\n<ArticleIdList>\n"
        '<ArticleId IdType="pubmed">1</ArticleId>\n<ArticleId IdType="doi">10.1/other</ArticleId>\n'
        "</ArticleIdList>\n</Reference>\n"
        for _ in range(chance.choice((0, 0, 15)))
    )
    dates = _date("DateCompleted", "05") + _date("DateRevised", "06")
    return f"""\
<PubmedArticle>
<MedlineCitation Status="MEDLINE" Owner="NLM" IndexingMethod="Manual">
<PMID Version="1">{pmid}</PMID>
{dates}<Article PubModel="Print">
<Journal>
<ISSN IssnType="Electronic">1533-4406</ISSN>
<JournalIssue CitedMedium="Internet">
<Volume>378</Volume>
<Issue>20</Issue>
{_date("PubDate", "May")}</JournalIssue>
<Title>The journal of things</Title>
<ISOAbbreviation>J Things</ISOAbbreviation>
</Journal>
<ArticleTitle>{_text(12, chance)}.</ArticleTitle>
<Pagination>
<StartPage>1</StartPage>
<EndPage>9</EndPage>
<MedlinePgn>1-9</MedlinePgn>
</Pagination>
<ELocationID EIdType="doi" ValidYN="Y">10.1000/x{pmid}</ELocationID>
<Abstract>
{abstract}<CopyrightInformation>Copyright © 2018.</CopyrightInformation>
</Abstract>
<AuthorList CompleteYN="Y">
{authors}</AuthorList>
<Language>eng</Language>
<PublicationTypeList>
<PublicationType UI="D016428">Journal Article</PublicationType>
</PublicationTypeList>
</Article>
<MedlineJournalInfo>
<Country>United States</Country>
<MedlineTA>J Things</MedlineTA>
<NlmUniqueID>0255562</NlmUniqueID>
</MedlineJournalInfo>
<ChemicalList>
<Chemical>
<RegistryNumber>0</RegistryNumber>
<NameOfSubstance UI="D000001">Something</NameOfSubstance>
</Chemical>
</ChemicalList>
<CitationSubset>IM</CitationSubset>
<MeshHeadingList>
{headings}</MeshHeadingList>
</MedlineCitation>
<PubmedData>
<History>
{_date("PubMedPubDate", "5")}</History>
<PublicationStatus>ppublish</PublicationStatus>
<ArticleIdList>
<ArticleId IdType="pubmed">{pmid}</ArticleId>
<ArticleId IdType="doi">10.1000/x{pmid}</ArticleId>
<ArticleId IdType="pmc">PMC{pmid}</ArticleId>
</ArticleIdList>
<ReferenceList>
{references}</ReferenceList>
</PubmedData>
</PubmedArticle>
"""


if __name__ == "__main__":
    for piece in medline(int(sys.argv[1])):
        sys.stdout.write(piece)
