"""What scispaCy's linker tells, from our links: so that code written for it runs with ours.

After `linker = nlp.add_pipe("bionorm_kb_ents")`, each entity of a document has `ent._.kb_ents`, and
`linker.kb.cui_to_entity[concept_id]` tells about a concept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scispacy.linking_utils import Entity
from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.model import Link
from pipeline.normalization.link_extension import link_of
from pipeline.recognition.rebuilding import Rebuilt
from pipeline.recognition.spans import MENTIONS
from pipeline.terminology.terminology import Terminology, shared_terminology

_NAME = "kb_ents"


class Entities(Mapping[str, Entity]):
    """The concepts of a terminology by CURIE, each made when it is asked for.

    A retired identifier gives the concept that replaces it.
    """

    def __init__(self, terminology: Terminology) -> None:
        self._terminology = terminology

    def __getitem__(self, curie: str) -> Entity:
        current = self._terminology.current(curie)
        type_ = self._terminology.type_of(current)
        if not type_:
            raise KeyError(curie)
        name = self._terminology.name(current)
        names = dict.fromkeys(text for text, _ in self._terminology.names(current))
        return Entity(current, name, [text for text in names if text != name], [type_], None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._terminology)

    def __len__(self) -> int:
        return len(self._terminology.index.curies)


class Aliases(Mapping[str, set[str]]):
    """The CURIEs of the concepts that have a name, written just so."""

    def __init__(self, terminology: Terminology) -> None:
        self._terminology = terminology

    def __getitem__(self, alias: str) -> set[str]:
        found = {m.curie for m in self._terminology.exact_matches(alias) if m.text == alias}
        if not found:
            raise KeyError(alias)
        return found

    def __iter__(self) -> Iterator[str]:
        names = self._terminology.index.names
        return iter(dict.fromkeys(names[i] for i in range(len(names))))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class KnowledgeBase:
    """The two views of a terminology that scispaCy's `KnowledgeBase` has."""

    def __init__(self, terminology: Terminology) -> None:
        self.cui_to_entity = Entities(terminology)
        self.alias_to_cuis = Aliases(terminology)


class KbEnts(Rebuilt):
    """spaCy component: fills `span._.kb_ents` of mentions that the normalizer has resolved.

    It is a list of pairs of CURIE and score: what the mention was resolved to, which is also its
    `kb_id_`, then the alternatives. A mention without a concept has an empty list. The extension is
    the same as scispaCy's, so that the two may be in one process.
    """

    def __init__(
        self, terminology: Terminology, *, threshold: float, max_entities_per_mention: int
    ) -> None:
        self.kb = KnowledgeBase(terminology)
        self.threshold = threshold
        self.max_entities_per_mention = max_entities_per_mention
        if not Span.has_extension(_NAME):
            Span.set_extension(_NAME, default=[])

    def __call__(self, doc: Doc) -> Doc:
        """Fill the lists of one document."""
        for span in (*doc.spans.get(MENTIONS, ()), *doc.ents):
            if link := link_of(span):
                span._.set(_NAME, self._pairs(link))
        return doc

    def _pairs(self, link: Link) -> list[tuple[str, float]]:
        if link.is_nil:
            return []
        others = ((c.curie, c.score) for c in link.alternatives if c.score >= self.threshold)
        every = {link.curie: link.score}
        for curie, score in others:
            every.setdefault(curie, score)
        return list(every.items())[: self.max_entities_per_mention]


@Language.factory(
    "bionorm_kb_ents",
    default_config={"snapshot": None, "threshold": 0.0, "max_entities_per_mention": 5},
    assigns=["span._.kb_ents"],
    requires=["span._.link"],
)
def make_kb_ents(
    nlp: Language, name: str, snapshot: str | None, threshold: float, max_entities_per_mention: int
) -> KbEnts:
    """Create the component.

    Args:
        nlp: The pipeline.
        name: The component's name.
        snapshot: Directory of a terminology snapshot; by default the embedded one.
        threshold: Smallest score of an alternative, from 0 to 1.
        max_entities_per_mention: Greatest length of a list, the resolved concept included.
    """
    component = KbEnts(
        shared_terminology(snapshot),
        threshold=threshold,
        max_entities_per_mention=max_entities_per_mention,
    )
    settings = (snapshot, threshold, max_entities_per_mention)
    return component.made_by(make_kb_ents, None, name, *settings)
