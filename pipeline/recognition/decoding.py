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
Bools = npt.NDArray[np.bool_]

TAGS = "OBIES"
_O, _B, _I, _E, _S = range(len(TAGS))
_OPEN = np.array([False, True, True, False, False])
"""Tags after which the mention goes on."""
_GOES_ON = np.array([False, False, True, True, False])
"""Tags that continue a mention."""
ALLOWED = _OPEN[:, None] == _GOES_ON[None, :]
_FIRST, _LAST = (~_GOES_ON).astype(float), (~_OPEN).astype(float)
_HOPELESS = -4.0
"""Words are passed over that lie only in mentions of at most these log odds: 1 to 55."""
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
    if len(borders) < 2:
        return
    types, firsts, lengths = _stretches(_hope(scores, transitions, borders) > _HOPELESS, borders)
    # Stretches of about the same length are decoded together.
    order = np.argsort(-lengths, kind="stable")
    found: list[tuple[int, int, int, float]] = []
    for start in range(0, len(order), _TOGETHER):
        some = order[start : start + _TOGETHER]
        found += _decode(scores, transitions, types[some], firsts[some], lengths[some])
    yield from sorted(found)


def _hope(scores: Floats, transitions: Floats, borders: Sequence[int]) -> Floats:
    """Return the log odds that the best mention that covers a word can have: words x types.

    The tags before and after it are taken to be those that suit it best.
    """
    gain = scores[:, :, _B:] - scores[:, :, _O, None]
    # What tags gain in sequence, beside words outside mentions.
    outside = transitions[:, _O, _O]
    before = transitions[:, (_O, _E, _S)]
    begun = np.maximum((before[:, :, (_B, _S)] - before[:, :, _O, None]).max(axis=1), 0.0)
    after = transitions[:, :, (_O, _B, _S)]
    ended = np.maximum((after[:, (_E, _S)] - after[:, (_O,)]).max(axis=2), 0.0)
    inside = transitions[:, (_B, _I)].max(axis=1) - outside[:, None]
    begins = gain[:, :, _B - 1] + begun[:, 0]
    goes_on = gain[:, :, _I - 1] + inside[:, _I]
    ends = gain[:, :, _E - 1] + (inside[:, _E] + ended[:, 0])
    hope: Floats = gain[:, :, _S - 1] + (begun[:, 1] + ended[:, 1])
    # A mention from word b to word e has first[b] + last[e]: with the words between, each of which
    # goes on. None goes over the end of a sentence.
    passed = np.cumsum(goes_on, axis=0)
    sentence = np.repeat(np.arange(len(borders) - 1), np.diff(borders))[:, None]
    first, last = begins - passed, ends + passed - goes_on
    opened = _highest_so_far(first, sentence)
    closed = _highest_so_far(last[::-1], sentence[-1] - sentence[::-1])[::-1]
    follows = sentence[1:] == sentence[:-1]
    ending = opened[:-1] + last[1:]
    going_on = opened[:-1] + closed[1:]
    np.maximum(hope[1:], ending, out=hope[1:], where=follows)
    np.maximum(hope[:-1], going_on, out=hope[:-1], where=follows)
    return hope


def _highest_so_far(values: Floats, part: Int64s) -> Floats:
    """Return the highest of the values before and at each row, in each column.

    Args:
        values: The values.
        part: Number of the part that each row is in, which go up by one: each begins anew.
    """
    step = values.max() - values.min() + 1.0
    lifted = values + part * step
    result: Floats = np.maximum.accumulate(lifted, axis=0) - part * step
    return result


def _stretches(possible: Bools, borders: Sequence[int]) -> tuple[Int64s, Int64s, Int64s]:
    """Return the stretches of words that may be in mentions, with a word more on either side.

    Args:
        possible: Words x types.
        borders: Number of the first word of each sentence, and the number of words.

    Returns:
        The number of the type, the first word and the number of words of each. None reaches over
        the end of a sentence.
    """
    goes_on = np.ones((len(possible), 1), bool)
    goes_on[np.asarray(borders[:-1])] = False
    taken = possible.copy()
    taken[1:] |= possible[:-1] & goes_on[1:]
    taken[:-1] |= possible[1:] & goes_on[1:]
    first, last = taken.copy(), taken.copy()
    joined = taken[1:] & taken[:-1] & goes_on[1:]
    first[1:] &= ~joined
    last[:-1] &= ~joined
    types, firsts = np.nonzero(first.T)
    return types, firsts, np.nonzero(last.T)[1] - firsts + 1


def _decode(
    scores: Floats, transitions: Floats, types: Int64s, firsts: Int64s, lengths: Int64s
) -> Iterator[tuple[int, int, int, float]]:
    """Decode stretches, each for one type, the longest first; yield as `find_mentions` does."""
    tags, active = _laid_out(scores, types, firsts, lengths, np.ones(len(firsts), np.int64))
    sequences = _best_sequences(tags, active, transitions[types], lengths)
    found = np.flatnonzero([any(sequence) for sequence in sequences])
    if not len(found):
        return
    types, firsts, lengths = types[found], firsts[found], lengths[found]
    marginal = _marginals(scores, transitions, types, firsts, lengths)
    total = marginal.sum(axis=2)
    total[total == 0] = 1.0  # behind the end of a stretch
    probabilities = (marginal / total[:, :, None]).transpose(1, 0, 2).tolist()
    places = zip(found.tolist(), types.tolist(), firsts.tolist(), probabilities, strict=True)
    for number, type_, first, probability in places:
        begin = 0
        chosen = sequences[number]
        for t, tag in enumerate(chosen):
            if tag in (_B, _S):
                begin = t
            if tag in (_E, _S):
                least = min(probability[i][chosen[i]] for i in range(begin, t + 1))
                yield type_, first + begin, first + t + 1, least


def _laid_out(
    scores: Floats, types: Int64s, firsts: Int64s, lengths: Int64s, direction: Int64s
) -> tuple[Floats, list[int]]:
    """Lay stretches side by side: steps x stretches x tags; the best tag of a word has 0.

    Args:
        scores: As for `find_mentions`.
        types: Type that each stretch is decoded for.
        firsts: Word of each stretch that comes first.
        lengths: Number of its words; the longest first.
        direction: 1 where words follow as in the text, -1 where they follow backwards.

    Returns:
        The scores, and how many stretches have a word at each step: always the first ones.
    """
    steps = np.arange(int(lengths[0]))
    active = np.searchsorted(-lengths, -steps, side="left").tolist()
    place = np.clip(firsts + direction * steps[:, None], 0, len(scores) - 1)
    tags: Floats = scores[place, types]
    tags -= tags.max(axis=2, keepdims=True)
    return tags, active


def _best_sequences(
    tags: Floats, active: Sequence[int], transitions: Floats, lengths: Int64s
) -> list[list[int]]:
    """Return the best tags of each stretch (Viterbi)."""
    after = np.log(np.maximum(np.where(ALLOWED, np.exp(transitions), 0.0), _NEVER))
    best = np.zeros_like(tags)
    best[0] = tags[0] + np.log(np.maximum(_FIRST, _NEVER))
    for t in range(1, len(tags)):
        n = active[t]
        ways = best[t - 1, :n, :, None] + after[:n]
        np.add(np.maximum.reduce(ways, axis=1), tags[t, :n], out=best[t, :n])
    # Which tag came before each, the first of equals: the same sums, for all steps at a time.
    most = best[:-1, :, 0, None] + after[:, 0]
    before = np.zeros(most.shape, np.int8)
    for tag in range(1, len(TAGS)):
        way = best[:-1, :, tag, None] + after[:, tag]
        before[way > most] = tag
        np.maximum(most, way, out=most)
    back = before.tolist()
    at_end = best[lengths - 1, np.arange(len(lengths))] + np.log(np.maximum(_LAST, _NEVER))
    sequences = []
    for row, (tag, length) in enumerate(zip(at_end.argmax(axis=1).tolist(), lengths, strict=True)):
        sequence = [tag]
        for t in range(int(length) - 2, -1, -1):
            tag = back[t][row][tag]
            sequence.append(tag)
        sequences.append(sequence[::-1])
    return sequences


def _marginals(
    scores: Floats, transitions: Floats, types: Int64s, firsts: Int64s, lengths: Int64s
) -> Floats:
    """Return how likely each tag is, but for a factor for each word: steps x stretches x tags.

    Forward and backward sums are taken in one go, each stretch being there in both directions.
    """
    count = len(firsts)
    after = np.where(ALLOWED, np.exp(transitions), 0.0)[types]
    both = np.stack([after, after.transpose(0, 2, 1)], axis=1).reshape(-1, len(TAGS), len(TAGS))
    ends = np.stack([firsts, firsts + lengths - 1], axis=1).ravel()
    direction = np.tile([1, -1], count)
    tags, active = _laid_out(scores, np.repeat(types, 2), ends, np.repeat(lengths, 2), direction)
    likely = np.exp(tags)
    sums = np.zeros_like(tags)
    sums[0] = np.tile([_FIRST, _LAST], (count, 1))
    state = sums[0] * likely[0]
    for t in range(1, len(tags)):
        n = active[t]
        np.add.reduce(state[:n, :, None] * both[:n], axis=1, out=sums[t, :n])
        state = sums[t, :n] * likely[t, :n]
        state /= np.maximum.reduce(state, axis=1, keepdims=True)
    forward = sums[:, ::2] * likely[:, ::2]
    rows = np.arange(count)
    # The backward sums of step t were taken as many steps before the end of the stretch.
    from_end = np.maximum(lengths - 1 - np.arange(len(tags))[:, None], 0)
    marginal: Floats = forward * sums[:, 1::2][from_end, rows]
    return marginal
