"""Names of several genes: no concept, or each of the genes, never one by chance."""

from __future__ import annotations

import pytest
from spacy.language import Language

from pipeline.language import annotate_text
from pipeline.model import Link
from pipeline.normalization.gene_families import FAMILY, members_of, with_members
from pipeline.normalization.gene_names import GeneName
from pipeline.normalization.gene_ranking import RankedGene
from pipeline.normalization.mentions import Resolved
from pipeline.recognition.places import Place
from pipeline.terminology.terminology import NameMatch, Terminology

AMPK = ("NCBIGene:5562", "NCBIGene:5563")


def ranked(curie: str, probability: float, scope: str = "synonym") -> RankedGene:
    name = NameMatch(curie, "x", scope, "Gene", 9606, 0)
    return RankedGene(GeneName(name, "name"), probability, {})


def test_related_genes_of_which_none_is_meant(terminology: Terminology) -> None:
    genes = [ranked(AMPK[0], 0.45), ranked(AMPK[1], 0.4), ranked("NCBIGene:860", 0.15)]
    assert [g.gene.name.curie for g in members_of(genes, terminology)] == list(AMPK)


@pytest.mark.parametrize(
    "genes",
    [
        [ranked(AMPK[0], 1.0)],
        [ranked(AMPK[0], 0.9), ranked(AMPK[1], 0.1)],
        [ranked(AMPK[0], 0.4), ranked("NCBIGene:860", 0.3), ranked("NCBIGene:7124", 0.3)],
    ],
)
def test_one_gene_is_meant(terminology: Terminology, genes: list[RankedGene]) -> None:
    assert members_of(genes, terminology) == []


def test_copies_of_a_micro_rna_are_a_family(terminology: Terminology) -> None:
    genes = [ranked("NCBIGene:406881", 0.9, "family"), ranked("NCBIGene:406882", 0.1, "family")]
    assert len(members_of(genes, terminology)) == 2


def test_a_family_has_no_concept_but_its_genes_as_alternatives(nlp: Language) -> None:
    (mention,) = annotate_text(nlp, "let-7a expression rose.").mentions
    assert mention.link.is_nil
    assert mention.link.method == FAMILY
    assert {"NCBIGene:406881", "NCBIGene:406882", "NCBIGene:406883"} == {
        c.curie for c in mention.link.alternatives
    }


def test_each_member_becomes_a_mention(nlp: Language) -> None:
    found = annotate_text(nlp, "let-7a expression rose.").mentions[0].link
    place = Place(0, 6, "let-7a", "Gene")
    other = Link(curie="NCBIGene:860")
    mentions = with_members([Resolved(0, place, found), Resolved(1, place, other)])
    assert [m.mention for m in mentions] == [0, 0, 0, 1]
    assert [m.link.curie for m in mentions] == [
        *(c.curie for c in found.alternatives), "NCBIGene:860",
    ]  # fmt: skip
    assert all((m.place.start_char, m.place.end_char) == (0, 6) for m in mentions)
    assert len({m.place.full for m in mentions}) == 4


def test_a_family_without_known_genes_stays(nlp: Language) -> None:
    place = Place(0, 1, "x", "Gene")
    unknown = Resolved(0, place, Link(method=FAMILY))
    assert with_members([unknown]) == [unknown]
