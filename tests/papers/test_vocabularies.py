from __future__ import annotations

import pytest

from pipeline.papers.vocabularies import BY_NAME, BY_TAG, VOCABULARIES


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda v: v.prefix)
def test_every_vocabulary_is_found_by_its_prefix(vocabulary: object) -> None:
    assert BY_NAME[vocabulary.prefix.lower()] is vocabulary  # type: ignore[attr-defined]
    assert BY_TAG[vocabulary.prefix.lower()] is vocabulary  # type: ignore[attr-defined]


def test_no_name_stands_for_two_vocabularies() -> None:
    names = [name for v in VOCABULARIES for name in (*v.names, *v.tags)]
    assert len(names) == len(set(names)) == len(BY_TAG)
    assert all(name == name.lower() for name in names)


def test_tags_of_corpora_are_no_names_in_texts() -> None:
    assert "tax" not in BY_NAME
    assert BY_TAG["tax"].prefix == BY_TAG["species:ncbi"].prefix == "NCBITaxon"
