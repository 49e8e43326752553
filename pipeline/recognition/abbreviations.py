"""Abbreviations that a paper defines: `osteoarthritis (OA)`.

The decision whether a bracket defines an abbreviation, and where its long form begins, is
scispaCy's (Schwartz and Hearst, 2003). Around it this component looks at the text in coarser words,
so that `TNF-α` is one short form, looks only at brackets that may hold a definition, so that the
time grows with the text and not with its square, and keeps the result as span groups, so that the
`Doc` can be serialized.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scispacy.abbreviation import filter_matches, find_abbreviation
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.recognition.places import Place, set_places
from pipeline.recognition.spans import text_of

SHORT_FORMS = "bionorm_short_forms"
LONG_FORMS = "bionorm_long_forms"

_INITIALS = str.maketrans("αβγδεζικλμνπρστω", "abgdezikl" + "mnprsto")
_GAP = re.compile(r"\n\s*\n")
_COARSE = re.compile(r"[()\[\]]|[^\s()\[\],;:]+|[,;:]")
_BRACKET = re.compile(r"\([^()]*\)")
_LONGEST_BRACKET = 8  # words; the limit of scispaCy's filter
_NEIGHBOURHOOD = 24  # words before a bracket among which the long form is sought


@dataclass(frozen=True, slots=True)
class Definition:
    """An abbreviation and what the paper says it stands for, as spans of the text."""

    short_start: int
    short_end: int
    long_start: int
    long_end: int


def find_definitions(text: str, vocab: Vocab) -> Iterator[Definition]:
    """Yield the definitions in a text, in order of their brackets."""
    start = 0
    for end in (*(gap.start() for gap in _GAP.finditer(text)), len(text)):
        yield from _in_paragraph(text[start:end], start, vocab)
        start = end


def _in_paragraph(text: str, offset: int, vocab: Vocab) -> Iterator[Definition]:
    for bracket in _BRACKET.finditer(text):
        within = list(_COARSE.finditer(text, *bracket.span()))
        if 2 < len(within) <= _LONGEST_BRACKET + 2:
            before = _words_before(text, bracket.start())
            yield from _in_bracket([*before, *within], len(before), offset, vocab)


def _words_before(text: str, end: int) -> list[re.Match[str]]:
    """Return the last words before a place among which a long form is sought."""
    reach = _NEIGHBOURHOOD * 8
    while True:
        start = max(0, end - reach)
        words = list(_COARSE.finditer(text, start, end))
        # The first one may be a part of a word.
        if not start or len(words) > _NEIGHBOURHOOD:
            return words[-_NEIGHBOURHOOD:]
        reach *= 2


def _in_bracket(
    words: list[re.Match[str]], opening: int, offset: int, vocab: Vocab
) -> Iterator[Definition]:
    last = len(words) - 1
    # `(OA, also DJD)` and `(OA; n = 3)`: what stands before the first comma may be the short form.
    for i in range(opening + 1, last):
        if words[i].group() in {",", ";", ":"}:
            last = i
            break
    if last - opening < 2:
        return
    # One letter for one letter, so that `TNFα` is short for `tumor necrosis factor alpha`.
    texts = [w.group().translate(_INITIALS) for w in words[:last]] + [")"]
    doc = Doc(vocab, words=texts)
    for long_candidate, short_candidate in filter_matches([(0, opening + 1, last)], doc):
        if not len(long_candidate):
            continue
        short, long = find_abbreviation(long_candidate, short_candidate)
        if long is None or not _plausible(short.text, long.text):
            continue
        yield Definition(
            offset + words[short.start].start(),
            offset + words[short.end - 1].end(),
            offset + words[long.start].start(),
            offset + words[long.end - 1].end(),
        )


def _plausible(short: str, long: str) -> bool:
    """Leave out what the algorithm finds in `patients (all)` or `interleukin (IL-)`."""
    return (
        len(long) > len(short)
        and any(c.isupper() or c.isdigit() for c in short)
        and short.lower() not in long.lower().split()
    )


class Abbreviations:
    """spaCy component: marks the abbreviations that a text defines.

    Sets two span groups of the same length: `doc.spans["bionorm_short_forms"]` and
    `doc.spans["bionorm_long_forms"]`; the spans at the same place in each belong together.
    """

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, doc: Doc) -> Doc:
        """Find the definitions of one document."""
        shorts, longs = self.find(text_of(doc))
        set_places(doc, SHORT_FORMS, shorts)
        set_places(doc, LONG_FORMS, longs)
        return doc

    def find(self, text: str) -> tuple[list[Place], list[Place]]:
        """Return the short forms that a text defines, and their long forms."""
        found = list(find_definitions(text, self.vocab))
        shorts = [Place.of(text, d.short_start, d.short_end) for d in found]
        longs = [Place.of(text, d.long_start, d.long_end) for d in found]
        return shorts, longs


@Language.factory("bionorm_abbreviations", assigns=["doc.spans"])
def make_abbreviations(nlp: Language, name: str) -> Abbreviations:
    """Create the component."""
    return Abbreviations(nlp.vocab)
