import pytest

from pipeline.errors import SourceWarning
from pipeline.terminology.sources import hgnc, ncbi_gene, orthologs
from pipeline.terminology.sources.records import ORTHOLOGY, Concept, Mapping, Name

GENE_INFO = [
    "#tax_id",
    "GeneID",
    "Symbol",
    "LocusTag",
    "Synonyms",
    "dbXrefs",
    "chromosome",
    "map_location",
    "description",
    "type_of_gene",
    "Symbol_from_nomenclature_authority",
    "Full_name_from_nomenclature_authority",
    "Nomenclature_status",
    "Other_designations",
    "Modification_date",
    "Feature_type",
]


def gene(**values):
    return [values.get(column.lstrip("#"), "-") for column in GENE_INFO]


def write(path, *rows):
    path.write_text("".join("\t".join(row) + "\n" for row in rows))
    return path


def test_gene_info(tmp_path):
    row = gene(
        tax_id="9606",
        GeneID="860",
        Symbol="RUNX2",
        LocusTag="tag_1",
        Synonyms='CBFA1|5" end',
        description="RUNX family",
        type_of_gene="protein-coding",
        Symbol_from_nomenclature_authority="RUNX2",
        Full_name_from_nomenclature_authority="RUNX family member 2",
        Other_designations="osf2|PEBP2aA",
        Modification_date="20300102",
    )
    placeholder = gene(tax_id="9606", GeneID="1", Symbol="NEWENTRY")
    path = write(tmp_path / "Homo_sapiens.gene_info", GENE_INFO, row, placeholder)
    concept, *names = ncbi_gene.read(path)
    assert concept == Concept("NCBIGene:860", "Gene", "RUNX2", 9606, "protein-coding")
    assert [(name.text, name.scope) for name in names] == [
        ("RUNX2", "symbol"),
        ("RUNX2", "symbol"),
        ("CBFA1", "synonym"),
        ('5" end', "synonym"),
        ("RUNX family", "description"),
        ("RUNX family member 2", "description"),
        ("osf2", "designation"),
        ("PEBP2aA", "designation"),
        ("tag_1", "locus"),
    ]
    assert ncbi_gene.version(path) == "2030-01-02"


@pytest.mark.parametrize("number", ["x", "", "-", "٣"])
def test_a_gene_without_number_is_damage(tmp_path, number):
    row = gene(tax_id="9606", GeneID=number, Symbol="X")
    path = write(tmp_path / "a.gene_info", GENE_INFO, row)
    with pytest.warns(SourceWarning, match=r"gene_info:2: .* is no number"):
        assert list(ncbi_gene.read(path)) == []


def test_gene_history_keeps_replaced_genes(tmp_path):
    path = write(
        tmp_path / "gene_history",
        ["#tax_id", "GeneID", "Discontinued_GeneID", "Discontinued_Symbol", "Discontinue_Date"],
        ["9606", "860", "861", "OLD", "20300101"],
        ["9606", "-", "862", "GONE", "20300101"],
    )
    assert list(ncbi_gene.read_history(path)) == [
        Concept("NCBIGene:861", "Gene", "OLD", 9606, replaced_by="NCBIGene:860")
    ]


def test_gene_orthologs(tmp_path):
    path = write(
        tmp_path / "gene_orthologs",
        ["#tax_id", "GeneID", "relationship", "Other_tax_id", "Other_GeneID"],
        ["9606", "860", "Ortholog", "10090", "12393"],
    )
    assert [row[:3] for row in ncbi_gene.read_orthologs(path)] == [
        ("NCBIGene:860", ORTHOLOGY, "NCBIGene:12393")
    ]


def test_hgnc(tmp_path):
    path = write(
        tmp_path / "hgnc_complete_set.txt",
        [
            "status",
            "entrez_id",
            "symbol",
            "name",
            "alias_symbol",
            "alias_name",
            "prev_symbol",
            "prev_name",
            "date_modified",
        ],
        ["Approved", "860", "RUNX2", "RUNX two", '"AML3|OSF2"', "", "CBFA1", '"a|b"', "2030-01-02"],
        ["Approved", "", "NOGENE", "x", "", "", "", "", ""],
        ["Entry Withdrawn", "5", "GONE", "x", "", "", "", "", ""],
    )
    assert list(hgnc.read(path)) == [
        Name("NCBIGene:860", text, scope, "HGNC")
        for text, scope in [
            ("RUNX2", "symbol"),
            ("RUNX two", "description"),
            ("AML3", "synonym"),
            ("OSF2", "synonym"),
            ("CBFA1", "former"),
            ("a", "former"),
            ("b", "former"),
        ]
    ]
    assert hgnc.version(path) == "2030-01-02"


def test_hcop_keeps_supported_pairs_and_the_best_of_each_organism(tmp_path):
    path = write(
        tmp_path / "hcop.tsv",
        ["human_symbol", "human_entrez", "taxon_id", "symbol", "entrez", "support_n"],
        ["A", "1", "9913", "a1", "11", "2.0"],
        ["A", "1", "9913", "a1", "11", "5.0"],
        ["A", "1", "9913", "a2", "12", "3.0"],
        ["A", "1", "9913", "a3", "13", "2.0"],
        ["A", "1", "9031", "-", "14", "1.0"],
        ["A", "1", "8364", "-", "-", "2.0"],
    )
    rows = list(orthologs.read_hcop(path))
    assert [row.object_id for row in rows if isinstance(row, Mapping)] == [
        "NCBIGene:11",
        "NCBIGene:12",
        "NCBIGene:14",
    ]
    assert Concept("NCBIGene:11", "Gene", "a1", 9913) in rows
    assert [row.text for row in rows if isinstance(row, Name)] == ["a1", "a2", "a3"]


def test_homologene_relates_a_group_to_its_human_or_first_model_organism(tmp_path):
    path = write(
        tmp_path / "homologene.tsv",
        ["HID", "Gene.Symbol", "Taxonomy", "Gene.ID"],
        ["3", "m", "10090", "2"],
        ["3", "h", "9606", "1"],
        ["3", "h2", "9606", "3"],
        ["5", "f", "7227", "5"],
        ["5", "r", "10116", "4"],
    )
    pairs = [row[::2][:2] for row in orthologs.read_homologene(path) if isinstance(row, Mapping)]
    assert pairs == [
        ("NCBIGene:1", "NCBIGene:2"),
        ("NCBIGene:3", "NCBIGene:2"),
        ("NCBIGene:4", "NCBIGene:5"),
    ]
