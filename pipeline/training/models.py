"""All trained parts of the pipeline, in the order in which one needs the other."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pipeline.normalization.learned import FILE
from pipeline.recognition.acceptance import pack
from pipeline.recognition.recognizer import SEQUENCE_TYPES, NameReader
from pipeline.terminology.terminology import shared_terminology
from pipeline.training import acceptance
from pipeline.training.corpora import read_training
from pipeline.training.learned_names import learn_names
from pipeline.training.sequence import train_sequence_model

_LEARNED = (
    "# Written by `bionorm train`: disease names that the train splits of gold corpora resolve."
)


def train_models(corpora: Path, package: Path) -> list[Path]:
    """Train everything on the train splits of gold corpora.

    These are the acceptance model, the sequence models and the learned names. The same corpora,
    snapshot and library versions give the same files; they are replaced together at the end.

    Args:
        corpora: Folder of gold corpora.
        package: Folder of the package, whose data files are replaced.

    Returns:
        The files written.

    Raises:
        UsageError: If the folder holds no train split of a known corpus.
    """
    training = read_training(corpora)
    terminology = shared_terminology()
    reader = NameReader(terminology)
    model = acceptance.train(training, reader)
    recognition, normalization = package / "recognition/data", package / "normalization/data"
    for folder in (recognition, normalization):
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".training-", dir=package) as scratch:
        made: list[tuple[Path, Path]] = []

        def place(folder: Path, name: str) -> Path:
            made.append((Path(scratch) / name, folder / name))
            return made[-1][0]

        place(recognition, "acceptance.json.gz").write_bytes(pack(model))
        for type_ in SEQUENCE_TYPES:
            path = place(recognition, f"{type_.lower()}.crfsuite")
            train_sequence_model(training, type_, reader, model, path)
        lines = [_LEARNED, "text\tcurie\tmentions", *learn_names(training, terminology)]
        place(normalization, FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
        for path, target in made:
            path.replace(target)
    return [target for _, target in made]
