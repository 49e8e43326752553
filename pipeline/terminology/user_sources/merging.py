"""Merge what users' files say with what a snapshot knows: rows to add to its tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
from spacy.lang.en.stop_words import STOP_WORDS

from pipeline.model import EntityType
from pipeline.terminology.condense import SCOPES
from pipeline.terminology.sources.records import UNSPECIFIED, Concept, Name, Parent
from pipeline.terminology.sources.records import Mapping as MappingRow
from pipeline.terminology.sources.unfit import LONGEST
from pipeline.terminology.user_sources.statements import (
    Correspondence,
    Entry,
    Fault,
    Statement,
)

_STRENGTH = {scope: rank for rank, scope in enumerate(SCOPES)}
_BUILT_IN = {type_.value.casefold(): type_.value for type_ in EntityType}
_SCOPES = {
    EntityType.GENE.value: {"preferred": "symbol", "exact": "synonym"},
    EntityType.SPECIES.value: {"preferred": "scientific", "exact": "synonym"},
}
"""Scopes that the built-in types use in the place of those of ontologies."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a snapshot knows about the identifiers that additions speak of.

    Attributes:
        types: Entity type of each of its concepts among them.
        current: Replacement of each retired one.
        mapped: Those that occur in its mappings only.
        mappings: Subject, predicate and object of the mappings whose subject is among them.
        names: The distinguishing forms of each concept's names.
        prefix_types: Entity type of each vocabulary, by prefix.
    """

    types: Mapping[str, str]
    current: Mapping[str, str]
    mapped: frozenset[str]
    mappings: frozenset[tuple[str, ...]]
    names: Mapping[str, frozenset[str]]
    prefix_types: Mapping[str, str]


@dataclass
class Additions:
    """The rows to add so far, and what was left out of the file that is being added.

    Attributes:
        known: The snapshot.
        concepts: New concepts by identifier.
        names: New names, without repetition.
        parents: New relations between concepts, of which at least one is new.
        mappings: New mappings.
    """

    known: Known
    concepts: dict[str, Concept] = field(default_factory=dict)
    names: dict[tuple[str, str], Name] = field(default_factory=dict)
    parents: dict[Parent, None] = field(default_factory=dict)
    mappings: dict[tuple[str, str, str], MappingRow] = field(default_factory=dict)

    def add(
        self, statements: Sequence[Statement], *, type_: str, source: str
    ) -> tuple[Counter[str], list[Fault]]:
        """Add the statements of a file.

        Args:
            statements: What the file says.
            type_: Entity type of concepts of which neither the file nor the snapshot states one;
                may be empty.
            source: Name of the file, for the tables' column of sources.

        Returns:
            Number of rows of each table that the file gives, and what was left out.
        """
        counts: Counter[str] = Counter()
        faults = [s for s in statements if isinstance(s, Fault)]
        entries = [s for s in statements if isinstance(s, Entry)]
        for entry in entries:
            faults += self._add_entry(entry, type_, source, counts)
        for entry in entries:
            faults += self._add_parents(entry, counts)
        for statement in statements:
            if isinstance(statement, Correspondence):
                faults += self._add_correspondence(statement, source, counts)
        faults += self._summaries(entries, type_)
        return counts, sorted(faults, key=lambda fault: fault.line)

    def _add_entry(
        self, entry: Entry, type_: str, source: str, counts: Counter[str]
    ) -> Iterator[Fault]:
        curie = self._current(entry.curie)
        known_type = self._type(curie)
        if entry.imported and not known_type:
            return
        prefix = curie.partition(":")[0]
        stated = canonical_type(entry.type) or type_
        chosen = known_type or stated or self.known.prefix_types.get(prefix, "")
        if not chosen:
            hint = f"give one as FILE:TYPE, such as {source}:Phenotype"
            yield Fault(entry.line, f"{curie} has no type; {hint}")
        elif entry.replaced_by:
            self._retire(curie, chosen, entry, counts)
        else:
            if not known_type:
                label = _clean(entry.name) or next((_clean(text) for text, _ in entry.names), "")
                taxon = entry.taxon if chosen == EntityType.GENE else 0
                self.concepts[curie] = Concept(curie, chosen, label, taxon)
                counts["concepts"] += 1
            yield from self._add_names(curie, entry, source, counts, is_new=not known_type)
            for predicate, target in entry.mappings:
                self._map(curie, predicate, target, UNSPECIFIED, source, counts)

    def _summaries(self, entries: Sequence[Entry], type_: str) -> Iterator[Fault]:
        """Tell what concerns many concepts in one sentence each."""
        imported = sum(e.imported and not self._type(self._current(e.curie)) for e in entries)
        if imported:
            yield Fault(0, f"{imported} terms imported from other vocabularies left out")
        kept = {
            e.curie: known
            for e in entries
            if (known := self._type(self._current(e.curie)))
            and not e.imported
            and (canonical_type(e.type) or type_ or known) != known
        }
        if kept:
            example = min(kept)
            yield Fault(
                0,
                f"concepts known with another type keep it: {len(kept)}, such as {example} "
                f"({kept[example]})",
            )

    def _current(self, curie: str) -> str:
        return self.known.current.get(curie, curie)

    def _type(self, curie: str) -> str:
        """Return the type of a concept in use, of the snapshot or new."""
        if curie in self.known.types:
            return self.known.types[curie]
        concept = self.concepts.get(curie)
        return concept.type if concept and not concept.replaced_by else ""

    def _retire(self, curie: str, type_: str, entry: Entry, counts: Counter[str]) -> None:
        """Add a retired concept, unless it is in use elsewhere."""
        if not self._type(curie) and curie not in self.known.current:
            target = self.known.current.get(entry.replaced_by, entry.replaced_by)
            self.concepts[curie] = Concept(curie, type_, entry.name, replaced_by=target)
            counts["concepts"] += 1

    def _add_names(
        self, curie: str, entry: Entry, source: str, counts: Counter[str], *, is_new: bool
    ) -> Iterator[Fault]:
        type_ = self._type(curie)
        names = [(_clean(text), scope) for text, scope in entry.names]
        if entry.name:
            names.insert(0, (_clean(entry.name), "preferred" if is_new else "exact"))
        known = self.known.names.get(curie, frozenset())
        for text, scope in sorted(names, key=lambda name: _STRENGTH.get(name[1], len(SCOPES))):
            if reason := _unfit(text, type_):
                yield Fault(entry.line, f"{curie}: the name {text[:60]!r} {reason}; name left out")
                continue
            counts["names"] += 1
            key = distinguishing(text)
            if key not in known:
                row = Name(curie, text, _scope(scope, type_, text), source)
                self.names.setdefault((curie, key), row)

    def _add_parents(self, entry: Entry, counts: Counter[str]) -> Iterator[Fault]:
        """Add the relations of a concept that was added or is known, once all concepts are."""
        child = self._current(entry.curie)
        if not self._type(child):
            return
        for parent in map(self._current, entry.parents):
            if not self._type(parent):
                if entry.line:  # what an ontology has above its terms, it may have left out
                    yield Fault(entry.line, f"the parent {parent} is unknown; parent left out")
            elif child != parent and (child in self.concepts or parent in self.concepts):
                # The snapshot's own hierarchies stay as they are; new concepts may join them.
                self.parents.setdefault(Parent(child, parent))
                counts["parents"] += 1

    def _add_correspondence(
        self, statement: Correspondence, source: str, counts: Counter[str]
    ) -> Iterator[Fault]:
        subject, object_ = map(self._current, (statement.subject_id, statement.object_id))
        if any(self._type(c) or c in self.known.mapped for c in (subject, object_)):
            predicate, justification = statement.predicate_id, statement.justification
            self._map(subject, predicate, object_, justification, source, counts)
        else:
            reason = f"neither {subject} nor {object_} is known; row left out"
            yield Fault(statement.line, reason)

    def _map(
        self,
        subject: str,
        predicate: str,
        object_: str,
        justification: str,
        source: str,
        counts: Counter[str],
    ) -> None:
        row = MappingRow(subject, predicate, object_, justification, source)
        counts["mappings"] += 1
        if subject != object_ and row[:3] not in self.known.mappings:
            self.mappings.setdefault(row[:3], row)

    def settled_concepts(self) -> list[Concept]:
        """Return the concepts in use, and the retired ones whose replacement is in use."""
        result = []
        for concept in self.concepts.values():
            target, seen = concept.replaced_by, {concept.curie}
            while target and not self._type(target):
                following = self.concepts.get(target)
                seen.add(target)
                target = following.replaced_by if following else ""
                if target in seen:
                    target = ""
            if target or not concept.replaced_by:
                result.append(concept._replace(replaced_by=target))
        return result


def knowledge(tables: Mapping[str, pa.Table], statements: Iterable[Statement]) -> Known:
    """Look up in a snapshot's tables what it knows about the identifiers of statements."""
    concepts = tables["concepts"]
    wanted, rows = _rows(concepts, set(_identifiers(statements)))
    replaced = {r["curie"]: r["replaced_by"] for r in rows if r["replaced_by"]}
    mappings = tables["mappings"]
    said = mappings.filter(pc.is_in(mappings["subject_id"], wanted))
    said = said.select(["subject_id", "predicate_id", "object_id"])
    mapped: set[str] = set()
    for column in ("subject_id", "object_id"):
        values = mappings[column]
        mapped.update(values.filter(pc.is_in(values, wanted)).to_pylist())
    names: dict[str, set[str]] = {}
    of_these = tables["names"].filter(pc.is_in(tables["names"]["curie"], wanted))
    for curie, text in zip(
        of_these["curie"].to_pylist(), of_these["text"].to_pylist(), strict=True
    ):
        names.setdefault(curie, set()).add(distinguishing(text))
    return Known(
        types={r["curie"]: r["type"] for r in rows if not r["replaced_by"]},
        current={curie: _last(curie, replaced) for curie in replaced},
        mapped=frozenset(mapped),
        mappings=frozenset(tuple(row.values()) for row in said.to_pylist()),
        names={curie: frozenset(keys) for curie, keys in names.items()},
        prefix_types=_prefix_types(concepts),
    )


def _rows(concepts: pa.Table, curies: set[str]) -> tuple[pa.Array, list[dict[str, str]]]:
    """Return the rows of concepts and of those that replace them, and the identifiers of all."""
    wanted = pa.array(sorted(curies), pa.string())
    rows: list[dict[str, str]] = concepts.filter(pc.is_in(concepts["curie"], wanted)).to_pylist()
    more = {row["replaced_by"] for row in rows} - curies - {""}
    return _rows(concepts, curies | more) if more else (wanted, rows)


def _last(curie: str, replaced: Mapping[str, str]) -> str:
    """Follow replacements to their end; in a circle there is none, and the identifier stays."""
    seen = {curie}
    last = replaced[curie]
    while last in replaced:
        if last in seen:
            return curie
        seen.add(last)
        last = replaced[last]
    return last


def canonical_type(word: str) -> str:
    """Write a built-in entity type as it is written elsewhere; other words stay what they are.

    >>> canonical_type("disease"), canonical_type("CellType")
    ('Disease', 'CellType')
    """
    return _BUILT_IN.get(word.casefold(), word)


def distinguishing(text: str) -> str:
    """Return the form in which two names of a concept count as one.

    Names of several words are the same when they differ in case only; symbols are not.
    """
    return text.casefold() if " " in text else text


def _identifiers(statements: Iterable[Statement]) -> Iterator[str]:
    for statement in statements:
        if isinstance(statement, Entry):
            yield statement.curie
            yield from statement.parents
            if statement.replaced_by:
                yield statement.replaced_by
        elif isinstance(statement, Correspondence):
            yield statement.subject_id
            yield statement.object_id


def _prefix_types(concepts: pa.Table) -> dict[str, str]:
    """Return the type of each vocabulary whose concepts all have the same."""
    prefix = pc.struct_field(pc.extract_regex(concepts["curie"], r"^(?P<prefix>[^:]*)"), "prefix")
    pairs = pa.table({"prefix": prefix, "type": concepts["type"]}).group_by(["prefix", "type"])
    types: dict[str, set[str]] = {}
    for row in pairs.aggregate([]).to_pylist():
        types.setdefault(row["prefix"], set()).add(row["type"])
    return {prefix: min(found) for prefix, found in types.items() if len(found) == 1}


def _clean(text: str) -> str:
    return " ".join(text.split())


def _scope(scope: str, type_: str, text: str) -> str:
    if type_ == EntityType.GENE and scope == "preferred" and " " in text:
        return "description"
    return _SCOPES.get(type_, {}).get(scope, scope)


def _unfit(text: str, type_: str) -> str:
    """Return why a name is of no use, or an empty string.

    For the built-in types a model decides in the text whether a doubtful name is meant. For a
    user's own type there is none: its names are taken at their word, so that `all` or `1` would be
    found in every text.
    """
    if not any(c.isalnum() for c in text):
        return "has neither letters nor digits"
    if len(text) > LONGEST:
        return f"has more than {LONGEST} characters"
    if type_ in tuple(EntityType):
        return ""
    if len(text) == 1 or text.isdecimal():
        return "is a single character or a number"
    if text.casefold() in STOP_WORDS and not text.isupper():
        return "is an English function word"
    return ""
