"""What the acceptance model is told of names of species."""

from __future__ import annotations

from pipeline.recognition.features import describe
from pipeline.recognition.recognizer import NameReader
from pipeline.terminology.terminology import Terminology


def features(terminology: Terminology, text: str, surface: str) -> set[str]:
    every, of_places = NameReader(terminology).read(text)
    (found,) = (
        set(describe(reading, of_place))
        for reading, of_place in zip(every, of_places, strict=True)
        if reading.type == "Species" and reading.around.surface == surface
    )
    return found


def test_rank_and_group_of_the_taxon(terminology: Terminology) -> None:
    found = features(terminology, "We kept horses.", "horses")
    # The horse, not the family of horses, whose name is written in the same way.
    assert {"rank=species scope=word", "group=mammal scope=word", "words=1 scope=word"} <= found
    assert "group=plant scope=common" in features(terminology, "Old horseradish.", "horseradish")


def test_a_taxon_with_several_names(terminology: Terminology) -> None:
    assert "renamed scope=word" in features(terminology, "Mice with murine cells.", "murine")
    assert "renamed scope=word" not in features(terminology, "With murine cells.", "murine")
    twice = features(terminology, "Murine cells, in brains.", "Murine")
    assert not any(f.startswith("renamed") for f in twice)
