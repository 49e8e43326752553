"""Recognizers of others: real spaCy pipelines made here, and what `transformers` returns."""

from __future__ import annotations

import itertools
import pickle
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.training import Example

import pipeline
from pipeline.errors import UsageError
from pipeline.language import annotate_text
from pipeline.recognition.combination import proposals_of
from pipeline.recognition.external import External, types_of
from pipeline.recognition.external_models import (
    SpacyModel,
    entity_label,
    of_output,
    open_model,
    stretches,
)
from pipeline.recognition.recognizer import recognition_of
from pipeline.terminology.terminology import Terminology

TEXT = "The floopase gene and zorbitis in mice. Zorbitis (ZB) is no cancer; ZB hurts."


def saved(path: Path, patterns: list[dict[str, str]]) -> Path:
    """Save a spaCy pipeline that finds what it is told."""
    nlp = spacy.blank("en")
    component = nlp.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
    component.add_patterns(patterns)  # type: ignore[attr-defined]
    nlp.to_disk(path)
    return path


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(
        tmp_path_factory.mktemp("odd") / "odd_names",
        [
            {"label": "GENE", "pattern": "floopase"},
            {"label": "DISEASE", "pattern": "zorbitis"},
            {"label": "CHEMICAL", "pattern": "gene"},
        ],
    )


@pytest.fixture(scope="module")
def beside(odd: Path) -> Language:
    """Our pipeline with that one."""
    return pipeline.load(recognizers=[str(odd)])


def found(nlp: Language, text: str = TEXT) -> list[tuple[str, str]]:
    return [(m.text, m.type) for m in annotate_text(nlp, text).mentions]


def test_beside_the_embedded_recognizer(beside: Language) -> None:
    assert beside.pipe_names == [
        "bionorm_abbreviations",
        "bionorm_recognizer",
        "external_1",
        "bionorm_normalizer",
    ]
    assert found(beside) == [
        ("floopase", "Gene"),
        ("zorbitis", "Disease"),
        ("mice", "Species"),
        ("Zorbitis", "Disease"),
        ("ZB", "Disease"),
        ("cancer", "Disease"),
        ("ZB", "Disease"),
    ]


def test_in_its_place(odd: Path) -> None:
    """What it finds nothing of is still found by the embedded recognizer."""
    nlp = pipeline.load(recognizers=[External(str(odd), {"DISEASE": "Disease"}, instead=True)])
    names = found(nlp)
    assert ("cancer", "Disease") not in names
    assert ("zorbitis", "Disease") in names
    assert ("mice", "Species") in names
    assert ("floopase", "Gene") not in names  # its label was not asked for


def test_alone(odd: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("bionorm_external", config={"model": str(odd)})
    nlp.add_pipe("bionorm_normalizer")
    doc = nlp(TEXT)
    assert {(e.text, e.label_) for e in doc.ents} == {
        ("floopase", "Gene"),
        ("zorbitis", "Disease"),
        ("Zorbitis", "Disease"),
    }
    assert recognition_of(doc.ents[0]) == (0.8, "found by odd_names")


def test_what_it_finds_is_resolved(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    path = saved(tmp_path / "model", [{"label": "DISEASE", "pattern": "gout"}])
    nlp.add_pipe("bionorm_external", config={"model": str(path)})
    nlp.add_pipe("bionorm_normalizer")
    assert [e.kb_id_ for e in nlp("Of gout.").ents] == ["MONDO:0005393"]


def test_coordinated_names_stay(beside: Language) -> None:
    text = "BRCA1/2 and FGFR1–4 in breast and ovarian cancer, floopase, BRCA1/2."
    doc = beside.make_doc(text)
    for name, component in beside.pipeline:
        if name == "external_1":
            before = proposals_of(doc, unscored=0.5)
        doc = component(doc)
    after = [p for p in proposals_of(doc, unscored=0.5) if text[p.start : p.end] != "floopase"]
    assert after == before
    assert sum(len(p.members) for p in after) == 2 + 4 + 2 + 2


def test_a_trained_recognizer(tmp_path: Path) -> None:
    """A small network of spaCy, trained here on two sentences."""
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("en")
    nlp.add_pipe("ner")
    texts = ["Patients with zorbitis were seen.", "Mice with zorbitis died."]
    examples = [
        Example.from_dict(
            nlp.make_doc(text),
            {"entities": [(text.index("zorb"), text.index("zorb") + 8, "DISEASE")]},
        )
        for text in texts
    ]
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(20):
        nlp.update(examples, sgd=optimizer)
    nlp.to_disk(tmp_path / "trained")
    model = open_model(str(tmp_path / "trained"))
    assert list(model.labels) == ["DISEASE"]
    assert [(f.start, f.end, f.score) for f in model.find(texts[0])] == [(14, 22, None)]


def test_it_can_be_pickled(beside: Language) -> None:
    component = pickle.loads(pickle.dumps(beside.get_pipe("external_1")))  # noqa: S301 - our own
    assert component.labels == ("Disease", "Gene")


def test_long_texts_in_parts(odd: Path) -> None:
    part = "Nothing here of note. " * 300
    text = f"{part}zorbitis {part}.\n\n{part} zorbitis"
    model = open_model(str(odd))
    assert [text[f.start : f.end] for f in model.find(text)].count("zorbitis") == 2


@given(st.text(st.sampled_from("ab. \nA"), max_size=300), st.integers(1, 40))
def test_stretches_leave_out_nothing(text: str, times: int) -> None:
    long = (text + "x. Y") * times * 20
    places = list(stretches(long))
    assert all(0 < end - start <= 20_000 for start, end in places)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(places))
    between = [0, *(i for place in places for i in place), len(long)]
    assert all(not long[a:b].strip() for a, b in zip(between[::2], between[1::2], strict=True))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (
            "en_ner_bc5cdr_md",
            "-m pip install --no-deps https://s3-us-west-2.amazonaws.com/ai2-s2-scispacy/"
            "releases/v0.5.4/en_ner_bc5cdr_md-0.5.4.tar.gz",
        ),
        ("de_core_news_lg", "-m spacy download de_core_news_lg"),
        ("no_such_pipeline_xyz", "-m pip install no_such_pipeline_xyz"),
    ],
)
def test_what_is_missing_can_be_installed(name: str, line: str) -> None:
    with pytest.raises(UsageError) as error:
        pipeline.load(recognizers=[name])
    assert str(error.value).endswith(f"{sys.executable} {line}")


@pytest.mark.skipif(find_spec("transformers") is not None, reason="transformers is installed")
def test_without_transformers(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    for name in (str(tmp_path), "some-one/some-model"):
        with pytest.raises(UsageError, match=r"-m pip install transformers torch$"):
            open_model(name)


def test_a_directory_without_model(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"neither config\.cfg"):
        open_model(str(tmp_path))


def test_labels(small: Terminology) -> None:
    there = ["DISEASE", "CHEMICAL", "Organism", "Gene"]
    assert types_of(there, {}, small, "m") == {
        "DISEASE": "Disease",
        "Organism": "Species",
        "Gene": "Gene",
    }
    assert types_of(there, {"CHEMICAL": "Gene"}, small, "m") == {"CHEMICAL": "Gene"}
    with pytest.raises(UsageError, match="unknown entity types"):
        types_of(there, {"DISEASE": "Illness"}, small, "m")
    with pytest.raises(UsageError, match="no labels"):
        types_of(there, {"DIS": "Disease"}, small, "m")
    with pytest.raises(UsageError, match="LABEL_0"):
        types_of(["LABEL_0", "LABEL_1"], {}, small, "m")


def test_output_of_transformers() -> None:
    """The structure that the documentation of `TokenClassificationPipeline` gives."""
    text = "Loss of BRCA1 in breast cancer"
    output = [
        {"entity_group": "GENE", "score": 0.99, "word": "BRCA1", "start": 8, "end": 13},
        {"entity_group": "Disease", "score": 0.5, "word": " breast cancer", "start": 16, "end": 30},
        {"entity_group": "Disease", "score": 0.5, "word": " ", "start": 7, "end": 8},
    ]
    assert [(text[f.start : f.end], f.label, f.score) for f in of_output(output, text)] == [
        ("BRCA1", "GENE", 0.99),
        ("breast cancer", "Disease", 0.5),
    ]
    slow = [{"entity_group": "GENE", "score": 0.9, "word": "x", "start": None, "end": None}]
    with pytest.raises(UsageError, match="fast tokenizer"):
        list(of_output(slow, text))


def test_a_token_classifier(tmp_path: Path) -> None:
    """A tiny network, trained here on one sentence: its shape is that of the real ones."""
    transformers = pytest.importorskip("transformers", reason="needs transformers and torch")
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    words = "[PAD] [UNK] [CLS] [SEP] [MASK] patients with zor ##bitis and brca1 . breast cancer"
    (tmp_path / "vocab.txt").write_text("\n".join(words.split()))
    tokenizer = transformers.BertTokenizerFast(str(tmp_path / "vocab.txt"))
    labels = {0: "O", 1: "B-Disease", 2: "I-Disease", 3: "B-Gene"}
    config = transformers.BertConfig(
        vocab_size=len(words.split()),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        id2label=labels,
        label2id={label: i for i, label in labels.items()},
    )
    model = transformers.BertForTokenClassification(config)
    text = "Patients with zorbitis and BRCA1. Patients with breast cancer."
    encoded = tokenizer(text, return_tensors="pt")
    right = {"zor": 1, "##bitis": 2, "brca1": 3, "breast": 1, "cancer": 2}
    pieces = tokenizer.convert_ids_to_tokens(encoded["input_ids"][0])
    gold = torch.tensor([[right.get(piece, 0) for piece in pieces]])
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    for _ in range(150):
        optimizer.zero_grad()
        model(**encoded, labels=gold).loss.backward()
        optimizer.step()
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    opened = open_model(str(tmp_path))
    assert list(opened.labels) == ["Disease", "Gene"]
    assert [(text[f.start : f.end], f.label) for f in opened.find(text)] == [
        ("zorbitis", "Disease"),
        ("BRCA1", "Gene"),
        ("breast cancer", "Disease"),
    ]
    with pytest.raises(UsageError, match="snapshot_download"):
        open_model("no-one/no-model")


def test_labels_of_words() -> None:
    assert [entity_label(x) for x in ("B-Gene", "I-Gene", "O", "B", "E-x-y")] == [
        "Gene",
        "Gene",
        "O",
        "B",
        "x-y",
    ]


def test_importing_costs_nothing_of_theirs() -> None:
    code = "import sys, pipeline.recognition.external; print('transformers' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_models_of_spacy_give_their_labels() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("ner").add_label("X")  # type: ignore[attr-defined]
    assert list(SpacyModel(nlp).labels) == ["X"]


def test_papers_as_before(nlp: Language, beside: Language) -> None:
    """A recognizer that finds nothing changes nothing."""
    text = "TNF-α (TNF) in mice with osteoarthritis; BRCA1/2; type 1 and 2 diabetes."
    assert annotate_text(beside, text).mentions == annotate_text(nlp, text).mentions
