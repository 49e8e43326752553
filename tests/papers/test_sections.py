from __future__ import annotations

import pytest

from pipeline.papers.sections import BIOC_TYPES, KINDS, LEFT_OUT, kind_of_heading, kind_of_type


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Introduction", "introduction"),
        ("1. INTRODUCTION", "introduction"),
        ("Background and objectives", "introduction"),
        ("Materials & Methods", "methods"),
        ("2.1. Patients and methods", "methods"),
        ("Methodology/Principal Findings", "methods"),
        ("STAR Methods", "methods"),
        ("Statistical analysis", "methods"),
        ("III. Results", "results"),
        ("Results and Discussion", "results"),
        ("Model and Results", "results"),
        ("Discussion", "discussion"),
        ("Limitations of the study", "discussion"),
        ("Conclusions/Significance", "conclusion"),
        ("Concluding remarks", "conclusion"),
        ("Case report", "case"),
        ("Supporting Information", "supplement"),
        ("Appendix A: proofs", "appendix"),
        ("List of abbreviations", "abbreviations"),
        ("Abstract", "abstract"),
        ("Author Summary", "abstract"),
        ("References", LEFT_OUT),
        ("Acknowledgements", LEFT_OUT),
        ("Acknowledgment and funding", LEFT_OUT),
        ("Authors’ contributions", LEFT_OUT),
        ("Author's contribution statement", LEFT_OUT),
        ("Competing interests", LEFT_OUT),
        ("Declaration of Competing Interest", LEFT_OUT),
        ("Conflict of interest statement", LEFT_OUT),
        ("Data availability statement", LEFT_OUT),
        ("Role of Runx2 in bone", ""),
        ("Case 1", ""),
        ("Methods of attack in orcas", "methods"),
        ("The method", ""),
        ("A reference genome of the mouse", ""),
        ("Support of callus by plates", ""),
        ("", ""),
        ("x" * 100_000, ""),
        ("a " * 50_000 + "and methods", ""),
    ],
)
def test_headings(heading: str, kind: str) -> None:
    assert kind_of_heading(heading) == kind


@pytest.mark.parametrize(
    ("sec_type", "kind"),
    [
        ("intro", "introduction"),
        ("materials|methods", "methods"),
        ("Results", "results"),
        ("supplementary-material", "supplement"),
        ("coi-statement", LEFT_OUT),
        ("subsection", ""),
    ],
)
def test_section_types(sec_type: str, kind: str) -> None:
    assert kind_of_type(sec_type) == kind


def test_every_section_type_of_bioc_is_a_kind() -> None:
    assert set(BIOC_TYPES.values()) <= KINDS | {LEFT_OUT}
