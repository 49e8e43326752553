"""Texts that no one would write: nothing breaks, and time grows with the text."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable

import numpy as np
import pytest
from spacy.language import Language

from pipeline.language import annotate_text
from pipeline.terminology.terminology import shared_terminology

PROSE = (
    "Loss of RUNX2 and BRCA1/2 in mice with breast and ovarian cancer or asthma (IL-6) was seen. "
)
ODD = {
    "capitals": "LOSS OF RUNX2 AND BRCA1 IN MICE WITH OSTEOARTHRITIS (OA). OA HURTS. ",
    "table": "TP53\t0.001\t12.3\tHomo sapiens\nIL-6\tNA\t3\trat\n",
    "references": "12. Müller K, et al. BRCA1/2 in cancer. Nature. 2020;12:1-3. doi:10.1000/1\n",
    "Chinese": "研究表明,乳腺癌患者中BRCA1基因突变与预后相关。",
    "German": "Die Mäuse mit Arthrose zeigten erhöhte Werte von TNF-α; Patienten nicht. ",
    "Arabic": "المرضى الذين يعانون من سرطان الثدي BRCA1 ",
    "brackets": "(((())][}",
    "signs": "/-/,;:%&",
    "slashes": "BRCA1/2/3/4/5/",
    "lists": "IL-1, 2, 3 and 4, ",
    "hyphens": "a-b-c-",
    "coordination": "breast and ovarian and ",
    "one word": "mice ",
    "combining": "e\u0308\u0301",
    "controls": "\x00\x01\x07\x1b\x7f\x85",
    "emoji": "👩‍🔬🧬 TP53 🐭",
}


def noise(size: int) -> str:
    """Return characters without any order."""
    dice = random.Random(0)  # noqa: S311 - no secret
    return "".join(chr(dice.randrange(1, 0x3000)) for _ in range(size))


def definitions(size: int) -> str:
    """Return a text that defines another abbreviation in each sentence."""
    sentence = "Fine new stuff (FNS{}) is good and FNS{} helps. "
    return "".join(sentence.format(i, i) for i in range(size // 50))


@pytest.mark.parametrize("name", [*ODD, "noise"])
def test_offsets_hold(nlp: Language, name: str) -> None:
    text = noise(2000) if name == "noise" else ODD[name] * 30
    paper = annotate_text(nlp, text)
    assert all(text[m.start : m.end] == m.text for m in paper.mentions)
    assert all(0 <= m.link.score <= 1 for m in paper.mentions)


def test_capitals_and_tables_are_read(nlp: Language) -> None:
    found = {m.text for m in annotate_text(nlp, ODD["capitals"]).mentions}
    assert {"RUNX2", "OSTEOARTHRITIS", "OA"} <= found
    found = {m.text for m in annotate_text(nlp, ODD["table"]).mentions}
    assert {"TP53", "Homo sapiens", "IL-6", "rat"} <= found


def checklist(size: int) -> str:
    """Return a text that names a gene of another species in each sentence."""
    index = shared_terminology().index
    species = index.types.index("Species")
    of_species = np.flatnonzero(index.concept_type[index.name_concept] == species)
    names = [index.names[i] for i in of_species[::17].tolist()]
    binomials = [name for name in names if re.fullmatch(r"[A-Z][a-z]+ [a-z]+", name)]
    sentence = "The gene BRCA1 of {} is known. "
    return "".join(sentence.format(name) for name in binomials[: size // 45])


MAKERS: dict[str, Callable[[int], str]] = {
    "prose": lambda size: PROSE * (size // len(PROSE)),
    "definitions": definitions,
    "one definition": lambda size: "osteoarthritis (OA), OA; " * (size // 25),
    "checklist": checklist,
    "lists": lambda size: ODD["lists"] * (size // len(ODD["lists"])),
    "slashes": lambda size: ODD["slashes"] * (size // len(ODD["slashes"])),
    "hyphens": lambda size: ODD["hyphens"] * (size // len(ODD["hyphens"])),
    "coordination": lambda size: ODD["coordination"] * (size // len(ODD["coordination"])),
}


@pytest.mark.parametrize("name", MAKERS)
def test_time_grows_with_the_text(nlp: Language, name: str) -> None:
    """Six times the text takes about six times as long; the square of it would be 36 times."""

    def seconds(size: int) -> float:
        text = MAKERS[name](size)
        begin = time.process_time()
        annotate_text(nlp, text)
        return time.process_time() - begin

    seconds(500)
    assert min(seconds(6000) for _ in range(2)) < 15 * min(seconds(1000) for _ in range(2)) + 0.1
