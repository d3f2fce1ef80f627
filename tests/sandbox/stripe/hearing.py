"""A webhook endpoint that writes down what it hears, and answers as it is told."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

import stripe as sdk

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.stripe.server import Simulator


@dataclass(frozen=True)
class Heard:
    """One delivery as it came over the wire."""

    body: bytes
    signature: str

    def verified(self, secret: str) -> sdk.Event:
        """The event, as the SDK's own check lets it through."""
        return sdk.Webhook.construct_event(self.body, self.signature, secret)  # type: ignore[no-any-return]

    @property
    def timestamp(self) -> int:
        return int(self.signature.partition(",")[0].removeprefix("t="))


class Ear:
    """Listens on loopback; `answers` are the statuses to come, then 200 for ever."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answers: deque[int] = deque()
        self.on_hearing: Callable[[Heard], object] = lambda _: None
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hooks"
        self.endpoint_id, self.secret = "", ""

    def subscribe(self, simulator: Simulator, *kinds: str, **params: Any) -> Self:
        """Register with the simulator for some types of event, or for all."""
        wanted: Any = {"url": self.url, "enabled_events": list(kinds) or ["*"]} | params
        endpoint = simulator.client().v1.webhook_endpoints.create(wanted)
        self.endpoint_id, self.secret = endpoint.id, endpoint.secret or ""
        return self

    def events(self) -> list[sdk.Event]:
        return [heard.verified(self.secret) for heard in self.heard]

    def kinds(self) -> list[str]:
        return [event.type for event in self.events()]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, ear: Ear) -> None:
        self.ear = ear
        super().__init__(("127.0.0.1", 0), _Delivery)


class _Delivery(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, _Server)
        ear = self.server.ear
        body = self.rfile.read(int(self.headers["Content-Length"]))
        heard = Heard(body, self.headers["Stripe-Signature"])
        ear.heard.append(heard)
        ear.on_hearing(heard)
        self.send_response(ear.answers.popleft() if ear.answers else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's own name
        """Say nothing."""
