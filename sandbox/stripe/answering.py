"""From a request to its answer: key, fault, idempotency, contract, the function, the contract."""

from __future__ import annotations

import base64
import binascii
import json
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.stripe import catalogue
from sandbox.stripe.errors import StripeRefusal, invalid_parameter, unauthorized
from sandbox.stripe.expanding import expand
from sandbox.stripe.faults import Fault, Kind, When
from sandbox.stripe.forms import decode
from sandbox.stripe.routing import Call, resolve
from sandbox.stripe.world import API_VERSION, Logged

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message

    from sandbox.stripe.world import World

_KNOWN = tuple(catalogue.__all__)  # the import is what registers the routes
_LOST = {Kind.HANG, Kind.DROP, Kind.TRUNCATE, Kind.HTML}
_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>proxy</body></html>"
_JSON = "application/json"


@dataclass(frozen=True)
class Request:
    """What came over the wire."""

    method: str
    path: str
    query: str
    body: str
    headers: Message

    @property
    def encoded(self) -> str:
        """The parameters, which Stripe reads from the body of a POST and the query of the rest."""
        return self.body if self.method == "POST" else self.query


@dataclass
class Reply:
    """What goes over the wire, and what is to go wrong with it on the way."""

    status: int
    body: dict[str, Any] | str
    headers: dict[str, str] = field(default_factory=dict)
    fault: Fault | None = None

    @property
    def content_type(self) -> str:
        return "text/html; charset=utf-8" if isinstance(self.body, str) else _JSON

    def encoded(self) -> bytes:
        text = self.body if isinstance(self.body, str) else json.dumps(self.body, indent=2)
        return text.encode()


@dataclass(frozen=True)
class _Outcome:
    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    is_stored: bool = True


class Front:
    """Answers requests for one world; `pause` waits so many seconds, or less when closing."""

    def __init__(self, world: World, pause: Callable[[float], object]) -> None:
        self._world = world
        self._pause = pause

    def answer(self, request: Request) -> Reply:
        """The reply to a request; whatever it changes has happened when this returns."""
        if not request.path.startswith("/v1/"):
            return self._control(request)
        world = self._world
        fault = world.faults.pick(request.method, request.path)
        call = Call(world, request.method, request.path, request_id=world.new_id("req"))
        call.idempotency_key = _key_of(request)
        if fault and fault.when is When.BEFORE and fault.kind in _LOST:
            outcome = _Outcome(200, {})
        else:
            outcome = self._outcome(call, request, fault)
            world.webhooks.before_answer()
        reply = Reply(outcome.status, outcome.body, _headers(call, request) | outcome.headers)
        _distort(reply, fault)
        world.requests.append(
            Logged(
                world.now(), call.method, call.path, reply.status, call.request_id,
                fault.kind.value if fault else None,
            )
        )  # fmt: skip
        return reply

    def _outcome(self, call: Call, request: Request, fault: Fault | None) -> _Outcome:
        """What is answered, but for what gets lost on the way."""
        try:
            _authenticate(request.headers)
            _demand_version(request.headers)
            function, call.ids = resolve(call.method, call.path)
            call.params = decode(request.encoded)
            refusal = _early_refusal(fault)
            if refusal:
                raise refusal
            kept = self._world.idempotency.begin(call)
            if kept:
                replayed = {"Idempotent-Replayed": "true", "Original-Request": kept.request_id}
                return _Outcome(kept.status, kept.body, replayed)
            try:
                outcome = self._execute(call, function, fault)
                if outcome.is_stored:
                    self._world.idempotency.keep(call, outcome.status, outcome.body)
            finally:
                self._world.idempotency.end(call)
        except StripeRefusal as refused:
            outcome = _refused(refused)
        return self._late(call, outcome, fault)

    def _execute(
        self, call: Call, function: Callable[[Call], Any], fault: Fault | None
    ) -> _Outcome:
        """Run the function of a call that is let through, and hold both against the contract."""
        if fault and fault.kind is Kind.SLOW and fault.when is When.BEFORE:
            self._pause(_seconds(self._world, fault))
        refusal = fault.refusal() if fault and fault.is_stored else None
        if fault and refusal and fault.when is When.BEFORE:
            return _refused(refusal)
        try:
            self._check_request(call)
            with self._world.turn(call):
                body = expand(self._world, function(call), _expansions(call))
            outcome = _Outcome(200, body)
        except StripeRefusal as refused:
            outcome = _refused(refused)
        except Exception:  # noqa: BLE001 - whatever it is, it is the simulator's own crime
            return self._confess(call, traceback.format_exc())
        outcome = self._checked(call, outcome)
        return _refused(refusal) if refusal else outcome

    def _check_request(self, call: Call) -> None:
        refusal = self._world.contract.check_request(call.method, call.path, call.params)
        if refusal:
            raise refusal.unstored()

    def _checked(self, call: Call, outcome: _Outcome) -> _Outcome:
        """The outcome, if Stripe could have said it."""
        try:
            contract = self._world.contract
            contract.check_answer(call.method, call.path, outcome.status, outcome.body)
        except AssertionError as broken:
            return self._confess(call, f"{call.method} {call.path}: {broken}")
        return outcome

    def _late(self, call: Call, outcome: _Outcome, fault: Fault | None) -> _Outcome:
        """The outcome after a fault that strikes once the effect took place."""
        if fault is None or fault.when is When.BEFORE:
            return outcome
        if fault.kind is Kind.SLOW:
            self._pause(_seconds(self._world, fault))
        refusal = fault.refusal()
        return self._checked(call, _refused(refusal)) if refusal else outcome

    def _confess(self, call: Call, crime: str) -> _Outcome:
        self._world.crimes.append(crime)
        message = "The simulator broke its contract; see its crimes."
        return _refused(StripeRefusal(500, "api_error", None, message).unstored())

    def _control(self, request: Request) -> Reply:
        """A call of the simulator's own pages."""
        call = Call(self._world, request.method, request.path)
        try:
            function, call.ids = resolve(request.method, request.path)
            call.params = decode(request.encoded)
            return Reply(200, function(call))
        except StripeRefusal as refusal:
            return Reply(refusal.status, refusal.envelope())


def _distort(reply: Reply, fault: Fault | None) -> None:
    """Prepare a reply for what goes wrong with it on the wire."""
    if fault is None or fault.kind not in _LOST:
        return
    reply.fault = fault
    if fault.kind is Kind.HTML:
        reply.status = fault.status or 502
        reply.body = _PAGE.format(f"{reply.status} Bad Gateway")
    elif not reply.body:
        reply.body = {"object": "payment_intent", "id": "pi_that_was_never_made"}


def _refused(refusal: StripeRefusal) -> _Outcome:
    return _Outcome(refusal.status, refusal.envelope(), refusal.headers, refusal.is_stored)


def _early_refusal(fault: Fault | None) -> StripeRefusal | None:
    """What the edge answers before the endpoint, or its idempotency, hears of the call."""
    if fault is None or fault.when is When.AFTER or fault.is_stored:
        return None
    return fault.refusal()


def _seconds(world: World, fault: Fault) -> float:
    return world.settings.slow_seconds if fault.seconds is None else fault.seconds


def _key_of(request: Request) -> str | None:
    return request.headers.get("Idempotency-Key") if request.method == "POST" else None


def _headers(call: Call, request: Request) -> dict[str, str]:
    headers = {
        "Request-Id": call.request_id,
        "Stripe-Version": request.headers.get("Stripe-Version") or API_VERSION,
    }
    if call.idempotency_key is not None:
        headers |= {
            "Idempotency-Key": call.idempotency_key[:255],
            "Original-Request": call.request_id,
        }
    return headers


def _expansions(call: Call) -> list[str]:
    wanted = call.params.get("expand") or []
    if not isinstance(wanted, list):
        message = "Invalid array: expand"
        raise invalid_parameter("parameter_invalid_string", message, "expand")
    return wanted


def _authenticate(headers: Message) -> None:
    """Let test keys in, by Bearer or Basic; what is refused is neither shown nor kept.

    Raises:
        StripeRefusal: 401.
    """
    scheme, _, given = headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            given = ""
    if given.startswith(("sk_live", "rk_live")):
        raise unauthorized("A live key was sent to a simulator. Revoke it: it left its place.")
    if not given:
        raise unauthorized("You did not provide an API key.")
    if not given.startswith(("sk_test_", "rk_test_")):
        raise unauthorized("Invalid API Key provided.")


def _demand_version(headers: Message) -> None:
    """Raises: StripeRefusal: 400 for another version than the one that is simulated."""
    version = headers.get("Stripe-Version") or API_VERSION
    if version != API_VERSION:
        message = f"Invalid Stripe API version: {version}. Only {API_VERSION} is simulated."
        raise StripeRefusal(400, "invalid_request_error", None, message).unstored()
