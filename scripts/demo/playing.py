"""The demo as a program that another one starts: for pictures, and for tests in a browser."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STAYS_UP = "The site stays up"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class Playing:
    """A demo that is up: what it said, line by line, and what it wrote into credentials.json."""

    said: list[str]
    credentials: dict[str, Any]

    @property
    def base_url(self) -> str:
        """Where it answers."""
        address: str = self.credentials["base_url"]
        return address


@contextmanager
def playing(folder: Path, *, columns: int = 100) -> Iterator[Playing]:
    """Play the demo on a free port with its data in `folder`; it is up until the block ends.

    Raises:
        RuntimeError: it ended before it was up; the message holds what it said.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "scripts.demo", "--port", str(port)]
    environment = _embedded(folder, columns)
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            said = _listen(process)
            yield Playing(said, json.loads((folder / "demo" / "credentials.json").read_text()))
        finally:
            process.send_signal(signal.SIGTERM)


def _listen(process: subprocess.Popen[str]) -> list[str]:
    said: list[str] = []
    for line in process.stdout or ():
        said.append(line.rstrip("\n"))
        if STAYS_UP in line:
            return said
    raise RuntimeError("\n".join(said))


def find_browser() -> str | None:
    """The path of Chromium, or None where there is none."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def _embedded(folder: Path, columns: int) -> dict[str, str]:
    """The environment of an installation without any server, whatever ours names."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("TILLHOUSE_")}
    for name in ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"):
        ours.pop(name, None)
    return ours | {"TILLHOUSE_VAR": str(folder), "FORCE_COLOR": "1", "COLUMNS": str(columns)}
