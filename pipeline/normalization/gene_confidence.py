"""How sure the link of a gene mention is: a calibrated probability that it is right.

A logistic regression on named evidence, trained on what the recognizer finds in the train splits:
mentions that annotators do not count as genes teach it what to leave without a link.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from pipeline.normalization.gene_names import is_similar, is_spelled_alike
from pipeline.normalization.gene_ranking import GeneMention, Ranking
from pipeline.normalization.gene_weights import Weights, probability, score
from pipeline.normalization.species_context import writing_of

_CERTAIN = 0.999


def confidence_evidence(
    mentions: Sequence[GeneMention], rankings: Sequence[Ranking]
) -> list[dict[str, float]]:
    """Return for each mention what tells how sure its best candidate is.

    Args:
        mentions: The gene mentions of a paper.
        rankings: Their rankings.
    """
    support: dict[str, float] = {}
    names: dict[str, set[str]] = {}
    for m, ranking in zip(mentions, rankings, strict=True):
        if ranking.genes:
            best = ranking.genes[0]
            curie = best.gene.name.curie
            support[curie] = support.get(curie, 0.0) + best.probability
            names.setdefault(curie, set()).add(m.text)
    return [
        _evidence(m, ranking, support, names) for m, ranking in zip(mentions, rankings, strict=True)
    ]


def _evidence(
    m: GeneMention,
    ranking: Ranking,
    support: Mapping[str, float],
    names: Mapping[str, set[str]],
) -> dict[str, float]:
    if not ranking.genes:
        return {}
    best = ranking.genes[0]
    gene, taxon = best.gene, f"NCBITaxon:{best.gene.name.taxon}"
    species = ranking.species.get(taxon, 0.0)
    there = {f"NCBITaxon:{r.gene.name.taxon}" for r in ranking.genes}
    nowhere = sum(share for t, share in ranking.species.items() if t not in there)
    rivals = sum(1 for r in ranking.genes if r.gene.name.taxon == gene.name.taxon)
    row = {
        "any": 1.0,
        "ranked": _logit(best.probability),
        "species": _logit(species),
        "species without such a gene": nowhere,
        "rivals": math.log(rivals),
        "weight": gene.name.weight,
        "support": math.log1p(support[gene.name.curie]),
        f"scope {gene.name.scope}": 1.0,
        f"writing {writing_of(m.text) or 'words'}": 1.0,
        f"length {min(len(m.text), 6)}": 1.0,
    }
    if len(names[gene.name.curie]) > 1:
        row["several names"] = 1.0
    if gene.name.identical == 2:
        row["identical"] = 1.0
    if is_similar(gene.step):
        row["spelled alike" if is_spelled_alike(gene.step) else "similar"] = 1.0
        row["closeness"] = gene.closeness
    else:
        row[f"step {gene.step}"] = 1.0
    if m.long:
        row["also long form" if gene.also_long else "long form says otherwise"] = 1.0
    for name in ("usage", "usage share", "used for others", "shared", "words in paper"):
        if name in best.evidence:
            row[name] = best.evidence[name]
    return row


def confidence(evidence: Mapping[str, float], weights: Weights) -> float:
    """Return the probability that the best candidate is right."""
    return probability(score(weights, evidence)) if evidence else 0.0


def _logit(share: float) -> float:
    share = min(_CERTAIN, max(1 - _CERTAIN, share))
    return math.log(share / (1 - share))
