"""Events: frozen when they happen, kept for /v1/events, and sent to the endpoints that want them.

Knobs disturb the delivery as real life does: twice, late, in another order, before the answer to
the call that caused them, not at all, wrongly signed, or signed long ago.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from sandbox.stripe.delivering import Courier, Delivery
from sandbox.stripe.expanding import public

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.stripe.delivering import Attempt
    from sandbox.stripe.storage import StripeObject
    from sandbox.stripe.world import World

API_VERSION = "2026-10-28.endive"
DAY = 24 * 60 * 60
OTHER_ACCOUNTS_ID = "Foreign"


@dataclass
class Disturbance:
    """What happens to the next `times` events (None: to all) whose type fits a pattern.

    `copies` are sent besides the first; `delay_seconds` are the simulator's; `behind` is how many
    later events go first (all that wait are let go by `settle`); `stale_seconds` dates the
    signature back.
    """

    pattern: str = "*"
    times: int | None = 1
    copies: int = 0
    delay_seconds: int = 0
    behind: int = 0
    stale_seconds: int = 0
    is_before_answer: bool = False
    is_dropped: bool = False
    is_wrongly_signed: bool = False


@dataclass
class Parcel:
    """An event's deliveries, all to be treated alike."""

    deliveries: list[Delivery]
    treatment: Disturbance
    ahead: int = 0


class Webhooks:
    """One account's events and their way out."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.courier = Courier(world)
        self.disturbances: list[Disturbance] = []
        self._held: list[Parcel] = []
        self._of_call = threading.local()

    @property
    def attempts(self) -> Sequence[Attempt]:
        """Every attempt to deliver so far, oldest first."""
        return self.courier.attempts

    def emit(
        self,
        kind: str,
        stripe_object: StripeObject,
        previous_attributes: dict[str, Any] | None = None,
    ) -> StripeObject:
        """Freeze an event and send it off; one that a call causes waits for the call's answer.

        Raises:
            ContractBroken: if the SDK would not know the event or its object.
        """
        with self.world.turn():
            event = self._freeze(kind, stripe_object, previous_attributes)
            self.world.storage.add(event)
            parcel = self._pack(event)
            if not parcel.treatment.is_dropped:
                self._dispatch(parcel)
            return event

    def emit_foreign(self, kind: str, template: StripeObject) -> StripeObject:
        """Send an event about an object that another integration of the account made.

        It looks like `template`, but nobody here made it: new id, no metadata.
        """
        foreign = public(template)
        prefix = str(template["id"]).partition("_")[0]
        foreign["id"] = f"{self.world.new_id(prefix)}{OTHER_ACCOUNTS_ID}"
        if "metadata" in foreign:
            foreign["metadata"] = {}
        return self.emit(kind, foreign)

    def before_answer(self) -> None:
        """Deliver what is to arrive before the answer, and wait until it has arrived."""
        parcels = self._waiting()
        early = [parcel for parcel in parcels if parcel.treatment.is_before_answer]
        self._of_call.parcels = [parcel for parcel in parcels if parcel not in early]
        for parcel in early:
            self._send(parcel)
        for parcel in early:
            for delivery in parcel.deliveries:
                delivery.is_done.wait(self.courier.timeout_seconds)

    def after_answer(self) -> None:
        """Let go what waited for the answer."""
        parcels, self._of_call.parcels = self._waiting(), []
        for parcel in parcels:
            self._send(parcel)

    def disturb(self, disturbance: Disturbance) -> None:
        """Treat the events to come as a knob says; the knob set last is asked first."""
        with self.world.lock:
            self.disturbances.insert(0, disturbance)

    def settle(self, timeout: float = 10.0) -> None:
        """Wait until every delivery was tried that does not wait for the clock.

        Raises:
            TimeoutError: if some are still under way after `timeout` seconds of the wall.
        """
        deadline = time.monotonic() + timeout
        is_quiet = False
        while not is_quiet:
            if not self.courier.wait(deadline - time.monotonic(), self._count_held):
                raise TimeoutError(f"Webhooks are still being delivered after {timeout} s.")
            with self.world.lock:
                held, self._held = self._held, []
            for parcel in held:
                self._enqueue(parcel)
            is_quiet = not held

    def rotate_secret(self, endpoint_id: str, *, keep_seconds: int = DAY) -> str:
        """A new secret for an endpoint; the old one signs as well until it expires.

        Raises:
            LookupError: if there is no such endpoint.
        """
        with self.world.turn():
            endpoint = self.world.storage.find(endpoint_id, "webhook_endpoint")
            if endpoint is None:
                raise LookupError(f"No webhook endpoint is called {endpoint_id}.")
            expires_at = self.world.now() + keep_seconds
            for entry in endpoint["_secrets"]:
                entry["expires_at"] = entry["expires_at"] or expires_at
            secret = self.world.new_id("whsec")
            endpoint["_secrets"].insert(0, {"secret": secret, "expires_at": None})
            return secret

    def clear(self) -> None:
        """Forget knobs, attempts and whatever waits."""
        with self.world.lock:
            self.disturbances.clear()
            held, self._held = self._held, []
            for parcel in held:
                self.courier.settle(len(parcel.deliveries))
            self.courier.forget()

    def _freeze(
        self, kind: str, stripe_object: StripeObject, previous: dict[str, Any] | None
    ) -> StripeObject:
        call = self.world.current_call
        content: dict[str, Any] = {"object": public(stripe_object)}
        if previous is not None:
            content["previous_attributes"] = public(previous)
        event: StripeObject = {
            "id": self.world.new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.world.now(),
            "data": content,
            "livemode": False,
            "pending_webhooks": len(self._endpoints_for(kind)),
            "request": {
                "id": call.request_id if call else None,
                "idempotency_key": call.idempotency_key if call else None,
            },
            "type": kind,
        }
        if self.world.contract is not None:
            self.world.contract.check_object(event)
            self.world.contract.check_object(content["object"])
        return event

    def _endpoints_for(self, kind: str) -> list[StripeObject]:
        """Enabled endpoints that asked for a type of event, oldest first."""
        endpoints = [
            endpoint
            for endpoint in self.world.storage.newest_first("webhook_endpoint")
            if endpoint["status"] == "enabled"
            and not {"*", kind}.isdisjoint(endpoint["enabled_events"])
        ]
        return endpoints[::-1]

    def _pack(self, event: StripeObject) -> Parcel:
        """The deliveries of an event, as the first fitting knob treats them."""
        treatment = self._take_treatment(event["type"])
        deliveries = []
        for endpoint in self._endpoints_for(event["type"]):
            version = endpoint["api_version"] or event["api_version"]
            body = json.dumps(public(event) | {"api_version": version}, indent=2).encode()
            deliveries += [
                Delivery(
                    event["id"], event["type"], endpoint["id"], body,
                    is_wrongly_signed=treatment.is_wrongly_signed,
                    stale_seconds=treatment.stale_seconds,
                    is_copy=copy > 0,
                )
                for copy in range(treatment.copies + 1)
            ]  # fmt: skip
        return Parcel(deliveries, treatment, ahead=treatment.behind)

    def _count_held(self) -> int:
        return sum(len(parcel.deliveries) for parcel in self._held)

    def _take_treatment(self, kind: str) -> Disturbance:
        for disturbance in self.disturbances:
            if disturbance.times != 0 and fnmatchcase(kind, disturbance.pattern):
                if disturbance.times is not None:
                    disturbance.times -= 1
                return disturbance
        return Disturbance()

    def _dispatch(self, parcel: Parcel) -> None:
        """Send now, after the answer of the call that is running, or when the clock says so."""
        delay = parcel.treatment.delay_seconds
        if delay:
            self.world.clock.call_in(delay, lambda: self._send_late(parcel))
            return
        self.courier.expect(len(parcel.deliveries))
        if self.world.current_call is None:
            self._send(parcel)
        else:
            self._waiting().append(parcel)

    def _waiting(self) -> list[Parcel]:
        """What the call of this thread has caused so far."""
        found: list[Parcel] = self._of_call.__dict__.setdefault("parcels", [])
        return found

    def _send(self, parcel: Parcel) -> None:
        """Send a parcel, or hold it back; then let go the ones that only waited for it."""
        with self.world.lock:
            if parcel.ahead > 0:
                self._held.append(parcel)
                self.courier.settle(0)
                return
        self._enqueue(parcel)
        with self.world.lock:
            for held in self._held:
                held.ahead -= 1
            ready = [held for held in self._held if held.ahead <= 0]
            self._held = [held for held in self._held if held.ahead > 0]
        for held in ready:
            self._enqueue(held)

    def _send_late(self, parcel: Parcel) -> None:
        self.courier.expect(len(parcel.deliveries))
        self._enqueue(parcel)

    def _enqueue(self, parcel: Parcel) -> None:
        for delivery in parcel.deliveries:
            self.courier.enqueue(delivery)
