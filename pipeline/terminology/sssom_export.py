"""Export the mappings of a snapshot as a mapping set in SSSOM TSV.

Format: Matentzoglu et al. 2022, "A Simple Standard for Sharing Ontological Mappings (SSSOM)", and
the specification's canonical form of SSSOM/TSV.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import UsageError
from pipeline.terminology.snapshot import Manifest, Source, read_table, snapshot_hash
from pipeline.terminology.sources.records import ORTHOLOGY

IRIS: Mapping[str, str] = {
    "DOID": "http://purl.obolibrary.org/obo/DOID_",
    "MESH": "http://id.nlm.nih.gov/mesh/",
    "MONDO": "http://purl.obolibrary.org/obo/MONDO_",
    "NCBIGene": "https://www.ncbi.nlm.nih.gov/gene/",
    "NCBITaxon": "http://purl.obolibrary.org/obo/NCBITaxon_",
    "NCIT": "http://purl.obolibrary.org/obo/NCIT_",
    "OMIM": "https://omim.org/entry/",
    "OMIMPS": "https://omim.org/phenotypicSeries/PS",
    "Orphanet": "http://www.orpha.net/ORDO/Orphanet_",
    "RO": "http://purl.obolibrary.org/obo/RO_",
    "UMLS": "http://linkedlifedata.com/resource/umls/id/",
    "oboInOwl": "http://www.geneontology.org/formats/oboInOwl#",
}
"""What prefixes stand for. Those of users' vocabularies are resolved by the Bioregistry."""

_BIOREGISTRY = "https://bioregistry.io/{}:"
_BUILT_IN = frozenset({"owl", "rdf", "rdfs", "semapv", "skos", "sssom"})
_LICENCES = {
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC0 1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}
_NO_LICENCE = "https://w3id.org/sssom/license/unspecified"
_TURNED = {
    "skos:exactMatch": "skos:exactMatch",
    "skos:closeMatch": "skos:closeMatch",
    "skos:relatedMatch": "skos:relatedMatch",
    "skos:broadMatch": "skos:narrowMatch",
    "skos:narrowMatch": "skos:broadMatch",
    "oboInOwl:hasDbXref": "oboInOwl:hasDbXref",
    ORTHOLOGY: ORTHOLOGY,
}
"""Predicates that hold in the other direction, too, and what they are called there."""
_REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_INVERSION = "semapv:MappingInversion"
_PLAIN = re.compile(r"[A-Za-z](?:[\w ./()+,;-]|(?<! )#|:(?=[\w./-]))*")


class Row(NamedTuple):
    """A row of the export, in the order of SSSOM's slots."""

    subject_id: str
    subject_label: str
    predicate_id: str
    object_id: str
    object_label: str
    mapping_justification: str
    mapping_provider: str


def parse_pair(text: str) -> tuple[str, str]:
    """Read a pair of prefixes.

    >>> parse_pair("MONDO:MESH")
    ('MONDO', 'MESH')

    Raises:
        UsageError: If it is none.
    """
    subject, colon, object_ = text.partition(":")
    if not (subject and colon and object_) or ":" in object_:
        raise UsageError(f"{text!r} is no pair of prefixes such as MONDO:MESH")
    return subject, object_


def export_mappings(snapshot: Path, *, pairs: Collection[tuple[str, str]] = ()) -> str:
    """Return the mappings of a snapshot as SSSOM TSV; the same snapshot gives the same text.

    Args:
        snapshot: Directory of the snapshot.
        pairs: Prefixes of subjects and objects, in any case. A mapping that the snapshot has in
            the other direction is turned round where its predicate allows it. Without any pair,
            all mappings are exported as they are, but not orthologous genes, which are relations
            between different concepts.

    Raises:
        UsageError: If a pair has no mappings.
        SnapshotError: If the snapshot is missing or incomplete.
    """
    manifest = Manifest.load(snapshot)
    sources = {source.name: source for source in manifest.sources}
    table = read_table(snapshot, "mappings")
    if pairs:
        chosen = _of_pairs(table, pairs)
    else:
        kept = table.filter(pc.not_equal(table["predicate_id"], ORTHOLOGY))
        chosen = [tuple(row.values()) for row in kept.to_pylist()]
    labels = _labels(snapshot, {row[i] for row in chosen for i in (0, 2)})
    rows = sorted(
        Row(s, labels.get(s, ""), p, o, labels.get(o, ""), why, _url(sources.get(source)))
        for s, p, o, why, source in chosen
    )
    used = [sources[name] for name in sorted({row[4] for row in chosen} & sources.keys())]
    wanted = sorted(f"{s}:{o}".casefold() for s, o in pairs)
    identity = f"bionorm mappings {snapshot_hash(snapshot)} {' '.join(wanted)}"
    providers = {row.mapping_provider for row in rows}
    # What all mappings share is said once, in the metadata.
    provider = providers.pop() if len(providers) == 1 else ""
    columns = [
        column
        for column in Row._fields
        if column in _REQUIRED
        or (any(map(attrgetter(column), rows)) and not (provider and column == "mapping_provider"))
    ]
    block = _metadata(rows, used, manifest.builder_version, identity, provider)
    lines = [f"#{line}" for line in block] + ["\t".join(columns)]
    lines += ["\t".join(_field(getattr(row, column)) for column in columns) for row in rows]
    return "\n".join(lines) + "\n"


def _of_pairs(table: pa.Table, pairs: Collection[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Return the mappings of pairs of vocabularies, turned round where they have to be.

    A mapping that is given in both directions is kept as it is given.
    """
    subjects = _prefixes(table["subject_id"])
    objects = _prefixes(table["object_id"])
    chosen: dict[tuple[str, ...], tuple[str, ...]] = {}
    missing = []
    for subject, object_ in sorted({(s.casefold(), o.casefold()) for s, o in pairs}):
        before = len(chosen)
        there = table.filter(pc.and_(pc.equal(subjects, subject), pc.equal(objects, object_)))
        for row in there.to_pylist():
            values = tuple(row.values())
            chosen[values[:3]] = values
        back = table.filter(pc.and_(pc.equal(subjects, object_), pc.equal(objects, subject)))
        for row in back.to_pylist() if subject != object_ else ():
            s, p, o, _, source = row.values()
            if p in _TURNED:
                turned = (o, _TURNED[p], s, _INVERSION, source)
                chosen.setdefault(turned[:3], turned)
        if len(chosen) == before:
            missing.append(f"{subject}:{object_}")
    if missing:
        found = pa.table({"s": subjects, "o": objects}).group_by(["s", "o"]).aggregate([])
        there_are = sorted(f"{row['s']}:{row['o']}" for row in found.to_pylist())
        raise UsageError(
            f"the terminology has no mappings of {', '.join(missing)}; "
            f"it has {', '.join(there_are) or 'none at all'}"
        )
    return list(chosen.values())


def _prefixes(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the prefix of each identifier, in small letters."""
    found = pc.extract_regex(column, r"^(?P<prefix>[^:]*)")
    return pc.utf8_lower(pc.struct_field(found, "prefix"))


def _labels(snapshot: Path, curies: Collection[str]) -> dict[str, str]:
    concepts = read_table(snapshot, "concepts")
    found = concepts.filter(pc.is_in(concepts["curie"], pa.array(sorted(curies), pa.string())))
    return dict(zip(found["curie"].to_pylist(), found["name"].to_pylist(), strict=True))


def _url(source: Source | None) -> str:
    return source.url if source else ""


def _metadata(
    rows: Sequence[Row], sources: Sequence[Source], builder: str, identity: str, provider: str
) -> Iterator[str]:
    """Yield the lines of the metadata block, slots in the order of the specification."""
    prefixes = {
        value.partition(":")[0]
        for row in rows
        for value in (row.subject_id, row.predicate_id, row.object_id, row.mapping_justification)
    }
    declared = sorted(prefixes - _BUILT_IN)
    if declared:
        yield "curie_map:"
    for prefix in declared:
        yield f"  {prefix}: {_scalar(IRIS.get(prefix) or _BIOREGISTRY.format(prefix))}"
    yield f"mapping_set_id: urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, identity)}"
    version = "; ".join(f"{s.name} {s.version}".strip() for s in sources)
    if version:
        yield f"mapping_set_version: {_scalar(version)}"
    if urls := sorted({s.url for s in sources if s.url}):
        yield "mapping_set_source:"
        yield from (f"  - {_scalar(url)}" for url in urls)
    yield "mapping_set_title: Mappings of the bionorm terminology"
    yield f"license: {_licence(sources)}"
    if provider:
        yield f"mapping_provider: {_scalar(provider)}"
    said = "; ".join(f"{s.title}: {s.licence}; {s.attribution}" for s in sources)
    yield "comment: " + _scalar(f"Written by bionorm {builder}. {said}".strip())


def _licence(sources: Sequence[Source]) -> str:
    """Return the address of the licence that all sources share, or that of none in particular."""
    licences = {_LICENCES.get(s.licence, s.licence) for s in sources}
    shared = licences.pop() if len(licences) == 1 else ""
    return _scalar(shared) if re.fullmatch(r"https?://\S+", shared) else _NO_LICENCE


def _scalar(text: str) -> str:
    """Write a YAML string: plain where it can be nothing else, otherwise in quotation marks.

    >>> _scalar("MONDO 2026"), _scalar("1.0"), _scalar("a: b")
    ('MONDO 2026', '"1.0"', '"a: b"')
    """
    words = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
    is_plain = _PLAIN.fullmatch(text) and text == text.strip() and text.casefold() not in words
    return text if is_plain else json.dumps(text, ensure_ascii=False)


def _field(value: str) -> str:
    r"""Write a value of the table; quoted only when it has to be.

    >>> print(_field('the "a" form'), _field("5' end"))
    "the ""a"" form" 5' end
    """
    if any(c in value for c in '"\t\n\r'):
        return '"' + value.replace('"', '""') + '"'
    return value
