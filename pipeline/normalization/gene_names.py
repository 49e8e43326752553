"""Which genes a mention may name, and how each was found."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pipeline.model import EntityType
from pipeline.normalization.gene_usage import GeneUsage
from pipeline.terminology.fuzzy import EXACT, NORMAL_FORM, TRIGRAMS, NameLookup
from pipeline.terminology.gene_prefixes import SCOPE, prefixed_names
from pipeline.terminology.terminology import NameMatch, Terminology

NAME, LONG, SHORTENED, ORTHOLOGUE, USAGE = "name", "long form", "shortened", "orthologue", "usage"
_MODELS = ("NCBITaxon:9606", "NCBITaxon:10090", "NCBITaxon:10116")
_BRACKET = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_GLUED_BRACKET = re.compile(r"[()\[\]]")
_LEAST_CLOSENESS = 0.3
_LEAST_ALIKE = 0.5
"""Cosine of trigrams without which no name gets that closeness."""
_HITS = 40
_MOST_OF_TAXON = 4
_MOST_SOURCES = 3


@dataclass(frozen=True, slots=True)
class GeneName:
    """A gene that a mention may name.

    Attributes:
        name: The name that was matched.
        step: How: `name`, `long form`, `shortened` (the long form without words in front),
            `orthologue`, `usage`, `trigrams`, or the rules by which the spelling differs.
        closeness: How alike mention and name are, from 0 to 1; 1 for the same normal form.
        also_long: Whether mention and long form both name it.
    """

    name: NameMatch
    step: str
    closeness: float = 1.0
    also_long: bool = False


class GeneNames:
    """Finds the genes that a mention may name, step by step, until there are some.

    Args:
        terminology: The terminology.
        orthologues: Whether genes of other species lend their names to their orthologues.
    """

    def __init__(self, terminology: Terminology, *, orthologues: bool) -> None:
        self._terminology = terminology
        self._orthologues = orthologues
        self._lookup = NameLookup(terminology)
        self.homologues = lru_cache(maxsize=10_000)(terminology.homologues)
        self._agreeing = lru_cache(maxsize=2_500)(self._find_agreeing)
        self._similar = lru_cache(maxsize=250)(self._find_similar)

    def find(
        self, surface: str, long: str, taxa: Collection[str], usage: GeneUsage
    ) -> list[GeneName]:
        """Return the genes that a mention may name, each once.

        Args:
            surface: The mention.
            long: Its long form, or an empty string.
            taxa: The taxa that the paper's genes may belong to. Genes of other taxa are returned,
                too, but names that only resemble the mention are sought for these alone.
            usage: What names stand for in annotated papers.
        """
        found: dict[str, GeneName] = {}
        for name in self._agreeing(surface):
            _add(found, GeneName(name, NAME))
        if long:
            self._through(long, found)
        _add_all(found, self._by_usage(surface, taxa, usage))
        numbers = {int(t.partition(":")[2]) for t in taxa}
        if self._orthologues:
            self._add_orthologues(found, taxa)
        if not any(g.name.taxon in numbers for g in found.values()):
            for text in (surface, long):
                near = [g for g in self._similar(text) if g.name.taxon in numbers] if text else []
                _add_all(found, near)
            if self._orthologues:
                self._add_orthologues(found, taxa)
        return list(found.values())

    def _through(self, long: str, found: dict[str, GeneName]) -> None:
        words = long.split()
        for i in range(len(words)):
            if names := self._agreeing(" ".join(words[i:])):
                for name in names:
                    known = found.get(name.curie)
                    if known is None:
                        found[name.curie] = GeneName(name, SHORTENED if i else LONG)
                    else:
                        found[name.curie] = replace(known, also_long=True)
                return

    def _by_usage(
        self, surface: str, taxa: Collection[str], usage: GeneUsage
    ) -> Sequence[GeneName]:
        """Return the genes that annotators mean by a name, and their orthologues in some taxa."""
        found = []
        for origin, _ in usage.meanings(surface):
            for curie in (origin, *self.homologues(origin)):
                taxon = self._terminology.taxon(curie)
                if taxon in taxa or (curie == origin and taxon):
                    number = int(taxon.partition(":")[2])
                    name = NameMatch(curie, surface, USAGE, EntityType.GENE, number, 0)
                    found.append(GeneName(name, USAGE))
        return found

    def _add_orthologues(self, found: dict[str, GeneName], taxa: Collection[str]) -> None:
        """Add orthologues in those taxa that have no gene of the name.

        Authors write `FGFR2` of a fish whose gene is listed under another name only; the orthologue
        of the human or mouse gene of that name is meant.
        """
        there = {f"NCBITaxon:{g.name.taxon}" for g in found.values()}
        missing = {t for t in taxa if t not in there}
        origins: list[GeneName] = []
        for taxon in _MODELS:
            origins = [g for g in found.values() if f"NCBITaxon:{g.name.taxon}" == taxon]
            if origins:
                break
        if not missing or not origins or len(origins) > _MOST_SOURCES:
            return
        for origin in origins:
            if origin.name.scope == SCOPE:
                continue  # the prefix tells the species
            for curie in self.homologues(origin.name.curie):
                taxon = self._terminology.taxon(curie)
                if taxon in missing:
                    number = int(taxon.partition(":")[2])
                    name = replace(
                        origin.name, curie=curie, scope=ORTHOLOGUE, taxon=number, identical=0
                    )
                    _add(found, replace(origin, name=name, step=ORTHOLOGUE))

    def _find_agreeing(self, text: str) -> tuple[NameMatch, ...]:
        """Return the genes that have a name of the same normal form."""
        names = self._genes(text)
        if not names and (prefixed := prefixed_names(text, self._terminology)):
            return tuple(prefixed)
        if not names and _GLUED_BRACKET.search(text):
            plain = _BRACKET.sub("", text)
            names = self._genes(plain) or self._genes(_GLUED_BRACKET.sub("", text))
        best: dict[str, NameMatch] = {}
        for name in names:
            if name.curie not in best or name.weight > best[name.curie].weight:
                best[name.curie] = name
        return tuple(best.values())

    def _genes(self, text: str) -> list[NameMatch]:
        return [n for n in self._terminology.exact_matches(text) if n.type == EntityType.GENE]

    def _find_similar(self, text: str) -> tuple[GeneName, ...]:
        """Return genes whose names resemble a text, the best few of each taxon."""
        hits = self._lookup.lookup(
            text, type=EntityType.GENE, fuzzy=True, limit=_HITS, alike=_LEAST_ALIKE
        )
        counts: dict[str, int] = {}
        found = []
        for hit in hits:
            candidate = hit.candidate
            if hit.method in (EXACT, NORMAL_FORM) or candidate.score < _LEAST_CLOSENESS:
                continue
            counts[candidate.taxon] = counts.get(candidate.taxon, 0) + 1
            if counts[candidate.taxon] > _MOST_OF_TAXON:
                continue
            number = int(candidate.taxon.partition(":")[2])
            name = NameMatch(
                candidate.curie, candidate.matched, candidate.scope, EntityType.GENE, number, 0
            )
            found.append(GeneName(name, hit.method, candidate.score))
        return tuple(found)


def is_similar(step: str) -> bool:
    """Tell whether a step found a name that only resembles the mention."""
    return step not in (NAME, LONG, SHORTENED, ORTHOLOGUE, USAGE)


def is_spelled_alike(step: str) -> bool:
    """Tell whether a name was found by its spelling alone, not by a rule."""
    return step == TRIGRAMS


def by_taxon(names: Sequence[GeneName]) -> Mapping[str, Sequence[GeneName]]:
    """Group genes by their taxon."""
    groups: dict[str, list[GeneName]] = {}
    for gene in names:
        groups.setdefault(f"NCBITaxon:{gene.name.taxon}", []).append(gene)
    return groups


def _add(found: dict[str, GeneName], gene: GeneName) -> None:
    found.setdefault(gene.name.curie, gene)


def _add_all(found: dict[str, GeneName], genes: Sequence[GeneName]) -> None:
    for gene in genes:
        _add(found, gene)
