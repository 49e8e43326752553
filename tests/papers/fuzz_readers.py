"""Mutated inputs for all readers: whatever stands in a file, the outcome is a paper or a problem.

    python tests/papers/fuzz_readers.py 1000000 [--seed 1]

reads so many inputs and prints what came of them. The input at hand is the newest file in the
directory that is printed first; it is still there when the process crashes.
"""

from __future__ import annotations

import argparse
import bz2
import copy
import gzip
import io
import json
import lzma
import random
import sys
import tarfile
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import zstandard
from lxml import etree
from medline_by_hand import medline
from test_jats import ARTICLE, DOCTYPE

from pipeline.model import Paper, Problem
from pipeline.papers import FORMATS, Limits, scan

LIMITS = Limits(paper=200_000, record=1 << 20, whole=4 << 20, spared=1 << 20)
MOST_FAILURES = 20
SUFFIXES = ("", ".txt", ".md", ".tsv", ".xml", ".parquet", ".gz", ".bin")
LONGEST_SECONDS = 20
"""No input of some kilobytes may take longer, on a machine that is busy with other things."""

PUBTATOR = """\
1|t|BRCA1 in mice
1|a|We saw TNF-α|β and breast or ovarian cancer.
1\t0\t5\tBRCA1\tGene\t672
1\t9\t13\tmice\tSpecies\t*10090
1\t34\t57\tbreast or ovarian cancer\tCompositeMention\tD001943|D010051\tbreast|ovarian
1\tCID\tD003000\tD001943

2|t|Other
2|a|
2\t0\t5\tOther\tDisease\t-1
"""
SEED = """\
# Exosomes of *young* rats

**Authors:** Ann Able

PMC · DOI: 10.1000/x.1 · Bone · 2026-01-10

## Abstract

First TNF-&alpha; paragraph.

## Linked entities

- **Genes:** Srr (serine racemase) [NCBI Gene 27364] {aka Rgsc34, Srs}, Mapk1
- **Diseases:** osteoarthritis (MONDO:0005178), Neoplasms, Breast (MESH:D001943)
"""
BIOC: dict[str, Any] = {
    "source": "x",
    "documents": [
        {
            "id": "1",
            "infons": {"doi": "10.1/x"},
            "passages": [
                {
                    "offset": 0,
                    "infons": {"section_type": "TITLE", "type": "title"},
                    "text": "TNF-α and 𝛽",
                    "annotations": [
                        {
                            "id": "1",
                            "infons": {"identifier": "7124", "type": "Gene"},
                            "text": "TNF-α",
                            "locations": [{"offset": 0, "length": 5}],
                        }
                    ],
                },
                {
                    "offset": 12,
                    "infons": {"type": "abstract"},
                    "sentences": [{"offset": 12, "text": "One."}, {"offset": 17, "text": "Two."}],
                },
            ],
        }
    ],
}
BIOC_XML = """\
<?xml version='1.0' encoding='utf-8'?>
<!DOCTYPE collection SYSTEM "BioC.dtd">
<collection><source>x</source><date/><key/><document><id>1</id><infon key="doi">10.1/x</infon>
<passage><infon key="type">title</infon><offset>0</offset><text>TNF-α &amp; 𝛽</text>
<annotation id="1"><infon key="type">Gene</infon><infon key="identifier">7124</infon>
<location offset="0" length="5"/><text>TNF-α</text></annotation></passage>
<passage><offset>10</offset><sentence><offset>10</offset><text>One.</text></sentence></passage>
</document></collection>
"""
RECORDS = [
    {"pmid": 1, "title": "A", "abstract": "B 🧬"},
    {"id": "x", "passages": [{"text": "T", "section": "Methods"}, "U"], "authors": ["A", "B"]},
]
TABLE = 'pmid,Title,Abstract,year\n1,One,"quoted, ""x""\nline",2018\n2,"Two" x,More,\n'
TEXT = "A title\n\nFirst paragraph, TNF-&alpha;\nand <i>more</i>.\n\nSecond.\n"
MARKDOWN = (
    "---\ntitle: T\n---\n# Introduction\n\n- *a*\n- b\n\n## References\n\n1. x\n\n# Methods\n\ny\n"
)
TOKENS = (
    *(b"\x00", b"\xff", b"\xef\xbb\xbf", b"\r", b"\n", b"\t", b'"', b"\\", b"|", b",", b"{", b"["),
    *(b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?x?>", b"&nbsp;", b"&#0;", b"&#x10ffff;", b"&x;"),
    *(b"<p>", b"</p>", b"<sup>", b"<xref ref-type='bibr'>1</xref>", b"<article>", b"</article>"),
    *(b'<!DOCTYPE a [<!ENTITY x "y">]>', b"\\ud800", b"\\u0000", b"NaN", b"1e999", b"null", b"-1"),
    *(
        b"9" * 20,
        b"9" * 5000,
        b"\xed\xa0\x80",
        b"\xe2\x80\xa8",
        b"PAR1",
        b"PK\x03\x04",
        b"\x1f\x8b",
    ),
    *(b"1|t|x\n", b"1|a|x\n", b"# x\n", b"(" * 50, b"[" * 500, b"{" * 500, b"<a>" * 300, b"{aka "),
    *(b"GET / HTTP", b"passages", b"documents", b"id\ttext\n", b"\x28\xb5\x2f\xfd", b"\x1f\x8b"),
)


def originals() -> list[tuple[str, bytes]]:
    """Return whole inputs with their formats: of every format, plain, compressed, in archives."""
    pretty = json.dumps(BIOC, indent=1, ensure_ascii=False)
    parquet = io.BytesIO()
    pd.DataFrame(RECORDS[:1] * 3).to_parquet(parquet)
    plain = [
        ("jats", (DOCTYPE + ARTICLE).encode()),
        ("jats", f"<articles>{ARTICLE}</articles>".replace("&alpha;", "α").encode()),
        ("medline", "".join(medline(2)).encode()),
        ("bioc-xml", BIOC_XML.encode()),
        ("bioc-xml", BIOC_XML.encode("utf-16")),
        ("bioc-json", json.dumps(BIOC).encode()),
        ("bioc-json", pretty.encode()),
        ("bioc-json", json.dumps({"PubTator3": BIOC["documents"]}).encode()),
        ("bioc-json", "\n".join([json.dumps(d) for d in BIOC["documents"] * 2]).encode()),
        ("pubtator", PUBTATOR.encode()),
        ("jsonl", "\n".join(map(json.dumps, RECORDS)).encode()),
        ("jsonl", json.dumps(RECORDS, indent=1).encode()),
        ("table", TABLE.encode()),
        ("table", TABLE.replace(",", "\t").encode()),
        ("table", parquet.getvalue()),
        ("seed", SEED.encode()),
        ("markdown", MARKDOWN.encode()),
        ("text", TEXT.encode()),
    ]
    packers: tuple[Callable[[bytes], bytes], ...] = (
        *(gzip.compress, bz2.compress, lzma.compress, zstandard.compress, _tar, _zip),
    )
    return plain + [(f, pack(data)) for pack in packers for f, data in (plain[9], plain[3])]


def _tar(data: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name in ("a/b.txt", "c.xml"):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def _zip(data: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a/b.txt", "c.xml"):
            archive.writestr(name, data)
    return stream.getvalue()


def mutated(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Change an input in some places."""
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        size = len(made)
        at = chance.randrange(size + 1)
        end = min(size, at + chance.choice((1, 2, 5, 20, 200)))
        match chance.randrange(9):
            case 0 if size:
                made[at % size] = chance.randrange(256)
            case 1:
                made[at:at] = chance.choice(TOKENS)
            case 2:
                del made[at:end]
            case 3:
                made[at:at] = made[at:end] * chance.choice((1, 2, 50))
            case 4:
                del made[at:]
            case 5:
                made[at:end] = chance.choice(TOKENS)
            case 6:
                other = chance.choice(others)
                start = chance.randrange(len(other))
                made[at:end] = other[start : start + chance.choice((5, 50, 500))]
            case 7 if size:
                made[at % size] ^= 1 << chance.randrange(8)
            case _:
                made[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9)))
    return bytes(made)


VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        -1,
        0,
        3,
        10**30,
        1.5,
        float("nan"),
        "",
        " ",
        "x",
        "7",
        "\ud800",
        "TNF-α",
        "\x00",
    ),
    *([], [None], ["x"], {}, {"text": "x"}, {"offset": "3"}, {"offset": -4}, {"x": {"y": []}}),
)
NAMES = (
    *(
        "p",
        "sec",
        "title",
        "fig",
        "caption",
        "table-wrap",
        "table",
        "tr",
        "td",
        "xref",
        "sup",
        "list",
    ),
    *("document", "passage", "sentence", "annotation", "location", "offset", "text", "infon", "id"),
    *("article", "front", "PubmedArticle", "PMID", "Abstract", "AbstractText", "body", "abstract"),
)


def reshaped(data: bytes, chance: random.Random) -> bytes:
    """Change the structure of XML or JSON, which stays well-formed; other data stay as they are."""
    if data[:1] in b"{[" and b"\n{" not in data:
        value = json.loads(data)
        for _ in range(chance.choice((1, 1, 2, 5))):
            _reshape_json(value, chance)
        return json.dumps(value).encode()
    if data[:1] == b"<":
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False))
        for _ in range(chance.choice((1, 1, 2, 5))):
            _reshape_xml(root, chance)
        return etree.tostring(
            root.getroottree(), encoding="utf-8", xml_declaration=chance.random() < 0.5
        )
    return data


def _reshape_json(value: Any, chance: random.Random) -> None:
    """Change one member somewhere in a value."""
    while True:
        keys = list(value) if isinstance(value, dict) else range(len(value))
        if not keys:
            return
        key = chance.choice(keys)
        if isinstance(value[key], list | dict) and value[key] and chance.random() < 0.8:
            value = value[key]
            continue
        # A copy: the value may be changed itself, later, and put into itself.
        new = copy.deepcopy(chance.choice(VALUES))
        match chance.randrange(3):
            case 0:
                value[key] = new
            case 1:
                del value[key]
            case _ if isinstance(value, list):
                value.insert(key, copy.deepcopy(chance.choice((value[key], new))))
            case _:
                name = chance.choice(("id", "text", "infons", "passages", "x"))
                value[name] = copy.deepcopy(value[key])
        return


def _reshape_xml(root: Any, chance: random.Random) -> None:
    """Change one element somewhere in a tree."""
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    element, other = chance.choice(elements), chance.choice(elements)
    match chance.randrange(7):
        case 0 if element is not root:
            element.getparent().remove(element)
        case 1:
            element.tag = chance.choice(NAMES)
        case 2:
            element.append(copy.deepcopy(other))
        case 3:
            element.text = chance.choice(
                ("", " ", "x", "-1", "99999999999999999999", "α\n\t", "&lt;")
            )
        case 4:
            element.tail = chance.choice(("", "x", ", ", "–", "\n    "))
        case 5 if element.attrib:
            del element.attrib[next(iter(element.attrib))]
        case _:
            name = chance.choice(
                ("ref-type", "offset", "length", "key", "pub-id-type", "Label", "id")
            )
            element.set(name, chance.choice(("bibr", "fn", "-1", "3", "type", "doi", "", "α")))


def check(file: Path, data: bytes, format: str | None) -> str:
    """Read an input and check what comes; return its kind.

    Raises:
        AssertionError: If it is anything but papers and problems in their documented form.
    """
    file.write_bytes(data)
    start = time.process_time()  # the machine may be busy, or asleep
    items = list(scan(file, format=format, limits=LIMITS))
    assert time.process_time() - start < LONGEST_SECONDS, "too slow"
    assert items, "neither a paper nor a problem"
    for item in items:
        if isinstance(item, Problem):
            _check_problem(item, file, fatal=True)
        else:
            _check_paper(item, file)
    papers = sum(isinstance(item, Paper) for item in items)
    return "papers" if papers == len(items) else "both" if papers else "problems"


def _check_problem(problem: Problem, file: Path, *, fatal: bool) -> None:
    assert problem.path.startswith(str(file)), problem
    assert problem.line >= 0, problem
    assert problem.reason, problem
    assert problem.fatal is fatal, problem
    (str(problem) + problem.paper_id).encode()


def _check_paper(paper: Paper, file: Path) -> None:
    assert isinstance(paper, Paper), paper
    assert paper.id, paper
    assert paper.source.startswith(str(file)), paper
    passages = {passage.id: passage for passage in paper.passages}
    assert 0 < len(passages) == len(paper.passages), paper
    for problem in paper.problems:
        _check_problem(problem, file, fatal=False)
    for annotation in paper.annotations:
        if annotation.passage:
            text = passages[annotation.passage].text
            assert 0 <= annotation.start < annotation.end <= len(text), annotation
    texts = [paper.id, *paper.metadata, *paper.metadata.values()]
    texts += [text for p in paper.passages for text in (p.id, p.kind, p.text)]
    texts += [text for a in paper.annotations for text in (a.type, a.name, *a.identifiers)]
    "".join(texts).encode()  # fails for what UTF-8 cannot hold


def fuzz(count: int, folder: Path, *, seed: int = 1) -> Counter[tuple[str, str]]:
    """Read so many mutated inputs; return how often each outcome came, by format.

    Raises:
        AssertionError: If some of them have another outcome than papers and problems. They are
            kept in the folder.
    """
    chance = random.Random(seed)  # noqa: S311  # no secret
    whole = originals()
    others = [data for _, data in whole]
    outcomes: Counter[tuple[str, str]] = Counter()
    failures: list[str] = []
    for number in range(count):
        file = folder / f"input{chance.choice(SUFFIXES)}"
        own, data = chance.choice(whole)
        way = chance.random()
        data = reshaped(data, chance) if way < 0.5 else data
        data = mutated(data, others, chance) if way > 0.4 else data
        format = chance.choice((None, None, own, own, chance.choice(tuple(FORMATS))))
        try:
            outcomes[format or "recognized", check(file, data, format)] += 1
        except Exception as error:
            kept = folder / f"failure-{seed}-{number}.bin"
            kept.write_bytes(data)
            failures.append(f"{kept} as {format}: {error!r}")
            if len(failures) == MOST_FAILURES:
                break
    if failures:
        raise AssertionError("\n".join(failures))
    return outcomes


def main() -> None:
    """Fuzz as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="fuzz-readers-"))
    sys.stdout.write(f"{folder}\n")
    start = time.monotonic()
    outcomes = fuzz(options.count, folder, seed=options.seed)
    for (format, outcome), number in sorted(outcomes.items()):
        sys.stdout.write(f"{format:12} {outcome:9} {number:9}\n")
    seconds = time.monotonic() - start
    sys.stdout.write(f"{options.count} inputs without an unexpected outcome, {seconds:.0f} s\n")


if __name__ == "__main__":
    main()
