"""How a link's reason tells which kind of name was matched."""

from __future__ import annotations

_PHRASES = {
    "word": "a word for",
    "adjective": "the adjective of",
    "learned": "what annotators of gold corpora call",
    "symbol": "the symbol of",
    "description": "the full name of",
    "designation": "another name of",
    "former": "a former name of",
    "orthologue": "named like the orthologue of",
    "prefixed": "the symbol, with a letter for the species, of",
    "family": "what is made from",
}


def told(scope: str, concept: str) -> str:
    """Say in words that a name of some scope names a concept.

    >>> told("word", "Mus musculus"), told("exact", "osteoarthritis")
    ('a word for Mus musculus', 'an exact name of osteoarthritis')
    """
    article = "an" if scope[:1] in set("aeiou") else "a"
    return f"{_PHRASES.get(scope, f'{article} {scope} name of')} {concept}"
