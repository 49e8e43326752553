"""Ranked candidates for many strings: exact, normal form, similar words, trigrams.

What a string means is looked for in tiers, each with scores of its own below those of the tier
before:

1. `exact`: a name is the same string; `normal form`: it has the same normal form;
2. variants: a name differs in a way that a rule describes (`name_words`, `variants`);
3. `trigrams`: a name is spelled alike; `broader concept`: a concept is above a good candidate,
   or its broad match, because vocabularies differ in how fine they are.

The second and third tier are searched only when asked for, and only while candidates are wanted.
All of NCBI Taxonomy adds taxa to the first two tiers, and a `common group` to which most of the
taxa belong that a string may name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar, overload

import numpy as np
import numpy.typing as npt

from pipeline.model import Candidate, EntityType
from pipeline.terminology.candidate_set import CandidateSet
from pipeline.terminology.full_taxonomy import FullTaxonomy
from pipeline.terminology.fuzzy_index import TypeIndex, open_fuzzy_index
from pipeline.terminology.name_match import name_weight
from pipeline.terminology.name_words import query_classes, tokens_of
from pipeline.terminology.ngrams import TrigramSearch
from pipeline.terminology.separators import separators_agree
from pipeline.terminology.taxon_candidates import (
    TAXON,
    NamedTaxon,
    above_strains,
    common_groups,
)
from pipeline.terminology.terminology import Terminology
from pipeline.terminology.variants import Variant, variants

Float64s = npt.NDArray[np.float64]
Weight = TypeVar("Weight", float, Float64s)

EXACT, NORMAL_FORM, TRIGRAMS, BROADER = "exact", "normal form", "trigrams", "broader concept"
VARIANT, GROUP = "variant", "common group"
BROAD_MATCH = "skos:broadMatch"
TAXONOMY = "NCBI Taxonomy"
LEAST_SIMILARITY = 0.3
"""Least cosine of trigrams that counts as spelled alike."""

FORMS = 30
_GROUPED = 50
NARROW = 4
BROADER_STRENGTH = 0.55
_LONGEST = 400
_SURE = frozenset({EXACT, NORMAL_FORM})
_BANDS = {EXACT: (0.9, 0.099), NORMAL_FORM: (0.8, 0.099), VARIANT: (0.6, 0.199)}
_TRIGRAM_WIDTH = 0.599
CLASS_STRENGTH = {
    "word_order": 0.95,
    "word_form": 0.85,
    "general_word": 0.7,
    "abbreviated_genus": 0.7,
    "initials": 0.2,
}


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate for a string, and how it was found.

    Attributes:
        candidate: The candidate; its score is comparable among the candidates of one string.
        source: Vocabulary that the matched name comes from.
        method: `exact`, `normal form`, `trigrams` or the names of the rules that led to the name.
    """

    candidate: Candidate
    source: str
    method: str


@dataclass(frozen=True, slots=True)
class TypeLookup:
    """What inexact lookup needs of one entity type."""

    arrays: TypeIndex
    trigrams: TrigramSearch


class NameLookup:
    """Looks strings up in a terminology, tier by tier.

    Args:
        terminology: The terminology.
        cache: Directory for compiled arrays; by default the user's cache.
        more_taxa: Whether rules about all of NCBI Taxonomy add candidates: groups to which most of
            the taxa of a name belong, and species by an abbreviated genus.
    """

    def __init__(
        self, terminology: Terminology, *, cache: Path | None = None, more_taxa: bool = True
    ) -> None:
        self.terminology = terminology
        self._index = terminology.index
        self._cache = cache
        self._more_taxa = more_taxa
        predicates = list(self._index.predicates)
        self.broad = predicates.index(BROAD_MATCH) if BROAD_MATCH in predicates else -1
        self._weights = np.array([name_weight(scope) for scope in self._index.scopes], np.float64)
        self._weight_of: list[float] = self._weights.tolist()
        self._scope_of = self._index.name_scope.data

    @cached_property
    def types(self) -> dict[str, TypeLookup]:
        """What inexact lookup needs, by entity type."""
        opened = open_fuzzy_index(self._index, cache=self._cache)
        return {type: TypeLookup(arrays, TrigramSearch(arrays)) for type, arrays in opened.items()}

    @cached_property
    def flat(self) -> frozenset[str]:
        """Return the types without any hierarchy: nothing is above their concepts."""
        index = self._index
        broader = np.repeat(
            np.arange(len(index.curies)), np.diff(index.mapped.starts.astype(np.int64))
        )[index.mapped_by == self.broad]
        below = np.union1d(np.flatnonzero(np.diff(index.parents.starts)), broader)
        deep = np.unique(index.concept_type[below]).tolist()
        return frozenset(type for i, type in enumerate(index.types) if i not in deep)

    def lookup(
        self,
        text: str,
        *,
        type: str | None = None,
        organism: int | None = None,
        fuzzy: bool = False,
        limit: int | None = 10,
        enough: int | None = None,
        alike: float = LEAST_SIMILARITY,
    ) -> list[Hit]:
        """Return the concepts that a string may name, best first.

        Candidates of the same score are ordered: human genes first, then by identifier.

        Args:
            text: The string.
            type: Entity type; by default any.
            organism: Taxon number to which genes have to belong; by default any.
            fuzzy: Whether to go on with variants and spelling when candidates are too few.
            limit: Most candidates wanted; None for all that are found.
            enough: Number of candidates with which slower tiers are not searched; by default the
                limit.
            alike: Least cosine of trigrams that counts as spelled alike: the higher, the faster.
        """
        text = tidied(text)
        most = limit if enough is None else enough
        found = CandidateSet(self._index, type, organism)
        self._agreeing(text, found)
        taxa = self._taxa([Variant(text, (), 1.0)], type)
        if fuzzy and text and found.wants(most):
            tokens = tokens_of(text)
            types = [t for t in self.types if type in (None, t)]
            for t in types:
                self._similar_words(text, tokens, t, found)
                proposed = variants(text, t)
                self._respelled(proposed, t, found)
                taxa += self._taxa(proposed, t)
            if self._more_taxa:
                taxa += self._abbreviated(text, type)
            if found.wants(most):
                for t in types:
                    self._spelled_alike(tokens, t, found, alike)
                if not self.flat.issuperset(types):
                    self._broader(found)
        hits = _merged([self.hit(*row) for row in found.best(limit)], taxa)
        if fuzzy and self._more_taxa:
            hits = _merged(self._groups(text, type, found, taxa), hits)
        if fuzzy and (limit is None or len(hits) < limit):
            hits = _merged(hits, self._species_of(hits[:NARROW]))
        return hits[:limit]

    def _agreeing(self, text: str, found: CandidateSet) -> None:
        # `Neoplasms, Breast`: a comma turns a name round.
        forms = list(dict.fromkeys([text, " ".join(reversed(text.split(", ")))]))
        keys = ((form, self.terminology.key(form)) for form in forms)
        form, key = next((found for found in keys if found[1] >= 0), (text, -1))
        for name, is_same in self._names_of(key, form, found, found.type):
            method = EXACT if is_same else NORMAL_FORM
            found.add((name,), (within(method, self._weight(name)),), method)

    def _taxa(self, texts: Sequence[Variant], type: str | None) -> list[Hit]:
        """Return the taxa of these names that only all of NCBI Taxonomy has."""
        taxonomy = self.terminology.taxonomy
        if taxonomy is None or type not in (None, EntityType.SPECIES):
            return []
        hits = []
        for variant in texts:
            for name in taxonomy.lookup(variant.text):
                if self._index.curies.find(name.curie) >= 0:
                    continue
                method = EXACT if name.identical == 2 else NORMAL_FORM
                low, width = _BANDS[VARIANT if variant.rules else method]
                weight = name_weight(name.scope) * variant.strength
                candidate = Candidate(
                    name.curie,
                    self.terminology.name(name.curie),
                    round(low + width * weight, 4),
                    name.text,
                    name.scope,
                )
                hits.append(Hit(candidate, TAXONOMY, ", ".join(variant.rules) or method))
        return hits

    def _respelled(self, proposed: Sequence[Variant], type: str, found: CandidateSet) -> None:
        for variant in proposed:
            key = self.terminology.key(variant.text)
            names = [name for name, _ in self._names_of(key, variant.text, found, type)]
            scores = [within(VARIANT, self._weight(name), variant.strength) for name in names]
            found.add(names, scores, ", ".join(variant.rules))

    def _similar_words(self, text: str, tokens: list[str], type: str, found: CandidateSet) -> None:
        arrays = self.types[type].arrays
        classes = query_classes(text, tokens, type)
        for kind, strength in CLASS_STRENGTH.items():
            forms = arrays.of_class(kind, getattr(classes, kind))
            names = [name for form in forms for name in arrays.names[form].tolist()]
            scores = [within(VARIANT, self._weight(name), strength) for name in names]
            found.add(names, scores, kind.replace("_", " "))

    def _spelled_alike(
        self, tokens: list[str], type: str, found: CandidateSet, least: float
    ) -> None:
        lookup = self.types[type]
        forms, similarities = lookup.trigrams.search(tokens, most=FORMS, least=least)
        starts, values = (a.data for a in (lookup.arrays.names.starts, lookup.arrays.names.values))
        names: list[int] = []
        scores: list[float] = []
        for form, similarity in zip(forms.tolist(), similarities.tolist(), strict=True):
            of_form = values[starts[form] : starts[form + 1]].tolist()
            names += of_form
            scores += [trigram_scores(similarity, self._weight(name)) for name in of_form]
        found.add(names, scores, TRIGRAMS)

    def _broader(self, found: CandidateSet) -> None:
        """Add what is directly above the best candidates."""
        index = self._index
        starts, values, by = (
            index.mapped.starts.data,
            index.mapped.values.data,
            index.mapped_by.data,
        )
        names_of = index.names_of.data
        for concept, _, score, _ in found.best(NARROW):
            mapped = range(starts[concept], starts[concept + 1])
            wider = {values[i] for i in mapped if by[i] == self.broad}
            above = sorted(wider.union(index.parents[concept].tolist()))
            names = [names_of[c] for c in above if names_of[c] < names_of[c + 1]]
            first = found.fitting(names, found.type)
            found.add(first, [BROADER_STRENGTH * score] * len(first), BROADER)

    def _species_of(self, hits: Sequence[Hit]) -> list[Hit]:
        """Return what is above the strains, isolates and subspecies among hits, to the species."""
        taxonomy = self.terminology.taxonomy
        if taxonomy is None:
            return []
        above = above_strains([hit.candidate.curie for hit in hits], taxonomy)
        return [
            _taxon_hit(taxonomy, t, BROADER_STRENGTH * hits[i].candidate.score, BROADER)
            for i, t in above
        ]

    def _abbreviated(self, text: str, type: str | None) -> list[Hit]:
        """Return the species of all that a name with an abbreviated genus may stand for."""
        taxonomy = self.terminology.taxonomy
        if taxonomy is None or type not in (None, EntityType.SPECIES):
            return []
        # Below the taxa of the snapshot, which texts are more often about.
        low, width = _BANDS[VARIANT]
        score = low + width * CLASS_STRENGTH["abbreviated_genus"] * name_weight("scientific", 0)
        return [
            _taxon_hit(taxonomy, name.taxid, score, "abbreviated genus")
            for name in taxonomy.abbreviated(text)
        ]

    def _groups(
        self, text: str, type: str | None, found: CandidateSet, taxa: list[Hit]
    ) -> list[Hit]:
        """Return the groups to which most of the taxa that a string may name belong."""
        taxonomy = self.terminology.taxonomy
        if taxonomy is None or type not in (None, EntityType.SPECIES):
            return []
        index = self._index
        named = [
            NamedTaxon(index.curies[concept], index.names[name], score, method in _SURE)
            for concept, name, score, method in found.best(_GROUPED)
            if index.curies[concept].startswith(TAXON)
        ]
        named += [
            NamedTaxon(h.candidate.curie, h.candidate.matched, h.candidate.score, h.method in _SURE)
            for h in taxa
        ]
        groups = common_groups(text, named, taxonomy, strength=BROADER_STRENGTH)
        return [_taxon_hit(taxonomy, g.taxid, g.score, GROUP) for g in groups]

    def _names_of(
        self, key: int, text: str, found: CandidateSet, type: str | None
    ) -> Iterator[tuple[int, bool]]:
        """Yield the names of a string's normal form, and whether they are the same string."""
        if key < 0:
            return
        index = self._index
        folded = text.casefold()
        for number in found.fitting(index.key_names[key].tolist(), type):
            name = index.names[number]
            if name.casefold() == folded or separators_agree(text, name):
                yield number, name == text

    def weigh(self, names: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return how well names speak for their concepts by their scope, from 0 to 1."""
        scopes = self._index.name_scope[np.asarray(names, np.int64)]
        weights: npt.NDArray[np.float64] = self._weights[scopes]
        return weights

    def _weight(self, name: int) -> float:
        return self._weight_of[self._scope_of[name]]

    def hit(self, concept: int, name: int, score: float, method: str) -> Hit:
        """Return a candidate that is told by the numbers of its concept and name."""
        index = self._index
        taxon = int(index.concept_taxon[concept])
        return Hit(
            Candidate(
                index.curies[concept],
                index.concept_label[concept],
                score,
                index.names[name],
                index.scopes[int(index.name_scope[name])],
                f"NCBITaxon:{taxon}" if taxon else "",
            ),
            index.sources[int(index.name_source[name])],
            method,
        )


def _taxon_hit(taxonomy: FullTaxonomy, taxid: int, score: float, method: str) -> Hit:
    name = taxonomy.name(taxid)
    candidate = Candidate(f"{TAXON}:{taxid}", name, round(score, 4), name, "scientific")
    return Hit(candidate, TAXONOMY, method)


def tidied(text: str) -> str:
    """Return a string as it is looked up: not too long, blanks alone between words."""
    return " ".join(text[:_LONGEST].replace("\0", " ").split())


@overload
def within(method: str, weights: float, strength: float = 1.0) -> float: ...
@overload
def within(method: str, weights: Float64s, strength: Float64s | float = 1.0) -> Float64s: ...
def within(
    method: str, weights: Float64s | float, strength: Float64s | float = 1.0
) -> Float64s | float:
    """Return scores in the band of a method (`VARIANT` for the rules).

    Args:
        method: The method.
        weights: How well the names speak for their concepts.
        strength: How seldom the rule leads to something else.
    """
    low, width = _BANDS[method]
    return low + width * strength * weights


def trigram_scores(similarity: Weight, weights: Weight) -> Weight:
    """Return scores of names that are spelled alike, from their cosines and weights."""
    return _TRIGRAM_WIDTH * similarity * (0.9 + 0.1 * weights)


def _merged(hits: list[Hit], more: list[Hit]) -> list[Hit]:
    """Put further hits in their places, each concept once with its best score."""
    if not more:
        return hits
    best: dict[str, Hit] = {}
    for hit in sorted([*hits, *more], key=lambda h: -h.candidate.score):
        best.setdefault(hit.candidate.curie, hit)
    return list(best.values())
