import io
import subprocess
import sys
from dataclasses import replace

import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from papers_to_write import OA, example, papers
from spacy.language import Language
from spacy.tokens import DocBin

from pipeline.export.characters import replace_surrogates
from pipeline.export.formats import open_writer
from pipeline.export.prefixes import PrefixStyle
from pipeline.export.sink import WriteOptions
from pipeline.language import document_text, mentions_of
from pipeline.model import Link, Mention, Paper, Passage
from pipeline.normalization.link_extension import link_of

NLP = spacy.blank("en")


def written(made, **options):
    stream = io.BytesIO()
    with open_writer(stream, "docbin", WriteOptions(**options)) as write:
        for paper in made:
            write(paper)
    return stream.getvalue()


def docs(made, **options):
    return list(DocBin().from_bytes(written(made, **options)).get_docs(NLP.vocab))


def test_spacy_alone_reads_entities_and_identifiers(tmp_path):
    path = tmp_path / "papers.spacy"
    path.write_bytes(written([example()]))
    code = (
        "import sys; sys.modules['pipeline'] = None\n"
        "from spacy.tokens import DocBin; from spacy.vocab import Vocab\n"
        "doc, = DocBin().from_disk(sys.argv[1]).get_docs(Vocab())\n"
        "print([(e.text, e.label_, e.kb_id_) for e in doc.ents])\n"
        "print(len(doc.spans['mentions']), doc.user_data['bionorm']['paper_id'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, path],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        "[('RUNX2', 'Gene', 'NCBIGene:860'), ('mice', 'Species', 'NCBITaxon:10090'), "
        "('mice', 'Species', 'NCBITaxon:10090'), ('OA', 'Disease', 'MONDO:0005178'), "
        "('osteoarthritis', 'Disease', 'MONDO:0005178'), ('pain', 'Phenotype', 'HP:0012531'), "
        "('xyz', 'Gene', 'NIL')]\n7 PMC1\n"
    )


def test_it_goes_on_in_bionorm(nlp: Language):
    made = example()
    (doc,) = DocBin().from_bytes(written([made])).get_docs(nlp.vocab)
    assert mentions_of(doc, made) == made.mentions
    assert [e._.link for e in doc.ents] == [m.link for m in made.mentions]


def test_passages_are_told():
    (doc,) = docs([example()])
    about = doc.user_data["bionorm"]["passages"]
    assert [p["id"] for p in about] == ["title", "tldr", "abstract.1"]
    assert [doc.text[p["start"] : p["end"]] for p in about] == [p.text for p in example().passages]


def test_overlapping_mentions_and_several_of_one_span():
    text = "FGFR1-4"
    passage = Passage("t", "text", text)
    genes = [Link(f"NCBIGene:{n}", f"FGFR{n}", 0.5) for n in (1, 2, 3)]
    mentions = (
        Mention("t", 0, 7, text, "Gene", genes[0]),
        Mention("t", 0, 7, text, "Gene", genes[1]),
        Mention("t", 0, 7, text, "Disease", OA),
        Mention("t", 0, 5, "FGFR1", "Gene", genes[2]),
    )
    paper = Paper("1", (passage,), mentions)
    (doc,) = docs([paper])
    assert [(e.text, e.kb_id_) for e in doc.ents] == [(text, "NCBIGene:1")]
    assert [s.kb_id_ for s in doc.spans["mentions"]] == [m.link.curie for m in mentions]
    assert set(mentions_of(doc, paper)) == set(mentions)


def test_prefixes_of_bioregistry():
    (doc,) = docs([example()], prefix_style=PrefixStyle.BIOREGISTRY)
    disease = next(s for s in doc.spans["mentions"] if s.label_ == "Disease")
    link = link_of(disease)
    assert link is not None
    assert link.mesh == ("mesh:D010003",)


def test_equal_papers_give_equal_bytes():
    made = [example(), replace(example(), id="PMC2")]
    assert written(made) == written(made)


def test_nothing_to_write():
    assert docs([]) == []
    (doc,) = docs([Paper("1", ())])
    assert doc.text == ""


@settings(max_examples=30)
@given(made=st.lists(papers(), min_size=1, max_size=3))
def test_every_mention_is_there_with_its_own_borders(made):
    for doc, paper in zip(docs(made), made, strict=True):
        text = replace_surrogates(document_text(paper))
        assert doc.text == text
        starts = {p["id"]: p["start"] for p in doc.user_data["bionorm"]["passages"]}
        found = [(s.start_char, s.end_char, s.label_, s.kb_id_) for s in doc.spans["mentions"]]
        assert found == [
            (starts[m.passage] + m.start, starts[m.passage] + m.end, m.type, m.link.curie or "NIL")
            for m in paper.mentions
        ]
        assert {(e.start_char, e.end_char, e.label_, e.kb_id_) for e in doc.ents} <= set(found)
