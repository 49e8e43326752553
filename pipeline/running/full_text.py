"""Full texts on request: from the address that a paper gives to its passages.

A text is kept in the user's cache and asked for again only if the server has another version of it
(`ETag`, `Last-Modified`). Where there is no network, the copy in the cache serves, or else the
paper stays as it is: what goes wrong here is a warning and never a reason to lose a paper.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.model import Paper, Passage, Problem
from pipeline.pages.linkouts import web_url
from pipeline.papers.decoding import decode
from pipeline.papers.full_text import TextMismatchError, body_passages
from pipeline.running.items import Addition
from pipeline.terminology.download import Downloader, Remote
from pipeline.terminology.http_client import (
    DownloadError,
    NotFoundError,
    Policy,
    UnreachableError,
)
from pipeline.terminology.index import cache_directory

POLICY = Policy(
    attempts=4,
    longest_backoff=10.0,
    longest_retry_after=60.0,
    connect_timeout=10.0,
    read_timeout=20.0,
    most_bytes=8 << 20,
)
"""Patience with a server: less than with one that has a whole terminology to give."""

_MOST_FAILURES = 3
"""Papers in a row that a server fails to give before the others are not asked for."""

_WEB_PAGE = re.compile(r"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FullTextResult:
    """What became of the wish for a paper's full text.

    Attributes:
        paper: The paper, with the passages of its full text where it could be had.
        warning: Why it has none, or an old one, in one line; empty when all went well.
    """

    paper: Paper
    warning: str = ""


class FullTexts:
    """Fetches full texts, one after the other, at a polite rate.

    Args:
        cache: Directory for the texts; by default in the user's cache.
        policy: Attempts, waits, time-outs and limits.
        pause: Seconds between the beginnings of two requests to the same server.
        longest: Seconds after which a text that still trickles in is given up.
        sleep: Waits for so many seconds.
        clock: Tells the time in seconds.
    """

    def __init__(
        self,
        *,
        cache: Path | None = None,
        policy: Policy = POLICY,
        pause: float = 1.0,
        longest: float = 120.0,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cache = cache or cache_directory() / "full-text"
        self._downloader = Downloader(policy, sleep)
        self._pause = pause
        self._longest = longest
        self._sleep = sleep
        self._clock = clock
        self._next: dict[str, float] = {}
        self._failures: Counter[str] = Counter()
        self._given_up: dict[str, str] = {}

    def extend(self, paper: Paper) -> FullTextResult:
        """Add the passages of its full text to a paper, behind those that it has.

        Args:
            paper: The paper; `metadata["full_text_url"]` is the address of the text in Markdown.

        Returns:
            The paper, with `metadata["full_text"]` set to `included`; or the paper as it was, and
            why.
        """
        address = paper.metadata.get("full_text_url", "")
        if not address:
            return _without(paper, "it gives no address")
        if not (url := web_url(address)):
            return _without(paper, f"{address}: not the address of a web page")
        try:
            path, warning = self._fetch(url)
            passages = _passages(path, url, paper)
        except (DownloadError, _UnfitError) as error:
            return _without(paper, error.reason)
        except OSError as error:
            return _without(paper, f"{self._cache}: {error.strerror or error}")
        metadata: Mapping[str, str] = {**paper.metadata, "full_text": "included"}
        whole = replace(paper, passages=(*paper.passages, *passages), metadata=metadata)
        return FullTextResult(whole, f"{paper.id}: {warning}" if warning else "")

    def _fetch(self, url: str) -> tuple[Path, str]:
        """Return the file of a text, brought up to date if possible; and a warning if it is not.

        Raises:
            DownloadError: If there is neither an answer nor a copy.
        """
        name = hashlib.sha256(url.encode()).hexdigest()[:32] + ".md"
        path = self._cache / name
        host = urlsplit(url).netloc
        try:
            if known := self._given_up.get(host):
                raise DownloadError(f"{url}: not asked for any more: {known}")
            self._wait_for(host)
            self._download(url, path)
            del self._failures[host]
        except NotFoundError:
            raise
        except DownloadError as error:
            self._failures[host] += 1
            if isinstance(error, UnreachableError) or self._failures[host] == _MOST_FAILURES:
                self._given_up.setdefault(host, error.reason.removeprefix(f"{url}: "))
            if not path.is_file():
                raise
            day = time.strftime("%Y-%m-%d", time.gmtime(path.stat().st_mtime))
            return path, f"the copy of its full text of {day} is used; {error.reason}"
        return path, ""

    def _download(self, url: str, path: Path) -> None:
        """Bring a file of the cache up to date.

        It arrives beside the cache, so that two runs at the same time do not mix their bytes.
        """
        self._cache.mkdir(parents=True, exist_ok=True)
        deadline = self._clock() + self._longest

        def watch(done: int, _: int | None) -> None:
            if self._clock() > deadline:
                raise DownloadError(f"{url}: only {done:,} bytes came in {self._longest:g} s.")

        with tempfile.TemporaryDirectory(prefix=".fetching-", dir=self._cache) as temporary:
            # A download has its version beside it, in `.NAME.json`.
            files = [path, path.with_name(f".{path.name}.json")]
            for file in files:
                if file.is_file():
                    shutil.copy2(file, temporary)
            fetched = self._downloader.fetch(Remote(url, path.name), Path(temporary), watch=watch)
            if fetched.changed:
                for file in files:
                    (Path(temporary) / file.name).replace(file)

    def _wait_for(self, host: str) -> None:
        """Wait until a server may be asked again."""
        if (wait := self._next.get(host, 0.0) - self._clock()) > 0:
            self._sleep(wait)
        self._next[host] = self._clock() + self._pause


def full_text_addition() -> Addition:
    """Make what adds full texts to the papers of a job."""
    texts = FullTexts()

    def add(paper: Paper) -> tuple[Paper, str]:
        result = texts.extend(paper)
        return result.paper, result.warning

    return add


class _UnfitError(Exception):
    """What a server sent is not the full text of the paper."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _passages(path: Path, url: str, paper: Paper) -> tuple[Passage, ...]:
    """Read a full text; one that is unfit is forgotten, so that it is asked for again."""
    try:
        text = decode(path.read_bytes(), path)
        if isinstance(text, Problem):
            what, _, _ = text.reason.partition(";")  # without advice on a file of one's own
            raise _UnfitError(f"{url}: {what}")
        if _WEB_PAGE.match(text):
            raise _UnfitError(f"{url}: is a web page, not Markdown")
        try:
            return body_passages(text, paper)
        except TextMismatchError as error:
            raise _UnfitError(f"{url}: {error}") from error
    except _UnfitError:
        path.unlink(missing_ok=True)
        raise


def _without(paper: Paper, reason: str) -> FullTextResult:
    line = " ".join(reason.split()).rstrip(".")
    return FullTextResult(paper, f"{paper.id}: its full text is left out; {line}")
