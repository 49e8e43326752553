"""Limits of time and memory."""

from __future__ import annotations

import multiprocessing
import re
import threading
import time
from collections.abc import Callable

import pytest

from pipeline.running.dask_engine import Deadline
from pipeline.running.limits import TimeLimitError, limit_memory, time_limit


def exit_code(work: Callable[[], object]) -> int | None:
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join(20)
    return process.exitcode


def test_time_is_limited() -> None:
    with pytest.raises(TimeLimitError), time_limit(0.05):
        time.sleep(5)
    time.sleep(0.1)  # no alarm is left over


def test_time_is_limited_within_a_regular_expression() -> None:
    with pytest.raises(TimeLimitError), time_limit(0.05):
        re.match(r"(a+)+$", "a" * 40 + "b")


def test_limits_within_limits() -> None:
    with time_limit(5), pytest.raises(TimeLimitError), time_limit(0.05):
        time.sleep(5)


def test_a_thread_has_no_limit() -> None:
    ended: list[bool] = []

    def work() -> None:
        with time_limit(0.01):
            time.sleep(0.05)
        ended.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ended


def test_memory_is_limited() -> None:
    loaded = bytearray(300 << 20)  # what is there already does not count

    def eat() -> None:
        limit_memory(200)
        enough = bytearray(100 << 20)
        try:
            bytearray(150 << 20)
        except MemoryError:
            raise SystemExit(7 if enough and loaded else 1) from None

    assert exit_code(eat) == 7


def test_a_worker_of_dask_ends_itself() -> None:
    def hang() -> None:
        deadline = Deadline()
        with deadline.within(5):
            pass
        deadline.lift()
        with deadline.within(0.05):
            re.match(r"(a+)+$", "a" * 40 + "b")

    assert exit_code(hang) == 1


def test_a_worker_of_dask_that_is_in_time_lives_on() -> None:
    def work() -> None:
        deadline = Deadline(grace=0.2)
        for _ in range(10):  # each has its time; all together take longer than one may
            with deadline.within(0.3):
                time.sleep(0.1)
        deadline.lift()
        time.sleep(0.8)

    assert exit_code(work) == 0
