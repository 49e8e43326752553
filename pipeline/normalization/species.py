"""Species: the taxon that the text names, at its rank."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from pipeline.model import Link
from pipeline.normalization.wording import told
from pipeline.terminology.gene_taxa import GeneTaxa
from pipeline.terminology.name_match import name_weight
from pipeline.terminology.terminology import NameMatch, Terminology

_COLLECTIVE = re.compile(r"\b(?:sp|spp|gen)\.|^(?:unidentified|uncultured|unclassified) ")
_BINOMIAL = re.compile(r"([A-Z][a-z]+ [a-z]{3,}) ")
_VIRUS_BINOMIAL = re.compile(r"[A-Z][a-z]+virus [a-z0-9]+")
CURATED, OWN, SPECIES = STRAINS = ("curated", "own", "species")
"""What a taxon below a species is resolved to. `curated` is what curators do: what laboratories
tell apart (strain, serotype, pathovar) stands for its species, a subspecies for itself."""
_LABORATORY = frozenset(
    {"strain", "isolate", "serotype", "serogroup", "genotype", "forma specialis"}
)  # fmt: skip
_LABORATORY_NAME = re.compile(
    r"(?i)\((?:strain|isolate)|(?<![a-z])(?:pv|sv|str|f\. ?sp)\. |serovar "
)
"""Such a taxon by its name: NCBI gives many no rank."""
SPECIES_LEVEL = frozenset({"s800"})
"""Corpora whose guideline has the species for any taxon below it."""
_ALTERNATIVES = 5
_VERNACULAR = frozenset({"common", "word"})
_RANK_ORDER = {"species": 0, "subspecies": 1, "genus": 2}


def link_species(
    names: Sequence[NameMatch],
    genera: Mapping[str, int],
    terminology: Terminology,
    *,
    strains: str = CURATED,
) -> Link:
    """Resolve a species mention.

    Args:
        names: Names that the mention matches.
        genera: Genera and species that the paper names in full, with counts: they decide what an
            abbreviated name (`C. elegans`) stands for.
        terminology: The terminology.
        strains: What a strain, subspecies or other taxon below a species is resolved to, of
            `STRAINS`.
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

    def standing(name: NameMatch) -> tuple[float, ...]:
        counted = support(name) if name.scope == "abbreviated" else 0
        return counted, *_preference(name), -_order(name.curie, terminology), name.weight

    def fame(name: NameMatch) -> float:
        if name.scope == "acronym":
            # `HIV` is listed for both species, too: the name without more words is meant.
            return -float(len(terminology.name(name.curie)))
        # An abbreviation that the paper does not explain means the best known species.
        return _fame(name.curie, terminology) if name.scope == "abbreviated" else 0.0

    stand = {curie: standing(name) for curie, name in best.items()}
    ranked = list(best.values())
    if len(ranked) > 1:
        ranked.sort(
            key=lambda n: (
                tuple([-x for x in stand[n.curie]]),
                -fame(n),
                int(n.curie.partition(":")[2]),
            ),
        )
    first = ranked[0]
    rivals = [n for n in ranked if stand[n.curie] == stand[first.curie]]
    share = 1 / len(rivals) ** 0.5
    ambiguous = first.scope == "abbreviated" and len(rivals) > 1
    reason = told(first.scope, terminology.name(first.curie))
    if first.scope == "abbreviated" and support(first):
        reason += ", which the paper names in full"
    elif ambiguous:
        reason = f"{len(rivals)} species are abbreviated like this; the best known one is taken"
    curie = first.curie
    lifts = strains == SPECIES or (strains == CURATED and _is_laboratory(curie, terminology))
    if lifts and first.scope != "word":
        curie = _lifted(curie, terminology)
    if curie != first.curie:
        reason += f", {terminology.rank(first.curie)} of {terminology.name(curie)}"
    others = [n for n in ranked[1:] if n.curie != curie][:_ALTERNATIVES]
    return Link(
        curie=curie,
        name=terminology.name(curie),
        score=round(first.weight * share, 3),
        method="exact" if first.identical else "normal form",
        reason=reason,
        taxon=curie,
        alternatives=tuple(
            terminology.candidate(n, round(_below(n, first, rivals) * share, 3)) for n in others
        ),
    )


def _below(name: NameMatch, first: NameMatch, rivals: Sequence[NameMatch]) -> float:
    """Return an alternative's weight: as good as the first only if nothing tells them apart."""
    return first.weight if name in rivals else min(name.weight, 0.95 * first.weight)


def _preference(name: NameMatch) -> tuple[bool, float]:
    """Our own words come first: `mice` are Mus musculus, not unspecified members of the genus.

    Whether a vernacular name is written with the same capitals and number says nothing: `humans`
    is listed for the genus, `human` for the species.
    """
    if name.scope in _VERNACULAR:
        return name.scope == "word", name_weight(name.scope, 0)
    return False, name.weight


def _order(curie: str, terminology: Terminology) -> float:
    """Return the place of a taxon's rank among equally good names: species come first.

    Collective taxa such as `Cricetinae gen. sp.` are less a species than the rank above is one.
    """
    if _COLLECTIVE.search(terminology.name(curie)):
        return 4.0
    return _RANK_ORDER.get(terminology.rank(curie), 3.0)


def _fame(curie: str, terminology: Terminology) -> float:
    """Tell how well known a taxon is: by genes in the terminology, else by the number of names."""
    if curie in _with_genes(terminology):
        return 1.0
    names = terminology.name_count(curie)
    return names / (1 + names) / 2


@lru_cache(maxsize=4)
def _with_genes(terminology: Terminology) -> frozenset[str]:
    taxa = GeneTaxa(terminology)
    known = set(terminology.gene_taxa())
    parents = {parent for taxon in known for parent in terminology.parents(taxon)}
    return frozenset(known | {p for p in parents if taxa.of(p) in known})


def lineage(curie: str, terminology: Terminology) -> list[str]:
    """Return a taxon and what is above it, up to the root."""
    path: list[str] = []
    while curie and curie not in path:
        path.append(curie)
        parents = terminology.parents(curie)
        curie = parents[0] if parents else ""
    return path


def _species_of(curie: str, terminology: Terminology) -> str:
    """Return the species that a taxon is or belongs to, or an empty string."""
    return next((c for c in lineage(curie, terminology) if terminology.rank(c) == "species"), "")


def _is_laboratory(curie: str, terminology: Terminology) -> bool:
    """Tell whether a taxon is one that laboratories tell apart within a species."""
    rank = terminology.rank(curie)
    return rank in _LABORATORY or (
        rank == "no rank" and _LABORATORY_NAME.search(terminology.name(curie)) is not None
    )


def _lifted(curie: str, terminology: Terminology) -> str:
    """Return the species of a taxon that lies below one, or the taxon itself.

    Viruses whose species got a Latin binomial stay: `Tomato black ring virus` was the species that
    is now Nepovirus nigranuli, and is no strain of it.
    """
    name = terminology.name(curie)
    species = _species_of(curie, terminology)
    if not species and (binomial := _BINOMIAL.match(name)):
        # Taxa that the snapshot took from a list without hierarchy.
        species = next(
            (
                n.curie
                for n in terminology.exact_matches(binomial[1])
                if n.scope == "scientific" and terminology.rank(n.curie) == "species"
            ),
            "",
        )
    if not species or (
        terminology.rank(curie) == "no rank"
        and _VIRUS_BINOMIAL.fullmatch(terminology.name(species))
        and name.endswith("virus")
    ):
        return curie
    return species


def within_species(names: Sequence[NameMatch], terminology: Terminology) -> list[NameMatch]:
    """Return the names of species and what is below: what the end of a long form may stand for.

    `tomato black ring virus` ends in `virus`, but does not mean all viruses.
    """
    return [name for name in names if _species_of(name.curie, terminology)]


def full_names(links: Sequence[Link]) -> Counter[str]:
    """Count the scientific names, and their genera, among links of unabbreviated mentions."""
    counts: Counter[str] = Counter()
    for link in links:
        if link.curie:
            counts[link.name] += 1
            counts[link.name.partition(" ")[0]] += 1
    return counts
