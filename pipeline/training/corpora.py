"""What the recognizer is trained on: the train splits, without what any other split holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.evaluation import corpora
from pipeline.model import Paper

NEVER_USED = frozenset({"craft_mondo", "craft_ncbitaxon"})
"""CRAFT annotates the root concept of diseases, and genera in the place of species."""
LEFT_OUT = NEVER_USED | {"s800_revised_s1000"}
"""Corpora whose guidelines differ from the output we want; S1000 has the texts of S800 with other
rules, which what is told the guideline can learn from all the same."""


@dataclass(frozen=True, slots=True)
class TrainingCorpus:
    """A corpus for training.

    Attributes:
        name: Its name.
        types: The entity types that it annotates completely.
        papers: Its papers with their gold annotations.
    """

    name: str
    types: frozenset[str]
    papers: tuple[Paper, ...]


def read_training(folder: Path, *, left_out: Collection[str] = LEFT_OUT) -> list[TrainingCorpus]:
    """Read the train splits of the known corpora in a folder.

    A document that occurs in another split of any corpus is left out, so that no figure is ever
    measured on a document of training.

    Args:
        folder: Folder of gold corpora.
        left_out: Names of corpora that are not to be used.

    Raises:
        UsageError: If the folder holds no train split of a known corpus.
    """
    every = corpora.find(folder, splits=("train", "dev", "test"))
    held_out = {
        paper.id for split in every if split.name != "train" for paper in corpora.load(split).papers
    }
    found = []
    for split in every:
        if split.name == "train" and split.corpus.known and split.corpus.name not in left_out:
            papers = corpora.load(split).papers
            found.append(
                TrainingCorpus(
                    split.corpus.name,
                    frozenset(split.corpus.scored),
                    tuple(p for p in papers if p.id not in held_out),
                )
            )
    if not found:
        raise UsageError(f"{folder} holds no train split of a corpus that bionorm knows")
    return found
