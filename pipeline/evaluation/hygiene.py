"""Keep training and evaluation apart: no document is scored that a model was trained on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from pipeline.errors import BionormError

_SHOWN: Final = 10


class HygieneError(BionormError):
    """Documents to be scored were used for training.

    Attributes:
        documents: The documents, in their order, by the name of the model.
    """

    def __init__(self, documents: Mapping[str, tuple[str, ...]]) -> None:
        lines = []
        for model, found in documents.items():
            names = ", ".join(found[:_SHOWN])
            more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
            lines.append(f"{model} was trained on documents to be scored: {names}{more}")
        lines.append("Such figures would mean nothing. Score another split, or without the model.")
        super().__init__("\n".join(lines))
        self.documents = dict(documents)


def check_hygiene(
    documents: Iterable[str], training_documents: Mapping[str, Collection[str]]
) -> None:
    """Refuse to score documents that a model was trained on.

    Args:
        documents: Identifiers of the documents to be scored.
        training_documents: For each model, by name, the identifiers that its metadata gives.

    Raises:
        HygieneError: If there is such a document.
    """
    scored = tuple(dict.fromkeys(documents))
    found = {}
    for model, trained in training_documents.items():
        known = frozenset(trained)
        if both := tuple(document for document in scored if document in known):
            found[model] = both
    if found:
        raise HygieneError(found)
