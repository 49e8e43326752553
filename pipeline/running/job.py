"""The main job: read papers, annotate them, check them, write the tables and the page."""

from __future__ import annotations

import json
import platform
import resource
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from spacy.language import Language

from pipeline.evaluation.seed_check import SeedCheck, check, findings_frame
from pipeline.evaluation.seed_report import render_markdown
from pipeline.export.atomic import write_text
from pipeline.export.frames import entities_frame, mentions_frame
from pipeline.export.report import render_report
from pipeline.export.tsv import write_tsv
from pipeline.language import annotate_papers
from pipeline.model import Paper, Problem
from pipeline.papers import scan
from pipeline.terminology.snapshot import Manifest, snapshot_hash
from pipeline.terminology.terminology import Terminology

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class JobResult:
    """What a run did.

    Attributes:
        papers: The annotated papers, ordered by identifier.
        problems: Everything that was wrong with the input, in the order of papers.
        check: Comparison with the annotations that the papers carry.
        files: The files written.
        seconds: Duration of each stage in seconds.
    """

    papers: tuple[Paper, ...]
    problems: tuple[Problem, ...]
    check: SeedCheck
    files: tuple[Path, ...]
    seconds: dict[str, float]


def run_job(
    inputs: Sequence[Path],
    output: Path,
    *,
    nlp: Language,
    terminology: Terminology,
    snapshot: Path,
    on_paper: Step = lambda _: None,
) -> JobResult:
    """Annotate files and write the results.

    Every file is written under another name and renamed when it is whole. The bytes depend on the
    papers and the versions only, not on the order of the files; `run.json` also holds timings.

    Args:
        inputs: Files with papers.
        output: Directory for the results; made if it is not there.
        nlp: The pipeline.
        terminology: The terminology that the pipeline uses.
        snapshot: The snapshot that the terminology comes from, for the record.
        on_paper: Called with the identifier of each paper when it is done.

    Raises:
        OSError: If the output cannot be written.
    """
    clock = _Clock()
    papers, problems = read_papers(inputs)
    clock.stage("read")
    annotated = []
    for paper in annotate_papers(nlp, papers):
        annotated.append(paper)
        on_paper(paper.id)
    clock.stage("annotate")
    result = check(annotated, terminology)
    clock.stage("check")
    output.mkdir(parents=True, exist_ok=True)
    tables = {
        "mentions.tsv": mentions_frame(annotated),
        "entities.tsv": entities_frame(annotated),
        "validation.tsv": findings_frame(result),
    }
    for name, frame in tables.items():
        write_tsv(frame, output / name)
    write_text(output / "validation.md", render_markdown(result))
    record = _record(inputs, annotated, problems, result, nlp, snapshot)
    write_text(output / "report.html", render_report(annotated, check=result, run=record))
    clock.stage("write")
    timed = record | {"seconds": clock.seconds, "peak_memory_mb": _peak_memory()}
    write_text(output / "run.json", json.dumps(timed, indent=2, ensure_ascii=False) + "\n")
    files = (*tables, "validation.md", "report.html", "run.json")
    return JobResult(
        tuple(annotated), tuple(problems), result, tuple(output / f for f in files), clock.seconds
    )


def read_papers(inputs: Iterable[Path]) -> tuple[list[Paper], list[Problem]]:
    """Read all papers of some files, ordered by identifier; and what was wrong with them.

    When two papers have the same identifier, the second one gets `#2` behind it and a problem
    that tells so: nothing is lost, and nothing is counted together that is not one paper.
    """
    found = [item for path in inputs for item in scan(path)]
    papers = sorted(
        (p for p in found if isinstance(p, Paper)),
        key=lambda p: (p.id, Path(p.source).name, document_key(p), p.source),
    )
    failures = [p for p in found if isinstance(p, Problem)]
    unique = list(_unique_ids(papers))
    problems = [*failures, *(problem for paper in unique for problem in paper.problems)]
    return unique, sorted(problems, key=lambda p: (p.path, p.line, p.paper_id, p.reason))


def document_key(paper: Paper) -> tuple[str, ...]:
    """Return what orders papers that agree in everything else: their text."""
    return tuple(p.text for p in paper.passages)


def _unique_ids(papers: Iterable[Paper]) -> Iterator[Paper]:
    counts: dict[str, int] = {}
    for paper in papers:
        counts[paper.id] = counts.get(paper.id, 0) + 1
        if counts[paper.id] == 1:
            yield paper
            continue
        new = f"{paper.id}#{counts[paper.id]}"
        reason = f"another paper has the identifier {paper.id} too; this one is called {new}"
        problem = Problem(paper.source, 0, reason, new, fatal=False)
        yield replace(paper, id=new, problems=(*paper.problems, problem))


def _record(
    inputs: Sequence[Path],
    papers: Sequence[Paper],
    problems: Sequence[Problem],
    result: SeedCheck,
    nlp: Language,
    snapshot: Path,
) -> dict[str, object]:
    return {
        "versions": {
            "bionorm": version("bionorm"),
            "python": platform.python_version(),
            "spacy": version("spacy"),
            "scispacy": version("scispacy"),
        },
        "snapshot": {
            "sha256": snapshot_hash(snapshot),
            "sources": {source.name: source.version for source in Manifest.load(snapshot).sources},
        },
        "settings": {"components": nlp.pipe_names},
        "inputs": sorted(str(path) for path in inputs),
        "counts": {
            "papers": len(papers),
            "mentions": sum(len(p.mentions) for p in papers),
            "linked": sum(not m.link.is_nil for p in papers for m in p.mentions),
            "problems": len(problems),
        },
        "check": {
            "annotations_with_identifier": result.identified,
            "found_exactly": result.found,
            "precision": result.total.precision,
            "recall": result.total.recall,
            "f1": result.total.f1,
        },
        "problems": [
            {
                "file": p.path,
                "line": p.line,
                "paper_id": p.paper_id,
                "reason": p.reason,
                "fatal": p.fatal,
            }
            for p in problems
        ],
    }


class _Clock:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def stage(self, name: str) -> None:
        now = time.perf_counter()
        self.seconds[name] = round(now - self._last, 3)
        self._last = now


def _peak_memory() -> int:
    """Return the largest resident size of this process so far, in megabytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1 << 20 if platform.system() == "Darwin" else 1 << 10)
