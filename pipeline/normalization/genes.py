"""Genes: the right gene of the right species."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from pipeline.model import Candidate, Link
from pipeline.normalization.gene_ranking import GeneRanker, RankedGene
from pipeline.normalization.species_context import HUMAN, SpeciesChoice
from pipeline.normalization.wording import told
from pipeline.terminology.gene_prefixes import SCOPE
from pipeline.terminology.terminology import NameMatch, Terminology

_LEAST = 0.25
_METHODS = {
    (False, False): "normal form",
    (True, False): "exact",
    (False, True): "orthologue",
    (True, True): "orthologue",
}
_MODELS = ("NCBITaxon:9606", "NCBITaxon:10090", "NCBITaxon:10116")
_ALTERNATIVES = 5


def by_taxon(names: Sequence[NameMatch]) -> dict[str, dict[str, NameMatch]]:
    """Group names by taxon and gene; of each gene the best name is kept."""
    groups: dict[str, dict[str, NameMatch]] = {}
    for name in names:
        genes = groups.setdefault(f"NCBITaxon:{name.taxon}", {})
        if name.curie not in genes or name.weight > genes[name.curie].weight:
            genes[name.curie] = name
    return groups


def with_orthologues(
    groups: dict[str, dict[str, NameMatch]], taxa: Collection[str], terminology: Terminology
) -> dict[str, dict[str, NameMatch]]:
    """Add the orthologues, in species that the paper names, of genes found by their exact name.

    Authors write `FGFR2` of a fish whose gene is listed under another name only; the orthologue
    of the human or mouse gene of that name is meant. Such a candidate counts less than a name.

    Args:
        groups: Genes that the mention may name, by taxon.
        taxa: Taxa that the paper speaks of.
        terminology: The terminology.
    """
    missing = [t for t in sorted(taxa) if t not in groups]
    source = next((groups[t] for t in _MODELS if t in groups), None)
    if not missing or source is None or len(source) > 1:
        return groups
    (origin,) = source.values()
    if origin.scope == SCOPE:
        return groups  # the prefix tells the species
    result = dict(groups)
    for curie in terminology.homologues(origin.curie):
        taxon = terminology.taxon(curie)
        if taxon in missing:
            name = replace(
                origin, curie=curie, scope="orthologue", taxon=_number(taxon), identical=0
            )
            result.setdefault(taxon, {})[curie] = name
    return result


def likeness(groups: Mapping[str, Mapping[str, NameMatch]]) -> dict[str, float]:
    """Return how well the best name of each taxon fits, from 0 to 1."""
    return {taxon: max(n.weight for n in genes.values()) for taxon, genes in groups.items()}


def link_gene(
    surface: str,
    groups: Mapping[str, Mapping[str, NameMatch]],
    species: Sequence[SpeciesChoice],
    mentioned: Collection[str],
    terminology: Terminology,
    ranker: GeneRanker,
) -> Link:
    """Resolve a gene mention.

    The best-supported species that has a gene of this name decides; within it the name's scope and
    likeness. Genes of species without any evidence are not chosen, except when the name belongs
    to one species only and the paper mentions none.

    Args:
        surface: The mention, or the long form that it is short for.
        groups: Genes that the mention may name, by taxon (see `by_taxon`).
        species: The species among them that the text speaks of, and human, best first.
        mentioned: All species that the paper mentions.
        terminology: The terminology.
        ranker: Decides among genes of one species.
    """
    if not groups:
        return Link(method="none", reason="no gene of this name in the terminology")
    if not species and len(groups) == 1 and not mentioned:
        species = [SpeciesChoice(next(iter(groups)), 0.0, "the only species with a gene so named")]
    if not species and (taxon := _prefixed(groups)):
        species = [SpeciesChoice(taxon, 0.0, "the prefix of the symbol")]
    if not species:
        return Link(
            method="species",
            reason=f"no gene of this name in {_species_list(mentioned, terminology)}",
            alternatives=_others(groups, terminology),
        )
    choice = species[0]
    ranked = ranker.rank(surface, choice.taxon, groups)
    best = ranked[0]
    species_name = terminology.name(choice.taxon) or choice.taxon
    scored = _scored(surface, groups, species, ranker, ranked)
    if len(ranked) > 1 and all(gene.name.scope == "family" for gene in ranked):
        members = ", ".join(terminology.name(gene.name.curie) for gene in ranked[:4])
        return Link(
            method="family",
            reason=f"made from several genes of {species_name}: {members}",
            taxon=choice.taxon,
            alternatives=_alternatives(scored, terminology),
        )
    if best.probability < _LEAST:
        return Link(
            method="ambiguous",
            reason=f"{len(ranked)} genes of {species_name} share this name",
            taxon=choice.taxon,
            alternatives=_alternatives(scored, terminology),
        )
    reason = f"{told(best.name.scope, f'a gene of {species_name}')}: {choice.reason}"
    if len(ranked) > 1:
        reason += f"; most likely of {len(ranked)} genes with this name"
    chosen = next(score for name, score in scored if name.curie == best.name.curie)
    return Link(
        curie=best.name.curie,
        name=terminology.name(best.name.curie),
        score=round(chosen, 3),
        method=_METHODS[best.name.identical == 2, best.name.scope == "orthologue"],
        reason=reason,
        taxon=choice.taxon,
        alternatives=_alternatives(
            [(n, s) for n, s in scored if n.curie != best.name.curie], terminology
        ),
    )


def _prefixed(groups: Mapping[str, Mapping[str, NameMatch]]) -> str:
    """Return the species of a symbol with a letter for it in front, or an empty string."""
    scopes = {name.scope for genes in groups.values() for name in genes.values()}
    return min(groups) if scopes == {SCOPE} else ""


def _scored(
    surface: str,
    groups: Mapping[str, Mapping[str, NameMatch]],
    species: Sequence[SpeciesChoice],
    ranker: GeneRanker,
    ranked: Sequence[RankedGene],
) -> list[tuple[NameMatch, float]]:
    """Score the genes of all supported species, best first; `ranked` are those of the first one.

    The score is the probability of the species, times that of the gene within it, times how well
    the best gene's name fits: a common factor, so that the order is that of the probabilities.
    """
    odds = [math.exp(choice.weight - species[0].weight) for choice in species]
    total = sum(odds)
    fit = ranked[0].name.weight
    others = [ranker.rank(surface, choice.taxon, groups) for choice in species[1:]]
    result = [
        (gene.name, gene.probability * odd / total)
        for genes, odd in zip([ranked, *others], odds, strict=True)
        for gene in genes
    ]
    result.sort(key=lambda item: (-item[1], item[0].taxon != 9606, item[0].curie))
    return [(name, probability * fit) for name, probability in result]


def _alternatives(
    scored: Sequence[tuple[NameMatch, float]], terminology: Terminology
) -> tuple[Candidate, ...]:
    return tuple(
        replace(terminology.candidate(name), score=round(score, 3))
        for name, score in scored[:_ALTERNATIVES]
    )


def _others(
    groups: Mapping[str, Mapping[str, NameMatch]], terminology: Terminology
) -> tuple[Candidate, ...]:
    """Return genes of species that the text does not support; none is likelier than another."""
    every = [n for genes in groups.values() for n in genes.values()]
    every.sort(key=lambda n: (-n.weight, n.taxon, _number(n.curie)))
    return _alternatives([(name, 0.0) for name in every], terminology)


def _species_list(taxa: Collection[str], terminology: Terminology) -> str:
    names = [terminology.name(t) or t for t in sorted({HUMAN, *taxa})]
    return " or ".join(names[:4]) + (", …" if len(names) > 4 else "")


def _number(curie: str) -> int:
    return int(curie.partition(":")[2])
