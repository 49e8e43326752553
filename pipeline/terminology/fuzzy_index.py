"""The arrays for inexact lookup: names by class of similar words and by their trigrams.

A *form* is a sequence of tokens (see `name_words`) that one or more names of a type have. Forms
are numbered in the order of the length of their trigram vector, since two forms can only be similar
when these lengths are. The arrays are compiled once for a terminology, when they are first needed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.model import EntityType
from pipeline.terminology import array_store, name_words, normal_form
from pipeline.terminology.array_store import open_arrays
from pipeline.terminology.arrays import Arrays, Ragged
from pipeline.terminology.compile import UNMATCHED_SCOPES
from pipeline.terminology.index import Index, cache_directory
from pipeline.terminology.name_words import (
    MOST_INITIALS,
    WORDS,
    Classes,
    has_core,
    number_of_genus,
    number_of_initial,
    token_numbers,
    word_tokens,
)
from pipeline.terminology.normal_form import Int64s, Uint64s

Floats = npt.NDArray[np.float32]


LETTERS = 38
"""Kinds of characters in a trigram: border, a to z, 0 to 9, any other."""

GRAMS = LETTERS**3

_LEAST_CHARACTERS: dict[str, int] = {EntityType.GENE: 4}
_BORDER = "\0"
_CHUNK = 50_000
_CLASSES = tuple(f.name for f in fields(Classes))


@dataclass(frozen=True, slots=True)
class TypeIndex:
    """The forms of one entity type.

    Attributes:
        names: Names of each form.
        classes: For each class its numbers, sorted, and the form of each.
        norms: Length of each form's trigram vector; infinite for forms too short for trigrams.
        weights: Squared inverse document frequency of each trigram.
        forms: Forms that have a trigram, ascending.
        grams: Trigrams that a form has.
    """

    names: Ragged
    classes: dict[str, tuple[Uint64s, npt.NDArray[np.int32]]]
    norms: Floats
    weights: Floats
    forms: Ragged
    grams_starts: npt.NDArray[np.uint32]
    grams: npt.NDArray[np.uint16]

    def of_class(self, kind: str, number: int) -> list[int]:
        """Return the forms of a class, ascending; none for the number 0."""
        if not number:
            return []
        numbers, forms = self.classes[kind]
        wanted = np.uint64(number)
        low = int(numbers.searchsorted(wanted))
        if low == len(numbers) or numbers[low] != wanted:
            return []  # as for most strings
        found: list[int] = forms[low : numbers.searchsorted(wanted, "right")].tolist()
        return found


def open_fuzzy_index(index: Index, *, cache: Path | None = None) -> dict[str, TypeIndex]:
    """Open the arrays for inexact lookup, by entity type; compile them when the cache has none.

    Args:
        index: The terminology's index.
        cache: Directory for compiled arrays; by default the user's cache.
    """
    types = [t for t in index.types if t]
    target = (cache or cache_directory()) / "fuzzy" / _key(index)
    arrays = open_arrays(target, lambda: compile_fuzzy(index), "the arrays for inexact lookup")
    return {t: _type_index(arrays, t) for t in types}


def token_grams(tokens: Sequence[str]) -> Ragged:
    """Return the trigrams of each token, one about each of its characters.

    Before the first and after the last character stands a border.
    """
    text = _BORDER + (_BORDER * 2).join(tokens) + _BORDER
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
    letter, digit = codes - (ord("a") - 1), codes - (ord("0") - 27)
    is_letter, is_digit = (letter > 0) & (letter < 27), (digit > 26) & (digit < 37)
    kinds = np.full(len(codes), LETTERS - 1, np.int64)
    kinds[is_letter], kinds[is_digit], kinds[codes == 0] = letter[is_letter], digit[is_digit], 0
    grams = (kinds[:-2] * LETTERS + kinds[1:-1]) * LETTERS + kinds[2:]
    lengths = np.fromiter(map(len, tokens), np.int64, len(tokens))
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint32)
    return Ragged(starts, grams[kinds[1:-1] > 0].astype(np.int32))


def compile_fuzzy(index: Index) -> Arrays:
    """Compile the arrays of all entity types; their names begin with the type's."""
    names, tokens, vocabulary = _tokenize(index)
    concept_type = index.concept_type[index.name_concept[names]]
    arrays: Arrays = {}
    for number, type in enumerate(index.types):
        if not type:
            continue
        chosen = np.flatnonzero((concept_type == number) & (np.diff(tokens.starts) > 0))
        part = _select(tokens, chosen)
        for name, array in _compile_type(names[chosen], part, vocabulary, type).items():
            arrays[f"{type}_{name}"] = array
    return arrays


def _key(index: Index) -> str:
    digest = hashlib.sha256()
    for array in (index.names.block, index.names.ends, index.name_concept, index.concept_type):
        digest.update(np.ascontiguousarray(array).data)
    digest.update(name_words.word_list_file().read_bytes())
    for module in (__file__, name_words.__file__, normal_form.__file__, array_store.__file__):
        digest.update(Path(str(module)).read_bytes())
    return digest.hexdigest()[:24]


def _type_index(a: Arrays, type: str) -> TypeIndex:
    return TypeIndex(
        Ragged(a[f"{type}_names_starts"], a[f"{type}_names_values"]),
        {c: (a[f"{type}_{c}_numbers"], a[f"{type}_{c}_forms"]) for c in _CLASSES},
        a[f"{type}_norms"],
        a[f"{type}_weights"],
        Ragged(a[f"{type}_forms_starts"], a[f"{type}_forms_values"]),
        a[f"{type}_grams_starts"],
        a[f"{type}_grams"],
    )


def _tokenize(index: Index) -> tuple[Int64s, Ragged, list[str]]:
    """Cut all names into tokens; returns their numbers, the tokens of each, the vocabulary."""
    unmatched = [index.scopes.index(s) for s in sorted(UNMATCHED_SCOPES) if s in index.scopes]
    names = np.flatnonzero(~np.isin(index.name_scope, unmatched))
    border = re.compile(rf"\n|{WORDS.pattern}")
    vocabulary: dict[str, int] = {}
    words: dict[str, int] = {"\n": 0}
    spelled: list[list[int]] = [[-1]]
    pieces: list[Int64s] = []
    for start in range(0, len(names), _CHUNK):
        texts = (index.names[i].replace("\n", " ") for i in names[start : start + _CHUNK].tolist())
        found = border.findall("\n".join(texts) + "\n")
        for word in dict.fromkeys(found):
            if word not in words:
                parts = [] if word[0] in "'’" else word_tokens(word)
                words[word] = len(spelled)
                spelled.append([vocabulary.setdefault(t, len(vocabulary)) for t in parts])
        pieces.append(np.fromiter(map(words.__getitem__, found), np.int64, len(found)))
    table = _ragged(spelled)
    flat = gather(table, np.concatenate([np.zeros(0, np.int64), *pieces]))
    ends = np.flatnonzero(flat < 0)
    counts = np.diff(ends, prepend=-1) - 1
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32)
    return names, Ragged(starts, flat[flat >= 0].astype(np.int32)), list(vocabulary)


def _ragged(lists: Iterable[list[int]]) -> Ragged:
    rows = list(lists)
    counts = np.fromiter(map(len, rows), np.int64, len(rows))
    values = np.fromiter((v for row in rows for v in row), np.int32, int(counts.sum()))
    return Ragged(np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32), values)


def positions(starts: npt.NDArray[np.uint32], rows: Int64s | npt.NDArray[np.int32]) -> Int64s:
    """Return where the values of some rows of a ragged list stand, row after row."""
    first = starts[rows].astype(np.int64)
    counts = starts[rows + 1].astype(np.int64) - first
    shift = first - (np.cumsum(counts) - counts)
    places: Int64s = np.repeat(shift, counts) + np.arange(int(counts.sum()))
    return places


def gather(ragged: Ragged, rows: Int64s) -> npt.NDArray[np.int32]:
    """Return the values of some rows of a ragged list, row after row."""
    return ragged.values[positions(ragged.starts, rows)]


def _select(ragged: Ragged, rows: Int64s) -> Ragged:
    counts = np.diff(ragged.starts.astype(np.int64))[rows]
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32)
    return Ragged(starts, gather(ragged, rows))


def _sums(values: Uint64s, starts: npt.NDArray[np.uint32]) -> Uint64s:
    """Add up the values of each row, modulo 2**64."""
    total = np.concatenate([np.zeros(1, np.uint64), np.cumsum(values, dtype=np.uint64)])
    result: Uint64s = total[starts[1:]] - total[starts[:-1]]
    return result


def _compile_type(names: Int64s, tokens: Ragged, vocabulary: list[str], type: str) -> Arrays:
    # Only the words of this type have to be known.
    used, local = np.unique(tokens.values, return_inverse=True)
    words = [vocabulary[t] for t in used.tolist()]
    place = np.arange(len(local)) - np.repeat(tokens.starts[:-1], np.diff(tokens.starts))
    identity = normal_form.mix((local.astype(np.uint64) << np.uint64(16)) + place.astype(np.uint64))
    _, first, form_of = np.unique(
        _sums(identity, tokens.starts), return_index=True, return_inverse=True
    )
    forms = _select(Ragged(tokens.starts, local.astype(np.int32)), first)

    grams, norms, weights = _grams(forms, words, _LEAST_CHARACTERS.get(type, 3))
    order = np.lexsort((names[first], norms))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    forms, norms = _select(forms, order), norms[order]
    by_form = _select(grams, order)
    of_form = Ragged.group(rank[form_of], names, len(order))
    counts = np.diff(by_form.starts)
    postings = Ragged.group(
        by_form.values.astype(np.int64), np.repeat(np.arange(len(order)), counts), GRAMS
    )
    arrays: Arrays = {
        "names_starts": of_form.starts,
        "names_values": of_form.values,
        "norms": norms,
        "weights": weights,
        "forms_starts": postings.starts,
        "forms_values": postings.values,
        "grams_starts": by_form.starts,
        "grams": by_form.values.astype(np.uint16),
    }
    for kind, numbers in _classes(forms, words, type).items():
        present = np.flatnonzero(numbers)
        by_number = present[np.argsort(numbers[present], kind="stable")]
        arrays[f"{kind}_numbers"] = numbers[by_number]
        arrays[f"{kind}_forms"] = by_number.astype(np.int32)
    return arrays


def _grams(forms: Ragged, words: list[str], least: int) -> tuple[Ragged, Floats, Floats]:
    """Return the trigrams of each form, each once, the forms' norms and the trigrams' weights."""
    table = token_grams(words)
    lengths = np.fromiter(map(len, words), np.uint64, len(words))
    long_enough = _sums(lengths[forms.values], forms.starts) >= least
    per_token = np.diff(table.starts.astype(np.int64))[forms.values]
    of_token = np.repeat(np.arange(len(forms.starts) - 1), np.diff(forms.starts))
    owner = np.repeat(of_token, per_token)
    grams = gather(table, forms.values.astype(np.int64))
    kept = long_enough[owner]
    owner, gram = np.divmod(np.unique(owner[kept] * GRAMS + grams[kept]), GRAMS)
    count = len(forms.starts) - 1
    frequency = np.bincount(gram, minlength=GRAMS)
    weights = (np.log((count + 1) / np.maximum(frequency, 0.5)) ** 2).astype(np.float32)
    norms = np.sqrt(np.bincount(owner, weights[gram], minlength=count)).astype(np.float32)
    starts = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=count))])
    norms[norms == 0] = np.inf
    return Ragged(starts.astype(np.uint32), gram.astype(np.int32)), norms, weights


def _classes(forms: Ragged, words: list[str], type: str) -> dict[str, Uint64s]:
    numbers = [token_numbers(w, type) for w in words]

    def column(attribute: str) -> Uint64s:
        values = (getattr(n, attribute) for n in numbers)
        return np.fromiter(values, np.uint64, len(numbers))[forms.values]

    starts, stems = forms.starts, column("stem")
    letters = _sums(column("letters"), starts)
    core = np.where(
        np.array([has_core(int(n)) for n in range(int(letters.max(initial=0)) + 1)])[letters],
        _sums(column("core"), starts),
        np.uint64(0),
    )
    result = {
        "word_order": _sums(column("plain"), starts),
        "word_form": _sums(stems, starts),
        "general_word": core,
        "initials": np.zeros(len(starts) - 1, np.uint64),
        "abbreviated_genus": np.zeros(len(starts) - 1, np.uint64),
    }
    initials = [n.initial for n in numbers]
    if type == EntityType.SPECIES:
        genus = np.array([number_of_genus(i[0]) for i in initials], np.uint64)
        several = np.flatnonzero(np.diff(starts) > 1)
        first = starts[several]
        rest = _sums(stems, starts)[several] - stems[first]
        result["abbreviated_genus"][several] = rest + genus[forms.values[first]]
    if type != EntityType.GENE:
        result["initials"] = _initials(forms, initials, column("joining") > 0)
    return result


def _initials(forms: Ragged, initials: list[str], joining: npt.NDArray[np.bool_]) -> Uint64s:
    """Number the forms of two to eight words that do not only join others by their initials."""
    kinds = sorted(set(initials))
    kind = np.array([kinds.index(i) for i in initials], np.int64) if len(kinds) < 999 else (
        np.searchsorted(np.array(kinds), np.array(initials))
    )  # fmt: skip
    shares = np.array(
        [[number_of_initial(k, i) for i in kinds] for k in range(MOST_INITIALS)], np.uint64
    )
    counting = (~joining).astype(np.uint64)
    total = _sums(counting, forms.starts).astype(np.int64)
    before = np.cumsum(counting).astype(np.int64) - 1
    offset = np.concatenate([[0], np.cumsum(total)])[:-1]
    place = before - np.repeat(offset, np.diff(forms.starts))
    usable = (~joining) & (place < MOST_INITIALS)
    share = np.zeros(len(joining), np.uint64)
    share[usable] = shares[place[usable], kind[forms.values[usable]]]
    fit = (total >= 2) & (total <= MOST_INITIALS)
    return np.where(fit, _sums(share, forms.starts), np.uint64(0))
