"""Readers: from files in the formats of the field to `Paper`s.

Each format is a module with a generator `read(path)`, which yields papers and, in the place of a
paper that cannot be read, a fatal `Problem`. Annotations that a source carries go to
`Paper.annotations` and never into the text.
"""

from pipeline.papers.formats import FORMATS, read, recognize, scan
from pipeline.papers.inputs import collect
from pipeline.papers.limits import Limits
from pipeline.papers.source import Reader

__all__ = ["FORMATS", "Limits", "Reader", "collect", "read", "recognize", "scan"]
