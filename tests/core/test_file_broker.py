"""The broker of an installation without Redis: no message is half, and a broken one ends nobody."""

from __future__ import annotations

from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any

import pytest
from kombu import Connection
from kombu.transport.virtual import BrokerState

from config.file_broker import SCHEME, Transport

if TYPE_CHECKING:
    from collections.abc import Iterator

QUEUE = "celery"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "queue"
    folder.mkdir()
    return folder


@pytest.fixture
def line(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    options: dict[str, Any] = {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "processed_folder": str(tmp_path / "processed"),
        "control_folder": str(tmp_path / "control"),
    }
    monkeypatch.setattr(Transport, "global_state", BrokerState())  # as a process of its own
    with Connection(f"{SCHEME}://localhost/", transport_options=options) as line:
        yield line


def test_what_was_sent_is_received(line: Connection) -> None:
    mailbox = line.SimpleQueue(QUEUE)
    for number in range(3):
        mailbox.put({"number": number})
    assert {mailbox.get(timeout=1).payload["number"] for _ in range(3)} == {0, 1, 2}
    with pytest.raises(Empty):
        mailbox.get(block=False)


@pytest.mark.parametrize("content", ["", "{", '{"body": '])
def test_a_broken_message_is_passed_by(line: Connection, folder: Path, content: str) -> None:
    mailbox = line.SimpleQueue(QUEUE)
    (folder / f"0_broken.{QUEUE}.msg").write_text(content)
    mailbox.put({"number": 1})
    assert mailbox.get(timeout=1).payload == {"number": 1}
    assert list(folder.iterdir()) == []


def test_a_message_has_its_name_once_it_is_whole(
    line: Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = line.SimpleQueue(QUEUE)
    written: list[tuple[str, ...]] = []
    write = Path.write_text

    def write_and_look(path: Path, text: str) -> int:
        done = write(path, text)
        written.append(tuple(each.suffix for each in folder.iterdir()))
        return done

    monkeypatch.setattr(Path, "write_text", write_and_look)
    mailbox.put({"number": 1})
    assert written == [(".part",)]
    assert [each.suffix for each in folder.iterdir()] == [".msg"]
