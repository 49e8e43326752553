"""What displaCy, spaCy's visualizer, needs to know of our types and identifiers.

    displacy.render(doc, style="ent", options={"kb_url_template": CONCEPT_PAGES})

The colours of the types are published as an entry point and need no option.
"""

from __future__ import annotations

from pipeline.model import EntityType
from pipeline.pages.linkouts import concept_url

LABEL_COLORS = {
    EntityType.GENE.value: "#dfeaff",
    EntityType.DISEASE.value: "#ffe6d8",
    EntityType.SPECIES.value: "#dcf3e1",
}
"""Colour of each type, as in the pages that bionorm writes."""


class ConceptPages(str):
    """A `kb_url_template` for displaCy that knows the home of each vocabulary.

    displaCy calls `template.format(kb_id)`. As a text it is the address of a resolver that knows
    all of them, for whoever makes links in another way.
    """

    __slots__ = ()

    def format(self, *args: object, **_: object) -> str:
        """Return the address of a concept's page, or `#` where there is none, as for `NIL`.

        >>> CONCEPT_PAGES.format("MONDO:0005178")
        'https://monarchinitiative.org/MONDO:0005178'
        >>> CONCEPT_PAGES.format("NIL")
        '#'
        """
        return concept_url(str(args[0])) or "#"


CONCEPT_PAGES = ConceptPages("https://bioregistry.io/{}")
"""The `kb_url_template` for displaCy."""
