"""The demo notices when one of its processes dies, says so, and starts it again a few times."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING

import pytest

from scripts.demo import serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django import Settings

PATIENCE_SECONDS = 30
LIVES = "import os, sys, time; print(os.getpid(), flush=True); time.sleep(600)"


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path / "demo"


def soon[T](look: Callable[[], T]) -> T:
    """What a look finds, as soon as it finds something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def started(folder: Path) -> list[int]:
    """The ids of the processes that were started, by what each wrote into the log."""
    log = folder / "worker.log"
    return [int(line) for line in log.read_text().split()] if log.exists() else []


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_worker_that_is_killed_is_told_of_and_started_again(folder: Path) -> None:
    said: list[str] = []
    command: list[str | Path] = [sys.executable, "-c", LIVES]
    with serving.keep_running("worker", command, said.append, pause_seconds=0):
        (first,) = soon(lambda: started(folder))
        os.kill(first, signal.SIGKILL)
        assert soon(lambda: len(started(folder)) == 2)
        second = started(folder)[-1]
        assert is_alive(second)
    (sentence,) = said
    assert "The worker has died (exit -9)" in sentence
    assert str(folder / "worker.log") in sentence
    assert not is_alive(second)


def test_what_a_dead_worker_left_behind_is_ended_with_it(folder: Path) -> None:
    clock = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {LIVES!r}]).wait()"
    command: list[str | Path] = [sys.executable, "-c", f"import os; print(os.getpid()); {clock}"]
    command.insert(1, "-u")
    with serving.keep_running("worker", command, lambda _: None, pause_seconds=0):
        assert soon(lambda: len(started(folder)) == 2)
        worker, beat = started(folder)
        os.kill(worker, signal.SIGKILL)
        assert soon(lambda: len(started(folder)) == 4)
        assert soon(lambda: not is_alive(beat))
        assert is_alive(started(folder)[-1])
    assert soon(lambda: not any(is_alive(pid) for pid in started(folder)))


def test_a_worker_that_cannot_live_is_given_up_with_what_to_do(folder: Path) -> None:
    said: list[str] = []
    command: list[str | Path] = [sys.executable, "-c", "raise SystemExit(3)"]
    with serving.keep_running("worker", command, said.append, pause_seconds=0):
        assert soon(lambda: len(said) == serving.MOST_STARTS)
    assert all("(exit 3)" in sentence for sentence in said)
    assert ["start it anew" in sentence for sentence in said] == [False, False, False, True]


def test_a_worker_that_lives_is_not_spoken_of(folder: Path) -> None:
    said: list[str] = []
    command: list[str | Path] = [sys.executable, "-c", LIVES]
    with serving.keep_running("worker", command, said.append):
        (only,) = soon(lambda: started(folder))
    assert said == []
    assert not is_alive(only)
