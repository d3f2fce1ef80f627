"""Payment intents over HTTP: create, retrieve, list, update, confirm, capture, cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.stripe.errors import invalid_parameter
from sandbox.stripe.expanding import public
from sandbox.stripe.fields import (
    differences,
    payable_amount,
    read_currency,
    typed,
    write_metadata,
)
from sandbox.stripe.listing import list_objects
from sandbox.stripe.paying import (
    UNPAID,
    attach_and_confirm,
    cancel,
    capture,
    demand_state,
    unexpected_state,
)
from sandbox.stripe.payment_methods import find_payment_method, read_payment_method
from sandbox.stripe.routing import route

if TYPE_CHECKING:
    from sandbox.stripe.routing import Call
    from sandbox.stripe.storage import StripeObject

_TEXTS = (
    "customer",
    "description",
    "receipt_email",
    "setup_future_usage",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
_NESTED = ("amount_details", "payment_method_options", "shipping")
_ABSENT = (
    "amount_details", "application", "application_fee_amount", "automatic_payment_methods",
    "canceled_at", "cancellation_reason", "customer", "description",
    "excluded_payment_method_types", "last_payment_error", "latest_charge", "next_action",
    "on_behalf_of", "payment_method", "payment_method_configuration_details", "processing",
    "receipt_email", "review", "setup_future_usage", "shipping", "source",
    "statement_descriptor", "statement_descriptor_suffix", "transfer_data", "transfer_group",
)  # fmt: skip


@route("POST", "/v1/payment_intents")
def create_intent(call: Call) -> dict[str, Any]:
    """A new intent; with confirm=true it is paid in the same call."""
    if call.boolean("confirm") is not True and call.has("off_session"):
        message = "off_session may only be given together with confirm=true."
        raise invalid_parameter("parameter_invalid_empty", message, "off_session")
    intent = _bare_intent(call)
    _write(call, intent)
    method = read_payment_method(call)
    if call.boolean("confirm") and method is None:
        raise unexpected_state(intent, _MISSING_METHOD).unstored()
    if method:
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    call.world.storage.add(intent)
    call.world.webhooks.emit("payment_intent.created", intent)
    if call.boolean("confirm"):
        _confirm(call, intent, method)
    return intent


_MISSING_METHOD = (
    "You cannot confirm this PaymentIntent because it's missing a payment method. Update the "
    "PaymentIntent with a payment method and then confirm it again."
)


def _bare_intent(call: Call) -> StripeObject:
    world = call.world
    intent_id = world.new_id("pi")
    allowed = call.params.get("allowed_payment_method_types") or None
    enabled = None if allowed else {"allow_redirects": "always", "enabled": True}
    return dict.fromkeys(_ABSENT) | {
        "id": intent_id,
        "object": "payment_intent",
        "allowed_payment_method_types": allowed,
        "amount": payable_amount(world, call.integer("amount")),
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "automatic_payment_methods": typed(call.mapping("automatic_payment_methods")) or enabled,
        "capture_method": call.text("capture_method") or "automatic_async",
        "client_secret": f"{intent_id}_{world.new_id('secret')}",
        "confirmation_method": call.text("confirmation_method") or "automatic",
        "created": world.now(),
        "currency": read_currency(call),
        "livemode": False,
        "metadata": {},
        "payment_method_options": _default_options(allowed or ["card"]),
        "payment_method_types": allowed or ["card"],
        "status": "requires_payment_method",
    }


def _default_options(types: list[str]) -> dict[str, Any]:
    defaults: dict[str, dict[str, Any]] = {
        "card": {"installments": None, "network": None, "request_three_d_secure": "automatic"},
        "card_present": {
            "request_extended_authorization": False,
            "request_incremental_authorization_support": False,
        },
    }
    return {kind: defaults[kind] for kind in types if kind in defaults}


def _write(call: Call, intent: StripeObject) -> None:
    """Write what create, update and confirm may all set.

    Raises:
        StripeRefusal: 400 for bad metadata, before anything is written.
    """
    write_metadata(call, intent)
    for name in _TEXTS:
        if call.has(name):
            intent[name] = call.text(name)
    for name in _NESTED:
        if call.has(name):
            merged: dict[str, Any] = (intent[name] or {}) | typed(call.mapping(name))
            intent[name] = merged or None


@route("GET", "/v1/payment_intents/{intent}")
def retrieve_intent(call: Call) -> dict[str, Any]:
    return call.find("payment_intent", "intent")


@route("GET", "/v1/payment_intents")
def list_intents(call: Call) -> dict[str, Any]:
    return list_objects(call, "payment_intent", same=("customer",))


@route("POST", "/v1/payment_intents/{intent}")
def update_intent(call: Call) -> dict[str, Any]:
    """Change an intent; what decides the charge (amount, currency, method) only before it is paid.

    A tip that our own screen asks for is an update of `amount`; amount_details[tip] is filled by
    readers only, and no parameter.
    """
    intent = call.find("payment_intent", "intent")
    before = public(intent)
    changes: dict[str, Any] = {}
    if call.has("amount"):
        changes["amount"] = payable_amount(call.world, call.integer("amount"))
    if call.has("currency"):
        changes["currency"] = read_currency(call)
    if call.has("capture_method"):
        changes["capture_method"] = call.required("capture_method")
    if call.has("allowed_payment_method_types"):
        types = call.params["allowed_payment_method_types"]
        changes |= {"allowed_payment_method_types": types, "payment_method_types": types}
    if call.text("payment_method"):
        method = find_payment_method(call.world, call.required("payment_method"))
        changes |= {"payment_method": method["id"], "status": "requires_confirmation"}
    if changes:
        demand_state(intent, "update", UNPAID)
    _write(call, intent)
    intent |= changes
    _tell_of(call, intent, before)
    return intent


def _tell_of(call: Call, intent: StripeObject, before: dict[str, Any]) -> None:
    """An update has no event of its own at Stripe unless something is held."""
    if intent["status"] == "requires_capture":
        changed = differences(before, public(intent))
        call.world.webhooks.emit("payment_intent.amount_capturable_updated", intent, changed)


@route("POST", "/v1/payment_intents/{intent}/confirm")
def confirm_intent(call: Call) -> dict[str, Any]:
    intent = call.find("payment_intent", "intent")
    demand_state(intent, "confirm", UNPAID)
    expected = call.integer("amount_to_confirm")
    if expected is not None and expected != intent["amount"]:
        message = f"The PaymentIntent's amount is {intent['amount']}, not {expected}."
        raise invalid_parameter("payment_intent_invalid_parameter", message, "amount_to_confirm")
    method = read_payment_method(call)
    if method is None and intent["payment_method"]:
        method = find_payment_method(call.world, intent["payment_method"])
    if call.has("capture_method"):
        intent["capture_method"] = call.required("capture_method")
    _write(call, intent)
    _confirm(call, intent, method)
    return intent


def _confirm(call: Call, intent: StripeObject, method: StripeObject | None) -> None:
    if method is None:
        raise unexpected_state(intent, _MISSING_METHOD)
    is_attended = not (call.boolean("off_session") or call.boolean("error_on_requires_action"))
    attach_and_confirm(
        call.world, intent, method, is_attended=is_attended, return_url=call.text("return_url")
    )


@route("POST", "/v1/payment_intents/{intent}/capture")
def capture_intent(call: Call) -> dict[str, Any]:
    intent = call.find("payment_intent", "intent")
    if call.boolean("final_capture") is False:
        message = "This payment does not support more than one capture."
        raise invalid_parameter("payment_intent_invalid_parameter", message, "final_capture")
    _write(call, dict(intent))  # whatever is wrong with it shows before money moves
    capture(call.world, intent, call.integer("amount_to_capture"))
    _write(call, intent)
    return intent


@route("POST", "/v1/payment_intents/{intent}/cancel")
def cancel_intent(call: Call) -> dict[str, Any]:
    intent = call.find("payment_intent", "intent")
    cancel(call.world, intent, call.text("cancellation_reason"))
    return intent
