"""Kinds of sections, from what formats and authors call them.

The kinds of passages, with the section types of BioC that they correspond to:

=================  ========  ==============================================
kind               BioC      what it is
=================  ========  ==============================================
`title`            TITLE     the paper's title
`abstract`         ABSTRACT  abstracts and summaries
`introduction`     INTRO     introduction, background, objectives
`methods`          METHODS   materials, methods, patients
`results`          RESULTS   results, also together with their discussion
`discussion`       DISCUSS   discussion, limitations
`conclusion`       CONCL     conclusions
`case`             CASE      case reports
`figure`           FIG       captions of figures
`table`            TABLE     captions, cells and notes of tables
`abbreviations`    ABBR      lists of abbreviations
`supplement`       SUPPL     descriptions of supplementary material
`appendix`         APPENDIX  appendices
`text`             (none)    anything else
=================  ========  ==============================================

Seed Markdown has `tldr`, `contribution`, `finding` and `section` besides. What is no text about the
paper's subject (references, acknowledgements, funding, contributions, competing interests, formal
statements) has the kind `LEFT_OUT` and is not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

LEFT_OUT: Final = "-"
"""Kind of sections that are not read."""

KINDS: Final = frozenset(
    {
        *("title", "abstract", "introduction", "methods", "results", "discussion", "conclusion"),
        *("case", "figure", "table", "abbreviations", "supplement", "appendix", "text"),
        *("tldr", "contribution", "finding", "section"),
    }
)
"""The kinds of passages."""

BIOC_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "TITLE": "title",
        "ABSTRACT": "abstract",
        "INTRO": "introduction",
        "METHODS": "methods",
        "RESULTS": "results",
        "DISCUSS": "discussion",
        "CONCL": "conclusion",
        "CASE": "case",
        "FIG": "figure",
        "TABLE": "table",
        "ABBR": "abbreviations",
        "SUPPL": "supplement",
        "APPENDIX": "appendix",
        "KEYWORD": "text",
        "REF": LEFT_OUT,
        "ACK_FUND": LEFT_OUT,
        "AUTH_CONT": LEFT_OUT,
        "COMP_INT": LEFT_OUT,
        "REVIEW_INFO": LEFT_OUT,
    }
)
"""Section types of BioC, as NCBI writes them, and the kind of each."""

# Section types of JATS (`sec-type`); several are joined by bars.
_SEC_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "intro": "introduction",
        "introduction": "introduction",
        "background": "introduction",
        "methods": "methods",
        "materials": "methods",
        "materials|methods": "methods",
        "materials-methods": "methods",
        "subjects": "methods",
        "results": "results",
        "results|discussion": "results",
        "discussion": "discussion",
        "conclusion": "conclusion",
        "conclusions": "conclusion",
        "cases": "case",
        "case-report": "case",
        "supplementary-material": "supplement",
        "supplementary": "supplement",
        "data-availability": LEFT_OUT,
        "coi-statement": LEFT_OUT,
        "ethics-statement": LEFT_OUT,
        "funding": LEFT_OUT,
        "author-contributions": LEFT_OUT,
    }
)

# The first that fits decides. Headings are compared in lower case, without numbers before them,
# with straight apostrophes; "…" stands for further words.
_HEADINGS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        LEFT_OUT,
        (
            r"(notes and )?references( cited| and notes)?|bibliography|works cited",
            r"literature( cited)?|acknowledge?ments?…|funding…|financial support",
            r"sources of support|grant (support|information)|author roles",
            r"(individual )?authors?'?s?'? contributions?…",
            r"contributors|(declarations?|statements?|conflicts?) of (competing )?interests?…",
            r"(potential )?(competing|conflicting) (financial )?interests?…",
            r"(financial )?disclosures?( statements?)?|pre-?publication history|publisher's note",
            r"(data|code|data and code)( and materials?)? (availability|sharing)…",
            r"availability of (supporting )?(data|code)…|consent (for publication|to publish)",
            r"ethics approval and consent…|peer review…|(about|information on) the authors?",
            r"authors?'?s?'? (information|details)|declarations?|disclaimers?",
        ),
    ),
    ("abbreviations", (r"(list of )?(abbreviations?|acronyms|nomenclature|glossary)…",)),
    (
        "abstract",
        (r"abstract|highlights|((author|executive|plain language|lay|editor's) )?summary",),
    ),
    (
        "introduction",
        (r"introduction…|background…|(aims?|objectives?|purpose|rationale)…",),
    ),
    ("supplement", (r"(supporting|supplement(ary|al)) .*|supplements?|additional files?…",)),
    ("appendix", (r"appendi(x|ces)…",)),
    (
        "methods",
        (
            r"(experimental )?(materials?|methods?|methodology|procedures?)…|methods?/.*",
            r".* (and|&) (materials?|methods?|methodology)…|(star|online|extended) methods?",
            r"methodology/.*",
            r"(experimental|study) (section|design|setup)…|statistical (analys[ei]s|methods?)",
        ),
    ),
    ("results", (r"((experimental|main) )?(results?|findings?)…|.* (and|&) results",)),
    ("case", (r"(clinical )?cases?( (reports?|presentations?|descriptions?|series))?",)),
    ("discussion", (r"((general|overall) )?discussions?…|limitations?…|comments?",)),
    (
        "conclusion",
        (r"(summary|general) (and|&) conclusions?|conclu(ding|sions?)…|conclusions?/.*",),
    ),
)
_COMPILED: Final = tuple(
    (re.compile("|".join(patterns).replace("…", "( .*)?")), kind) for kind, patterns in _HEADINGS
)
_LONGEST_HEADING: Final = 200
_NUMBERING: Final = re.compile(r"^(?:section\s+)?(?:[ivx]+\.|[0-9a-z](?:\.[0-9]+)*[.)]|[0-9.]+)\s+")


@lru_cache(maxsize=1 << 12)
def kind_of_heading(heading: str) -> str:
    """Return the kind of the section under a heading; empty when the heading tells none.

    >>> kind_of_heading("2. Materials and Methods"), kind_of_heading("Results and discussion")
    ('methods', 'results')
    >>> kind_of_heading("Acknowledgements") == LEFT_OUT, kind_of_heading("Role of Runx2 in bone")
    (True, '')
    """
    if len(heading) > _LONGEST_HEADING:
        return ""
    name = heading.strip().casefold().replace("’", "'")
    name = _NUMBERING.sub("", name).strip(" .:")
    return next((kind for pattern, kind in _COMPILED if pattern.fullmatch(name)), "")


def kind_of_type(sec_type: str) -> str:
    """Return the kind of a section type of JATS; empty when it tells none.

    >>> kind_of_type("materials|methods"), kind_of_type("subsection")
    ('methods', '')
    """
    return _SEC_TYPES.get(sec_type.strip().casefold(), "")
