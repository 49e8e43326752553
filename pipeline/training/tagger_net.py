"""The tagger as a PyTorch module, for training only; `pipeline/recognition/tagger.py` runs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from pipeline.recognition.decoding import ALLOWED, TAGS
from pipeline.recognition.encoding import LEVELS

DILATION = (1, 2, 1, 4)
POOLED_AFTER = 2
WIDTH = 128
CHANNELS = 64
_CHARACTER, _SHAPE, _SIGN, _HINT, _GUIDELINE = 24, 12, 4, 12, 8
_DROPPED, _UNKNOWN = 0.35, 0.1
_NEVER = -1e4
_FIRST = torch.tensor([0.0, 0.0, _NEVER, _NEVER, 0.0])
_LAST = torch.tensor([0.0, _NEVER, _NEVER, 0.0, 0.0])
_FORBIDDEN = torch.tensor(~ALLOWED) * _NEVER

Watch = Callable[[str, torch.Tensor], None]
"""Gets the name of a matrix of the weights and the inputs of it."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of each kind of thing there is."""

    types: int
    guidelines: int
    characters: int
    shapes: int
    scopes: int


@dataclass(frozen=True, slots=True)
class Forms:
    """The different words of the training texts, as parallel tensors.

    Attributes:
        word: Number of its vector; 0 is that of unknown words.
        shape: Number of its shape.
        characters: Numbers of its characters.
    """

    word: torch.Tensor
    shape: torch.Tensor
    characters: torch.Tensor


@dataclass(frozen=True, slots=True)
class Item:
    """A text for training; the tensors have an entry for each word.

    Attributes:
        form: Number of the word among `Forms`.
        in_brackets: See `encoding.Window`, as the following ones.
        begins: As there.
        same: As there.
        different: As there.
        named: As there: types x words.
        likely: As there.
        long_form: As there.
        guideline: Number of the corpus' guideline.
        annotated: For each type, whether the corpus annotates it.
        tags: Types x words; only those of annotated types count.
        lengths: Words of each sentence.
        taught: Words x types x tags: what a teacher thinks of the types that are not annotated;
            None without a teacher.
    """

    form: torch.Tensor
    in_brackets: torch.Tensor
    begins: torch.Tensor
    same: torch.Tensor
    different: int
    named: torch.Tensor
    likely: torch.Tensor
    long_form: torch.Tensor
    guideline: int
    annotated: tuple[bool, ...]
    tags: torch.Tensor
    lengths: list[int]
    taught: torch.Tensor | None = None


class Net(nn.Module):
    """The network. Its parts are named as in `tagger_weights.Weights`."""

    def __init__(self, sizes: Sizes, vectors: torch.Tensor) -> None:
        super().__init__()
        self.vectors = nn.Embedding.from_pretrained(vectors, freeze=False, sparse=True)
        self.characters = nn.Embedding(sizes.characters + 2, _CHARACTER, padding_idx=0)
        self.spelling = nn.Conv1d(_CHARACTER, CHANNELS, 3, padding=1)
        self.shapes = nn.Embedding(sizes.shapes + 1, _SHAPE)
        self.brackets = nn.Embedding(2, _SIGN)
        self.begin = nn.Embedding(2, _SIGN)
        self.guidelines = nn.Embedding(sizes.guidelines, _GUIDELINE)
        hints = 4 * sizes.scopes + 1, 4 * len(LEVELS) + 1
        self.named, self.likely = (
            nn.ModuleList(nn.Embedding(count, _HINT) for _ in range(sizes.types)) for count in hints
        )
        # What a word is by itself, and what it is here.
        self.own = nn.Linear(vectors.shape[1] + CHANNELS + _SHAPE, WIDTH)
        self.here = nn.Linear(2 * _SIGN + _GUIDELINE + 2 * _HINT * sizes.types, WIDTH, bias=False)
        self.layers = nn.ModuleList(nn.Linear(3 * WIDTH, WIDTH) for _ in DILATION)
        self.pool = nn.Linear(3 * WIDTH, WIDTH)
        self.output = nn.Linear(WIDTH, len(TAGS) * sizes.types)
        self.gate = nn.Embedding(sizes.guidelines, WIDTH)
        self.shift = nn.Embedding(sizes.guidelines, len(TAGS) * sizes.types)
        nn.init.ones_(self.gate.weight)
        nn.init.zeros_(self.shift.weight)
        self.transitions = nn.Parameter(torch.zeros(sizes.types, len(TAGS), len(TAGS)))

    def forward(
        self, items: Sequence[Item], forms: Forms, watch: Watch = lambda *_: None
    ) -> torch.Tensor:
        """Return the scores of the tags: all words of the items x types x tags.

        Args:
            items: The texts.
            forms: All words.
            watch: Gets to see what enters each matrix.
        """
        state = self._enter(items, forms, watch)
        lengths = [len(item.form) for item in items]
        item_of = torch.repeat_interleave(torch.arange(len(items)), torch.tensor(lengths))
        for i, (layer, distance) in enumerate(zip(self.layers, DILATION, strict=True)):
            if i == POOLED_AFTER:
                watch("pool", state)
                state = state + self._pooled(state, items, item_of)
            watch(f"layer{i}", state)
            around = _around(self._drop(state, item_of), lengths, distance)
            state = state + functional.relu(layer(around))
        watch("output", state)
        guideline = torch.tensor([item.guideline for item in items])[item_of]
        gated = functional.dropout(state * self.gate(guideline), _DROPPED, self.training)
        scores = self.output(gated) + self.shift(guideline)
        return scores.view(len(scores), -1, len(TAGS))

    def spelled(self, characters: torch.Tensor) -> torch.Tensor:
        """Return what the characters of words tell."""
        return functional.relu(
            self.spelling(self.characters(characters).transpose(1, 2)).amax(dim=2)
        )

    def _enter(self, items: Sequence[Item], forms: Forms, watch: Watch) -> torch.Tensor:
        form = torch.cat([item.form for item in items])
        word = forms.word[form]
        if self.training:
            word = torch.where(torch.rand(word.shape) < _UNKNOWN, torch.zeros_like(word), word)
        different, place = torch.unique(form, return_inverse=True)
        spelled = self.spelled(forms.characters[different])[place]
        watch("characters", spelled)
        own = torch.cat([self.vectors(word), spelled, self.shapes(forms.shape[form])], dim=1)
        own = functional.dropout(own, _DROPPED, self.training)
        guideline = torch.cat([torch.full((len(i.form),), i.guideline) for i in items])
        named = torch.cat([item.named for item in items], dim=1)
        likely = torch.cat([item.likely for item in items], dim=1)
        here = [
            self.brackets(torch.cat([item.in_brackets for item in items])),
            self.begin(torch.cat([item.begins for item in items])),
            self.guidelines(guideline),
            *(rows(numbers) for rows, numbers in zip(self.named, named, strict=True)),
            *(rows(numbers) for rows, numbers in zip(self.likely, likely, strict=True)),
        ]
        return functional.relu(self.own(own) + self.here(torch.cat(here, dim=1)))

    def _drop(self, state: torch.Tensor, item_of: torch.Tensor) -> torch.Tensor:
        """Leave out some dimensions, the same ones throughout an item (Gal and Ghahramani 2016)."""
        if not self.training:
            return state
        kept = torch.rand(int(item_of[-1]) + 1, state.shape[1]) >= _DROPPED
        return state * (kept / (1 - _DROPPED))[item_of]

    def _pooled(
        self, state: torch.Tensor, items: Sequence[Item], item_of: torch.Tensor
    ) -> torch.Tensor:
        same, long_form = [], []
        words = different = 0
        for item in items:
            same.append(item.same + different)
            long_form.append(torch.where(item.long_form < 0, -1, item.long_form + words))
            different += item.different
            words += len(item.form)
        group, link = torch.cat(same), torch.cat(long_form)
        strongest = torch.zeros(different, state.shape[1]).scatter_reduce(
            0, group[:, None].expand_as(state), state, "amax"
        )
        linked = state[link.clamp(min=0)] * (link >= 0)[:, None]
        seen = torch.cat([state, strongest[group], linked], dim=1)
        return functional.relu(self.pool(self._drop(seen, item_of)))

    def loss(self, scores: torch.Tensor, items: Sequence[Item]) -> torch.Tensor:
        """Return the negative logarithm of the probability of the tags that are annotated.

        For types that are not annotated it is the cross entropy with what a teacher thinks
        (Hinton et al. 2015).
        """
        transitions = self.transitions + _FORBIDDEN
        rows: list[torch.Tensor] = []
        types: list[int] = []
        gold = torch.zeros(())
        untaught = torch.zeros(())
        first = 0
        for item in items:
            end = first + len(item.form)
            within = ~item.begins[1:].bool()
            for type_, annotated in enumerate(item.annotated):
                if annotated:
                    mine, tags = scores[first:end, type_], item.tags[type_]
                    rows += mine.split(item.lengths)
                    types += [type_] * len(item.lengths)
                    steps = transitions[type_][tags[:-1], tags[1:]]
                    gold = gold + mine.gather(1, tags[:, None]).sum() + (steps * within).sum()
                elif item.taught is not None:
                    thought = functional.log_softmax(scores[first:end, type_], dim=1)
                    untaught = untaught - (item.taught[:, type_] * thought).sum()
            first = end
        return _partition(rows, transitions[torch.tensor(types)]) - gold + untaught


def _around(state: torch.Tensor, lengths: Sequence[int], distance: int) -> torch.Tensor:
    """Put beside each word the words before and after it in the same item."""
    ends = torch.cumsum(torch.tensor(lengths), 0)
    gaps = torch.repeat_interleave(torch.arange(1, len(lengths) + 1), torch.tensor(lengths))
    places = torch.arange(len(state)) + gaps * distance
    total = int(ends[-1]) + (len(lengths) + 1) * distance
    padded = torch.zeros(total, state.shape[1]).index_copy(0, places, state)
    return torch.cat([padded[places - distance], state, padded[places + distance]], dim=1)


def _partition(rows: Sequence[torch.Tensor], transitions: torch.Tensor) -> torch.Tensor:
    """Return the sum over sentences of the logarithm of the sum over all sequences of tags."""
    lengths = torch.tensor([len(row) for row in rows])
    order = torch.argsort(-lengths, stable=True)
    scores = nn.utils.rnn.pad_sequence(list(rows), batch_first=True)[order]
    lengths, transitions = lengths[order], transitions[order]
    state, ended = scores[:, 0] + _FIRST, []
    for t in range(1, scores.shape[1]):
        count = int((lengths > t).sum())
        if count < len(state):
            ended.append(state[count:])
            state = state[:count]
        state = torch.logsumexp(state[:, :, None] + transitions[:count], dim=1)
        state = state + scores[:count, t]
    return torch.logsumexp(torch.cat([state, *ended[::-1]]) + _LAST, dim=1).sum()
