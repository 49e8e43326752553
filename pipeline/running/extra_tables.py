"""Tables that a job writes on request: what they tell follows from its table of mentions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from enum import StrEnum
from pathlib import Path

from pipeline.export.crosswalk import Answer, crosswalk_table
from pipeline.export.frames import MENTION_COLUMNS
from pipeline.export.homologues import homologue_table
from pipeline.export.tsv import write_tsv
from pipeline.running.merging import PaperSink
from pipeline.running.shard_results import PaperRows
from pipeline.terminology.terminology import Terminology

_PLACES = tuple(MENTION_COLUMNS.index(column) for column in Answer._fields)


class ExtraTable(StrEnum):
    """Tables on request; each is small, as it has a row for concepts, not for mentions."""

    CROSSWALK = "crosswalk"
    HOMOLOGUES = "homologues"

    @property
    def file_name(self) -> str:
        """Name of its file."""
        return f"{self}.tsv"


class Gathering:
    """Passes the rows of papers on, and gathers what their mentions were resolved to."""

    def __init__(self, sink: PaperSink) -> None:
        self.answers: Counter[Answer] = Counter()
        self._sink = sink

    def write(self, paper: PaperRows, tables: Sequence[bytes]) -> None:
        """Take the rows of a paper."""
        self._sink.write(paper, tables)
        for line in tables[0].decode().removesuffix("\n").split("\n"):
            cells = line.split("\t")
            if len(cells) > 1:
                answer = Answer(*(cells[place] for place in _PLACES))
                if answer.curie:
                    self.answers[answer] += 1


def write_extra_tables(
    wanted: Collection[ExtraTable],
    answers: Counter[Answer],
    terminology: Terminology,
    directory: Path,
) -> list[str]:
    """Write tables; return the names of their files.

    Args:
        wanted: Which tables.
        answers: What the mentions of the job were resolved to.
        terminology: What they were resolved with.
        directory: Where the files go.

    Raises:
        OSError: If they cannot be written.
    """
    if ExtraTable.CROSSWALK in wanted:
        frame = crosswalk_table(answers, terminology)
        write_tsv(frame, directory / ExtraTable.CROSSWALK.file_name)
    if ExtraTable.HOMOLOGUES in wanted:
        frame = homologue_table((answer.curie for answer in answers), terminology)
        write_tsv(frame, directory / ExtraTable.HOMOLOGUES.file_name)
    return [table.file_name for table in ExtraTable if table in wanted]
