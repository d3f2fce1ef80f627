"""Idempotency keys: the first answer is kept for 24 hours and given again, errors included.

Source: docs.stripe.com/api/idempotent_requests. Kept is what an endpoint answered once it began to
work; validation errors, 429 and conflicts are not.
"""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.stripe.errors import INVALID_REQUEST, StripeRefusal

if TYPE_CHECKING:
    from sandbox.stripe.routing import Call
    from sandbox.stripe.storage import StripeObject
    from sandbox.stripe.world import World

KIND = "sandbox.idempotency"
KEPT_SECONDS = 24 * 60 * 60
LONGEST_KEY = 255


@dataclass(frozen=True)
class Kept:
    """An answer that was given before."""

    status: int
    body: dict[str, Any]
    request_id: str


class Idempotency:
    """The keys in flight and the answers kept under those that are done."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._in_flight: dict[str, str] = {}
        self._lock = threading.Lock()

    def begin(self, call: Call) -> Kept | None:
        """Claim a call's key, or find the answer kept under it.

        Raises:
            StripeRefusal: 400 if the key is too long or was used for another request, 409 if a
                request with it is in flight.
        """
        key = call.idempotency_key
        if key is None:
            return None
        _check_length(key)
        wanted = fingerprint(call)
        with self._lock, self._world.turn():
            kept = self._find(key)
            if (kept["fingerprint"] if kept else self._in_flight.get(key, wanted)) != wanted:
                raise _other_request(key)
            if kept:
                return Kept(kept["status"], kept["body"], kept["request_id"])
            if key in self._in_flight:
                raise _in_use(key)
            self._in_flight[key] = wanted
        return None

    def keep(self, call: Call, status: int, body: dict[str, Any]) -> None:
        """Keep the answer under the call's key."""
        if call.idempotency_key is None:
            return
        with self._world.turn():
            self._world.storage.add(
                {
                    "id": f"idempotency:{call.idempotency_key}",
                    "object": KIND,
                    "created": self._world.now(),
                    "fingerprint": fingerprint(call),
                    "status": status,
                    "body": body,
                    "request_id": call.request_id,
                }
            )

    def end(self, call: Call) -> None:
        """Let go of the key; without a kept answer the next request executes again."""
        with self._lock:
            self._in_flight.pop(call.idempotency_key or "", None)

    def in_flight(self) -> tuple[str, ...]:
        """The keys whose requests are not answered yet."""
        with self._lock:
            return tuple(self._in_flight)

    def _find(self, key: str) -> StripeObject | None:
        storage = self._world.storage
        kept = storage.find(f"idempotency:{key}", KIND)
        if kept and kept["created"] + KEPT_SECONDS <= self._world.now():
            storage.remove(kept["id"])
            return None
        return kept


def fingerprint(call: Call) -> str:
    """What makes two requests the same: method, path and every parameter."""
    text = json.dumps([call.method, call.path, call.params], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _check_length(key: str) -> None:
    if not 1 <= len(key) <= LONGEST_KEY:
        message = f"Idempotency-Key must be between 1 and {LONGEST_KEY} characters."
        raise StripeRefusal(400, INVALID_REQUEST, None, message).unstored()


def _other_request(key: str) -> StripeRefusal:
    message = (
        "Keys for idempotent requests can only be used for the same endpoint and the same "
        f"parameters they were first used with. Try using a key other than '{key}'."
    )
    return StripeRefusal(400, "idempotency_error", None, message).unstored()


def _in_use(key: str) -> StripeRefusal:
    message = (
        "There is currently another in-progress request using this Idempotent Key "
        f"({key}); try again later."
    )
    refusal = StripeRefusal(409, "idempotency_error", "idempotency_key_in_use", message)
    return refusal.unstored().should_retry(True)  # noqa: FBT003 - the header's own value
