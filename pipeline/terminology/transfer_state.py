"""What is known of a download on disk: the complete file, the part of one, and their validators.

Beside `NAME` lie `.NAME.json`, which says what the server called this version of the file, and,
while a transfer is under way or was cut, `NAME.part` and `NAME.part.json`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pipeline.terminology.sources.files import sha256


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a remote file.

    Attributes:
        url: Where it came from.
        etag: The server's entity tag; may be empty.
        last_modified: The server's date, as the server writes it; may be empty.
        size: Bytes that the server announced, or -1.
        sha256: Digest of the complete file; empty for a part.
    """

    url: str
    etag: str = ""
    last_modified: str = ""
    size: int = -1
    sha256: str = ""

    @property
    def strong_validator(self) -> str:
        """What `If-Range` may carry: a weak tag does not promise the same bytes (RFC 9110, 13.1.5).

        >>> Version("u", 'W/"1"', "Sat, 01 Jan 2028 00:00:00 GMT").strong_validator
        'Sat, 01 Jan 2028 00:00:00 GMT'
        """
        return self.etag if self.etag and not self.etag.startswith("W/") else self.last_modified

    def is_contradicted_by(self, headers: Mapping[str, str]) -> bool:
        """Tell whether a response states another version than this one."""
        etag, date = headers.get("ETag", ""), headers.get("Last-Modified", "")
        if etag and self.etag:
            return etag != self.etag
        return bool(date and self.last_modified and date != self.last_modified)


@dataclass(frozen=True, slots=True)
class Place:
    """The files on disk that belong to one download."""

    path: Path

    @property
    def part(self) -> Path:
        """The file while it is incomplete."""
        return self.path.with_name(f"{self.path.name}.part")

    def complete(self, url: str) -> Version | None:
        """Return the version of the complete file, if it is from this URL and unaltered."""
        version = _load(self._version_file)
        if version is None or version.url != url or not self.path.is_file():
            return None
        if not version.etag and not version.last_modified:
            return None
        return version if version.sha256 == sha256(self.path) else None

    def part_size(self) -> int:
        """Return the bytes that are there of a part."""
        return self.part.stat().st_size if self.part.is_file() else 0

    def started(self, url: str) -> Version | None:
        """Return the version of a part that can be continued; None if there is no such part."""
        version = _load(self._part_version_file)
        if version is None or version.url != url or not version.strong_validator:
            return None
        return version if self.part_size() else None

    def start(self, version: Version) -> None:
        """Note the version of a part before its first byte is written."""
        self.part.unlink(missing_ok=True)
        _save(self._part_version_file, version)

    def install(self) -> Version:
        """Let the complete part take the place of the file, in one step."""
        version = _load(self._part_version_file) or Version("")
        version = replace(version, size=self.part.stat().st_size, sha256=sha256(self.part))
        with self.part.open("rb+") as stream:
            os.fsync(stream.fileno())
        self.part.replace(self.path)
        _save(self._version_file, version)
        self._part_version_file.unlink(missing_ok=True)
        return version

    def discard_part(self) -> None:
        """Forget what was transferred so far."""
        self.part.unlink(missing_ok=True)
        self._part_version_file.unlink(missing_ok=True)

    @property
    def _version_file(self) -> Path:
        return self.path.with_name(f".{self.path.name}.json")

    @property
    def _part_version_file(self) -> Path:
        return self.part.with_name(f"{self.part.name}.json")


def _load(path: Path) -> Version | None:
    """Read a sidecar; one that is missing or damaged tells nothing."""
    try:
        version = Version(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    texts = (version.url, version.etag, version.last_modified, version.sha256)
    valid = all(isinstance(text, str) for text in texts) and isinstance(version.size, int)
    return version if valid else None


def _save(path: Path, version: Version) -> None:
    """Write a sidecar, whole or not at all."""
    scratch = path.with_name(f"{path.name}.tmp")
    scratch.write_text(json.dumps(asdict(version), indent=2) + "\n", encoding="utf-8")
    scratch.replace(path)
