"""The terminology as its users see it: identifiers, names, hierarchy, mappings and lookup."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache, cached_property, lru_cache
from pathlib import Path
from sys import intern

import numpy as np

from pipeline.model import Candidate, EntityType
from pipeline.terminology.candidate_set import natural_key
from pipeline.terminology.full_taxonomy import FullTaxonomy, shared_taxonomy
from pipeline.terminology.hierarchy import Hierarchy
from pipeline.terminology.index import Index, open_index
from pipeline.terminology.matcher import Match, Matcher
from pipeline.terminology.name_match import NameMatch
from pipeline.terminology.normal_form import name_hash
from pipeline.terminology.separators import separators_agree
from pipeline.terminology.snapshot import default_snapshot

__all__ = ["EXACT", "ORTHOLOGY", "NameMatch", "Terminology", "shared_terminology"]

ORTHOLOGY = "RO:HOM0000017"
EXACT = "skos:exactMatch"
_EQUIVALENT_PREFIXES = ("MONDO:", "MESH:", "OMIM:")
_BINOMIAL = re.compile(r"[A-Z][a-z]+ [a-z]+(?:-[a-z]+)*")
_LONGEST_NUMBER = 10
"""Digits of a taxon number, at most: an input may have thousands, which no number is made of."""
# As headings (`Streptococcus Faecium`) and scanned pages (`Streptococcusfaecium`) have it.
_LIKE_BINOMIAL = re.compile(r"[A-Z][a-z]+ [A-Za-z][a-z]*(?:-[a-z]+)*|[A-Z][a-z]{11,}")


class Terminology:
    """Names, concepts, hierarchy and mappings of a snapshot, over a memory-mapped index."""

    def __init__(self, index: Index, taxonomy: FullTaxonomy | None = None) -> None:
        self._index = index
        self._taxonomy = taxonomy
        self._matcher = Matcher(index)
        self._curie: Callable[[int], str] = index.curies.strings.__getitem__
        self._taxa = index.concept_taxon.data
        predicates = index.predicates
        self._orthology = predicates.index(ORTHOLOGY) if ORTHOLOGY in predicates else -1
        self._number = lru_cache(maxsize=20_000)(index.curies.find)
        # The same few thousand names make up most matches of any text.
        self._cached_matches = lru_cache(maxsize=4_000)(self._name_matches)
        self._cached_exact_matches = lru_cache(maxsize=8_000)(self._exact_matches)
        self._cached_name = lru_cache(maxsize=10_000)(self._name)
        self._cached_equivalents = lru_cache(maxsize=8_000)(self._equivalents)
        # Recognition and normalization ask for the same text, one after the other.
        self._cached_find = lru_cache(maxsize=1)(self._find)
        self._cached_taxa = lru_cache(maxsize=1)(self._find_taxa)

    @classmethod
    def open(cls, snapshot: Path | None = None, *, cache: Path | None = None) -> Terminology:
        """Open a snapshot; by default that of `BIONORM_SNAPSHOT`, or the one in the package.

        Args:
            snapshot: Directory of the snapshot.
            cache: Directory for compiled indexes; by default the user's cache.

        Raises:
            SnapshotError: If the snapshot is missing or incomplete.
        """
        return cls(open_index(snapshot or default_snapshot(), cache=cache), shared_taxonomy())

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """Queries on the hierarchy of diseases and taxa."""
        return Hierarchy(self._index, self._number)

    @property
    def index(self) -> Index:
        """The arrays underneath, for those that look at many names at once."""
        return self._index

    @property
    def taxonomy(self) -> FullTaxonomy | None:
        """All of NCBI Taxonomy, where it is installed."""
        return self._taxonomy

    # Concepts

    def __contains__(self, curie: str) -> bool:
        """Whether the terminology has a current or retired concept of this identifier."""
        return bool(self.type_of(curie)) or self.current(curie) != curie

    def current(self, curie: str) -> str:
        """Return what replaces a retired identifier, or the identifier itself."""
        number = self._number(curie)
        return curie if number < 0 else self._curie(int(self._index.concept_current[number]))

    def name(self, curie: str) -> str:
        """Return the preferred name, or an empty string."""
        return self._cached_name(curie)

    def _name(self, curie: str) -> str:
        number = self._number(curie)
        if number >= 0:
            return self._index.concept_label[number]
        found = self._in_taxonomy(curie)
        return found[0].name(found[1]) if found else ""

    def type_of(self, curie: str) -> str:
        """Return the entity type, or an empty string for an unknown identifier."""
        number = self._number(curie)
        if number >= 0:
            return self._index.types[int(self._index.concept_type[number])]
        return EntityType.SPECIES if self._in_taxonomy(curie) else ""

    def rank(self, curie: str) -> str:
        """Return a taxon's rank or a gene's type, or an empty string."""
        number = self._number(curie)
        if number >= 0:
            return self._index.ranks[int(self._index.concept_rank[number])]
        found = self._in_taxonomy(curie)
        return found[0].rank(found[1]) if found else ""

    def taxon(self, curie: str) -> str:
        """Return the taxon of a gene, or an empty string."""
        number = self._number(curie)
        taxon = 0 if number < 0 else self._taxa[number]
        return f"NCBITaxon:{taxon}" if taxon else ""

    def gene_taxa(self) -> tuple[str, ...]:
        """Return the taxa whose genes the terminology has, those with more genes first."""
        taxa, counts = np.unique(self._index.concept_taxon, return_counts=True)
        order = sorted(zip(-counts, taxa, strict=True))
        return tuple(f"NCBITaxon:{taxon}" for _, taxon in order if taxon)

    def names(self, curie: str) -> tuple[tuple[str, str], ...]:
        """Return the names of a concept with their scopes."""
        number = self._number(curie)
        if number < 0:
            return ()
        index = self._index
        span = range(int(index.names_of[number]), int(index.names_of[number + 1]))
        return tuple((index.names[i], index.scopes[int(index.name_scope[i])]) for i in span)

    def name_count(self, curie: str) -> int:
        """Return the number of names of a concept."""
        number = self._number(curie)
        if number < 0:
            return 0
        names_of = self._index.names_of
        return int(names_of[number + 1]) - int(names_of[number])

    # Hierarchy and mappings

    def parents(self, curie: str) -> tuple[str, ...]:
        """Return the parents of a disease or taxon."""
        number = self._number(curie)
        if number >= 0:
            return tuple(map(self._curie, self._index.parents[number].tolist()))
        found = self._in_taxonomy(curie)
        parent = found[0].parent(found[1]) if found else 0
        return (f"NCBITaxon:{parent}",) if parent else ()

    def path_up(self, curie: str, ancestor: str) -> tuple[str, ...]:
        """Return a shortest path from a concept up to an ancestor, or nothing.

        >>> Terminology.open().path_up("NCBITaxon:9606", "NCBITaxon:9605")
        ('NCBITaxon:9606', 'NCBITaxon:9605')
        """
        start, goal = self._number(curie), self._number(ancestor)
        if min(start, goal) < 0 and (found := self._in_taxonomy(curie)):
            path = tuple(f"NCBITaxon:{taxid}" for taxid in found[0].lineage(found[1]))
            return path[: path.index(ancestor) + 1] if ancestor in path else ()
        if start < 0 or goal < 0:
            return ()
        below = {start: -1}
        queue = deque([start])
        while queue:
            number = queue.popleft()
            if number == goal:
                steps = [number]
                while (number := below[number]) >= 0:
                    steps.append(number)
                return tuple(self._curie(n) for n in reversed(steps))
            for parent in self._index.parents[number].tolist():
                if parent not in below:
                    below[parent] = number
                    queue.append(parent)
        return ()

    def mappings(self, curie: str) -> tuple[tuple[str, str], ...]:
        """Return predicate and object of each mapping, seen from this concept."""
        number = self._number(curie)
        if number < 0:
            return ()
        index = self._index
        span = slice(int(index.mapped.starts[number]), int(index.mapped.starts[number + 1]))
        return tuple(
            (index.predicates[p], self._curie(o))
            for p, o in zip(
                index.mapped_by[span].tolist(), index.mapped.values[span].tolist(), strict=True
            )
        )

    def equivalents(self, curie: str) -> tuple[str, ...]:
        """Return the concept and its exact matches within MONDO, MeSH and OMIM."""
        return self._cached_equivalents(curie)

    def _equivalents(self, curie: str) -> tuple[str, ...]:
        return (
            curie,
            *(
                other
                for predicate, other in self.mappings(curie)
                if predicate == EXACT and other.startswith(_EQUIVALENT_PREFIXES)
            ),
        )

    def homologues(self, curie: str) -> tuple[str, ...]:
        """Return the genes of other species in the same group of orthologs."""
        number = self._number(curie)
        if number < 0:
            return ()
        # Items of memory views are plain numbers, much faster to get than those of arrays.
        mapped, by = self._index.mapped, self._index.mapped_by.data
        starts, values, orthology = mapped.starts.data, mapped.values.data, self._orthology
        group, new = {number}, {number}
        for _ in range(2):  # from a gene to the human one, and from there to all others
            new = {
                values[i]
                for member in new
                for i in range(starts[member], starts[member + 1])
                if by[i] == orthology
            } - group
            group |= new
        # Identifiers are numbered in their order. Those of a group are in memory once, not for each
        # of its genes.
        return tuple([intern(self._curie(other)) for other in sorted(group - {number})])

    # Names in text

    def find(self, text: str) -> tuple[Match, ...]:
        """Return every stretch of a text that has the normal form of a name."""
        return self._cached_find(text)

    def _find(self, text: str) -> tuple[Match, ...]:
        return tuple(self._matcher.find(text))

    def name_matches(self, key: int, surface: str) -> tuple[NameMatch, ...]:
        """Return the names of a match's normal form that the surface form may stand for.

        Args:
            key: `Match.key`.
            surface: The text of the match.
        """
        return self._cached_matches(key, surface)

    def _name_matches(self, key: int, surface: str) -> tuple[NameMatch, ...]:
        index = self._index
        # Items of memory views, see `homologues`.
        concepts, scopes, types, starts, names = (
            a.data
            for a in (
                index.name_concept,
                index.name_scope,
                index.concept_type,
                index.key_names.starts,
                index.key_names.values,
            )
        )
        folded = surface.casefold()
        result = []
        for name in names[starts[key] : starts[key + 1]]:
            text = index.names[name]
            same = text.casefold() == folded
            if not same and not separators_agree(surface, text):
                continue
            concept = concepts[name]
            result.append(
                NameMatch(
                    self._curie(concept),
                    text,
                    index.scopes[scopes[name]],
                    index.types[types[concept]],
                    self._taxa[concept],
                    2 if text == surface else int(same),
                )
            )
        return tuple(result)

    def find_taxa(self, text: str) -> tuple[tuple[Match, tuple[NameMatch, ...]], ...]:
        """Return the scientific names of a text by all of NCBI Taxonomy.

        Abbreviated genera are resolved with the full names of the text, those included that only
        the snapshot knows. A genus that may be any other word has the scope `genus`.
        """
        return self._cached_taxa(text)

    def _find_taxa(self, text: str) -> tuple[tuple[Match, tuple[NameMatch, ...]], ...]:
        if self._taxonomy is None:
            return ()
        others: dict[str, int] = {}
        for start, end, key in self.find(text):
            if _LIKE_BINOMIAL.fullmatch(text, start, end):
                surface = text[start:end]
                for name in self.name_matches(key, surface):
                    if (
                        name.type == EntityType.SPECIES
                        and _BINOMIAL.fullmatch(name.text)
                        and surface.replace(" ", "").lower() == name.text.replace(" ", "").lower()
                        and (name.text not in others or self.rank(name.curie) == "species")
                    ):
                        others[name.text] = int(self.current(name.curie).partition(":")[2])
        return tuple(
            (
                Match(m.start, m.end, -1),
                tuple(
                    NameMatch(
                        self.current(n.curie),
                        n.text,
                        n.scope if m.sure else "genus",
                        EntityType.SPECIES,
                        0,
                        n.identical,
                    )
                    for n in m.names
                ),
            )
            for m in self._taxonomy.find(text, others)
        )

    def _in_taxonomy(self, curie: str) -> tuple[FullTaxonomy, int] | None:
        """Return the full taxonomy and the taxon's number there, if it has it."""
        prefix, _, local = curie.partition(":")
        is_number = local.isdecimal() and len(local) <= _LONGEST_NUMBER
        if self._taxonomy is None or prefix != "NCBITaxon" or not is_number:
            return None
        return (self._taxonomy, int(local)) if int(local) in self._taxonomy else None

    def exact_matches(self, text: str) -> tuple[NameMatch, ...]:
        """Return the names that have the normal form of a whole string.

        A string with commas is also tried the other way round (`Neoplasms, Breast`).
        """
        return self._cached_exact_matches(text)

    def _exact_matches(self, text: str) -> tuple[NameMatch, ...]:
        for form in dict.fromkeys([text, " ".join(reversed(text.split(", ")))]):
            if (key := self.key(form)) >= 0:
                return self.name_matches(key, form.strip())
        return ()

    def lookup(self, text: str, type: str | None = None) -> list[Candidate]:
        """Return the concepts that a string names, best first.

        >>> Terminology.open().lookup("SP7", type="Gene")[0].curie
        'NCBIGene:121340'
        """
        best: dict[str, NameMatch] = {}
        for match in self.exact_matches(text):
            if type in (None, match.type) and (
                match.curie not in best or match.weight > best[match.curie].weight
            ):
                best[match.curie] = match
        return sorted(
            (self.candidate(match) for match in best.values()),
            key=lambda c: (-c.score, c.taxon != "NCBITaxon:9606", natural_key(c.curie)),
        )

    def candidate(self, match: NameMatch, score: float | None = None) -> Candidate:
        """Turn a name match into a candidate whose score is the name's weight, or the one given."""
        return Candidate(
            match.curie,
            self.name(match.curie),
            round(match.weight, 4) if score is None else score,
            match.text,
            match.scope,
            self.taxon(match.curie) if match.type == EntityType.GENE else "",
        )

    def key(self, text: str) -> int:
        """Return the number of a whole string's normal form in the index, or -1."""
        found = name_hash(text)
        return -1 if found is None else self._index.key_table.find_one(found)

    def __iter__(self) -> Iterator[str]:
        """Iterate over all identifiers, in order."""
        return (self._curie(i) for i in range(len(self._index.curies)))


@cache
def shared_terminology(snapshot: str | None = None) -> Terminology:
    """Open a snapshot once per process; its components share it.

    Raises:
        SnapshotError: If the snapshot is missing or incomplete.
    """
    return Terminology.open(Path(snapshot) if snapshot else None)
