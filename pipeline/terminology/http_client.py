"""Ask a server for a file, and tell what may go right the next time from what will not."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from typing import NoReturn
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import InvalidHeader
from urllib3.util.retry import Retry

from pipeline.errors import SourceError

GET_BY_HAND = (
    "Without a network, get the official files elsewhere and run "
    "`bionorm ontologies build --from DIR`."
)
_MOVED = "If it has moved, give its new place in a file of your own: --sources FILE."
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
_MOST_REDIRECTS = 10


class DownloadError(SourceError):
    """A file cannot be downloaded.

    Attributes:
        reason: Why, without what to do about it.
    """

    def __init__(self, reason: str, way_out: str = "") -> None:
        """Keep the reason; the message also tells a way out."""
        super().__init__(f"{reason} {way_out}".rstrip())
        self.reason = reason


class NotFoundError(DownloadError):
    """The server does not have the file (404, 410)."""


class UnreachableError(DownloadError):
    """The server cannot be reached: no network, no such name, no answer to a connection."""


class TransientError(Exception):
    """What went wrong may go right the next time.

    Attributes:
        retry_after: Seconds that the server asks to be left alone; 0 if it does not say.
        reached: Whether there was a server at all.
    """

    def __init__(self, reason: str, retry_after: float = 0.0, *, reached: bool = True) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.reached = reached


@dataclass(frozen=True, slots=True)
class Policy:
    """How patient a download is; times in seconds.

    Attributes:
        attempts: Attempts that bring (almost) nothing before it gives up.
        backoff: Half the wait before the third attempt, doubled for each further one; the second
            attempt follows at once.
        longest_backoff: The most that is waited so.
        longest_retry_after: The most that is waited because a server asks for it (`Retry-After`);
            who asks for more is not asked again.
        connect_timeout: For a connection to stand.
        read_timeout: For the next bytes to come.
        most_bytes: Size beyond which a file is refused.
    """

    attempts: int = 6
    backoff: float = 1.0
    longest_backoff: float = 60.0
    longest_retry_after: float = 300.0
    connect_timeout: float = 15.0
    read_timeout: float = 60.0
    most_bytes: int = 8 << 30

    def retry(self) -> Retry:
        """Return a fresh count of attempts."""
        return Retry(
            total=self.attempts - 1,
            backoff_factor=self.backoff,
            backoff_max=self.longest_backoff,
        )


class Client:
    """Sends requests with the time-outs of a policy and a user agent that says who asks."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._session = requests.Session()
        self._session.max_redirects = _MOST_REDIRECTS
        self._session.headers["User-Agent"] = (
            f"bionorm/{installed_version('bionorm')} {requests.utils.default_user_agent()}"
        )
        # Sizes, ranges and digests are those of the file itself, not of a packed transfer of it.
        self._session.headers["Accept-Encoding"] = "identity"

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str]) -> Iterator[requests.Response]:
        """Ask for a URL; the body is yet to be read.

        Yields:
            An answer of class 2xx or 3xx, or 416 (range not satisfiable).

        Raises:
            TransientError: If the server may answer the next time.
            NotFoundError: If it has no such file.
            UnreachableError: If there is no such server.
            DownloadError: If it refuses, or asks for more patience than the policy has.
        """
        timeout = (self._policy.connect_timeout, self._policy.read_timeout)
        try:
            response = self._session.get(url, headers=headers, stream=True, timeout=timeout)
        except requests.TooManyRedirects as error:
            raise DownloadError(f"{url}: redirects more than {_MOST_REDIRECTS} times") from error
        except requests.exceptions.SSLError as error:
            raise DownloadError(f"{url}: no secure connection ({error})") from error
        except requests.ConnectionError as error:
            _raise_unreached(url, error)
        except requests.Timeout as error:
            raise TransientError(f"no answer within {self._policy.read_timeout:g} s") from error
        except requests.RequestException as error:
            raise DownloadError(f"{url}: {error}") from error
        with response:
            self._refuse_failure(response)
            yield response

    def _refuse_failure(self, response: requests.Response) -> None:
        """Raise what an answer of class 4xx or 5xx means, but for 416."""
        url, status = response.url, response.status_code
        answer = f"{status} {response.reason}"
        if status in _TRANSIENT:
            wait = self._retry_after(response)
            if wait > self._policy.longest_retry_after:
                raise DownloadError(f"{url}: answered {answer}, asks to come back in {wait:.0f} s")
            raise TransientError(f"answered {answer}", wait)
        if status in (requests.codes.not_found, requests.codes.gone):
            raise NotFoundError(f"{url}: is not there ({answer}).", _MOVED)
        if status >= 400 and status != requests.codes.range_not_satisfiable:
            raise DownloadError(f"{url}: answered {answer}")

    def _retry_after(self, response: requests.Response) -> float:
        """Return for how many seconds the server asks to be left alone; 0 if it does not say."""
        header = response.headers.get("Retry-After")
        try:
            return self._policy.retry().parse_retry_after(header) if header else 0.0
        except InvalidHeader:
            return 0.0


def _raise_unreached(url: str, error: requests.ConnectionError) -> NoReturn:
    """Raise what a failed connection means; a name that cannot be resolved is not tried again."""
    root: BaseException = error
    while deeper := root.__cause__ or root.__context__:
        root = deeper
    reason = (root.strerror if isinstance(root, OSError) else None) or str(root)
    host = urlsplit(url).hostname or url
    if isinstance(root, socket.gaierror):
        raise UnreachableError(
            f"{url}: the name {host} cannot be resolved ({reason}).", GET_BY_HAND
        ) from error
    # A server that hangs up or talks nonsense is there.
    reached = not isinstance(root, OSError) or isinstance(root, ConnectionResetError)
    raise TransientError(f"no answer from {host} ({reason})", reached=reached) from error
