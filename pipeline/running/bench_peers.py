"""Other packages' name lookup, measured on names and strings from files.

This file is run as a script, in a process of its own, by a Python that has the peer's package
(`python bench_peers.py scispacy DIRECTORY`), and imports nothing of this package, so that the peer
may live in another environment. It reads `names.jsonl` (curie, name, aliases) and `queries.json` (a
list of strings) and writes `PEER.json`: seconds to build, seconds to open what was built, memory in
MB, seconds for all strings, and for each string the identifiers found, best first.
"""

# mypy: disable-error-code="import-not-found"
# The peers need not be installed.

from __future__ import annotations

import importlib.metadata
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Found = list[list[str]]

_DEPTH = 20
_NEIGHBOURS = 60
"""Neighbours asked of the index: several are names of the same concept."""


@dataclass(frozen=True)
class Names:
    """What a peer makes of the names.

    Attributes:
        built: Seconds to build it.
        opened: Seconds to open what was built.
        search: From strings to the identifiers found for each, best first.
        engine: The peer's own object.
    """

    built: float
    opened: float
    search: Callable[[Sequence[str]], Found]
    engine: Any


def scispacy(directory: Path) -> Names:
    """Build scispaCy's `CandidateGenerator` with its own settings, and open what was built."""
    import nmslib
    import numpy
    from scispacy.candidate_generation import CandidateGenerator
    from scispacy.linking_utils import KnowledgeBase
    from sklearn.feature_extraction.text import TfidfVectorizer

    begin = time.perf_counter()
    rows = []
    for line in (directory / "names.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        rows.append(
            {
                "concept_id": row["curie"],
                "canonical_name": row["name"],
                "aliases": row["aliases"],
                "types": [],
                "definition": None,
            }
        )
    file = directory / "scispacy.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    knowledge = KnowledgeBase(str(file))
    # What `create_tfidf_ann_index` does, which refuses to run with newer releases of SciPy because
    # of the precision in which it writes files.
    vectorizer = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 3), min_df=10, dtype=numpy.float32
    )
    aliases = list(knowledge.alias_to_cuis)
    vectors = vectorizer.fit_transform(aliases)
    kept = numpy.flatnonzero(numpy.asarray(vectors.sum(axis=1)).reshape(-1) != 0)
    aliases, vectors = [aliases[i] for i in kept], vectors[kept]

    def empty_index() -> Any:
        index = nmslib.init(
            method="hnsw", space="cosinesimil_sparse", data_type=nmslib.DataType.SPARSE_VECTOR
        )
        index.addDataPointBatch(vectors)
        return index

    index = empty_index()
    index.createIndex({"M": 100, "efConstruction": 2000, "post": 0}, print_progress=False)
    index.saveIndex(str(directory / "scispacy.bin"))
    built = time.perf_counter() - begin
    begin = time.perf_counter()
    knowledge = KnowledgeBase(str(file))
    index = empty_index()
    index.loadIndex(str(directory / "scispacy.bin"))
    index.setQueryTimeParams({"efSearch": 200})
    generator = CandidateGenerator(index, vectorizer, aliases, knowledge)
    opened = time.perf_counter() - begin

    def search(queries: Sequence[str]) -> Found:
        return [
            [
                c.concept_id
                for c in sorted(found, key=lambda c: (-max(c.similarities), c.concept_id))
            ]
            for found in generator(list(queries), _NEIGHBOURS)
        ]

    return Names(built, opened, search, generator)


def gilda(directory: Path) -> Names:
    """Load the names as terms into Gilda's `Grounder`."""
    from gilda.grounder import Grounder
    from gilda.process import normalize
    from gilda.term import Term

    begin = time.perf_counter()
    terms = []
    for line in (directory / "names.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        space = row["curie"].partition(":")[0]
        for i, text in enumerate((row["name"], *row["aliases"])):
            status = "synonym" if i else "name"
            terms.append(
                Term(normalize(text), text, space, row["curie"], row["name"], status, "bench")
            )
    grounder = Grounder(terms)
    # Its models for names with several meanings are about its own terms, and are downloaded.
    grounder.gilda_disambiguators = {}
    built = time.perf_counter() - begin

    def search(queries: Sequence[str]) -> Found:
        return [[match.term.id for match in grounder.ground(q)] for q in queries]

    return Names(built, built, search, grounder)


def main(peer: str, directory: Path) -> None:
    """Measure one peer and write the result."""
    # One core for everyone: the peers' native code takes all that it can get.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    queries = json.loads((directory / "queries.json").read_text(encoding="utf-8"))
    version = importlib.metadata.version(peer)
    before = _resident()
    names = {"scispacy": scispacy, "gilda": gilda}[peer](directory)
    names.search(queries[:20])
    begin = time.perf_counter()
    found = names.search(queries)
    result = {
        "version": version,
        "built": names.built,
        "opened": names.opened,
        "memory": _resident() - before,
        "seconds": time.perf_counter() - begin,
        "found": [curies[: 10 * _DEPTH] for curies in found],
    }
    (directory / f"{peer}.json").write_text(json.dumps(result), encoding="utf-8")


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / (1 << 20)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
