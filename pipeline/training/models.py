"""All trained parts of the pipeline, in the order in which one needs the other."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from pipeline.errors import UsageError
from pipeline.export.atomic import atomic_write
from pipeline.model import EntityType
from pipeline.normalization import disease_ranking, disease_usage
from pipeline.recognition.acceptance import pack
from pipeline.recognition.recognizer import NameReader
from pipeline.terminology.terminology import Terminology, shared_terminology
from pipeline.training import acceptance
from pipeline.training.corpora import LEFT_OUT, NEVER_USED, read_training
from pipeline.training.disease_ranking import train_ranker
from pipeline.training.gene_files import train_genes
from pipeline.training.reading import ReadPaper, read_papers

_TEACHERS = (0,)
"""Seeds of the networks that teach the one that ships."""
_STUDENT = 2


class Part(StrEnum):
    """What can be trained by itself, in the order in which one needs the other."""

    ACCEPTANCE = "acceptance"
    TAGGER = "tagger"
    DISEASES = "diseases"
    GENES = "genes"


def train_models(
    corpora: Path, package: Path, parts: Collection[Part] = tuple(Part)
) -> Iterator[Path]:
    """Train on the train splits of gold corpora.

    The acceptance model weighs names of the terminology; the tagger takes its answers as hints;
    the disease ranker comes with what annotators mean by names of diseases; the models that
    resolve genes learn from what the recognizer finds. The same corpora, snapshot and library
    versions give the same files on the same kind of processor (on another one the tagger's figures
    differ by some tenths of a percent).

    Args:
        corpora: Folder of gold corpora.
        package: Folder of the package, whose data files are replaced.
        parts: What to train; the rest stays as it is.

    Yields:
        The files written, those of a part as soon as it is trained.

    Raises:
        UsageError: If the folder holds no train split of a known corpus, or PyTorch is missing.
    """
    if Part.TAGGER in parts and find_spec("torch") is None:
        raise UsageError("training the tagger needs PyTorch: pip install torch")
    every = read_training(corpora, left_out=NEVER_USED)
    training = [corpus for corpus in every if corpus.name not in LEFT_OUT]
    terminology = shared_terminology()
    recognition, normalization = package / "recognition/data", package / "normalization/data"
    for folder in (recognition, normalization):
        folder.mkdir(parents=True, exist_ok=True)
    if Part.ACCEPTANCE in parts or Part.TAGGER in parts:
        papers = read_papers(every, NameReader(terminology))
        if Part.ACCEPTANCE in parts:
            model = acceptance.train([p for p in papers if p.corpus not in LEFT_OUT])
            yield _write(recognition / "acceptance.json.gz", pack(model))
        if Part.TAGGER in parts:
            yield _write(recognition / "tagger.npz", _train_tagger(papers, terminology))
    if Part.DISEASES in parts:
        ranker, usage = train_ranker(training, terminology)
        table = disease_usage.to_table(usage).encode()
        yield _write(normalization / disease_ranking.FILE, disease_ranking.pack(ranker))
        yield _write(normalization / disease_usage.FILE, table)
    if Part.GENES in parts:
        yield from train_genes(training, terminology, normalization)


def _write(path: Path, content: bytes) -> Path:
    with atomic_write(path) as stream:
        stream.write(content)
    return path


def _train_tagger(papers: Sequence[ReadPaper], terminology: Terminology) -> bytes:
    """Train the tagger; returns the bytes of its file."""
    from pipeline.training.tagger import prepare, taught_by, train_net
    from pipeline.training.tagger_export import pack_net
    from pipeline.training.vectors import learn_vectors

    own = [paper for paper in papers if paper.corpus not in LEFT_OUT]
    others = [paper for paper in papers if paper.corpus in LEFT_OUT]
    probabilities = acceptance.cross_fitted(own, others)
    vectors = learn_vectors([*(p.text for p in papers), *disease_names(terminology)])
    papers = [*own, *others]
    material = prepare(papers, probabilities, vectors)
    teachers = [train_net(material, seed=seed) for seed in _TEACHERS]
    net = train_net(taught_by(teachers, material), seed=_STUDENT)
    training: dict[str, list[str]] = {}
    for paper in papers:
        training.setdefault(paper.corpus, []).append(paper.id)
    return pack_net(net, material, training)


def disease_names(terminology: Terminology) -> list[str]:
    """Return the names of diseases in small letters, each once."""
    index = terminology.index
    diseases = index.concept_type[index.name_concept] == index.types.index(EntityType.DISEASE)
    return list(dict.fromkeys(index.names[i].lower() for i in np.flatnonzero(diseases).tolist()))
