"""The report as an output format: one self-contained page for all papers.

The page has tables over all papers, so that they are kept in memory until the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from pipeline.export.characters import replace_surrogates
from pipeline.export.prefixes import restyle_paper
from pipeline.export.report import render_report
from pipeline.export.sink import Sink, WriteOptions
from pipeline.model import Paper


@contextmanager
def open_html(stream: BinaryIO, options: WriteOptions) -> Iterator[Sink]:
    """Write the page when all papers are there."""
    papers: list[Paper] = []
    yield lambda paper: papers.append(restyle_paper(paper, options.prefix_style))
    page = render_report(papers, run=options.provenance)
    stream.write(replace_surrogates(page).encode())
