"""Where the names of an annotation occur in a paper's text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.model import Mention, Paper
from pipeline.terminology.normal_form import WORD, Cutter, normal_form
from pipeline.terminology.separators import separators_agree

_SHORT = 5
"""Up to this length (in characters) a name's capitals matter: `CAT` does not occur in `a cat`."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A stretch of text that has the normal form of a name.

    Attributes:
        passage: Identifier of the passage.
        start: First code point in the passage's text.
        end: Code point after the last one.
        text: The text between them.
    """

    passage: str
    start: int
    end: int
    text: str

    def overlaps(self, mention: Mention) -> bool:
        """Whether a mention shares at least one character with it."""
        return (
            mention.passage == self.passage
            and mention.start < self.end
            and self.start < mention.end
        )


class SurfaceText:
    """The visible text of a paper, ready to be searched for names.

    Names are compared in the normal form of the terminology, so that `IL-6` is an occurrence of
    `IL6` and `TNF-α` one of `TNF alpha`, at word boundaries.
    """

    def __init__(self, paper: Paper) -> None:
        cutter = Cutter()
        self._passages = []
        for passage in paper.passages:
            cut = cutter.cut(passage.text)
            spans = list(zip(cut.start.tolist(), cut.end.tolist(), strict=True))
            forms = [normal_form(passage.text[start:end]) for start, end in spans]
            self._passages.append((passage, spans, forms, cut.kind.tolist()))

    def occurrences(self, names: Iterable[str]) -> list[Occurrence]:
        """Return where any of the names occurs, in text order, each place once.

        Args:
            names: Names of one entity.
        """
        wanted: dict[str, list[str]] = {}
        for name in names:
            if form := normal_form(name):
                wanted.setdefault(form, []).append(name)
        if not wanted:
            return []
        longest = max(map(len, wanted))
        found = []
        for passage, spans, forms, kinds in self._passages:
            for first, (start, _) in enumerate(spans):
                if kinds[first] != WORD:
                    continue
                joined = ""
                for last in range(first, len(spans)):
                    joined += forms[last]
                    if len(joined) > longest:
                        break
                    end = spans[last][1]
                    surface = passage.text[start:end]
                    if any(_stands_for(surface, name) for name in wanted.get(joined, ())):
                        found.append(Occurrence(passage.id, start, end, surface))
        return found


def same_surface(text: str, name: str) -> bool:
    """Tell whether a surface form and a name have the same normal form and agree in capitals.

    >>> same_surface("TNF-α", "TNF-alpha"), same_surface("cat", "CAT")
    (True, False)
    """
    return normal_form(text) == normal_form(name) and _stands_for(text, name)


def _stands_for(surface: str, name: str) -> bool:
    if not separators_agree(surface, name):
        return False
    acronym = len(name) <= _SHORT and sum(map(str.isupper, name)) > 1
    return not (acronym and surface.isalpha() and surface.islower())
