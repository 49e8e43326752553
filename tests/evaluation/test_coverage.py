"""Coverage: which gold counts as found, and at which place."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.evaluation.coverage import (
    ALL,
    LONG_FORM,
    Coverage,
    Row,
    measure,
    misses_to_tsv,
    to_markdown,
    to_tsv,
)
from pipeline.terminology.fuzzy import NameLookup
from pipeline.terminology.terminology import Terminology


@pytest.fixture(scope="module")
def names(small: Terminology, tmp_path_factory: pytest.TempPathFactory) -> NameLookup:
    return NameLookup(small, cache=tmp_path_factory.mktemp("fuzzy"))


def measured(
    folder: Path, small: Terminology, names: NameLookup, corpus: str, *rows: str, text: str = ""
) -> Coverage:
    (folder / corpus).mkdir()
    title = text or "x" * 60
    lines = [f"1|t|{title}", "1|a|", *(f"1\t{row}" for row in rows), "", ""]
    (folder / corpus / "train.pubtator").write_text("\n".join(lines), encoding="utf-8")
    return measure(
        folder,
        terminology=small,
        look_up=lambda t, type, limit: names.lookup(t, type=type, fuzzy=True, limit=limit),
    )


def row(coverage: Coverage, corpus: str, lookup: str, species: str = "") -> Row:
    (found,) = (
        r for r in coverage.rows if (r.corpus, r.lookup, r.species) == (corpus, lookup, species)
    )
    return found


def test_exact_match_in_another_vocabulary_counts(
    tmp_path: Path, small: Terminology, names: NameLookup
) -> None:
    text = "degenerative joint disease"
    coverage = measured(
        tmp_path, small, names, "bc5cdr", f"0\t26\t{text}\tDisease\tD010003", text=text
    )
    assert row(coverage, "bc5cdr", "exact").recall == (100.0, 100.0, 100.0)


def test_retired_identifiers_are_made_current(
    tmp_path: Path, small: Terminology, names: NameLookup
) -> None:
    text = "osteoarthritis"
    coverage = measured(
        tmp_path, small, names, "craft_mondo", f"0\t14\t{text}\tDisease\tMONDO:0005179", text=text
    )
    found = row(coverage, "craft_mondo", "exact")
    assert found.recall[0] == found.identifiers_held == found.mentions_held == 100.0


def test_species_of_genes_ignored_unknown_and_given(
    tmp_path: Path, small: Terminology, names: NameLookup
) -> None:
    coverage = measured(
        tmp_path, small, names, "nlm_gene", "0\t5\tRUNX2\tGene\t367218", text="RUNX2"
    )
    assert row(coverage, "nlm_gene", "exact", "ignored").recall[0] == 100.0
    assert row(coverage, "nlm_gene", "exact", "unknown").recall == (0.0, 100.0, 100.0)
    assert row(coverage, "nlm_gene", "exact", "given").recall[0] == 100.0


def test_long_forms_of_the_paper(tmp_path: Path, small: Terminology, names: NameLookup) -> None:
    text = "Parkinson disease (PAD) is here"
    coverage = measured(
        tmp_path, small, names, "craft_mondo", "19\t22\tPAD\tDisease\tMONDO:0005180", text=text
    )
    assert row(coverage, "craft_mondo", "normal form").recall[2] == 0.0
    assert row(coverage, "craft_mondo", LONG_FORM).recall[0] == 100.0
    assert coverage.misses == ()


def test_unknown_identifiers_are_misses_and_told_as_not_held(
    tmp_path: Path, small: Terminology, names: NameLookup
) -> None:
    text = "osteoarthritis"
    coverage = measured(
        tmp_path, small, names, "bc5cdr",
        f"0\t14\t{text}\tDisease\tD999999", f"0\t14\t{text}\tDisease\t-", text=text,
    )  # fmt: skip
    found = row(coverage, ALL, "fuzzy")
    assert (found.identifiers, found.mentions, found.mentions_held) == (1, 1, 0.0)
    assert [(m.text, m.held, m.times) for m in coverage.misses] == [(text, False, 1)]
    assert misses_to_tsv(coverage.misses).splitlines()[1].split("\t") == [
        "bc5cdr", "train", "Disease", text, "MESH:D999999", "no", "1",
    ]  # fmt: skip


def test_tables(tmp_path: Path, small: Terminology, names: NameLookup) -> None:
    coverage = measured(tmp_path, small, names, "bc5cdr", "0\t3\tabc\tDisease\tD010003", text="abc")
    tsv = to_tsv(coverage.rows).splitlines()
    assert len({line.count("\t") for line in tsv}) == 1
    assert len(tsv) == 1 + len(coverage.rows)
    assert to_markdown(coverage.rows).startswith("| corpus |")
