"""Pipelines and documents that go elsewhere: to disk, to other processes, to displaCy, to code
that was written for scispaCy.
"""

from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import entry_points, version
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import spacy
from scispacy.linking_utils import Entity
from spacy import displacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span
from spacy.tokens.underscore import Underscore
from spacy.vocab import Vocab

from pipeline.model import EntityType, Link
from pipeline.normalization.link_extension import link_of
from pipeline.pages.displacy import CONCEPT_PAGES, LABEL_COLORS
from pipeline.recognition.places import places_of
from pipeline.recognition.recognizer import recognition_of

TEXTS = [
    "In mice with osteoarthritis (OA), TNF-α rose; Runx2 fell.",
    "BRCA1+BRCA2 in patients with breast cancer and qwxyzzy fibrosis.",
    "",
    "No names here, 𝛼 only.",
]
STEPS = ("bionorm_abbreviations", "bionorm_recognizer", "bionorm_normalizer")


@pytest.fixture(scope="module")
def english() -> Language:
    language = spacy.blank("en")
    for step in (*STEPS, "bionorm_kb_ents"):
        language.add_pipe(step)
    return language


@pytest.fixture(scope="module")
def docs(english: Language) -> list[Doc]:
    return [english(text) for text in TEXTS]


def told(doc: Doc) -> list[tuple[object, ...]]:
    """All that a document tells of its mentions and entities."""
    mentions = zip(doc.spans["mentions"], places_of(doc, "mentions"), strict=True)
    return [
        *(
            (s.start, s.end, s.label_, s.kb_id_, s.id_, place, link_of(s, place), recognition_of(s))
            for s, place in mentions
        ),
        *(
            (e.text, e.label_, e.kb_id_, e.id_, e._.link, [tuple(pair) for pair in e._.kb_ents])
            for e in doc.ents
        ),
    ]


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_there_is_something_to_tell(docs: list[Doc]) -> None:
    every = [link for doc in docs for link in (link_of(e) for e in doc.ents)]
    assert len(every) > 5
    assert all(isinstance(link, Link) for link in every)
    assert any(link.alternatives for link in every)
    assert any(link.mesh for link in every)


# Pipelines


def test_a_pipeline_is_saved_and_loaded(nlp: Language, tmp_path: Path) -> None:
    nlp.to_disk(tmp_path)
    loaded = spacy.load(tmp_path)
    assert loaded.pipe_names == nlp.pipe_names
    text = TEXTS[0]
    assert [(e.text, e.kb_id_, e._.link) for e in loaded(text).ents] == [
        (e.text, e.kb_id_, e._.link) for e in nlp(text).ents
    ]
    assert (loaded.meta["name"], loaded.meta["version"]) == ("bionorm", version("bionorm"))
    assert loaded.meta["license"] == "MIT"


def test_settings_are_saved_with_the_pipeline(tmp_path: Path) -> None:
    language = spacy.blank("en")
    language.add_pipe("bionorm_recognizer", config={"threshold": 0.75, "sequence_types": []})
    language.add_pipe("bionorm_normalizer", config={"labels": {"DISEASE": "Disease"}})
    language.add_pipe("bionorm_kb_ents", config={"max_entities_per_mention": 2})
    language.to_disk(tmp_path)
    loaded = spacy.load(tmp_path)
    assert loaded.get_pipe("bionorm_recognizer").threshold == 0.75
    assert loaded.get_pipe("bionorm_recognizer").sequence_types == ()
    assert loaded.get_pipe("bionorm_normalizer").labels == {"DISEASE": "Disease"}
    assert loaded.get_pipe("bionorm_kb_ents").max_entities_per_mention == 2


def test_bytes_and_configuration_make_the_same_pipeline(english: Language) -> None:
    copy = spacy.util.load_model_from_config(english.config).from_bytes(english.to_bytes())
    assert [told(copy(text)) for text in TEXTS] == [told(english(text)) for text in TEXTS]


def test_a_pickled_pipeline_is_the_same(english: Language) -> None:
    packed = pickle.dumps(english)
    assert len(packed) < 1 << 20  # the terminology is opened again, not copied
    copy = pickle.loads(packed)  # noqa: S301
    assert told(copy(TEXTS[0])) == told(english(TEXTS[0]))


def test_two_processes_tell_what_one_tells(english: Language, docs: list[Doc]) -> None:
    piped = english.pipe(TEXTS * 3, n_process=2, batch_size=2)
    assert [told(doc) for doc in piped] == [told(doc) for doc in docs] * 3


SPAWNED = """
import multiprocessing, sys
import spacy
if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    nlp = spacy.load(sys.argv[1])
    texts = ["Mice with osteoarthritis (OA); OA.", "TNF in rats."]
    one = [[(e.text, e.kb_id_, e._.link) for e in d.ents] for d in map(nlp, texts)]
    two = [[(e.text, e.kb_id_, e._.link) for e in d.ents] for d in nlp.pipe(texts, n_process=2)]
    assert one == two and len(one[0]) == 4 and one[1][0][2].curie, (one, two)
"""


def test_processes_that_share_nothing(nlp: Language, tmp_path: Path) -> None:
    """As on macOS and Windows, where processes are spawned."""
    nlp.to_disk(tmp_path / "pipeline")
    script = tmp_path / "spawned.py"
    script.write_text(SPAWNED, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, script, tmp_path / "pipeline"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


# Documents


def test_a_docbin_keeps_everything(english: Language, docs: list[Doc], tmp_path: Path) -> None:
    DocBin(docs=docs, store_user_data=True).to_disk(tmp_path / "papers.spacy")
    stored = DocBin().from_disk(tmp_path / "papers.spacy")
    assert [told(doc) for doc in stored.get_docs(Vocab())] == [told(doc) for doc in docs]


def test_a_docbin_without_user_data_keeps_identifiers(docs: list[Doc]) -> None:
    packed = DocBin(docs=docs).to_bytes()
    restored = list(DocBin().from_bytes(packed).get_docs(Vocab()))
    assert [[(e.text, e.label_, e.kb_id_) for e in doc.ents] for doc in restored] == [
        [(e.text, e.label_, e.kb_id_) for e in doc.ents] for doc in docs
    ]


def test_bytes_and_pickles_keep_everything(docs: list[Doc]) -> None:
    for doc in docs:
        assert told(Doc(Vocab()).from_bytes(doc.to_bytes())) == told(doc)
        assert told(pickle.loads(pickle.dumps(doc))) == told(doc)  # noqa: S301
        assert told(doc.copy()) == told(doc)


def test_user_data_are_plain(docs: list[Doc]) -> None:
    for doc in docs:
        json.dumps(list(doc.user_data.values()))


def test_links_move_with_a_part_of_a_document(docs: list[Doc]) -> None:
    part = docs[0][2:].as_doc(copy_user_data=True)
    moved = {e.text: e._.link for e in part.ents}
    assert moved == {e.text: e._.link for e in docs[0].ents if e.start >= 2}
    together = Doc.from_docs([docs[0], docs[1]])
    assert [e._.link for e in together.ents] == [e._.link for d in docs[:2] for e in d.ents]


def test_a_document_may_be_annotated_twice(english: Language, docs: list[Doc]) -> None:
    again = english(TEXTS[1])
    for _, component in english.pipeline:
        again = component(again)
    assert told(again) == told(docs[1])


# scispaCy


def test_code_written_for_scispacys_linker_runs(english: Language, docs: list[Doc]) -> None:
    linker = english.get_pipe("bionorm_kb_ents")
    lines = []
    for ent in docs[0].ents:
        for concept_id, score in ent._.kb_ents[:1]:
            entity = linker.kb.cui_to_entity[concept_id]
            lines.append((ent.text, entity.canonical_name, entity.types, score > 0))
    assert ("osteoarthritis", "osteoarthritis", ["Disease"], True) in lines
    assert ("mice", "Mus musculus", ["Species"], True) in lines


def test_kb_ents_begin_with_the_link(docs: list[Doc]) -> None:
    for doc in docs:
        for ent in doc.ents:
            ids = [concept_id for concept_id, _ in ent._.kb_ents]
            assert ids[:1] == ([] if ent.kb_id_ == "NIL" else [ent.kb_id_])
            assert len(set(ids)) == len(ids) <= 5
            others = [c.curie for c in ent._.link.alternatives]
            assert set(ids[1:]) <= set(others)


def test_kb_ents_have_limits(nlp: Language, tmp_path: Path) -> None:
    language = spacy.blank("en")
    for step in STEPS:
        language.add_pipe(step)
    language.add_pipe("bionorm_kb_ents", config={"max_entities_per_mention": 1})
    language.add_pipe("bionorm_kb_ents", name="sure", config={"threshold": 1.1})
    ents = language("Of mice and rats.").ents
    assert [len(ent._.kb_ents) for ent in ents] == [1, 1]


def test_a_concept_as_scispacy_has_it(english: Language) -> None:
    kb = english.get_pipe("bionorm_kb_ents").kb
    entity = kb.cui_to_entity["MONDO:0005178"]
    assert isinstance(entity, Entity)
    assert entity.concept_id == "MONDO:0005178"
    assert "degenerative joint disease" in entity.aliases
    assert entity.canonical_name not in entity.aliases
    assert kb.alias_to_cuis["degenerative joint disease"] == {"MONDO:0005178"}
    assert "MONDO:0005178" in kb.cui_to_entity
    assert "C0029408" not in kb.cui_to_entity
    assert "qwxyzzy" not in kb.alias_to_cuis
    assert "Osteoarthritis (no such writing)" not in kb.alias_to_cuis
    assert len(kb.cui_to_entity) == sum(1 for _ in kb.cui_to_entity) > 100_000
    with pytest.raises(KeyError):
        kb.cui_to_entity["MONDO:9999999"]


def test_a_retired_identifier_gives_what_replaces_it(small_snapshot: Path) -> None:
    language = spacy.blank("en")
    kb = language.add_pipe("bionorm_kb_ents", config={"snapshot": str(small_snapshot)}).kb
    assert kb.cui_to_entity["MONDO:0700001"].concept_id == "MONDO:0005178"
    assert set(kb.alias_to_cuis["osteopontin"]) == {"NCBIGene:6696", "NCBIGene:20750"}
    assert len(kb.alias_to_cuis) == len(set(kb.alias_to_cuis)) == len(list(kb.alias_to_cuis))


def test_scispacys_own_registration_does_no_harm(
    english: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Underscore, "span_extensions", dict(Underscore.span_extensions))
    before = english("Of mice.")
    Span.set_extension("kb_ents", default=[], force=True)  # as its linker does
    assert before.ents[0]._.kb_ents[0][0] == "NCBITaxon:10090"
    assert english("Of mice.").ents[0]._.kb_ents == before.ents[0]._.kb_ents


# displaCy


def test_displacy_links_out_to_each_vocabulary(docs: list[Doc]) -> None:
    html = displacy.render(docs[0], style="ent", options={"kb_url_template": CONCEPT_PAGES})
    hosts = {urlsplit(url).hostname for url in re.findall(r'href="(http[^"]+)"', html)}
    assert hosts == {"www.ncbi.nlm.nih.gov", "monarchinitiative.org"}
    spans = displacy.render(
        docs[0],
        style="span",
        options={"spans_key": "mentions", "kb_url_template": CONCEPT_PAGES},
    )
    assert "https://monarchinitiative.org/MONDO:0005178" in spans


def test_displacy_has_no_page_for_nil(docs: list[Doc]) -> None:
    assert CONCEPT_PAGES.format("NIL") == "#"
    assert str(CONCEPT_PAGES) == "https://bioregistry.io/{}"
    html = displacy.render(docs[1], style="ent", options={"kb_url_template": CONCEPT_PAGES})
    assert "/NIL" not in html


def test_displacy_knows_our_colours(docs: list[Doc]) -> None:
    (published,) = entry_points(group="spacy_displacy_colors", name="bionorm")
    assert published.load() == LABEL_COLORS
    assert set(LABEL_COLORS) == set(EntityType)
    html = displacy.render(docs[0], style="ent")
    for type_ in ("Gene", "Disease", "Species"):
        assert LABEL_COLORS[type_] in html


def test_the_colours_are_those_of_our_pages() -> None:
    css = Path(sys.modules["pipeline.pages.displacy"].__file__ or "").with_name("templates")
    text = (css / "base.css").read_text(encoding="utf-8")
    for type_, color in LABEL_COLORS.items():
        assert f"--{type_.lower()}: {color};" in text


# spaCy's own commands


@pytest.fixture
def compatibility() -> Iterator[str]:
    """Serve a compatibility table as spaCy's home does, with no package in it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"spacy": {"3.8": {}}}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/compatibility.json"
        server.shutdown()
        thread.join()


COMMANDS = """
import sys
from spacy import about
from spacy.cli import app
table, pipeline = sys.argv[1:]
about.__compatibility__ = table
for command in (["info"], ["info", pipeline], ["validate"]):
    print(command[0], "->", app(command, standalone_mode=False))
"""


def test_spacys_own_commands_are_happy(
    compatibility: str, nlp: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`python -m spacy info`, `info DIRECTORY` and `validate`, in one process."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    nlp.to_disk(tmp_path)
    done = run(COMMANDS, compatibility, str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert version("spacy") in done.stdout
    about_pipeline = done.stdout.partition("Info about pipeline")[2]
    assert "bionorm" in about_pipeline
    assert version("bionorm") in about_pipeline
    assert "Loaded compatibility table" in about_pipeline
    assert "Traceback" not in done.stderr
