"""The words of a name, and the classes into which `lookup` puts names with similar words.

A *token* is a run of letters or a run of digits of a normalized word, so that `IL6`, `IL-6` and
`IL 6` have the same tokens. Each class is a 64-bit number that names share when they differ only
in what the class passes over:

- `word order`: order of the words and words that only join others;
- `word form`: besides, the endings of words (`epileptic`, `epilepsy`);
- `general word`: besides, words such as `disease` or `protein`, and which of several words for the
  same thing was taken (`renal`, `kidney`);
- `initials`: everything but the first letters of the words, in order;
- `abbreviated genus`: all of a species' first word but its initial.

The numbers are sums of hashes of the tokens, which makes them independent of the order.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import Final

from pipeline.model import EntityType
from pipeline.terminology.normal_form import normal_word

MASK: Final = (1 << 64) - 1
MOST_INITIALS: Final = 8

WORDS: Final = re.compile(r"['’][sS](?![^\W_])|[^\W_]+")
_TOKENS = re.compile(r"[^\W\d_]+|\d+")
_HARMED = re.compile(r"([a-z]+o)(?:tox|path)")
_LEAST_LETTERS = 3
_LEAST_STEM = 3
_ENDINGS = (
    # Greek nouns and their adjectives: sclerosis sclerotic, autism autistic, asthma asthmatic
    ("osis", "ot"), ("asis", "at"), ("psis", "pt"), ("ysis", "yt"), ("esis", "et"),
    ("epsy", "ept"), ("plexy", "plect"), ("ism", "ist"), ("asm", "ast"), ("asia", "ast"),
    ("oma", "omat"), ("ema", "emat"), ("thma", "thmat"), ("itis", "it"),
    # Latin ones: deficiency deficient, incontinence incontinent
    ("ncy", "nt"), ("nce", "nt"),
    ("iness", ""), ("ness", ""), ("ation", "at"), ("ative", "at"), ("atory", "at"),
    ("icity", "ic"), ("ility", "il"), ("ity", ""), ("ion", ""), ("ive", ""), ("ory", ""),
    ("ious", ""), ("eous", ""), ("ous", ""), ("ical", "ic"), ("eal", ""), ("ial", ""), ("al", ""),
    ("ian", ""), ("an", ""), ("ar", ""), ("ic", ""), ("iac", ""), ("ium", ""), ("um", ""),
    ("us", ""), ("ia", ""), ("ae", ""), ("a", ""), ("is", ""), ("es", ""), ("ed", ""),
    ("ine", ""), ("y", ""), ("i", ""), ("e", ""),
)  # fmt: skip
"""Endings, longest of a kind first, and what is left of them in a stem."""
_BY_LETTER = {
    last: tuple((e, rest) for e, rest in _ENDINGS if e[-1] == last)
    for last in {ending[-1] for ending, _ in _ENDINGS}
}
"""The same by their last letter, in the same order."""


@dataclass(frozen=True, slots=True)
class Classes:
    """The numbers of a name's classes; 0 where it has none."""

    word_order: int
    word_form: int
    general_word: int
    initials: int
    abbreviated_genus: int


@dataclass(frozen=True, slots=True)
class WordList:
    """Words with a special treatment (see `data/lookup_words.toml`); all but the first as stems."""

    joining: frozenset[str]
    general: dict[str, frozenset[str]]
    same: dict[str, dict[str, str]]
    combining: dict[str, dict[str, str]]

    def core(self, root: str, type: str) -> str:
        """Return what a stem comes to when general words are left out; empty for such a word."""
        if root in self.general.get(type, ()):
            return ""
        organ = _HARMED.fullmatch(root)
        if organ and organ[1] in self.combining.get(type, {}):
            root = self.combining[type][organ[1]]
        return self.same.get(type, {}).get(root, root)


def word_list_file() -> Path:
    """Return the file of the word list."""
    return Path(str(files("pipeline.terminology") / "data" / "lookup_words.toml"))


@cache
def word_list() -> WordList:
    """Read the word list."""
    data = tomllib.loads(word_list_file().read_text(encoding="utf-8"))
    return WordList(
        frozenset(data["joining"]),
        {type: frozenset(map(stem, words)) for type, words in data["general"].items()},
        {
            type: {stem(word): stem(group[0]) for group in groups for word in group}
            for type, groups in data["same"].items()
        },
        {
            type: {form: stem(organ) for form, organ in forms.items()}
            for type, forms in data["combining"].items()
        },
    )


def word_tokens(word: str) -> list[str]:
    """Return the tokens of one word.

    >>> word_tokens("TNFα"), word_tokens("IL6R")
    (['tnfalpha'], ['il', '6', 'r'])
    """
    return list(_word_tokens(word))


@lru_cache(maxsize=10_000)
def _word_tokens(word: str) -> tuple[str, ...]:
    return tuple(_TOKENS.findall(normal_word(word)))


def tokens_of(text: str) -> list[str]:
    """Return the tokens of a text.

    >>> tokens_of("Parkinson's disease, type IV")
    ['parkinson', 'disease', 'type', '4']
    """
    return [t for word in WORDS.findall(text) if word[0] not in "'’" for t in _word_tokens(word)]


def stem(token: str) -> str:
    """Cut the ending off a word, so that a noun and its adjective become the same.

    The rules are those of Greek and Latin word formation, which medical English follows; they need
    not give a real stem, only the same one for related words. At most three endings are cut, and
    never so that fewer than three letters are left.

    >>> [stem(w) for w in ("hypertension", "hypertensive", "epilepsy", "epileptic")]
    ['hypertens', 'hypertens', 'epilept', 'epilept']
    >>> stem("anemia") == stem("anemic"), stem("virus") == stem("viral")
    (True, True)
    """
    if len(token) < 5 or not token.isalpha():
        return token
    for _ in range(3):
        for ending, rest in _BY_LETTER.get(token[-1], ()):
            if token.endswith(ending) and len(token) - len(ending) + len(rest) >= _LEAST_STEM:
                token = token[: len(token) - len(ending)] + rest
                break
        else:
            break
    return token


def number_of(text: str) -> int:
    """Return a number for a string, evenly spread over 64 bits."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def number_of_initial(place: int, initial: str) -> int:
    """Return the share of an initial in the class `initials`."""
    return number_of(f"{place} {initial}")


def number_of_genus(initial: str) -> int:
    """Return the share of a genus' initial in the class `abbreviated genus`."""
    return number_of(f"{initial}.")


@dataclass(frozen=True, slots=True)
class TokenNumbers:
    """What a token adds to the classes of a name of one type.

    Attributes:
        joining: Whether it only joins other words.
        plain: Share in `word order`.
        stem: Share in `word form`.
        core: Share in `general word`; 0 for a general word.
        letters: Number of letters that `general word` keeps.
        initial: First letter, or all of a number.
    """

    joining: bool
    plain: int
    stem: int
    core: int
    letters: int
    initial: str


@lru_cache(maxsize=20_000)
def token_numbers(token: str, type: str) -> TokenNumbers:
    """Compute what a token adds to the classes of a name."""
    words = word_list()
    joining = token in words.joining
    root = stem(token)
    core = words.core(root, type)
    number = 0 if joining else number_of(token)
    of_root = number if root == token or joining else number_of(root)
    of_core = of_root if core == root or joining else number_of(core) if core else 0
    letters = len(core) if core and core.isalpha() and not joining else 0
    return TokenNumbers(
        joining,
        number,
        of_root,
        of_core,
        letters,
        token if token.isdigit() else token[0],
    )


def has_core(letters: int) -> bool:
    """Tell whether a name still says something without its general words."""
    return letters >= _LEAST_LETTERS


def query_classes(text: str, tokens: list[str], type: str) -> Classes:
    """Compute the classes in which to look for a string.

    Initials are looked for only where the string looks like an acronym, an abbreviated genus only
    where it begins with one; and a symbol of a gene has no ending.
    """
    parts = [token_numbers(t, type) for t in tokens]
    core = sum(p.core for p in parts) & MASK if has_core(sum(p.letters for p in parts)) else 0
    return Classes(
        sum(p.plain for p in parts) & MASK,
        0 if type == EntityType.GENE and len(parts) < 2 else sum(p.stem for p in parts) & MASK,
        core,
        initials_number(text, tokens, type),
        genus_number(tokens, type),
    )


def genus_number(tokens: list[str], type: str) -> int:
    """Return the number of a string in the class `abbreviated genus`, or 0."""
    if type != EntityType.SPECIES or len(tokens) < 2 or len(tokens[0]) > 2:
        return 0
    rest = (token_numbers(token, type).stem for token in tokens[1:])
    return (number_of_genus(tokens[0][0]) + sum(rest)) & MASK


def initials_number(text: str, tokens: list[str], type: str) -> int:
    """Return the number of a string in the class `initials`, or 0."""
    if (
        type == EntityType.GENE
        or len(text) > MOST_INITIALS + 2
        or sum(c.isupper() for c in text) < 2
    ):
        return 0
    letters = [i for t in tokens for i in ([t] if t.isdigit() else t)]
    if not 2 <= len(letters) <= MOST_INITIALS:
        return 0
    return sum(number_of_initial(k, i) for k, i in enumerate(letters)) & MASK
