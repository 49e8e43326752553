"""What all of NCBI Taxonomy adds to the candidates of a string: taxa, and groups of taxa."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from pipeline.terminology.full_taxonomy import FullTaxonomy
from pipeline.terminology.name_words import tokens_of

TAXON = "NCBITaxon"
_GROUPS = 3
_MANY = 4
_LEAST = 3
_NO_GROUP = frozenset(
    {"no rank", "superkingdom", "domain", "kingdom", "clade", "strain", "isolate"}
)


@dataclass(frozen=True, slots=True)
class NamedTaxon:
    """A taxon that a string may name.

    Attributes:
        curie: The taxon.
        name: Its name that matches.
        score: The candidate's score.
        is_sure: Whether the whole string agrees with the name.
    """

    curie: str
    name: str
    score: float
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A taxon above others, with a score."""

    taxid: int
    score: float


def common_groups(
    text: str, found: Iterable[NamedTaxon], taxonomy: FullTaxonomy, *, strength: float
) -> list[Group]:
    """Return the lowest groups to which most of the taxa belong that a string may name.

    Many mosquitoes are called just `mosquito`, and many grasses something with `grass`: a text that
    uses the word for itself means all of them. Likewise, isolates share the name of their species.

    Args:
        text: The string.
        found: Taxa with names like it.
        taxonomy: All taxa.
        strength: How much of its score a single taxon of the name gives to what is above it.
    """
    words = set(tokens_of(text))
    taxa = {t.curie: t for t in found if words and words.issubset(tokens_of(t.name))}
    sure = [t for t in taxa.values() if t.is_sure]
    if len(sure) >= _MANY:
        members, score = sure, median(t.score for t in sure)
    elif len(taxa) >= _LEAST:
        members = list(taxa.values())
        score = strength * max(t.score for t in members)
    else:
        return []
    counts: Counter[int] = Counter()
    depth: dict[int, int] = {}
    for taxon in members:
        lineage = taxonomy.lineage(int(taxon.curie.partition(":")[2]))
        counts.update(lineage)
        depth.update({t: len(lineage) - i for i, t in enumerate(lineage)})
    shared = [t for t, n in counts.items() if 2 * n > len(members)]
    # A group that has the name itself is meant before one that has not, of whatever rank.
    own = [t for t in shared if f"{TAXON}:{t}" in taxa]
    others = [t for t in shared if t not in own and taxonomy.rank(t) not in _NO_GROUP]
    named = [*sorted(own, key=lambda t: -depth[t]), *sorted(others, key=lambda t: -depth[t])]
    # The others are not as likely as any single taxon.
    return [Group(t, score if i == 0 else strength * score) for i, t in enumerate(named[:_GROUPS])]


def above_strains(curies: Sequence[str], taxonomy: FullTaxonomy) -> list[tuple[int, int]]:
    """Return what is above strains, isolates and subspecies, up to the species.

    Returns:
        Pairs of the place of the strain in the arguments and of a taxon above it.
    """
    found: dict[int, int] = {}
    for place, curie in enumerate(curies):
        prefix, _, number = curie.partition(":")
        if prefix != TAXON:
            continue
        above = taxonomy.lineage(int(number))[1:]
        to_species = next((i for i, t in enumerate(above) if taxonomy.rank(t) == "species"), -1)
        for taxon in above[: to_species + 1]:
            found.setdefault(taxon, place)
    return [(place, taxon) for taxon, place in found.items()]
