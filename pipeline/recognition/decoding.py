"""From a tagger's scores to mentions: a linear-chain conditional random field over word tags.

A mention of one word has the tag `S`; a longer one begins with `B`, goes on with `I` and ends with
`E`; words outside have `O`. The best sequence of tags is found with the algorithm of Viterbi, the
probability of each tag with the forward-backward algorithm (Lafferty et al. 2001).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]

TAGS = "OBIES"
_O, _B, _I, _E, _S = range(len(TAGS))
_OPEN = np.array([False, True, True, False, False])
"""Tags after which the mention goes on."""
_GOES_ON = np.array([False, False, True, True, False])
"""Tags that continue a mention."""
ALLOWED = _OPEN[:, None] == _GOES_ON[None, :]
_FIRST, _LAST = (~_GOES_ON).astype(float), (~_OPEN).astype(float)
_HOPELESS = -6.0
"""Sentences are passed over where every mention has at most these log odds: 1 to 400."""
_NEVER = 1e-30
_TOGETHER = 64


def find_mentions(
    scores: Floats, transitions: Floats, borders: Sequence[int]
) -> Iterator[tuple[int, int, int, float]]:
    """Yield the mentions of a text: number of the type, first word, word after the last one.

    The fourth value is the mention's probability, the smallest of those of its words' tags.

    Args:
        scores: Words x types x tags (in the order of `TAGS`), in logarithms.
        transitions: Types x tags x tags: score of each tag after each tag.
        borders: Number of the first word of each sentence, and the number of words.
    """
    firsts, ends = np.asarray(borders[:-1]), np.asarray(borders[1:])
    if not len(firsts):
        return
    hope = np.maximum.reduceat(_hope(scores), firsts, axis=0)
    sentence, type_ = np.nonzero(hope > _HOPELESS)
    # Sentences of about the same length are decoded together.
    order = np.argsort(firsts[sentence] - ends[sentence], kind="stable")
    sentence, type_ = sentence[order], type_[order]
    found: list[tuple[int, int, int, float]] = []
    for start in range(0, len(sentence), _TOGETHER):
        some, own = sentence[start : start + _TOGETHER], type_[start : start + _TOGETHER]
        found += _decode(scores, transitions, own, firsts[some], ends[some] - firsts[some])
    yield from sorted(found)


def _hope(scores: Floats) -> Floats:
    """Return the log odds of the best mention that begins at each word: words x types."""
    gain = scores[:, :, _B:] - scores[:, :, _O, None]
    hope = gain[:, :, _S - 1].copy()
    for type_ in range(scores.shape[1]):
        begins, inside, ends = gain[:, type_, :-1].T.tolist()
        best = [0.0] * len(begins)
        rest = -np.inf
        for i in range(len(begins) - 1, -1, -1):
            best[i] = begins[i] + rest
            rest = max(ends[i], inside[i] + rest)
        np.maximum(hope[:, type_], best, out=hope[:, type_])
    return hope


def _decode(
    scores: Floats, transitions: Floats, types: Int64s, firsts: Int64s, lengths: Int64s
) -> Iterator[tuple[int, int, int, float]]:
    """Decode sentences, each for one type, the longest first; yield as `find_mentions` does."""
    count, steps = len(firsts), int(lengths[0])
    # How many sentences have a word at each step: always the first ones.
    active = np.searchsorted(-lengths, -np.arange(steps), side="left").tolist()
    after = np.where(ALLOWED, np.exp(transitions), 0.0)[types]
    log_after = np.log(np.maximum(after, _NEVER))
    place = np.minimum(firsts + np.arange(steps)[:, None], len(scores) - 1)
    tags = scores[place, types]  # steps x sentences x tags
    tags -= tags.max(axis=2, keepdims=True)
    likely = np.exp(tags)
    forward, backward = np.zeros((2, steps, count, len(TAGS)))
    back = np.zeros((steps, count, len(TAGS)), np.int64)
    best = tags[0] + np.log(np.maximum(_FIRST, _NEVER))
    state = likely[0] * _FIRST
    forward[0] = state
    for t in range(1, steps):
        n = active[t]
        state = (state[:n, :, None] * after[:n]).sum(axis=1)
        state *= likely[t, :n]
        state /= state.max(axis=1, keepdims=True)
        forward[t, :n] = state
        ways = best[:n, :, None] + log_after[:n]
        back[t, :n] = ways.argmax(axis=1)
        best[:n] = ways.max(axis=1)
        best[:n] += tags[t, :n]
    last, rows = lengths - 1, np.arange(count)
    backward[last, rows] = _LAST
    for t in range(steps - 2, -1, -1):
        n = active[t + 1]
        coming = likely[t + 1, :n] * backward[t + 1, :n]
        state = (after[:n] * coming[:, None, :]).sum(axis=2)
        state /= state.max(axis=1, keepdims=True)
        backward[t, :n] = state
    marginal = forward * backward
    path = (best + np.log(np.maximum(_LAST, _NEVER))).argmax(axis=1)
    sequence = np.zeros((steps, count), np.int64)
    for t in range(steps - 1, -1, -1):
        n = active[t]
        sequence[t, :n] = path[:n]
        path[:n] = back[t, rows[:n], path[:n]]
    for row in np.flatnonzero(sequence.any(axis=0)).tolist():
        type_, first, length = int(types[row]), int(firsts[row]), int(lengths[row])
        chosen = sequence[:length, row].tolist()
        begin = 0
        for t, tag in enumerate(chosen):
            if tag in (_B, _S):
                begin = t
            if tag in (_E, _S):
                span = marginal[begin : t + 1, row]
                own = span[np.arange(len(span)), chosen[begin : t + 1]]
                probability = float((own / span.sum(axis=1)).min())
                yield type_, first + begin, first + t + 1, probability
