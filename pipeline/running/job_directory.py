"""The state of an unfinished job, in the hidden directory `.bionorm` of its output.

- `job.json`: what the job is; written whole before anything else.
- `journal.jsonl`: what has been done, a line each: files opened, files read to their end, shards
  finished. Lines are added and synced; a last line that is cut short does not count.
- `shards/`: a file for each finished shard, written under another name, synced and renamed before
  the journal tells of it. Files that the journal does not tell of are rubbish.
- `lock`: held by the process that works on the job.

So a job can be killed at any moment, and what the journal tells is true.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any, TypeAlias

from pipeline.errors import BionormError, UsageError
from pipeline.export.atomic import atomic_write
from pipeline.running.items import FileOpened, FileRead, Position
from pipeline.running.shard_results import Counts, ShardFile, ShardResult
from pipeline.running.shards import Shard
from pipeline.running.table_files import sync

DIRECTORY = ".bionorm"
_JOB, _JOURNAL, _SHARDS, _LOCK, _SCRATCH = "job.json", "journal.jsonl", "shards", "lock", "scratch"


@dataclass(frozen=True, slots=True)
class ShardDone:
    """A finished shard, as the journal tells it.

    Attributes:
        name: Its file in `shards/`.
        start: Position of its first item.
        end: Position after its last item.
        size: Bytes of the file.
        shown: Papers of it that the report shows.
        shown_characters: Code points of these papers.
        counts: What was counted.
    """

    name: str
    start: Position
    end: Position
    size: int
    shown: int
    shown_characters: int
    counts: Counts


Entry: TypeAlias = FileOpened | FileRead | ShardDone


@dataclass(frozen=True, slots=True)
class Journal:
    """What an unfinished job has done: the state of its files, their lengths, its shards."""

    opened: Mapping[int, FileOpened]
    read: Mapping[int, FileRead]
    shards: tuple[ShardDone, ...]


class JobDirectory:
    """The state of a job on disk; open it with `opened`."""

    def __init__(self, output: Path) -> None:
        self.output = output
        self.path = output / DIRECTORY
        self._journal: IO[bytes] | None = None
        self._session = os.urandom(4).hex()

    # Beginning and end

    def job(self) -> dict[str, Any] | None:
        """Return what the unfinished job is, or None if there is none.

        Raises:
            BionormError: If it cannot be told.
        """
        path = self.path / _JOB
        try:
            found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            return None
        except ValueError:
            raise _damaged(path) from None
        return found

    def progress(self) -> tuple[int, int]:
        """Return how many shards and how many papers the unfinished job has finished."""
        shards = [s for s in self.read_journal().shards if self._is_there(s)]
        return len(shards), sum(s.counts.items for s in shards)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes away from the job; make its directory if it is not there.

        Raises:
            UsageError: If another process works on it.
            OSError: If the output directory cannot be written.
        """
        made = not self.output.exists()
        self.path.mkdir(parents=True, exist_ok=True)
        try:
            with (self.path / _LOCK).open("wb") as lock:
                try:
                    # Of this process alone: workers that outlive it for a moment do not hold it.
                    fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except (BlockingIOError, PermissionError):
                    raise UsageError(f"another process is writing to {self.output}") from None
                yield
        finally:
            if made and not any(self.output.iterdir()):
                self.output.rmdir()

    def begin(self, job: Mapping[str, Any]) -> None:
        """Forget what there was, and begin a job."""
        for name in (_JOB, _JOURNAL):
            (self.path / name).unlink(missing_ok=True)
        shutil.rmtree(self.path / _SHARDS, ignore_errors=True)
        (self.path / _SHARDS).mkdir()
        with atomic_write(self.path / _JOB) as stream:
            stream.write(json.dumps(job, indent=1).encode())
        self._journal = (self.path / _JOURNAL).open("wb")

    def resume(self) -> Journal:
        """Go on with the unfinished job: return what it has done.

        A shard whose file is not there as it was written is not done (a disk may lose what a
        machine wrote last before it went down).
        """
        journal = self.read_journal()
        shards = tuple(s for s in journal.shards if self._is_there(s))
        path = self.path / _JOURNAL
        whole = _whole_lines(path)
        self._journal = path.open("r+b")
        self._journal.truncate(whole)
        self._journal.seek(whole)
        known = {shard.name for shard in shards}
        for file in (self.path / _SHARDS).iterdir():
            if file.name not in known:
                file.unlink()
        return replace(journal, shards=shards)

    def _is_there(self, shard: ShardDone) -> bool:
        try:
            return self.shard_path(shard).stat().st_size == shard.size
        except FileNotFoundError:
            return False

    def leave(self) -> None:
        """Close what is open; the state stays for the next session."""
        if self._journal:
            self._journal.close()
            self._journal = None

    def remove(self) -> None:
        """Forget the job: at once, as far as others can see."""
        self.leave()
        rubbish = self.path.with_name(f"{DIRECTORY}-{os.urandom(4).hex()}")
        with suppress(FileNotFoundError):  # when it was stopped right here
            self.path.rename(rubbish)
        shutil.rmtree(rubbish, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what a process left that was killed while it removed a job."""
        for rubbish in self.output.glob(f"{DIRECTORY}-*"):
            shutil.rmtree(rubbish, ignore_errors=True)

    # Shards

    def keep(self, shard: Shard, result: ShardResult) -> ShardDone:
        """Write a finished shard and the line of the journal that tells of it.

        Raises:
            OSError: If it cannot be written; it is not done then.
        """
        shown = [item.characters for item in shard.items if item.shown]
        done = ShardDone(
            f"{self._session}-{shard.number:08d}.zip", shard.start, shard.end, len(result.data),
            len(shown), sum(shown), result.counts,
        )  # fmt: skip
        with atomic_write(self.shard_path(done)) as stream:
            stream.write(result.data)
        self.note(done, synced=True)
        return done

    def shard_path(self, shard: ShardDone) -> Path:
        """Return the file of a finished shard."""
        return self.path / _SHARDS / shard.name

    def open_shard(self, shard: ShardDone) -> ShardFile:
        """Open a finished shard."""
        return ShardFile(self.shard_path(shard))

    def scratch(self) -> Path:
        """Return an empty directory for what is being put together."""
        path = self.path / _SCRATCH
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        return path

    def drop_damaged(self, shards: Iterable[ShardDone]) -> int:
        """Remove the files of shards that are damaged, so that they are made again; count them."""
        count = 0
        for shard in shards:
            try:
                with self.open_shard(shard) as file:
                    whole = file.is_whole()
            except (OSError, zipfile.BadZipFile):
                whole = False
            if not whole:
                self.shard_path(shard).unlink(missing_ok=True)
                count += 1
        return count

    # Journal

    def note(self, entry: Entry, *, synced: bool = False) -> None:
        """Add a line to the journal."""
        if self._journal is None:
            raise ValueError("the job has not begun")
        self._journal.write(_line(entry))
        self._journal.flush()
        if synced:
            sync(self._journal)

    def read_journal(self) -> Journal:
        """Return what the job has done so far.

        Raises:
            BionormError: If the journal is damaged.
        """
        opened: dict[int, FileOpened] = {}
        read: dict[int, FileRead] = {}
        shards: list[ShardDone] = []
        path = self.path / _JOURNAL
        if path.exists():
            with path.open("rb") as stream:
                for line in stream.read(_whole_lines(path)).splitlines():
                    try:
                        entry = _parse(line)
                    except (ValueError, KeyError, TypeError):
                        raise _damaged(path) from None
                    if isinstance(entry, FileOpened):
                        opened.setdefault(entry.file, entry)
                    elif isinstance(entry, FileRead):
                        read[entry.file] = entry
                    else:
                        shards.append(entry)
        return Journal(opened, read, tuple(sorted(shards, key=lambda s: s.start)))


def _damaged(path: Path) -> BionormError:
    return BionormError(f"{path} is damaged; start over with --restart")


def _whole_lines(path: Path) -> int:
    """Return the number of bytes of a file up to its last line end."""
    return path.read_bytes().rfind(b"\n") + 1


def _line(entry: Entry) -> bytes:
    record = {"kind": type(entry).__name__} | asdict(entry)
    return (json.dumps(record) + "\n").encode()


def _parse(line: bytes) -> Entry:
    record = json.loads(line)
    kind = record.pop("kind")
    if kind == FileOpened.__name__:
        return FileOpened(**record)
    if kind == FileRead.__name__:
        return FileRead(**record)
    for place in ("start", "end"):
        record[place] = Position(*record[place])
    return ShardDone(**record | {"counts": Counts.parse(record["counts"])})
