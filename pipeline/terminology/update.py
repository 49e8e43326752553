"""Bring the official files of the sources up to date: which files, from where, to where."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import platformdirs

from pipeline.errors import SnapshotError, UsageError
from pipeline.terminology import snapshot
from pipeline.terminology.download import Downloader, Fetched, Remote, Watch
from pipeline.terminology.http_client import DownloadError, NotFoundError, UnreachableError
from pipeline.terminology.snapshot import Manifest
from pipeline.terminology.sources import files

_DOWNLOAD_KEYS = {"path", "file", "checksum"}


@dataclass(frozen=True, slots=True)
class Item:
    """A file that a source consists of.

    Attributes:
        source: Name of the source.
        candidates: Where it may be; the first that the server has is taken.
    """

    source: str
    candidates: tuple[Remote, ...]

    @property
    def label(self) -> str:
        """The name of the file, of several candidates the first one's."""
        return self.candidates[0].name


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an item: either the file in place, or the reason why there is none."""

    item: Item
    fetched: Fetched | None = None
    failure: str = ""


def home() -> Path:
    """Return the directory where updated sources and the snapshot of them go by default."""
    return platformdirs.user_data_path("bionorm")


def read_sources(path: Path | None = None) -> list[dict[str, Any]]:
    """Read a list of sources; the layout is explained in `ontologies/sources.toml`.

    Args:
        path: The list; the one that comes with bionorm by default.

    Raises:
        UsageError: If it cannot be read or lacks what a download needs.
    """
    path = path or snapshot.embedded_file("sources.toml")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: is no list of sources ({error})") from error
    entries = data.get("source")
    if not isinstance(entries, list) or not entries:
        raise UsageError(f"{path}: has no [[source]]")
    for number, entry in enumerate(entries, start=1):
        fault = _fault(entry)
        if fault:
            raise UsageError(f"{path}: [[source]] {number}: {fault}")
    return entries


def plan(
    entries: Iterable[Mapping[str, Any]],
    *,
    year: int,
    only: Sequence[str] = (),
    mirror: str = "",
) -> list[Item]:
    """List the files to download.

    Args:
        entries: What `read_sources` returns.
        year: The current year; files that carry one are sought from the next year backwards, since
            MeSH comes out in the autumn before its year.
        only: Names of the sources wanted, in any case; all of them by default.
        mirror: URL of a mirror that has each file at MIRROR/HOST/PATH, as `wget -x` lays them out.

    Raises:
        UsageError: If a source is unknown or has no downloads, or two files have the same name.
    """
    available = {entry["name"].casefold(): entry for entry in entries if entry.get("downloads")}
    unknown = [name for name in only if name.casefold() not in available]
    if unknown:
        names = ", ".join(entry["name"] for entry in available.values())
        raise UsageError(f"no source to download is called {', '.join(unknown)}; there are {names}")
    wanted = {name.casefold() for name in only} or available.keys()
    items = [
        _item(entry, download, year, mirror)
        for name, entry in available.items()
        if name in wanted
        for download in entry["downloads"]
    ]
    owners: dict[str, Item] = {}
    for item in items:
        for remote in item.candidates:
            if owners.setdefault(remote.name, item) is not item:
                raise UsageError(f"two downloads are called {remote.name}; give one a `file`")
    return items


def download(
    items: Iterable[Item],
    directory: Path,
    downloader: Downloader,
    *,
    force: bool = False,
    watch: Callable[[Item], Watch] | None = None,
) -> list[Outcome]:
    """Bring each file up to date. A file that fails does not keep the others from it.

    Args:
        items: What `plan` returns.
        directory: Where the files go.
        downloader: Transfers them.
        force: Transfer all, whatever is there.
        watch: Returns who is told of an item's progress.
    """
    unreachable: dict[str, str] = {}
    outcomes = []
    for item in items:
        host = urlsplit(item.candidates[0].url).netloc
        if host in unreachable:
            outcomes.append(Outcome(item, failure=unreachable[host]))
            continue
        try:
            fetched = _first(item, directory, downloader, force, watch)
            outcomes.append(Outcome(item, fetched))
        except DownloadError as error:
            if isinstance(error, UnreachableError):
                unreachable[host] = str(error)
            outcomes.append(Outcome(item, failure=str(error)))
    return outcomes


def is_built_from(snapshot_dir: Path, source_dir: Path, outcomes: Iterable[Outcome]) -> bool:
    """Tell whether a snapshot was compiled from the files as they are now, by this release."""
    try:
        snapshot.snapshot_hash(snapshot_dir)
        manifest = Manifest.load(snapshot_dir)
    except SnapshotError:
        return False
    used = {file.name: file.sha256 for source in manifest.sources for file in source.files}
    fetched = {outcome.fetched.path.name for outcome in outcomes if outcome.fetched}
    if not fetched <= used.keys() or manifest.builder_version != installed_version("bionorm"):
        return False
    here = {path.name: path for path in source_dir.rglob("*") if path.name in used}
    return all(name in here and files.sha256(here[name]) == used[name] for name in used)


def _first(
    item: Item,
    directory: Path,
    downloader: Downloader,
    force: bool,
    watch: Callable[[Item], Watch] | None,
) -> Fetched:
    """Fetch the first candidate that the server has."""
    options = {"watch": watch(item)} if watch else {}
    *others, last = item.candidates
    for remote in others:
        try:
            return downloader.fetch(remote, directory, force=force, **options)
        except NotFoundError:
            continue
    return downloader.fetch(last, directory, force=force, **options)


def _item(
    entry: Mapping[str, Any], download: str | Mapping[str, str], year: int, mirror: str
) -> Item:
    """Make the item of one download."""
    given = {"path": download} if isinstance(download, str) else download
    years = (year + 1, year, year - 1) if "{year}" in given["path"] else (year,)
    return Item(
        source=entry["name"],
        candidates=tuple(_remote(entry["base"], given, str(y), mirror) for y in years),
    )


def _remote(base: str, given: Mapping[str, str], year: str, mirror: str) -> Remote:
    """Fill in the year, the base and the mirror."""
    filled = {key: value.replace("{year}", year) for key, value in given.items()}
    url = urljoin(base, filled["path"])
    checksum = filled.get("checksum", "")
    return Remote(
        url=_mirrored(url, mirror),
        name=filled.get("file") or urlsplit(url).path.rpartition("/")[2],
        checksum_url=_mirrored(urljoin(base, checksum), mirror) if checksum else "",
    )


def _mirrored(url: str, mirror: str) -> str:
    """Return where a mirror has what is at a URL.

    >>> _mirrored("https://ftp.example.org/a/b.gz", "http://mirror.local/pub/")
    'http://mirror.local/pub/ftp.example.org/a/b.gz'
    """
    parts = urlsplit(url)
    return f"{mirror.rstrip('/')}/{parts.netloc}{parts.path}" if mirror else url


def _fault(entry: object) -> str:
    """Return what is wrong with an entry of the list; empty if nothing is."""
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        return "has no name"
    downloads = entry.get("downloads", [])
    if not isinstance(downloads, list):
        return "downloads is no list"
    if downloads and not str(entry.get("base", "")).startswith(("http://", "https://")):
        return "base is no http or https URL"
    for download in downloads:
        given = {"path": download} if isinstance(download, str) else download
        if not isinstance(given, dict) or "path" not in given or given.keys() - _DOWNLOAD_KEYS:
            return f"download {download!r} is neither a path nor a table of path, file, checksum"
        if not all(isinstance(value, str) for value in given.values()):
            return f"download {download!r} has a value that is no text"
        name = given.get("file") or urlsplit(given["path"]).path.rpartition("/")[2]
        if not name or name.startswith(".") or set(name) & set("/\\"):
            return f"download {download!r} gives no file name"
    return ""
