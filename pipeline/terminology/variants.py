"""Other spellings of a string under which a terminology may have it.

Each rule has a name, which the candidates found by it carry, and a reason. A rule proposes strings;
whether the terminology has them is for the lookup to see, so a rule may propose too much.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.model import EntityType

_MOST = 24
_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Rule:
    """A way to respell a string.

    Attributes:
        name: Its name, for `Hit.method`.
        reason: Why texts write names so.
        propose: From a string to other spellings of it.
        types: Entity types that it applies to.
        strength: How seldom the other spelling means something else, from 0 to 1.
    """

    name: str
    reason: str
    propose: Callable[[str], Iterator[str]]
    types: frozenset[str]
    strength: float


@dataclass(frozen=True, slots=True)
class Variant:
    """Another spelling of a string, the names of the rules that led to it, and their strength."""

    text: str
    rules: tuple[str, ...]
    strength: float


_GREEK = {
    "a": "alpha", "b": "beta", "g": "gamma", "d": "delta", "e": "epsilon", "z": "zeta",
    "k": "kappa", "l": "lambda", "m": "mu", "s": "sigma", "t": "theta", "w": "omega",
}  # fmt: skip
_LETTER = {name: letter for letter, name in _GREEK.items()} | {"eta": "h", "theta": "q"}
_SPELLED = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta",
    "κ": "kappa", "λ": "lambda", "μ": "mu", "σ": "sigma", "θ": "theta", "ω": "omega",
}  # fmt: skip
_GREEK_WORD = "|".join(sorted(_LETTER, key=len, reverse=True))
_GREEK_LETTERS = str.maketrans(_SPELLED)

_FIRST_LETTER = re.compile(r"^([abgdek])[- ](?=[A-Za-z]{3})")
_LAST_LETTER = re.compile(r"(?<=[A-Z0-9])[- ]?([abgdezklmstw])(?=\d{0,2}$)")
_INNER_LETTER = re.compile(r"(?<=[A-Z])[- ]([abgdk])(?=[A-Z]$)")
_LAST_GREEK = re.compile(rf"(?<=[A-Za-z0-9])[- ]?({_GREEK_WORD})(?=[- ]?\d{{0,2}}[A-Za-z]?$)", re.I)
_FIRST_GREEK = re.compile(rf"^({_GREEK_WORD})[- ]?(?=\w)", re.I)
_ORGANISM = re.compile(
    r"^(?:rh|rm|hu|mu|ra|ch|zf|At|Os|Dm|Ce|Sc|Sp|Hs|Mm|Rn|Xl|Dr|Gg|[hmrdxzbpce])-?(?=[A-Z][A-Za-z0-9]|p\d)"
)
_MARK = re.compile(
    r"^(?:anti|phospho|phosphorylated|pro|pre|apo|holo|soluble|serum|plasma|total|mutant"
    r"|recombinant|human|murine|mouse|rat|wild-type|native|activated|active|cellular|viral|[psct])"
    r"[- ](?=\S{2})",
    re.I,
)
_PRODUCT = re.compile(r"(?<=[0-9])p$")
_DECORATION = re.compile(
    r"(?:\s*\([^()]*\)|[-+*/]+|-?(?:WT|KO|mutant|null|deficient|like|mRNA|mRNAs|protein|proteins"
    r"|gene|genes|cDNA|promoter|GFP|positive|negative)|[ -]?\d+(?:\.\d+)? ?kDa)$",
    re.I,
)
_ISOFORM = re.compile(r"(?<=[A-Za-z0-9])(?:[- ]?v\d+|(?<=\d)[- ]?[A-Za-z]|(?<=[a-zA-Z])[- ]?\d)$")
_RECEPTOR = re.compile(r"[- ]?\breceptors?\b", re.I)
_RECEPTOR_LETTER = re.compile(r"(?<=[A-Za-z0-9])-?R(?=\d?[A-Za-z]?$)")
_LIGAND_LETTER = re.compile(r"(?<=[A-Za-z0-9])-?L$")
_RANGE = re.compile(
    r"^(.*?[A-Za-z][- ]?)(\d+|[A-Za-z])((?:[/,&]|\s*(?:and|or|to)\s*)(?:-?\d+|-?[A-Za-z]))+$"
)
_RANGE_MEMBER = re.compile(r"(?:[/,&]|\s*(?:and|or|to)\s*)-?(\d+|[A-Za-z])(?=$|[/,&\s])")
_COORDINATION = re.compile(r"\s*(?:/|,|;|\band\b|\bor\b|&|\+)\s*")
_COORDINATED = re.compile(r"[/,;&+]|\b(?:and|or)\b")
_SHARED_HEAD = re.compile(r"^(\S+)(?:\s*,\s*\S+)*\s+(?:and|or)\s+(\S+)\s+(.+)$")


def _greek_letters(text: str) -> Iterator[str]:
    for pattern in (_FIRST_LETTER, _LAST_LETTER, _INNER_LETTER):
        if pattern.search(text):
            yield pattern.sub(lambda m: _GREEK[m[1]], text)
    spelled = text.translate(_GREEK_LETTERS)
    for pattern in (_LAST_GREEK, _FIRST_GREEK):
        if match := pattern.search(spelled):
            letter = _LETTER[match[1].lower()]
            yield spelled[: match.start()] + letter + spelled[match.end() :].lstrip("- ")


def _greek_dropped(text: str) -> Iterator[str]:
    spelled = text.translate(_GREEK_LETTERS)
    for pattern in (_LAST_GREEK, _FIRST_GREEK):
        if match := pattern.search(spelled):
            yield (spelled[: match.start()] + spelled[match.end() :]).strip("- ")


def _without(*patterns: re.Pattern[str]) -> Callable[[str], Iterator[str]]:
    def propose(text: str) -> Iterator[str]:
        for pattern in patterns:
            shorter = pattern.sub("", text, count=1).strip(" -")
            if shorter != text:
                yield shorter

    return propose


def _receptor(text: str) -> Iterator[str]:
    if _RECEPTOR.search(text):
        yield _RECEPTOR.sub("R", text, count=1)
        yield _RECEPTOR.sub("", text, count=1)
    if _RECEPTOR_LETTER.search(text):
        yield _RECEPTOR_LETTER.sub(" receptor ", text, count=1).strip()
    if _LIGAND_LETTER.search(text):
        yield _LIGAND_LETTER.sub(" ligand", text, count=1)


def _ranges(text: str) -> Iterator[str]:
    if match := _RANGE.match(text):
        yield match[1] + match[2]
        yield from (match[1] + m[1] for m in _RANGE_MEMBER.finditer(text, match.end(2)))


def _coordination(text: str) -> Iterator[str]:
    if not _COORDINATED.search(text):  # most names, told at once
        return
    if match := _SHARED_HEAD.match(text):
        yield f"{match[1].rstrip(',')} {match[3]}"
        yield f"{match[2]} {match[3]}"
    parts = [p for p in _COORDINATION.split(text) if p]
    if len(parts) > 1:
        yield from parts


def _first_member(text: str) -> Iterator[str]:
    # The family's plural or singular stands for its members, of which the first is named 1 or A.
    singular = text[:-1] if text.endswith("s") and len(text) > 3 else text
    yield from (f"{singular}{ending}" for ending in ("1", " 1", "A", " alpha", "2", "B"))


_GENES = frozenset({EntityType.GENE})
_SPECIES = frozenset({EntityType.SPECIES})
_BOTH = frozenset({EntityType.GENE, EntityType.DISEASE})
_TAXON = re.compile(r"^(?:h|hu|human|r|avian|bovine|porcine|equine|wild|wild-type)[- ]?(?=[A-Z])")
_RANK = re.compile(
    r"[,\s]+(?:gen|comb|sp|spp|subsp|ssp|var|strain|str|isolate|serovar|serotype|cv|pv|bv|complex|group)\b\.?.*$"
)
_LAST_WORD = re.compile(r"\s+\S+$")

RULES: tuple[Rule, ...] = (
    Rule("range", "several names share a beginning: ERK1/2", _ranges, _GENES, 0.9),
    Rule(
        "coordination",
        "several names share a head: breast and ovarian cancer",
        _coordination,
        _BOTH,
        0.6,
    ),
    Rule(
        "greek letter",
        "typed as its Latin neighbour: TNFa, b-catenin, LHbeta (LHB)",
        _greek_letters,
        _GENES,
        0.9,
    ),
    Rule(
        "organism prefix",
        "letters that name the organism: hDaxx, rhBMP-2, AtPHR1",
        _without(_ORGANISM),
        _GENES,
        0.85,
    ),
    Rule(
        "state",
        "what was done to the molecule: p-ERK, phospho-Akt, soluble CD40",
        _without(_MARK),
        _GENES,
        0.8,
    ),
    Rule("product suffix", "yeast proteins end in p: Pet10p", _without(_PRODUCT), _GENES, 0.8),
    Rule(
        "decoration",
        "what an experiment adds: Sca-1+, Akt mRNA, p53-null",
        _without(_DECORATION),
        _GENES,
        0.8,
    ),
    Rule("receptor", "R stands for receptor and L for ligand: FSH-R", _receptor, _GENES, 0.75),
    Rule(
        "isoform",
        "isoforms of a gene's product: OCT4A, FLNBv4, NRG-1 beta",
        _without(_ISOFORM),
        _GENES,
        0.6,
    ),
    Rule(
        "greek dropped",
        "a subunit or isoform by its Greek letter: NRG-1 beta",
        _greek_dropped,
        _GENES,
        0.5,
    ),
    Rule(
        "family member",
        "a family stands for its first members: Ras, CD8",
        _first_member,
        _GENES,
        0.5,
    ),
    Rule(
        "origin",
        "where the organism or virus was found: human CMV, hRSV",
        _without(_TAXON),
        _SPECIES,
        0.8,
    ),
    Rule(
        "lower rank",
        "a strain or group of the taxon: Bacillus cereus group",
        _without(_RANK),
        _SPECIES,
        0.7,
    ),
    Rule(
        "strain",
        "the name of a strain follows that of the species",
        _without(_LAST_WORD),
        _SPECIES,
        0.4,
    ),
)


def variants(text: str, type: str) -> list[Variant]:
    """Return other spellings of a string, those by fewer rules first, each once.

    >>> [v.text for v in variants("rhBMP-2", "Gene") if "organism prefix" in v.rules][:1]
    ['BMP-2']
    """
    found = {text: Variant(text, (), 1.0)}
    latest = [found[text]]
    for _ in range(_ROUNDS):
        following = []
        for variant in _respelled(latest, _rules_of(type)):
            if len(found) > _MOST:
                break
            if len(variant.text) > 1 and variant.text not in found:
                found[variant.text] = variant
                following.append(variant)
        latest = following
        if not latest:
            break
    return list(found.values())[1:]


@cache
def _rules_of(type: str) -> tuple[Rule, ...]:
    return tuple(rule for rule in RULES if type in rule.types)


def _respelled(latest: Sequence[Variant], rules: Sequence[Rule]) -> Iterator[Variant]:
    for variant in latest:
        for rule in rules:
            if rule.name not in variant.rules:
                for proposal in rule.propose(variant.text):
                    strength = variant.strength * rule.strength
                    yield Variant(proposal, (*variant.rules, rule.name), strength)
