"""A back office on this machine that takes facts as it should, or answers as a test tells it to."""

from __future__ import annotations

import gzip
import socket
import struct
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable

JSON = "application/json"


@dataclass(frozen=True)
class Reply:
    """An answer. `claims` more bytes than there are: it breaks off. `is_reset`: there is none."""

    status: int = 200
    document: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    claims: int = 0
    is_reset: bool = False
    waits: threading.Event | None = None

    def content(self) -> bytes:
        return orjson.dumps(self.document) if self.body is None else self.body


@dataclass(frozen=True)
class Request:
    """What came: the headers in small letters, the bytes as sent, and the batch in them."""

    headers: dict[str, str]
    body: bytes

    @property
    def batch(self) -> dict[str, Any]:
        packed = self.headers.get("content-encoding") == "gzip"
        batch: dict[str, Any] = orjson.loads(gzip.decompress(self.body) if packed else self.body)
        return batch

    @property
    def numbers(self) -> list[int]:
        first = self.batch["sequence"]
        return list(range(first, first + len(self.batch["events"])))


class Peer:
    """What the back office holds, by number, and how it answers.

    `script` holds replies to the next requests, whatever they are; None is the answer that is due.
    `lost` holds what the next senders hear instead of the answer, once their facts are taken in.
    `poison` are numbers over which a whole batch is answered with `poison_status`, `rejected` such
    as are not taken by themselves.
    """

    def __init__(self) -> None:
        self.facts: dict[int, dict[str, Any]] = {}
        self.order: list[int] = []  # in which numbers were first taken
        self.answers: dict[str, bytes] = {}
        self.heard: list[Request] = []
        self.script: deque[Reply | None] = deque()
        self.lost: deque[Reply] = deque()
        self.poison: set[int] = set()
        self.poison_status = 422
        self.rejected: set[int] = set()
        self.largest = 1_000
        self.insists = False
        self.tells_gaps = True

    def answer(self, request: Request) -> Reply:
        self.heard.append(request)
        scripted = self.script.popleft() if self.script else None
        if scripted is not None:
            return scripted
        answer = self._judge(request)
        return self.lost.popleft() if self.lost else answer

    def take(self, request: Request) -> Reply:
        """Take a batch in, and answer it."""
        batch = request.batch
        if batch["batch_id"] in self.answers:
            return Reply(body=self.answers[batch["batch_id"]])
        results = [
            self._take_one(*each) for each in zip(request.numbers, batch["events"], strict=True)
        ]
        said = {"batch_id": batch["batch_id"], "results": results, "gaps": self._gaps()}
        self.answers[batch["batch_id"]] = orjson.dumps(said)
        return Reply(document=said)

    def lose_since(self, number: int) -> None:
        """As after a restore from a backup."""
        self.facts = {each: fact for each, fact in self.facts.items() if each < number}
        self.answers.clear()

    def _judge(self, request: Request) -> Reply:
        numbers = request.numbers
        if len(numbers) > self.largest:
            return Reply(413, {"code": "too-large"})
        if self.poison & set(numbers):
            return Reply(self.poison_status, {"code": "bitter", "detail": "It is poisonous."})
        expected = max(self.facts, default=0) + 1
        if self.insists and numbers[0] > expected:
            return Reply(409, {"code": "gap", "expected_sequence": expected})
        return self.take(request)

    def _take_one(self, number: int, event: dict[str, Any]) -> dict[str, Any]:
        if number in self.rejected:
            return {"id": event["id"], "status": "rejected", "code": "no", "detail": "Not this."}
        known = number in self.facts
        self.facts[number] = event
        self.order += [] if known else [number]
        return {"id": event["id"], "status": "duplicate" if known else "accepted"}

    def _gaps(self) -> list[dict[str, int]]:
        seen = sorted({*self.facts, *self.rejected})
        pairs = zip([0, *seen], seen, strict=False)
        found = [{"first": low + 1, "last": high - 1} for low, high in pairs if high > low + 1]
        return found if self.tells_gaps else []


class Listener:
    """The back office's door: an HTTP server in a thread. `peer` can be changed for another."""

    def __init__(self) -> None:
        self.peer = Peer()
        self._server = _Server(("127.0.0.1", 0), _Door)
        self._server.answer = self._answer
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/api/sync"

    def _answer(self, request: Request) -> Reply:
        return self.peer.answer(request)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    answer: Callable[[Request], Reply]
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that hangs up is no matter."""


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.answer(Request(headers, body))
        if reply.waits:
            reply.waits.wait(10)
        if reply.is_reset:
            self._reset()
            return
        content = reply.content()
        self.send_response_only(reply.status)  # without a Date: tests move clocks
        for name, value in {"Content-Type": JSON, **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) + reply.claims))
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = bool(reply.claims)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _reset(self) -> None:
        now = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
        self.connection.close()
        self.close_connection = True
