"""All trained parts of the pipeline, in the order in which one needs the other."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pipeline.recognition.acceptance import pack
from pipeline.recognition.recognizer import SEQUENCE_TYPES, NameReader
from pipeline.terminology.terminology import shared_terminology
from pipeline.training import acceptance
from pipeline.training.corpora import read_training
from pipeline.training.sequence import train_sequence_model


def train_models(corpora: Path, output: Path) -> list[Path]:
    """Train the acceptance model and the sequence models on the train splits of gold corpora.

    The same corpora, snapshot and library versions give the same files. They are replaced together
    at the end.

    Args:
        corpora: Folder of gold corpora.
        output: Folder for the model files.

    Returns:
        The files written.

    Raises:
        UsageError: If the folder holds no train split of a known corpus.
    """
    training = read_training(corpora)
    reader = NameReader(shared_terminology())
    model = acceptance.train(training, reader)
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".training-", dir=output) as scratch:
        made = [Path(scratch) / "acceptance.json.gz"]
        made[0].write_bytes(pack(model))
        for type_ in SEQUENCE_TYPES:
            path = Path(scratch) / f"{type_.lower()}.crfsuite"
            train_sequence_model(training, type_, reader, model, path)
            made.append(path)
        for path in made:
            path.replace(output / path.name)
    return [output / path.name for path in made]
