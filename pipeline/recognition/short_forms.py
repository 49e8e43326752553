"""One sense per abbreviation: what its long form is decides for all occurrences in the paper."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from spacy.tokens import Span

from pipeline.model import EntityType
from pipeline.recognition.proposals import Proposal, without_overlaps

_GENE_HEADS = frozenset(
    {
        "gene",
        "protein",
        "receptor",
        "kinase",
        "factor",
        "ligand",
        "enzyme",
        "interleukin",
        "chemokine",
        "cytokine",
        "hormone",
        "antigen",
        "peptide",
        "transporter",
        "channel",
        "oncogene",
        "phosphatase",
        "synthase",
        "ligase",
        "reductase",
        "oxidase",
        "transferase",
        "protease",
        "inhibitor",
        "subunit",
        "homolog",
        "homologue",
    }
)


@dataclass(frozen=True, slots=True)
class LongForm:
    """A long form and where the paper gives it."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A place where a short form stands."""

    short: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ShortForms:
    """The abbreviations of a paper: short form, without plural s -> its long forms."""

    long_forms: Mapping[str, tuple[LongForm, ...]]

    @classmethod
    def of_doc(cls, shorts: Iterable[Span], longs: Iterable[Span]) -> ShortForms:
        """Collect the definitions of a document; the first one of a short form comes first."""
        table: dict[str, tuple[LongForm, ...]] = {}
        for short, long in zip(shorts, longs, strict=True):
            key = without_plural(short.text)
            form = LongForm(long.text, long.start_char, long.end_char)
            table[key] = (*table.get(key, ()), form)
        return cls(table)

    def resolve(self, surface: str) -> str:
        """Return the long form of a surface form, or an empty string."""
        forms = self.long_forms.get(without_plural(surface), ())
        return forms[0].text if forms else ""

    def settle(self, text: str, proposals: Iterable[Proposal]) -> list[Proposal]:
        """Give every occurrence of a short form the type of its long form.

        Where the long form is an entity, each occurrence of the short form becomes a mention of
        that type. Where it is not, what the terminology found at the short form is dropped: in a
        paper on `antler stem cells (ASC)`, ASC is not the gene. The exception is a gene symbol
        whose long form ends in a word for a gene product that no terminology lists.
        """
        proposals = list(proposals)
        if not self.long_forms:
            return proposals
        chosen = without_overlaps(proposals)
        types = {short: _type_of(longs, chosen) for short, longs in self.long_forms.items()}
        places = list(self._occurrences(text))
        starts = [place.start for place in places]
        kept = []
        for p in proposals:
            i = bisect_right(starts, p.start) - 1
            place = places[i] if i >= 0 and p.end <= places[i].end else None
            if place is None or self._keeps(place, types, p):
                kept.append(p)
        for place in places:
            if (type_ := types[place.short]) is not None:
                reason = f"abbreviation of {self.long_forms[place.short][0].text}"
                kept.append(Proposal(place.start, place.end, type_, 0.95, reason))
        return kept

    def _keeps(self, place: Occurrence, types: Mapping[str, str | None], p: Proposal) -> bool:
        """Whether a proposal at a short form stays: a gene whose long form is like a gene's."""
        return (
            types[place.short] is None
            and p.type == EntityType.GENE
            and self._gene_like(place.short)
        )

    def _occurrences(self, text: str) -> Iterator[Occurrence]:
        """Yield the places of all short forms, in text order and without overlaps."""
        longest_first = sorted(self.long_forms, key=lambda s: (-len(s), s))
        alternatives = "|".join(re.escape(s) for s in longest_first)
        for found in re.finditer(rf"(?<![^\W_])({alternatives})s?(?![^\W_])", text):
            yield Occurrence(found.group(1), found.start(), found.end())

    def _gene_like(self, short: str) -> bool:
        return any(
            form.text.split()[-1].lower().rstrip("s").strip("()-0123456789") in _GENE_HEADS
            or re.search(r"[A-Z]\w*\d|\d$", form.text)
            for form in self.long_forms[short]
        )


def _type_of(longs: Sequence[LongForm], chosen: Sequence[Proposal]) -> str | None:
    """Return the type of the mention that a long form is, or that ends it as its head."""
    for long in longs:
        for p in chosen:
            if p.start <= long.start and p.end >= long.end:
                return p.type
            if p.end == long.end and 2 * (p.end - p.start) > long.end - long.start:
                return p.type
    return None


def without_plural(short: str) -> str:
    """Return a short form without the s of its plural: `ASCs` is `ASC`.

    >>> without_plural("iPSCs"), without_plural("SARS")
    ('iPSC', 'SARS')
    """
    return short[:-1] if len(short) > 2 and short[-1] == "s" and short[-2].isupper() else short
