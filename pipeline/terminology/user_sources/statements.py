"""What the readers of users' files have in common: the statements they yield."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.terminology.sources.records import UNSPECIFIED


@dataclass(frozen=True, slots=True)
class Entry:
    """What a file says about a concept in one place; another place may say more.

    Attributes:
        curie: Identifier.
        name: Preferred name; may be empty when the names say enough.
        names: Further names with their scopes.
        type: Entity type that the file states, otherwise empty.
        taxon: NCBI Taxonomy number of a gene's organism; 0 otherwise.
        parents: Identifiers of the concepts directly above.
        mappings: Predicate and object of each mapping.
        replaced_by: For a retired concept, what took its place.
        imported: Whether the concept belongs to another vocabulary than the file's own.
        line: Line in the file, from 1; 0 when the format has no lines to speak of.
    """

    curie: str
    name: str = ""
    names: tuple[tuple[str, str], ...] = ()
    type: str = ""
    taxon: int = 0
    parents: tuple[str, ...] = ()
    mappings: tuple[tuple[str, str], ...] = ()
    replaced_by: str = ""
    imported: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class Correspondence:
    """A mapping that a file states on its own, with the line where it does."""

    subject_id: str
    predicate_id: str
    object_id: str
    justification: str = UNSPECIFIED
    line: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that was left out: its line (0: the file as a whole) and the reason."""

    line: int
    reason: str


Statement = Entry | Correspondence | Fault


@dataclass(frozen=True, slots=True)
class UserFile:
    """A file that was read.

    Attributes:
        kind: What it is, in words: `ontology`, `mapping set`, …
        statements: What it says.
        version: Version that the file itself states; may be empty.
        licence: Licence that the file itself states; may be empty.
    """

    kind: str
    statements: tuple[Statement, ...]
    version: str = ""
    licence: str = ""
