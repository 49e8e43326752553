"""The normal form in which names and text are compared, and its hashes.

A text is cut into *pieces*: words (runs of letters and digits), hard punctuation (comma, slash,
bracket, full stop, …) and soft separators (blanks, hyphens, apostrophes). The normal form of a
stretch of text is its words, each normalized, and its hard punctuation, with the soft separators
left out: `TNF-α`, `TNF alpha` and `TNFalpha` are all `tnfalpha`; `Parkinson's diseases` is
`parkinsondisease`. Because words keep their place in the text, offsets never need to be mapped.

Whether a soft separator was there matters to some matches (`a cat` is not the gene ACAT); that is
decided where candidates are judged, with `separators_agree`.

Hashes are polynomial over the characters of the normal form, modulo 2**64, so the hash of adjacent
words follows from the hashes of the words (Karp and Rabin, 1987) and all windows over a text are
computed with a few array operations.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Uint64s = npt.NDArray[np.uint64]
Int64s = npt.NDArray[np.int64]

SOFT, WORD, HARD = 0, 1, 2
PARAGRAPH = "\n\n"
"""What stands between two stretches of text that no match may cross."""

_BASE = 0x9E3779B97F4A7C15
_CHARACTER = 0xD6E8FEB86659FD93
_MASK = (1 << 64) - 1
_MIX = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
_MIX_FACTORS = tuple(map(np.uint64, _MIX))
_MIX_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))
_ROOM = 1024
_PIECES = re.compile(
    r"[^\W_]+(?: (?=[^\W_]))?"  # a word, and with it the blank before another one
    r"|['’][sS](?![^\W_])"  # a possessive, which means nothing
    r"|[^\S\n]*\n[^\S\n]*\n\s*"  # a paragraph's end
    # Soft separators
    r"|[ \t\-_'’`´‐‑‒–—−·\u00a0\u00ad\u0300-\u036f\u2009\u200a-\u200d\u202f\u2060]+"
    r"|[^\S\n]+|\n"
    r"|.",
    re.DOTALL,
)
_ASCII_PIECES = re.compile(_PIECES.pattern.replace(r"[^\W_]", "[0-9A-Za-z]"), re.DOTALL)
"""The same for texts of ASCII characters only, in two thirds of the time."""
_SOFT = frozenset(" \t\n\r\f\v-_'’`´‐‑‒–—−·\u00a0\u00ad\u2009\u200a\u200b\u200c\u200d\u202f\u2060")
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu",
    "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau",
    "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "ϵ": "epsilon",
    "ϕ": "phi", "ϑ": "theta",
}  # fmt: skip
_GREEK_LETTERS = str.maketrans(_GREEK)
_ROMAN = {
    "II": "2", "III": "3", "IV": "4", "VI": "6", "VII": "7", "VIII": "8",
    "IX": "9", "XI": "11", "XII": "12", "XIII": "13", "XIV": "14", "XVI": "16",
}  # fmt: skip
_AMERICAN = (
    (re.compile(r"(?<=.)[ao]e(?!s$)(?=[a-z])"), "e"),  # leukaemia (not aerobic, mosquitoes)
    (re.compile(r"^[ao]e(?=[dst])"), "e"),  # aetiology, oedema, oestrogen
    (re.compile(r"(?<=[a-z]{3})our(?=s?$|al|ed|ing|less|gen)"), "or"),  # tumour, behavioural
    (re.compile(r"(?<=[a-z]{2})is(?=(?:e|ed|es|ing|ation|ations)$)"), "iz"),  # immunised
    (re.compile(r"sulph"), "sulf"),
    (re.compile(r"(?<=[a-z]{2}[bt])re$"), "er"),  # fibre, centre, titre
    (re.compile(r"yse(?=[sd]?$)"), "yze"),
)
_BRITISH_ENDS = ("bre", "tre", "ise", "ised", "ises", "ising", "isation", "isations")
_IRREGULAR = {
    "mice": "mouse", "children": "child", "women": "woman", "men": "man", "feet": "foot",
    "teeth": "tooth", "oxen": "ox", "geese": "goose", "lice": "louse", "wolves": "wolf",
    "calves": "calf", "leaves": "leaf", "larvae": "larva", "fungi": "fungus",
}  # fmt: skip


@lru_cache(maxsize=50_000)
def normal_word(word: str) -> str:
    """Return the normal form of one word (a run of letters and digits).

    Compatibility forms and accents are dissolved (NFKD), case is folded, Greek letters are spelled
    out, Roman numerals in capitals become Arabic, British spelling becomes American and plurals
    singular. The rules are applied to names and text alike, so it does no harm when one of them
    also hits a word that it does not mean.

    >>> [normal_word(w) for w in ("IL6", "β", "Tumours", "Leukaemia", "mice", "II", "HRAS", "p38α")]
    ['il6', 'beta', 'tumor', 'leukemia', 'mouse', '2', 'hras', 'p38alpha']
    """
    if word.isascii():
        if len(word) < 4:
            lower = word.lower()
            return _ROMAN.get(word) or (lower if word.isupper() else _IRREGULAR.get(lower, lower))
        if word.isdigit():
            return word
        plain = word
        lower = word.lower()
    else:
        plain = "".join(
            c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c)
        )
        lower = plain.lower().translate(_GREEK_LETTERS)
    if plain in _ROMAN:
        return _ROMAN[plain]
    acronym = plain.isupper() and len(plain) <= 6
    if acronym or not lower.isalpha():
        # The plural of an acronym is marked by its small letter: MAPKs, p53s.
        if lower.endswith("s") and plain[-1] == "s" and len(plain) > 3 and not plain[-2].islower():
            return lower[:-1]
        return lower
    if len(lower) < 4:
        return lower
    if len(lower) > 5 and (  # first what all words have that one of the patterns changes
        "ae" in lower or "oe" in lower or "our" in lower or "yse" in lower or "sulph" in lower
        or lower.endswith(_BRITISH_ENDS)
    ):  # fmt: skip
        for pattern, replacement in _AMERICAN:
            lower = pattern.sub(replacement, lower)
    return _singular(lower)


def _singular(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word[-1] != "s":
        return f"{word[:-1]}um" if word.endswith("bacteria") else word
    if word[-2] != "e":
        return word if word[-2] in "sui" else word[:-1]
    if word.endswith(("oses", "stases", "lyses", "theses")):
        return word[:-2] + "is"
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "viruses", "fetuses", "sinuses")):
        return word[:-2]
    if word.endswith("oes") and len(word) > 6:
        return word[:-2]  # mosquitoes, potatoes (not toes, aloes, canoes)
    if word.endswith("itides"):
        return word[:-3] + "s"
    return word[:-1]


def mix(values: Uint64s) -> Uint64s:
    """Spread hash values evenly over 64 bits (the finalizer of SplitMix64, Steele et al. 2014)."""
    z = values ^ (values >> _MIX_SHIFTS[0])
    z *= _MIX_FACTORS[0]
    z ^= z >> _MIX_SHIFTS[1]
    z *= _MIX_FACTORS[1]
    z ^= z >> _MIX_SHIFTS[2]
    return z


def _powers(count: int) -> Uint64s:
    """Return the powers of the base from 0 on."""
    factors = np.full(count, _BASE, np.uint64)
    factors[:1] = 1
    return np.multiply.accumulate(factors)


def _character_values(text: str) -> Uint64s:
    # One multiplication with a large odd number is enough: `mix` spreads the sum at the end.
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return (codes.astype(np.uint64) + np.uint64(1)) * np.uint64(_CHARACTER)


def polynomials(texts: Sequence[str]) -> tuple[Uint64s, Uint64s]:
    """Return the hash of each string and the factor by which it shifts what stands before it."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    powers = _powers(int(lengths.max(initial=0)) + 1)
    ends = np.cumsum(lengths)
    to_the_right = np.repeat(ends, lengths) - np.arange(int(lengths.sum())) - 1
    terms = _character_values("".join(texts)) * powers[to_the_right]
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(terms, dtype=np.uint64)])
    return sums[ends] - sums[ends - lengths], powers[lengths]


def polynomial(text: str) -> tuple[int, int]:
    """Return the hash of one string and its factor (see `polynomials`)."""
    values, factors = polynomials([text])
    return int(values[0]), int(factors[0])


def beginnings(texts: Sequence[str]) -> Uint64s:
    """Return the hash of every beginning of the strings, without the whole strings."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    values, result = _character_values("".join(texts)), [np.zeros(0, np.uint64)]
    first = np.cumsum(lengths) - lengths
    total = np.zeros(len(texts), np.uint64)
    for k in range(int(lengths.max(initial=0))):
        longer = lengths > k + 1
        first, total, lengths = first[longer], total[longer], lengths[longer]
        total = total * np.uint64(_BASE) + values[first + k]
        result.append(total)
    return np.concatenate(result)


@dataclass(frozen=True, slots=True)
class Words:
    """Words and hard punctuation of a text, as parallel arrays in text order.

    Attributes:
        start: First code point of each.
        end: Code point after the last one.
        kind: `WORD` or `HARD`.
        hash: Hash of the normal form.
        factor: Factor by which it shifts the hash of what stands before it.
        told: What the cutter was told of each.
    """

    start: Int64s
    end: Int64s
    kind: npt.NDArray[np.uint8]
    hash: Uint64s
    factor: Uint64s
    told: Int64s

    def where(self, chosen: npt.NDArray[np.bool_]) -> Words:
        """Return those that are chosen."""
        return Words(
            self.start[chosen], self.end[chosen], self.kind[chosen], self.hash[chosen],
            self.factor[chosen], self.told[chosen],
        )  # fmt: skip


Teller = Callable[[npt.NDArray[np.uint8], Uint64s], Int64s]
"""Tells something of pieces, given the kind and the hash of each."""


def _nothing(kinds: npt.NDArray[np.uint8], _: Uint64s) -> Int64s:
    return np.zeros(len(kinds), np.int64)


class _Numbers(dict[str, int]):
    """Numbers of pieces: one that is asked for the first time gets the next number.

    Attributes:
        new: Pieces that have a number and nothing else yet, in its order.
    """

    def __init__(self) -> None:
        self.new: list[str] = []

    def __missing__(self, piece: str) -> int:
        self[piece] = number = len(self)
        self.new.append(piece)
        return number


class Cutter:
    """Cuts texts into pieces and remembers the hash of every piece that it has seen.

    The memory is a cache of a pure function: it is emptied when it holds `limit` pieces, and never
    changes a result.

    Args:
        limit: How many pieces are remembered.
        tell: Asked once for each piece that is remembered; what it tells is in `Words.told`.
    """

    def __init__(self, *, limit: int = 150_000, tell: Teller = _nothing) -> None:
        self._limit = limit
        self._tell = tell
        self._reset()

    def _reset(self) -> None:
        self._ids = _Numbers()
        self._kinds = np.zeros(_ROOM, np.uint8)
        self._lengths = np.zeros(_ROOM, np.int64)
        self._blanks = np.zeros(_ROOM, np.int64)
        self._hashes = np.zeros(_ROOM, np.uint64)
        self._factors = np.zeros(_ROOM, np.uint64)
        self._told = np.zeros(_ROOM, np.int64)

    def _learn(self, pieces: Sequence[str]) -> None:
        """Remember the pieces that were numbered last."""
        kinds, normals = zip(*map(normal_piece, pieces), strict=True)
        hashes, factors = polynomials(normals)
        end = len(self._ids)
        first = end - len(pieces)
        while len(self._kinds) < end:  # twice as long each time: adding takes constant time
            self._kinds = np.concatenate([self._kinds, np.zeros_like(self._kinds)])
            self._lengths = np.concatenate([self._lengths, np.zeros_like(self._lengths)])
            self._blanks = np.concatenate([self._blanks, np.zeros_like(self._blanks)])
            self._hashes = np.concatenate([self._hashes, np.zeros_like(self._hashes)])
            self._factors = np.concatenate([self._factors, np.zeros_like(self._factors)])
            self._told = np.concatenate([self._told, np.zeros_like(self._told)])
        self._kinds[first:end] = kinds
        self._lengths[first:end] = list(map(len, pieces))
        self._blanks[first:end] = [
            k == WORD and p[-1] == " " for k, p in zip(kinds, pieces, strict=True)
        ]
        self._hashes[first:end] = hashes
        self._factors[first:end] = factors
        self._told[first:end] = self._tell(self._kinds[first:end], hashes)

    def _numbers(self, pieces: Sequence[str]) -> list[int]:
        """Return the numbers of pieces, all of which are known afterwards."""
        if len(self._ids) > self._limit:
            self._reset()
        try:
            numbers = list(map(self._ids.__getitem__, pieces))
            if new := self._ids.new:
                self._learn(new)
                self._ids.new = []
        except BaseException:  # time may be up while something is half remembered
            self._reset()
            raise
        return numbers

    def cut(self, text: str) -> Words:
        """Return the words and hard punctuation of a text with offsets and hashes."""
        pieces = (_ASCII_PIECES if text.isascii() else _PIECES).findall(text)
        ids = np.array(self._numbers(pieces), np.int64)
        lengths, kind = self._lengths[ids], self._kinds[ids]
        (kept,) = kind.nonzero()
        ids, start = ids[kept], (np.cumsum(lengths) - lengths)[kept]
        end = start + lengths[kept] - self._blanks[ids]
        told = self._told[ids]
        return Words(start, end, kind[kept], self._hashes[ids], self._factors[ids], told)


def name_hash(text: str) -> int | None:
    """Return the mixed hash of a whole text as one name; None for a text without words.

    The same as folding `Cutter.cut` and `mix`, and for a short text many times faster: the hash of
    words is that of their normal forms put together.
    """
    normal = "".join([_normal_piece(piece) for piece in _PIECES.findall(text)])
    if not normal:
        return None
    value = 0
    for character in normal:
        value = (value * _BASE + (ord(character) + 1) * _CHARACTER) & _MASK
    value = ((value ^ (value >> 30)) * _MIX[0]) & _MASK
    value = ((value ^ (value >> 27)) * _MIX[1]) & _MASK
    return value ^ (value >> 31)


def normal_piece(piece: str) -> tuple[int, str]:
    """Return the kind of a piece of text (`WORD`, `HARD`, `SOFT`) and its normal form."""
    first = piece[0]
    if first.isalnum():
        normal = normal_word(piece.rstrip(" "))
        # What is nothing but an accent (a lone voicing mark) has an empty normal form.
        return (WORD, normal) if normal else (SOFT, "")
    if piece.count("\n") > 1 and piece.isspace():
        return HARD, PARAGRAPH
    if first in _SOFT or first.isspace() or unicodedata.combining(first):
        return SOFT, ""
    return HARD, unicodedata.normalize("NFKC", piece)


@lru_cache(maxsize=30_000)
def normal_form(text: str) -> str:
    """Return the normal form of a text as a readable string.

    >>> normal_form("TNF-α"), normal_form("TNF alpha"), normal_form("Parkinson's Diseases")
    ('tnfalpha', 'tnfalpha', 'parkinsondisease')
    """
    return "".join(map(_normal_piece, (_ASCII_PIECES if text.isascii() else _PIECES).findall(text)))


@lru_cache(maxsize=10_000)
def _normal_piece(piece: str) -> str:
    return normal_piece(piece)[1]
