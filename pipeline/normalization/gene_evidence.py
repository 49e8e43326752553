"""What speaks for one of the genes that a mention may name: the evidence of the gene model."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.normalization.gene_names import (
    GeneName,
    GeneNames,
    is_similar,
    is_spelled_alike,
)
from pipeline.normalization.gene_usage import GeneUsage
from pipeline.terminology.normal_form import normal_form
from pipeline.terminology.terminology import Terminology

_WORD = re.compile(r"[^\W\d_]{3,}")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class GeneFacts:
    """What the terminology says of a gene, as far as it counts as evidence.

    Attributes:
        names: Normal forms of its names.
        words: Words of its full names, in small letters.
        kind: Its gene type.
        number: Its number in NCBI Gene: well-known genes came first.
    """

    names: tuple[str, ...]
    words: frozenset[str]
    kind: str
    number: int


@dataclass(frozen=True, slots=True)
class NameContext:
    """What is known of a mention and its paper, apart from species.

    Attributes:
        surface: The mention.
        long: Its long form, or an empty string.
        elsewhere: Gene -> number of the paper's other names that may stand for it.
        words: The words of the paper, in small letters.
    """

    surface: str
    long: str
    elsewhere: Mapping[str, int]
    words: frozenset[str]


class GeneEvidence:
    """Describes candidates with named evidence.

    Args:
        terminology: The terminology.
        names: Where the candidates come from.
    """

    def __init__(self, terminology: Terminology, names: GeneNames) -> None:
        self._terminology = terminology
        self._homologues = names.homologues
        self._facts = lru_cache(maxsize=10_000)(self._read_facts)

    def describe(
        self, genes: Sequence[GeneName], context: NameContext, usage: GeneUsage
    ) -> list[dict[str, float]]:
        """Return the evidence for each of the genes that a mention may name."""
        normal = normal_form(context.surface)
        by_taxon: dict[int, list[GeneName]] = {}
        for gene in genes:
            by_taxon.setdefault(gene.name.taxon, []).append(gene)
        named = {
            g.name.curie for g in genes if g.step != "orthologue" and g.name.scope != "designation"
        }
        is_used = bool(usage.meanings(context.surface))
        long_words = words_of(context.long)
        rows = []
        for gene in genes:
            rivals = by_taxon[gene.name.taxon]
            row = self._of_name(gene, rivals)
            self._of_gene(row, gene, normal, context)
            group = self._homologues(gene.name.curie)
            row["shared"] = math.log1p(len(named.intersection(group)))
            if is_used:
                strength, share = usage.strength(context.surface, (gene.name.curie, *group))
                if strength:
                    row["usage"] = strength
                    row["usage share"] = share
                else:
                    row["used for others"] = 1.0
            if long_words:
                facts = self._facts(gene.name.curie)
                common = len(long_words & facts.words)
                row["long form words"] = common / len(long_words)
                if gene.also_long:
                    row["also long form"] = 1.0
            elif context.long:
                row["also long form"] = float(gene.also_long)
            if others := context.elsewhere.get(gene.name.curie, 0):
                row["elsewhere"] = math.log1p(others)
            rows.append(row)
        return rows

    def _of_name(self, gene: GeneName, rivals: Sequence[GeneName]) -> dict[str, float]:
        name = gene.name
        row = {f"scope {name.scope}": 1.0, "weight": name.weight}
        if is_similar(gene.step):
            row["spelled alike" if is_spelled_alike(gene.step) else "similar"] = 1.0
            row["closeness"] = gene.closeness
            for rule in gene.step.split(", "):
                row[f"by {rule}"] = 1.0
        else:
            row[f"step {gene.step}"] = 1.0
        if name.identical == 2:
            row["identical"] = 1.0
        elif any(r.name.identical == 2 for r in rivals):
            row["another is identical"] = 1.0
        if name.scope != "symbol" and any(r.name.scope == "symbol" for r in rivals):
            row["another has the symbol"] = 1.0
        return row

    def _of_gene(
        self, row: dict[str, float], gene: GeneName, normal: str, context: NameContext
    ) -> None:
        facts = self._facts(gene.name.curie)
        row["extended"] = math.log1p(len([1 for n in facts.names if n.startswith(normal)]))
        row["names"] = math.log1p(len(facts.names))
        row[f"type {facts.kind}"] = 1.0
        row["young"] = math.log(facts.number) / 10
        if facts.words:
            there = facts.words.intersection(context.words)
            row["words in paper"] = len(there) / len(facts.words)

    def _read_facts(self, curie: str) -> GeneFacts:
        names = self._terminology.names(curie)
        full = [text for text, scope in names if scope in ("description", "designation")]
        return GeneFacts(
            tuple(normal_form(text) for text, _ in names),
            words_of("\n".join(full)),
            self._terminology.rank(curie) or "unknown",
            int(curie.partition(":")[2]),
        )


def words_of(text: str) -> frozenset[str]:
    """Return the words and numbers of a name that tell something, in small letters.

    >>> sorted(words_of("cyclin dependent kinase 4"))
    ['4', 'cyclin', 'dependent', 'kinase']
    """
    return frozenset((*map(str.lower, set(_WORD.findall(text))), *_NUMBER.findall(text)))
