"""The acceptance model: weights for all corpora, and for one whose guideline departs from them."""

from __future__ import annotations

from pipeline.recognition.acceptance import AcceptanceModel, of_guideline, pack
from pipeline.recognition.features import readings as readings_of
from pipeline.recognition.features import senses
from pipeline.terminology.matcher import Match
from pipeline.terminology.terminology import NameMatch
from pipeline.training.acceptance import train
from pipeline.training.reading import ReadPaper


def paper(corpus: str, number: int, *, people: bool, taxon: int = 1) -> ReadPaper:
    text = "patients eat rice with sand"
    places = {"patients": (0, 8), "rice": (13, 17), "sand": (23, 27)}
    readings = readings_of(
        text,
        [
            (
                Match(*place, -1),
                senses(
                    word,
                    [NameMatch(f"NCBITaxon:{taxon}", word, "common", "Species", 0, 2)],
                    lambda _: ("species", "animal"),
                ),
            )
            for word, place in places.items()
        ],
    )
    wanted = ["rice", "patients"] if people else ["rice"]
    gold = tuple(sorted((*places[w], "Species") for w in wanted))
    return ReadPaper(
        f"{corpus}{number}",
        corpus,
        frozenset({"Species"}),
        text,
        gold,
        (),
        readings,
        [["any", f"name={word}"] for word in places],
    )


def model() -> AcceptanceModel:
    papers = [paper("biored", i, people=True) for i in range(30)]
    return train([*papers, *(paper("s800", i, people=False) for i in range(20))])


def test_a_guideline_departs_from_the_common_weights() -> None:
    trained = model()
    patients = ["any", "name=patients"]
    assert trained.probability("Species", patients) > 0.5
    assert trained.probability("Species", patients, "biored") > 0.5
    assert trained.probability("Species", patients, "s800") < 0.5
    for guideline in ("", "s800"):
        assert trained.probability("Species", ["any", "name=rice"], guideline) > 0.5
        assert trained.probability("Species", ["any", "name=sand"], guideline) < 0.5
    assert trained.has_own("Species", "s800")
    assert not trained.has_own("Species", "biored")


def test_of_people_a_guideline_of_its_own_teaches_only_itself() -> None:
    papers = [paper("biored", i, people=True, taxon=9606) for i in range(10)]
    trained = train([*papers, *(paper("s800", i, people=False, taxon=9606) for i in range(30))])
    patients = ["any", "name=patients"]
    assert trained.probability("Species", patients) > 0.5
    assert trained.probability("Species", patients, "s800") < 0.5


def test_the_same_papers_give_the_same_bytes() -> None:
    assert pack(model()) == pack(model())
    assert of_guideline("Species", "s800") in model().weights
