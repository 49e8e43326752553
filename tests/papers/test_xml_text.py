from __future__ import annotations

import pytest
from lxml import etree

from pipeline.papers.xml_text import flat, split

BIBR = '<xref ref-type="bibr" rid="r1">{}</xref>'


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<t>plain  text\n here </t>", "plain text here"),
        ("<t>TGF-<i>β</i><sub>1</sub>, CD4<sup>+</sup></t>", "TGF-β1, CD4+"),
        ("<t><italic>B<bold>RC</bold>A</italic>1</t>", "BRCA1"),
        ('<t>Run<named-content content-type="x">x</named-content>2</t>', "Runx2"),
        ('<t xmlns="urn:x">Run<italic>x</italic><sub>2</sub></t>', "Runx2"),
        ("<t>TNF-&amp;alpha; &lt;i&gt;x&lt;/i&gt; p &lt; 0.05</t>", "TNF-α x p < 0.05"),
        ("<t>one<break/>two</t>", "one two"),
        ("<t>fast-acting β\n\t\t\t<sub>2</sub>-agonist\n\t\t</t>", "fast-acting β2-agonist"),
        ("<t>labelled with\n    <sup>18</sup>F</t>", "labelled with 18F"),
        ("<t>wrapped\n<sub>2</sub></t>", "wrapped 2"),
        ("<t>the <inline-formula><tex-math>$x$</tex-math></inline-formula> value</t>", "the value"),
        ("<t>so<disp-formula>x</disp-formula>that</t>", "so that"),
        ('<t>see <xref ref-type="fig" rid="f">Figure 1</xref>A</t>', "see Figure 1A"),
        ('<t>A<xref ref-type="fn" rid="f">*</xref><fn id="f"><p>note</p></fn> b</t>', "A b"),
        ('<t>BRCA1<xref ref-type="table-fn"><sup>a</sup></xref></t>', "BRCA1"),
        ("<t/>", ""),
    ],
)
def test_words_stay_whole(xml: str, text: str) -> None:
    assert flat(etree.fromstring(xml)) == text


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (f"of BRCA1<sup>{BIBR.format(12)}</sup>.", "of BRCA1."),
        (
            f"of BRCA1<sup>{BIBR.format(1)},{BIBR.format('3')}–{BIBR.format(5)}</sup> x",
            "of BRCA1 x",
        ),
        (f"of BRCA1{BIBR.format('<sup>12</sup>')} x", "of BRCA1 x"),
        (f"of BRCA1{BIBR.format(12)}, {BIBR.format(13)} and", "of BRCA1 and"),
        (f"of BRCA1.{BIBR.format(12)}–{BIBR.format(14)} More", "of BRCA1. More"),
        (f"of BRCA1 [{BIBR.format(12)},{BIBR.format(13)}].", "of BRCA1 [12,13]."),
        (f"of BRCA1 ({BIBR.format('Smith, 2001')}).", "of BRCA1 (Smith, 2001)."),
        (f"see {BIBR.format('Smith (2001)')}.", "see Smith (2001)."),
        (f"see {BIBR.format(12)}.", "see 12."),
        ("cm<sup>2</sup>", "cm2"),
        (f"<italic>BRCA1</italic>{BIBR.format(12)} x", "BRCA1 x"),
    ],
)
def test_marks_of_references_do_not_stick_to_names(xml: str, text: str) -> None:
    assert flat(etree.fromstring(f"<p>{xml}</p>")) == text


def test_blocks_are_taken_out_of_paragraphs() -> None:
    paragraph = etree.fromstring(
        "<p>One <fig><label>F</label></fig>two:<list><list-item><p>a</p></list-item></list>"
        "<italic>three<table-wrap/></italic></p>"
    )
    found = [part if isinstance(part, str) else part.tag for part in split(paragraph)]
    assert found == ["One two:", "list", "three", "fig", "table-wrap"]
