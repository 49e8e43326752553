from dataclasses import replace

import pytest

from pipeline.evaluation.seed_check import COLUMNS, Score, check, findings_frame
from pipeline.evaluation.seed_surface import SurfaceText, same_surface
from pipeline.model import Annotation, Link, Mention, Paper, Passage, Problem

LINKED, FULL = "Linked entities", "Full-text entities"
NAMES = {
    "MONDO:0005178": "osteoarthritis",
    "MESH:D010003": "Osteoarthritis",
    "MESH:D001168": "Arthritis",
    "MESH:D007592": "Joint Diseases",
    "MESH:D002357": "Cartilage Diseases",
    "MESH:D009140": "Musculoskeletal Diseases",
    "MESH:C": "Diseases",
    "MONDO:0007743": "hip osteoarthritis",
    "MESH:D015207": "Osteoarthritis, Hip",
    "NCBIGene:5594": "MAPK1",
    "NCBIGene:26413": "Mapk1",
    "NCBIGene:2": "A2M",
    "NCBIGene:232345": "A2m",
    "NCBIGene:7124": "TNF",
    "NCBITaxon:9606": "Homo sapiens",
    "NCBITaxon:10090": "Mus musculus",
}
PARENTS = {
    "MESH:D015207": ("MESH:D010003",),
    "MESH:D010003": ("MESH:D001168",),
    "MESH:D001168": ("MESH:D007592",),
    "MESH:D007592": ("MESH:D009140",),
    "MESH:D002357": ("MESH:D009140",),
    "MESH:D009140": ("MESH:C",),
}
EXACT = {
    "MONDO:0005178": "MESH:D010003",
    "MESH:D010003": "MONDO:0005178",
    "MONDO:0007743": "MESH:D015207",
    "MESH:D015207": "MONDO:0007743",
}
TAXA = {"NCBIGene:5594": "9606", "NCBIGene:26413": "10090", "NCBIGene:2": "9606",
        "NCBIGene:232345": "10090", "NCBIGene:7124": "9606"}  # fmt: skip


class Terms:
    """A terminology of a few real concepts."""

    def __contains__(self, curie):
        return curie in NAMES

    def current(self, curie):
        return {"MESH:D000": "MESH:D010003", "MONDO:old": "MONDO:0005178"}.get(curie, curie)

    def name(self, curie):
        return NAMES.get(curie, "")

    def taxon(self, curie):
        return f"NCBITaxon:{TAXA[curie]}" if curie in TAXA else ""

    def parents(self, curie):
        return PARENTS.get(curie, ())

    def path_up(self, curie, ancestor):
        if curie == ancestor:
            return (curie,)
        paths = (self.path_up(p, ancestor) for p in self.parents(curie))
        return next(((curie, *path) for path in paths if path), ())

    def mappings(self, curie):
        return {
            "MONDO:9": (("skos:broadMatch", "MESH:D002357"),),
            "MONDO:8": (("skos:narrowMatch", "MESH:D002357"),),
        }.get(curie, ())

    def equivalents(self, curie):
        return (curie, EXACT[curie]) if curie in EXACT else (curie,)

    def homologues(self, curie):
        groups = [("NCBIGene:26413", "NCBIGene:5594")]
        return tuple(c for g in groups if curie in g for c in g if c != curie)

    def names(self, curie):
        return {"NCBIGene:7124": (("TNF", "symbol"), ("cachectin", "synonym"))}.get(curie, ())


OA = Link("MONDO:0005178", "osteoarthritis", 0.9, mesh=("MESH:D010003",), mondo=("MONDO:0005178",))
MESH_ONLY = Link("MESH:D010003", "Osteoarthritis", 0.9, mesh=("MESH:D010003",))


def link(curie, **more):
    return Link(curie, NAMES.get(curie, curie), 0.8, **more)


def gold(name, *curies, type="Disease", group=LINKED, **more):
    return Annotation(type, curies, name, group, **more)


def paper(text, mentions=(), annotations=(), **more):
    """Make a paper whose mentions are (text, type, link), each at its first occurrence."""
    return Paper(
        "PMC1",
        (Passage("abstract", "abstract", text),),
        tuple(
            Mention("abstract", text.index(m), text.index(m) + len(m), m, kind, target)
            for m, kind, target in mentions
        ),
        tuple(annotations),
        **more,
    )


def judge(text, mentions, *annotations, status=None):
    """Return the finding of the only annotation, or the only one of a status."""
    findings = check([paper(text, mentions, annotations)], Terms()).findings
    wanted = [f for f in findings if (f.status == status if status else f.status != "extra")]
    assert len(wanted) == 1, findings
    return wanted[0]


class TestMatched:
    def test_by_primary_identifier(self):
        f = judge("osteoarthritis", [("osteoarthritis", "Disease", OA)], gold("OA", OA.curie))
        assert (f.status, f.identifier, f.predicted) == ("matched", OA.curie, OA.curie)
        assert f.explanation == "Found as “osteoarthritis”."

    def test_through_the_mapping(self):
        f = judge("OA", [("OA", "Disease", OA)], gold("OA", "MESH:D010003"))
        assert (f.status, f.predicted) == ("matched", "MONDO:0005178")
        assert "mapping between MONDO and MeSH" in f.explanation

    @pytest.mark.parametrize("retired", ["MESH:D000", "MONDO:old"])
    def test_of_a_retired_annotation(self, retired):
        f = judge("OA", [("OA", "Disease", OA)], gold("OA", retired))
        assert (f.status, f.identifier) == ("matched", retired)
        assert f.explanation.startswith(f"{retired} is retired and replaced by M")

    def test_by_a_second_identifier_of_the_same_vocabulary(self):
        two = Link("MESH:D010003", mesh=("MESH:D010003", "MESH:D001168"))
        f = judge("OA", [("OA", "Disease", two)], gold("OA", "MESH:D001168"))
        assert f.status == "matched"
        assert f.explanation.endswith("which also has the identifier MESH:D001168.")

    def test_of_a_retired_prediction(self):
        f = judge("OA", [("OA", "Disease", link("MONDO:old"))], gold("OA", "MONDO:0005178"))
        assert f.status == "matched"

    def test_any_of_several_identifiers_or_all_joint_ones(self):
        several = gold("x", "MESH:D001168", "MESH:D010003")
        assert judge("OA", [("OA", "Disease", OA)], several).status == "matched"
        f = judge("OA", [("OA", "Disease", OA)], replace(several, joint=True))
        assert f.status != "matched"
        assert f.identifier == "MESH:D001168+MESH:D010003"
        assert f.explanation.startswith("Of the 2 identifiers that belong together, 1 were found.")

    def test_not_by_a_mention_of_another_type(self):
        f = judge("OA", [("OA", "Gene", OA)], gold("OA", OA.curie))
        assert f.status == "missed"
        assert "“OA” was recognized as Gene, osteoarthritis (MONDO:0005178)." in f.explanation

    def test_a_protein_is_compared_with_genes(self):
        f = judge("TNF", [("TNF", "Gene", link("NCBIGene:7124"))],
                  gold("TNF", "NCBIGene:7124", type="Protein"))  # fmt: skip
        assert (f.status, f.type) == ("matched", "Gene")


class TestRelated:
    def test_descendant_with_the_path_by_names(self):
        hip = link("MONDO:0007743", mesh=("MESH:D015207",))
        f = judge("hip osteoarthritis", [("hip osteoarthritis", "Disease", hip)],
                  gold("osteoarthritis", "MESH:D001168"))  # fmt: skip
        assert (f.status, f.predicted) == ("related", "MONDO:0007743")
        assert (
            "hip osteoarthritis (MONDO:0007743) is more specific than Arthritis (MESH:D001168): "
            "Osteoarthritis, Hip → Osteoarthritis → Arthritis (each falls under the next)."
        ) in f.explanation

    def test_ancestor(self):
        f = judge("arthritis", [("arthritis", "Disease", link("MESH:D001168"))],
                  gold("arthritis", "MONDO:0005178"))  # fmt: skip
        assert f.status == "related"
        assert "more general than osteoarthritis (MONDO:0005178): Osteoarthritis → Arthritis" in (
            f.explanation
        )

    def test_the_root_is_no_relation(self):
        f = judge("arthritis", [("arthritis", "Disease", link("MESH:C"))],
                  gold("arthritis", "MESH:D001168"))  # fmt: skip
        assert f.status == "missed"

    def test_the_same_concept_that_the_link_does_not_name(self):
        f = judge("OA", [("OA", "Disease", MESH_ONLY)], gold("OA", "MONDO:0005178"))
        assert f.status == "related"
        assert "is the same concept as MONDO:0005178" in f.explanation

    def test_homologue(self):
        f = judge("ERK", [("ERK", "Gene", link("NCBIGene:5594"))],
                  gold("Mapk1", "NCBIGene:26413", type="Gene", aliases=("ERK",)))  # fmt: skip
        assert f.status == "related"
        assert (
            "MAPK1 (NCBIGene:5594, Homo sapiens) is the homologue, in another species, of "
            "Mapk1 (NCBIGene:26413, Mus musculus)."
        ) in f.explanation

    def test_same_symbol_in_another_species(self):
        f = judge("A2M", [("A2M", "Gene", link("NCBIGene:2"))],
                  gold("A2m", "NCBIGene:232345", type="Gene"))  # fmt: skip
        assert f.status == "related"
        assert "has, in another species, the symbol of" in f.explanation

    @pytest.mark.parametrize(("curie", "word"), [("MONDO:9", "narrower"), ("MONDO:8", "broader")])
    def test_broad_and_narrow_mappings(self, curie, word):
        f = judge("x", [("x", "Disease", link(curie))], gold("x", "MESH:D002357"))
        assert f.status == "related"
        assert f"is mapped to Cartilage Diseases (MESH:D002357) as a {word} concept" in (
            f.explanation
        )

    def test_when_no_name_is_in_the_text(self):
        f = judge("OA", [("OA", "Disease", OA)], gold("joint disease", "MESH:D007592"))
        assert f.status == "related"
        assert f.explanation.startswith("No name of it (“joint disease”) is in the text")

    def test_evidence_of_the_link_is_told(self):
        target = link("NCBIGene:5594", reason="The sentence names patients")
        f = judge("ERK", [("ERK", "Gene", target)],
                  gold("ERK", "NCBIGene:26413", type="Gene"))  # fmt: skip
        assert f.explanation.endswith("The sentence names patients.")


class TestMissed:
    def test_not_recognized(self):
        f = judge("with TNF-α here", [], gold("TNF alpha", "NCBIGene:7124", type="Gene"))
        assert (f.status, f.predicted) == ("missed", "")
        assert f.explanation == "“TNF-α” (abstract) is in the text, but was not recognized."

    def test_nil_with_its_reason(self):
        f = judge("fatigue", [("fatigue", "Disease", Link(reason="Of a material."))],
                  gold("fatigue", "MESH:D001168"))  # fmt: skip
        assert f.explanation == (
            "“fatigue” was recognized as Disease, but not resolved. Of a material."
        )

    def test_another_identifier_with_what_both_fall_under(self):
        f = judge("osteoarthritic cartilage", [("osteoarthritic", "Disease", OA)],
                  gold("osteoarthritic cartilage", "MESH:D002357"))  # fmt: skip
        assert (f.status, f.predicted) == ("missed", "MONDO:0005178")
        assert "“osteoarthritic” was resolved to osteoarthritis (MONDO:0005178)." in f.explanation
        assert "Both fall under Musculoskeletal Diseases (MESH:D009140)." in f.explanation

    def test_in_its_place_but_a_relative_elsewhere(self):
        f = judge("arthritis and OA", [("OA", "Disease", OA)], gold("arthritis", "MESH:D001168"))
        assert f.status == "missed"
        assert "Elsewhere in the text: osteoarthritis (MONDO:0005178) is more specific" in (
            f.explanation
        )

    def test_by_another_name_of_the_terminology(self):
        f = judge("cachectin", [], gold("TNF", "NCBIGene:7124", type="Gene"))
        assert f.status == "missed"
        assert f.explanation.startswith("No annotated name is in the text, but another name")


def test_not_in_text_and_unknown_to_the_terminology():
    f = judge("nothing", [], gold("x-disease", "MESH:D999", aliases=("xd",)))
    assert (f.status, f.predicted) == ("not in text", "")
    assert f.explanation == (
        "No name of it (“x-disease”, “xd”) is in the text that was read (parts: abstract). "
        "The terminology does not have MESH:D999."
    )


class TestNoIdentifier:
    def test_what_was_found_there(self):
        f = judge("SRR", [("SRR", "Gene", link("NCBIGene:7124"))], gold("SRR", type="Protein"))
        assert (f.status, f.type, f.predicted) == ("no identifier", "Gene", "NCBIGene:7124")
        assert f.explanation == (
            "The annotation has no identifier (annotated as Protein). "
            "“SRR” was resolved to TNF (NCBIGene:7124, Homo sapiens)."
        )

    def test_not_recognized_or_not_there(self):
        assert "not recognized" in judge("SRR", [], gold("SRR", type="Gene")).explanation
        assert "No name of it" in judge("", [], gold("SRR", type="Gene")).explanation

    def test_it_does_not_count(self):
        result = check([paper("SRR", annotations=[gold("SRR", type="Protein")])], Terms())
        assert (result.identified, result.exact_recall, result.total) == (0, None, Score())


def test_another_type_is_reported_but_not_counted():
    result = check([paper("x", annotations=[gold("aspirin", "MESH:D001241", type="Chemical")])],
                   Terms())  # fmt: skip
    (f,) = result.findings
    assert (f.status, f.type, f.identifier) == ("other type", "Chemical", "MESH:D001241")
    assert (result.identified, result.total) == (0, Score())


class TestExtra:
    def judged(self, text, mentions, *annotations):
        return judge(text, mentions, *annotations, status="extra")

    def test_name_texts_and_evidence(self):
        target = link("NCBIGene:7124", reason="Human by default.")
        f = self.judged("TNF", [("TNF", "Gene", target)], gold("OA", OA.curie))
        assert (f.identifier, f.name, f.type, f.predicted) == ("", "TNF", "Gene", "NCBIGene:7124")
        assert f.explanation == (
            "Not in this list; found as “TNF”. “TNF” is a name of TNF (NCBIGene:7124, Homo "
            "sapiens), scope: symbol. Human by default."
        )

    def test_the_other_list_has_it(self):
        other = gold("OA", "MESH:D010003", group=FULL)
        f = self.judged("OA", [("OA", "Disease", OA)], gold("x", "MESH:D999"), other)
        assert "The same paper's list “Full-text entities” has it." in f.explanation

    def test_the_list_has_the_name_without_or_with_another_identifier(self):
        srr = [("SRR", "Gene", link("NCBIGene:7124"))]
        f = self.judged("SRR", srr, gold("SRR", type="Protein"))
        assert "The list has “SRR” without an identifier." in f.explanation
        f = self.judged("SRR", srr, gold("SRR", "NCBIGene:2", type="Gene"))
        assert "The list has “SRR” as A2M (NCBIGene:2, Homo sapiens)." in f.explanation

    def test_relation_to_the_list(self):
        f = self.judged("OA", [("OA", "Disease", OA)], gold("y", "MESH:D007592"))
        assert "Compared with the list: osteoarthritis (MONDO:0005178) is more specific" in (
            f.explanation
        )

    def test_one_per_concept(self):
        mentions = [("OA", "Disease", OA), ("arthrosis", "Disease", MESH_ONLY)]
        f = self.judged("OA arthrosis", mentions, gold("y", "MESH:D999"))
        assert "“OA”, “arthrosis”" in f.explanation


class TestScores:
    def test_each_list_and_type_of_its_own(self):
        annotated = [
            gold("OA", "MONDO:0005178"),
            gold("arthritis", "MESH:D001168", group=FULL),
            gold("OA", "MESH:D010003", group=FULL),
        ]
        mentions = [("OA", "Disease", OA), ("TNF", "Gene", link("NCBIGene:7124"))]
        result = check([paper("OA TNF", mentions, annotated)], Terms())
        assert {(s.group, s.type): s.score for s in result.scores} == {
            (LINKED, "Disease"): Score(1, 1, 1, 1),
            (LINKED, "Gene"): Score(0, 1, 0, 0),
            (FULL, "Disease"): Score(2, 1, 1, 1),
            (FULL, "Gene"): Score(0, 1, 0, 0),
        }
        assert result.total == Score(3, 4, 2, 2)
        assert (result.found, result.identified) == (2, 3)

    def test_mesh_and_mondo_of_one_concept(self):
        both = [gold("OA", "MONDO:0005178"), gold("OA", "MESH:D010003")]
        mentions = [("OA", "Disease", OA), ("arthrosis", "Disease", MESH_ONLY)]
        result = check([paper("OA arthrosis", mentions, both)], Terms())
        assert result.total == Score(gold=2, predicted=1, matched=2, correct=1)

    def test_an_identifier_annotated_twice_counts_once(self):
        twice = [gold("OA", "MESH:D010003"), gold("arthrosis", "MESH:D000")]
        assert check([paper("", annotations=twice)], Terms()).total.gold == 1

    def test_figures(self):
        score = Score(gold=4, predicted=2, matched=2, correct=1)
        assert (score.precision, score.recall, score.f1) == (0.5, 0.5, 0.5)
        assert (Score().precision, Score().recall, Score().f1) == (None, None, None)
        assert Score(gold=2).f1 == Score(predicted=2).f1 == 0.0


def test_what_could_not_be_read_is_reported():
    problem = Problem("a.txt", 12, "no closing bracket: '[NCBI'", "PMC1", fatal=False)
    result = check([paper("x", problems=(problem,))], Terms())
    (f,) = result.findings
    assert (f.status, f.explanation) == ("unreadable", "Line 12: no closing bracket: '[NCBI'")


def test_a_paper_without_annotations_is_passed_over():
    result = check([paper("OA", [("OA", "Disease", OA)])], Terms())
    assert result.findings == result.scores == ()


def test_table():
    result = check([paper("OA", [("OA", "Disease", OA)], [gold("OA", "MONDO:0005178")])], Terms())
    frame = findings_frame(result)
    assert tuple(frame.columns) == COLUMNS
    assert frame.iloc[0].tolist() == [
        "PMC1", LINKED, "Disease", "MONDO:0005178", "OA", "matched", "MONDO:0005178",
        "Found as “OA”.",
    ]  # fmt: skip
    assert findings_frame(check([], Terms())).dtypes.to_dict() == frame.dtypes.to_dict()


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        ("reduce IL-6; x", "IL6", ["IL-6"]),
        ("TNF-α, TNF alpha", "TNF-alpha", ["TNF-α", "TNF alpha"]),
        ("the P38/ERK pathway", "Erk", ["ERK"]),
        ("IL-10 and IL1", "IL1", ["IL1"]),
        ("mutated ERK1", "ERK", []),
        ("a cat and CAT", "CAT", ["CAT"]),
        ("a Rat, rats", "rat", ["Rat", "rats"]),
        ("let-7a/let-7b", "let-7b", ["let-7b"]),
        ("x", "--", []),
    ],
)
def test_occurrences(text, name, found):
    places = SurfaceText(paper(text)).occurrences([name])
    assert [p.text for p in places] == found
    assert all(text[p.start : p.end] == p.text for p in places)


def test_same_surface():
    assert same_surface("osteoarthritis", "Osteoarthritis")
    assert not same_surface("cat", "CAT")
