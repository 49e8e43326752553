"""The normalizer: from mentions to links."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.errors import UsageError
from pipeline.model import NIL, EntityType, Link
from pipeline.normalization.diseases import link_disease
from pipeline.normalization.gene_ranking import GeneRanker, gene_weights
from pipeline.normalization.genes import by_taxon, likeness, link_gene, with_orthologues
from pipeline.normalization.learned import learned_names
from pipeline.normalization.link_extension import register_link
from pipeline.normalization.other import link_other
from pipeline.normalization.species import full_names, link_species
from pipeline.normalization.species_context import (
    SpeciesChoice,
    SpeciesContext,
    SpeciesMention,
    species_weights,
)
from pipeline.recognition.abbreviations import LONG_FORMS, SHORT_FORMS
from pipeline.recognition.short_forms import ShortForms
from pipeline.recognition.spans import MENTIONS, without_shared_tokens
from pipeline.terminology.gene_prefixes import prefixed_names
from pipeline.terminology.gene_taxa import GeneTaxa
from pipeline.terminology.terminology import NameMatch, Terminology, shared_terminology

STEPS = ("long_forms", "learned_names", "species_evidence", "orthologues", "gene_ranking")
"""Steps of normalization that can be left out, to see what each is worth."""

_HUMAN_FIRST = {"human": 1.0}
_NAME_ONLY = {"weight": 10.0}


class Normalizer:
    """spaCy component: resolves mentions to concepts.

    Reads `doc.spans["mentions"]`, or `doc.ents` when another recognizer found the mentions. Sets
    `span.kb_id_` (the primary CURIE, or `NIL`) and `span._.link`.
    """

    def __init__(self, terminology: Terminology, *, steps: Collection[str]) -> None:
        unknown = set(steps) - set(STEPS)
        if unknown:
            raise UsageError(f"unknown steps {sorted(unknown)}; there are {', '.join(STEPS)}")
        self.terminology = terminology
        self.steps = frozenset(steps)
        self.gene_taxa = GeneTaxa(terminology)
        self.ranker = GeneRanker(
            terminology, weights=gene_weights() if "gene_ranking" in steps else _NAME_ONLY
        )
        self._species_weights = species_weights() if "species_evidence" in steps else _HUMAN_FIRST
        register_link()

    def __call__(self, doc: Doc) -> Doc:
        """Resolve the mentions of one document."""
        spans = list(doc.spans[MENTIONS]) if MENTIONS in doc.spans else list(doc.ents)
        short_forms = ShortForms.of_doc(
            doc.spans.get(SHORT_FORMS, ()), doc.spans.get(LONG_FORMS, ())
        )
        links: dict[int, Link] = {}
        links |= self._species(spans, short_forms)
        context = self._context(doc, spans, links)
        genes = {i: s for i, s in enumerate(spans) if s.label_ == EntityType.GENE}
        links |= self._genes(genes, context, short_forms)
        for i, span in enumerate(spans):
            if span.label_ == EntityType.DISEASE:
                names, long = self._names(span, short_forms)
                links[i] = _through(long, link_disease(names, self.terminology))
            elif i not in links:
                names, long = self._names(span, short_forms)
                links[i] = _through(long, link_other(names, span.label_, self.terminology))
        _attach(doc, spans, links)
        return doc

    def _genes(
        self, genes: Mapping[int, Span], context: SpeciesContext, short_forms: ShortForms
    ) -> dict[int, Link]:
        """Resolve genes twice: the second time each knows which species the others seem to have."""
        found = {}
        for i, span in genes.items():
            names, long = self._names(span, short_forms)
            groups = by_taxon(names)
            if "orthologues" in self.steps:
                groups = with_orthologues(groups, context.taxa, self.terminology)
            found[i] = groups, long

        def choices(i: int, agreement: Mapping[str, float]) -> list[SpeciesChoice]:
            span, fit = genes[i], likeness(found[i][0])
            return context.choices(span.start_char, span.end_char, span.text, fit, agreement)

        first = {i: chosen[0].taxon for i in genes if (chosen := choices(i, {}))}
        counts = Counter(first.values())
        links = {}
        for i, (groups, long) in found.items():
            others = counts - Counter([first[i]] if i in first else [])
            total = others.total() or 1
            agreement = {taxon: n / total for taxon, n in others.items()}
            link = link_gene(
                long or genes[i].text,
                groups,
                choices(i, agreement),
                context.taxa,
                self.terminology,
                self.ranker,
            )
            links[i] = _through(long, link)
        return links

    def _species(self, spans: Sequence[Span], short_forms: ShortForms) -> dict[int, Link]:
        species = [(i, s) for i, s in enumerate(spans) if s.label_ == EntityType.SPECIES]
        text = species[0][1].doc.text if species else ""
        taxa = {(m.start, m.end): names for m, names in self.terminology.find_taxa(text)}
        every = []
        for i, span in species:
            names, long = self._names(span, short_forms)
            in_text = taxa.get((span.start_char, span.end_char), ())
            every.append((i, names if long else [*names, *in_text], long))
        full = [
            link_species(names, {}, self.terminology)
            for _, names, _ in every
            if any(n.scope not in {"abbreviated", "word"} for n in names)
        ]
        counts = full_names(full)
        return {
            i: _through(long, link_species(names, counts, self.terminology))
            for i, names, long in every
        }

    def _context(self, doc: Doc, spans: Sequence[Span], links: dict[int, Link]) -> SpeciesContext:
        mentions = []
        for i, span in enumerate(spans):
            link = links.get(i)
            if link and link.taxon:
                # A species without genes in the terminology counts too: it takes from the
                # others' share, and says that they are not what the paper is about.
                taxon = self.gene_taxa.of(link.taxon) or link.taxon
                mentions.append(SpeciesMention(span.start_char, span.end_char, taxon))
        text = doc.text
        title_end = text.find("\n\n")
        return SpeciesContext(
            text,
            mentions,
            title_end if title_end >= 0 else len(text),
            weights=self._species_weights,
        )

    def _names(self, span: Span, short_forms: ShortForms) -> tuple[list[NameMatch], str]:
        """Return the names that a mention matches, and the long form if it decided."""
        surface = span.text
        own = self._of_type(surface, span.label_)
        long = short_forms.resolve(surface) if "long_forms" in self.steps else ""
        if not long:
            return own, ""
        words = long.split()
        # The long form, or what remains of it without modifiers in front.
        for i in range(len(words)):
            names = self._of_type(" ".join(words[i:]), span.label_)
            if names:
                agreed = {n.curie for n in own}
                both = [n for n in names if n.curie in agreed]
                return both or names, long
        return own, ""

    def _of_type(self, text: str, type_: str) -> list[NameMatch]:
        names = [n for n in self.terminology.exact_matches(text) if n.type == type_]
        if not names and type_ == EntityType.GENE:
            return list(prefixed_names(text, self.terminology))
        if type_ == EntityType.DISEASE and "learned_names" in self.steps:
            names += learned_names(text)
        return names


def _through(long: str, link: Link) -> Link:
    """Say that a link was found through an abbreviation's long form."""
    if not long or link.is_nil:
        return link
    return replace(link, method="abbreviation", reason=f"short for {long}; {link.reason}")


def _attach(doc: Doc, spans: Sequence[Span], links: dict[int, Link]) -> None:
    resolved = []
    for i, span in enumerate(spans):
        new = Span(doc, span.start, span.end, label=span.label, kb_id=links[i].curie or NIL)
        new._.link = links[i]
        resolved.append(new)
    doc.spans[MENTIONS] = resolved
    doc.set_ents(without_shared_tokens(resolved))


@Language.factory("bionorm_normalizer", default_config={"snapshot": None, "steps": list(STEPS)})
def make_normalizer(nlp: Language, name: str, snapshot: str | None, steps: list[str]) -> Normalizer:
    """Create the component.

    Args:
        nlp: The pipeline.
        name: The component's name.
        snapshot: Directory of a terminology snapshot; by default the embedded one.
        steps: Steps to take, of `STEPS`.
    """
    return Normalizer(shared_terminology(snapshot), steps=steps)
