"""From a tagger's scores to mentions: a linear-chain conditional random field over word tags.

A mention of one word has the tag `S`; a longer one begins with `B`, goes on with `I` and ends with
`E`; words outside have `O`. The best sequence of tags is found with the algorithm of Viterbi, the
probability of each tag with the forward-backward algorithm (Lafferty et al. 2001).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from operator import getitem

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

TAGS = "OBIES"
_O, _B, _I, _E, _S = range(len(TAGS))
_OPEN = np.array([False, True, True, False, False])
"""Tags after which the mention goes on."""
_GOES_ON = np.array([False, False, True, True, False])
"""Tags that continue a mention."""
ALLOWED = _OPEN[:, None] == _GOES_ON[None, :]
_HOPELESS = -4.0
"""Words are passed over that lie only in mentions of at most these log odds: 1 to 55."""
_WORSE = -1e-3
"""No word with less is in a mention of the best sequence: by more than sums are rounded by."""
_BACKWARDS = [_O, _E, _I, _B, _S]
"""The tags from a text's end to its beginning: a mention begins with its last word."""

_Mention = tuple[int, int, list[int]]
"""Number of the type, first word, tags."""
_Tags = Sequence[float]
_Table = Sequence[_Tags]
"""Of each tag, what each tag after it counts; what is not allowed has no meaning."""


@dataclass(frozen=True, slots=True)
class Chain:
    """What the sequence of tags counts, for each type.

    Attributes:
        gains: What the tags B, I, E and S gain in sequence at most, beside words outside mentions:
            4 x types x 1. The tags before and after a mention are taken to be those that suit it
            best.
        scores: The score of each tag after each tag, in logarithms.
        weights: The same, not in logarithms.
        backwards: The weights when a text is read from its end, with tags as in `_BACKWARDS`.
    """

    gains: Floats
    scores: Sequence[_Table]
    weights: Sequence[_Table]
    backwards: Sequence[_Table]

    @classmethod
    def of(cls, transitions: Floats) -> Chain:
        """Prepare the scores of each tag after each tag: types x tags x tags, in logarithms."""
        before = transitions[:, (_O, _E, _S)]
        begun = np.maximum((before[:, :, (_B, _S)] - before[:, :, _O, None]).max(axis=1), 0.0)
        after = transitions[:, :, (_O, _B, _S)]
        ended = np.maximum((after[:, (_E, _S)] - after[:, (_O,)]).max(axis=2), 0.0)
        inside = transitions[:, (_B, _I)].max(axis=1) - transitions[:, _O, _O, None]
        gains = begun[:, 0], inside[:, _I], inside[:, _E] + ended[:, 0], begun[:, 1] + ended[:, 1]
        weights = np.exp(transitions)
        backwards = weights[:, _BACKWARDS][:, :, _BACKWARDS].transpose(0, 2, 1)
        return cls(
            np.stack(gains)[:, :, None],
            transitions.tolist(),
            weights.tolist(),
            backwards.tolist(),
        )


def find_mentions(
    scores: Floats, chain: Chain, borders: Sequence[int]
) -> Iterator[tuple[int, int, int, float]]:
    """Yield the mentions of a text: number of the type, first word, word after the last one.

    The fourth value is the mention's probability, the smallest of those of its words' tags.

    Args:
        scores: Words x types x tags (in the order of `TAGS`), in logarithms.
        chain: What the sequence of tags counts.
        borders: Number of the first word of each sentence, and the number of words.
    """
    if len(borders) < 2:
        return
    scores = np.ascontiguousarray(scores.T)
    sentence = np.repeat(np.arange(len(borders) - 1), np.diff(borders))
    goes_on = sentence[1:] == sentence[:-1]
    hope = _hope(scores, chain, sentence, goes_on)
    scores = scores - scores.max(axis=0)
    mentions = _best(scores, chain, *_stretches(hope > _WORSE, goes_on))
    if mentions:
        stretches = _stretches(hope > _HOPELESS, goes_on)
        yield from sorted(_with_probabilities(mentions, np.exp(scores), chain, *stretches))


def _hope(scores: Floats, chain: Chain, sentence: Int64s, together: Bools) -> Floats:
    """Return the log odds that the best mention that covers a word can have: types x words.

    Args:
        scores: Tags x types x words, in logarithms.
        chain: As for `find_mentions`.
        sentence: Number of the sentence of each word.
        together: Whether each word but the last one is in the same sentence as the next one.
    """
    gains = scores[_B:] - scores[_O]
    gains += chain.gains
    begins, goes_on, ends = gains[:3]
    hope: Floats = gains[3]
    # A mention from word b to word e has first[b] + last[e]: with the words between, each of which
    # goes on. None goes over the end of a sentence.
    passed = np.cumsum(goes_on, axis=1)
    first, last = begins - passed, ends + passed - goes_on
    opened = _highest_so_far(first, sentence)
    closed = _highest_so_far(last[:, ::-1], sentence[-1] - sentence[::-1])[:, ::-1]
    ending = opened[:, :-1] + last[:, 1:]
    going_on = opened[:, :-1] + closed[:, 1:]
    np.maximum(hope[:, 1:], ending, out=hope[:, 1:], where=together)
    np.maximum(hope[:, :-1], going_on, out=hope[:, :-1], where=together)
    return hope


def _highest_so_far(values: Floats, part: Int64s) -> Floats:
    """Return the highest of the values before and at each place, in each row.

    Args:
        values: The values.
        part: Number of the part that each place is in, which go up by one: each begins anew.
    """
    lift = part * (values.max() - values.min() + 1.0)
    lifted: Floats = values + lift
    np.maximum.accumulate(lifted, axis=1, out=lifted)
    lifted -= lift
    return lifted


def _stretches(possible: Bools, together: Bools) -> tuple[Int64s, Int64s, Int64s]:
    """Return the stretches of words that may be in mentions, with a word more on either side.

    Args:
        possible: Types x words.
        together: Whether each word but the last one is in the same sentence as the next one.

    Returns:
        The number of the type, the first word and the number of words of each, in this order. None
        reaches over the end of a sentence.
    """
    taken = possible.copy()
    taken[:, 1:] |= possible[:, :-1] & together
    taken[:, :-1] |= possible[:, 1:] & together
    first, last = taken.copy(), taken.copy()
    joined = taken[:, 1:] & taken[:, :-1] & together
    first[:, 1:] ^= joined
    last[:, :-1] ^= joined
    types, firsts = np.nonzero(first)
    return types, firsts, np.nonzero(last)[1] - firsts + 1


def _best(
    scores: Floats, chain: Chain, types: Int64s, firsts: Int64s, lengths: Int64s
) -> list[_Mention]:
    """Return the mentions in the best sequences of stretches, each for one type."""
    mentions = []
    for type_, start, length in zip(types.tolist(), firsts.tolist(), lengths.tolist(), strict=True):
        own = scores[:, type_, start : start + length].T.tolist()
        tags = _best_sequence(own, chain.scores[type_])
        begin = 0
        for i, tag in enumerate(tags):
            if tag in (_B, _S):
                begin = i
            if tag in (_E, _S):
                mentions.append((type_, start + begin, tags[begin : i + 1]))
    return mentions


def _best_sequence(scores: Iterable[_Tags], after: _Table) -> list[int]:
    """Return the best tags of a stretch (Viterbi).

    Args:
        scores: Of each word, those of all tags.
        after: Score of each tag after each tag.
    """
    (oo, ob, *_, os), (*_, bi, be, _), (*_, ii, ie, _), (eo, eb, *_, es), (so, sb, *_, ss) = after
    words = iter(scores)
    o, b, i, e, s = next(words)
    i = e = -inf
    came: list[tuple[int, ...]] = []
    for at_o, at_b, at_i, at_e, at_s in words:
        # Of equals the first tag counts.
        to_o, from_o = o + oo, _O
        if e + eo > to_o:
            to_o, from_o = e + eo, _E
        if s + so > to_o:
            to_o, from_o = s + so, _S
        to_b, from_b = o + ob, _O
        if e + eb > to_b:
            to_b, from_b = e + eb, _E
        if s + sb > to_b:
            to_b, from_b = s + sb, _S
        to_s, from_s = o + os, _O
        if e + es > to_s:
            to_s, from_s = e + es, _E
        if s + ss > to_s:
            to_s, from_s = s + ss, _S
        to_i, from_i = (i + ii, _I) if i + ii > b + bi else (b + bi, _B)
        to_e, from_e = (i + ie, _I) if i + ie > b + be else (b + be, _B)
        came.append((from_o, from_b, from_i, from_e, from_s))
        o, b, i, e, s = to_o + at_o, to_b + at_b, to_i + at_i, to_e + at_e, to_s + at_s
    tag = _O if o >= e and o >= s else _E if e >= s else _S
    tags = [tag]
    for before in reversed(came):
        tag = before[tag]
        tags.append(tag)
    return tags[::-1]


def _with_probabilities(
    mentions: Sequence[_Mention],
    weights: Floats,
    chain: Chain,
    types: Int64s,
    firsts: Int64s,
    lengths: Int64s,
) -> Iterator[tuple[int, int, int, float]]:
    """Yield mentions as `find_mentions` does, given the stretches that they are in."""
    count = weights.shape[2]
    begins = [type_ * count + first for type_, first, _ in mentions]
    numbers = np.searchsorted(types * count + firsts, begins, side="right") - 1
    within: dict[int, list[_Mention]] = {}
    for number, mention in zip(numbers.tolist(), mentions, strict=True):
        within.setdefault(number, []).append(mention)
    for number, some in within.items():
        type_, start, length = int(types[number]), int(firsts[number]), int(lengths[number])
        own = weights[:, type_, start : start + length].T.tolist()
        begin, (_, last, last_tags) = some[0][1], some[-1]
        likely = _marginals(own, chain, type_, begin - start, last + len(last_tags) - start)
        for _, first, tags in some:
            own = likely[first - begin : first - begin + len(tags)]
            yield type_, first, first + len(tags), min(map(getitem, own, tags))


def _marginals(
    weights: Sequence[_Tags], chain: Chain, type_: int, first: int, end: int
) -> list[_Tags]:
    """Return the probabilities of the tags of some words (forward-backward algorithm).

    Args:
        weights: Of each word of a stretch, those of all tags.
        chain: What the sequence of tags counts.
        type_: The type that the stretch is decoded for.
        first: The first of the words.
        end: The word after the last one.
    """
    before = _sums(weights[:end], chain.weights[type_])[first:]
    backwards = [(o, e, i, b, s) for o, b, i, e, s in reversed(weights[first:])]
    after = reversed(_sums(backwards, chain.backwards[type_]))
    marginals: list[_Tags] = []
    for word, (fo, fb, fi, fe, fs), (ao, ae, ai, ab, as_) in zip(
        weights[first:end], before, after, strict=False
    ):
        o, b, i, e, s = word
        o, b, i, e, s = o * fo * ao, b * fb * ab, i * fi * ai, e * fe * ae, s * fs * as_
        total = o + b + i + e + s
        marginals.append((o / total, b / total, i / total, e / total, s / total))
    return marginals


def _sums(weights: Iterable[_Tags], after: _Table) -> list[_Tags]:
    """Return what the words before each word count, for each of its tags, but for a factor."""
    (oo, ob, *_, os), (*_, bi, be, _), (*_, ii, ie, _), (eo, eb, *_, es), (so, sb, *_, ss) = after
    words = iter(weights)
    o, b, _, _, s = next(words)
    i = e = 0.0
    sums: list[_Tags] = [(1.0, 1.0, 0.0, 0.0, 1.0)]
    for at_o, at_b, at_i, at_e, at_s in words:
        to_o = o * oo + e * eo + s * so
        to_b = o * ob + e * eb + s * sb
        to_i = b * bi + i * ii
        to_e = b * be + i * ie
        to_s = o * os + e * es + s * ss
        sums.append((to_o, to_b, to_i, to_e, to_s))
        o, b, i, e, s = to_o * at_o, to_b * at_b, to_i * at_i, to_e * at_e, to_s * at_s
        # Never 0: after each tag some are allowed, and scores are not far enough apart for that.
        most = max(o, b, i, e, s)
        o, b, i, e, s = o / most, b / most, i / most, e / most, s / most
    return sums
