"""Whether blanks and hyphens in a text allow it to stand for a name of the same normal form."""

from __future__ import annotations

import re
from itertools import pairwise

_WORDS = re.compile(r"[^\W_]+")


def separators_agree(surface: str, name: str) -> bool:
    """Tell whether a surface form may stand for a name of the same normal form.

    Blanks and hyphens may come and go between letters and digits (`IL 6`, `IL-6`, `IL6`), and a
    blank may stand for a hyphen; but two words of the text are not one word of a name when either
    is short (`a cat` is not `ACAT`), nor the other way round.

    >>> separators_agree("IL 6", "IL6"), separators_agree("a cat", "ACAT")
    (True, False)
    """
    broken = _short_break(surface, name) or _short_break(name, surface)
    return not broken or _breaks(surface) == _breaks(name)


def _breaks(text: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(text)]


def _short_break(broken: str, whole: str) -> bool:
    """Whether `broken` has a blank between letters that `whole` has not, beside a short word."""
    squeezed: set[str] = set()
    for left, right in pairwise(broken.split()):
        if min(len(left), len(right)) > 3 or not (left[-1].isalpha() and right[0].isalpha()):
            continue
        squeezed = squeezed or set(_breaks(whole))
        if left.lower().strip("-,.;()") not in squeezed and (
            right.lower().strip("-,.;()") not in squeezed
        ):
            return True
    return False
