"""The back office on the wire: HTTP/1.1 with keep-alive, on loopback only."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import urlsplit

from sandbox.backoffice import controls
from sandbox.backoffice.faults import Kind
from sandbox.backoffice.reading import MAX_BYTES, Reply, Request
from sandbox.backoffice.receiving import Office

if TYPE_CHECKING:
    from types import TracebackType

PATHS = ("/api/sync", "/api/journal")
_NO_LINGER = struct.pack("ii", 1, 0)  # close() then resets the connection


class _Connection(BaseHTTPRequestHandler):
    """One client's connection, request after request."""

    protocol_version = "HTTP/1.1"
    server_version = "backoffice"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        listener = cast(_Listener, self.server)
        path = urlsplit(self.path).path
        if path.startswith(controls.PREFIX):
            length = int(self.headers.get("Content-Length") or 0)
            reply = controls.answer(listener.office, self.command, path, self.rfile.read(length))
        elif path in PATHS and self.command == "POST":
            reply = listener.office.answer(self._read(path))
        else:
            reply = Reply(404, b'{"status": 404, "code": "not-found", "detail": "No such page."}')
        self._send(listener, reply)

    do_POST = do_GET  # noqa: N815 - the base's own name

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's own name
        """Say nothing: what is sent is in the books."""

    def _read(self, path: str) -> Request:
        """The request; of a body that is far too large only so much that it is refused."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, MAX_BYTES + 1))
        self.close_connection = self.close_connection or length > len(body)
        return Request(path, {name.lower(): value for name, value in self.headers.items()}, body)

    def _send(self, listener: _Listener, reply: Reply) -> None:
        fault = reply.fault
        kind = fault.kind if fault else None
        if fault and kind in {Kind.HANG, Kind.SLOW}:
            listener.closing.wait(fault.seconds)
        if kind in {Kind.HANG, Kind.RESET}:
            self.close_connection = True
            if kind is Kind.RESET:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
                self.connection.close()
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        body = reply.body
        if kind is Kind.HALF:
            body = body[: len(body) // 2]
            self.close_connection = True
        self.wfile.write(body)
        self.wfile.flush()


class _Listener(ThreadingHTTPServer):
    """Listens on loopback, and can hang up on everybody at once."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, office: Office) -> None:
        self.office = office
        self.closing = threading.Event()
        self.crimes: list[str] = []
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", port), _Connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients hang up as they like; anything else is a crime of the back office's."""
        if not isinstance(sys.exception(), ConnectionError):
            self.crimes.append(traceback.format_exc())

    def hang_up(self) -> None:
        self.closing.set()
        with self._guard:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class BackOffice:
    """A back office on a loopback port, in this process: `with BackOffice() as office: ...`."""

    def __init__(self, office: Office | None = None, *, port: int = 0) -> None:
        self.office = office or Office()
        self._listener = _Listener(port, self.office)
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.02,))

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._listener.server_port}"

    @property
    def crimes(self) -> list[str]:
        """Where the back office itself broke, which it never should."""
        return self._listener.crimes

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.hang_up()
        self._listener.shutdown()
        self._listener.server_close()
        self._thread.join()
        with self.office.turn:
            self.office.books.close()
