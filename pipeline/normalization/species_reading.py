"""Puts together what a paper says of species, from its species mentions and its words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pipeline.model import Link
from pipeline.normalization.species_context import HUMAN, SpeciesContext, SpeciesMention
from pipeline.normalization.species_hints import find_hints
from pipeline.normalization.species_kinds import SpeciesKinds
from pipeline.recognition.places import Place
from pipeline.terminology.gene_taxa import GeneTaxa
from pipeline.terminology.terminology import Terminology

_HUMAN_BY_NAME = re.compile(r"(?i)human|homo|h\.")


class SpeciesReader:
    """Makes the `SpeciesContext` of a paper.

    Args:
        terminology: The terminology.
    """

    def __init__(self, terminology: Terminology) -> None:
        self._gene_taxa = GeneTaxa(terminology)
        self._kinds = SpeciesKinds(terminology)

    def context(
        self, text: str, places: Sequence[Place], links: Mapping[int, Link]
    ) -> SpeciesContext:
        """Collect what a text says of species.

        Args:
            text: The text.
            places: Its mentions.
            links: Links of those that are species.
        """
        mentions = []
        for i, place in enumerate(places):
            link = links.get(i)
            if link and link.taxon:
                # A species without genes in the terminology counts too: it takes from the
                # others' share, and says that they are not what the paper is about.
                taxon = self._gene_taxa.of(link.taxon) or link.taxon
                people = link.taxon == HUMAN and not _HUMAN_BY_NAME.match(place.text)
                mentions.append(SpeciesMention(place.start_char, place.end_char, taxon, people))
        title_end = text.find("\n\n")
        return SpeciesContext(
            text,
            sorted(mentions, key=lambda m: (m.start, m.end, m.taxon)),
            title_end if title_end >= 0 else len(text),
            hints=find_hints(text),
            kind_of=self._kinds.of,
        )
