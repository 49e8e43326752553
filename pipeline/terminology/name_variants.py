"""Further ways in which authors write a name, where the normal form does not cover them.

Each rule has a reason and a scope of its own or that of the name it starts from, so that a match
can tell where it comes from. The rules are about the writing of names, never about single names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.model import EntityType

Variants = Callable[[re.Match[str]], Iterator[tuple[str, str]]]
"""From the match of a rule's pattern to variants and their scopes; an empty scope is the name's."""

_YEAST = (4932, 559292)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule for variants.

    Attributes:
        name: What it is called; the source of its names is `bionorm:` and this.
        reason: Why authors write so.
        type: Entity type that it is for.
        pattern: The names that it is for (whole names, RE2 and Python alike).
        vary: Makes the variants.
        scopes: Scopes of names that it is for; all when empty.
        taxa: Taxon numbers that it is for; all when empty.
    """

    name: str
    reason: str
    type: EntityType
    pattern: str
    vary: Variants
    scopes: tuple[str, ...] = ()
    taxa: tuple[int, ...] = ()


def _micro_rna(found: re.Match[str]) -> Iterator[tuple[str, str]]:
    kind, number, copy = found["kind"].lower(), found["number"].lower(), found["copy"]
    stems = ("let-",) if kind == "let" else ("miR-", "microRNA-", "miRNA-")
    for stem in stems:
        yield f"{stem}{number}" + (f"-{copy}" if copy else ""), ""
        if copy:
            yield f"{stem}{number}", "family"


def _greek_initial(found: re.Match[str]) -> Iterator[tuple[str, str]]:
    yield f"{found['letter'][0].lower()}-{found['rest']}", ""


def _protein(found: re.Match[str]) -> Iterator[tuple[str, str]]:
    yield f"{found.group().capitalize()}p", ""


def _receptor(found: re.Match[str]) -> Iterator[tuple[str, str]]:
    yield f"{found['ligand']} receptor", ""


_ADJECTIVES = (
    ("tension", "tensive"),
    ("emia", "emic"),
    ("osis", "otic"),
    ("asis", "atic"),
    ("itis", "itic"),
    ("plegia", "plegic"),
    ("phrenia", "phrenic"),
    ("trophy", "trophic"),
    ("pathy", "pathic"),
    ("betes", "betic"),
    ("lepsy", "leptic"),
    ("algia", "algic"),
    ("ectasis", "ectatic"),
)
_ADJECTIVE_OF = dict(_ADJECTIVES)


def _adjective(found: re.Match[str]) -> Iterator[tuple[str, str]]:
    yield found["stem"] + _ADJECTIVE_OF[found["ending"].lower()], "adjective"


RULES = (
    Rule(
        "microRNA",
        "miR-21, microRNA-21 and miRNA-21 are one; let-7a is made from let-7a-1, -2 and -3",
        EntityType.GENE,
        r"(?i)(?:[a-z]{3}-)?(?P<kind>mir|let|microrna)-?(?P<number>\d+[a-z]?)(?:-(?P<copy>\d))?",
        _micro_rna,
    ),
    Rule(
        "Greek letter lost",
        "b-catenin stands for β-catenin where a text has lost its Greek letters",
        EntityType.GENE,
        r"(?i)(?P<letter>alpha|beta|gamma|delta)[- ](?P<rest>[a-z][a-z0-9 -]{3,30})",
        _greek_initial,
    ),
    Rule(
        "yeast protein",
        "the product of PET10 is Pet10p",
        EntityType.GENE,
        r"[A-Z]{3}\d{1,3}",
        _protein,
        scopes=("symbol", "synonym"),
        taxa=_YEAST,
    ),
    Rule(
        "receptor spelled out",
        "the R at the end of CB1R is written as a word",
        EntityType.GENE,
        r"(?P<ligand>[A-Z][A-Za-z0-9-]{1,7}\d|[A-Z]{3,6})-?R",
        _receptor,
        scopes=("symbol", "synonym"),
    ),
    Rule(
        "adjective of a disease",
        "hypertensive rats have hypertension, osteoarthritic cartilage osteoarthritis",
        EntityType.DISEASE,
        r"(?i)(?P<stem>[a-z]{3,20})(?P<ending>" + "|".join(e for e, _ in _ADJECTIVES) + ")",
        _adjective,
        scopes=("preferred", "exact"),
    ),
)


def variant_rows(
    names: pa.Table, types: pa.Array, taxa: np.ndarray[tuple[int], np.dtype[np.int32]]
) -> list[tuple[str, str, str, str]]:
    """Return the variants of all names as rows `curie, text, scope, source`.

    Args:
        names: The table of names.
        types: Entity type of each name's concept.
        taxa: Taxon number of each name's concept.
    """
    rows = []
    texts = names["text"]
    for rule in RULES:
        chosen = pc.and_(
            pc.equal(types, str(rule.type)),
            pc.match_substring_regex(texts, f"^(?:{rule.pattern})$"),
        )
        if rule.scopes:
            chosen = pc.and_(chosen, pc.is_in(names["scope"], pa.array(rule.scopes)))
        if rule.taxa:
            chosen = pc.and_(chosen, pa.array(np.isin(taxa, rule.taxa)))
        pattern = re.compile(rule.pattern)
        for row in names.filter(chosen).to_pylist():
            if found := pattern.fullmatch(row["text"]):
                for text, scope in rule.vary(found):
                    scope = scope or row["scope"]
                    rows.append((row["curie"], text, scope, f"bionorm:{rule.name}"))
    return rows
