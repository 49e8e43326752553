"""Trains the tagger on gold corpora."""

from __future__ import annotations

import math
import random
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from pipeline.model import EntityType
from pipeline.recognition.decoding import TAGS
from pipeline.recognition.encoding import (
    Window,
    vector_word,
    windows,
    word_characters,
    word_shape,
)
from pipeline.recognition.sequence import Hint, Words, hints_of
from pipeline.training.reading import ReadPaper
from pipeline.training.tagger_net import Forms, Item, Net, Sizes
from pipeline.training.vectors import Vectors

TYPES = (EntityType.DISEASE.value, EntityType.GENE.value, EntityType.SPECIES.value)
_EPOCHS = 10
_BATCH = 8
_RATE, _VECTOR_RATE, _DECAY = 2e-3, 4e-4, 0.01
_WARM_UP, _LEAST_RATE = 100, 0.03
_CLIP = 5.0
_AVERAGED_FROM, _AVERAGED_EVERY, _AVERAGED_OVER = 0.6, 4, 50
_LONGEST = 450
"""Words after which a full text is cut for training; abstracts are shorter."""
_MOST_OF_SPECIES = 70_000
"""Words of a corpus that annotates species alone, drawn anew for each epoch: species are easy."""
_RARE_CHARACTER = 5
REFERENCE = ("bc5cdr", "biored", "biored")
"""For each type, the corpus whose guideline is followed where no other is asked for."""


@dataclass(frozen=True, slots=True)
class Alphabet:
    """The numbers of what the tagger knows by name; see `tagger_weights.Weights`."""

    words: tuple[str, ...]
    characters: str
    shapes: tuple[str, ...]
    scopes: tuple[str, ...]
    guidelines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """What networks are trained on.

    Attributes:
        alphabet: What the numbers mean.
        vectors: Vectors of words to begin with.
        items: The texts.
        owners: The corpus of each.
        forms: All words of the texts.
    """

    alphabet: Alphabet
    vectors: Vectors
    items: Sequence[Item]
    owners: Sequence[str]
    forms: Forms

    def annotating(self, type_: int) -> frozenset[str]:
        """Return the corpora that annotate a type, given by its number."""
        both = zip(self.items, self.owners, strict=True)
        return frozenset(owner for item, owner in both if item.annotated[type_])


def prepare(
    papers: Sequence[ReadPaper], probabilities: Sequence[Sequence[float]], vectors: Vectors
) -> Material:
    """Turn papers into what networks are trained on.

    Args:
        papers: The training papers.
        probabilities: For each paper, that of each reading, from models that have not seen it.
        vectors: Vectors of words to begin with.
    """
    hinted = [hints_of(p.readings, q) for p, q in zip(papers, probabilities, strict=True)]
    alphabet = _alphabet(papers, hinted, vectors)
    return Material(alphabet, vectors, *_items(papers, hinted, alphabet))


def taught_by(teachers: Sequence[Net], material: Material) -> Material:
    """Let teachers say what they think of the types that a corpus does not annotate.

    A corpus says nothing about these types. What networks that were trained on other corpora see
    there teaches a further network more than the few papers that are annotated, and makes every
    guideline one for all types: for the others, that of `REFERENCE`.
    """
    references = [material.alphabet.guidelines.index(name) for name in REFERENCE]
    items = []
    with torch.no_grad():
        for item in material.items:
            thought = torch.zeros(len(item.form), len(TYPES), len(TAGS))
            for type_, guideline in enumerate(references):
                if not item.annotated[type_]:
                    asked = [replace(item, guideline=guideline)]
                    for teacher in teachers:
                        scores = teacher(asked, material.forms)[:, type_]
                        thought[:, type_] += torch.softmax(scores, dim=1) / len(teachers)
            items.append(replace(item, taught=thought))
    return replace(material, items=items)


def train_net(material: Material, *, seed: int) -> Net:
    """Train a network."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)  # the order of sums, and so the result, depends on the number
    torch.use_deterministic_algorithms(True)
    shuffler = random.Random(seed)  # noqa: S311  # an order, no secret
    alphabet, vectors = material.alphabet, material.vectors
    items, owners, forms = material.items, material.owners, material.forms
    net = Net(
        Sizes(
            len(TYPES),
            len(alphabet.guidelines),
            len(alphabet.characters),
            len(alphabet.shapes),
            len(alphabet.scopes),
        ),
        torch.tensor(
            np.concatenate([np.zeros((1, vectors.rows.shape[1])), vectors.rows / 2])
        ).float(),
    )
    dense = [p for name, p in net.named_parameters() if name != "vectors.weight"]
    optimizers = (
        torch.optim.AdamW(dense, lr=_RATE, weight_decay=_DECAY, betas=(0.9, 0.98)),
        torch.optim.SparseAdam([net.vectors.weight], lr=_VECTOR_RATE),
    )
    batches = [list(_batches(items, owners, shuffler)) for _ in range(_EPOCHS)]
    total, step = sum(map(len, batches)), 0
    average = _Average(net)
    for epoch in batches:
        for numbers in epoch:
            rate = _schedule(step, total)
            for optimizer, full in zip(optimizers, (_RATE, _VECTOR_RATE), strict=True):
                optimizer.param_groups[0]["lr"] = full * rate
                optimizer.zero_grad()
            batch = [items[i] for i in numbers]
            loss = net.loss(net(batch, forms), batch) / len(batch)
            loss.backward()
            nn.utils.clip_grad_norm_(dense, _CLIP)
            for optimizer in optimizers:
                optimizer.step()
            step += 1
            if step >= _AVERAGED_FROM * total and step % _AVERAGED_EVERY == 0:
                average.add(net)
    average.give(net)
    net.eval()
    return net


def _schedule(step: int, total: int) -> float:
    """Return the learning rate's share: up within some steps, down along a cosine."""
    cosine = 0.5 * (1 + math.cos(math.pi * step / total))
    return min(1.0, (step + 1) / _WARM_UP) * (cosine * (1 - _LEAST_RATE) + _LEAST_RATE)


class _Average:
    """The moving average of a network's weights, which is better than any one of them."""

    def __init__(self, net: Net) -> None:
        self._sums = {name: value.clone() for name, value in net.state_dict().items()}
        self._count = 0

    def add(self, net: Net) -> None:
        self._count += 1
        share = max(1 / self._count, 1 / _AVERAGED_OVER)
        for name, value in net.state_dict().items():
            self._sums[name].lerp_(value, share)

    def give(self, net: Net) -> None:
        if self._count:
            net.load_state_dict(self._sums)


def _batches(
    items: Sequence[Item], owners: Sequence[str], shuffler: random.Random
) -> Iterator[list[int]]:
    """Yield the numbers of the items of each batch of an epoch."""
    order = list(range(len(items)))
    shuffler.shuffle(order)
    words: Counter[str] = Counter()
    species_alone = tuple(t == EntityType.SPECIES for t in TYPES)
    chosen = []
    for i in order:
        words[owners[i]] += len(items[i].form)
        if items[i].annotated != species_alone or words[owners[i]] <= _MOST_OF_SPECIES:
            chosen.append(i)
    for start in range(0, len(chosen), _BATCH):
        yield chosen[start : start + _BATCH]


def _alphabet(
    papers: Sequence[ReadPaper], hinted: Sequence[Sequence[Hint]], vectors: Vectors
) -> Alphabet:
    characters = Counter(c for paper in papers for c in paper.text)
    words = {word for paper in papers for word in Words.of(paper.text).texts}
    return Alphabet(
        vectors.words,
        "".join(sorted(c for c, n in characters.items() if n >= _RARE_CHARACTER)),
        tuple(sorted({word_shape(word) for word in words})),
        tuple(sorted({hint.scope for hints in hinted for hint in hints})),
        tuple(dict.fromkeys(p.corpus for p in papers)),
    )


def _items(
    papers: Sequence[ReadPaper], hinted: Sequence[Sequence[Hint]], alphabet: Alphabet
) -> tuple[list[Item], list[str], Forms]:
    """Turn papers into items; returns the corpus of each and the forms of all words too."""
    words = {word: i + 1 for i, word in enumerate(alphabet.words)}
    characters = {c: i + 2 for i, c in enumerate(alphabet.characters)}
    shapes = {shape: i + 1 for i, shape in enumerate(alphabet.shapes)}
    scopes = {scope: i for i, scope in enumerate(alphabet.scopes)}
    numbers: dict[str, int] = {}
    items, owners = [], []
    for paper, hints in zip(papers, hinted, strict=True):
        for window in windows(paper.text, hints, paper.definitions, TYPES, scopes, limit=_LONGEST):
            form = [numbers.setdefault(text, len(numbers)) for text in window.words.texts]
            items.append(
                Item(
                    torch.tensor(form),
                    torch.tensor(window.in_brackets),
                    torch.tensor(window.begins),
                    torch.tensor(window.same),
                    window.different,
                    torch.tensor(window.named),
                    torch.tensor(window.likely),
                    torch.tensor(window.long_form),
                    alphabet.guidelines.index(paper.corpus),
                    tuple(t in paper.types for t in TYPES),
                    torch.tensor([_tags(window, paper, t) for t in TYPES]),
                    np.diff(window.words.borders).tolist(),
                )
            )
            owners.append(paper.corpus)
    forms = Forms(
        torch.tensor([words.get(vector_word(text), 0) for text in numbers]),
        torch.tensor([shapes.get(word_shape(text), 0) for text in numbers]),
        torch.tensor([word_characters(text, characters) for text in numbers]),
    )
    return items, owners, forms


def _tags(window: Window, paper: ReadPaper, type_: str) -> list[int]:
    """Return the tag of each word.

    Of annotations that overlap the longest counts; one that reaches over the end of a sentence
    does not.
    """
    outside, begin, inside, end, single = range(len(TAGS))
    borders = window.words.borders
    tags = [outside] * len(window.words.texts)
    spans = [(s, e) for s, e, t in paper.gold if t == type_]
    for start, stop in sorted(spans, key=lambda s: (s[0] - s[1], s[0])):
        first, after = window.words.inside(start, stop)
        if (
            first < after
            and not any(tags[first:after])
            and bisect_right(borders, first) == bisect_left(borders, after)
        ):
            tags[first:after] = [inside] * (after - first)
            tags[after - 1] = end
            tags[first] = single if after - first == 1 else begin
    return tags
