"""The simulator on the wire: HTTP/1.1 with keep-alive, on loopback only."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import urlsplit

import requests
import stripe

from sandbox.stripe import paying
from sandbox.stripe.answering import Front, Reply, Request
from sandbox.stripe.catalogue import rearm
from sandbox.stripe.faults import Kind
from sandbox.stripe.world import API_VERSION, World

if TYPE_CHECKING:
    from types import TracebackType

TEST_KEY = "sk_test_simulated"
_TICK_SECONDS = 0.5


class _Connection(BaseHTTPRequestHandler):
    """One client's connection, request after request."""

    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_GET  # noqa: N815 - the base's own name
    do_DELETE = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's own name
        """Say nothing: a request line may hold what must not be kept."""

    def _serve(self) -> None:
        listener = cast(_Listener, self.server)
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        url = urlsplit(self.path)
        request = Request(self.command, url.path, url.query, body, self.headers)
        webhooks = listener.world.webhooks
        try:
            reply = listener.front.answer(request)
            if reply.fault and reply.fault.kind is Kind.HANG:
                webhooks.after_answer()  # the world goes on while this connection is silent
            self._send(listener, reply)
        finally:
            webhooks.after_answer()

    def _send(self, listener: _Listener, reply: Reply) -> None:
        kind = reply.fault.kind if reply.fault else None
        listener.pause(listener.latency())
        if kind is Kind.HANG and reply.fault:
            seconds = reply.fault.seconds
            listener.pause(listener.world.settings.hang_seconds if seconds is None else seconds)
        if kind in {Kind.HANG, Kind.DROP}:
            self.close_connection = True
            return
        encoded = reply.encoded()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        if kind is Kind.TRUNCATE:
            encoded = encoded[: len(encoded) // 2]
            self.close_connection = True
        self.wfile.write(encoded)
        self.wfile.flush()


class _Listener(ThreadingHTTPServer):
    """Listens on loopback, and can hang up on everybody at once."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], world: World) -> None:
        self.world = world
        self.closing = threading.Event()
        self.front = Front(world, self.pause)
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(address, _Connection)

    def pause(self, seconds: float) -> None:
        if seconds > 0:
            self.closing.wait(seconds)

    def latency(self) -> float:
        """How long an answer takes on its way, in seconds, between the two settings."""
        low, high = self.world.settings.latency_ms
        return self.world.dice.uniform(low, high) / 1000 if high else 0.0

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients hang up as they like; anything else is a crime of the simulator's."""
        if not isinstance(sys.exception(), ConnectionError):
            self.world.crimes.append(traceback.format_exc())

    def hang_up(self) -> None:
        self.closing.set()
        with self._guard:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class Simulator:
    """Stripe on a loopback port, in this process: `with Simulator(seed=1) as simulator: ...`.

    Raises:
        ValueError: if asked to listen anywhere but on loopback.
    """

    def __init__(self, world: World | None = None, *, seed: int = 0, port: int = 0) -> None:
        self.world = world or World(seed=seed)
        self._port = port
        self._listener: _Listener | None = None
        self._threads: list[threading.Thread] = []
        self._sessions: list[requests.Session] = []

    def start(self, host: str = "127.0.0.1") -> Self:
        if not ipaddress.ip_address(host).is_loopback:
            raise ValueError("The simulator listens on loopback only.")
        rearm(self.world)
        self._listener = _Listener((host, self._port), self.world)
        self._port = self._listener.server_port
        self._run(self._listener.serve_forever, 0.02)
        if self.world.clock.is_ticking:
            self._run(self._tick)
        return self

    def stop(self) -> None:
        for session in self._sessions:
            session.close()
        if self._listener:
            self._listener.hang_up()
            self._listener.shutdown()
            self._listener.server_close()
        for thread in self._threads:
            thread.join()
        self.world.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def client(
        self,
        *,
        key: str = TEST_KEY,
        timeout: tuple[float, float] = (1, 5),
        max_network_retries: int = 0,
    ) -> stripe.StripeClient:
        """The real SDK, aimed at this simulator; `timeout` is (connect, read) in seconds."""
        stripe.enable_telemetry = False
        session = requests.Session()
        session.trust_env = False  # a proxy of the environment must not see loopback
        self._sessions.append(session)
        return stripe.StripeClient(
            key,
            stripe_version=API_VERSION,
            base_addresses={"api": self.base_url},
            http_client=stripe.RequestsClient(timeout=timeout, session=session),
            max_network_retries=max_network_retries,
        )

    def authenticate(self, intent_id: str, *, is_successful: bool = True) -> None:
        """What the customer does when an intent asks for authentication.

        Raises:
            LookupError: if there is no such intent.
            StripeRefusal: if it asks for nothing.
        """
        with self.world.turn():
            intent = self.world.storage.find(intent_id, "payment_intent")
            if intent is None:
                raise LookupError(intent_id)
            paying.authenticate(self.world, intent, is_successful=is_successful)

    def _run(self, target: Any, *arguments: Any) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _tick(self) -> None:
        """Let what falls due happen while the clock runs with the wall."""
        while self._listener and not self._listener.closing.wait(_TICK_SECONDS):
            self.world.clock.run_due()
