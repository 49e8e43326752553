"""Diseases: one concept, told in MONDO and in MeSH."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import Candidate, Link
from pipeline.normalization.wording import told
from pipeline.terminology.terminology import NameMatch, Terminology

_ALTERNATIVES = 5


def link_disease(names: Sequence[NameMatch], terminology: Terminology) -> Link:
    """Resolve a disease mention.

    Concepts of MONDO and MeSH that are mapped as exact matches are one concept; its primary
    identifier is MONDO's where MONDO has it. The concept with the best name wins, then the one
    that more vocabularies and names agree on.

    Args:
        names: Names that the mention matches.
        terminology: The terminology.
    """
    groups: dict[tuple[str, ...], list[NameMatch]] = {}
    for name in names:
        groups.setdefault(concept_group(name.curie, terminology), []).append(name)
    if not groups:
        return Link(method="none", reason="no disease of this name in the terminology")
    ranked = sorted(
        groups.items(),
        key=lambda item: (
            -max(n.weight for n in item[1]),
            -len({n.curie.partition(":")[0] for n in item[1]}),
            -len(item[0]),
            item[0],
        ),
    )
    group, matched = ranked[0]
    best = max(matched, key=lambda n: (n.weight, n.curie.startswith("MONDO:"), n.curie))
    rivals = sum(max(n.weight for n in m) == best.weight for _, m in ranked)
    share = 1 / rivals**0.5
    mondo = tuple(c for c in group if c.startswith("MONDO:"))
    mesh = tuple(c for c in group if c.startswith("MESH:"))
    reason = told(best.scope, terminology.name(best.curie))
    if rivals > 1:
        reason += f"; {rivals} concepts share this name"
    # Where no mapping joins them, each vocabulary answers for itself, and the reason says so.
    if not mesh and (named := _named_in("MESH:", ranked)):
        mesh = (named.curie,)
        reason += f"; in MeSH a name of {terminology.name(named.curie)}, to which no mapping leads"
    if not mondo and (named := _named_in("MONDO:", ranked)):
        mondo = (named.curie,)
        reason += f"; in MONDO a name of {terminology.name(named.curie)}, to which no mapping leads"
    primary = (mondo or mesh or group)[0]
    return Link(
        curie=primary,
        name=terminology.name(primary),
        score=round(best.weight * share, 3),
        method="exact" if best.identical else "normal form",
        reason=reason,
        mesh=mesh,
        mondo=mondo,
        alternatives=_alternatives([m for _, m in ranked[1:]], share, terminology),
    )


def _named_in(
    prefix: str, ranked: Sequence[tuple[tuple[str, ...], Sequence[NameMatch]]]
) -> NameMatch | None:
    """Return the best name of a concept of one vocabulary."""
    names = [n for _, matched in ranked for n in matched if n.curie.startswith(prefix)]
    return max(names, key=lambda n: (n.weight, n.curie), default=None)


def concept_group(curie: str, terminology: Terminology) -> tuple[str, ...]:
    """Return the identifiers that mean exactly the same concept, MONDO first, then MeSH.

    The group of a MeSH heading is that of the MONDO concept it is mapped to, when there is one.
    """
    hub = curie
    if not curie.startswith("MONDO:"):
        mondo = sorted(c for c in terminology.equivalents(curie) if c.startswith("MONDO:"))
        if mondo:
            hub = mondo[0]
    members = dict.fromkeys(terminology.equivalents(hub))
    members.setdefault(curie)
    return tuple(sorted(members, key=lambda c: (not c.startswith("MONDO:"), c != curie, c)))


def _alternatives(
    groups: Sequence[Sequence[NameMatch]], share: float, terminology: Terminology
) -> tuple[Candidate, ...]:
    tops = [max(g, key=lambda n: (n.weight, n.curie)) for g in groups[:_ALTERNATIVES]]
    return tuple(terminology.candidate(n, round(n.weight * share, 3)) for n in tops)
