"""Lookup of many strings at once: the tiers of `fuzzy`, each for all strings that still want it.

Arrays take the place of most of what `NameLookup.lookup` does for each string. Besides, a number of
candidates can be given that is enough: a string that has so many after one tier does not go on to
the next, slower one. What is found for a string does not depend on the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.model import EntityType
from pipeline.terminology.arrays import Ragged
from pipeline.terminology.bulk_candidates import BulkCandidates, Ranked
from pipeline.terminology.bulk_ngrams import BulkTrigrams
from pipeline.terminology.fuzzy import (
    BROADER,
    BROADER_STRENGTH,
    CLASS_STRENGTH,
    EXACT,
    FORMS,
    LEAST_SIMILARITY,
    NARROW,
    NORMAL_FORM,
    TRIGRAMS,
    VARIANT,
    Hit,
    NameLookup,
    tidied,
    trigram_scores,
    within,
)
from pipeline.terminology.fuzzy_index import gather, positions
from pipeline.terminology.index import Index
from pipeline.terminology.name_hashes import name_hashes
from pipeline.terminology.name_words import (
    genus_number,
    has_core,
    initials_number,
    token_numbers,
    tokens_of,
)
from pipeline.terminology.normal_form import (
    Cutter,
    Int64s,
    Uint64s,
)
from pipeline.terminology.separators import separators_agree
from pipeline.terminology.terminology import Terminology
from pipeline.terminology.variants import Variant, variants

_AT_ONCE = 4096
_STEP_OF_VARIANTS, _STEP_OF_TRIGRAMS, _STEP_OF_BROADER = 10, 100, 101
_NO_LIMIT = 1 << 60


@dataclass(frozen=True, slots=True)
class Answers:
    """The candidates of strings, as arrays, from which identifiers or hits are made when asked for.

    Attributes:
        texts: The strings.
        ranked: Their candidates; row i is string i.
    """

    texts: tuple[str, ...]
    ranked: Ranked
    _names: NameLookup

    def identifiers(self) -> list[list[str]]:
        """Return the identifiers of each string's candidates, best first."""
        curies = self._names.terminology.index.curies
        concepts, which = np.unique(self.ranked.concepts, return_inverse=True)
        spelled = np.array([curies[c] for c in concepts.tolist()], object)
        every = spelled[which].tolist()
        starts = self.ranked.starts(len(self.texts)).tolist()
        return [every[starts[i] : starts[i + 1]] for i in range(len(self.texts))]

    def hits(self) -> Iterator[list[Hit]]:
        """Yield each string's candidates, best first."""
        r = self.ranked
        starts = r.starts(len(self.texts)).tolist()
        for i in range(len(self.texts)):
            part = slice(starts[i], starts[i + 1])
            columns = (c[part].tolist() for c in (r.concepts, r.names, r.scores, r.methods))
            yield [
                self._names.hit(concept, name, score, r.kinds[kind])
                for concept, name, score, kind in zip(*columns, strict=True)
            ]


class BulkLookup:
    """Looks many strings of one entity type up in a terminology's index.

    Taxa that only all of NCBI Taxonomy has are not among the candidates.

    Args:
        names: Lookup of single strings in the same terminology.
        type: Entity type of the candidates.
    """

    def __init__(self, names: NameLookup, type: str) -> None:
        self._names = names
        self._type = type
        self._terminology = names.terminology
        self._index: Index = names.terminology.index
        self._cutter = Cutter()

    @cached_property
    def _trigrams(self) -> BulkTrigrams:
        opened = self._names.types[self._type]
        return BulkTrigrams(opened.arrays, opened.trigrams)

    def look_up(
        self,
        texts: Sequence[str],
        *,
        organism: int | None = None,
        fuzzy: bool = False,
        limit: int | None = 10,
        enough: int | None = None,
        alike: float = LEAST_SIMILARITY,
    ) -> Answers:
        """Return the concepts that strings may name.

        Args:
            texts: The strings.
            organism: Taxon number to which genes have to belong; by default any.
            fuzzy: Whether to go on with variants and spelling when candidates are too few.
            limit: Most candidates wanted for a string; None for all that are found.
            enough: Number of candidates with which a string does not go on; by default the limit.
            alike: Least cosine of trigrams that counts as spelled alike.
        """
        cleaned = [tidied(text) for text in texts]
        found = BulkCandidates(self._index, organism)
        self._agreeing(cleaned, found)
        most = enough if enough is not None else limit if limit is not None else _NO_LIMIT
        if fuzzy and self._type in self._names.types:
            few = found.counts(len(texts)) < most
            rows = np.array([i for i in np.flatnonzero(few).tolist() if cleaned[i]], np.int64)
            tokens = [tokens_of(cleaned[i]) for i in rows.tolist()]
            self._similar_words([cleaned[i] for i in rows.tolist()], tokens, rows, found)
            self._respelled(cleaned, rows, found)
            few = found.counts(len(texts))[rows] < most
            left = np.flatnonzero(few)
            self._spelled_alike([tokens[i] for i in left.tolist()], rows[left], found, alike)
            if self._type not in self._names.flat:
                self._broader(rows[left], len(texts), found)
        return Answers(tuple(texts), found.best(limit), self._names)

    def _agreeing(self, texts: Sequence[str], found: BulkCandidates) -> None:
        keys = self._keys(texts)
        forms = list(texts)
        # `Neoplasms, Breast`: a comma turns a name round.
        turned = [i for i in np.flatnonzero(keys < 0).tolist() if ", " in texts[i]]
        for i in turned:
            forms[i] = " ".join(reversed(texts[i].split(", ")))
        keys[turned] = self._keys([forms[i] for i in turned])
        rows, names, same = self._names_of(forms, keys, found)
        for method, chosen in ((EXACT, same), (NORMAL_FORM, ~same)):
            scores = within(method, self._names.weigh(names[chosen]))
            found.add(rows[chosen], names[chosen], scores, method)

    def _keys(self, texts: Sequence[str]) -> Int64s:
        """Return the number of each string's normal form in the index, or -1."""
        if not texts:
            return np.zeros(0, np.int64)
        hashes, with_words = name_hashes(texts, self._cutter)
        return np.where(with_words, self._index.key_table.find(hashes), -1)

    def _names_of(
        self, forms: Sequence[str], keys: Int64s, found: BulkCandidates
    ) -> tuple[Int64s, Int64s, npt.NDArray[np.bool_]]:
        """Return the strings and the names of their normal forms, and which are the same string."""
        index = self._index
        known = np.flatnonzero(keys >= 0)
        rows, numbers = _gathered(index.key_names, keys[known])
        fit = np.flatnonzero(found.fitting(numbers, self._type))
        rows, numbers = known[rows[fit]], numbers[fit]
        agree = np.zeros(len(rows), np.bool_)
        same = np.zeros(len(rows), np.bool_)
        for i, (row, number) in enumerate(zip(rows.tolist(), numbers.tolist(), strict=True)):
            form, name = forms[row], index.names[number]
            same[i] = form == name
            agree[i] = same[i] or form.casefold() == name.casefold() or separators_agree(form, name)
        return rows[agree], numbers[agree].astype(np.int64), same[agree]

    def _similar_words(
        self, texts: Sequence[str], tokens: Sequence[list[str]], rows: Int64s, found: BulkCandidates
    ) -> None:
        arrays = self._names.types[self._type].arrays
        for step, (kind, numbers) in enumerate(self._classes(texts, tokens).items(), 1):
            known, forms = arrays.classes[kind]
            asked = np.flatnonzero(numbers)
            low, high = (np.searchsorted(known, numbers[asked], side) for side in ("left", "right"))
            which, form = _spans(low, high, forms)
            further, names = _gathered(arrays.names, form.astype(np.int64))
            scores = within(VARIANT, self._names.weigh(names), CLASS_STRENGTH[kind])
            found.add(rows[asked[which[further]]], names, scores, kind.replace("_", " "), step)

    def _classes(self, texts: Sequence[str], tokens: Sequence[list[str]]) -> dict[str, Uint64s]:
        """Return the numbers of the strings' classes, as `query_classes` does for one."""
        number: dict[str, int] = {}
        flat = np.array([number.setdefault(t, len(number)) for ts in tokens for t in ts], np.int64)
        ends = np.cumsum([0, *map(len, tokens)])
        parts = [token_numbers(token, self._type) for token in number]

        def sums(values: Iterable[int]) -> Uint64s:
            each = np.fromiter(values, np.uint64, len(parts))[flat]
            total = np.concatenate([np.zeros(1, np.uint64), np.cumsum(each, dtype=np.uint64)])
            return np.diff(total[ends])

        stems, core = sums(p.stem for p in parts), sums(p.core for p in parts)
        if self._type == EntityType.GENE:
            stems[[len(ts) < 2 for ts in tokens]] = 0
        core[[not has_core(int(n)) for n in sums(p.letters for p in parts)]] = 0
        pairs = list(zip(texts, tokens, strict=True))
        initials = [initials_number(text, ts, self._type) for text, ts in pairs]
        genera = [genus_number(ts, self._type) for ts in tokens]
        return {
            "word_order": sums(p.plain for p in parts),
            "word_form": stems,
            "general_word": core,
            "abbreviated_genus": np.array(genera, np.uint64),
            "initials": np.array(initials, np.uint64),
        }

    def _respelled(self, texts: Sequence[str], rows: Int64s, found: BulkCandidates) -> None:
        proposed: list[tuple[int, int, Variant]] = []
        for row in rows.tolist():
            for place, variant in enumerate(variants(texts[row], self._type)):
                proposed.append((row, place, variant))
        forms = [v.text for _, _, v in proposed]
        which, names, _ = self._names_of(forms, self._keys(forms), found)
        chosen = [proposed[i] for i in which.tolist()]
        strength = np.array([v.strength for _, _, v in chosen])
        found.add(
            [row for row, _, _ in chosen],
            names,
            within(VARIANT, self._names.weigh(names), strength),
            [", ".join(v.rules) for _, _, v in chosen],
            [_STEP_OF_VARIANTS + place for _, place, _ in chosen],
        )

    def _spelled_alike(
        self, tokens: Sequence[list[str]], rows: Int64s, found: BulkCandidates, least: float
    ) -> None:
        alike = self._trigrams.search(tokens, most=FORMS, least=least)
        which, names = _gathered(self._names.types[self._type].arrays.names, alike.forms)
        similarity = alike.similarity[which].astype(np.float64)
        scores = trigram_scores(similarity, self._names.weigh(names))
        found.add(rows[alike.rows[which]], names, scores, TRIGRAMS, _STEP_OF_TRIGRAMS)

    def _broader(self, rows: Int64s, count: int, found: BulkCandidates) -> None:
        """Add what is directly above the best candidates of some strings."""
        index = self._index
        chosen = np.zeros(count, np.bool_)
        chosen[rows] = True
        best = found.best(NARROW, chosen)
        concepts, scores, rows = best.concepts, best.scores, best.rows
        by_parent, parents = _gathered(index.parents, concepts)
        by_mapping, wider = _gathered(index.mapped, concepts)
        how = index.mapped_by[positions(index.mapped.starts, concepts)]
        broad = np.flatnonzero(how == self._names.broad)
        which = np.concatenate([by_parent, by_mapping[broad]])
        above = np.concatenate([parents, wider[broad]]).astype(np.int64)
        first = index.names_of[above]
        named = first < index.names_of[above + 1]
        which, names = which[named], first[named].astype(np.int32)
        fit = np.flatnonzero(found.fitting(names, self._type))
        which, names = which[fit], names[fit]
        found.add(rows[which], names, BROADER_STRENGTH * scores[which], BROADER, _STEP_OF_BROADER)


def _gathered(ragged: Ragged, rows: Int64s) -> tuple[Int64s, npt.NDArray[np.int32]]:
    """Return the values of some rows, and for each value the place of its row among them."""
    counts = ragged.starts[rows + 1].astype(np.int64) - ragged.starts[rows]
    return np.repeat(np.arange(len(rows)), counts), gather(ragged, rows)


def _spans(
    low: Int64s, high: Int64s, values: npt.NDArray[np.int32]
) -> tuple[Int64s, npt.NDArray[np.int32]]:
    """Return the values between pairs of places, and the number of the pair of each."""
    counts = high - low
    which = np.repeat(np.arange(len(low)), counts)
    return which, values[np.arange(len(which)) + (low - np.cumsum(counts) + counts)[which]]


def lookup_many(
    terminology: Terminology,
    texts: Iterable[str],
    *,
    type: str | None = None,
    organism: int | None = None,
    fuzzy: bool = False,
    limit: int | None = 10,
    enough: int | None = None,
    cache: Path | None = None,
) -> Iterator[tuple[str, list[Hit]]]:
    """Look many strings up; yields each string with its candidates, in the order given.

    Strings are read some thousand at a time, and those that come again among these are looked up
    once. The arguments are those of `NameLookup.lookup`.
    """
    names = NameLookup(terminology, cache=cache)
    remaining = iter(texts)
    taxonomy = terminology.taxonomy is not None and type in (None, EntityType.SPECIES)
    while some := list(islice(remaining, _AT_ONCE)):
        distinct = list(dict.fromkeys(some))
        if type is None or taxonomy:
            answers = {
                text: names.lookup(
                    text, type=type, organism=organism, fuzzy=fuzzy, limit=limit, enough=enough
                )
                for text in distinct
            }
        else:
            found = BulkLookup(names, type).look_up(
                distinct, organism=organism, fuzzy=fuzzy, limit=limit, enough=enough
            )
            answers = dict(zip(distinct, found.hits(), strict=True))
        yield from ((text, list(answers[text])) for text in some)
