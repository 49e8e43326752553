"""Recognizers of others, in place of the embedded one or beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import PurePath

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.errors import UsageError
from pipeline.model import EntityType
from pipeline.recognition.combination import RECOGNITION, Combiner, proposals_of
from pipeline.recognition.extensions import offer
from pipeline.recognition.external_models import Model, open_model
from pipeline.recognition.proposals import Proposal
from pipeline.recognition.rebuilding import Rebuilt
from pipeline.recognition.recognizer import recognition_of
from pipeline.terminology.terminology import Terminology, shared_terminology

_GENE = ("GENE", "GENE_OR_GENE_PRODUCT", "GENE_PROTEIN", "GENETIC", "GGP", "PROTEIN")
_DISEASE = ("DISEASE", "DISEASE_DISORDER", "CANCER", "DISORDER")
_SPECIES = ("SPECIES", "ORGANISM", "TAXON")
USUAL_LABELS: Mapping[str, str] = {
    **dict.fromkeys(_GENE, EntityType.GENE),
    **dict.fromkeys(_DISEASE, EntityType.DISEASE),
    **dict.fromkeys(_SPECIES, EntityType.SPECIES),
}
"""What labels of well-known models mean, in capitals."""
DEFAULT_SCORE = 0.8


@dataclass(frozen=True, slots=True)
class External:
    """A recognizer of others, as `load(recognizers=[…])` takes it.

    Attributes:
        model: A spaCy pipeline (installed package or directory) or a token classifier of Hugging
            Face (directory, or name of a model that has been downloaded).
        labels: What its labels mean: label -> entity type. By default the usual labels, and our
            own types, are understood; other labels are passed over.
        instead: Whether it takes the place of the embedded recognizer for the types that it finds;
            otherwise it works beside it.
        score: Score of what it finds where it gives none itself.
    """

    model: str
    labels: Mapping[str, str] = field(default_factory=dict)
    instead: bool = False
    score: float = DEFAULT_SCORE

    def config(self) -> dict[str, object]:
        """Return the settings of the component."""
        return asdict(self) | {"labels": dict(self.labels)}


class ExternalRecognizer(Rebuilt):
    """spaCy component: adds what another model finds to the mentions of a document.

    Works after `bionorm_recognizer`, or alone in its place, and before `bionorm_normalizer`.
    """

    def __init__(
        self,
        terminology: Terminology,
        model: Model,
        *,
        types: Mapping[str, str],
        instead: bool,
        score: float,
        name: str,
    ) -> None:
        """Keep a model.

        Args:
            terminology: The terminology.
            model: The model.
            types: The entity type of each label; other labels are passed over.
            instead: Whether mentions of these types that are there already are replaced.
            score: Score of what the model finds without one.
            name: What to call it in reasons.
        """
        self._combiner = Combiner(terminology)
        offer(RECOGNITION, recognition_of)
        self._model = model
        self._types = dict(types)
        self._instead = instead
        self._score = score
        self._reason = f"found by {name}"

    @property
    def labels(self) -> tuple[str, ...]:
        """The entity types that it may find."""
        return tuple(sorted(set(self._types.values())))

    def __call__(self, doc: Doc) -> Doc:
        """Find the mentions of one document."""
        text = doc.text
        there = proposals_of(doc, unscored=self._score)
        if self._instead:
            replaced = set(self._types.values())
            there = [p for p in there if p.type not in replaced]
        found = [
            Proposal(f.start, f.end, self._types[f.label], self._of(f.score), self._reason)
            for f in self._model.find(text)
            if f.label in self._types
        ]
        every = [*there, *found]
        # All that is there has been judged; abbreviations are added, none is taken away.
        self._combiner.combine(doc, text, every, in_context={p.type for p in every})
        return doc

    def _of(self, score: float | None) -> float:
        return self._score if score is None else round(score, 6)


@Language.factory(
    "bionorm_external",
    default_config={"snapshot": None, "labels": {}, "instead": False, "score": DEFAULT_SCORE},
    assigns=["doc.ents", "doc.spans"],
)
def make_external(
    nlp: Language,
    name: str,
    model: str,
    snapshot: str | None,
    labels: dict[str, str],
    instead: bool,
    score: float,
) -> ExternalRecognizer:
    """Create the component.

    Args:
        nlp: The pipeline.
        name: The component's name.
        model: See `External`, like the following ones.
        snapshot: Directory of a terminology snapshot; by default the embedded one.
        labels: What the model's labels mean.
        instead: Whether it takes the place of the embedded recognizer for its types.
        score: Score of what it finds where it gives none itself.
    """
    terminology, opened = shared_terminology(snapshot), open_model(model)
    recognizer = ExternalRecognizer(
        terminology,
        opened,
        types=types_of(opened.labels, labels, terminology, model),
        instead=instead,
        score=score,
        name=PurePath(model).name,
    )
    return recognizer.made_by(make_external, None, name, model, snapshot, labels, instead, score)


def types_of(
    there: Collection[str], labels: Mapping[str, str], terminology: Terminology, model: str
) -> dict[str, str]:
    """Return the entity types of a model's labels.

    Args:
        there: The labels that the model has.
        labels: What they mean, or nothing for what they usually mean.
        terminology: Knows the entity types.
        model: The model's name, for messages.

    Raises:
        UsageError: If a label or type does not exist, or no label has a type.
    """
    known = {*EntityType, *filter(None, terminology.index.types)}
    if unknown := sorted(set(labels.values()) - known):
        raise UsageError(f"unknown entity types {unknown}; there are {', '.join(sorted(known))}")
    if missing := sorted(set(labels) - set(there)):
        raise UsageError(f"{model} has no labels {missing}; it has {', '.join(sorted(there))}")
    usual = {**USUAL_LABELS, **{type_.upper(): type_ for type_ in sorted(known)}}
    types = dict(labels) or {
        label: usual[label.upper()] for label in there if label.upper() in usual
    }
    if not types:
        raise UsageError(
            f"none of the labels of {model} means an entity type by itself; say what they mean: "
            f"labels={{…}} with {', '.join(sorted(there)) or 'the labels of its entities'}"
        )
    return types
