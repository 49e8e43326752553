"""Fitting the probabilities, on a small corpus made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.cli_corpora import calibrate
from pipeline.errors import UsageError
from pipeline.normalization.confidence import FILE, GIVEN, LINKED, pack, unpack
from pipeline.training.confidence import fit_confidence

GENES = {"BRCA1": "672", "RUNX2": "860", "TNF": "7124", "EGFR": "1956", "TP53": "7157"}


def document(number: int, name: str, identifier: str) -> str:
    """A document whose gold standard gives a gene an identifier."""
    text = f"{name} in patients"
    return (
        f"{number}|t|{text}\n{number}|a|\n{number}\t0\t{len(name)}\t{name}\tGene\t{identifier}\n\n"
    )


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Two hundred documents, in a third of which the gold standard knows better."""
    file = tmp_path / "gnormplus" / "dev.pubtator"
    file.parent.mkdir()
    names = list(GENES.items())
    file.write_text(
        "".join(
            document(i, *(names[i % 5] if i % 3 else (names[i % 5][0], "1"))) for i in range(1, 201)
        )
    )
    return tmp_path


def test_weights_are_fitted_on_half_of_the_documents(corpus: Path) -> None:
    model = fit_confidence(corpus)
    (ids,) = model.documents.values()
    assert list(model.documents) == ["gnormplus/dev"]
    assert 70 < len(ids) < 130
    assert set(model.weights) == {"Gene"}
    assert set(model.weights["Gene"]) == {LINKED, GIVEN}
    assert pack(model) == pack(fit_confidence(corpus))


def test_the_file_is_replaced(corpus: Path, tmp_path: Path) -> None:
    package = tmp_path / "package"
    (package / "normalization" / "data").mkdir(parents=True)
    calibrate(corpus, package)
    text = (package / "normalization" / "data" / FILE).read_text()
    assert unpack(text) == fit_confidence(corpus)


def test_there_must_be_development_data(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        fit_confidence(tmp_path)
