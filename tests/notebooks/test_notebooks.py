"""The notebooks as they are committed. `make notebook` executes them."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = ("evaluate", "explore", "ontologies")
SHOWING = {"print", "display"}
# Folders of the machine, addresses of objects, times of day.
LOCAL = re.compile(
    r"(?<![\w:/.])/(?:home|Users|root|tmp|private|var|work|opt|mnt)/|[A-Z]:\\\\|\b0x[0-9a-f]{6,}"
    r"|\b\d\d:\d\d:\d\d\b"
)


@pytest.fixture(scope="module", params=NOTEBOOKS)
def notebook(request):
    return nbformat.read(FOLDER / f"{request.param}.ipynb", as_version=nbformat.NO_CONVERT)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shows(source):
    """Tell whether a cell prints, or ends with a value."""
    tree = ast.parse(source)
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    return bool(called & SHOWING) or isinstance(tree.body[-1], ast.Expr)


def texts(output):
    """Return what an output says in words, that is without images."""
    if output.output_type == "stream":
        return [output.text]
    return [str(data) for kind, data in output.data.items() if not kind.startswith("image/png")]


def test_every_notebook_is_known_here():
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == sorted(NOTEBOOKS)


def test_it_is_valid_and_was_executed_once_from_top_to_bottom(notebook):
    nbformat.validate(notebook)
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))


def test_every_cell_that_shows_something_has_its_output(notebook):
    without = [cell.id for cell in code_cells(notebook) if shows(cell.source) != bool(cell.outputs)]
    assert without == []


def test_no_output_is_an_error_or_a_warning(notebook):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            assert output.output_type != "error"
            assert output.get("name") != "stderr"


def test_nothing_of_the_machine_is_in_it(notebook):
    for cell in notebook.cells:
        assert not LOCAL.search(cell.source)
        assert not cell.metadata
        for output in cell.get("outputs", ()):
            for text in texts(output):
                assert not LOCAL.search(text), text[:200]
    assert set(notebook.metadata) == {"kernelspec"}


def test_it_is_small(notebook):
    assert len(nbformat.writes(notebook)) < 300_000


def test_links_to_other_notebooks_lead_there(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([^):]+)\)", cell.source):
                assert (FOLDER / target).exists()


def test_papers_are_shown_in_colours():
    shown = sum(
        "bionorm-paper" in text
        for name in NOTEBOOKS
        for cell in code_cells(nbformat.read(FOLDER / f"{name}.ipynb", as_version=4))
        for output in cell.outputs
        for text in texts(output)
    )
    assert shown >= 4


def test_what_counts_as_local():
    for text in (
        "in /home/ann/x",
        "'/tmp/y'",
        "C:\\\\Users",
        "<Legend at 0x7f03aa>",
        "at 12:30:01",
    ):
        assert LOCAL.search(text)
    for text in ("https://example.org/home/x", "PubTator/tmp", "MONDO:0005178", "a/b"):
        assert not LOCAL.search(text)
