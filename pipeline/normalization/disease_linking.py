"""From the diseases that a paper names to links: MeSH and MONDO, each with its own evidence.

The ranker says which concept is meant in MeSH (or OMIM), the vocabularies that it was trained on.
MONDO's identifier is that of the same concept, unless MONDO itself has a concept of exactly this
name: then each vocabulary answers for itself, and the reason says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import Final

import numpy as np

from pipeline.model import Candidate, Link
from pipeline.normalization.disease_candidates import (
    GOOD_NAME,
    HEAD,
    PAPER,
    SHORT_FORM,
    USAGE,
    DiseaseCandidate,
    DiseaseCandidates,
    is_acronym,
    is_curated,
    stands_for,
)
from pipeline.normalization.disease_features import Described, DiseaseFeatures, DiseaseName
from pipeline.normalization.disease_ranking import DiseaseRanker, Floats, probabilities
from pipeline.normalization.disease_usage import Concept, DiseaseUsage, Usage
from pipeline.normalization.disease_words import WordWeights, name_words
from pipeline.normalization.wording import told
from pipeline.terminology.fuzzy import BROADER, EXACT, NORMAL_FORM, TRIGRAMS
from pipeline.terminology.terminology import NameMatch, Terminology

BROAD: Final = "broad"
"""Method of a link to a concept that is wider than what the text says."""

_METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {
        EXACT: "exact",
        SHORT_FORM: "exact",
        NORMAL_FORM: "normal form",
        TRIGRAMS: "similar",
        USAGE: "usage",
        PAPER: "abbreviation",
        HEAD: BROAD,
        BROADER: BROAD,
    }
)
_ANY_DISEASE = "MONDO:0000001"
_VARIANT = "variant"
_ALTERNATIVES = 5
_LEAST_ALTERNATIVE = 0.005
_WIDENING = frozenset({HEAD, BROADER})
_NO_NAME = frozenset({USAGE, TRIGRAMS, HEAD, BROADER})
_FORMS = frozenset({"word order", "word form"})
_SAME_WORDS = _FORMS | {"general word"}
_SURE_USAGE = 0.75
_FAIR_NAME = 0.6


@dataclass(frozen=True, slots=True)
class RankedDisease:
    """A candidate with its probability and the numbers that it comes from.

    Attributes:
        candidate: The candidate.
        probability: That it is what the mention means, from 0 to 1.
        features: Name of each feature -> its value.
        added: What each feature adds to the log odds.
    """

    candidate: DiseaseCandidate
    probability: float
    features: Mapping[str, float]
    added: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Ranking:
    """The candidates of a name, best first.

    Attributes:
        name: The name.
        ranked: The candidates and their probabilities.
        described: The same candidates with their features, in another order.
        order: Number of each candidate there.
    """

    name: DiseaseName
    ranked: tuple[tuple[DiseaseCandidate, float], ...]
    described: Described
    order: Sequence[int]


class DiseaseLinker:
    """Resolves the diseases of a paper together.

    Args:
        terminology: The terminology.
        ranker: The trained ranker.
        usage: What annotators mean by names.
        broad: Whether a concept that is wider than the text may be linked, marked as such.
    """

    def __init__(
        self,
        terminology: Terminology,
        *,
        ranker: DiseaseRanker,
        usage: Iterable[Usage],
        broad: bool = True,
    ) -> None:
        self._terminology = terminology
        self._ranker = ranker
        self._broad = broad
        concept_of = DiseaseCandidates.concepts(terminology)
        self._usage = DiseaseUsage(usage, concept_of)
        self._candidates = DiseaseCandidates(terminology, self._usage)
        weights = WordWeights(ranker.words, ranker.names)
        self._features = DiseaseFeatures(terminology, self._candidates, self._usage, weights)
        self._alone = lru_cache(maxsize=4_000)(
            lambda name: ranker.model.odds(self._features.alone(name).rows)
        )

    def link(self, names: Sequence[DiseaseName]) -> dict[DiseaseName, Link]:
        """Resolve all diseases that a paper names.

        Args:
            names: The names; those that come again count once.
        """
        read = self._read(names)
        links = {ranking.name: self._link(ranking) for ranking in self._rank(list(read.values()))}
        return {name: links[as_read] for name, as_read in read.items()}

    def ranked(self, names: Sequence[DiseaseName], name: DiseaseName) -> list[RankedDisease]:
        """Return the candidates of one of a paper's names, best first, with their evidence."""
        read = self._read(names)
        ranking = next(r for r in self._rank(list(read.values())) if r.name == read[name])
        model = self._ranker.model
        rows = ranking.described.rows[ranking.order]
        return [
            RankedDisease(
                candidate,
                probability,
                dict(zip(model.features, row.tolist(), strict=True)),
                model.contributions(row),
            )
            for (candidate, probability), row in zip(ranking.ranked, rows, strict=True)
        ]

    def _read(self, names: Sequence[DiseaseName]) -> dict[DiseaseName, DiseaseName]:
        """Read acronyms that nobody knows as the one other mention that they may stand for."""
        texts = list(dict.fromkeys(n.text for n in names if not is_acronym(n.text)))
        read = {}
        for name in names:
            read[name] = name
            if name.text == name.surface and is_acronym(name.text) and self._is_unknown(name.text):
                meant = [text for text in texts if stands_for(name.text, text)]
                if len({name_words(text).key for text in meant}) == 1:
                    read[name] = DiseaseName(meant[0], name.surface)
        return read

    def _is_unknown(self, text: str) -> bool:
        return not (self._candidates.exact(text) or self._usage.of_name(text))

    def _rank(self, names: Sequence[DiseaseName]) -> list[_Ranking]:
        """Rank the candidates of all names; the trees are asked once."""
        names = list(dict.fromkeys(names))
        described = self._features.describe(names)
        result = []
        for name, found, chances in zip(
            names, described, self._chances(names, described), strict=True
        ):
            candidates, rounded = found.candidates, chances.round(6).tolist()
            ranks = [(-p, c.concept) for c, p in zip(candidates, rounded, strict=True)]
            order = sorted(range(len(ranks)), key=ranks.__getitem__)
            ranked = tuple([(candidates[i], rounded[i]) for i in order])
            result.append(_Ranking(name, ranked, found, order))
        return result

    def _chances(
        self, names: Sequence[DiseaseName], described: Sequence[Described]
    ) -> list[Floats]:
        """Return the probabilities of the candidates of each name.

        For most of them the paper says no more than the name, whose odds are remembered; the
        others are asked for together.
        """
        rows = [found.rows[found.changed] for found in described if len(found.changed)]
        changed = self._ranker.model.odds(np.concatenate(rows)) if rows else np.zeros(0)
        result = []
        start = 0
        for name, found in zip(names, described, strict=True):
            end = start + len(found.changed)
            odds = changed[start:end] if found.is_new else self._alone(name)
            if start < end and not found.is_new:
                odds = odds.copy()
                odds[found.changed] = changed[start:end]
            result.append(probabilities(odds))
            start = end
        return result

    def _link(self, ranking: _Ranking) -> Link:
        name = ranking.name
        allowed = [(c, p) for c, p in ranking.ranked if self._is_allowed(name, c)]
        best = next(((c, p) for c, p in allowed if is_curated(c.concept)), None)
        if best is None or best[1] < self._ranker.least:
            return self._without_curated(name, allowed)
        candidate, probability = best
        used = self._usage.identifier(candidate.concept)
        mesh = tuple(c for c in candidate.concept if c.startswith("MESH:"))
        if used in mesh:
            mesh = tuple(dict.fromkeys((used, *mesh)))
        mondo = tuple(c for c in candidate.concept if c.startswith("MONDO:"))
        reason = self._reason(name, candidate, ranking)
        named = self._named_in_mondo(name, candidate.concept)
        if named is None and not mondo:
            named = self._counterpart(name, candidate)
        if named is None and candidate.method in _NO_NAME:
            # What is meant in MeSH has no name like this one; a concept of MONDO may have.
            same = next((c for c, _ in allowed if _has_words(c, _SAME_WORDS)), None)
            own = tuple(c for c in same.concept if c.startswith("MONDO:")) if same else ()
            if same and own != mondo:
                mondo = own
                reason += f"; in MONDO {told(same.scope, self._terminology.name(own[0]))}"
        if named and named.curie not in mondo:
            mondo = (named.curie,)
            own_name = told(named.scope, self._terminology.name(named.curie))
            reason += f"; in MONDO {own_name}, to which no mapping leads"
        primary = (mondo or mesh or candidate.concept)[0]
        label = self._terminology.name(primary) or candidate.matched
        if used.startswith("OMIM:"):
            primary = used
        return Link(
            curie=primary,
            name=label,
            score=probability,
            method=self._method(name, candidate),
            reason=_in_full(name, reason),
            mesh=mesh,
            mondo=mondo,
            alternatives=self._alternatives(allowed, {primary, *mesh, *mondo}),
        )

    def _without_curated(
        self, name: DiseaseName, allowed: Sequence[tuple[DiseaseCandidate, float]]
    ) -> Link:
        """Link to MONDO alone, where it has this name or its words, or to nothing."""
        if named := self._named_in_mondo(name, ()):
            label = self._terminology.name(named.curie)
            curie, score = named.curie, named.weight
            method = "exact" if named.identical else "normal form"
            reason = told(named.scope, label)
        elif same := next((c for c, _ in allowed if _has_words(c, _FORMS)), None):
            curie = next(c for c in same.concept if c.startswith("MONDO:"))
            label = self._terminology.name(curie)
            score, method = same.score, _VARIANT
            reason = f"other words for {same.matched}, {told(same.scope, label)}"
        else:
            reason = "no disease of this or a similar name in the terminology"
            if allowed:
                candidate, probability = allowed[0]
                best = self._label(candidate)
                reason = f"too uncertain: the best candidate is {best} ({probability:.2f})"
            return Link(
                method="uncertain" if allowed else "none",
                reason=_in_full(name, reason),
                alternatives=self._alternatives(allowed, set()),
            )
        return Link(
            curie=curie,
            name=label,
            score=round(score, 6),
            method="abbreviation" if name.text != name.surface else method,
            reason=_in_full(name, reason),
            mondo=(curie,),
            alternatives=self._alternatives(allowed, {curie}),
        )

    def _named_in_mondo(self, name: DiseaseName, concept: Concept) -> NameMatch | None:
        """Return MONDO's concept of exactly this name; if several, the one meant in MeSH."""
        if is_acronym(name.text):
            return None
        found = self._in_mondo(name.text, GOOD_NAME)
        return min(found, key=lambda n: (n.curie not in concept, -n.weight, n.curie), default=None)

    def _counterpart(self, name: DiseaseName, candidate: DiseaseCandidate) -> NameMatch | None:
        """Return the one concept of MONDO that is named as a concept of MeSH, or as the mention."""
        labels = [self._terminology.name(c) for c in candidate.concept]
        for text in dict.fromkeys((*filter(None, labels), name.text)):
            found = self._in_mondo(text, _FAIR_NAME)
            best = [n for n in found if n.weight == max(m.weight for m in found)]
            if len(best) == 1 and not is_acronym(text):
                return best[0]
        return None

    def _in_mondo(self, text: str, least: float) -> list[NameMatch]:
        return [
            n
            for n in self._candidates.exact(text)
            if n.curie.startswith("MONDO:") and n.weight >= least
        ]

    def _is_allowed(self, name: DiseaseName, candidate: DiseaseCandidate) -> bool:
        """Tell whether a concept is no wider than wanted; `disease` itself would be no news."""
        if candidate.method not in _WIDENING or not self._widens(name, candidate):
            return True
        return self._broad and _ANY_DISEASE not in candidate.concept

    def _widens(self, name: DiseaseName, candidate: DiseaseCandidate) -> bool:
        """Tell whether a concept is wider than the text, as far as annotators do not mean it."""
        if candidate.method not in _WIDENING:
            return False
        usage = self._usage.of_name(name.text)
        return usage.get(candidate.concept, 0) < _SURE_USAGE * (sum(usage.values()) or 1)

    def _method(self, name: DiseaseName, candidate: DiseaseCandidate) -> str:
        if candidate.method in _WIDENING and not self._widens(name, candidate):
            return _METHODS[USAGE]
        method = _METHODS.get(candidate.method, _VARIANT)
        return "abbreviation" if name.text != name.surface and method != BROAD else method

    def _reason(self, name: DiseaseName, candidate: DiseaseCandidate, ranking: _Ranking) -> str:
        label = self._label(candidate)
        if candidate.method in {EXACT, NORMAL_FORM, SHORT_FORM}:
            return told(candidate.scope, label)
        if self._widens(name, candidate):
            return f"wider than the text: {self._path(candidate, ranking)}"
        if candidate.method == USAGE or candidate.method in _WIDENING:
            return f"{told('learned', label)} so"
        if candidate.method == PAPER:
            return f"the paper speaks of {candidate.matched}; {label}"
        how = "spelled like" if candidate.method == TRIGRAMS else "other words for"
        return f"{how} {candidate.matched}, {told(candidate.scope, label)}"

    def _path(self, candidate: DiseaseCandidate, ranking: _Ranking) -> str:
        """Tell the way from what the text says up to a wider concept."""
        if candidate.method == HEAD:
            return f"{ranking.name.text} → {candidate.matched}"
        for narrower, _ in sorted(ranking.ranked, key=lambda r: (-r[0].score, r[0].concept)):
            for curie in narrower.concept:
                for wider in candidate.concept:
                    path = self._terminology.path_up(curie, wider)
                    if len(path) > 1:
                        return " → ".join(self._terminology.name(c) for c in path)
        return f"{ranking.name.text} → {self._label(candidate)}"

    def _label(self, candidate: DiseaseCandidate) -> str:
        labels = (self._terminology.name(c) for c in candidate.concept)
        return next(filter(None, labels), candidate.matched)

    def _alternatives(
        self, ranked: Sequence[tuple[DiseaseCandidate, float]], taken: set[str]
    ) -> tuple[Candidate, ...]:
        others = (
            Candidate(c.concept[0], self._label(c), p, c.matched, c.scope)
            for c, p in ranked
            if p >= _LEAST_ALTERNATIVE and taken.isdisjoint(c.concept)
        )
        return tuple(islice(others, _ALTERNATIVES))


def _has_words(candidate: DiseaseCandidate, methods: Collection[str]) -> bool:
    """Tell whether a concept of MONDO has a name of about the mention's words."""
    in_mondo = any(c.startswith("MONDO:") for c in candidate.concept)
    return in_mondo and candidate.method in methods


def _in_full(name: DiseaseName, reason: str) -> str:
    return f"short for {name.text}; {reason}" if name.text != name.surface else reason
