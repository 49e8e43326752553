"""One sense per abbreviation: what its long form is decides for all occurrences in the paper."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from pipeline.model import EntityType
from pipeline.recognition.places import Place
from pipeline.recognition.proposals import Proposal, without_overlaps

_PIECE = re.compile(r"[^\W_]+|[^\w\s]|_")
_KIND_OF_SPECIES = re.compile(  # methicillin-resistant S. aureus
    r"^(?!.*\b(?:against|and|by|for|from|in|of|to|with)\b).*\s[A-Z](?:\.|[a-z]+) ?[a-z]{3,}$"
)
_VIRUS = re.compile(r"virus(?:es)?(?: type)?(?: [\dA-Z]+)?$")
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
    """The abbreviations of a paper.

    Attributes:
        long_forms: Short form, without plural s -> its long forms.
        definitions: Start and end of each short form and of the long form that it stands for.
    """

    long_forms: Mapping[str, tuple[LongForm, ...]]
    definitions: tuple[tuple[int, int, int, int], ...] = ()

    @classmethod
    def of_doc(cls, shorts: Iterable[Place], longs: Iterable[Place]) -> ShortForms:
        """Collect the definitions of a document; the first one of a short form comes first."""
        table: dict[str, list[LongForm]] = {}
        definitions = []
        for short, long in zip(shorts, longs, strict=True):
            form = LongForm(long.text, long.start_char, long.end_char)
            table.setdefault(without_plural(short.text), []).append(form)
            definitions.append((short.start_char, short.end_char, form.start, form.end))
        long_forms = {short: tuple(forms) for short, forms in table.items()}
        return cls(long_forms, tuple(definitions))

    def resolve(self, surface: str) -> str:
        """Return the long form of a surface form, or an empty string."""
        forms = self.long_forms.get(without_plural(surface), ())
        return forms[0].text if forms else ""

    def settle(
        self, text: str, proposals: Iterable[Proposal], *, in_context: Collection[str] = ()
    ) -> list[Proposal]:
        """Give every occurrence of a short form the type of its long form.

        Where the long form is an entity, each occurrence of the short form becomes a mention of
        that type. Where it is not, what the terminology found at the short form is dropped: in a
        paper on `antler stem cells (ASC)`, ASC is not the gene. The exceptions are a gene symbol
        whose long form ends in a word for a gene product that no terminology lists, and the
        acronym of a virus whose name none lists as the paper writes it.

        Proposals that a model found knowing what the abbreviations stand for are not judged once
        more: a short form only becomes a mention where its long form is exactly one and nothing
        was found in its place.

        Args:
            text: The text.
            proposals: What may be a mention in it.
            in_context: Types whose proposals were found in that way.
        """
        proposals = list(proposals)
        if not self.long_forms:
            return proposals
        chosen = without_overlaps(proposals)
        ends = [p.end for p in chosen]
        types = {s: _type_of(longs, chosen, ends) for s, longs in self.long_forms.items()}
        kept_as: dict[str, set[str]] = {
            EntityType.GENE: {s for s, t in types.items() if t is None and self._gene_like(s)},
            EntityType.SPECIES: {s for s in types if self._virus_like(s)},
        }
        places = list(self._occurrences(text))
        starts = [place.start for place in places]
        kept = []
        for p in proposals:
            i = bisect_right(starts, p.start) - 1
            place = places[i] if i >= 0 and p.end <= places[i].end else None
            if place is None or p.type in in_context or place.short in kept_as.get(p.type, ()):
                kept.append(p)
        coordinated = {(p.start, p.end, p.type): p.members for p in proposals if p.members}
        exact = {(p.start, p.end): p for p in chosen if p.type in in_context}
        taken = {i for p in chosen for i in range(p.start, p.end)} if exact else set()
        for place in places:
            type_ = types[place.short]
            if type_ in in_context:
                long = self.long_forms[place.short][0]
                whole = exact.get((long.start, long.end))
                if whole is not None and taken.isdisjoint(range(place.start, place.end)):
                    reason = f"abbreviation of {long.text}"
                    kept.append(Proposal(place.start, place.end, whole.type, whole.score, reason))
            elif type_ is not None:
                reason = f"abbreviation of {self.long_forms[place.short][0].text}"
                # `ERK1/2` is short for two names, as its long form is two.
                members = coordinated.get((place.start, place.end, type_), ())
                kept.append(Proposal(place.start, place.end, type_, 0.95, reason, members))
        return kept

    def _occurrences(self, text: str) -> Iterator[Occurrence]:
        """Yield the places of all short forms, in text order and without overlaps."""
        found = []
        for short in self.long_forms:
            first = _PIECE.match(short)
            if first is None:
                continue
            start = text.find(short)
            while start >= 0:
                if place := _at(text, start, short):
                    # The plural of a short form of one word is another word.
                    plural = first.end() == len(short) < place.end - start
                    found.append(((start, plural, -len(short), short), place))
                start = text.find(short, start + 1)
        end = 0
        for _, place in sorted(found, key=itemgetter(0)):
            if place.start >= end:
                yield place
                end = place.end

    def _virus_like(self, short: str) -> bool:
        return any(_VIRUS.search(form.text) for form in self.long_forms[short])

    def _gene_like(self, short: str) -> bool:
        return any(
            form.text.split()[-1].lower().rstrip("s").strip("()-0123456789") in _GENE_HEADS
            or re.search(r"[A-Z]\w*\d|\d$", form.text)
            for form in self.long_forms[short]
        )


def _at(text: str, start: int, short: str) -> Occurrence | None:
    """Return the short form, with its plural s, that stands whole at a place."""
    if not text.startswith(short, start) or (start and _is_letter(text[start - 1])):
        return None
    end = start + len(short)
    for last in (end + 1, end) if text.startswith("s", end) else (end,):
        if not _is_letter(text[last : last + 1]):
            return Occurrence(short, start, last)
    return None


def _is_letter(character: str) -> bool:
    return character.isalnum()


def _type_of(
    longs: Sequence[LongForm], chosen: Sequence[Proposal], ends: Sequence[int]
) -> str | None:
    """Return the type of the mention that a long form is, or that ends it as its head.

    Args:
        longs: The long forms of one short form.
        chosen: Mentions without overlaps, in text order.
        ends: Where each of them ends.
    """
    for long in longs:
        i = bisect_left(ends, long.end)
        if i == len(ends):
            continue
        p = chosen[i]
        is_head = p.end == long.end and (
            2 * (p.end - p.start) > long.end - long.start
            or (p.type == EntityType.SPECIES and _KIND_OF_SPECIES.search(long.text))
        )
        if p.start <= long.start or is_head:
            return p.type
    return None


def without_plural(short: str) -> str:
    """Return a short form without the s of its plural: `ASCs` is `ASC`.

    >>> without_plural("iPSCs"), without_plural("SARS")
    ('iPSC', 'SARS')
    """
    return short[:-1] if len(short) > 2 and short[-1] == "s" and short[-2].isupper() else short
