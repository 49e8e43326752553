"""Names that no text uses to mean their concept: what databases write where a name is missing.

Only what can never help is left out. Names that are merely risky (short symbols, English words)
stay; whether they are meant is decided in the text.
"""

from __future__ import annotations

import re

LONGEST = 120
"""Code points; longer names are definitions and systematic chemical names."""

_PREFIX = re.compile(r"^(?:LOW QUALITY PROTEIN|PREDICTED|Dmel\\)(?::\s*|(?<=\\))", re.IGNORECASE)
_NO_NAME = re.compile(
    r"""
    (?:(?:conserved|putative|probable|predicted|novel|similar\ to|(?:LOW\ QUALITY\ )?PROTEIN:)\ )*
    (?:hypothetical|uncharacteri[sz]ed|unknown|unnamed|predicted|novel|putative|expressed|dubious)
    (?:\ (?:conserved|predicted|functional|fungal))?
    \ (?:protein|gene|locus|transcript|product|sequence|membrane\ protein|orf|LOC\d|ncRNA|lncRNA)
    .*
    | (?:conserved|predicted)\ (?:protein|gene).*
    | (?:protein|gene|unknown|uncharacterized|novel\ transcript|other|none|n/?a)
    | similar\ to\ .*
    | (?:hypothetical|predicted|uncharacteri[sz]ed|provisional)\ .*(?:LOC|MGC|RGD|GM|FLJ)[\d:]+.*
    """,
    re.VERBOSE | re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]", re.UNICODE)


def clean(text: str) -> str:
    r"""Take off what a database puts in front of a name; collapse white space.

    >>> clean("LOW QUALITY PROTEIN:  titin"), clean("Dmel\\CG3038")
    ('titin', 'CG3038')
    """
    return _PREFIX.sub("", " ".join(text.split()))


def is_unfit(text: str) -> bool:
    """Tell whether a name is too long or says no more than that there is none.

    >>> is_unfit("uncharacterized protein LOC101929"), is_unfit("predicted gene, 57688")
    (True, True)
    >>> is_unfit("titin")
    False
    """
    return len(text) > LONGEST or not _WORD.search(text) or bool(_NO_NAME.fullmatch(text))
