"""All trained parts of the pipeline, in the order in which one needs the other."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from pipeline.errors import UsageError
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


def train_models(corpora: Path, package: Path) -> list[Path]:
    """Train everything on the train splits of gold corpora.

    These are the acceptance model, the tagger, the disease ranker, what annotators mean by names
    of diseases, and then, with what the new recognizer finds, the models that resolve genes. The
    same corpora, snapshot and library versions give the same files on the same kind of processor
    (on another one the tagger's figures differ by some tenths of a percent); those of each of the
    two parts are replaced together at its end.

    Args:
        corpora: Folder of gold corpora.
        package: Folder of the package, whose data files are replaced.

    Returns:
        The files written.

    Raises:
        UsageError: If the folder holds no train split of a known corpus, or PyTorch is missing.
    """
    if find_spec("torch") is None:
        raise UsageError("training needs PyTorch: pip install 'bionorm[train]'")
    every = read_training(corpora, left_out=NEVER_USED)
    training = [corpus for corpus in every if corpus.name not in LEFT_OUT]
    terminology = shared_terminology()
    papers = read_papers(every, NameReader(terminology))
    model = acceptance.train([paper for paper in papers if paper.corpus not in LEFT_OUT])
    recognition, normalization = package / "recognition/data", package / "normalization/data"
    for folder in (recognition, normalization):
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".training-", dir=package) as scratch:
        made: list[tuple[Path, Path]] = []

        def place(folder: Path, name: str) -> Path:
            made.append((Path(scratch) / name, folder / name))
            return made[-1][0]

        place(recognition, "acceptance.json.gz").write_bytes(pack(model))
        place(recognition, "tagger.npz").write_bytes(_train_tagger(papers, terminology))
        ranker, usage = train_ranker(training, terminology)
        place(normalization, disease_ranking.FILE).write_bytes(disease_ranking.pack(ranker))
        table = disease_usage.to_table(usage)
        place(normalization, disease_usage.FILE).write_text(table, encoding="utf-8")
        for path, target in made:
            path.replace(target)
    written = [target for _, target in made]
    return [*written, *train_genes(training, terminology, normalization)]


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
