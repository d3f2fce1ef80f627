"""Carrying events to webhook endpoints: signed, on threads of their own, again after a failure."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sandbox.stripe.storage import StripeObject
    from sandbox.stripe.world import World

MINUTE, HOUR = 60, 3600
# Pauses before the second attempt and those after it, in seconds of the simulator's clock. Stripe
# says: in a sandbox three more tries over a few hours, live up to three days with growing pauses.
SANDBOX_PAUSES = (5 * MINUTE, HOUR, 3 * HOUR)
LIVE_PAUSES = (5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, *[12 * HOUR] * 4)
WRONG_SECRET = "whsec_not_the_secret_of_this_endpoint"  # noqa: S105 - wrong on purpose


@dataclass
class Delivery:
    """One event on its way to one endpoint; the body was frozen when the event happened."""

    event: str
    kind: str
    endpoint: str
    body: bytes
    is_wrongly_signed: bool = False
    stale_seconds: int = 0
    tries: int = 0
    is_copy: bool = False
    is_done: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Attempt:
    """What came of one attempt: a status, or the error that left it without one."""

    event: str
    kind: str
    endpoint: str
    url: str
    at: int
    signature: str
    status: int | None
    error: str = ""

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - HTTP's range


def sign(body: bytes, timestamp: int, secrets: Sequence[str]) -> str:
    """The Stripe-Signature header: one v1 for each secret that is valid now."""
    signed = f"{timestamp}.".encode() + body
    digests = [hmac.new(key.encode(), signed, hashlib.sha256).hexdigest() for key in secrets]
    return ",".join([f"t={timestamp}", *(f"v1={digest}" for digest in digests)])


class Courier:
    """Delivers in the order of arrival for each endpoint, endpoints side by side."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.pauses: Sequence[int] = SANDBOX_PAUSES
        self.timeout_seconds = 5.0
        self.attempts: list[Attempt] = []
        self._lanes: dict[str, deque[Delivery]] = {}
        self._expected = 0
        self._quiet = threading.Condition()

    def expect(self, count: int) -> None:
        """Announce deliveries, so that nobody thinks all is done before they begin."""
        with self._quiet:
            self._expected += count

    def settle(self, count: int = 1) -> None:
        """Take back announced deliveries: done, dropped, or left to the clock."""
        with self._quiet:
            self._expected -= count
            self._quiet.notify_all()

    def wait(self, timeout: float, but_for: Callable[[], int]) -> bool:
        """Whether all but some announced deliveries are done within `timeout` wall seconds."""
        with self._quiet:
            return self._quiet.wait_for(lambda: self._expected <= but_for(), timeout)

    def enqueue(self, delivery: Delivery) -> None:
        """Deliver an announced delivery after those that wait for the same endpoint."""
        with self._quiet:
            lane = self._lanes.get(delivery.endpoint)
            if lane is not None:
                lane.append(delivery)
                return
            self._lanes[delivery.endpoint] = deque([delivery])
        threading.Thread(
            target=self._drain, args=[delivery.endpoint], name="webhooks", daemon=True
        ).start()

    def forget(self) -> None:
        """Drop what waits and what was written down; attempts under way end by themselves."""
        with self._quiet:
            for lane in self._lanes.values():
                self._expected -= len(lane)
                lane.clear()
            self.attempts.clear()
            self._quiet.notify_all()

    def attempt(self, delivery: Delivery) -> None:
        """Send a delivery once, write down what came of it, and see to a retry."""
        with self.world.turn():
            endpoint = self.world.storage.find(delivery.endpoint, "webhook_endpoint")
            if endpoint is None or endpoint["status"] != "enabled":
                return
            url, signature = endpoint["url"], self._signature(delivery, endpoint)
        status, error = self._post(url, delivery.body, signature)
        with self.world.turn():
            attempt = Attempt(
                delivery.event, delivery.kind, delivery.endpoint, url, self.world.now(),
                signature, status, error,
            )  # fmt: skip
            self.attempts.append(attempt)
            if attempt.is_success:
                self._note_delivered(delivery)
            else:
                self._retry_later(delivery)

    def _drain(self, endpoint: str) -> None:
        while True:
            with self._quiet:
                if not self._lanes[endpoint]:
                    del self._lanes[endpoint]
                    return
                delivery = self._lanes[endpoint].popleft()
            try:
                self.attempt(delivery)
            finally:
                delivery.is_done.set()
                self.settle()

    def _signature(self, delivery: Delivery, endpoint: StripeObject) -> str:
        timestamp = self._signed_at(delivery)
        if delivery.is_wrongly_signed:
            return sign(delivery.body, timestamp, [WRONG_SECRET])
        return sign(delivery.body, timestamp, valid_secrets(endpoint, self.world.now()))

    def _signed_at(self, delivery: Delivery) -> int:
        """The time of this attempt, in Unix seconds.

        A clock that ticks signs with the wall's time even after somebody moved it on: receivers
        look at their own clocks and refuse what is signed in the future. A clock that only tests
        move signs with its own time where that is ahead of the wall's.
        """
        wall = int(time.time())
        if delivery.stale_seconds:
            return wall - delivery.stale_seconds
        return wall if self.world.clock.is_ticking else max(wall, self.world.now())

    def _post(self, url: str, body: bytes, signature: str) -> tuple[int | None, str]:
        """The status of the answer, or why there is none. Redirects are not followed."""
        parts = urlsplit(url)
        is_secure = parts.scheme == "https"
        connect = http.client.HTTPSConnection if is_secure else http.client.HTTPConnection
        connection = connect(parts.hostname or "", parts.port, timeout=self.timeout_seconds)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": signature,
        }
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", target, body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            return None, f"{type(error).__name__}: {error}"
        finally:
            connection.close()
        return answer.status, ""

    def _note_delivered(self, delivery: Delivery) -> None:
        event = self.world.storage.find(delivery.event, "event")
        if event is not None and not delivery.is_copy:
            event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)

    def _retry_later(self, delivery: Delivery) -> None:
        """Ask the clock for the next try; once the pauses are used up the event stays pending."""
        if delivery.tries >= len(self.pauses):
            return
        pause = self.pauses[delivery.tries]
        delivery.tries += 1
        self.world.clock.call_in(pause, lambda: self.attempt(delivery))


def valid_secrets(endpoint: StripeObject, now: int) -> list[str]:
    """The newest secret first, then a replaced one until it expires."""
    kept: list[dict[str, Any]] = endpoint["_secrets"]
    return [
        entry["secret"]
        for entry in kept
        if entry["expires_at"] is None or now < entry["expires_at"]
    ]
