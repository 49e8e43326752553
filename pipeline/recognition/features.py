"""What speaks for and against a name of the terminology being meant where it stands in a text.

A feature is a short string, present or not. The acceptance model (see `acceptance.py`) knows a
weight for each, so that a decision can be read: `after=gene` for, `case=lower` against.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.model import EntityType
from pipeline.recognition.stop_names import stop_reason
from pipeline.recognition.surroundings import Surroundings, surroundings
from pipeline.terminology.matcher import Match
from pipeline.terminology.normal_form import normal_form
from pipeline.terminology.terminology import NameMatch

HUMAN_TAXON = 9606
_LENGTHS = ((1, "1"), (2, "2"), (3, "3"), (4, "4"), (6, "5"), (9, "7"), (14, "10"), (24, "15"))
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """A match read as a name of one entity type.

    Attributes:
        match: Where it stands.
        type: The entity type.
        names: The names of that type that it may stand for.
        around: Its surroundings.
        others: The other types that have a name like this.
    """

    match: Match
    type: str
    names: Sequence[NameMatch]
    around: Surroundings
    others: Sequence[str]


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What the features need to know of the whole text.

    Attributes:
        words: Every word of the text as it is written, with its count.
        gene_taxa: Taxon numbers of the species that the text may speak of, human aside.
        scientific: Identifiers of the species that it names scientifically.
    """

    words: dict[str, int]
    gene_taxa: Collection[int]
    scientific: Collection[str] = ()


def words_of(text: str) -> dict[str, int]:
    """Count the words of a text."""
    counts: dict[str, int] = {}
    for word in _WORD.findall(text):
        counts[word] = counts.get(word, 0) + 1
    return counts


def describe(reading: Reading, facts: PaperFacts, longer: str) -> list[str]:
    """Return the features of a reading.

    Args:
        reading: The reading.
        facts: The whole text.
        longer: Types of the longer readings that contain it, `+`-joined; empty when none does.
    """
    around, type_ = reading.around, reading.type
    own = _own(around.surface)
    case = own.case
    best = max(reading.names, key=_rank)
    features = [
        "any",
        own.shape,
        own.length,
        own.words,
        f"case={case}{'^' if around.starts_sentence else ''}",
        f"scope={best.scope}",
        f"scope={best.scope}{best.identical} case={case}",
        f"before={around.before}",
        f"after={around.after}",
        f"left={_side(around.left)}",
        f"right={_side(around.right)}",
        own.name,
        own.ending,
        f"others={'+'.join(reading.others)}",
        f"longer={longer}",
    ]
    if reason := own.stop_reasons.get(type_):
        features.append(f"stop={reason}")
    if case != "lower" and facts.words.get(own.lower):
        features.append(f"also-lower case={case}")
    if own.is_word and facts.words.get(around.surface, 0) > 1:
        features.append(f"repeated case={case}")
    if type_ == EntityType.GENE:
        features += _gene_features(reading.names, facts, case)
    else:
        if type_ == EntityType.SPECIES and any(n.curie in facts.scientific for n in reading.names):
            features.append(f"named-scientifically scope={best.scope}")
        vocabularies = sorted({n.curie[: n.curie.find(":")] for n in reading.names})
        features.append(f"vocabulary={'+'.join(vocabularies)}")
        features.append(f"exact={any(n.identical == 2 for n in reading.names)} case={case}")
    return features


def _gene_features(names: Sequence[NameMatch], facts: PaperFacts, case: str) -> list[str]:
    supported = [n for n in names if n.taxon == HUMAN_TAXON or n.taxon in facts.gene_taxa]
    if not supported:
        return ["support=none", f"support=none case={case}"]
    best = max(supported, key=_rank)
    genes = len({n.curie for n in supported if n.taxon == best.taxon})
    mentioned = any(n.taxon in facts.gene_taxa for n in supported)
    return [
        f"support={'mentioned' if mentioned else 'human'}",
        f"support={best.scope}{best.identical}",
        f"support={best.scope}{best.identical} case={case}",
        f"genes={min(genes, 4)}",
        f"symbol={any(n.scope == 'symbol' for n in supported)} case={case}",
    ]


def readings(
    text: str, matches: Sequence[Match], names: Sequence[Sequence[NameMatch]]
) -> list[Reading]:
    """Turn matches into readings, one for each entity type that has such a name."""
    result: list[Reading] = []
    for match, found in zip(matches, names, strict=True):
        if not found:
            continue
        around = surroundings(text, match.start, match.end)
        types = sorted({n.type for n in found})
        result += [
            Reading(
                match,
                type_,
                found if len(types) == 1 else [n for n in found if n.type == type_],
                around,
                [t for t in types if t != type_],
            )
            for type_ in types
        ]
    return result


def longer_types(every: Sequence[Reading]) -> list[str]:
    """Return for each reading the types of the longer readings that contain it."""
    order = sorted(range(len(every)), key=lambda i: (every[i].match.start, -every[i].match.end))
    result = [""] * len(every)
    open_: list[Reading] = []
    for i in order:
        match = every[i].match
        open_ = [r for r in open_ if r.match.end > match.start]
        types = {
            r.type
            for r in open_
            if r.match.end >= match.end
            and (r.match.end - r.match.start) > (match.end - match.start)
        }
        result[i] = "+".join(sorted(types))
        open_.append(every[i])
    return result


@dataclass(frozen=True, slots=True)
class _Own:
    """What a surface form tells by itself, wherever it stands."""

    case: str
    lower: str
    is_word: bool
    shape: str
    length: str
    words: str
    name: str
    ending: str
    stop_reasons: Mapping[str, str]


@lru_cache(maxsize=20_000)
def _own(surface: str) -> _Own:
    words = _WORD.findall(surface)
    length = next((label for limit, label in _LENGTHS if len(surface) <= limit), "25")
    return _Own(
        _case(surface),
        surface.lower(),
        len(words) == 1,
        f"shape={_shape(surface)}",
        f"length={length}",
        f"words={min(len(words), 4)}",
        f"name={normal_form(surface)}",
        f"ending={words[-1][-3:].lower() if words else ''}",
        {t: reason for t in EntityType if (reason := stop_reason(surface, t))},
    )


def _rank(name: NameMatch) -> tuple[float, str]:
    return name.weight, name.curie


def _case(surface: str) -> str:
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
    shape = ""
    for c in surface[:20]:
        kind = (
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
        if not shape.endswith(kind):
            shape += kind
    return shape[:8]


@lru_cache(maxsize=10_000)
def _side(characters: str) -> str:
    """Return what is glued to a side: a sign, and what kind of character follows it."""
    if not characters:
        return "^"
    kinds = [
        "0" if c.isdigit() else "a" if c.isalpha() else "_" if c.isspace() else c
        for c in characters
    ]
    return kinds[0] if kinds[0] == "_" else "".join(kinds)
