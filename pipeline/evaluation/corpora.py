"""Gold corpora: where their splits are, which of their types count, what to know of them."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Final

from pipeline.errors import UsageError
from pipeline.model import EntityType, Paper, Problem
from pipeline.papers import pubtator

TEST: Final = "test"
"""The split that is scored only when it is asked for."""

_SUFFIXES: Final = (".pubtator", ".txt")
_SPLIT_ORDER: Final = ("train", "dev", TEST)


@dataclass(frozen=True, slots=True)
class Corpus:
    """What has to be known of a corpus to score on it.

    Attributes:
        name: Name in tables: that of its folder.
        types: Which of its types, in lower case, counts as which of ours.
        pass_over: Types that are annotated but not scored, in lower case.
        title: Name under which it was published.
        source: Its publication.
        note: What one has to know to read the figures.
        known: Whether this description was made for the corpus.
    """

    name: str
    types: Mapping[str, str]
    pass_over: frozenset[str] = frozenset()
    title: str = ""
    source: str = ""
    note: str = ""
    known: bool = True

    @property
    def scored(self) -> tuple[str, ...]:
        """The types that count, in the order of `EntityType`, then the user's own."""
        order = [type.value for type in EntityType]
        types = dict.fromkeys(self.types.values())
        return (*(t for t in order if t in types), *(t for t in types if t not in order))


@dataclass(frozen=True, slots=True)
class Split:
    """A part of a corpus, one file."""

    corpus: Corpus
    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class GoldStandard:
    """The documents of a split.

    Attributes:
        split: The split.
        papers: Its documents, with the types named as they are scored.
        problems: Documents and rows that could not be used.
    """

    split: Split
    papers: tuple[Paper, ...]
    problems: tuple[Problem, ...] = field(default=())


def descriptions() -> dict[str, Corpus]:
    """Read the descriptions of the corpora that bionorm knows."""
    text = resources.files(__package__).joinpath("corpora.toml").read_text(encoding="utf-8")
    return {
        name: Corpus(
            name,
            {
                source.lower(): type
                for type, sources in entry["count"].items()
                for source in sources
            },
            frozenset(source.lower() for source in entry.get("pass_over", ())),
            entry["title"],
            entry["source"],
            entry.get("note", ""),
        )
        for name, entry in tomllib.loads(text).items()
    }


def describe(name: str) -> Corpus:
    """Describe a corpus by its name; one that is not known is taken to use the usual types."""
    known = descriptions()
    if name in known:
        return known[name]
    passed = frozenset[str]().union(*(corpus.pass_over for corpus in known.values()))
    ranks = known["s800_revised_s1000"].types
    usual = {**pubtator.TYPES, **ranks}
    return Corpus(name, usual, passed - usual.keys(), known=False)


def find(place: Path, *, splits: Collection[str] | None = None) -> list[Split]:
    """Find the corpora in a place.

    Args:
        place: A file, the folder of a corpus with a file per split, or a folder of such folders.
        splits: The splits wanted. By default all but the test split; a file that is named itself
            is always wanted.

    Returns:
        The splits in the order of the corpora's names; train, dev, test, then others.

    Raises:
        UsageError: If the place does not exist or holds none of the splits wanted.
    """
    if place.is_file():
        split = _split(place)
        if splits is None or split.name in splits:
            return [split]
        raise UsageError(f"{place} is the split {split.name!r}, not {_listed(splits)}")
    if not place.is_dir():
        raise UsageError(f"there is no file or folder {place}")
    files = _files(place) or [f for d in sorted(place.iterdir()) if d.is_dir() for f in _files(d)]
    if not files:
        raise UsageError(f"{place} holds no PubTator files (.pubtator, or .txt in that format)")
    found = [_split(file) for file in files]
    chosen = [s for s in found if (s.name != TEST if splits is None else s.name in splits)]
    if not chosen:
        wanted = "a split other than test" if splits is None else f"the split {_listed(splits)}"
        there = _listed({split.name for split in found})
        raise UsageError(f"{place} does not have {wanted}; it has {there}")
    return sorted(chosen, key=lambda split: (split.corpus.name, _order(split.name)))


def load(split: Split) -> GoldStandard:
    """Read the documents of a split.

    Documents and rows that cannot be used, and rows with a type that the corpus is not known to
    have, are told as problems; a row of such a type does not count.
    """
    papers: list[Paper] = []
    problems: list[Problem] = []
    scored = set(split.corpus.types.values())
    for item in pubtator.read(split.path, types=split.corpus.types):
        if isinstance(item, Problem):
            problems.append(item)
            continue
        papers.append(item)
        problems.extend(item.problems)
        for annotation in item.annotations:
            type = annotation.type
            if type not in scored and type.lower() not in split.corpus.pass_over:
                reason = f"unknown type {type!r}: it does not count"
                problems.append(Problem(item.source, annotation.line, reason, item.id, fatal=False))
    return GoldStandard(split, tuple(papers), tuple(problems))


def sample(papers: Sequence[Paper], size: int) -> tuple[Paper, ...]:
    """Choose documents for a quick check, always the same ones.

    The choice depends on the identifiers only, so that it stays what it is when documents are added
    or change places, as far as it can.
    """
    ranked = sorted(papers, key=lambda paper: hashlib.sha256(paper.id.encode()).digest())
    chosen = {paper.id for paper in ranked[:size]}
    return tuple(paper for paper in papers if paper.id in chosen)


def _files(folder: Path) -> list[Path]:
    """List the PubTator files of a folder."""
    return [
        file
        for file in sorted(folder.iterdir())
        if file.is_file()
        and file.suffix in _SUFFIXES
        and (file.suffix == _SUFFIXES[0] or _is_pubtator(file))
    ]


def _is_pubtator(file: Path) -> bool:
    with file.open(encoding="utf-8-sig", errors="replace") as stream:
        return pubtator.looks_like(stream.read(4096))


def _split(file: Path) -> Split:
    """Name corpus and split of a file: `corpus/split.pubtator`, or a file of the user's own."""
    folder = file.resolve().parent.name
    if folder in descriptions() or file.stem in _SPLIT_ORDER:
        return Split(describe(folder), file.stem, file)
    return Split(describe(file.stem), "all", file)


def _order(split: str) -> tuple[int, str]:
    place = _SPLIT_ORDER.index(split) if split in _SPLIT_ORDER else len(_SPLIT_ORDER)
    return place, split


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names))
