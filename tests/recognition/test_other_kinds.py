"""What looks like a gene, disease or species and is something else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import Paper

Annotate = Callable[[str], Paper]


@pytest.mark.parametrize(
    "text",
    [
        # cell lines
        "HeLa, HEK293, MCF-7 and U2OS cells were cultured in DMEM with 10% FBS; NIH 3T3 cells too.",
        # domains
        "The SH2 domain and the PDZ domain bind; the zinc finger and leucine zipper motifs do not.",
        # chemicals
        "Cells were treated with DMSO, LPS, ATP, H2O2, NaCl, dexamethasone, rapamycin and cAMP.",
        # methods and statistics
        "PCR, ELISA, qRT-PCR, FACS, MRI and CT were done; SD, SE and CI are given.",
        # nucleic acids, residues, variants
        "The promoter, exon 3, mRNA, cDNA, DNA and RNA were sequenced; rs1234, Ser473 and Thr308.",
        # tools of the laboratory
        "Cells were put into pcDNA3.1 with tetracycline; buffers had EDTA, Tris-HCl and SDS.",
        # places and institutions
        "The study was done in Turkey, Cambridge, MA, and Iowa City, IA, with the NIH and FDA.",
        # words
        "Rest, impact, met, cap, was, can, set and fact are words; a fish oil capsule is none.",
    ],
)
def test_nothing_is_found(annotate: Annotate, text: str) -> None:
    assert [(m.text, m.type) for m in annotate(text).mentions] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Members of the kinase family and the SMAD family were found in patients.",
            [("patients", "Species")],
        ),
        (
            "C57BL/6 mice and Sprague-Dawley rats were fed.",
            [("mice", "Species"), ("rats", "Species")],
        ),
        ("Nonsense mutations of BRAF such as p.V600E in exon 15.", [("BRAF", "Gene")]),
    ],
)
def test_only_this_is_found(annotate: Annotate, text: str, expected: list[tuple[str, str]]) -> None:
    assert [(m.text, m.type) for m in annotate(text).mentions] == expected


def test_antibodies_are_no_genes_of_their_animals(annotate: Annotate) -> None:
    """The gene that an antibody binds may be meant; the animal that made it is a species."""
    paper = annotate(
        "We used rabbit polyclonal antibodies and goat anti-rabbit antibodies (Abcam)."
    )
    assert {(m.text, m.type) for m in paper.mentions} <= {
        ("rabbit", "Species"),
        ("goat", "Species"),
    }
