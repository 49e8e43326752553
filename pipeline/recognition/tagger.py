"""The tagger: a small neural network that finds mentions of all types word by word.

Each word enters as the sum of rows for its vector, its characters, its shape and what the
terminology finds there; layers look at three words each, at growing distances (dilated
convolutions, Strubell et al. 2017); between them, a word also sees what the layers before made of
its other occurrences in the paper and, for an abbreviation, of its long form. Tags are decided
sentence by sentence (`decoding.py`). The corpora that it was trained on annotate by different
guidelines, so it is told whose guideline to follow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from pipeline.recognition.decoding import TAGS, Chain, find_mentions
from pipeline.recognition.encoding import (
    Definition,
    Int64s,
    Window,
    vector_word,
    windows,
    word_characters,
    word_shape,
)
from pipeline.recognition.sequence import Hint
from pipeline.recognition.tagger_weights import Float32s, Matrix, Weights, unpack

_FILE = "tagger.npz"
_FORMS = 32_000
_WHOLE_BLOCK = 4096
_MOST_KEYS = 2**62


@dataclass(frozen=True, slots=True)
class Tagged:
    """A mention that the tagger found.

    Attributes:
        start: First code point.
        end: Code point after the last one.
        type: Entity type.
        probability: The smallest probability of its words' tags.
    """

    start: int
    end: int
    type: str
    probability: float


class Tagger:
    """Finds mentions with trained weights."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._scopes = {scope: i for i, scope in enumerate(weights.scopes)}
        self._forms = _Forms(weights)
        self._chain = cache(lambda types: Chain.of(weights.transitions[types,]))

    @property
    def types(self) -> tuple[str, ...]:
        """The entity types that it finds."""
        return self.weights.types

    def find(
        self,
        text: str,
        hints: Sequence[Hint],
        definitions: Sequence[Definition],
        guideline: str,
        types: Collection[str],
    ) -> Iterator[Tagged]:
        """Yield the mentions of a text.

        Args:
            text: The text.
            hints: Names of the terminology, longest first.
            definitions: The abbreviations that the text defines.
            guideline: The corpus whose guideline is to be followed.
            types: The types to look for.
        """
        chosen = self.weights.guidelines.index(guideline)
        wanted = tuple(i for i, type_ in enumerate(self.types) if type_ in types)
        chain = self._chain(wanted)
        for window in windows(text, hints, definitions, self.types, self._scopes):
            scores = self.scores(window, chosen).astype(np.float64)
            by_type = scores.reshape(len(scores), len(self.types), len(TAGS))[:, wanted]
            found = find_mentions(by_type, chain, window.words.borders)
            for i, first, end, probability in found:
                for a, b in _apart(window.words.texts, first, end):
                    start, stop = window.words.starts[a], window.words.ends[b - 1]
                    yield Tagged(start, stop, self.types[wanted[i]], probability)

    def scores(self, window: Window, guideline: int) -> Float32s:
        """Return the scores of all types' tags for each word of a window."""
        w = self.weights
        kinds = [
            self._forms.rows(window.words.texts),
            (w.bracket_rows, window.in_brackets),
            (w.begin_rows, window.begins),
            (w.guideline_rows, np.full(len(window.words.texts), guideline)),
        ]
        for i in range(len(w.types)):
            kinds += (w.named_rows[i], window.named[i]), (w.likely_rows[i], window.likely[i])
        firsts, alike = _alike([(len(rows), numbers) for rows, numbers in kinds])
        rows, numbers = kinds[0]
        state = rows.take(numbers[firsts], axis=0)
        for rows, numbers in kinds[1:]:
            state += rows.take(numbers[firsts], axis=0)
        _relu(state)
        state = _begin(state, alike, w.layers[0], w.dilation[0])
        for i, (layer, distance) in enumerate(zip(w.layers[1:], w.dilation[1:], strict=True), 1):
            if i == w.pooled_after:
                _pool(state, window, w.pool)
            _convolve(state, layer, distance)
        output = w.outputs[guideline]
        return output(output.steps(state))


def _apart(texts: Sequence[str], first: int, end: int) -> Iterator[tuple[int, int]]:
    """Part a mention at a bracket that is not closed in it: `Janus kinase 1 (JAK1` is two names."""
    opened: list[int] = []
    for i in range(first, end):
        if texts[i] == "(":
            opened.append(i)
        elif texts[i] == ")" and opened:
            opened.pop()
    for border in (*opened, end):
        if first < border:
            yield first, border
        first = border + 1


def _alike(columns: Sequence[tuple[int, Int64s]]) -> tuple[Int64s, Int64s]:
    """Find the words that enter alike.

    Args:
        columns: How many numbers there are of some kind, and that of each word.

    Returns:
        One word of each sort, and the number of its sort for each word.
    """
    sizes, numbers = zip(*columns, strict=True)
    key = numbers[0]
    several = sizes[0]
    for size, column in columns[1:]:
        several *= size
        if several > _MOST_KEYS:
            key = np.unique(key, return_inverse=True)[1]
            several = len(key) * size
        key = key * size + column
    _, firsts, alike = np.unique(key, return_index=True, return_inverse=True)
    return firsts, alike


def _relu(values: Float32s) -> Float32s:
    """Replace what is negative by 0, in place: numpy is faster with a row than with one number."""
    result: Float32s = np.maximum(values, np.zeros(values.shape[1], np.float32), out=values)
    return result


def _begin(state: Float32s, alike: Int64s, layer: Matrix, distance: int) -> Float32s:
    """Return what the first layer makes of words that are alike by themselves: less to multiply."""
    before, at, after = layer.steps(state) @ _thirds(layer)
    sums = at.take(alike, axis=0)
    sums[distance:] += before.take(alike[:-distance], axis=0)
    sums[:-distance] += after.take(alike[distance:], axis=0)
    result: Float32s = _relu(layer.outputs(sums))
    result += state.take(alike, axis=0)
    return result


def _convolve(state: Float32s, layer: Matrix, distance: int) -> None:
    """Add to each word what a layer makes of it and the words before and after."""
    count, width = state.shape
    padded = np.zeros((count + 2 * distance, width), np.float32)
    layer.steps(state, out=padded[distance:-distance])
    for start in range(0, count, _WHOLE_BLOCK):
        end = min(start + _WHOLE_BLOCK, count)
        rows = [padded[start + k * distance : end + k * distance] for k in range(3)]
        state[start:end] += _relu(layer(np.concatenate(rows, axis=1)))


def _pool(state: Float32s, window: Window, pool: Matrix) -> None:
    """Add to each word what is known from its other occurrences and its long form."""
    steps = pool.steps(state)
    own, anywhere, long_form = _thirds(pool)
    sums = steps @ own
    sums += (_strongest(steps, window.same) @ anywhere).take(window.same, axis=0)
    short = np.flatnonzero(window.long_form >= 0)
    sums[short] += steps[window.long_form[short]] @ long_form
    state += _relu(pool.outputs(sums))


def _strongest(rows: Float32s, same: Int64s) -> Float32s:
    """Return the highest values of all rows that belong to the same word, for each word."""
    order = np.argsort(same, kind="stable")
    rows, same = rows[order], same[order]
    distance = 1
    # Each row takes in the next one, then the one after two, four and so on.
    while len(again := np.flatnonzero(same[distance:] == same[:-distance])):
        rows[again] = np.maximum(rows[again], rows[again + distance])
        distance *= 2
    return rows[np.flatnonzero(np.diff(same, prepend=-1))]


def _thirds(matrix: Matrix) -> Float32s:
    """Return the weights for each of the three rows that a matrix takes side by side."""
    return matrix.weights.reshape(3, -1, matrix.weights.shape[1])


class _Forms:
    """The rows of words by themselves, kept for words that come again.

    The memory is a cache of a pure function: it is emptied when it is full, and never changes a
    result.
    """

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._words = {word: i + 1 for i, word in enumerate(weights.words)}
        self._characters = {c: i + 2 for i, c in enumerate(weights.characters)}
        self._shapes = {shape: i + 1 for i, shape in enumerate(weights.shapes)}
        self._reset()

    def _reset(self) -> None:
        self._numbers: dict[str, int] = {}
        self._known = np.zeros((1024, self._weights.word_rows.shape[1]), np.float32)

    def rows(self, texts: Sequence[str]) -> tuple[Float32s, Int64s]:
        """Return rows, and which of them each word has."""
        if len(self._numbers) > _FORMS:
            self._reset()
        numbers = self._numbers
        if new := [text for text in dict.fromkeys(texts) if text not in numbers]:
            made = self._make(new)
            end = len(numbers) + len(new)
            while len(self._known) < end:
                self._known = np.concatenate([self._known, np.zeros_like(self._known)])
            self._known[len(numbers) : end] = made
            # Last, in one step: time may be up at any other moment.
            numbers.update(zip(new, range(len(numbers), end), strict=True))
        return self._known, np.fromiter(map(numbers.__getitem__, texts), np.int64, len(texts))

    def _make(self, texts: Sequence[str]) -> Float32s:
        w = self._weights
        words = [self._words.get(vector_word(text), 0) for text in texts]
        shapes = [self._shapes.get(word_shape(text), 0) for text in texts]
        # Places x words: numpy is fastest with what lies side by side.
        characters = np.array([word_characters(text, self._characters) for text in texts]).T
        before, channels, after = (rows.take(characters, axis=0) for rows in w.character_rows)
        channels += w.character_bias
        channels[1:] += before[:-1]
        channels[:-1] += after[1:]
        seen = _relu(channels.max(axis=0))
        spelled = w.character_matrix(w.character_matrix.steps(seen))
        rows: Float32s = w.word_rows[words] * w.word_scale
        rows += w.shape_rows[shapes]
        rows += spelled
        return rows


def guidelines() -> tuple[str, ...]:
    """Return the corpora whose guidelines the tagger that comes with the package can follow."""
    return shipped_tagger().weights.guidelines


@cache
def shipped_tagger() -> Tagger:
    """Return the tagger that comes with the package."""
    return Tagger(unpack((files("pipeline.recognition") / "data" / _FILE).read_bytes()))
