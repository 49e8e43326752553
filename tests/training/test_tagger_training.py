"""The network that is trained, and the same with whole numbers that ships."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training the tagger needs PyTorch")

from pipeline.recognition.encoding import windows  # noqa: E402
from pipeline.recognition.features import Reading, Sense  # noqa: E402
from pipeline.recognition.sequence import hints_of  # noqa: E402
from pipeline.recognition.surroundings import surroundings  # noqa: E402
from pipeline.recognition.tagger import Tagger  # noqa: E402
from pipeline.recognition.tagger_weights import pack, unpack  # noqa: E402
from pipeline.terminology.matcher import Match  # noqa: E402
from pipeline.terminology.terminology import NameMatch  # noqa: E402
from pipeline.training.reading import ReadPaper  # noqa: E402
from pipeline.training.tagger import REFERENCE, TYPES, prepare, taught_by, train_net  # noqa: E402
from pipeline.training.tagger_export import weights_of  # noqa: E402
from pipeline.training.vectors import learn_vectors  # noqa: E402

TEXTS = (
    "Breast cancer (BC) in mice. BRCA1 is lost in BC.",
    "Osteoarthritis of the knee (OA) in patients. Runx2 drives OA, not breast cancer.",
    "The rat gene Sp7 and osteosarcoma: Sp7 is high in osteosarcoma.",
)
NAMES = {
    "Breast cancer": "Disease", "breast cancer": "Disease", "Osteoarthritis": "Disease",
    "osteosarcoma": "Disease", "BRCA1": "Gene", "Runx2": "Gene", "Sp7": "Gene",
    "mice": "Species", "rat": "Species", "patients": "Species",
}  # fmt: skip


def paper(number: int, text: str, corpus: str) -> ReadPaper:
    gold = [
        (at, at + len(name), type_)
        for name, type_ in NAMES.items()
        for at in range(len(text))
        if text.startswith(name, at)
    ]
    types = {"bc5cdr": {"Disease"}, "biored": set(TYPES)}[corpus]
    readings = [
        Reading(
            Match(start, end, -1),
            Sense.of(
                text[start:end],
                type_,
                [NameMatch("X:1", text[start:end], "exact", type_, 0, 2)],
                (),
                lambda _: ("species", "animal"),
            ),
            surroundings(text, start, end),
        )
        for start, end, type_ in gold
    ]
    kept = tuple(sorted(g for g in gold if g[2] in types))
    definitions = [(text.find(f"({s})") + 1, text.find(f"({s})") + 3) for s in ("BC", "OA")]
    return ReadPaper(
        str(number),
        corpus,
        frozenset(types),
        text,
        kept,
        tuple((a, b, 0, a - 2) for a, b in definitions if a),
        readings,
        [],
    )


@pytest.fixture(scope="module")
def papers() -> list[ReadPaper]:
    both = [
        paper(i, text, corpus) for corpus in ("bc5cdr", "biored") for i, text in enumerate(TEXTS)
    ]
    return both * 4


@pytest.fixture(scope="module")
def material(papers: list[ReadPaper]):  # type: ignore[no-untyped-def]
    probabilities = [[0.9] * len(p.readings) for p in papers]
    return prepare(papers, probabilities, learn_vectors(p.text for p in papers))


def test_corpora_teach_only_the_types_that_they_annotate(material) -> None:  # type: ignore[no-untyped-def]
    assert {item.annotated for item in material.items} == {
        (True, False, False),
        (True, True, True),
    }
    assert set(REFERENCE) <= set(material.alphabet.guidelines)


def test_the_same_seed_gives_the_same_network(material) -> None:  # type: ignore[no-untyped-def]
    first, second = (train_net(material, seed=3) for _ in range(2))
    for a, b in zip(first.state_dict().values(), second.state_dict().values(), strict=True):
        assert torch.equal(a, b)


def test_whole_numbers_say_what_the_network_says(papers, material) -> None:  # type: ignore[no-untyped-def]
    teacher = train_net(material, seed=0)
    taught = taught_by([teacher], material)
    assert all(item.taught is not None for item in taught.items)
    net = train_net(taught, seed=1)
    weights = unpack(pack(weights_of(net, material, {"bc5cdr": ["0"]})))
    assert pack(weights) == pack(weights_of(net, material, {"bc5cdr": ["0"]}))
    tagger = Tagger(weights)
    for item, p in zip(material.items, papers, strict=True):
        hints = hints_of(p.readings, [0.9] * len(p.readings))
        scopes = {scope: i for i, scope in enumerate(weights.scopes)}
        (window,) = windows(p.text, hints, p.definitions, TYPES, scopes)
        with torch.no_grad():
            expected = net([item], material.forms).flatten(1).numpy()
        found = tagger.scores(window, item.guideline)
        assert np.abs(found - expected).max() < 0.05 * np.abs(expected).max() + 0.05
