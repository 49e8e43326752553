"""The data that flows through the pipeline: papers, passages, mentions and links.

Everything here is immutable and free of I/O. A reader makes a `Paper` with passages (and the
annotations that the source carries, kept apart from the text); recognition and normalization add
`Mention`s with their `Link`s; writers and evaluation read the result.

All offsets count Unicode code points, start at 0 and exclude the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

NIL = "NIL"
"""What spaCy writes as knowledge base identifier of a mention without a concept."""


class EntityType(StrEnum):
    """The built-in entity types, written as PubTator writes them."""

    GENE = "Gene"
    DISEASE = "Disease"
    SPECIES = "Species"


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a paper's text that is annotated as one: a title, a paragraph, a finding.

    Attributes:
        id: Name that is unique within the paper, such as `title` or `abstract.2`.
        kind: Kind of section: `title`, `tldr`, `contribution`, `finding`, `abstract`, `text`.
        text: The passage's text as the reader found it, without surrounding white space.
        offset: Position of the text in the source's own coordinates (PubTator, BioC).
    """

    id: str
    kind: str
    text: str
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A concept that a mention may denote.

    Attributes:
        curie: Identifier of the concept, such as `NCBIGene:860`.
        name: The concept's preferred name.
        score: Between 0 and 1; higher is better.
        matched: The name of the concept that the mention matched.
        scope: Scope of that name: `preferred`, `exact`, `symbol`, `related`, `common`, …
        taxon: `NCBITaxon:…` of a gene, otherwise empty.
    """

    curie: str
    name: str
    score: float
    matched: str = ""
    scope: str = ""
    taxon: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """What a mention was resolved to, and why.

    Attributes:
        curie: Primary identifier; empty when the mention has no concept (NIL).
        name: The concept's preferred name.
        score: Between 0 and 1.
        method: Short name of the step that decided, such as `exact` or `abbreviation`.
        reason: One sentence for a biologist: the evidence, or why there is no concept.
        taxon: `NCBITaxon:…` of a gene or species, otherwise empty.
        mesh: MeSH identifiers of the same concept, best first.
        mondo: MONDO identifiers of the same concept, best first.
        alternatives: Other candidates, best first.
    """

    curie: str = ""
    name: str = ""
    score: float = 0.0
    method: str = ""
    reason: str = ""
    taxon: str = ""
    mesh: tuple[str, ...] = ()
    mondo: tuple[str, ...] = ()
    alternatives: tuple[Candidate, ...] = ()

    @property
    def is_nil(self) -> bool:
        """Whether the mention has no concept."""
        return not self.curie

    @property
    def curies(self) -> tuple[str, ...]:
        """Every identifier of the concept: the primary one first, then MeSH and MONDO."""
        return tuple(dict.fromkeys(c for c in (self.curie, *self.mesh, *self.mondo) if c))


@dataclass(frozen=True, slots=True)
class Mention:
    """A span of a passage that names an entity.

    Attributes:
        passage: Identifier of the passage.
        start: First code point in the passage's text.
        end: Code point after the last one.
        text: The passage's text between start and end.
        type: Entity type; one of `EntityType` or a type that a user's terminology adds.
        link: What it was resolved to.
    """

    passage: str
    start: int
    end: int
    text: str
    type: str
    link: Link = field(default_factory=Link)


@dataclass(frozen=True, slots=True)
class Annotation:
    """An entity annotation that the source itself carries: the gold side, never a hint to NER.

    Attributes:
        type: `Gene`, `Disease`, `Species`, or the source's own word for any other type.
        identifiers: CURIEs; empty when the source gives none. More than one means that the
            source gives several for one annotation.
        name: The name, as annotated.
        group: List of the source that it stands in, such as `Linked entities`; empty when the
            source has no lists.
        aliases: Further names that the source gives.
        line: Line in the source file, from 1; 0 when unknown.
        passage: Identifier of the passage; empty when the annotation has no position.
        start: First code point in the passage; -1 when there is no position.
        end: Code point after the last one; -1 when there is no position.
        joint: Whether several identifiers hold only together (a composite mention) instead of
            each being an accepted answer.
    """

    type: str
    identifiers: tuple[str, ...]
    name: str
    group: str = ""
    aliases: tuple[str, ...] = ()
    line: int = 0
    passage: str = ""
    start: int = -1
    end: int = -1
    joint: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with an input, with all that a person needs to find it.

    Attributes:
        path: The file.
        line: Line in the file, from 1; 0 when the problem has no line.
        reason: What is wrong, in words.
        paper_id: The paper concerned; empty when none could be read.
        fatal: Whether the paper could not be processed. If not, the paper was processed without
            the offending part (an annotation that cannot be parsed, for example).
    """

    path: str
    line: int
    reason: str
    paper_id: str = ""
    fatal: bool = True

    def __str__(self) -> str:
        """Write it the way compilers do: `file:line: reason`."""
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Paper:
    """A document with its passages and, once annotated, its mentions.

    Attributes:
        id: Identifier, unique within a run: PMC or PubMed identifier, or the file's name.
        passages: The text, in reading order.
        mentions: Recognized mentions in the order of passages and offsets.
        annotations: Annotations that the source carries; never used by recognition.
        metadata: What else the source tells: `doi`, `journal`, `date`, `authors`, `url`, …
        source: Path of the file it came from; empty for text in memory.
        problems: Problems of the source that did not prevent reading it.
    """

    id: str
    passages: tuple[Passage, ...]
    mentions: tuple[Mention, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def title(self) -> str:
        """Text of the first title passage, or an empty string."""
        return next((p.text for p in self.passages if p.kind == "title"), "")

    def passage(self, passage_id: str) -> Passage:
        """Return a passage by its identifier.

        Raises:
            KeyError: If the paper has no such passage.
        """
        for passage in self.passages:
            if passage.id == passage_id:
                return passage
        raise KeyError(passage_id)

    def with_mentions(self, mentions: tuple[Mention, ...]) -> Paper:
        """Return a copy that has these mentions instead of its own."""
        return replace(self, mentions=mentions)

    def _repr_html_(self) -> str:
        """Return how Jupyter shows the paper: its text with the mentions coloured and linked."""
        from pipeline.pages.paper_html import paper_html

        return paper_html(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Write the paper in one line where IPython can show nothing but text."""
        counts = f"{len(self.passages)} passages, {len(self.mentions)} mentions"
        printer.text(f"<Paper {self.id}: {counts}>")
