"""What speaks for and against a name of the terminology being meant where it stands in a text.

A feature is a short string, present or not. The acceptance model (see `acceptance.py`) knows a
weight for each, so that a decision can be read: `after=gene` for, `case=lower` against.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby
from typing import NamedTuple

from pipeline.model import EntityType
from pipeline.recognition.stop_names import stop_reasons
from pipeline.recognition.surroundings import Surroundings, surroundings
from pipeline.terminology.matcher import Match
from pipeline.terminology.name_match import name_weight
from pipeline.terminology.normal_form import normal_form
from pipeline.terminology.taxon_kinds import BELOW, GENUS, SPECIES
from pipeline.terminology.terminology import NameMatch

HUMAN_TAXON = 9606
# Members of an `Enum` are slow to get.
_GENE: str = EntityType.GENE
_SPECIES: str = EntityType.SPECIES
_LENGTHS = (1, 2, 3, 4, 6, 9, 14, 24)
_LENGTH_NAMES = ("1", "2", "3", "4", "5", "7", "10", "15", "25")
_WORD = re.compile(r"[^\W_]+")
_CLASSES = {SPECIES: 3, BELOW: 2, GENUS: 1}

Kinds = Callable[[str], tuple[str, str]]
"""Tells the class of a taxon's rank and its group (see `terminology/taxon_kinds.py`)."""


@dataclass(frozen=True, slots=True, eq=False)
class Sense:
    """What a surface form may name, of one entity type, wherever it stands.

    Attributes:
        type: The entity type.
        names: The names of that type that it may stand for.
        others: The other types that have a name like this.
        best: The name that speaks best for its concept.
        own: What the surface form tells by itself.
        features: The features that do not depend on the place.
    """

    type: str
    names: Sequence[NameMatch]
    others: Sequence[str]
    best: NameMatch
    own: _Own
    features: tuple[str, ...]

    @classmethod
    def of(
        cls,
        surface: str,
        type_: str,
        names: Sequence[NameMatch],
        others: Sequence[str],
        kinds: Kinds,
    ) -> Sense:
        """Return what some names of a type tell of a surface form."""
        own = _own(surface)
        if type_ == _SPECIES:
            best = max(names, key=lambda name: (*_as_species(name, kinds), *_rank(name)))
        else:
            best = max(names, key=_rank)
        scope = f"scope={best.scope}"
        features = [
            *own.form,
            scope,
            f"{scope}{best.identical} case={own.case}",
            own.name,
            own.ending,
            f"others={'+'.join(others)}",
        ]
        if reason := own.stop_reasons.get(type_):
            features.append(f"stop={reason}")
        if type_ != _GENE:
            vocabularies = sorted({n.curie[: n.curie.find(":")] for n in names})
            exact = any(n.identical == 2 for n in names)
            features += [f"vocabulary={'+'.join(vocabularies)}", f"exact={exact} case={own.case}"]
        if type_ == _SPECIES:
            rank, group = kinds(best.curie)
            words = len(surface.split())
            features += [f"rank={rank} {scope}", f"group={group} {scope}", f"words={words} {scope}"]
        return cls(type_, names, others, best, own, tuple(features))


def senses(surface: str, names: Sequence[NameMatch], kinds: Kinds) -> tuple[Sense, ...]:
    """Return a sense for each entity type that has such a name.

    Args:
        surface: The surface form.
        names: The names that it may stand for.
        kinds: Tells of a taxon what kind of taxon it is.
    """
    types = sorted({n.type for n in names})
    if len(types) == 1:
        return (Sense.of(surface, types[0], names, (), kinds),)
    return tuple(
        Sense.of(
            surface,
            t,
            [n for n in names if n.type == t],
            tuple(other for other in types if other != t),
            kinds,
        )
        for t in types
    )


class Reading(NamedTuple):
    """A match read as a name of one entity type.

    Attributes:
        match: Where it stands.
        sense: What it may name.
        around: Its surroundings.
    """

    match: Match
    sense: Sense
    around: Surroundings

    @property
    def type(self) -> str:
        """The entity type."""
        return self.sense.type

    @property
    def names(self) -> Sequence[NameMatch]:
        """The names of that type that it may stand for."""
        return self.sense.names


_MAKE = partial(tuple.__new__, Reading)
"""As `Reading._make`, without a call of Python for each of very many."""


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What the features need to know of the whole text.

    Attributes:
        words: Every word of the text as it is written, with its count.
        gene_taxa: Taxon numbers of the species that the text may speak of, human aside.
        scientific: Identifiers of the species that it names scientifically.
        renamed: Identifiers of the taxa for which it has more than one name.
    """

    words: dict[str, int]
    gene_taxa: frozenset[int]
    scientific: frozenset[str] = frozenset()
    renamed: frozenset[str] = frozenset()


def words_of(text: str) -> dict[str, int]:
    """Count the words of a text."""
    return Counter(_WORD.findall(text))


def describe(reading: Reading, of_place: Iterable[str]) -> list[str]:
    """Return all features of a reading, those of its place among them."""
    return [*reading.sense.features, *of_place]


def features_of_place(reading: Reading, facts: PaperFacts, longer: str) -> list[str]:
    """Return the features of a reading that depend on where it stands.

    Args:
        reading: The reading.
        facts: The whole text.
        longer: Types of the longer readings that contain it, `+`-joined; empty when none does.
    """
    _, sense, (surface, before, after, left, right, starts_sentence) = reading
    own = sense.own
    case = own.case
    features = [
        own.begins if starts_sentence else own.stands,
        f"before={before}",
        f"after={after}",
        *_sides(left, right),
        f"longer={longer}",
    ]
    if case != "lower" and facts.words.get(own.lower):
        features.append(f"also-lower case={case}")
    if own.is_word and facts.words.get(surface, 0) > 1:
        features.append(f"repeated case={case}")
    if sense.type == _GENE:
        features += _gene_features(sense, facts.gene_taxa)
    else:
        if sense.type == _SPECIES and any(n.curie in facts.scientific for n in sense.names):
            features.append(f"named-scientifically scope={sense.best.scope}")
        if sense.best.curie in facts.renamed:
            features.append(f"renamed scope={sense.best.scope}")
    return features


@lru_cache(maxsize=10_000)
def _gene_features(sense: Sense, gene_taxa: frozenset[int]) -> tuple[str, ...]:
    case = sense.own.case
    supported = [n for n in sense.names if n.taxon == HUMAN_TAXON or n.taxon in gene_taxa]
    if not supported:
        return "support=none", f"support=none case={case}"
    best = max(supported, key=_rank)
    genes = len({n.curie for n in supported if n.taxon == best.taxon})
    mentioned = any(n.taxon in gene_taxa for n in supported)
    return (
        f"support={'mentioned' if mentioned else 'human'}",
        f"support={best.scope}{best.identical}",
        f"support={best.scope}{best.identical} case={case}",
        f"genes={min(genes, 4)}",
        f"symbol={any(n.scope == 'symbol' for n in supported)} case={case}",
    )


def readings(text: str, found: Iterable[tuple[Match, Sequence[Sense]]]) -> list[Reading]:
    """Turn matches into readings, one for each sense."""
    result: list[Reading] = []
    for match, several in found:
        if several:
            around = surroundings(text, match.start, match.end)
            result += [_MAKE((match, sense, around)) for sense in several]
    return result


def longer_types(every: Sequence[Reading]) -> list[str]:
    """Return for each reading the types of the longer readings that contain it."""
    places = [(start, -end, i) for i, ((start, end, _), _, _) in enumerate(every)]
    result = [""] * len(every)
    open_: list[tuple[int, int, str]] = []  # start, end and type of those that reach up to here
    reach = 0  # the farthest end of them
    for start, negative, i in sorted(places):
        end = -negative
        if reach <= start:
            open_ = []
        elif reach >= end:
            open_ = [r for r in open_ if r[1] > start]
            # What began here or before and ends here or behind is longer, or at this very place.
            types = {r[2] for r in open_ if r[1] >= end and r[1] - r[0] > end - start}
            if types:
                result[i] = "+".join(sorted(types))
        reach = max(reach, end)
        open_.append((start, end, every[i].sense.type))
    return result


@dataclass(frozen=True, slots=True)
class _Own:
    """What a surface form tells by itself, wherever it stands.

    `stands` and `begins` are the features of its case within a sentence and where one begins.
    """

    case: str
    stands: str
    begins: str
    lower: str
    is_word: bool
    form: tuple[str, ...]
    name: str
    ending: str
    stop_reasons: Mapping[str, str]


@lru_cache(maxsize=5_000)
def _own(surface: str) -> _Own:
    words = _WORD.findall(surface)
    length = _LENGTH_NAMES[bisect_left(_LENGTHS, len(surface))]
    normal = normal_form(surface)
    case = _case(surface)
    return _Own(
        case,
        f"case={case}",
        f"case={case}^",
        surface.lower(),
        len(words) == 1,
        ("any", f"shape={_shape(surface)}", f"length={length}", f"words={min(len(words), 4)}"),
        f"name={normal}",
        f"ending={words[-1][-3:].lower() if words else ''}",
        stop_reasons(normal),
    )


def _rank(name: NameMatch) -> tuple[float, str]:
    return name.weight, name.curie


def _as_species(name: NameMatch, kinds: Kinds) -> tuple[bool, float, int]:
    """Return what decides between taxa of a name: our own words, then species before groups.

    Whether a vernacular name is written with the same capitals and number says nothing.
    """
    is_word = name.scope == "word"
    weight = name_weight(name.scope, 0) if is_word or name.scope == "common" else name.weight
    return is_word, weight, _CLASSES.get(kinds(name.curie)[0], 0)


def _case(surface: str) -> str:
    if surface.isascii():  # nearly all names, and the same as below
        if surface.islower():
            return "lower"
        if surface.isupper():
            return "upper"
        if surface[:1].isupper() and surface[1:].islower():
            return "title"
        return "none" if surface.lower() == surface.upper() else "mixed"
    letters = [c for c in surface if c.isalpha()]
    if not letters:
        return "none"
    if all(c.islower() for c in letters):
        return "lower"
    if all(c.isupper() for c in letters):
        return "upper"
    if surface[0].isupper() and all(c.islower() for c in letters[1:]):
        return "title"
    return "mixed"


def _shape(surface: str) -> str:
    """Return the kinds of characters in turn: `IL-6` is `A-0`, `Runx2` is `Aa0`."""
    kinds = surface[:20].translate(_ASCII_KINDS)
    if not kinds.isascii():
        kinds = "".join(_kind(c) if not c.isascii() else c for c in kinds)
    return "".join([kind for kind, _ in groupby(kinds)])[:8]


def _kind(c: str) -> str:
    return (
        "A"
        if c.isupper()
        else "0"
        if c.isdigit()
        else ("a" if c.isascii() else "α")
        if c.isalpha()
        else " "
        if c.isspace()
        else "-"
    )


_ASCII_KINDS = {i: _kind(chr(i)) for i in range(128)}


@lru_cache(maxsize=10_000)
def _sides(left: str, right: str) -> tuple[str, str]:
    return f"left={_side(left)}", f"right={_side(right)}"


def _side(characters: str) -> str:
    """Return what is glued to a side: a sign, and what kind of character follows it."""
    if not characters:
        return "^"
    kinds = [
        "0" if c.isdigit() else "a" if c.isalpha() else "_" if c.isspace() else c
        for c in characters
    ]
    return kinds[0] if kinds[0] == "_" else "".join(kinds)
