"""The benchmark's figures as lines of one table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.running.bench_annotate import DICTIONARY, WHOLE, AnnotationComparison
from pipeline.running.bench_lookup import DEPTHS, LookupComparison, LookupFigures
from pipeline.running.bench_memory import Sharing
from pipeline.running.bench_stages import StageFigures
from pipeline.running.benchmark import Figures

COLUMNS = ("task", "measure", "peer", "bionorm", "peer's", "ratio")


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of ours, beside a peer's where there is one.

    Attributes:
        task: What was done.
        measure: What was measured, with its unit.
        ours: Our figure.
        peer: Name of the peer, or nothing.
        theirs: Its figure.
        more_is_better: Whether the greater figure is the better one.
    """

    task: str
    measure: str
    ours: float
    peer: str = ""
    theirs: float | None = None
    more_is_better: bool = False

    @property
    def ratio(self) -> float | None:
        """How many times better ours is; None without a peer or where a figure is 0."""
        if self.theirs is None or not self.ours or not self.theirs:
            return None
        return self.ours / self.theirs if self.more_is_better else self.theirs / self.ours

    def cells(self) -> tuple[str, ...]:
        """Return the line as strings, in the order of `COLUMNS`."""
        ratio = "" if self.ratio is None else f"{self.ratio:.3g}"
        theirs = "" if self.theirs is None else f"{self.theirs:,.3g}"
        return (self.task, self.measure, self.peer, f"{self.ours:,.3g}", theirs, ratio)


def matching_lines(figures: Sequence[Figures], names: int) -> list[Line]:
    """Compare the first side of `compare_matchers` with the others."""
    measures: tuple[tuple[str, Callable[[Figures], float], bool], ...] = (
        ("compile or build, once (s)", lambda f: f.first, False),
        ("ready in a new process (s)", lambda f: f.opening, False),
        ("memory (MB)", lambda f: f.memory, False),
        ("speed (million characters/s)", lambda f: f.speed, True),
    )
    ours, *peers = figures
    task = f"find {names:,} names in text"
    return [
        Line(task, label, value(ours), peer.name, value(peer), more)
        for peer in peers
        for label, value, more in measures
    ]


def lookup_lines(comparison: LookupComparison, type: str) -> list[Line]:
    """Compare our lookup with the peers that could be measured."""

    def recall(i: int) -> Callable[[LookupFigures], float]:
        return lambda f: f.recall[i]

    measures: list[tuple[str, Callable[[LookupFigures], float], bool]] = [
        ("compile or build, once (s)", lambda f: f.first, False),
        ("ready in a new process (s)", lambda f: f.opening, False),
        ("memory (MB)", lambda f: f.memory, False),
        ("strings/s, one core", lambda f: f.speed, True),
        *((f"recall@{k} (%)", recall(i), True) for i, k in enumerate(DEPTHS)),
    ]
    ours, *peers = comparison.sides
    task = f"look {ours.queries:,} {type} mentions up in {ours.names:,} names"
    sides = [(task, ours, measures), (f"{task}, all tiers", comparison.thorough, measures[3:])]
    if not peers:
        return [Line(t, label, value(s)) for t, s, wanted in sides for label, value, _ in wanted]
    return [
        Line(t, label, value(side), peer.name, value(peer), more)
        for peer in peers
        for t, side, wanted in sides
        for label, value, more in wanted
    ]


def annotation_lines(comparison: AnnotationComparison) -> list[Line]:
    """Compare both of our pipelines with the peers that could be measured."""
    task = f"annotate {comparison.texts:,} texts with {comparison.names:,} names"
    own = [side for side in comparison.sides if side.name in (WHOLE, DICTIONARY)]
    peers = [side for side in comparison.sides if side not in own]
    lines = []
    for ours in own:
        label = f"texts/s, one core ({ours.name})"
        if not peers:
            lines.append(Line(task, label, ours.speed))
        lines += [
            Line(task, label, ours.speed, peer.name, peer.speed, more_is_better=True)
            for peer in peers
        ]
    return lines


def stage_lines(figures: StageFigures) -> list[Line]:
    """Tell the speed of each stage and of the whole, beside three networks of spaCy."""
    task = f"annotate {figures.papers:,} papers of {figures.characters:,.0f} characters"
    networks = "3 spaCy CNNs (untrained: as fast as trained ones)"
    label = "papers/s, one core: "
    rows = (
        ("reading", figures.reading),
        ("normalization", figures.normalization),
        ("writing TSV", figures.writing),
        ("file to TSV", figures.together),
        ("file to TSV, dictionary only", figures.dictionary),
    )
    return [
        Line(
            task,
            label + "recognition of all types",
            figures.recognition,
            networks,
            figures.networks,
            more_is_better=True,
        ),
        *(Line(task, label + stage, speed) for stage, speed in rows),
        Line(task, "start-up (s)", figures.start_up),
        Line(task, "peak memory (MB)", figures.peak_memory),
    ]


def memory_lines(sharing: Sharing) -> list[Line]:
    """Tell the memory of one process and of several."""
    task = "memory, shared pages counted once"
    several = f"{sharing.processes} processes and their parent"
    return [
        Line(task, "one process (MB)", sharing.one),
        Line(task, f"{several} (MB)", sharing.together),
        Line(task, f"{several}, in those of one", sharing.together / sharing.one),
    ]
