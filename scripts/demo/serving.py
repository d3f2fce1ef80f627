"""The processes of the demo: the site and the worker. Both end with the demo."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

START_SECONDS = 60
LOOK_SECONDS = 0.2  # between two looks whether a child lives
PAUSE_SECONDS = 2.0  # before one that died is started again
MOST_STARTS = 4
BIN = Path(sys.executable).parent


@contextlib.contextmanager
def site(port: int, console: Console) -> Iterator[None]:
    """Gunicorn with one worker and eight threads: SQLite likes one process."""
    if not _is_free(port):
        raise SystemExit(f"Port {port} is taken. Choose another: make demo PORT=8001")
    command: list[str | Path] = [BIN / "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"]
    command += ["--bind", f"127.0.0.1:{port}"]
    command += ["--threads", "8", "--log-level", "warning", "--graceful-timeout", "5"]
    with run_process(command, "site.log") as process:
        with console.status("Starting the site ..."):
            wait_for(f"http://127.0.0.1:{port}/health/ready", process, "site.log")
        yield


@contextlib.contextmanager
def worker(console: Console) -> Iterator[None]:
    """One Celery worker with its schedule, over the file-system broker; if it dies, another one."""
    command: list[str | Path] = [BIN / "celery", "-A", "config", "worker", "--beat"]
    command += ["--pool", "threads", "--concurrency", "2", "--loglevel", "warning"]
    command += ["--schedule", settings.VAR_DIR / "demo" / "beat"]
    with keep_running("worker", command, console.print):
        yield


def wait_for_interrupt() -> None:
    """Until Ctrl-C."""
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()


@contextlib.contextmanager
def keep_running(
    name: str,
    command: list[str | Path],
    tell: Callable[[str], object],
    *,
    pause_seconds: float = PAUSE_SECONDS,
    environment: dict[str, str] | None = None,
) -> Iterator[None]:
    """A child that is started again whenever it dies, a few times, until the block ends.

    Each death is told, with where its log is.
    """
    ending = threading.Event()

    def keep() -> None:
        log = settings.VAR_DIR / "demo" / f"{name}.log"
        for starts_left in reversed(range(MOST_STARTS)):
            with run_process(command, log.name, environment=environment) as process:
                while process.poll() is None and not ending.wait(LOOK_SECONDS):
                    pass
            _end_group(process)
            if ending.is_set():
                return
            death = f"The {name} has died (exit {process.returncode}); its log is {log}."
            if starts_left:
                tell(f"[yellow]{death} It is started again.[/yellow]")
                if ending.wait(pause_seconds):
                    return
            else:
                tell(
                    f"[red]{death} It died {MOST_STARTS} times and stays down: cards' money moves"
                    " no more by itself. End the demo with Ctrl-C and start it anew.[/red]"
                )

    keeper = threading.Thread(target=keep, name=f"keep-{name}")
    keeper.start()
    try:
        yield
    finally:
        ending.set()
        keeper.join()


@contextlib.contextmanager
def run_process(
    command: list[str | Path], log_name: str, *, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A child that ends with the block; what it says goes into a log of the demo's."""
    folder = settings.VAR_DIR / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / log_name).open("ab") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env=environment, start_new_session=True
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End what a child that has ended left behind: its own children, such as the worker's clock."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def wait_for(url: str, process: subprocess.Popen[bytes] | None, log_name: str) -> None:
    """Until an address answers; no longer than its process lives, where one is given.

    Raises:
        SystemExit: it does not; the log says why.
    """
    deadline = time.monotonic() + START_SECONDS
    while (process is None or process.poll() is None) and time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1):  # noqa: S310
            return
        time.sleep(0.1)
    log = settings.VAR_DIR / "demo" / log_name
    raise SystemExit(f"{url} does not answer; the log is {log}.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0
