"""Models of others that find mentions: any spaCy pipeline, any token classifier of Hugging Face.

Neither is a dependency: a model is used if it is installed, and if it is not, the error says by
which line it can be. Nothing is downloaded here.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import spacy
from spacy.language import Language

from pipeline.errors import UsageError

_SCISPACY = "https://s3-us-west-2.amazonaws.com/ai2-s2-scispacy/releases/v0.5.4"
_SCISPACY_NAME = re.compile(r"en_(?:ner_(?:bc5cdr|bionlp13cg|craft|jnlpba)_md|core_sci_\w+)")
_SPACY_NAME = re.compile(r"[a-z]{2,3}_(?:core|dep|ent|sent)_(?:web|news|wiki)_\w+")
_GAP = re.compile(r"\n\s*\n")
_SENTENCE_END = re.compile(r"[.!?]\s+(?=[^\W_a-z])")
_OUTSIDE = "O"
_LONGEST = 20_000
_STRIDE = 64


@dataclass(frozen=True, slots=True)
class Found:
    """What a model has found.

    Attributes:
        start: First code point.
        end: Code point after the last one.
        label: The model's own label.
        score: Between 0 and 1; None if the model gives none.
    """

    start: int
    end: int
    label: str
    score: float | None


class Model(Protocol):
    """A model that finds mentions."""

    @property
    def labels(self) -> Sequence[str]:
        """The labels that it may give."""

    def find(self, text: str) -> Iterator[Found]:
        """Yield what it finds in a text."""


class SpacyModel:
    """A spaCy pipeline that sets `doc.ents`."""

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp

    @property
    def labels(self) -> Sequence[str]:
        """The labels of all components that have some."""
        return sorted({label for labels in self._nlp.pipe_labels.values() for label in labels})

    def find(self, text: str) -> Iterator[Found]:
        """Yield the entities of a text; spaCy's recognizers give no score."""
        places = list(stretches(text))
        docs = self._nlp.pipe(text[start:end] for start, end in places)
        for (start, _), doc in zip(places, docs, strict=True):
            for ent in doc.ents:
                yield Found(start + ent.start_char, start + ent.end_char, ent.label_, None)


class TransformersModel:
    """A token classifier of Hugging Face's `transformers`."""

    def __init__(self, pipeline: Any) -> None:
        """Keep a pipeline `token-classification` that puts words together to entities."""
        self._pipeline = pipeline

    @property
    def labels(self) -> Sequence[str]:
        """The labels of entities, without the letters for their first and further words."""
        every = {entity_label(label) for label in self._pipeline.model.config.label2id}
        return sorted(every - {_OUTSIDE})

    def find(self, text: str) -> Iterator[Found]:
        """Yield the entities of a text; the score is the mean probability of their words."""
        for start, end in stretches(text):
            stretch = text[start:end]
            for found in of_output(self._pipeline(stretch), stretch):
                yield Found(start + found.start, start + found.end, found.label, found.score)


def of_output(output: Sequence[Mapping[str, Any]], text: str) -> Iterator[Found]:
    """Read the output of the pipeline `token-classification` for a text.

    It is a list of entities, each with `entity_group`, `score`, `word`, `start` and `end`. Some
    tokenizers count the blank before a word as part of it.

    Raises:
        UsageError: If the output has no offsets, as with a tokenizer that cannot tell them.
    """
    for entity in output:
        start, end = entity["start"], entity["end"]
        if start is None or end is None:
            raise UsageError("the model's tokenizer tells no offsets; a fast tokenizer does")
        surface = text[start:end]
        first = start + len(surface) - len(surface.lstrip())
        last = start + len(surface.rstrip())
        if first < last:
            yield Found(first, last, entity_label(entity["entity_group"]), float(entity["score"]))


def entity_label(label: str) -> str:
    """Return a label without the letter for the place of a word in its entity.

    >>> entity_label("B-Disease"), entity_label("I-GENE_OR_GENE_PRODUCT"), entity_label("LABEL_1")
    ('Disease', 'GENE_OR_GENE_PRODUCT', 'LABEL_1')
    """
    return re.sub(r"^[BILESU]-", "", label)


def stretches(text: str) -> Iterator[tuple[int, int]]:
    r"""Yield the parts of a text that models get one by one: paragraphs, or parts of long ones.

    >>> list(stretches("A title\n\nText. More."))
    [(0, 7), (9, 20)]
    """
    start = 0
    for gap in [*(found.span() for found in _GAP.finditer(text)), (len(text), len(text))]:
        while gap[0] - start > _LONGEST:
            ends = [found.end() for found in _SENTENCE_END.finditer(text, start, start + _LONGEST)]
            end = ends[-1] if ends else start + _LONGEST
            yield start, end
            start = end
        if gap[0] > start:
            yield start, gap[0]
        start = gap[1]


def open_model(name: str) -> Model:
    """Open a model: a package or a directory of spaCy, or a directory or a name on Hugging Face.

    Raises:
        UsageError: If there is none; the message gives the line that installs it.
    """
    path = Path(name)
    if spacy.util.is_package(name) or (path / "config.cfg").is_file():
        return SpacyModel(spacy.load(name))
    if (path / "config.json").is_file() or ("/" in name and not path.is_dir()):
        return TransformersModel(_open_transformers(name))
    if path.is_dir():
        raise UsageError(
            f"{name} holds no model: neither config.cfg (spaCy) nor config.json (Hugging Face)"
        )
    raise UsageError(f"there is no spaCy pipeline {name!r} here; install it:  {_install(name)}")


def _install(name: str) -> str:
    """Return the line that installs a spaCy pipeline."""
    if _SCISPACY_NAME.fullmatch(name):
        # Its requirements name an older spaCy; the model works with this one.
        return f"{sys.executable} -m pip install --no-deps {_SCISPACY}/{name}-0.5.4.tar.gz"
    if _SPACY_NAME.fullmatch(name):
        return f"{sys.executable} -m spacy download {name}"
    return f"{sys.executable} -m pip install {name}"


def _open_transformers(name: str) -> Any:
    try:
        import transformers
    except ImportError:
        raise UsageError(
            f"the model {name!r} needs a package that is not here; install it:  "
            f"{sys.executable} -m pip install transformers torch"
        ) from None
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(name, local_files_only=True)
        model = transformers.AutoModelForTokenClassification.from_pretrained(
            name, local_files_only=True
        )
    except OSError as error:
        raise UsageError(
            f"the model {name!r} is not here ({str(error).splitlines()[0]}); download it:  "
            f'{sys.executable} -c "import huggingface_hub as h; h.snapshot_download({name!r})"'
        ) from None
    longest = getattr(model.config, "max_position_embeddings", 512)
    tokenizer.model_max_length = min(tokenizer.model_max_length, longest)
    return transformers.pipeline(
        "token-classification",
        model=model,
        tokenizer=tokenizer,
        aggregation_strategy="first",
        stride=min(_STRIDE, tokenizer.model_max_length // 4),
    )
