"""The normalizer: from mentions to links."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.errors import UsageError
from pipeline.model import EntityType, Link
from pipeline.normalization.confidence import (
    ConfidenceModel,
    Recognition,
    repetitions,
    shipped_confidence,
)
from pipeline.normalization.disease_features import DiseaseName, disease_name
from pipeline.normalization.disease_linking import DiseaseLinker
from pipeline.normalization.disease_ranking import shipped_ranker
from pipeline.normalization.disease_usage import shipped_usage
from pipeline.normalization.diseases import link_disease
from pipeline.normalization.gene_families import with_members
from pipeline.normalization.gene_ranking import GeneMention, Ranking
from pipeline.normalization.gene_usage import GeneUsage, shipped_gene_usage
from pipeline.normalization.gene_weights import BASELINE, GENES, SPECIES, shipped_weights
from pipeline.normalization.genes import FAMILIES, HUMAN_PRIOR, GeneLinker, GeneSettings
from pipeline.normalization.link_extension import register_link
from pipeline.normalization.mentions import Resolved, attach_links, mentions_to_resolve
from pipeline.normalization.other import link_other
from pipeline.normalization.species import CURATED, STRAINS, within_species
from pipeline.normalization.species_context import SpeciesContext
from pipeline.normalization.species_linking import SpeciesLinker
from pipeline.normalization.species_reading import SpeciesReader
from pipeline.recognition.combination import short_forms_of
from pipeline.recognition.places import Place, places_of
from pipeline.recognition.rebuilding import Rebuilt
from pipeline.recognition.recognizer import recognition_of
from pipeline.recognition.short_forms import ShortForms
from pipeline.recognition.spans import MENTIONS, text_of
from pipeline.terminology.terminology import NameMatch, Terminology, shared_terminology

STEPS = (
    "long_forms", "disease_usage", "disease_ranking", "species_evidence", "orthologues",
    "gene_ranking", "gene_usage",
)  # fmt: skip
"""Steps of normalization that can be left out, to see what each is worth."""


_MODELS = (("species_evidence", SPECIES), ("gene_ranking", GENES))


class Normalizer(Rebuilt):
    """spaCy component: resolves mentions to concepts.

    Reads `doc.spans["mentions"]`, or `doc.ents` when another recognizer found the mentions. Sets
    `span.kb_id_` (the primary CURIE, or `NIL`), `span.id_` (the primary CURIE, unless the span has
    an identifier from elsewhere) and `span._.link`.
    """

    def __init__(
        self,
        terminology: Terminology,
        *,
        steps: Collection[str],
        labels: Mapping[str, str] | None = None,
        broad: bool = True,
        genes: GeneSettings | None = None,
        strains: str = CURATED,
        confidence: ConfidenceModel | None = None,
    ) -> None:
        unknown = set(steps) - set(STEPS)
        if unknown:
            raise UsageError(f"unknown steps {sorted(unknown)}; there are {', '.join(STEPS)}")
        self.terminology = terminology
        self.labels = dict(labels or {})
        self.types = frozenset((*EntityType, *filter(None, terminology.index.types)))
        if unknown := set(self.labels.values()) - self.types:
            known = ", ".join(sorted(self.types))
            raise UsageError(f"unknown entity types {sorted(unknown)}; there are {known}")
        if strains not in STRAINS:
            raise UsageError(f"strains are {', '.join(STRAINS)}, not {strains!r}")
        self._families = (genes or GeneSettings()).families
        self.steps = frozenset(steps)
        self.confidence = confidence
        self._species_reader = SpeciesReader(terminology)
        self._species = SpeciesLinker(terminology, strains=strains)
        weights = dict(shipped_weights())
        weights |= {name: BASELINE[name] for step, name in _MODELS if step not in steps}
        self.genes = GeneLinker(
            terminology,
            weights=weights,
            usage=shipped_gene_usage() if "gene_usage" in steps else GeneUsage({}),
            settings=genes or GeneSettings(),
            orthologues="orthologues" in steps,
        )
        self.diseases = (
            DiseaseLinker(
                terminology,
                ranker=shipped_ranker(),
                usage=shipped_usage() if "disease_usage" in steps else (),
                broad=broad,
            )
            if "disease_ranking" in steps
            else None
        )
        register_link()

    def __call__(self, doc: Doc) -> Doc:
        """Resolve the mentions of one document."""
        mentions = mentions_to_resolve(doc, self.labels, self.types)
        found = [(place, recognition_of(span, place)) for span, place in mentions]
        resolved = self.resolve(text_of(doc), found, short_forms_of(doc))
        attach_links(doc, [span for span, _ in mentions], resolved)
        return doc

    def resolve(
        self,
        text: str,
        mentions: Sequence[tuple[Place, Recognition | None]],
        short_forms: ShortForms,
    ) -> list[Resolved]:
        """Resolve the mentions of a text.

        Args:
            text: The text.
            mentions: Each mention, and what the recognizer says of it; None if it was given.
            short_forms: The abbreviations that the text defines.
        """
        places = [place for place, _ in mentions]
        links: dict[int, Link] = {}
        links |= self.species(text, places, short_forms)
        genes = {i: p for i, p in enumerate(places) if p.label_ == EntityType.GENE}
        if genes:
            context = self.species_context(text, places, links)
            named = [self.gene_mention(place, short_forms) for place in genes.values()]
            links |= dict(zip(genes, self.genes.link(text, named, context), strict=True))
        links |= self._diseases(places, short_forms)
        for i, place in enumerate(places):
            if i not in links:
                names, long = self._names(place, short_forms)
                links[i] = _through(long, link_other(names, place.label_, self.terminology))
        resolved = [Resolved(i, p, _in_full(p, links[i])) for i, p in enumerate(places)]
        if self._families == FAMILIES[1]:
            resolved = with_members(resolved)
        return self._with_confidence(resolved, [told for _, told in mentions])

    def _with_confidence(
        self, resolved: Sequence[Resolved], recognitions: Sequence[Recognition | None]
    ) -> list[Resolved]:
        """Make a probability of each score."""
        if self.confidence is None:
            return list(resolved)
        said = [(r.place.label_, r.place.text, r.link.curie) for r in resolved]
        return [
            Resolved(
                r.mention,
                r.place,
                self.confidence.with_confidence(
                    r.link, r.place.label_, r.place.text, recognitions[r.mention], repeated
                ),
            )
            for r, repeated in zip(resolved, repetitions(said), strict=True)
        ]

    def read_as(self, doc: Doc, place: Place) -> str:
        """Return the name that a mention was looked up by: its long form, or the name in full."""
        short_forms = short_forms_of(doc)
        if place.label_ == EntityType.DISEASE and self.diseases is not None:
            return self._disease_name(place, short_forms).text
        return self._names(place, short_forms)[1] or place.name

    def disease_name(self, doc: Doc, place: Place) -> DiseaseName:
        """Return a mention of a disease as the ranker sees it."""
        return self._disease_name(place, short_forms_of(doc))

    def gene_ranking(self, doc: Doc, place: Place) -> Ranking:
        """Return the genes and the species that a gene mention may have, with the evidence."""
        places = places_of(doc, MENTIONS)
        short_forms = short_forms_of(doc)
        context = self.species_context(
            doc.text, places, self.species(doc.text, places, short_forms)
        )
        genes = [p for p in places if p.label_ == EntityType.GENE]
        mentions = [self.gene_mention(p, short_forms) for p in genes]
        return self.genes.rank(doc.text, mentions, context)[genes.index(place)]

    def gene_mention(self, place: Place, short_forms: ShortForms) -> GeneMention:
        """Return a gene mention with its long form."""
        long = short_forms.resolve(place.name) if "long_forms" in self.steps else ""
        return GeneMention(place.start_char, place.end_char, place.name, long)

    def species_context(
        self, text: str, places: Sequence[Place], links: Mapping[int, Link]
    ) -> SpeciesContext:
        """Collect what a text says of species, given the links of its species mentions."""
        return self._species_reader.context(text, places, links)

    def _diseases(self, spans: Sequence[Place], short_forms: ShortForms) -> dict[int, Link]:
        """Resolve all diseases of a paper together."""
        diseases = {i: s for i, s in enumerate(spans) if s.label_ == EntityType.DISEASE}
        if self.diseases is None:
            found = {i: self._names(span, short_forms) for i, span in diseases.items()}
            return {
                i: _through(long, link_disease(names, self.terminology))
                for i, (names, long) in found.items()
            }
        named = {i: self._disease_name(span, short_forms) for i, span in diseases.items()}
        links = self.diseases.link(list(named.values()))
        return {i: links[name] for i, name in named.items()}

    def _disease_name(self, span: Place, short_forms: ShortForms) -> DiseaseName:
        resolve = short_forms.resolve if "long_forms" in self.steps else _nothing
        return disease_name(span.name, resolve)

    def species(
        self, text: str, spans: Sequence[Place], short_forms: ShortForms
    ) -> dict[int, Link]:
        """Resolve the species mentions of a text: number of the mention -> link."""
        species = {i: s for i, s in enumerate(spans) if s.label_ == EntityType.SPECIES}
        if not species:
            return {}
        found = self._species.link(
            text,
            list(species.values()),
            lambda place: self._names(place, short_forms),
            short_forms.resolve if "long_forms" in self.steps else _nothing,
        )
        return {i: _through(long, link) for i, (link, long) in zip(species, found, strict=True)}

    def _names(self, span: Place, short_forms: ShortForms) -> tuple[list[NameMatch], str]:
        """Return the names that a mention matches, and the long form if it decided."""
        surface = span.name
        own = self._of_type(surface, span.label_)
        long = short_forms.resolve(surface) if "long_forms" in self.steps else ""
        if not long:
            return own, ""
        words = long.split()
        # The long form, or what remains of it without modifiers in front.
        for i in range(len(words)):
            names = self._of_type(" ".join(words[i:]), span.label_)
            if i and span.label_ == EntityType.SPECIES:
                names = within_species(names, self.terminology)
            if names:
                agreed = {n.curie for n in own}
                both = [n for n in names if n.curie in agreed]
                return both or names, long
        return own, ""

    def _of_type(self, text: str, type_: str) -> list[NameMatch]:
        return [n for n in self.terminology.exact_matches(text) if n.type == type_]


def _nothing(surface: str) -> str:
    return ""


def _through(long: str, link: Link) -> Link:
    """Say that a link was found through an abbreviation's long form."""
    if not long or link.is_nil:
        return link
    return replace(link, method="abbreviation", reason=f"short for {long}; {link.reason}")


def _in_full(place: Place, link: Link) -> Link:
    """Say for which name a link was found where the text has only a part of it."""
    return replace(link, reason=f"in full {place.full}: {link.reason}") if place.full else link


@Language.factory(
    "bionorm_normalizer",
    default_config={
        "snapshot": None,
        "steps": list(STEPS),
        "labels": {},
        "broad": True,
        "organisms": [],
        "only_organisms": False,
        "families": FAMILIES[0],
        "human_prior": HUMAN_PRIOR,
        "strains": CURATED,
    },
    assigns=["doc.ents", "doc.spans", "span._.link"],
)
def make_normalizer(
    nlp: Language,
    name: str,
    snapshot: str | None,
    steps: list[str],
    labels: dict[str, str],
    broad: bool,
    organisms: list[str],
    only_organisms: bool,
    families: str,
    human_prior: float,
    strains: str,
) -> Normalizer:
    """Create the component.

    Args:
        nlp: The pipeline.
        name: The component's name.
        snapshot: Directory of a terminology snapshot; by default the embedded one.
        steps: Steps to take, of `STEPS`.
        labels: What the labels of another recognizer mean, such as `DISEASE` -> `Disease`: its
            entities in `doc.ents` are resolved too.
        broad: Whether a disease may be resolved to a concept that is wider than what the text
            says, with the method `broad`; otherwise it stays without concept.
        organisms: Taxa, such as `NCBITaxon:9606`, whose genes are preferred; none are by default.
        only_organisms: Whether genes of all other taxa are left out.
        families: What becomes of a name of several genes (`NF-kB`): `nil` for no concept, or
            `members` for each of the genes.
        human_prior: Added to what speaks for human genes, as a logarithm of odds: above 0 for texts
            about people, below 0 for texts about animals.
        strains: What a taxon below a species is resolved to: `own` for its own taxon, `species`,
            or `curated` for the species if laboratories tell it apart, else for its own taxon.
    """
    settings = GeneSettings(tuple(organisms), only_organisms, families, human_prior)
    normalizer = Normalizer(
        shared_terminology(snapshot),
        steps=steps,
        labels=labels,
        broad=broad,
        confidence=shipped_confidence(),
        genes=settings,
        strains=strains,
    )
    gene_options = (organisms, only_organisms, families, human_prior, strains)
    return normalizer.made_by(
        make_normalizer, None, name, snapshot, steps, labels, broad, *gene_options
    )
