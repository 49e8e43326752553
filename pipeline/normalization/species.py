"""Species: the taxon that the text names, at its rank."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.model import Link
from pipeline.normalization.wording import told
from pipeline.terminology.terminology import NameMatch, Terminology

_ALTERNATIVES = 5
_RANK_ORDER = {"species": 0, "subspecies": 1, "genus": 2}


def link_species(
    names: Sequence[NameMatch], genera: Mapping[str, int], terminology: Terminology
) -> Link:
    """Resolve a species mention.

    Args:
        names: Names that the mention matches.
        genera: Genera and species that the paper names in full, with counts: they decide what an
            abbreviated name (`C. elegans`) stands for.
        terminology: The terminology.
    """
    best: dict[str, NameMatch] = {}
    for name in names:
        if name.curie not in best or _preference(name) > _preference(best[name.curie]):
            best[name.curie] = name
    if not best:
        return Link(method="none", reason="no taxon of this name in the terminology")

    def support(name: NameMatch) -> int:
        scientific = terminology.name(name.curie)
        return 2 * genera.get(scientific, 0) + genera.get(scientific.partition(" ")[0], 0)

    def standing(name: NameMatch) -> tuple[int, bool, float]:
        counted = support(name) if name.scope == "abbreviated" else 0
        return counted, *_preference(name)

    ranked = sorted(
        best.values(),
        key=lambda n: (
            tuple(-x for x in standing(n)),
            _RANK_ORDER.get(terminology.rank(n.curie), 3),
            int(n.curie.partition(":")[2]),
        ),
    )
    first = ranked[0]
    rivals = [n for n in ranked if standing(n) == standing(first)]
    share = 1 / len(rivals) ** 0.5
    ambiguous = first.scope == "abbreviated" and len(rivals) > 1
    reason = told(first.scope, terminology.name(first.curie))
    if first.scope == "abbreviated" and support(first):
        reason += ", which the paper names in full"
    elif ambiguous:
        reason = f"{len(rivals)} species are abbreviated like this; the best known one is taken"
    return Link(
        curie=first.curie,
        name=terminology.name(first.curie),
        score=round(first.weight * share, 3),
        method="exact" if first.identical else "normal form",
        reason=reason,
        taxon=first.curie,
        alternatives=tuple(
            replace(terminology.candidate(n), score=round(_below(n, first, rivals) * share, 3))
            for n in ranked[1 : 1 + _ALTERNATIVES]
        ),
    )


def _below(name: NameMatch, first: NameMatch, rivals: Sequence[NameMatch]) -> float:
    """Return an alternative's weight: as good as the first only if nothing tells them apart."""
    return first.weight if name in rivals else min(name.weight, 0.95 * first.weight)


def _preference(name: NameMatch) -> tuple[bool, float]:
    """Our own words come first: `mice` are Mus musculus, not unspecified members of the genus."""
    return name.scope == "word", name.weight


def full_names(links: Sequence[Link]) -> Counter[str]:
    """Count the scientific names, and their genera, among links of unabbreviated mentions."""
    counts: Counter[str] = Counter()
    for link in links:
        if link.curie:
            counts[link.name] += 1
            counts[link.name.partition(" ")[0]] += 1
    return counts
