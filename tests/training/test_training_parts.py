"""`bionorm train` of one part, on a hand-made corpus in the official layout."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from pipeline.training.models import Part, train_models

TRAIN = """\
1|t|BRCA1 in mice with osteoarthritis
1|a|RUNX2 too, and the can was by the sea.
1\t0\t5\tBRCA1\tGeneOrGeneProduct\t672
1\t9\t13\tmice\tOrganismTaxon\t10090
1\t19\t33\tosteoarthritis\tDiseaseOrPhenotypicFeature\tD010003
1\t34\t39\tRUNX2\tGeneOrGeneProduct\t860

2|t|RUNX2
2|a|Human BRCA1 and the rest of it: a mouse trap for gout.
2\t0\t5\tRUNX2\tGeneOrGeneProduct\t860
2\t6\t11\tHuman\tOrganismTaxon\t9606
2\t12\t17\tBRCA1\tGeneOrGeneProduct\t672
2\t55\t59\tgout\tDiseaseOrPhenotypicFeature\tD006073

"""


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    file = tmp_path / "corpora" / "biored" / "train.pubtator"
    file.parent.mkdir(parents=True)
    file.write_text(TRAIN)
    return tmp_path / "corpora"


def test_a_part_is_trained_alone(corpora: Path, tmp_path: Path) -> None:
    (file,) = train_models(corpora, tmp_path / "package", [Part.ACCEPTANCE])
    assert file == tmp_path / "package/recognition/data/acceptance.json.gz"
    written = [path for path in (tmp_path / "package").rglob("*") if path.is_file()]
    assert written == [file]
    assert json.loads(gzip.decompress(file.read_bytes()))["training"] == {"biored": ["1", "2"]}


def test_the_same_corpus_gives_the_same_bytes(corpora: Path, tmp_path: Path) -> None:
    (first,) = train_models(corpora, tmp_path / "one", [Part.ACCEPTANCE])
    (second,) = train_models(corpora, tmp_path / "two", [Part.ACCEPTANCE])
    assert first.read_bytes() == second.read_bytes()
