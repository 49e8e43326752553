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

    from pipeline.recognition.external import External


def load(
    *,
    snapshot: Path | str | None = None,
    recognizers: Iterable[str | External] = (),
    organisms: Iterable[str] = (),
    only_organisms: bool = False,
) -> Language:
    """Return the pipeline as a spaCy `Language`.

    The first call for a snapshot compiles its index, which takes some seconds; later ones, in any
    process, map it into memory.

    Args:
        snapshot: Directory of a terminology snapshot; by default the one in the package.
        recognizers: Recognizers of others that work beside the embedded one or in its place: the
            name or directory of a spaCy pipeline or of a token classifier of Hugging Face, or a
            `pipeline.recognition.external.External` that says more.
        organisms: Taxa, such as `NCBITaxon:10090`, whose genes are preferred.
        only_organisms: Whether genes of all other taxa stay without identifier.

    Raises:
        SnapshotError: If the snapshot is missing or incomplete.
        UsageError: If a recognizer is not installed; the message says how it can be.
    """
    from pipeline.language import load as load_language

    return load_language(
        snapshot=snapshot,
        recognizers=recognizers,
        organisms=organisms,
        only_organisms=only_organisms,
    )


def load_dictionary(*, snapshot: Path | str | None = None) -> Language:
    """Return a pipeline that looks names up and does not look at their context.

    About ten times as fast as `load()`, for texts by the million; abbreviations, species of genes
    and names that no vocabulary lists are beyond it.

    Args:
        snapshot: Directory of a terminology snapshot; by default the one in the package.

    Raises:
        SnapshotError: If the snapshot is missing or incomplete.
    """
    from pipeline.language import load_dictionary as load_names

    return load_names(snapshot=snapshot)


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


def write(
    papers: Iterable[Paper],
    path: Path | str,
    *,
    format: str | None = None,
    table: str = "mentions",
    dialect: str = "pubtator3",
    prefix_style: str = "obo",
    excel: bool = False,
) -> None:
    """Write annotated papers to a file, which appears when it is complete.

    Papers are taken one at a time and not kept, except for `docbin` and `html`.

    Args:
        papers: Annotated papers.
        path: The file. Its directory must exist.
        format: `tsv`, `csv`, `parquet`, `jsonl`, `pubtator`, `bioc-xml`, `bioc-json`,
            `web-annotation`, `docbin` or `html`; by default what the file's name says.
        table: What the rows of TSV, CSV, Parquet and JSON Lines are: `mentions` or `entities`.
        dialect: How identifiers are written in PubTator: `pubtator3`, `ncbi_disease`, `bc5cdr` or
            `biored`.
        prefix_style: How prefixes of identifiers are written: `obo` (`MESH:D010003`) or
            `bioregistry` (`mesh:D010003`).
        excel: Whether a CSV is made for Excel, so that it shows no name as a date or formula.

    Raises:
        UsageError: If there is no such format, or it has no such option.
        OSError: If the file cannot be written.
    """
    from pipeline.export.formats import format_of, open_writer
    from pipeline.export.sink import WriteOptions

    options = WriteOptions.of(table, dialect, prefix_style, excel=excel)
    target = Path(path)
    with open_writer(target, format or format_of(target), options) as write_paper:
        for paper in papers:
            write_paper(paper)
