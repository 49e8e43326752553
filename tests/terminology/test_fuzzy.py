"""Inexact lookup: tiers, rules, exactness of the trigram search, arbitrary strings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.terminology.array_store import load_arrays, save_arrays
from pipeline.terminology.bulk_lookup import lookup_many
from pipeline.terminology.candidate_set import rounded
from pipeline.terminology.fuzzy import EXACT, NORMAL_FORM, TRIGRAMS, Hit, NameLookup
from pipeline.terminology.fuzzy_index import GRAMS, open_fuzzy_index, token_grams
from pipeline.terminology.name_words import stem, tokens_of
from pipeline.terminology.ngrams import TrigramSearch, grams_of
from pipeline.terminology.terminology import Terminology
from pipeline.terminology.variants import RULES, variants


@pytest.fixture(scope="module")
def names(small: Terminology, tmp_path_factory: pytest.TempPathFactory) -> NameLookup:
    return NameLookup(small, cache=tmp_path_factory.mktemp("fuzzy"))


@pytest.fixture(scope="module")
def embedded(terminology: Terminology) -> NameLookup:
    return NameLookup(terminology)


def curies(hits: list[Hit]) -> list[str]:
    return [hit.candidate.curie for hit in hits]


@pytest.mark.parametrize(
    ("text", "type", "curie", "method"),
    [
        ("osteoarthritis", "Disease", "MONDO:0005178", EXACT),
        ("osteo-arthritis", "Disease", "MONDO:0005178", NORMAL_FORM),
        ("Knee osteoarthritis", "Disease", "MESH:D020370", "word order"),
        ("osteoarthritis of the knee", "Disease", "MESH:D020370", "word order"),
        ("Parkinsonian disease", "Disease", "MONDO:0005180", "word form"),
        ("Parkinson", "Disease", "MONDO:0005180", "general word"),
        ("DJD", "Disease", "MONDO:0005178", "initials"),
        ("osteoartritis", "Disease", "MONDO:0005178", TRIGRAMS),
        ("R. norvegicus", "Species", "NCBITaxon:10116", EXACT),
        ("hRUNX2", "Gene", "NCBIGene:860", "organism prefix"),
        ("TNFa", "Gene", "NCBIGene:7124", "greek letter"),
        ("phospho-RUNX2", "Gene", "NCBIGene:860", "state"),
    ],
)
def test_each_tier_finds_what_it_is_for(
    names: NameLookup, text: str, type: str, curie: str, method: str
) -> None:
    hits = names.lookup(text, type=type, fuzzy=True)
    found = {hit.candidate.curie: hit.method for hit in hits}
    assert found.get(curie) == method


def test_tiers_are_ranked_one_below_the_other(names: NameLookup) -> None:
    by_tier = [
        names.lookup(text, type="Disease", fuzzy=True)[0].candidate.score
        for text in (
            "osteoarthritis",
            "osteo-arthritis",
            "osteoarthritis of the knee",
            "osteoartritis",
        )
    ]
    assert by_tier == sorted(by_tier, reverse=True)
    assert len(set(by_tier)) == 4
    assert by_tier[-1] > 0 and by_tier[0] < 1


def test_nothing_inexact_unless_asked_for(names: NameLookup) -> None:
    assert names.lookup("osteoartritis", type="Disease") == []


def test_organism_keeps_other_species_genes_out(names: NameLookup) -> None:
    assert len(names.lookup("Runx2", type="Gene")) == 3
    assert curies(names.lookup("Runx2", type="Gene", organism=10090)) == ["NCBIGene:12393"]


def test_limit_and_repetition(small: Terminology, tmp_path: Path) -> None:
    answers = list(lookup_many(small, ["Runx2", "nothing such", "Runx2"], limit=2, cache=tmp_path))
    assert [text for text, _ in answers] == ["Runx2", "nothing such", "Runx2"]
    assert [len(hits) for _, hits in answers] == [2, 0, 2]
    assert answers[0] == answers[2]


def test_source_and_matched_name_are_told(names: NameLookup) -> None:
    hit = names.lookup("osteopontin", type="Gene", organism=9606)[0]
    assert (hit.candidate.curie, hit.candidate.scope, hit.source) == (
        "NCBIGene:6696",
        "synonym",
        "ncbi",
    )


@pytest.mark.parametrize(
    ("noun", "adjective"),
    [
        ("hypertension", "hypertensive"),
        ("diabetes", "diabetic"),
        ("epilepsy", "epileptic"),
        ("anemia", "anemic"),
        ("obesity", "obese"),
        ("sclerosis", "sclerotic"),
        ("paralysis", "paralytic"),
        ("metastasis", "metastatic"),
        ("neoplasm", "neoplastic"),
        ("asthma", "asthmatic"),
        ("virus", "viral"),
        ("fungus", "fungal"),
        ("deficiency", "deficient"),
        ("inflammation", "inflammatory"),
    ],
)
def test_a_noun_and_its_adjective_have_one_stem(noun: str, adjective: str) -> None:
    assert stem(noun) == stem(adjective)


@pytest.mark.parametrize(
    ("text", "variant"),
    [
        ("ERK1/2", "ERK2"),
        ("b-catenin", "betacatenin"),
        ("LHbeta", "LHb"),
        ("rhBMP-2", "BMP-2"),
        ("Pet10p", "Pet10"),
        ("FSH receptor", "FSHR"),
        ("OCT4A", "OCT4"),
        ("Sca-1+", "Sca-1"),
        ("hFSH-R", "FSH receptor"),
    ],
)
def test_gene_variants(text: str, variant: str) -> None:
    assert variant in {v.text for v in variants(text, "Gene")}


def test_a_shared_head_is_given_to_each_part() -> None:
    found = {v.text for v in variants("breast and ovarian cancer", "Disease")}
    assert {"breast cancer", "ovarian cancer"} <= found


def test_every_rule_says_why() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.reason and 0 < rule.strength < 1 for rule in RULES)


@pytest.mark.parametrize(("type", "most", "least"), [("Disease", 20, 0.35), ("Gene", 30, 0.5)])
def test_trigram_search_is_exact(
    terminology: Terminology, type: str, most: int, least: float
) -> None:
    """The pruned search finds what comparing with every name finds."""
    arrays = open_fuzzy_index(terminology.index)[type]
    search = TrigramSearch(arrays)
    owner = np.repeat(np.arange(len(arrays.norms)), np.diff(arrays.grams_starts.astype(np.int64)))
    long = "hereditary spastic paraplegia with thin corpus callosum and amyotrophy of the hands"
    for text in (
        "malignent neoplasm of brest", "ataxia", "type 2 diabtes", "lupus", "xqzzkw", long,
        "interleukn 6 receptor", "a b", "β-catenin",
    ):  # fmt: skip
        tokens = tokens_of(text)
        grams = np.unique(token_grams(tokens).values)
        mine = np.zeros(GRAMS)
        mine[grams] = arrays.weights[grams]
        every = np.bincount(owner, mine[arrays.grams], len(arrays.norms))
        every /= np.sqrt(mine.sum()) * arrays.norms
        forms, found = search.search(tokens, most=most, least=least)
        expected = np.sort(every[every >= least])[::-1][:most]
        assert np.allclose(found, expected, atol=1e-4)
        assert np.allclose(every[forms], found, atol=1e-4)


def test_the_order_of_candidates_is_always_the_same(embedded: NameLookup) -> None:
    first = embedded.lookup("interleukin receptor", fuzzy=True, limit=40)
    assert first == embedded.lookup("interleukin receptor", fuzzy=True, limit=40)
    scores = [hit.candidate.score for hit in first]
    assert scores == sorted(scores, reverse=True)


TEXTS = st.text(max_size=60) | st.text(alphabet="aB1αß()-/,.' \n\tR+p", max_size=30)


@given(TEXTS)
def test_trigrams_of_one_string_are_those_of_many(text: str) -> None:
    tokens = tokens_of(text)
    assert grams_of(tokens) == np.unique(token_grams(tokens).values).tolist()


@given(st.floats(0, 1))
def test_a_score_is_rounded_as_arrays_are(score: float) -> None:
    assert rounded(score) == np.array([score]).round(4)[0]


@given(TEXTS)
def test_any_string_may_be_looked_up(embedded: NameLookup, text: str) -> None:
    for hit in embedded.lookup(text, fuzzy=True, limit=5):
        assert 0 < hit.candidate.score < 1
        assert hit.method and hit.candidate.curie


@given(TEXTS)
def test_any_string_may_be_searched_for_names(terminology: Terminology, text: str) -> None:
    for match in terminology.find(text):
        assert 0 <= match.start < match.end <= len(text)
    assert all(c.score > 0 for c in terminology.lookup(text))


def test_compiled_once_and_again_when_damaged(small: Terminology, tmp_path: Path) -> None:
    before = NameLookup(small, cache=tmp_path).lookup("osteoartritis", fuzzy=True)
    (directory,) = (tmp_path / "fuzzy").iterdir()
    file = directory / "Disease_norms.npy"
    file.write_bytes(file.read_bytes()[:-4])
    assert load_arrays(directory) is None
    assert NameLookup(small, cache=tmp_path).lookup("osteoartritis", fuzzy=True) == before
    assert load_arrays(directory) is not None


def test_arrays_are_kept_whole(tmp_path: Path) -> None:
    arrays = {"a": np.arange(5), "b": np.zeros(0, np.uint64)}
    save_arrays(arrays, {"kind": "x"}, tmp_path / "set")
    save_arrays(arrays, {"kind": "y"}, tmp_path / "set")  # the first one stays
    loaded = load_arrays(tmp_path / "set")
    assert loaded is not None
    assert loaded[1] == {"kind": "x"}
    assert loaded[0]["a"].tolist() == [0, 1, 2, 3, 4]
    assert [p.name for p in tmp_path.iterdir()] == ["set"]
