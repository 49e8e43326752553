"""Writes what is trained for genes: the weights of the models and the usage of names."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from pipeline.normalization import gene_usage, gene_weights
from pipeline.recognition.acceptance import shipped_model
from pipeline.recognition.tagger import shipped_tagger
from pipeline.terminology.terminology import Terminology
from pipeline.training.corpora import TrainingCorpus
from pipeline.training.gene_models import read_gene_cases, train_gene_models, weights_table
from pipeline.training.gene_usage import UsageCounts

_USAGE = (
    "# Written by `bionorm train`: what gene names mean in the train splits of gold corpora, where",
    "# the terminology does not say it; the human gene stands for its orthologues.",
    "name\tcurie\tpapers",
)


def train_genes(
    corpora: Sequence[TrainingCorpus], terminology: Terminology, folder: Path
) -> list[Path]:
    """Train what resolves genes, and write it.

    How sure a link is depends on what the recognizer finds, so its models must be in place before.

    Args:
        corpora: The training corpora.
        terminology: The terminology.
        folder: Where the files go; both are replaced together at the end.

    Returns:
        The files written.
    """
    shipped_model.cache_clear()
    shipped_tagger.cache_clear()
    cases = read_gene_cases(corpora)
    usage = UsageCounts(cases, terminology)
    texts = {
        gene_weights.FILE: weights_table(train_gene_models(cases, usage, terminology)),
        gene_usage.FILE: "\n".join([*_USAGE, *usage.lines()]) + "\n",
    }
    with tempfile.TemporaryDirectory(prefix=".training-", dir=folder) as scratch:
        for name, text in texts.items():
            (Path(scratch) / name).write_text(text, encoding="utf-8")
        for name in texts:
            (Path(scratch) / name).replace(folder / name)
    return [folder / name for name in texts]
