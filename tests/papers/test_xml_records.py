from __future__ import annotations

import http.server
import io
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import PaperError
from pipeline.papers import Limits
from pipeline.papers.source import Source
from pipeline.papers.xml_records import child, children, local, records
from pipeline.papers.xml_text import flat

PATH = Path("x.xml")


def read(data: bytes | str, *tags: str, **limits: int) -> list[tuple[str, tuple[object, ...]]]:
    data = data.encode() if isinstance(data, str) else data
    source = Source(PATH, io.BytesIO(data), Limits(**limits))
    found = records(source, tags or ("r",))
    return [("".join(record.element.itertext()), record.faults) for record in found]


def texts(data: bytes | str, *tags: str, **limits: int) -> list[str]:
    return [text for text, _ in read(data, *tags, **limits)]


def until_error(data: str, **limits: int) -> tuple[list[str], PaperError]:
    source = Source(PATH, io.BytesIO(data.encode()), Limits(**limits))
    found = []
    with pytest.raises(PaperError) as caught:
        for record in records(source, ("r",)):
            found.append("".join(record.element.itertext()))  # noqa: PERF401  # it raises
    return found, caught.value


def test_records_anywhere_and_in_any_namespace() -> None:
    data = '<a><r>1</r><b xmlns="urn:x"><r>2</r></b><r>3</r></a>'
    assert texts(data) == ["1", "3"]
    assert texts(data, "{*}r") == ["1", "2", "3"]


def test_comments_and_instructions_do_not_break_words() -> None:
    assert texts("<a><r>BR<!-- x -->CA<?y z?>1<![CDATA[ <2]]></r></a>") == ["BRCA1 <2"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_the_encoding_is_that_of_the_file(encoding: str) -> None:
    declared = "" if encoding.startswith("utf") else f'<?xml version="1.0" encoding="{encoding}"?>'
    assert texts(f"{declared}<a><r>Sjögren</r></a>".encode(encoding)) == ["Sjögren"]


def test_entities_of_the_dtds_and_of_the_file_are_resolved() -> None:
    data = (
        '<!DOCTYPE a PUBLIC "-//NLM//DTD" "absent.dtd" [<!ENTITY mine "a b"><!ENTITY m2 "&mine;">]>'
        "<a>\n<r>TNF-&alpha;&nbsp;<b/>&mine;, &lt;&#946;&gt;</r><r>&nonsense;\n&m2;!</r></a>"
    )
    (first, no_faults), (second, faults) = read(data)
    assert (first, no_faults) == ("TNF-α\u00a0a b, <β>", ())
    assert second == "&nonsense;\n&m2;!"
    assert faults == (
        (2, "unknown entity &nonsense;: left as it is"),
        (2, "unknown entity &m2;: left as it is"),
    )


@pytest.mark.parametrize("dtd", ["", '<!DOCTYPE a [<!ENTITY x "y">]>'])
def test_entities_that_nothing_could_declare_are_told(dtd: str) -> None:
    found, error = until_error(f"{dtd}<a>\n<r>1</r>\n<r>&nbsp;</r>\n<r>2</r></a>")
    assert found == ["1"]
    assert str(error) == (
        "x.xml:3: the XML is damaged: Entity 'nbsp' not defined "
        "(there is no DOCTYPE that could declare it)"
    )


def test_no_file_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (tmp_path / "x.dtd").write_text('<!ENTITY y "secret">')
    for dtd in (
        f'<!DOCTYPE a [<!ENTITY y SYSTEM "{secret.as_uri()}">]>',
        f'<!DOCTYPE a [<!ENTITY y SYSTEM "{secret}">]>',
        f'<!DOCTYPE a SYSTEM "{tmp_path / "x.dtd"}">',
        f'<!DOCTYPE a [<!ENTITY % p SYSTEM "{tmp_path / "x.dtd"}"> %p;]>',
    ):
        assert texts(f"{dtd}<a><r>&y;</r></a>") == ["&y;"]


def test_no_address_is_asked() -> None:
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        assert texts(f'<!DOCTYPE a SYSTEM "{address}/x.dtd"><a><r>&y;</r></a>') == ["&y;"]
        data = f'<!DOCTYPE a [<!ENTITY y SYSTEM "{address}/y">]><a><r>&y;</r></a>'
        assert texts(data) == ["&y;"]
        server.shutdown()
    assert asked == []


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a><r>&l9;</r></a>', "amplification"),
        (
            f'<!DOCTYPE a [<!ENTITY l0 "{"x" * 100_000}">]><a><r>{"&l0;" * 1000}</r></a>',
            "amplification",
        ),
        ('<!DOCTYPE a [<!ENTITY x "&y;"><!ENTITY y "&x;">]><a><r>&x;</r></a>', "loop"),
        (f"<a><r>{'x' * 10_100_000}</r></a>", "Text node too long"),
        ("<a>" * 300 + "</a>" * 300, "Excessive depth"),
    ],
    ids=["laughs", "quadratic", "loop", "long text", "depth"],
)
def test_bombs_are_refused(data: str, reason: str) -> None:
    found, error = until_error(data)
    assert found == []
    assert "x.xml:1: the XML is refused: " in str(error)
    assert reason in str(error)
    assert "HUGE" not in str(error)


def test_short_entities_cannot_swell_a_record() -> None:
    data = f'<!DOCTYPE a [<!ENTITY x "{"y" * 33}">]><a><r>&x;</r></a>'
    assert texts(data) == ["&x;"]


def test_what_stands_before_damage_is_read() -> None:
    for size in (1, 3000):  # the damage in the first or in a later piece
        good = "".join(f"<r>{n}</r>\n" for n in range(size * 10))
        found, error = until_error(f"<a>\n{good}<r>x<b></r>\n<r>y</r></a>")
        assert found == [str(n) for n in range(size * 10)]
        assert error.problem.line == size * 10 + 2
        assert "the XML is damaged: Opening and ending tag mismatch" in str(error)


def test_lines_beyond_65535_are_told() -> None:
    _, error = until_error("<a>" + "\n" * 100_000 + "<r>x<b></r></a>")
    assert error.problem.line == 100_001


def test_files_that_are_cut_off_are_told() -> None:
    found, error = until_error("<a>\n<r>1</r>\n<r>2")
    assert found == ["1"]
    assert error.problem.line == 3


@pytest.mark.parametrize("data", ["", "  ", "abc", "<a><r>\x01</r></a>", "<a/><b/>", "<a>&#0;</a>"])
def test_other_damage_is_told(data: str) -> None:
    found, error = until_error(data)
    assert found == []
    assert "the XML is damaged" in str(error)


def test_a_record_that_is_too_large_is_refused() -> None:
    data = f"<a><r>1</r>{'<x/>' * 100_000}<r>2</r></a>"
    assert texts(data) == ["1", "2"]
    found, error = until_error(data, record=200_000)
    assert found == ["1"]
    assert "more than 200,000 bytes without a whole paper" in str(error)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=20)))
def test_text_comes_back(parts: list[str]) -> None:
    def escape(text: str) -> str:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("]]>", "]]&gt;")

    data = "<a>" + "".join(f"<r>{escape(part)}</r>" for part in parts) + "</a>"
    assert texts(data) == parts


def test_helpers_look_behind_namespaces() -> None:
    source = Source(PATH, io.BytesIO(b'<a xmlns="urn:x"><r><b><c>1</c></b><b>2</b></r></a>'))
    for record in records(source, ("{*}r",)):
        assert local(record.element) == "r"
        assert [flat(b) for b in children(record.element, "b")] == ["1", "2"]
        assert flat(child(record.element, "b", "c")) == "1"
        assert child(record.element, "x", "c") is None


def test_entities_are_found_at_every_border_of_chunks() -> None:
    for length in range(65_536 - 60, 65_536 + 10):
        filling = "x" * length
        data = f'<!DOCTYPE a SYSTEM "x.dtd"><a><r>{filling}&alpha;</r><r>&beta;</r></a>'
        assert texts(data) == [f"{filling}α", "β"]
    long = "x" * 200_000
    assert texts(f'<!DOCTYPE a SYSTEM "x.dtd"><a><r>&alpha;{long}</r></a>') == [f"α{long}"]
