"""The broker of an installation without Redis: a folder of messages, of which none is ever half.

Kombu writes a message into a file that a worker may already read, and a worker that reads an empty
file ends. Here a message has its name only once it is whole, and one that cannot be read is passed
by: what it asked for is done at the next beat, as for every ring that is lost.
"""

from __future__ import annotations

from pathlib import Path
from time import monotonic_ns
from typing import Any
from uuid import uuid4

import structlog
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

SCHEME = "folder"

log = structlog.get_logger()


class Channel(filesystem.Channel):
    """Kombu's, but for how a message is written and what is made of one that is broken."""

    def _put(self, queue: str, message: Any, **_: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        name = f"{monotonic_ns() // 1_000_000}_{uuid4()}.{queue}.msg"
        part = folder / f"{name}.part"
        part.write_text(dumps(message))
        part.rename(folder / name)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        while True:
            try:
                return super()._get(queue)
            except ValueError as error:  # it is gone from the folder by now
                log.warning("message_unreadable", queue=queue, reason=str(error))


class Transport(filesystem.Transport):
    """Messages in a folder, of which none is ever half."""

    Channel = Channel


TRANSPORT_ALIASES[SCHEME] = "config.file_broker:Transport"
