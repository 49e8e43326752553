"""Other packages' annotation of running text, measured on names and texts from files.

This file is run as a script, in a process of its own, by a Python that has the peer's package
(`python bench_annotators.py scispacy DIRECTORY`), and imports nothing of this package, so that the
peer may live in another environment. It reads `names.jsonl` (curie, name, aliases) and
`texts.jsonl` (text, entities: start and end of each) and writes `PEER.annotated.json`: version,
seconds to build, seconds for the second half of the texts, and the number of mentions resolved in
it. The first half warms caches up.
"""

# mypy: disable-error-code="import-not-found"
# The peers need not be installed.

from __future__ import annotations

import importlib.metadata
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Annotate = Callable[[dict[str, Any]], int]


def scispacy(directory: Path) -> Annotate:
    """Recognize, detect abbreviations and link, as scispaCy's pipelines do.

    Their trained models are in no package index, so the recognizer is spaCy's convolutional network
    in its usual size with random weights, which takes as long; the entities that are linked are
    those that ours has found.
    """
    import spacy
    from bench_peers import scispacy as name_index
    from scispacy.abbreviation import AbbreviationDetector
    from scispacy.linking import EntityLinker
    from thinc.api import fix_random_seed

    fix_random_seed(0)
    nlp = spacy.blank("en")
    recognizer: Any = nlp.add_pipe("ner")
    recognizer.add_label("ENTITY")
    nlp.initialize()
    detector = AbbreviationDetector(nlp)
    linker = EntityLinker(
        nlp, candidate_generator=name_index(directory).engine, filter_for_definitions=False
    )

    def annotate(row: dict[str, Any]) -> int:
        doc = nlp(row["text"])
        spans = [
            doc.char_span(start, end, label="ENTITY", alignment_mode="expand")
            for start, end in row["entities"]
        ]
        doc.ents = spacy.util.filter_spans([s for s in spans if s is not None])
        doc = linker(detector(doc))
        return sum(bool(ent._.kb_ents) for ent in doc.ents)

    return annotate


def entity_ruler(directory: Path) -> Annotate:
    """Find the names with spaCy's `EntityRuler`, in any case."""
    import spacy

    nlp = spacy.blank("en")
    ruler: Any = nlp.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
    ruler.add_patterns(
        [
            {"label": "ENTITY", "pattern": text, "id": row["curie"]}
            for row in _names(directory)
            for text in (row["name"], *row["aliases"])
        ]
    )
    return lambda row: len(nlp(row["text"]).ents)


def gilda(directory: Path) -> Annotate:
    """Find and ground names with Gilda's annotator."""
    from bench_peers import gilda as name_index
    from gilda.ner import annotate

    grounder = name_index(directory).engine
    return lambda row: len(annotate(row["text"], grounder=grounder))


def _names(directory: Path) -> Iterator[dict[str, Any]]:
    for line in (directory / "names.jsonl").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def main(peer: str, directory: Path) -> None:
    """Measure one peer and write the result."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    texts = (directory / "texts.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in texts]
    begin = time.perf_counter()
    annotate = {"scispacy": scispacy, "spacy": entity_ruler, "gilda": gilda}[peer](directory)
    built = time.perf_counter() - begin
    half = len(rows) // 2
    for row in rows[:half]:
        annotate(row)
    begin = time.perf_counter()
    mentions = sum(annotate(row) for row in rows[half:])
    result = {
        "version": importlib.metadata.version(peer),
        "built": built,
        "seconds": time.perf_counter() - begin,
        "mentions": mentions,
    }
    (directory / f"{peer}.annotated.json").write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
