"""Download files over HTTP so that no cut, lying or changing transfer harms what is there.

A transfer goes to a part, which is continued where it was cut (RFC 9110: `Range`, `If-Range`),
checked, and only then put into place. A file that the server has not changed since is not sent
again (`If-None-Match`, `If-Modified-Since`). A body that is longer than its announced length cannot
be told from a whole one by HTTP; the packed formats' own digests and checksum files tell it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests
from urllib3.exceptions import HTTPError, MaxRetryError, ReadTimeoutError
from urllib3.util.retry import Retry

from pipeline.terminology import integrity
from pipeline.terminology.http_client import (
    GET_BY_HAND,
    Client,
    DownloadError,
    Policy,
    TransientError,
    UnreachableError,
)
from pipeline.terminology.integrity import CorruptError
from pipeline.terminology.transfer_state import Place, Version

CHUNK = 1 << 18
RENEWAL = 1 << 20
"""Bytes that an attempt must bring for the attempts to be counted anew."""

_CHECKSUM_BYTES = 1 << 20
_CONTENT_RANGE = re.compile(r"^bytes (?:(\d+)-\d+|\*)/(\d+|\*)$")

Watch = Callable[[int, int | None], None]
"""Is told the bytes that are there and the bytes there will be, if the server says so."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A file to download.

    Attributes:
        url: Where it is.
        name: Name to save it under.
        checksum_url: A file that states its digest; empty if there is none.
    """

    url: str
    name: str
    checksum_url: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that is in place. `changed` tells whether its bytes were transferred now."""

    path: Path
    version: Version
    changed: bool


class _DamagedError(TransientError):
    """All of a file came, but damaged; once more is worth the transfer, but not more often."""


def _unwatched(_: int, __: int | None) -> None:
    """Take no notice."""


class Downloader:
    """Downloads files with the patience of a policy.

    Args:
        policy: Attempts, waits, time-outs and limits.
        sleep: Waits for so many seconds.
    """

    def __init__(
        self, policy: Policy | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._policy = policy or Policy()
        self._client = Client(self._policy)
        self._sleep = sleep

    def fetch(
        self, remote: Remote, directory: Path, *, force: bool = False, watch: Watch = _unwatched
    ) -> Fetched:
        """Bring a file up to date.

        Args:
            remote: The file.
            directory: Where to save it; made if it does not exist.
            force: Transfer all of it, whatever is there.
            watch: Is told of progress.

        Returns:
            The file in place, which is the old one if the server has no other.

        Raises:
            NotFoundError: If the server does not have it.
            UnreachableError: If the server cannot be reached.
            DownloadError: If it is too large, stays damaged, or the server keeps failing. The file
                that was there is as it was.
            OSError: If the directory cannot be written to.
        """
        directory.mkdir(parents=True, exist_ok=True)
        place = Place(directory / remote.name)
        if force:
            place.discard_part()
        known = None if force else place.complete(remote.url)
        retry, most, damaged = self._policy.retry(), 0, False
        while True:
            try:
                return self._attempt(remote, place, known, watch)
            except TransientError as failure:
                if isinstance(failure, _DamagedError):
                    if damaged:
                        raise DownloadError(f"{remote.url}: {failure}, twice") from failure
                    damaged = True
                reached = place.part_size()
                if reached >= most + RENEWAL:
                    retry = self._policy.retry()
                most = max(most, reached)
                retry = self._wait(retry, remote.url, failure)

    def _attempt(
        self, remote: Remote, place: Place, known: Version | None, watch: Watch
    ) -> Fetched:
        """Transfer what is missing, check it, put it into place."""
        part = place.started(remote.url)
        with self._client.get(remote.url, _headers(known, part, place.part_size())) as response:
            if response.status_code == requests.codes.not_modified and known:
                place.discard_part()
                return Fetched(place.path, known, changed=False)
            if response.status_code == requests.codes.ok:
                self._append(response, self._start(response, remote, place), place, watch)
            elif part is not None:
                if self._continues(response, place, part):
                    self._append(response, part, place, watch)
            else:
                raise DownloadError(
                    f"{remote.url}: unexpected answer {response.status_code} {response.reason}"
                )
        self._check(remote, place)
        return Fetched(place.path, place.install(), changed=True)

    def _continues(self, response: requests.Response, place: Place, part: Version) -> bool:
        """Tell whether the response has what follows on the part; False if nothing is missing.

        Raises:
            TransientError: If it does not fit the part, which is dropped.
        """
        found = _CONTENT_RANGE.match(response.headers.get("Content-Range", ""))
        first, total = found.groups() if found else (None, None)
        whole = int(total) if total and total != "*" else part.size
        size = place.part_size()
        if part.size in (-1, whole) and not part.is_contradicted_by(response.headers):
            if response.status_code == requests.codes.partial and first == str(size):
                return True
            if response.status_code == requests.codes.range_not_satisfiable and whole == size:
                return False
        place.discard_part()
        raise TransientError("the file on the server is not the one begun")

    def _start(self, response: requests.Response, remote: Remote, place: Place) -> Version:
        """Begin a part; return its version.

        Raises:
            DownloadError: If the body is too large, or packed for the transfer.
        """
        length = response.headers.get("Content-Length", "")
        size = int(length) if length.isascii() and length.isdigit() else -1
        self._refuse_if_large(remote.url, size)
        packing = response.headers.get("Content-Encoding", "identity").removeprefix("x-")
        # Some servers label a file that is packed in itself as packed for the transfer.
        if packing != "identity" and not (packing == "gzip" and remote.name.endswith(".gz")):
            raise DownloadError(f"{remote.url}: comes packed ({packing}), though asked not to")
        etag = response.headers.get("ETag", "")
        part = Version(remote.url, etag, response.headers.get("Last-Modified", ""), size)
        place.start(part)
        return part

    def _append(
        self, response: requests.Response, part: Version, place: Place, watch: Watch
    ) -> None:
        """Append the body to the part.

        Raises:
            TransientError: If it ends early.
            DownloadError: If the file is too large.
        """
        done = place.part_size()
        expected = None if part.size < 0 else part.size
        with place.part.open("ab") as stream:
            watch(done, expected)
            try:
                # What has come is written at once, so that a stalled transfer loses nothing.
                while chunk := response.raw.read1(CHUNK, decode_content=False):
                    stream.write(chunk)
                    done += len(chunk)
                    self._refuse_if_large(part.url, done)
                    watch(done, expected)
            except HTTPError as error:
                why = " (timed out)" if isinstance(error, ReadTimeoutError) else ""
                raise _cut(done, expected, why) from error
            except DownloadError:
                place.discard_part()
                raise
        if expected is not None and done != expected:
            raise _cut(done, expected)

    def _check(self, remote: Remote, place: Place) -> None:
        """Check the whole part; drop it if it is damaged.

        Raises:
            _DamagedError: If it is damaged.
            TransientError: If its digest cannot be had at the moment.
            DownloadError: If there is no digest where there should be one.
        """
        stated = self._stated_digest(remote) if remote.checksum_url else ""
        try:
            integrity.check_readable(place.part, remote.name)
            if stated:
                integrity.check_digest(place.part, stated)
        except CorruptError as error:
            place.discard_part()
            raise _DamagedError(f"what the server sent {error}") from error

    def _stated_digest(self, remote: Remote) -> str:
        """Fetch the digest that the source states."""
        with self._client.get(remote.checksum_url, {}) as response:
            if response.status_code != requests.codes.ok:
                raise DownloadError(f"{remote.checksum_url}: answered {response.status_code}")
            try:
                text = response.raw.read(_CHECKSUM_BYTES, decode_content=True)
                return integrity.stated_digest(text.decode("utf-8", "replace"), remote.name)
            except HTTPError as error:
                raise TransientError(f"its checksum file cannot be read ({error})") from error
            except CorruptError as error:
                raise DownloadError(f"{remote.checksum_url}: {error}") from error

    def _wait(self, retry: Retry, url: str, failure: TransientError) -> Retry:
        """Wait before the next attempt; return the count of those left.

        Raises:
            DownloadError: If there is none left.
        """
        try:
            left = retry.increment("GET", url)
        except MaxRetryError as error:
            tried = f"{url}: {failure}; gave up after {self._policy.attempts} attempts."
            if failure.reached:
                raise DownloadError(tried, "Try again later.") from failure
            raise UnreachableError(tried, GET_BY_HAND) from error
        pause = max(failure.retry_after, left.get_backoff_time())
        if pause:
            self._sleep(pause)
        return left

    def _refuse_if_large(self, url: str, size: int) -> None:
        """Raise an error if a file is larger than the policy allows."""
        most = self._policy.most_bytes
        if size > most:
            raise DownloadError(f"{url}: is larger than {most:,} bytes; refused")


def _cut(done: int, expected: int | None, why: str = "") -> TransientError:
    """Describe a transfer that ended early."""
    whole = f" of {expected:,}" if expected is not None else ""
    return TransientError(f"cut after {done:,}{whole} bytes{why}")


def _headers(known: Version | None, part: Version | None, size: int) -> dict[str, str]:
    """Ask for what differs from the complete file and follows on the part, if there are such."""
    headers = {}
    if known and known.etag:
        headers["If-None-Match"] = known.etag
    if known and known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    if part:
        headers["Range"] = f"bytes={size}-"
        headers["If-Range"] = part.strong_validator
    return headers
