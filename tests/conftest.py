"""What many tests share: a small terminology made by hand, and the pipeline, loaded once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from spacy.language import Language

from pipeline.language import load
from pipeline.model import Paper
from pipeline.terminology.snapshot import FORMAT_VERSION, SCHEMAS, Manifest, write_table
from pipeline.terminology.terminology import Terminology, shared_terminology

HOMOLOGOUS, EXACT, BROAD = "RO:HOM0000017", "skos:exactMatch", "skos:broadMatch"

# curie, type, name, taxon, rank, replaced_by
CONCEPTS = [
    ("MESH:D010003", "Disease", "Osteoarthritis", 0, "", ""),
    ("MESH:D020370", "Disease", "Osteoarthritis, Knee", 0, "", ""),
    ("MONDO:0000001", "Disease", "disease", 0, "", ""),
    ("MONDO:0005178", "Disease", "osteoarthritis", 0, "", ""),
    ("MONDO:0005179", "Disease", "", 0, "", "MONDO:0005178"),
    ("MONDO:0005180", "Disease", "Parkinson disease", 0, "", ""),
    ("MONDO:0005578", "Disease", "arthritic joint disease", 0, "", ""),
    ("MONDO:0700001", "Disease", "", 0, "", "MONDO:0005179"),
    ("NCBIGene:12393", "Gene", "Runx2", 10090, "protein-coding", ""),
    ("NCBIGene:20750", "Gene", "Spp1", 10090, "protein-coding", ""),
    ("NCBIGene:367218", "Gene", "Runx2", 10116, "protein-coding", ""),
    ("NCBIGene:43", "Gene", "ACAT", 9606, "protein-coding", ""),
    ("NCBIGene:4790", "Gene", "NFKB1", 9606, "protein-coding", ""),
    ("NCBIGene:6696", "Gene", "SPP1", 9606, "protein-coding", ""),
    ("NCBIGene:7124", "Gene", "TNF", 9606, "protein-coding", ""),
    ("NCBIGene:860", "Gene", "RUNX2", 9606, "protein-coding", ""),
    ("NCBITaxon:10088", "Species", "Mus", 0, "genus", ""),
    ("NCBITaxon:10090", "Species", "Mus musculus", 0, "species", ""),
    ("NCBITaxon:10091", "Species", "Mus musculus castaneus", 0, "subspecies", ""),
    ("NCBITaxon:10116", "Species", "Rattus norvegicus", 0, "species", ""),
    ("NCBITaxon:9605", "Species", "Homo", 0, "genus", ""),
    ("NCBITaxon:9606", "Species", "Homo sapiens", 0, "species", ""),
    ("NCBITaxon:9859", "Species", "Cervus", 0, "genus", ""),
]
# curie, text, scope, source
NAMES = [
    ("MESH:D010003", "Arthritis, Degenerative", "exact", "mesh"),
    ("MESH:D010003", "Osteoarthritis", "preferred", "mesh"),
    ("MESH:D020370", "Osteoarthritis, Knee", "preferred", "mesh"),
    ("MONDO:0005178", "osteoarthritis", "preferred", "mondo"),
    ("MONDO:0005178", "degenerative joint disease", "exact", "mondo"),
    ("MONDO:0005180", "Parkinson disease", "preferred", "mondo"),
    ("MONDO:0005180", "Parkinson's disease", "exact", "mondo"),
    ("MONDO:0005578", "arthritic joint disease", "preferred", "mondo"),
    ("NCBIGene:12393", "Runx2", "symbol", "ncbi"),
    ("NCBIGene:12393", "Cbfa1", "synonym", "ncbi"),
    ("NCBIGene:12393", "SL3-3 enhancer factor (alpha) 1", "designation", "ncbi"),
    ("NCBIGene:12393", "b2r", "locus", "ncbi"),
    ("NCBIGene:20750", "Spp1", "symbol", "ncbi"),
    ("NCBIGene:20750", "osteopontin", "synonym", "ncbi"),
    ("NCBIGene:367218", "Runx2", "symbol", "ncbi"),
    ("NCBIGene:43", "ACAT", "symbol", "ncbi"),
    ("NCBIGene:4790", "NFKB1", "symbol", "ncbi"),
    ("NCBIGene:4790", "NFKB", "synonym", "ncbi"),
    ("NCBIGene:6696", "SPP1", "symbol", "ncbi"),
    ("NCBIGene:6696", "osteopontin", "synonym", "ncbi"),
    ("NCBIGene:6696", "secreted phosphoprotein 1", "description", "ncbi"),
    ("NCBIGene:7124", "TNF", "symbol", "ncbi"),
    ("NCBIGene:7124", "TNF-alpha", "synonym", "ncbi"),
    ("NCBIGene:7124", "tumor necrosis factor", "description", "ncbi"),
    ("NCBIGene:860", "RUNX2", "symbol", "ncbi"),
    ("NCBIGene:860", "CBFA1", "synonym", "ncbi"),
    ("NCBIGene:860", "RUNX family transcription factor 2", "description", "ncbi"),
    ("NCBITaxon:10088", "Mus", "scientific", "taxonomy"),
    ("NCBITaxon:10090", "Mus musculus", "scientific", "taxonomy"),
    ("NCBITaxon:10090", "house mouse", "common", "taxonomy"),
    ("NCBITaxon:10116", "Rattus norvegicus", "scientific", "taxonomy"),
    ("NCBITaxon:9606", "Homo sapiens", "scientific", "taxonomy"),
    ("NCBITaxon:9606", "human", "common", "taxonomy"),
    ("NCBITaxon:9859", "Cervus", "scientific", "taxonomy"),
    ("NCBITaxon:9859", "deer", "common", "taxonomy"),
]
# child, parent
PARENTS = [
    ("MESH:D020370", "MESH:D010003"),
    ("MONDO:0005178", "MONDO:0005578"),
    ("MONDO:0005180", "MONDO:0000001"),
    ("MONDO:0005578", "MONDO:0000001"),
    ("NCBITaxon:10090", "NCBITaxon:10088"),
    ("NCBITaxon:10091", "NCBITaxon:10090"),
    ("NCBITaxon:9606", "NCBITaxon:9605"),
]
# subject_id, predicate_id, object_id, mapping_justification, mapping_source
MAPPINGS = [
    ("MESH:D020370", BROAD, "MONDO:0005178", "semapv:ManualMappingCuration", "mondo"),
    ("MONDO:0005178", EXACT, "MESH:D010003", "semapv:ManualMappingCuration", "mondo"),
    ("MONDO:0005178", EXACT, "OMIM:165720", "semapv:ManualMappingCuration", "mondo"),
    ("MONDO:0005178", "oboInOwl:hasDbXref", "DOID:8398", "semapv:UnspecifiedMatching", "mondo"),
    ("NCBIGene:6696", HOMOLOGOUS, "NCBIGene:20750", "semapv:UnspecifiedMatching", "ncbi"),
    ("NCBIGene:860", HOMOLOGOUS, "NCBIGene:12393", "semapv:UnspecifiedMatching", "ncbi"),
    ("NCBIGene:860", HOMOLOGOUS, "NCBIGene:367218", "semapv:UnspecifiedMatching", "ncbi"),
]
TABLES = {"concepts": CONCEPTS, "names": NAMES, "parents": PARENTS, "mappings": MAPPINGS}

# What a machine is busy with besides says nothing about the code.
settings.register_profile("bionorm", deadline=None)
settings.load_profile("bionorm")

SnapshotMaker = Callable[..., Path]


def write_snapshot(directory: Path, tables: dict[str, list[tuple[object, ...]]]) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    written = {}
    for name, schema in SCHEMAS.items():
        rows = sorted(tables[name])
        columns = {c: [row[i] for row in rows] for i, c in enumerate(schema.names)}
        written[name] = write_table(directory, name, columns)
    Manifest(FORMAT_VERSION, "1.0", (), written).save(directory)
    return directory


@pytest.fixture(scope="session")
def make_snapshot() -> SnapshotMaker:
    """Write a snapshot: `make_snapshot(directory, names=[…])` replaces tables of the small one."""

    def make(directory: Path, **tables: list[tuple[object, ...]]) -> Path:
        return write_snapshot(directory, TABLES | tables)

    return make


@pytest.fixture(scope="session")
def small_snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot of a handful of concepts of every type."""
    return write_snapshot(tmp_path_factory.mktemp("small") / "snapshot", TABLES)


@pytest.fixture(scope="session")
def small(small_snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> Terminology:
    """The terminology of the small snapshot."""
    return Terminology.open(small_snapshot, cache=tmp_path_factory.mktemp("index"))


@pytest.fixture(scope="session")
def terminology() -> Terminology:
    """The embedded terminology."""
    return shared_terminology()


@pytest.fixture(scope="session")
def nlp() -> Language:
    """The pipeline over the embedded terminology."""
    return load()


@pytest.fixture(scope="session")
def annotate(nlp: Language) -> Callable[[str], Paper]:
    """Annotate a text with the loaded pipeline."""
    from pipeline.language import annotate_text

    return lambda text: annotate_text(nlp, text)


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The directory of the seed papers."""
    return Path(__file__).parents[1] / "seeds"
