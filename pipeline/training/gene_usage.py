"""What gene names stand for in the train splits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from pipeline.model import EntityType
from pipeline.normalization.gene_usage import GeneUsage
from pipeline.normalization.species_context import HUMAN
from pipeline.terminology.normal_form import normal_form
from pipeline.terminology.terminology import Terminology
from pipeline.training.gene_cases import GeneCase

Papers = dict[str, dict[str, set[str]]]
"""Normal form -> gene -> papers in which the name stands for it."""


class UsageCounts:
    """Counts what names stand for.

    A name is kept only where the terminology does not say it: it does not list the name for the
    gene, or lists it for several genes of the species. The gene is the human one of a group of
    orthologues, where there is one.

    Args:
        cases: The papers.
        terminology: The terminology.
    """

    def __init__(self, cases: Sequence[GeneCase], terminology: Terminology) -> None:
        self._papers: Papers = {}
        self._texts: dict[str, dict[str, int]] = {}
        for case in cases:
            for gold in case.given:
                if len(gold.genes) == 1 and not gold.mention.long:
                    (gene,) = gold.genes
                    if gene in terminology:
                        self._count(case.paper_id, gold.mention.text, gene, terminology)

    def _count(self, paper: str, text: str, gene: str, terminology: Terminology) -> None:
        taxon = terminology.taxon(gene)
        listed = {
            n.curie
            for n in terminology.exact_matches(text)
            if n.type == EntityType.GENE and f"NCBITaxon:{n.taxon}" == taxon
        }
        if listed == {gene}:
            return
        normal = normal_form(text)
        if not normal:
            return
        origin = next(
            (h for h in terminology.homologues(gene) if terminology.taxon(h) == HUMAN), gene
        )
        if taxon == HUMAN:
            origin = gene
        self._papers.setdefault(normal, {}).setdefault(origin, set()).add(paper)
        texts = self._texts.setdefault(normal, {})
        texts[text] = texts.get(text, 0) + 1

    def without(self, case: GeneCase) -> GeneUsage:
        """Return the usage in all papers but one, so that no paper teaches itself."""
        names = {normal_form(gold.mention.text) for gold in (*case.given, *case.found)}
        changed = {
            name: {
                gene: left
                for gene, papers in self._papers[name].items()
                if (left := len(papers - {case.paper_id}))
            }
            for name in sorted(names)
            if name in self._papers
        }
        return GeneUsage({**self.meanings, **changed})

    @cached_property
    def meanings(self) -> dict[str, dict[str, int]]:
        """The counts of all papers."""
        return {
            name: {gene: len(papers) for gene, papers in sorted(genes.items())}
            for name, genes in self._papers.items()
        }

    def lines(self) -> Iterator[str]:
        """Yield the lines of the table: name, gene, number of papers."""
        for normal in sorted(self._papers):
            texts = self._texts[normal]
            text = min(texts, key=lambda t: (-texts[t], t))
            for gene, papers in sorted(self._papers[normal].items()):
                yield f"{text}\t{gene}\t{len(papers)}"
