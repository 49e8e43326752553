import pytest

from pipeline.evaluation.seed_check import Finding, ListScore, Score, SeedCheck
from pipeline.evaluation.seed_report import render_markdown
from pipeline.evaluation.seed_verdicts import Status


def finding(status, group="Linked entities", name="Mapk1", **more):
    fields = {"identifier": "NCBIGene:26413", "predicted": "", "explanation": "Why.", **more}
    return Finding("PMC1", group, "Gene", name=name, status=status, **fields)


CHECK = SeedCheck(
    (
        finding(Status.MATCHED, name="Srr", identifier="NCBIGene:27364"),
        finding(Status.RELATED),
        finding(Status.EXTRA, identifier="", predicted="NCBIGene:5594", name="MAPK1"),
        finding(Status.MATCHED, group="Full-text entities"),
        finding(Status.UNREADABLE, group="", identifier="", name="", explanation="Line 3: `x|`."),
    ),
    (
        ListScore("PMC1", "Linked entities", "Gene", Score(2, 2, 1, 1)),
        ListScore("PMC1", "Full-text entities", "Gene", Score(1, 0, 0, 0)),
        ListScore("PMC1", "Full-text entities", "Species", Score(1, 1, 1, 1)),
    ),
)


def test_figures_for_each_list_and_the_sums():
    lines = render_markdown(CHECK).splitlines()
    assert "| PMC1 | Linked entities | Gene | 50.0 | 50.0 | 50.0 | 2 | 1 | 2 | 1 |" in lines
    assert "| PMC1 | Full-text entities | Gene | – | 0.0 | 0.0 | 1 | 0 | 0 | 0 |" in lines
    assert "| **Total** | Full-text entities | all | 100.0 | 50.0 | 66.7 | 2 | 1 | 1 | 1 |" in lines
    assert "| **Total** | all | Gene | 50.0 | 33.3 | 40.0 | 3 | 1 | 2 | 1 |" in lines
    assert "| **Total** | all | all | 66.7 | 50.0 | 57.1 | 4 | 2 | 3 | 2 |" in lines
    assert "2 of 3 annotations with an identifier were found" in render_markdown(CHECK)


def test_differences_in_words():
    text = render_markdown(CHECK)
    assert "Matched: **Srr** (NCBIGene:27364)." in text
    assert "Related concept found:\n\n- Gene, **Mapk1** (NCBIGene:26413): Why." in text
    assert "Extra:\n\n- Gene, **MAPK1** (NCBIGene:5594): Why." in text
    assert (
        "### Full-text entities\n\nMatched: **Mapk1** (NCBIGene:26413).\n\nNo differences." in text
    )
    assert "### Source\n\nUnreadable:\n\n- Line 3: \\`x\\|\\`." in text


@pytest.mark.parametrize("status", list(Status))
def test_no_finding_is_left_out(status):
    text = render_markdown(SeedCheck((finding(status, name="Xyz1", explanation="Xyz1."),), ()))
    assert "Xyz1" in text


def test_hostile_names_are_text():
    text = render_markdown(SeedCheck((finding(Status.MISSED, name="<b>|\n# *x*"),), ()))
    assert "\\<b\\>\\| \\# \\*x\\*" in text


def test_without_annotations():
    assert "No paper carries annotations." in render_markdown(SeedCheck((), ()))
