"""A real site with real processes, on a database of its own that lives as long as the site."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
DEADLINE = 60  # seconds after which a test gives up; nothing is timed

# Steps of a request at which `crashing_site` can die, beside its SQL statements.
COMMIT, COMMITTED, ANSWER = "COMMIT", "after COMMIT", "the answer"


@dataclass(frozen=True)
class Answer:
    """What came back over the wire."""

    status: int
    body: dict[str, Any]
    is_replay: bool


class Site:
    """Gunicorn with one worker that serves `crashing_site`, and the till that sells there.

    The listening socket belongs to the test: whoever calls while the server is dead waits in its
    queue until there is another one.
    """

    opening = "tests.faults.opening"  # the module that fills the database and says what is in it

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        self._folder = folder
        self._url = database_url
        self._environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "TILLHOUSE_ENV": "embedded",
            "TILLHOUSE_VAR": str(folder),
            "REDIS_URL": "",
            "OUTBOX_DOORBELL": "false",
            **settings,
        }
        self._door = socket.create_server(("127.0.0.1", 0))
        self._address = f"127.0.0.1:{self._door.getsockname()[1]}"
        self._process: subprocess.Popen[bytes] | None = None
        opened = self.run("-m", self.opening)
        assert opened.returncode == 0, opened.stderr
        self.opened: dict[str, Any] = json.loads(opened.stdout)

    @property
    def product_id(self) -> int:
        """What is sold there."""
        product_id: int = self.opened["product_id"]
        return product_id

    def start(self) -> None:
        """Start gunicorn. It loads the site once, so that a worker that died is soon replaced."""
        door = self._door.fileno()
        command: list[str | Path] = [Path(sys.executable).with_name("gunicorn"), "--preload"]
        command += ["--bind", f"fd://{door}", "--log-level", "warning", "--no-control-socket"]
        command += ["tests.faults.crashing_site"]
        self._process = subprocess.Popen(  # noqa: S603 - our own server
            command, cwd=ROOT, env=self._environment, pass_fds=[door], start_new_session=True
        )

    def wait_for_death(self) -> int:
        """By which signal the server ended, as a negative number."""
        assert self._process
        return self._process.wait(DEADLINE)

    def stop(self) -> None:
        """Stop what runs, and give the port back."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(DEADLINE)
        self._door.close()

    @property
    def port(self) -> int:
        """Where it listens, on loopback."""
        return int(self._address.rpartition(":")[2])

    def post(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> Answer:
        """Send a request under /api/v1/.

        Raises:
            ConnectionError: the server was gone before it answered.
        """
        status, given, answer = self.send(f"/api/v1/{path}", json.dumps(body).encode(), headers)
        is_replay = given.get("Idempotency-Replayed") == "true"
        return Answer(status, json.loads(answer), is_replay)

    def send(
        self, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send bytes; status, headers and bytes of the answer.

        Raises:
            ConnectionError: the server was gone before it answered.
        """
        headers = {"Content-Type": "application/json", **headers}
        headers["Authorization"] = f"Bearer {self.opened['token']}"
        with closing(HTTPConnection(self._address, timeout=DEADLINE)) as wire:
            wire.request("POST", path, body, headers)
            answer = wire.getresponse()
            return answer.status, dict(answer.headers), answer.read()

    def burnt(self) -> str:
        """The step at which a process died last."""
        return (self._folder / "burnt").read_text()

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """What the database says, past the application."""
        if self._url.startswith("sqlite"):
            with closing(sqlite3.connect(self._url.removeprefix("sqlite:///"))) as file:
                return file.execute(statement).fetchall()
        with psycopg.connect(self._url) as session:
            return session.execute(statement.encode()).fetchall()

    def verify_ledgers(self) -> tuple[int, str]:
        """The exit code of the command, and what it complained about."""
        done = self.run("manage.py", "verify_ledgers")
        return done.returncode, done.stderr

    def run(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """A Python program in the site's environment, as an operator starts it."""
        return subprocess.run(  # noqa: S603 - our own program
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self._environment,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
