"""Mutated papers through whole runs: nothing crashes, hangs, or is left half done.

    python tests/running/fuzz_runs.py --papers 1000000 [--processes 2] [--dictionary-only]

makes damaged and odd inputs in all formats, as members of archives, files of their own and records
of large files, annotates them with `run_job` in batches, and compares each run with what the
readers alone make of the same files: every paper is in the tables, every failure in the quarantine
with its place and reason, every mention where its offsets say. What is neither damaged input nor a
paper (a bug, a worker that died, a paper that took too long) is told, and its batch is kept.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import shutil
import sys
import tarfile
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "papers"))

from fuzz_readers import SUFFIXES, mutated, originals, reshaped
from medline_by_hand import medline

from pipeline.cli_options import open_pipeline
from pipeline.export.characters import one_line
from pipeline.model import Paper, Problem
from pipeline.papers import scan
from pipeline.papers.decoding import shown
from pipeline.running.engine_choice import EngineChoice
from pipeline.running.items import input_order, with_number
from pipeline.running.job import Job, JobResult, run_job
from pipeline.running.limits import Limits
from pipeline.running.shard_work import Recipe
from pipeline.running.unique_ids import UniqueIds
from pipeline.terminology.snapshot import default_snapshot
from pipeline.terminology.terminology import shared_terminology

LIMITS = Limits(seconds=60)
FILES = {
    "mentions.tsv", "entities.tsv", "validation.tsv", "validation.md", "report.html", "run.json",
}  # fmt: skip
UNEXPECTED = ("the pipeline failed", "the reader failed", "given up", "takes longer", "memory")
WORDS = (
    *("BRCA1", "TNF-α", "Runx2", "p53/p21", "IL-6 and -8", "miR-21", "NF-κB", "H2O", "FGFR1–4"),
    *("mice", "patients", "E. coli", "rats", "Homo sapiens", "osteoarthritis", "breast cancer"),
    *("breast and ovarian cancer", "postmenopausal osteoporosis (PMO)", "PMO", "in", "of", "the"),
    *("with", "increased", "(", ")", "-", "/", ",", ".", "&lt;i&gt;", "𝛽", "e\u0301", "\u200b"),
    *("\u202e", "a" * 200, "((((((", "β" * 50, "\u00a0", "1" * 40, "C57BL/6J", "'", '"', "|", "#"),
)


@dataclass
class Found:
    """What the readers alone make of the files of a batch."""

    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    failures: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    items: int = 0


def make_batch(folder: Path, count: int, chance: random.Random) -> None:
    """Write inputs: half in archives, the rest as records of large files and files of their own."""
    folder.mkdir(parents=True)
    whole = originals()
    others = [data for _, data in whole]

    def inputs(number: int) -> Iterator[tuple[str, bytes]]:
        for n in range(number):
            _, data = chance.choice(whole)
            way = chance.random()
            data = reshaped(data, chance) if way < 0.5 else data
            data = mutated(data, others, chance) if way > 0.4 else data
            yield f"d{n % 7}/{n}{chance.choice(SUFFIXES)}", data

    loose = count // 20
    for name, data in inputs(loose):
        path = folder / "loose" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    packed = count // 2
    parts = max(1, packed // 4000)
    for n in range(parts):
        share = inputs(packed // parts)
        _write_zip(folder / f"a{n}.zip", share) if n % 2 else _write_tar(
            folder / f"a{n}.tar.gz", share
        )
    rest = count - loose - packed
    kinds = (_pubtator, _jsonl, _table, _bioc_lines, _medline)
    for n, kind in enumerate(kinds):
        size = rest // len(kinds) + (n < rest % len(kinds))
        name, data = kind(size, chance)
        (folder / name).write_bytes(data)


def _write_zip(path: Path, inputs: Iterator[tuple[str, bytes]]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in inputs:
            archive.writestr(name, data)


def _write_tar(path: Path, inputs: Iterator[tuple[str, bytes]]) -> None:
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, data in inputs:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


def _text(chance: random.Random) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(chance.randrange(25)))


def _bent(record: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Mutate most records; mostly without NUL, with which a whole file is taken for no text."""
    if chance.random() < 0.2:
        return record
    made = mutated(record, others, chance)
    return made if chance.random() < 0.0002 else made.replace(b"\0", b"")


def _pubtator(count: int, chance: random.Random) -> tuple[str, bytes]:
    records = [
        f"{n}|t|{_text(chance)}\n{n}|a|{_text(chance)}\n{n}\t0\t5\tx\tGene\t672\n\n".encode()
        for n in range(count)
    ]
    return "b.pubtator", b"".join(_bent(r, records, chance) for r in records)


def _jsonl(count: int, chance: random.Random) -> tuple[str, bytes]:
    records = [
        json.dumps({"id": str(n), "title": _text(chance), "abstract": _text(chance)}).encode()
        for n in range(count)
    ]
    return "c.jsonl", b"\n".join(_bent(r, records, chance) for r in records)


def _table(count: int, chance: random.Random) -> tuple[str, bytes]:
    rows = [f"{n}\t{_text(chance)}\t{_text(chance)}".encode() for n in range(count)]
    return "d.tsv", b"\n".join([b"pmid\ttitle\tabstract", *(_bent(r, rows, chance) for r in rows)])


def _bioc_lines(count: int, chance: random.Random) -> tuple[str, bytes]:
    records = []
    for n in range(count):
        passage = {"offset": 0, "infons": {"type": "title"}, "text": _text(chance)}
        record = json.dumps({"id": f"x{n}", "infons": {}, "passages": [passage]}).encode()
        records.append(reshaped(record, chance) if chance.random() < 0.8 else record)
    bent = records if chance.random() < 0.5 else [_bent(r, records, chance) for r in records]
    return "e.json", b"\n".join(bent)


def _medline(count: int, chance: random.Random) -> tuple[str, bytes]:
    """Make a set of citations that stays well-formed, but for one change in every other batch."""
    text = "".join(medline(1, seed=chance.randrange(1 << 30)))
    head, mark, citation = text.partition("<PubmedArticle>\n")
    citation = (mark + citation).partition("<DeleteCitation>")[0].replace("\n", " ")
    pieces = []
    for n in range(count):
        record = citation.replace("10000000", str(20_000_000 + n)).encode()
        record = reshaped(record, chance) if chance.random() < 0.9 else record
        pieces.append(record[record.startswith(b"<?xml") and record.index(b"?>") + 2 :])
    if chance.random() < 0.5:
        place = chance.randrange(count)
        pieces[place] = mutated(pieces[place], pieces[:50], chance)
    return "f.xml", head.encode() + b"\n".join(pieces) + b"</PubmedArticleSet>\n"


def read_alone(folder: Path) -> Found:
    """Read the files as a run does, and do nothing with the papers."""
    found, ids = Found(), UniqueIds()
    for file in inputs_of(folder):
        for position, item in enumerate(scan(file), start=1):
            found.items += 1
            if isinstance(item, Problem):
                found.failures[shown(file), position, " ".join(item.reason.split())] += 1
                continue
            size = sum(len(p.text) for p in item.passages)
            if size > LIMITS.characters:
                continue
            assert isinstance(item, Paper)
            paper = with_number(item, ids.add(item.id))
            found.texts[one_line(paper.id)] = {one_line(p.id): p.text for p in paper.passages}
    return found


def inputs_of(folder: Path) -> list[Path]:
    return sorted((p for p in folder.rglob("*") if p.is_file()), key=input_order)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        lines = stream.read().split("\n")
    head = lines[0].split("\t")
    assert lines.pop() == "", f"{path} ends within a line"
    rows = []
    for line in lines[1:]:
        (cells,) = csv.reader([line], delimiter="\t") if '"' in line else [line.split("\t")]
        cells = line.split("\t") if len(cells) != len(head) else cells
        rows.append(dict(zip(head, cells, strict=True)))
    return rows


def faults(folder: Path, output: Path, result: JobResult) -> list[str]:
    """Compare a run with what the readers alone make of its files; return what is wrong."""
    found = read_alone(folder)
    wrong: list[str] = []

    def expect(true: object, text: str) -> None:
        if not true:
            wrong.append(text)

    names = {p.name for p in output.iterdir()}
    counts = result.counts
    expect(names - {"quarantine.tsv"} == FILES, f"files: {sorted(names)}")
    expect(counts.items == found.items, f"{counts.items} items, {found.items} were read alone")
    expect(counts.papers + counts.quarantined == counts.items, f"counts do not add up: {counts}")
    quarantine = rows_of(output / "quarantine.tsv") if "quarantine.tsv" in names else []
    expect(len(quarantine) == counts.quarantined, f"{len(quarantine)} rows in the quarantine")
    for row in quarantine:
        if any(row["reason"].startswith(r) or f": {r}" in row["reason"] for r in UNEXPECTED):
            wrong.append(f"unexpected: {row}")
        if not (row["file"] and int(row["position"]) > 0 and row["reason"] and row["command"]):
            wrong.append(f"incomplete: {row}")
    sizes = Counter(row["file"] for row in quarantine)
    alone = Counter(file for file, _, _ in found.failures.elements())
    inside = {shown(file) for file in inputs_of(folder)}
    told: Counter[str] = Counter()
    for name, number in sizes.items():
        told[next((p for p in inside if name == p or name.startswith(f"{p}/")), name)] += number
    expect(told == alone, f"failures by file: {told - alone} more, {alone - told} fewer")
    for row in rows_of(output / "mentions.tsv"):
        text = found.texts.get(row["paper_id"], {}).get(row["passage"])
        if text is None:
            wrong.append(f"no such paper or passage: {row}")
        elif one_line(text[int(row["start"]) : int(row["end"])]) != row["text"]:
            wrong.append(f"not the text at its place: {row}")
    expect(json.loads((output / "run.json").read_text("utf-8"))["counts"]["papers"], "no papers")
    expect("</html>" in (output / "report.html").read_text("utf-8")[-20:], "half a report")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--papers", type=int, default=1_000_000)
    parser.add_argument("--batch", type=int, default=20_000)
    parser.add_argument("--processes", type=int, default=0, help="workers; 0 for none")
    parser.add_argument("--dictionary-only", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="bionorm-fuzz-runs-"))
    recipe = Recipe(
        partial(open_pipeline, None, dictionary_only=arguments.dictionary_only),
        partial(shared_terminology, None),
    )
    recipe.open()
    engine = EngineChoice(arguments.processes or None)
    begin = time.monotonic()
    made = papers = quarantined = bad = 0
    number = 0
    while made < arguments.papers:
        chance = random.Random(f"{arguments.seed}-{number}")  # noqa: S311
        folder, output = scratch / f"in{number}", scratch / f"out{number}"
        size = min(arguments.batch, arguments.papers - made)
        make_batch(folder, size, chance)
        job = Job(
            inputs=inputs_of(folder), output=output, recipe=recipe, snapshot=default_snapshot(),
            limits=LIMITS,
        )  # fmt: skip
        clock = time.monotonic()
        result = run_job(job, engine=engine)
        clock = time.monotonic() - clock
        wrong = faults(folder, output, result)
        made, bad, number = made + size, bad + bool(wrong), number + 1
        papers += result.counts.papers
        quarantined += result.counts.quarantined
        say(
            f"batch {number}: {made:,} inputs so far, {papers:,} papers annotated, "
            f"{quarantined:,} in quarantine; {clock:.0f} s, "
            f"{result.performance['workers_lost']} workers lost, {len(wrong)} faults"
        )
        if wrong:
            say("\n".join([f"  {fault}" for fault in wrong[:20]]) + f"\n  kept in {scratch}")
        else:
            shutil.rmtree(folder)
            shutil.rmtree(output)
    kind = "dictionary only" if arguments.dictionary_only else "whole pipeline"
    say(
        f"{made:,} inputs in {number} runs ({kind}, {engine.processes or 'no'} workers): "
        f"{papers:,} papers annotated, {quarantined:,} failures in the quarantine, "
        f"{bad} runs with faults, {time.monotonic() - begin:.0f} s"
    )
    if not bad:
        shutil.rmtree(scratch)
    sys.exit(1 if bad else 0)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
