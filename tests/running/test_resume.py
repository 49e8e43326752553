"""Jobs that are killed, stopped or run out of disk, and what becomes of them with `resume`."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from light_jobs import LightRun, contents, many, start, workers_of, write_papers

from pipeline.errors import BionormError, UsageError
from pipeline.running import shards
from pipeline.running.engine_choice import IN_PROCESS, EngineChoice
from pipeline.running.job import Unfinished
from pipeline.running.job_directory import DIRECTORY
from pipeline.running.limits import Limits
from pipeline.running.table_files import TableFormat

TWO = EngineChoice(processes=2)
RESUME = {"unfinished": Unfinished.RESUME}
KILLS = 10


@pytest.fixture(autouse=True)
def short_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shards of some twenty papers."""
    monkeypatch.setattr(shards, "_FIRST_CHARACTERS", 5_000)
    monkeypatch.setattr(shards, "_MOST_CHARACTERS", 5_000)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Files with papers of equal identifiers, papers that are read with problems, and others."""
    folder = tmp_path_factory.mktemp("in")
    write_papers(folder / "b.pubtator", many(90), first=500)
    write_papers(folder / "a.pubtator", many(70), first=540)  # half of them are in b, too
    (folder / "c.txt").write_text("Osteoarthritis\n\nRunx2 in mice.\n", encoding="utf-8")
    (folder / "d.txt").write_bytes(b"")
    with (folder / "b.pubtator").open("a", encoding="utf-8") as stream:
        stream.write("9|t|SPP1\n9|a|A bad row follows.\n9\t0\t99\tSPP1\tGene\t6696\n\n")
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def undisturbed(
    light_run: LightRun, inputs: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    output = tmp_path_factory.mktemp("undisturbed")
    light_run(inputs, output)
    return contents(output)


def wait_for_shards(output: Path, count: int, process: BaseProcess) -> None:
    journal = output / DIRECTORY / "journal.jsonl"
    for _ in range(3000):
        if not process.is_alive():
            return
        if journal.exists() and journal.read_text().count('"ShardDone"') >= count:
            return
        time.sleep(0.01)
    raise AssertionError("nothing gets done")


# Killed


def test_killed_at_any_write(
    light_run: LightRun, inputs: list[Path], undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    """Kill a job before or after one of its calls that write, sync, rename or remove."""
    calls = count_calls(lambda: light_run(inputs, tmp_path / "count"), tmp_path / "calls")
    assert calls > 40
    randomly = random.Random(8)  # noqa: S311
    for kill in sorted(randomly.sample(range(calls), KILLS)):
        output = tmp_path / f"out{kill}"
        process = start(lambda k=kill, o=output: killed_at(k, lambda: light_run(inputs, o)))
        process.join()
        assert process.exitcode == -signal.SIGKILL
        light_run(inputs, output, **RESUME)
        assert contents(output) == undisturbed
        assert not [p for p in output.iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize("engine", [IN_PROCESS, TWO], ids=["here", "two"])
def test_finished_shards_lie_between_unfinished_papers(
    light_run: LightRun,
    inputs: list[Path],
    undisturbed: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    engine: EngineChoice,
) -> None:
    """Shards that are larger than what is left between finished ones must not reach over these."""
    process = start(lambda: light_run(inputs, tmp_path))
    wait_for_shards(tmp_path, 6, process)
    process.kill()
    process.join()
    journal = tmp_path / DIRECTORY / "journal.jsonl"
    lines = journal.read_text().splitlines(keepends=True)
    done = [line for line in lines if '"ShardDone"' in line and line.endswith("\n")]
    assert len(done) >= 6
    journal.write_text("".join(line for line in lines if line not in done[::2]))
    monkeypatch.setattr(shards, "_FIRST_CHARACTERS", 50_000)
    monkeypatch.setattr(shards, "_MOST_CHARACTERS", 50_000)
    light_run(inputs, tmp_path, engine=engine, **RESUME)
    assert contents(tmp_path) == undisturbed


@contextmanager
def watched(react: Callable[[], None]) -> Iterator[None]:
    """Call something before each system call that changes files."""
    before = os.fsync, os.rename, os.replace, os.unlink, os.truncate

    def wrap(function: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*args: object, **kwargs: object) -> object:
            react()
            return function(*args, **kwargs)

        return wrapped

    os.fsync, os.rename, os.replace, os.unlink, os.truncate = map(wrap, before)
    try:
        yield
    finally:
        os.fsync, os.rename, os.replace, os.unlink, os.truncate = before


def count_calls(work: Callable[[], object], note: Path) -> int:
    calls = 0

    def count() -> None:
        nonlocal calls
        calls += 1

    with watched(count):
        work()
    return calls


def killed_at(number: int, work: Callable[[], object]) -> None:
    left = number

    def die() -> None:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    with watched(die):
        work()


def test_killed_at_any_moment(
    light_run: LightRun, inputs: list[Path], undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    """Kill workers and the job itself, until it is done in spite of it."""
    randomly = random.Random(88)  # noqa: S311
    output = tmp_path / "out"
    killed = sessions = 0
    while killed < KILLS:
        sessions += 1
        process = start(lambda: light_run(inputs, output, engine=TWO, **RESUME))
        for _ in range(2):
            time.sleep(randomly.uniform(0.0, 0.15))
            family = [*workers_of(process), process.pid]
            try:
                os.kill(randomly.choice(family), signal.SIGKILL)
                killed += 1
            except ProcessLookupError:
                break
        if process.is_alive():
            os.kill(process.pid, signal.SIGKILL)
        process.join()
        if process.exitcode == 0:  # it was faster than the kills
            assert contents(output) == undisturbed
            shutil.rmtree(output)
    light_run(inputs, output, engine=TWO, **RESUME)
    assert contents(output) == undisturbed


def test_workers_end_with_their_parent(light_run: LightRun, tmp_path: Path) -> None:
    inputs = [write_papers(tmp_path / "in.pubtator", ["SLEEP"] * 40)]
    process = start(lambda: light_run(inputs, tmp_path / "out", engine=TWO))
    family: list[int] = []
    while len(family) < 3:  # two workers, one reader
        family = workers_of(process)
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    for _ in range(500):
        if not [pid for pid in family if Path(f"/proc/{pid}/cmdline").exists() and cmdline(pid)]:
            return
        time.sleep(0.01)
    raise AssertionError("processes are left over")


def cmdline(pid: int) -> bytes:
    """Return the command line of a process; empty for one that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


# Stopped


@pytest.fixture(scope="module")
def slow(
    light_run: LightRun, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[Path], dict[str, bytes]]:
    """A file whose papers take five milliseconds each, and the undisturbed result."""
    folder = tmp_path_factory.mktemp("slow")
    inputs = [write_papers(folder / "in.pubtator", ["NAP SPP1"] * 300)]
    light_run(inputs, folder / "out", engine=TWO)
    return inputs, contents(folder / "out")


@pytest.mark.parametrize("engine", [IN_PROCESS, TWO], ids=["here", "processes"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped(
    engine: EngineChoice,
    number: signal.Signals,
    slow: tuple[list[Path], dict[str, bytes]],
    light_run: LightRun,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    inputs, undisturbed = slow
    output = tmp_path / "out"
    process = start(lambda: light_run(inputs, output, engine=engine, again="bionorm … --resume"))
    wait_for_shards(output, 1, process)
    begin = time.monotonic()
    os.killpg(process.pid, number)  # all processes get it, as from a terminal
    process.join()
    assert time.monotonic() - begin < 5
    assert process.exitcode == 128 + number
    told = capfd.readouterr().err
    assert f"stopped by {number.name}" in told
    assert "papers are finished and kept: go on with: bionorm … --resume" in told
    assert [p.name for p in output.iterdir()] == [DIRECTORY]
    result = light_run(inputs, output, engine=engine, **RESUME)
    assert result.performance["resumed"]
    assert 0 < result.performance["papers"] < 300
    assert contents(output) == undisturbed


def test_stopped_before_anything_is_done(
    light_run: LightRun, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    inputs = [write_papers(tmp_path / "in.pubtator", ["SLEEP"] * 3)]
    process = start(lambda: light_run(inputs, tmp_path / "out", engine=TWO))
    while not workers_of(process):
        time.sleep(0.01)
    time.sleep(0.1)
    os.kill(process.pid, signal.SIGTERM)
    process.join()
    assert process.exitcode == 128 + signal.SIGTERM
    assert "nothing was finished" in capfd.readouterr().err
    assert not (tmp_path / "out").exists()


# Unfinished


@pytest.fixture
def unfinished(light_run: LightRun, inputs: list[Path], tmp_path: Path) -> Path:
    """The output of a job that was killed when half of it was done."""
    output = tmp_path / "unfinished"
    process = start(lambda: killed_at(25, lambda: light_run(inputs, output)))
    process.join()
    assert (output / DIRECTORY / "journal.jsonl").read_text().count("ShardDone") > 3
    return output


def test_an_unfinished_job_is_not_forgotten(
    unfinished: Path, light_run: LightRun, inputs: list[Path]
) -> None:
    with pytest.raises(UsageError, match=r"papers are done: go on with --resume, or .* --restart"):
        light_run(inputs, unfinished)
    assert (unfinished / DIRECTORY / "journal.jsonl").exists()


def test_an_unfinished_job_can_be_started_over(
    unfinished: Path, light_run: LightRun, inputs: list[Path], undisturbed: dict[str, bytes]
) -> None:
    result = light_run(inputs, unfinished, unfinished=Unfinished.RESTART)
    assert not result.performance["resumed"]
    assert contents(unfinished) == undisturbed


def test_finished_shards_are_not_worked_on_again(
    unfinished: Path, light_run: LightRun, inputs: list[Path], undisturbed: dict[str, bytes]
) -> None:
    result = light_run(inputs, unfinished, **RESUME)
    assert 0 < result.performance["papers"] < result.counts.items - 60
    assert contents(unfinished) == undisturbed


def test_resume_without_anything_to_resume(
    light_run: LightRun, inputs: list[Path], undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    light_run(inputs, tmp_path / "out", **RESUME)
    assert contents(tmp_path / "out") == undisturbed


def test_another_engine_and_other_shards_go_on(
    unfinished: Path,
    light_run: LightRun,
    inputs: list[Path],
    undisturbed: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shards, "_MOST_CHARACTERS", 1_000)
    light_run(inputs, unfinished, engine=TWO, **RESUME)
    assert contents(unfinished) == undisturbed


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"limits": Limits(characters=10)}, "another limit for the length of papers"),
        ({"report_papers": 3}, "another number of papers in the report"),
        ({"reading": {"format": "pubtator"}}, "other settings for reading"),
    ],
)
def test_other_settings_are_refused(
    change: dict[str, object],
    words: str,
    unfinished: Path,
    light_run: LightRun,
    inputs: list[Path],
) -> None:
    with pytest.raises(UsageError, match=words):
        light_run(inputs, unfinished, **RESUME, **change)


def test_other_files_are_refused(unfinished: Path, light_run: LightRun, inputs: list[Path]) -> None:
    with pytest.raises(UsageError, match="other input files"):
        light_run(inputs[1:], unfinished, **RESUME)


def test_another_vocabulary_is_refused(
    unfinished: Path,
    light_run: LightRun,
    inputs: list[Path],
    make_snapshot: Callable[..., Path],
    tmp_path: Path,
) -> None:
    other = make_snapshot(tmp_path / "other", names=[("NCBIGene:860", "RUNX2", "symbol", "ncbi")])
    with pytest.raises(UsageError, match="another terminology"):
        light_run(inputs, unfinished, **RESUME, vocabulary=other)


@pytest.mark.parametrize("file", [0, 1], ids=["of finished shards", "half done"])
def test_a_changed_file_is_refused(
    file: int, light_run: LightRun, inputs: list[Path], tmp_path: Path
) -> None:
    copies = [Path(shutil.copy2(path, tmp_path)) for path in inputs]
    output = tmp_path / "out"
    start(lambda: killed_at(25, lambda: light_run(copies, output))).join()
    text = copies[file].read_text(encoding="utf-8")
    copies[file].write_text(text.replace("Runx2", "Runx3"), encoding="utf-8")
    with pytest.raises(UsageError, match=f"{copies[file].name} has changed"):
        light_run(copies, output, **RESUME)


def test_a_file_that_was_touched_is_the_same(
    light_run: LightRun, inputs: list[Path], undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    copies = [Path(shutil.copy(path, tmp_path)) for path in inputs]
    output = tmp_path / "out"
    start(lambda: killed_at(25, lambda: light_run(copies, output))).join()
    for path in copies:
        os.utime(path, (1, 1))
    light_run(copies, output, **RESUME)
    tables = [name for name in undisturbed if name.endswith(".tsv") and name != "quarantine.tsv"]
    after = contents(output)
    assert {n: after[n] for n in tables} == {n: undisturbed[n] for n in tables}


def test_what_the_journal_does_not_tell_does_not_count(
    unfinished: Path, light_run: LightRun, inputs: list[Path], undisturbed: dict[str, bytes]
) -> None:
    journal = unfinished / DIRECTORY / "journal.jsonl"
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(lines[:-1]) + lines[-1][:20])
    (unfinished / DIRECTORY / "shards" / "rubbish.zip").write_bytes(b"PK")
    light_run(inputs, unfinished, **RESUME)
    assert contents(unfinished) == undisturbed


def test_a_lost_shard_is_made_again(
    unfinished: Path, light_run: LightRun, inputs: list[Path], undisturbed: dict[str, bytes]
) -> None:
    first, second, *_ = sorted((unfinished / DIRECTORY / "shards").glob("*.zip"))
    first.unlink()
    second.write_bytes(second.read_bytes()[:-1])
    light_run(inputs, unfinished, **RESUME)
    assert contents(unfinished) == undisturbed


def test_a_damaged_shard_is_made_again(
    unfinished: Path, light_run: LightRun, inputs: list[Path], undisturbed: dict[str, bytes]
) -> None:
    shard = min((unfinished / DIRECTORY / "shards").glob("*.zip"))
    data = bytearray(shard.read_bytes())
    for i in range(40, len(data) // 2):
        data[i] ^= 0x55
    shard.write_bytes(data)
    with pytest.raises(BionormError, match=r"1 of the finished shards .* damaged.* go on with"):
        light_run(inputs, unfinished, **RESUME)
    light_run(inputs, unfinished, **RESUME)
    assert contents(unfinished) == undisturbed


@pytest.mark.parametrize("name", ["journal.jsonl", "job.json"])
def test_a_damaged_state(
    name: str,
    unfinished: Path,
    light_run: LightRun,
    inputs: list[Path],
    undisturbed: dict[str, bytes],
) -> None:
    path = unfinished / DIRECTORY / name
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], b"rubbish\n", *lines[1:]]))
    with pytest.raises(BionormError, match=r"damaged; start over with --restart"):
        light_run(inputs, unfinished, **RESUME)
    light_run(inputs, unfinished, unfinished=Unfinished.RESTART)
    assert contents(unfinished) == undisturbed


def test_two_jobs_cannot_write_to_one_place(light_run: LightRun, tmp_path: Path) -> None:
    inputs = [write_papers(tmp_path / "in.pubtator", ["NAP"] * 300)]
    process = start(lambda: light_run(inputs, tmp_path / "out"))
    wait_for_shards(tmp_path / "out", 1, process)
    with pytest.raises(UsageError, match="another process is writing"):
        light_run(inputs, tmp_path / "out", **RESUME)
    process.join()
    assert process.exitcode == 0


# No room, no permission


def test_a_full_disk(
    light_run: LightRun,
    inputs: list[Path],
    undisturbed: dict[str, bytes],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    output = tmp_path / "out"

    def cramped() -> None:
        # Shards fit, the tables do not.
        limit = len(undisturbed["mentions.tsv"]) // 2
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        light_run(inputs, output, again="bionorm … --resume")

    process = start(cramped)
    process.join()
    assert process.exitcode == 1
    told = capfd.readouterr().err
    assert "File too large" in told
    assert "papers are finished and kept: go on with: bionorm … --resume" in told
    assert [p.name for p in output.iterdir()] == [DIRECTORY]
    light_run(inputs, output, **RESUME)
    assert contents(output) == undisturbed


def test_a_disk_that_is_full_from_the_start(
    light_run: LightRun, inputs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        light_run(inputs, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written(
    light_run: LightRun, inputs: list[Path], tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    folder.chmod(0o555)
    tmp_path.chmod(0o755)
    errors = tmp_path / "errors"
    errors.touch()
    errors.chmod(0o666)

    def unprivileged() -> None:
        if os.geteuid() == 0:
            for parent in tmp_path.parents:
                if parent.stat().st_mode & 0o005 != 0o005:
                    parent.chmod(parent.stat().st_mode | 0o055)
            os.setegid(65534)
            os.seteuid(65534)
        try:
            light_run(inputs, folder)
        except OSError as error:
            errors.write_text(str(error))

    process = start(unprivileged)
    process.join()
    assert "Permission denied" in errors.read_text()
    assert list(folder.iterdir()) == []


# Parquet


def test_parts_of_parquet_are_the_same_after_a_kill(
    light_run: LightRun, inputs: list[Path], tmp_path: Path
) -> None:
    light_run(inputs, tmp_path / "whole", form=TableFormat.PARQUET)
    output = tmp_path / "out"
    start(lambda: killed_at(30, lambda: light_run(inputs, output))).join()
    light_run(inputs, output, engine=TWO, form=TableFormat.PARQUET, **RESUME)
    assert contents(output) == contents(tmp_path / "whole")
    record = json.loads((output / "run.json").read_text(encoding="utf-8"))
    assert record["performance"]["resumed"]
