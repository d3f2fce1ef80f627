"""The back office keeps what it answered for, whoever pulls its plug."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.backoffice.sending import Sender, event, events

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def running(database: Path, stop: signal.Signals) -> Iterator[Sender]:
    """The back office as a process of its own, which ends by a signal."""
    program = [sys.executable, "-m", "sandbox.backoffice", "--port", "0"]
    with subprocess.Popen(  # noqa: S603 - our own
        [*program, "--database", str(database)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        told = re.search(r"http://\S+", process.stdout.readline())
        assert told
        try:
            yield Sender(told[0])
        finally:
            process.send_signal(stop)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGKILL])
def test_what_was_answered_is_there_after_the_process_has_ended(
    tmp_path: Path, stop: signal.Signals
) -> None:
    database = tmp_path / "office.sqlite3"
    with running(database, stop) as sender:
        first = sender.send(*events(5), batch_id="b1")
        body = sender.sent[0]
    with running(database, signal.SIGTERM) as sender:
        assert len(sender.see("events")) == 5
        assert sender.post(body, "b1").content == first.content
        assert sender.send(event(), sequence=7).json()["expected_sequence"] == 6
