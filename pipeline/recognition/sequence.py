"""A linear-chain conditional random field that finds mentions of one type word by word.

It learns from a word's form, its neighbours, and what the terminology finds there, so it also finds
names that no vocabulary lists, and their borders (Lafferty et al. 2001; Okazaki's CRFsuite).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import as_file, files
from pathlib import Path

import pycrfsuite

from pipeline.recognition.features import Reading
from pipeline.terminology.normal_form import normal_word

_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9(\[\"“])|\n\s*\n")
_UNLIKELY = 0.1
OUTSIDE = "O"


@dataclass(frozen=True, slots=True)
class Word:
    """A word or sign of a sentence with its place in the text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hint:
    """A reading of the terminology as a hint: where, of what type, how likely accepted."""

    start: int
    end: int
    type: str
    probability: float
    scope: str


def hints_of(every: Sequence[Reading], probabilities: Sequence[float]) -> list[Hint]:
    """Turn readings into hints, the longest at each place first."""
    hints = [
        Hint(
            r.match.start,
            r.match.end,
            r.type,
            p,
            max(r.names, key=lambda n: (n.weight, n.curie)).scope,
        )
        for r, p in zip(every, probabilities, strict=True)
    ]
    return sorted(hints, key=lambda h: (h.start - h.end, h.start, h.type))


def sentences(text: str) -> Iterator[list[Word]]:
    """Yield the words of each sentence."""
    start = 0
    for end in (*(found.start() for found in _SENTENCE.finditer(text)), len(text)):
        words = [
            Word(found.group(), found.start(), found.end())
            for found in _WORD.finditer(text, start, end)
        ]
        if words:
            yield words
        start = end


class HintedText:
    """The hints of a text, to be asked for by word."""

    def __init__(self, words: Sequence[Word], hints: Sequence[Hint], type_: str) -> None:
        """Lay hints over the words: of each kind the longest one that covers a word.

        Args:
            words: All words of the text.
            hints: The hints, longest first.
            type_: The type that is looked for.
        """
        self.named = ["O"] * len(words)
        self.likely = ["O"] * len(words)
        self.others = ["-"] * len(words)
        starts = [w.start for w in words]
        ends = [w.end for w in words]
        for hint in hints:
            first, last = bisect_left(starts, hint.start), bisect_right(ends, hint.end)
            if first >= last:
                continue
            if hint.type != type_:
                if hint.probability >= 0.5 and self.others[first] == "-":
                    self.others[first:last] = [hint.type] * (last - first)
                continue
            level = _level(hint.probability)
            if self.named[first] == self.named[last - 1] == "O":
                tags = _tags(last - first, hint.scope)
                self.named[first:last] = tags
            if hint.probability >= _UNLIKELY and self.likely[first] == self.likely[last - 1] == "O":
                self.likely[first:last] = _tags(last - first, level)


def _tags(length: int, label: str) -> list[str]:
    if length == 1:
        return [f"S{label}"]
    return [f"B{label}", *[f"I{label}"] * (length - 2), f"E{label}"]


def _level(probability: float) -> str:
    return "3" if probability >= 0.8 else "2" if probability >= 0.5 else "1"


def word_features(
    words: Sequence[Word], offset: int, hinted: HintedText, guideline: str
) -> list[list[str]]:
    """Return the features of each word of a sentence.

    Args:
        words: The sentence.
        offset: Place of its first word among the words of the text.
        hinted: The hints of the text.
        guideline: Name of the corpus whose guidelines are to be followed.
    """
    own = [_own_features(w.text) for w in words]
    lower = ["<s>", "<s>", *(w.text.lower() for w in words), "</s>", "</s>"]
    depth = 0
    result = []
    for i, word in enumerate(words):
        at = offset + i
        depth = max(0, depth + (word.text == "(") - (word.text == ")"))
        named, likely = hinted.named[at], hinted.likely[at]
        before = hinted.likely[at - 1] if i else "^"
        after = hinted.likely[at + 1] if i + 1 < len(words) else "$"
        b2, b1, w, a1, a2 = lower[i : i + 5]
        result.append(
            [
                *own[i],
                f"-1={b1}", f"-2={b2}", f"+1={a1}", f"+2={a2}",
                f"-1|0={b1}|{w}", f"0|+1={w}|{a1}",
                f"n={named}", f"l={likely}", f"-l={before}", f"+l={after}",
                f"l+l={likely}|{after}", f"l|w={likely}|{w}", f"o={hinted.others[at]}",
                f"g={guideline}", f"g|l={guideline}|{likely}", f"g|w={guideline}|{w}",
                f"in={min(depth, 1)}",
                *([f"-1s={b1[-3:]}"] if i else []),
                *([f"+1s={a1[-3:]}"] if i + 1 < len(words) else []),
            ]
        )  # fmt: skip
    return result


@lru_cache(maxsize=100_000)
def _own_features(text: str) -> tuple[str, ...]:
    lower = text.lower()
    shape = re.sub(r"(.)\1+", r"\1", "".join(_kind(c) for c in text))
    return (
        "1",
        f"w={lower}",
        f"f={normal_word(text)}",
        f"s2={lower[-2:]}",
        f"s3={lower[-3:]}",
        f"s4={lower[-4:]}",
        f"p3={lower[:3]}",
        f"p4={lower[:4]}",
        f"sh={shape}",
        f"len={min(len(text), 8)}",
    )


def _kind(c: str) -> str:
    return "A" if c.isupper() else "0" if c.isdigit() else "a" if c.isalpha() else c


class SequenceModel:
    """A trained model of one type."""

    def __init__(self, path: Path, type_: str) -> None:
        """Open a model file of CRFsuite."""
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open(str(path))
        self.type = type_

    def find(
        self, text: str, hints: Sequence[Hint], guideline: str
    ) -> Iterator[tuple[int, int, float]]:
        """Yield the mentions of a text: start, end and probability.

        The probability is the smallest marginal probability of the mention's words.
        """
        parts = list(sentences(text))
        words = [w for part in parts for w in part]
        hinted = HintedText(words, hints, self.type)
        offset = 0
        for part in parts:
            features = word_features(part, offset, hinted, guideline)
            tags = self._tagger.tag(features)
            for first, last in spans_of(tags):
                marginal = min(self._tagger.marginal(tags[i], i) for i in range(first, last))
                yield part[first].start, part[last - 1].end, marginal
            offset += len(part)


def spans_of(tags: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the spans of `B`, `I`, `E`, `S` tags as first word and the word after the last."""
    first = -1
    for i, tag in enumerate(tags):
        if tag in "BS":
            first = i
        if tag in "ES" and first >= 0:
            yield first, i + 1
            first = -1
        elif tag == OUTSIDE:
            first = -1


@cache
def shipped_sequence_model(type_: str) -> SequenceModel:
    """Return the model of a type that comes with the package."""
    with as_file(files("pipeline.recognition") / "data" / f"{type_.lower()}.crfsuite") as path:
        return SequenceModel(path, type_)
