import gzip
import hashlib
import http.server
import io
import tarfile
import threading

import pytest
from typer.testing import CliRunner

from pipeline.cli_ontologies import ontologies
from pipeline.errors import UsageError
from pipeline.terminology import update
from pipeline.terminology.build import build, catalogue
from pipeline.terminology.download import Downloader
from pipeline.terminology.http_client import Policy
from pipeline.terminology.snapshot import Manifest, read_table

YEAR = 2030
MESH_CONCEPT = """
  <ConceptList><Concept PreferredConceptYN="Y"><ConceptUI>M1</ConceptUI>
   <ConceptName><String>{name}</String></ConceptName>
   <TermList><Term ConceptPreferredTermYN="Y" IsPermutedTermYN="N" LexicalTag="NON"
    RecordPreferredTermYN="Y"><TermUI>T1</TermUI><String>{name}</String></Term>
    <Term ConceptPreferredTermYN="N" IsPermutedTermYN="N" LexicalTag="NON"
    RecordPreferredTermYN="N"><TermUI>T2</TermUI><String>{synonym}</String></Term></TermList>
  </Concept></ConceptList>
"""
DESCRIPTORS = f"""<?xml version="1.0"?>
<!DOCTYPE DescriptorRecordSet SYSTEM "https://www.nlm.nih.gov/databases/dtd/nlmdescriptor.dtd">
<DescriptorRecordSet LanguageCode = "eng">
 <DescriptorRecord DescriptorClass = "1"><DescriptorUI>D000010</DescriptorUI>
  <DescriptorName><String>Arthritis, Knee</String></DescriptorName>
  <TreeNumberList><TreeNumber>C05.550</TreeNumber></TreeNumberList>
  {MESH_CONCEPT.format(name="Arthritis, Knee", synonym="Gonarthritis")}
 </DescriptorRecord>
 <DescriptorRecord DescriptorClass = "1"><DescriptorUI>D000011</DescriptorUI>
  <DescriptorName><String>Water</String></DescriptorName>
  <TreeNumberList><TreeNumber>D01.045</TreeNumber></TreeNumberList>
  {MESH_CONCEPT.format(name="Water", synonym="Ice")}
 </DescriptorRecord>
</DescriptorRecordSet>
"""
SUPPLEMENTS = f"""<?xml version="1.0"?>
<!DOCTYPE SupplementalRecordSet SYSTEM "https://www.nlm.nih.gov/databases/dtd/nlmsupplemental.dtd">
<SupplementalRecordSet LanguageCode = "eng">
 <SupplementalRecord SCRClass = "3"><SupplementalRecordUI>C000020</SupplementalRecordUI>
  <SupplementalRecordName><String>Sore knee syndrome</String></SupplementalRecordName>
  <HeadingMappedToList><HeadingMappedTo><DescriptorReferredTo>
   <DescriptorUI>*D000010</DescriptorUI>
   <DescriptorName><String>Arthritis, Knee</String></DescriptorName>
  </DescriptorReferredTo></HeadingMappedTo></HeadingMappedToList>
  {MESH_CONCEPT.format(name="Sore knee syndrome", synonym="SKS")}
 </SupplementalRecord>
 <SupplementalRecord SCRClass = "1"><SupplementalRecordUI>C000021</SupplementalRecordUI>
  <SupplementalRecordName><String>a chemical</String></SupplementalRecordName>
  {MESH_CONCEPT.format(name="a chemical", synonym="another name of it")}
 </SupplementalRecord>
</SupplementalRecordSet>
"""
MONDO = (
    "format-version: 1.2\ndata-version: http://purl.obolibrary.org/obo/mondo/releases/2030-01-02/"
    "mondo.owl\n\n[Term]\nid: MONDO:0000010\nname: knee arthritis\n"
    'synonym: "gonitis" EXACT []\nproperty_value: skos:exactMatch DOID:10\n'
)
SSSOM = (
    "# mapping_set_id: x\nsubject_id\tsubject_label\tpredicate_id\tobject_id\tobject_label\t"
    "mapping_justification\nMONDO:0000010\tknee arthritis\tskos:exactMatch\tmesh:D000010\t"
    "Arthritis, Knee\tsemapv:ManualMappingCuration\n"
)
GENE_INFO = (
    "#tax_id\tGeneID\tSymbol\tLocusTag\tSynonyms\tdbXrefs\tchromosome\tmap_location\tdescription\t"
    "type_of_gene\tSymbol_from_nomenclature_authority\tFull_name_from_nomenclature_authority\t"
    "Nomenclature_status\tOther_designations\tModification_date\tFeature_type\n"
    "{taxon}\t{gene}\t{symbol}\t-\tQQ{gene}\t-\t6\t-\tkneecap factor\tprotein-coding\t-\t-\tO\t-\t"
    "20300102\t-\n"
)
HISTORY = (
    "#tax_id\tGeneID\tDiscontinued_GeneID\tDiscontinued_Symbol\tDiscontinue_Date\n"
    "9606\t10\t11\tOLD1\t20290101\n9606\t-\t12\tOLD2\t20290101\n"
    "9999999\t10\t13\tOLD3\t20290101\n"
)
ORTHOLOGS = (
    "#tax_id\tGeneID\trelationship\tOther_tax_id\tOther_GeneID\n"
    "9606\t10\tOrtholog\t10090\t20\n9606\t10\tOrtholog\t9999999\t999\n"
)
HGNC = (
    "hgnc_id\tsymbol\tname\tlocus_group\tstatus\talias_symbol\talias_name\tprev_symbol\tprev_name\t"
    "entrez_id\tdate_modified\n"
    'HGNC:1\tKCF1\tkneecap factor 1\tx\tApproved\t"KF|KP1"\t\tPATF\t\t10\t2030-01-03\n'
)
HCOP = (
    "ortholog_species\thuman_entrez_gene\thuman_ensembl_gene\thgnc_id\thuman_name\thuman_symbol\t"
    "human_chr\thuman_assert_ids\tortholog_species_entrez_gene\tortholog_species_ensembl_gene\t"
    "ortholog_species_db_id\tortholog_species_name\tortholog_species_symbol\t"
    "ortholog_species_chr\tortholog_species_assert_ids\tsupport\n"
    "9796\t10\t-\tHGNC:1\tkneecap factor 1\tKCF1\t6\t-\t30\t-\t-\tkneecap\tHKCF\t1\t-\tOMA,EggNOG\n"
    "9796\t10\t-\tHGNC:1\tkneecap factor 1\tKCF1\t6\t-\t31\t-\t-\tkneecap\tHKCF2\t1\t-\tOMA\n"
    "9796\t-\t-\tHGNC:2\tno gene\tNG\t6\t-\t32\t-\t-\tno gene\tNG\t1\t-\tOMA\n"
)
TAXDUMP = {
    "names.dmp": "1\t|\troot\t|\t\t|\tscientific name\t|\n"
    "9606\t|\tHomo sapiens\t|\t\t|\tscientific name\t|\n"
    "9606\t|\thuman\t|\t\t|\tgenbank common name\t|\n",
    "nodes.dmp": "1\t|\t1\t|\tno rank\t|\t\t|\t8\t|\n9606\t|\t1\t|\tspecies\t|\tHS\t|\t5\t|\n",
    "merged.dmp": "63221\t|\t9606\t|\n",
    "delnodes.dmp": "5\t|\n",
    "readme.txt": "What the tables are.\n",
}


def taxdump(tables):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, text in tables.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return packed.getvalue()


def official():
    """Return the official files, in small: path below the mirror -> content."""
    text = {
        "purl.obolibrary.org/obo/mondo.obo": MONDO,
        "purl.obolibrary.org/obo/mondo/mappings/mondo.sssom.tsv": SSSOM,
        "purl.obolibrary.org/obo/doid.obo": "format-version: 1.2\n\n"
        "[Term]\nid: DOID:10\nname: arthritis of the knee\n",
        "storage.googleapis.com/public-download-files/hgnc/tsv/tsv/hgnc_complete_set.txt": HGNC,
    }
    packed = {
        "storage.googleapis.com/public-download-files/hcop/"
        "human_all_hcop_sixteen_column.txt.gz": HCOP,
        "ftp.ncbi.nlm.nih.gov/gene/DATA/gene_history.gz": HISTORY,
        "ftp.ncbi.nlm.nih.gov/gene/DATA/gene_orthologs.gz": ORTHOLOGS,
    }
    mesh = "nlmpubs.nlm.nih.gov/projects/mesh/MESH_FILES/xmlmesh"
    packed[f"{mesh}/desc{YEAR}.gz"] = DESCRIPTORS
    packed[f"{mesh}/supp{YEAR}.gz"] = SUPPLEMENTS
    (genes,) = (entry for entry in catalogue() if entry["name"] == "NCBI Gene")
    organisms = [path for path in genes["downloads"] if path.startswith("GENE_INFO")]
    for number, path in enumerate(organisms, start=1):
        gene = {"Homo_sapiens": (9606, 10), "Mus_musculus": (10090, 20)}
        name = path.rpartition("/")[2].partition(".")[0]
        taxon, number = gene.get(name, (1000 + number, 1000 + number))
        content = GENE_INFO.format(taxon=taxon, gene=number, symbol=f"KCF{number}")
        packed[f"ftp.ncbi.nlm.nih.gov/gene/DATA/{path}"] = content
    files = {path: content.encode() for path, content in text.items()}
    files |= {path: gzip.compress(content.encode(), mtime=0) for path, content in packed.items()}
    dump = taxdump(TAXDUMP)
    digest = hashlib.md5(dump, usedforsecurity=False).hexdigest()
    taxonomy = "ftp.ncbi.nlm.nih.gov/pub/taxonomy/taxdump.tar.gz"
    return files | {taxonomy: dump, f"{taxonomy}.md5": f"{digest}  taxdump.tar.gz\n".encode()}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.seen.append(self.path)
        content = self.server.files.get(self.path.lstrip("/"))
        etag = f'"{hashlib.sha256(content or b"").hexdigest()}"'
        known = self.headers.get("If-None-Match") == etag
        self.send_response(404 if content is None else 304 if known else 200)
        self.send_header("ETag", etag)
        self.end_headers()
        if content and not known:
            self.wfile.write(content)

    def log_message(self, *_):
        pass


class Mirror(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = official()
        self.seen = []
        self.url = f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def mirror(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    with Mirror() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def fetch(mirror, tmp_path):
    def fetch(*only, year=YEAR, **options):
        items = update.plan(update.read_sources(), year=year, only=only, mirror=mirror.url)
        downloader = Downloader(Policy(backoff=0, read_timeout=5))
        return update.download(items, tmp_path / "sources", downloader, **options)

    return fetch


def rows(directory, table):
    return [tuple(row.values()) for row in read_table(directory, table).to_pylist()]


def test_the_official_files_as_downloaded_build(fetch, tmp_path):
    outcomes = fetch()
    assert [outcome.failure for outcome in outcomes] == [""] * len(outcomes)
    snapshot = tmp_path / "snapshot"
    manifest = build(tmp_path / "sources", snapshot)
    read = {source.name: [file.name for file in source.files] for source in manifest.sources}
    downloaded = {outcome.fetched.path.name for outcome in outcomes}
    assert {name for names in read.values() for name in names} == downloaded
    assert read["MeSH"] == [f"desc{YEAR}.gz", f"supp{YEAR}.gz"]
    assert read["NCBI Taxonomy"] == ["taxdump.tar.gz"]
    assert len(read["NCBI Gene"]) >= 10
    concepts = {row[0]: row for row in rows(snapshot, "concepts")}
    assert concepts["MESH:D000010"][2] == "Arthritis, Knee"
    assert concepts["MESH:C000020"][2] == "Sore knee syndrome"
    absent = {"MESH:D000011", "MESH:C000021", "NCBIGene:12", "NCBIGene:13"}
    assert not absent & concepts.keys()
    assert concepts["NCBIGene:11"] == ("NCBIGene:11", "Gene", "OLD1", 9606, "", "NCBIGene:10")
    assert concepts["NCBIGene:30"] == ("NCBIGene:30", "Gene", "HKCF", 9796, "", "")
    assert concepts["NCBITaxon:63221"][5] == "NCBITaxon:9606"
    names = {row[:2] for row in rows(snapshot, "names")}
    assert names >= {
        ("MONDO:0000010", "arthritis of the knee"),
        ("MESH:C000020", "SKS"),
        ("NCBIGene:10", "KP1"),
        ("NCBIGene:20", "QQ20"),
        ("NCBITaxon:9606", "human"),
    }
    assert ("MESH:C000020", "MESH:D000010") in rows(snapshot, "parents")
    mappings = {row[:3] for row in rows(snapshot, "mappings")}
    orthology = "RO:HOM0000017"
    assert mappings >= {
        ("MONDO:0000010", "skos:exactMatch", "MESH:D000010"),
        ("NCBIGene:10", orthology, "NCBIGene:20"),
        ("NCBIGene:10", orthology, "NCBIGene:30"),
    }
    # One method is too few for horse gene 31, since two methods hold 30 for the ortholog.
    assert ("NCBIGene:10", orthology, "NCBIGene:31") not in mappings
    assert ("NCBIGene:10", orthology, "NCBIGene:999") not in mappings


def test_the_newest_year_that_the_server_has_is_taken(fetch, mirror):
    def names():
        return [outcome.fetched.path.name for outcome in fetch("mesh", year=YEAR)]

    assert names() == [f"desc{YEAR}.gz", f"supp{YEAR}.gz"]
    folder = "nlmpubs.nlm.nih.gov/projects/mesh/MESH_FILES/xmlmesh"
    mirror.files[f"{folder}/desc{YEAR + 1}.gz"] = mirror.files[f"{folder}/desc{YEAR}.gz"]
    assert names() == [f"desc{YEAR + 1}.gz", f"supp{YEAR}.gz"]
    del mirror.files[f"{folder}/supp{YEAR}.gz"]
    *_, supplements = fetch("mesh", year=YEAR)
    assert f"supp{YEAR - 1}.gz: is not there (404" in supplements.failure


def test_a_second_time_nothing_is_transferred(fetch, tmp_path):
    assert all(outcome.fetched.changed for outcome in fetch())
    again = fetch()
    assert not any(outcome.fetched.changed for outcome in again)
    snapshot = tmp_path / "snapshot"
    assert not update.is_built_from(snapshot, tmp_path / "sources", again)
    build(tmp_path / "sources", snapshot)
    assert update.is_built_from(snapshot, tmp_path / "sources", again)
    (tmp_path / "sources/mondo.obo").write_text("altered")
    assert not update.is_built_from(snapshot, tmp_path / "sources", again)


def test_one_failure_does_not_keep_the_others_from_coming(fetch, mirror):
    del mirror.files["purl.obolibrary.org/obo/mondo.obo"]
    outcomes = fetch("MONDO", "hgnc")
    assert [outcome.item.source for outcome in outcomes] == ["MONDO", "HGNC"]
    assert "mondo.obo: is not there (404" in outcomes[0].failure
    assert outcomes[1].fetched.changed


def test_a_host_that_cannot_be_reached_is_asked_once(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    asked = []
    items = update.plan(
        update.read_sources(), year=YEAR, only=["NCBI Gene"], mirror="http://mirror.invalid"
    )
    outcomes = update.download(
        items, tmp_path, Downloader(), watch=lambda item: asked.append(item) or (lambda *_: None)
    )
    assert len(outcomes) > len(asked) == 1
    assert all("mirror.invalid cannot be resolved" in outcome.failure for outcome in outcomes)


def test_every_source_that_is_required_has_downloads_and_https():
    items = update.plan(update.read_sources(), year=YEAR)
    assert {item.source for item in items} >= {"MONDO", "MeSH", "NCBI Gene", "NCBI Taxonomy"}
    remotes = [remote for item in items for remote in item.candidates]
    assert all(remote.url.startswith("https://") for remote in remotes)
    assert len({remote.name for remote in remotes}) == len(remotes)
    (dump,) = (remote for remote in remotes if remote.name == "taxdump.tar.gz")
    assert dump.checksum_url == f"{dump.url}.md5"


def test_a_source_of_that_name_is_unknown():
    with pytest.raises(UsageError, match=r"called Monod; there are MONDO, .*NCBI Taxonomy"):
        update.plan(update.read_sources(), year=YEAR, only=["MONDO", "Monod"])


BASE = 'base = "https://x.org/d/"'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "is no list of sources"),
        ("= nonsense", "is no list of sources"),
        ("", r"has no \[\[source\]\]"),
        ("[[source]]\ntitle = 'x'", r"\[\[source\]\] 1: has no name"),
        ("[[source]]\nname = 'x'\ndownloads = 'y'", "downloads is no list"),
        ("[[source]]\nname = 'x'\ndownloads = ['y']", "base is no http"),
        ("[[source]]\nname = 'x'\nbase = 'file:///'\ndownloads = ['y']", "base is no http"),
        (f"[[source]]\nname = 'x'\n{BASE}\ndownloads = [{{url = 'y'}}]", "neither a path nor"),
        (f"[[source]]\nname = 'x'\n{BASE}\ndownloads = [3]", "neither a path nor"),
        (f"[[source]]\nname = 'x'\n{BASE}\ndownloads = [{{path = 3}}]", "value that is no text"),
        (f"[[source]]\nname = 'x'\n{BASE}\ndownloads = ['y/']", "gives no file name"),
        (
            f"[[source]]\nname = 'x'\n{BASE}\ndownloads = [{{path = 'y', file = '../y'}}]",
            "gives no file name",
        ),
        (
            f"[[source]]\nname = 'x'\n{BASE}\ndownloads = ['a/y', 'b/y']",
            "two downloads are called y",
        ),
    ],
)
def test_a_faulty_list_of_sources_is_a_clear_error(tmp_path, text, message):
    path = tmp_path / "sources.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(UsageError, match=message):
        update.plan(update.read_sources(path), year=YEAR)


def test_names_and_whole_urls_in_a_list_of_sources(tmp_path):
    path = tmp_path / "sources.toml"
    download = '{ path = "http://y.org/e/f?id=1", file = "mondo.obo", checksum = "g.sha256" }'
    path.write_text(f"[[source]]\nname = 'x'\n{BASE}\ndownloads = ['a/b.gz', {download}]")
    first, second = update.plan(update.read_sources(path), year=YEAR)
    assert (first.candidates[0].url, first.label) == ("https://x.org/d/a/b.gz", "b.gz")
    assert (second.candidates[0].url, second.label) == ("http://y.org/e/f?id=1", "mondo.obo")
    assert second.candidates[0].checksum_url == "https://x.org/d/g.sha256"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Return a small snapshot, compiled from the official files in small."""
    home = tmp_path_factory.mktemp("small")
    for path, content in official().items():
        (home / path.rpartition("/")[2]).write_bytes(content)
    build(home, home / "snapshot")
    return home / "snapshot"


@pytest.fixture
def command(mirror, small, tmp_path, monkeypatch):
    """Run `bionorm ontologies …`; an update is from the mirror, into the test's directory."""
    hasty = Downloader(Policy(backoff=0, read_timeout=5))
    monkeypatch.setattr("pipeline.terminology.download.Downloader", lambda: hasty)
    monkeypatch.setattr("pipeline.cli_ontologies._this_year", lambda: YEAR)
    monkeypatch.setattr("pipeline.terminology.snapshot.embedded_snapshot", lambda: small)

    def command(*arguments):
        if arguments[0] == "update":
            arguments += ("--to", tmp_path / "home", "--mirror", mirror.url)
        return CliRunner().invoke(ontologies, [str(argument) for argument in arguments])

    return command


def counts(result):
    header, *lines = [line.split("\t") for line in result.stdout.splitlines()]
    return {line[1]: dict(zip(header[2:], map(int, line[2:]), strict=True)) for line in lines}


def test_update_downloads_builds_and_tells_what_changed(command, mirror, tmp_path):
    renamed = MONDO.replace("name: knee arthritis", "name: arthritis, knee")
    mirror.files["purl.obolibrary.org/obo/mondo.obo"] = renamed.encode()
    result = command("update")
    assert (result.exit_code, result.exception) == (0, None)
    snapshot = tmp_path / "home/snapshot"
    assert Manifest.load(snapshot).tables["concepts"].rows > 10
    assert f"--snapshot {snapshot}, or BIONORM_SNAPSHOT={snapshot}" in result.stderr
    found = counts(result)
    assert set(found) == {"MONDO", "MESH", "NCBIGene", "NCBITaxon"}
    assert found["MONDO"]["renamed"] == 1
    assert found["MESH"]["new"] == found["MESH"]["removed"] == 0
    before = (snapshot / "manifest.json").stat().st_mtime_ns
    again = command("update")
    assert "0 files downloaded" in again.stderr
    assert "is up to date" in again.stderr
    assert (snapshot / "manifest.json").stat().st_mtime_ns == before
    assert "is up to date" not in command("update", "--force").stderr


def test_update_without_a_build_and_of_some_sources(command, tmp_path):
    result = command("update", "--only", "hgnc", "--no-build")
    assert result.exit_code == 0
    assert "bionorm ontologies build --from" in result.stderr
    assert [p.name for p in (tmp_path / "home").glob("*/[!.]*")] == ["hgnc_complete_set.txt"]
    assert not (tmp_path / "home/snapshot").exists()


def test_update_that_fails_harms_nothing_and_says_what_to_do(command, mirror, tmp_path):
    assert command("update").exit_code == 0
    home = tmp_path / "home"
    kept = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    for path in list(mirror.files):
        if "gene_info" in path:
            mirror.files[path] = b"broken"
    mirror.files.pop("purl.obolibrary.org/obo/doid.obo")
    result = command("update", "--only", "NCBI Gene", "--only", "DOID")
    assert result.exit_code == 1
    assert "doid.obo: is not there (404" in result.stderr
    assert "cannot be unpacked" in result.stderr
    assert f"bionorm ontologies build --from {home / 'sources'}" in result.stderr
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == kept


def test_update_without_a_network_says_once_how_to_use_files_on_disk(command, mirror, tmp_path):
    sources = tmp_path / "sources.toml"
    sources.write_text(
        "\n".join(
            f"[[source]]\nname = '{x}'\nbase = 'http://{x}.invalid/'\ndownloads = ['{x}.gz']"
            for x in "ab"
        )
    )
    arguments = ["update", "--to", tmp_path / "home", "--sources", sources]
    result = CliRunner().invoke(ontologies, [str(argument) for argument in arguments])
    assert result.exit_code == 1
    assert result.stderr.count("cannot be resolved") == 2
    assert result.stderr.count("get the official files elsewhere") == 1
    assert not list((tmp_path / "home").rglob("*.gz*"))


def test_interrupted_update_says_that_it_can_go_on(command, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.terminology.update.download", interrupt)
    result = command("update")
    assert result.exit_code == 130
    assert "goes on where it stopped" in result.stderr


def test_wrong_use_of_update_is_a_usage_error(command, tmp_path):
    assert isinstance(command("update", "--only", "nothing").exception, UsageError)
    missing = command("update", "--sources", tmp_path / "none.toml")
    assert isinstance(missing.exception, UsageError)


def test_build_status_and_diff_work_together(command, mirror, tmp_path):
    command("update", "--no-build")
    built = tmp_path / "built/snapshot"
    built.parent.mkdir()
    page = tmp_path / "page.md"
    sources = tmp_path / "home/sources"
    result = command("build", "--from", sources, "--output", built, "--readme", page)
    assert result.exit_code == 0
    assert "Mondo Disease Ontology" in page.read_text()
    assert [path.name for path in built.parent.iterdir()] == ["snapshot"]
    result = command("status", "--snapshot", built)
    assert result.exit_code == 0
    assert "2030-01-02" in result.stdout
    details = tmp_path / "changes.tsv"
    result = command("diff", built, built, "--details", details)
    assert result.exit_code == 0
    assert details.read_text() == "change\tcurie\ttype\told\tnew\n"
    assert counts(command("diff", "embedded", built))["MONDO"]["after"] == 1


def test_status_of_the_environment_and_of_the_embedded_snapshot(
    command, small, monkeypatch, tmp_path
):
    assert "NCBI Taxonomy" in command("status").stdout
    monkeypatch.setenv("BIONORM_SNAPSHOT", str(tmp_path))
    assert "is no terminology snapshot" in str(command("status").exception)
    assert command("status", "--snapshot", small).exit_code == 0
