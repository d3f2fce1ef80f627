"""What readers do: take a card, show a cart, give money back; and how each of it goes wrong.

A call to a reader answers with an action in progress. The outcome comes later, when somebody
presents a card (or walks away), by terminal.reader.action_succeeded or _failed.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sandbox.stripe.errors import (
    INVALID_REQUEST,
    StripeRefusal,
    invalid_parameter,
    missing_object,
)
from sandbox.stripe.expanding import public
from sandbox.stripe.fields import typed
from sandbox.stripe.paying import UNPAID, attach_and_confirm
from sandbox.stripe.payment_methods import CARDS, make_payment_method, token_of_number
from sandbox.stripe.refunds import create_refund
from sandbox.stripe.routing import route
from sandbox.stripe.terminal_fleet import ONE_READER, READER, find_reader

if TYPE_CHECKING:
    from sandbox.stripe.routing import Call
    from sandbox.stripe.storage import StripeObject
    from sandbox.stripe.world import World

USUAL_CARD = "4242424242424242"
READER_NEEDS_SECONDS = 1
PRESENT = "/v1/test_helpers/terminal/readers/{reader}/present_payment_method"
# What a process_config or collect_config shows again in the action.
SHOWN_CONFIG = ("enable_customer_cancellation", "skip_tipping", "tipping", "return_url")
WAITS_FOR_CARD = frozenset({"process_payment_intent", "collect_payment_method", "refund_payment"})


def time_out_next_call(world: World, reader_id: str) -> None:
    """Let the next call to a reader find no answer: 400 terminal_reader_timeout."""
    with world.turn():
        find_reader(world, reader_id)["_times_out"] = True


def lose_next_outcome(world: World, reader_id: str) -> None:
    """Let the next card be approved by the network while the reader reports a failure.

    Real readers do that: github.com/stripe/stripe-terminal-ios/pull/207 and /pull/210.
    """
    with world.turn():
        find_reader(world, reader_id)["_loses_outcome"] = True


def customer_cancels(world: World, reader_id: str) -> StripeObject:
    """The customer presses the red key.

    Raises:
        StripeRefusal: 400, if the reader waits for no card.
    """
    with world.turn():
        reader = find_reader(world, reader_id)
        demand_waiting(reader)
        fail(world, reader, "customer_canceled", "The customer canceled the payment.")
        return reader


def present_card(
    world: World, reader_id: str, number: str = USUAL_CARD, *, tip: int = 0
) -> StripeObject:
    """Hold a test card to a reader that waits for one.

    Raises:
        LookupError: if there is no such reader.
        StripeRefusal: 400, if it waits for no card; 402 for a number that is no test card's.
    """
    with world.turn():
        reader = find_reader(world, reader_id)
        demand_waiting(reader)
        action = reader["action"]
        token = token_of_number(number)
        try:
            match action["type"]:
                case "refund_payment":
                    refund_to_card(world, action)
                case "collect_payment_method":
                    collect(world, reader, token)
                case _:
                    pay(world, find_intent(world, action), token, tip)
        except StripeRefusal as refusal:
            fail_as(world, reader, refusal)
        else:
            finish(world, reader)
        return reader


def present_by_secret(
    world: World, intent_id: str, secret: str, number: str = USUAL_CARD, *, tip: int = 0
) -> StripeObject:
    """Bring a test card to an intent as an app's own reader does: by its client secret.

    Raises:
        StripeRefusal: 404 for no such intent, 400 for another secret than its own or where it takes
            no card now, 402 for a card that is declined.
    """
    with world.turn():
        intent = world.storage.find(intent_id, "payment_intent")
        if intent is None:
            raise missing_object("payment_intent", intent_id, "payment_intent")
        if intent["client_secret"] != secret:
            raise invalid_parameter("resource_missing", "This is not its secret.", "client_secret")
        pay(world, intent, token_of_number(number), tip)
        return intent


def pay(world: World, intent: StripeObject, token: str, tip: int) -> None:
    """Authorise an intent with a card at the reader, with the tip that was chosen there."""
    if tip:
        intent["amount"] += tip
        intent["amount_details"] = (intent["amount_details"] or {}) | {"tip": {"amount": tip}}
    attach_and_confirm(world, intent, make_payment_method(world, token, "card_present"))


def collect(world: World, reader: StripeObject, token: str) -> None:
    """Read a card without charging it; confirm_payment_intent does that."""
    method = make_payment_method(world, token, "card_present")
    reader["action"]["collect_payment_method"]["payment_method"] = public(method)
    reader["_collected"] = method["id"]


def refund_to_card(world: World, action: StripeObject) -> None:
    wanted = action["refund_payment"]
    charge = world.storage.find(wanted["charge"], "charge") or {}
    refund = create_refund(world, charge, wanted["amount"], metadata=wanted.get("metadata"))
    wanted["refund"] = refund["id"]


def finish(world: World, reader: StripeObject) -> None:
    """Report what happened, or, if the outcome gets lost, that something went wrong."""
    if reader.pop("_loses_outcome", False):
        message = "The reader lost its connection before it could report the outcome."
        fail(world, reader, "terminal_reader_timeout", message)
        return
    before = {"action": {"status": reader["action"]["status"]}}
    reader["action"]["status"] = "succeeded"
    world.webhooks.emit("terminal.reader.action_succeeded", reader, before)


def fail(world: World, reader: StripeObject, code: str, message: str) -> None:
    before = {"action": {"status": reader["action"]["status"]}}
    reader["action"] |= {"status": "failed", "failure_code": code, "failure_message": message}
    world.webhooks.emit("terminal.reader.action_failed", reader, before)


def fail_as(world: World, reader: StripeObject, refusal: StripeRefusal) -> None:
    """Report a decline, or an intent that moved on meanwhile."""
    error = refusal.envelope()["error"]
    reader["action"]["api_error"] = {
        name: error[name]
        for name in ("type", "code", "decline_code", "message", "charge", "doc_url")
        if name in error
    }
    fail(world, reader, error.get("decline_code") or error.get("code") or "", error["message"])


def find_intent(world: World, action: StripeObject) -> StripeObject:
    """The intent that an action works on."""
    wanted = action[action["type"]]["payment_intent"]
    found = world.storage.find(wanted, "payment_intent")
    if found is None:
        raise missing_object("payment_intent", wanted, "payment_intent")
    return found


def demand_waiting(reader: StripeObject) -> None:
    action = reader["action"]
    is_waiting = action and action["status"] == "in_progress" and action["type"] in WAITS_FOR_CARD
    if not is_waiting:
        raise refused("intent_invalid_state", "The reader is not waiting for a card.", "reader")


def refused(code: str, message: str, param: str | None = None) -> StripeRefusal:
    return StripeRefusal(400, INVALID_REQUEST, code, message, param)


def reach(call: Call) -> StripeObject:
    """The reader of a call, if it can be reached and has nothing else to do.

    Raises:
        StripeRefusal: 400 terminal_reader_timeout, _offline or _busy.
    """
    reader = reach_even_busy(call)
    if reader["action"] and reader["action"]["status"] == "in_progress":
        raise refused("terminal_reader_busy", "Reader is currently busy with another request.")
    return reader


def reach_even_busy(call: Call) -> StripeObject:
    reader = call.find(READER, "reader")
    if reader.pop("_times_out", False):
        message = "There was a timeout when sending this command to the reader."
        raise refused("terminal_reader_timeout", message)
    if reader["status"] != "online":
        message = "Reader is currently offline, please ensure the reader is powered on."
        raise refused("terminal_reader_offline", message)
    return reader


def payable_intent(call: Call) -> StripeObject:
    """The intent of a call, if a card at a reader may still pay it."""
    intent = call.get("payment_intent", call.required("payment_intent"), "payment_intent")
    if intent["status"] not in UNPAID:
        message = f"The PaymentIntent has a status of {intent['status']} and cannot be processed."
        raise refused("intent_invalid_state", message, "payment_intent")
    if "card_present" not in intent["payment_method_types"]:
        message = "The PaymentIntent must allow card_present."
        raise refused("payment_intent_invalid_parameter", message, "payment_intent")
    return intent


def begin(reader: StripeObject, kind: str, content: dict[str, Any]) -> StripeObject:
    reader["action"] = {
        "type": kind,
        "status": "in_progress",
        "failure_code": None,
        "failure_message": None,
        kind: content,
    }
    return reader


def shown_config(call: Call, name: str) -> dict[str, Any]:
    sent = typed(call.mapping(name))
    return {key: value for key, value in sent.items() if key in SHOWN_CONFIG}


@route("POST", ONE_READER + "/process_payment_intent")
def process_payment_intent(call: Call) -> dict[str, Any]:
    reader, intent = reach(call), payable_intent(call)
    content = {
        "payment_intent": intent["id"],
        "process_config": shown_config(call, "process_config"),
    }
    return begin(reader, "process_payment_intent", content)


@route("POST", ONE_READER + "/collect_payment_method")
def collect_payment_method(call: Call) -> dict[str, Any]:
    reader, intent = reach(call), payable_intent(call)
    content = {
        "payment_intent": intent["id"],
        "collect_config": shown_config(call, "collect_config"),
    }
    return begin(reader, "collect_payment_method", content)


@route("POST", ONE_READER + "/confirm_payment_intent")
def confirm_payment_intent(call: Call) -> dict[str, Any]:
    """Charge the card that was collected for the intent; the outcome comes a second later."""
    reader, intent = reach(call), payable_intent(call)
    last = reader["action"] or {}
    is_collected = last.get("type") == "collect_payment_method" and last["status"] == "succeeded"
    if not is_collected or last["collect_payment_method"]["payment_intent"] != intent["id"]:
        message = "No payment method was collected for this PaymentIntent."
        raise refused("intent_invalid_state", message, "payment_intent")
    begin(reader, "confirm_payment_intent", {"payment_intent": intent["id"]})
    finish_later(call.world, reader)
    return reader


def finish_later(world: World, reader: StripeObject) -> None:
    """Let an action that needs nobody's card succeed by itself, unless it is cancelled."""
    action = reader["action"]
    world.clock.call_in(READER_NEEDS_SECONDS, partial(finish_alone, world, reader["id"], action))


def finish_alone(world: World, reader_id: str, action: StripeObject) -> None:
    with world.turn():
        reader = world.storage.find(reader_id, READER)
        if reader is None or reader["action"] is not action or action["status"] != "in_progress":
            return
        try:
            if action["type"] == "confirm_payment_intent":
                method = world.storage.find(reader.pop("_collected"), "payment_method") or {}
                attach_and_confirm(world, find_intent(world, action), method)
        except StripeRefusal as refusal:
            fail_as(world, reader, refusal)
        else:
            finish(world, reader)


@route("POST", ONE_READER + "/refund_payment")
def refund_payment(call: Call) -> dict[str, Any]:
    """Give money back to the card that is presented next."""
    reader = reach(call)
    charge_id = call.text("charge")
    if charge_id is None:
        wanted = call.required("payment_intent")
        charge_id = call.get("payment_intent", wanted, "payment_intent")["latest_charge"] or ""
    charge = call.get("charge", charge_id, "charge")
    content = {
        "amount": call.integer("amount"),
        "charge": charge["id"],
        "payment_intent": charge["payment_intent"],
        "metadata": dict(call.mapping("metadata")),
    }
    return begin(reader, "refund_payment", content)


@route("POST", ONE_READER + "/set_reader_display")
def set_reader_display(call: Call) -> dict[str, Any]:
    reader = reach(call)
    cart = {"tax": None} | typed(call.mapping("cart"))
    begin(reader, "set_reader_display", {"type": call.required("type"), "cart": cart})
    finish_later(call.world, reader)
    return reader


@route("POST", ONE_READER + "/cancel_action")
def cancel_action(call: Call) -> dict[str, Any]:
    """Clear the screen; an intent whose card was not taken yet stays as it was."""
    reader = reach_even_busy(call)
    reader["action"] = None
    reader.pop("_collected", None)
    return reader


@route("POST", PRESENT)
def present_payment_method(call: Call) -> dict[str, Any]:
    """The test helper that holds a card to a simulated reader."""
    reader = reach_even_busy(call)
    number = USUAL_CARD
    for kind in ("card_present", "card"):
        number = call.mapping(kind).get("number", number)
    return present_card(call.world, reader["id"], number, tip=call.integer("amount_tip") or 0)


def number_of(token: str) -> str:
    """The number of a test card by its name, such as pm_card_visa."""
    return CARDS[token].number
