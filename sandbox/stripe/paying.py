"""How a payment intent moves: confirmed, authenticated, captured, released, expired.

requires_payment_method --payment method--> requires_confirmation --confirm-->
    requires_action | requires_capture (manual) | succeeded (automatic)
requires_capture --capture--> succeeded, --cancel or expiry--> canceled
a decline --> requires_payment_method
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sandbox.stripe.charges import change, hold_ends_at, make_charge, settle
from sandbox.stripe.errors import INVALID_REQUEST, StripeRefusal
from sandbox.stripe.expanding import public
from sandbox.stripe.fields import differences
from sandbox.stripe.payment_methods import Decline, card_of
from sandbox.stripe.refunds import release

if TYPE_CHECKING:
    from collections.abc import Collection

    from sandbox.stripe.storage import StripeObject
    from sandbox.stripe.world import World

UNPAID = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})
CANCELLABLE = UNPAID | {"requires_capture", "processing"}
_NEEDS_AUTHENTICATION = Decline("authentication_required", "authentication_required")
_FAILED_AUTHENTICATION = (
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or "
    "a new PaymentMethod to attempt to fulfill this PaymentIntent again."
)


def demand_state(intent: StripeObject, verb: str, allowed: Collection[str]) -> None:
    """Refuse an illegal move with the whole intent.

    Raises:
        StripeRefusal: 400 payment_intent_unexpected_state.
    """
    if intent["status"] not in allowed:
        message = (
            f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}. "
            f"Only a PaymentIntent with one of the following statuses may be used: "
            f"{', '.join(sorted(allowed))}."
        )
        raise unexpected_state(intent, message)


def unexpected_state(intent: StripeObject, message: str) -> StripeRefusal:
    return StripeRefusal(
        400,
        INVALID_REQUEST,
        "payment_intent_unexpected_state",
        message,
        payment_intent=public(intent),
    )


def attach_and_confirm(
    world: World,
    intent: StripeObject,
    method: StripeObject,
    *,
    is_attended: bool = True,
    return_url: str | None = None,
) -> None:
    """Pay an intent with a payment method; the customer is there to authenticate, or is not.

    Raises:
        StripeRefusal: 400 for an illegal move or a type that the intent does not allow; 402 for a
            decline, which leaves a failed charge and an intent that can be tried again.
    """
    demand_state(intent, "confirm", UNPAID)
    _demand_type(intent, method)
    intent["payment_method"] = method["id"]
    card = card_of(method)
    if card.needs_authentication and not is_attended:
        _decline(world, intent, method, _NEEDS_AUTHENTICATION)
    if card.decline:
        _decline(world, intent, method, card.decline)
    if card.needs_authentication:
        _ask_for_authentication(world, intent, return_url)
        return
    _authorise(world, intent, method)


def authenticate(world: World, intent: StripeObject, *, is_successful: bool = True) -> None:
    """What the customer does with a request for authentication.

    Raises:
        StripeRefusal: 400, if none is asked for.
    """
    demand_state(intent, "authenticate", {"requires_action"})
    method = world.storage.find(intent["payment_method"], "payment_method") or {}
    intent["next_action"] = None
    if is_successful:
        _authorise(world, intent, method)
        return
    failure = {
        "type": INVALID_REQUEST,
        "code": "payment_intent_authentication_failure",
        "message": _FAILED_AUTHENTICATION,
        "payment_method": public(method),
    }
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "last_payment_error": failure,
    }
    world.webhooks.emit("payment_intent.payment_failed", intent)


def capture(world: World, intent: StripeObject, amount: int | None) -> None:
    """Take what an intent holds, or a part of it; the rest goes back to the customer.

    Raises:
        StripeRefusal: 400, if nothing is held or the amount does not fit.
    """
    demand_state(intent, "capture", {"requires_capture"})
    charge = charge_of(world, intent)
    held: int = intent["amount_capturable"]
    taken = held if amount is None else amount
    if taken > held:
        message = (
            f"The requested capture amount of {taken} is greater than the {held} authorized for "
            "this PaymentIntent."
        )
        raise _bad_amount("amount_too_large", message, intent)
    if taken < world.settings.minimum_amount:
        raise _bad_amount("amount_too_small", f"{taken} is too small to be captured.", intent)
    intent |= {"status": "succeeded", "amount_capturable": 0, "amount_received": taken}
    before = public(charge)
    settle(world, charge, taken)
    world.webhooks.emit("charge.captured", charge, differences(before, public(charge)))
    if taken < held:
        release(world, charge, held - taken)
    world.webhooks.emit("payment_intent.succeeded", intent)


def cancel(world: World, intent: StripeObject, reason: str | None) -> None:
    """Give up an intent, and let go of what it holds.

    Raises:
        StripeRefusal: 400, if it is paid or cancelled already.
    """
    demand_state(intent, "cancel", CANCELLABLE)
    held: int = intent["amount_capturable"]
    intent |= {
        "status": "canceled",
        "amount_capturable": 0,
        "canceled_at": world.now(),
        "cancellation_reason": reason,
        "next_action": None,
    }
    if held:
        reason = "expired_uncaptured_charge" if reason == "automatic" else None
        release(world, charge_of(world, intent), held, reason)
    world.webhooks.emit("payment_intent.canceled", intent)


def expire(world: World, intent_id: str, charge_id: str) -> None:
    """Cancel an intent whose hold ran out, unless it moved on meanwhile."""
    with world.turn():
        intent = world.storage.find(intent_id, "payment_intent")
        if not intent or intent["status"] != "requires_capture":
            return
        if intent["latest_charge"] != charge_id:
            return
        cancel(world, intent, "automatic")
        change(world, charge_of(world, intent), "charge.expired")


def rearm(world: World) -> None:
    """Set the timers of every hold that a file remembers."""
    for intent in world.storage.newest_first("payment_intent"):
        if intent["status"] == "requires_capture":
            _expire_later(world, intent, charge_of(world, intent))


def charge_of(world: World, intent: StripeObject) -> StripeObject:
    """The newest charge of an intent that has one."""
    charge = world.storage.find(intent["latest_charge"], "charge")
    if charge is None:
        raise LookupError(f"{intent['id']} has no charge.")
    return charge


def _demand_type(intent: StripeObject, method: StripeObject) -> None:
    if method["type"] not in intent["payment_method_types"]:
        message = (
            f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent. "
            f"Allowed are: {', '.join(intent['payment_method_types'])}."
        )
        raise StripeRefusal(
            400,
            INVALID_REQUEST,
            "payment_intent_incompatible_payment_method",
            message,
            "payment_method",
            payment_intent=public(intent),
        )


def _authorise(world: World, intent: StripeObject, method: StripeObject) -> None:
    charge = make_charge(world, intent, method)
    intent |= {"latest_charge": charge["id"], "last_payment_error": None, "next_action": None}
    if intent["capture_method"] == "manual":
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        _expire_later(world, intent, charge)
        world.webhooks.emit("charge.succeeded", charge)
        world.webhooks.emit(
            "payment_intent.amount_capturable_updated", intent, {"amount_capturable": 0}
        )
        return
    intent |= {"status": "succeeded", "amount_received": intent["amount"]}
    settle(world, charge, charge["amount"])
    world.webhooks.emit("charge.succeeded", charge)
    world.webhooks.emit("payment_intent.succeeded", intent)


def _expire_later(world: World, intent: StripeObject, charge: StripeObject) -> None:
    due_at = hold_ends_at(charge)
    if due_at is not None:
        world.clock.call_at(due_at, partial(expire, world, intent["id"], charge["id"]))


def _decline(world: World, intent: StripeObject, method: StripeObject, decline: Decline) -> None:
    charge = make_charge(world, intent, method, decline)
    facts: dict[str, Any] = {"charge": charge["id"], "payment_method": public(method)}
    if decline.decline_code:
        facts["decline_code"] = decline.decline_code
    refusal = StripeRefusal(402, "card_error", decline.code, decline.message, **facts)
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "latest_charge": charge["id"],
        "last_payment_error": refusal.envelope()["error"],
    }
    world.webhooks.emit("charge.failed", charge)
    world.webhooks.emit("payment_intent.payment_failed", intent)
    refusal.extra["payment_intent"] = public(intent)
    raise refusal


def _ask_for_authentication(world: World, intent: StripeObject, return_url: str | None) -> None:
    if return_url:
        url = f"https://hooks.stripe.com/3d_secure_2/{intent['id']}"
        action = {
            "type": "redirect_to_url",
            "redirect_to_url": {"return_url": return_url, "url": url},
        }
    else:
        action = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    intent |= {"status": "requires_action", "next_action": action}
    world.webhooks.emit("payment_intent.requires_action", intent)


def _bad_amount(code: str, message: str, intent: StripeObject) -> StripeRefusal:
    return StripeRefusal(
        400, INVALID_REQUEST, code, message, "amount_to_capture", payment_intent=public(intent)
    )
