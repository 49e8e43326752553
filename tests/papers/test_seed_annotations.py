from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.model import Annotation
from pipeline.papers.identifiers import parse_identifiers
from pipeline.papers.seed_annotations import Fault, parse_line, singular


def parse(line: str) -> list[tuple[str, tuple[str, ...], tuple[str, ...]] | str]:
    """Names, identifiers and aliases; the text of a fault in its place."""
    found: list[tuple[str, tuple[str, ...], tuple[str, ...]] | str] = []
    for entry in parse_line(line, group="Linked entities", number=7):
        if isinstance(entry, Fault):
            found.append(str(entry))
        else:
            found.append((entry.name, entry.identifiers, entry.aliases))
    return found


def test_an_annotation_has_all_its_parts() -> None:
    line = (
        "- **Genes:** Mapk1 (mitogen-activated protein kinase 1) [NCBI Gene 26413] {aka ERK, P41}"
    )
    assert list(parse_line(line, group="Full-text entities", number=43)) == [
        Annotation(
            type="Gene",
            identifiers=("NCBIGene:26413",),
            name="Mapk1",
            group="Full-text entities",
            aliases=("mitogen-activated protein kinase 1", "ERK", "P41"),
            line=43,
        )
    ]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (
            "SR (serine racemase), SRR",
            [("SR", (), ("serine racemase",)), ("SRR", (), ())],
        ),
        (
            "pep (C1, cysteine) 2 (one, with (two) parts) [NCBI Gene 1] {aka a b(c, d), e}, B (-)",
            [
                (
                    "pep (C1, cysteine) 2",
                    ("NCBIGene:1",),
                    ("one, with (two) parts", "a b(c, d)", "e"),
                ),
                ("B", (), ()),
            ],
        ),
        (
            "Neoplasms, Breast (MESH:D001943), Fracture, Bone (MESH:D050723)",
            [
                ("Neoplasms, Breast", ("MESH:D001943",), ()),
                ("Fracture, Bone", ("MESH:D050723",), ()),
            ],
        ),
        (
            "1,2-dichloroethane (MESH:C024565), poly (I: C) (MESH:D011069), N,N-x",
            [
                ("1,2-dichloroethane", ("MESH:C024565",), ()),
                ("poly (I: C)", ("MESH:D011069",), ()),
                ("N,N-x", (), ()),
            ],
        ),
        ("one, two, three", [("one", (), ()), ("two", (), ()), ("three", (), ())]),
        (
            "one(MESH:D000001),two (MESH:D000002|MONDO:0000002),",
            [("one", ("MESH:D000001",), ()), ("two", ("MESH:D000002", "MONDO:0000002"), ())],
        ),
        (
            "p53(alpha) [NCBI Gene 7157], x [y] (z) (MESH:D000001) [OMIM 100000]",
            [
                ("p53(alpha)", ("NCBIGene:7157",), ()),
                ("x [y] (z)", ("MESH:D000001", "OMIM:100000"), ()),
            ],
        ),
        (
            "TGF-&beta;1 (a &amp; <i>b</i>) {aka *Tgfb*} [NCBI Gene 7040]",
            [("TGF-β1", ("NCBIGene:7040",), ("a & b", "Tgfb"))],
        ),
        ("a {b} [NCBI Gene 1] {aka}", [("a {b}", ("NCBIGene:1",), ())]),
        ("", []),
        (" , <i></i>,", []),
    ],
)
def test_entries(
    entries: str, expected: list[tuple[str, tuple[str, ...], tuple[str, ...]]]
) -> None:
    assert parse(f"- **Genes:** {entries}") == expected


@pytest.mark.parametrize(
    ("entry", "name", "aliases"),
    [
        ("Mus musculus (taxon 10090)", "Mus musculus", ()),
        ("Mus musculus (house mouse, species) [taxon 10090]", "Mus musculus", ("house mouse",)),
        ("Rattus (genus) [taxon 10114]", "Rattus", ()),
        (
            "Human herpesvirus 4 (HHV-4, EBV, no rank) [taxon 10376]",
            "Human herpesvirus 4",
            ("HHV-4, EBV",),
        ),
    ],
)
def test_the_rank_of_a_species_is_no_name(entry: str, name: str, aliases: tuple[str, ...]) -> None:
    [(found, identifiers, found_aliases)] = parse(f"- **Species:** {entry}")
    assert (found, found_aliases) == (name, aliases)
    assert identifiers[0].startswith("NCBITaxon:")


@pytest.mark.parametrize(
    ("label", "type_"),
    [
        ("- **Cell lines:**", "Cell line"),
        ("* **Chemicals**:", "Chemical"),
        ("  - ** proteins : **", "Protein"),
        ("- Species:", "Species"),
        ("1. Cell types:", "Cell type"),
    ],
)
def test_lists_of_any_type(label: str, type_: str) -> None:
    [annotation] = parse_line(f"{label} thing (-)", group="", number=1)
    assert isinstance(annotation, Annotation)
    assert (annotation.type, annotation.name) == (type_, "thing")


@pytest.mark.parametrize(
    ("plural", "expected"),
    [
        *[("Genes", "Gene"), ("Diseases", "Disease"), ("Species", "Species")],
        *[("viruses", "Virus"), ("Therapies", "Therapy"), ("Virus", "Virus"), ("", "")],
    ],
)
def test_singular(plural: str, expected: str) -> None:
    assert singular(plural) == expected


GOOD = ("good", ("NCBIGene:2",), ("fine",))


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("foo (bar [NCBI Gene 1]", "'(' is never closed: 'foo (bar [NCBI Gene 1]'"),
        ("foo bar) [NCBI Gene 1]", "')' closes nothing"),
        ("foo (bar] [NCBI Gene 1]", "'(' is closed by ']'"),
        ("foo (x (y, z) (d) [NCBI Gene 1] {aka a, b}", "'(' is never closed"),
        ("foo (bar) [NCBI Gene 1] {aka a(b, c}", "'(' is closed by '}'"),
        ("foo (bar) [NCBI Gene 1] {aka a, b", "'{' is never closed"),
        ("foo (bar) [Ensembl ENSG1]", "'Ensembl ENSG1' is no identifier of a known form"),
        ("foo (MESH:12)", "'MESH:12' is no identifier of a known form"),
        ("[NCBI Gene 1]", "no name before the identifier"),
        ("<i></i> [NCBI Gene 1]", "no name before the identifier"),
    ],
)
def test_what_cannot_be_read_is_reported_and_the_rest_kept(bad: str, reason: str) -> None:
    good = "good (fine) [NCBI Gene 2]"
    first, second, third = parse(f"- **Genes:** {good}, {bad}, {good}")
    assert first == third == GOOD
    assert isinstance(second, str)
    assert second.startswith(f"Gene: {reason}")


def test_in_a_list_without_identifiers_the_rest_is_kept_as_well() -> None:
    fault, last = parse("- **Proteins:** SR (serine, SRR (serine racemase), RUNX2 (Runx2)")
    assert fault == "Protein: '(' is never closed: 'SR (serine, SRR (serine racemase)'"
    assert last == ("RUNX2", (), ("Runx2",))


@pytest.mark.parametrize("entries", ["foo (bar", "foo (x), y [NCBI Gene 1", "foo {aka a, b"])
def test_a_line_that_was_cut_off_is_reported(entries: str) -> None:
    *_, last = parse(f"- **Genes:** {entries}")
    assert "is never closed" in last


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Genes were found in the full text", "no list marker"),
        ("### Genes", "no list marker"),
        ("- osteoarthritis (MONDO:0005178)", "no type"),
        ("- **:** x", "no type"),
    ],
)
def test_lines_that_are_no_list_are_reported(line: str, reason: str) -> None:
    [fault] = parse(line)
    assert isinstance(fault, str)
    assert fault.startswith(reason)
    assert line in fault


def test_long_offending_text_is_shortened() -> None:
    [fault] = parse("- **Genes:** " + "long (" * 100)
    assert isinstance(fault, str)
    assert len(fault) < 150
    assert fault.endswith("…'")


def test_a_line_full_of_errors_ends_soon() -> None:
    found = parse("- **Genes:** " + "((a), " * 5_000)
    assert len(found) == 20
    assert str(found[-1]).startswith("Gene: too many errors, the rest is left out")


WORD = st.text(st.sampled_from("abcXYZ019-+/.:'α–é"), min_size=1, max_size=6).filter(
    lambda word: parse_identifiers(word) is None and not word.startswith("aka")
)


@st.composite
def texts(draw: st.DrawFn, *, commas: bool = True, depth: int = 2) -> str:
    """A name or description: words and balanced brackets, glued or set off, with commas.

    A word follows each bracket, as a set-off one at the end, or before a comma, ends an entry.
    """
    parts = [draw(WORD)]
    for _ in range(draw(st.integers(0, 3))):
        if depth and draw(st.booleans()):
            bracket = draw(st.sampled_from(("()", "[]", "{}")))
            inner = draw(texts(depth=depth - 1))
            assume(parse_identifiers(inner) is None)
            parts.append(f"{draw(st.sampled_from(('', ' ')))}{bracket[0]}{inner}{bracket[1]}")
            parts.append(f"{draw(st.sampled_from((' ', '-')))}{draw(WORD)}")
        else:
            parts.append(draw(st.sampled_from((" ", ",", ", ") if commas else (" ", ","))))
            parts.append(draw(WORD))
    return "".join(parts)


NUMBERS = st.integers(1, 10**7)
GENE_LISTS = st.lists(NUMBERS.map("NCBIGene:{}".format), min_size=1, max_size=3, unique=True)
DISEASES = st.one_of(
    st.integers(0, 999_999).map("MESH:D{:06}".format),
    st.integers(0, 999_999).map("MONDO:{:07}".format),
)


@st.composite
def genes(draw: st.DrawFn) -> tuple[str, Annotation]:
    """A gene as `name (description) [NCBI Gene 1, 2] {aka a, b}`."""
    name, description = draw(texts()), draw(texts())
    identifiers = tuple(draw(GENE_LISTS))
    aliases = draw(st.lists(texts(commas=False), max_size=3))
    numbers = ", ".join(curie.partition(":")[2] for curie in identifiers)
    text = f"{name} ({description}) [NCBI Gene {numbers}]"
    if aliases:
        text += f" {{aka {', '.join(aliases)}}}"
    names = tuple(dict.fromkeys((description, *aliases)))
    return text, Annotation("Gene", identifiers, name, "Lists", names, 3)


@st.composite
def diseases(draw: st.DrawFn) -> tuple[str, Annotation]:
    """A disease as `name (MONDO:0005178)`."""
    name, identifier = draw(texts()), draw(DISEASES)
    return f"{name} ({identifier})", Annotation("Disease", (identifier,), name, "Lists", (), 3)


@st.composite
def proteins(draw: st.DrawFn) -> tuple[str, Annotation]:
    """A protein without identifier as `name (description)`."""
    name, description = draw(texts()), draw(texts())
    return f"{name} ({description})", Annotation("Protein", (), name, "Lists", (description,), 3)


@given(
    st.one_of(
        st.tuples(st.just("Genes"), st.lists(genes(), max_size=5)),
        st.tuples(st.just("Diseases"), st.lists(diseases(), max_size=5)),
        st.tuples(st.just("Proteins"), st.lists(proteins(), max_size=5)),
    )
)
def test_rendered_annotations_are_read_back(
    line: tuple[str, list[tuple[str, Annotation]]],
) -> None:
    label, entries = line
    text = f"- **{label}:** {', '.join(text for text, _ in entries)}"
    assert list(parse_line(text, group="Lists", number=3)) == [entry for _, entry in entries]


TOKENS = st.sampled_from([*"ab,()[]{}:1*- ", ", ", "{aka ", "[NCBI Gene 1]", "(MESH:D000001)"])


@given(st.lists(TOKENS, max_size=25))
def test_any_line_is_read_without_an_exception(tokens: list[str]) -> None:
    for entry in parse_line(f"- **Genes:** {''.join(tokens)}", group="", number=1):
        if isinstance(entry, Annotation):
            assert entry.name == entry.name.strip() != ""
            assert all(alias == alias.strip() != "" for alias in entry.aliases)
        else:
            assert entry.reason
