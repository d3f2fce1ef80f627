"""A mail server small enough to see through, which can also refuse, hang and drop the line."""

from __future__ import annotations

import socketserver
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

ORDINARY = {"EHLO": "250 mailbox", "QUIT": "221 bye", "DATA": "354 go on", ".": "250 taken"}


@dataclass
class Mailbox:
    """What came in, and how the server behaves: by command, what it answers instead of yes.

    An answer of "" is none: the server hangs until it is let go. "drop" ends the line.
    """

    address: tuple[str, int] = ("", 0)
    answers: dict[str, str] = field(default_factory=dict)
    raw: list[bytes] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)

    @property
    def letters(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=default) for raw in self.raw]


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        box: Mailbox = self.server.mailbox  # type: ignore[attr-defined]
        self._say("220 mailbox")
        while line := self.rfile.readline():
            command = line.split(b":")[0].split()[0].decode().upper()
            if not self._answer(box, command):
                return
            if command == "DATA" and box.answers.get("DATA") is None:
                box_line = self._read_letter()
                if not self._answer(box, "."):
                    return
                if box.answers.get(".", "250").startswith("250"):
                    box.raw.append(box_line)

    def _answer(self, box: Mailbox, command: str) -> bool:
        """Whether the line is still there after it."""
        answer = box.answers.get(command, ORDINARY.get(command, "250 fine"))
        if not answer:
            box.let_go.wait(10)
        if answer in {"", "drop"}:
            return False
        self._say(answer)
        return command != "QUIT"

    def _read_letter(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """A mail server on this machine, which the settings name until it is closed."""
    box = Mailbox()
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        server.mailbox = box  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
        thread.start()
        box.address = cast("tuple[str, int]", server.server_address)
        use(settings, *box.address)
        yield box
        box.let_go.set()
        server.shutdown()
        thread.join()


def use(settings: Any, host: str, port: int) -> None:
    """Send mail there, and believe that a server is lost after a fifth of a second."""
    settings.MAIL_IS_SET_UP = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = host, port
    settings.EMAIL_TIMEOUT = 0.2
    settings.DEFAULT_FROM_EMAIL = "receipts@shop.example"
