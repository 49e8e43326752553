"""The pipeline without a spaCy `Doc`: from a text to its mentions with their links.

What our components find does not depend on tokens, and to make a `Doc` and to write into it takes
some twentieth of the time. So where a pipeline is nothing but our components, in the order in which
`load` adds them, they hand what they find to each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from spacy.language import Language

from pipeline.model import Link
from pipeline.normalization.dictionary import Dictionary
from pipeline.normalization.normalizer import Normalizer
from pipeline.recognition.abbreviations import Abbreviations
from pipeline.recognition.combination import Recognized
from pipeline.recognition.places import Place
from pipeline.recognition.recognizer import Recognizer
from pipeline.recognition.short_forms import ShortForms
from pipeline.recognition.tokenizer import WordTokenizer

_OURS = frozenset({Abbreviations, Recognizer, Normalizer, Dictionary})


class Texts(Protocol):
    """Finds mentions in texts."""

    def find(self, text: str) -> list[tuple[Place, Link]]:
        """Return the mentions of a text in its order, and what each is resolved to."""
        ...


@dataclass(frozen=True, slots=True)
class TextPipeline:
    """Our components, one after the other.

    Attributes:
        abbreviations: Finds the abbreviations that a text defines; None where they are left out.
        recognizer: Finds mentions.
        normalizer: Resolves them.
    """

    abbreviations: Abbreviations | None
    recognizer: Recognizer
    normalizer: Normalizer

    def find(self, text: str) -> list[tuple[Place, Link]]:
        """Return the mentions of a text in its order, and what each is resolved to."""
        return self.resolve(text, *self.recognize(text))

    def recognize(self, text: str) -> tuple[list[Recognized], ShortForms]:
        """Return the mentions of a text, and the abbreviations that it defines."""
        shorts, longs = self.abbreviations.find(text) if self.abbreviations else ([], [])
        short_forms = ShortForms.of_doc(shorts, longs)
        return self.recognizer.find(text, short_forms), short_forms

    def resolve(
        self, text: str, found: list[Recognized], short_forms: ShortForms
    ) -> list[tuple[Place, Link]]:
        """Return mentions with what each is resolved to."""
        return [(r.place, r.link) for r in self.normalizer.resolve(text, found, short_forms)]


def on_texts(nlp: Language) -> Texts | None:
    """Return what a pipeline does as work on texts, or None if it has components of others."""
    components = [component for _, component in nlp.pipeline]
    if type(nlp.tokenizer) is not WordTokenizer or {type(c) for c in components} - _OURS:
        return None  # what inherits from one of ours may do something else
    match components:
        case [Dictionary() as dictionary]:
            return dictionary
        case [Recognizer() as recognizer, Normalizer() as normalizer]:
            first = None
        case [Abbreviations() as first, Recognizer() as recognizer, Normalizer() as normalizer]:
            pass
        case _:
            return None
    # Labels are about the entities of a `Doc`.
    return None if normalizer.labels else TextPipeline(first, recognizer, normalizer)
