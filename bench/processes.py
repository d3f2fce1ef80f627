"""Processes under measurement: start them, and read what they have used from /proc."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A running gunicorn."""

    port: int
    pid: int


def free_port() -> int:
    """A port of the loopback interface that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def gunicorn(
    environment: Mapping[str, str],
    *,
    workers: int = 2,
    threads: int = 4,
    application: str = "config.wsgi",
    quiet: bool = False,
) -> Iterator[Server]:
    """The application as it is deployed, ready for requests; `quiet` throws its log away."""
    port = free_port()
    program = Path(sys.executable).with_name("gunicorn")
    command: list[str | Path] = [program, "-c", "python:config.gunicorn", application]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    command += ["--workers", str(workers), "--threads", str(threads)]
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stderr=subprocess.DEVNULL if quiet else None,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/health/live", process)
        yield Server(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Poll until the server answers."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1):  # noqa: S310 - our own address
            return
        time.sleep(0.05)
    raise SystemExit("The server under measurement did not start.")


def cpu_seconds(*roots: int) -> float:
    """User and system time that these process trees have used, their dead children included."""
    ticks = 0
    for pid in tree(*roots):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / TICKS_PER_SECOND


def memory_mb(root: int) -> float:
    """The largest resident size among the children of a process, in MB."""
    children = [pid for pid in tree(root) if pid != root]
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in children]
    return max(pages) * PAGE_BYTES / 1e6


def tree(*roots: int) -> list[int]:
    """These processes and all their descendants."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(folder.name))
    found, waiting = [], list(roots)
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found
