"""bionorm: genes, diseases and species in papers, resolved to identifiers.

>>> import pipeline
>>> nlp = pipeline.load()
>>> paper = pipeline.annotate("Osteopontin rises in mice with osteoarthritis.", nlp=nlp)
>>> [(m.text, m.link.curie) for m in paper.mentions]
[('Osteopontin', 'NCBIGene:20750'), ('mice', 'NCBITaxon:10090'),
 ('osteoarthritis', 'MONDO:0005178')]
"""

from pipeline.api import annotate, load, load_dictionary, read, to_frame, write
from pipeline.model import Annotation, Candidate, EntityType, Link, Mention, Paper, Passage, Problem

__all__ = [
    "Annotation",
    "Candidate",
    "EntityType",
    "Link",
    "Mention",
    "Paper",
    "Passage",
    "Problem",
    "annotate",
    "load",
    "load_dictionary",
    "read",
    "to_frame",
    "write",
]
