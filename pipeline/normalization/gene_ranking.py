"""Which of several genes of one species a name stands for.

A name such as `p38` is listed with many genes but usual for one. What tells them apart is named:
scope and writing of the name, how many further names of the gene begin with it (`p38-alpha`,
`p38MAPK`), whether the orthologues in other species share it, whether the gene codes for a protein.
The weights stand in `data/gene_weights.toml`.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from pipeline.terminology.normal_form import normal_form
from pipeline.terminology.terminology import NameMatch, Terminology


@dataclass(frozen=True, slots=True)
class RankedGene:
    """A gene with the probability that it is meant, given the name and the species."""

    name: NameMatch
    probability: float


@cache
def gene_weights() -> Mapping[str, float]:
    """Return the weight of each kind of evidence."""
    text = (files("pipeline.normalization") / "data" / "gene_weights.toml").read_text("utf-8")
    return {k: float(v) for k, v in tomllib.loads(text)["weights"].items()}


class GeneRanker:
    """Ranks the genes of one species that share a name."""

    def __init__(self, terminology: Terminology, *, weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._terminology = terminology
        self._names = lru_cache(maxsize=20_000)(self._normal_names)
        self._homologues = lru_cache(maxsize=20_000)(
            lambda curie: frozenset(terminology.homologues(curie))
        )

    def rank(
        self, surface: str, taxon: str, groups: Mapping[str, Mapping[str, NameMatch]]
    ) -> list[RankedGene]:
        """Return the genes of a species that a surface form may name, best first.

        Args:
            surface: The name as the text or the long form has it.
            taxon: The species.
            groups: Genes of that name by taxon; those of other species tell whether orthologues
                share the name.
        """
        genes = groups[taxon]
        if len(genes) == 1:
            return [RankedGene(name, 1.0) for name in genes.values()]
        normal = normal_form(surface)
        elsewhere = [set(found) for other, found in groups.items() if other != taxon]
        scores = {
            curie: sum(
                self._weights.get(kind, 0.0) * value
                for kind, value in self._evidence(name, normal, elsewhere).items()
            )
            for curie, name in genes.items()
        }
        top = max(scores.values())
        odds = {curie: math.exp(score - top) for curie, score in scores.items()}
        total = sum(odds.values())
        ranked = [RankedGene(genes[c], round(o / total, 6)) for c, o in odds.items()]
        return sorted(ranked, key=lambda g: (-g.probability, int(g.name.curie.partition(":")[2])))

    def _evidence(
        self, name: NameMatch, normal: str, elsewhere: list[set[str]]
    ) -> dict[str, float]:
        rank = self._terminology.rank(name.curie)
        orthologues = self._homologues(name.curie)
        return {
            "weight": name.weight,
            "identical": float(name.identical == 2),
            "extended": math.log1p(sum(n.startswith(normal) for n in self._names(name.curie))),
            "shared": math.log1p(sum(not orthologues.isdisjoint(g) for g in elsewhere)),
            "coding": float(rank == "protein-coding"),
            "pseudo": float(rank == "pseudo"),
            "young": math.log(int(name.curie.partition(":")[2])) / 10,
            "description": float(name.scope == "description"),
            "designation": float(name.scope == "designation"),
        }

    def _normal_names(self, curie: str) -> tuple[str, ...]:
        return tuple(normal_form(text) for text, _ in self._terminology.names(curie))
