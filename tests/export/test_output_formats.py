"""The registry: names, suffixes, options, whole files, streams."""

import io
import tracemalloc
from dataclasses import replace

import pytest
from lxml import html
from papers_to_write import example

from pipeline.errors import UsageError
from pipeline.export.formats import FORMATS, format_of, open_writer, output_format
from pipeline.export.prefixes import PrefixStyle, restyle, restyle_paper
from pipeline.export.sink import DialectName, Table, WriteOptions
from pipeline.model import Link

EVERY_FORMAT = pytest.mark.parametrize("name", FORMATS)


def written(made, name, options=None):
    stream = io.BytesIO()
    with open_writer(stream, name, options) as write:
        for paper in made:
            write(paper)
    assert not stream.closed
    return stream.getvalue()


@EVERY_FORMAT
def test_a_file_has_the_bytes_of_a_stream_and_is_whole(name, tmp_path):
    path = tmp_path / "out"
    with open_writer(path, name) as write:
        write(example())
        assert not path.exists()
    assert path.read_bytes() == written([example()], name)
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@EVERY_FORMAT
def test_an_error_leaves_the_old_file(name, tmp_path):
    path = tmp_path / "out"
    path.write_bytes(b"old")

    def fail() -> None:
        with open_writer(path, name) as write:
            write(example())
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@EVERY_FORMAT
def test_no_papers_are_no_error(name):
    assert isinstance(written([], name), bytes)


@EVERY_FORMAT
def test_the_usual_suffix_tells_the_format(name, tmp_path):
    for suffix in FORMATS[name].suffixes:
        assert format_of(tmp_path / f"Results.2026{suffix.upper()}") == name


@pytest.mark.parametrize("name", ["results", "results.docx", "results.txt", "tsv"])
def test_other_names_tell_none(name, tmp_path):
    with pytest.raises(UsageError, match="tells no output format; name one of tsv, csv"):
        format_of(tmp_path / name)


def test_an_unknown_format():
    with pytest.raises(UsageError, match="unknown output format 'brat'; one of tsv, csv"):
        output_format("brat", WriteOptions())


@pytest.mark.parametrize(
    ("options", "having"),
    [
        (WriteOptions(table=Table.ENTITIES), {"tsv", "csv", "parquet", "jsonl"}),
        (WriteOptions(dialect=DialectName.BIORED), {"pubtator"}),
        (WriteOptions(prefix_style=PrefixStyle.BIOREGISTRY), set(FORMATS)),
        (WriteOptions(excel=True), {"csv"}),
        (WriteOptions(provenance={"a": "b"}), set(FORMATS)),
    ],
)
def test_options_that_a_format_has_not_are_wrong_use(options, having):
    for name in FORMATS:
        if name in having:
            assert output_format(name, options) is FORMATS[name]
        else:
            with pytest.raises(UsageError, match=f"{name} has no option .*; it is one of"):
                output_format(name, options)


@pytest.mark.parametrize("name", [n for n, f in FORMATS.items() if f.streamed])
def test_streamed_formats_keep_no_papers(name, tmp_path):
    def peak(count):
        with open_writer(tmp_path / "out", name) as write:
            write(example())
            tracemalloc.start()
            for number in range(count):
                write(replace(example(), id=str(number)))
            result = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return result

    few = peak(20)
    # Parquet collects the rows of a row group, which is more than the rows here.
    assert peak(200) < few + (200 * 7 * 2000 if name == "parquet" else 100_000)


def test_the_html_page_links_out_whatever_the_prefixes():
    pages = [
        written([example()], "html", WriteOptions(prefix_style=style)).decode()
        for style in PrefixStyle
    ]
    links = [
        set(html.document_fromstring(page).xpath("//a[starts-with(@href, 'http')]/@href"))
        for page in pages
    ]
    assert links[0] == links[1]
    assert ["mesh:D" in page for page in pages] == [False, True]


def test_the_html_page_is_the_report():
    page = written([example()], "html", WriteOptions(provenance={"bionorm": "1.0"}))
    text = html.document_fromstring(page.decode()).text_content()
    assert "Bones & <mice>" in text
    assert "1.0" in text


@pytest.mark.parametrize(
    ("curie", "styled"),
    [
        ("MESH:D1", "mesh:D1"), ("OMIM:1", "mim:1"), ("MONDO:1", "MONDO:1"), ("", ""),
        ("NCBITaxon:1", "NCBITaxon:1"), ("NCBIGene:1", "NCBIGene:1"), ("MESH", "MESH"), ("x", "x"),
    ],
)  # fmt: skip
def test_prefix_styles(curie, styled):
    assert restyle(curie, PrefixStyle.OBO) == curie
    assert restyle(curie, PrefixStyle.BIOREGISTRY) == styled


def test_a_paper_in_a_style_is_otherwise_the_same():
    made = example()
    assert restyle_paper(made, PrefixStyle.OBO) is made
    styled = restyle_paper(made, PrefixStyle.BIOREGISTRY)
    assert styled.passages == made.passages
    link = styled.mentions[3].link
    assert (link.curie, link.mesh) == ("MONDO:0005178", ("mesh:D010003",))
    assert link.alternatives[0].curie == "mim:165720"
    assert isinstance(link, Link)
