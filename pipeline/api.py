"""What `import pipeline` offers: the few functions that most uses need.

The parts are imported when they are called, so that importing the package costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.model import Paper

if TYPE_CHECKING:
    import pandas as pd
    from spacy.language import Language


def load(*, snapshot: Path | str | None = None) -> Language:
    """Return the pipeline as a spaCy `Language`.

    The first call for a snapshot compiles its index, which takes some seconds; later ones, in any
    process, map it into memory.

    Args:
        snapshot: Directory of a terminology snapshot; by default the one in the package.

    Raises:
        SnapshotError: If the snapshot is missing or incomplete.
    """
    from pipeline.language import load as load_language

    return load_language(snapshot=snapshot)


def annotate(paper: str | Paper, *, nlp: Language | None = None) -> Paper:
    """Find and resolve the mentions of a text or paper.

    Args:
        paper: A text, which becomes a paper with the single passage `text`, or a paper. The
            annotations that a paper carries are not used.
        nlp: The pipeline; by default `load()`.

    Returns:
        The paper with mentions.
    """
    from pipeline.language import annotate_papers, annotate_text

    language = nlp or load()
    if isinstance(paper, str):
        return annotate_text(language, paper)
    return next(annotate_papers(language, [paper]))


def read(path: Path | str, *, format: str | None = None) -> Iterator[Paper]:
    """Read the papers of a file.

    Args:
        path: The file.
        format: Name of its format; by default it is recognized.

    Raises:
        PaperError: At a paper that cannot be read.
    """
    from pipeline import papers

    return papers.read(Path(path), format=format)


def to_frame(papers: Iterable[Paper]) -> pd.DataFrame:
    """Return the mentions of annotated papers as a table, with the columns of `mentions.tsv`."""
    from pipeline.export.frames import mentions_frame

    return mentions_frame(papers)
