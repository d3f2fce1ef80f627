"""Refunds: of what was captured, in full or in parts, at once, later, or failing on the way."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sandbox.stripe.charges import change
from sandbox.stripe.errors import (
    INVALID_REQUEST,
    StripeRefusal,
    invalid_parameter,
    missing_parameter,
)
from sandbox.stripe.expanding import public
from sandbox.stripe.fields import differences, dollars, write_metadata
from sandbox.stripe.listing import list_objects
from sandbox.stripe.payment_methods import CARDS
from sandbox.stripe.routing import route

if TYPE_CHECKING:
    from sandbox.stripe.routing import Call
    from sandbox.stripe.storage import StripeObject
    from sandbox.stripe.world import World


def refundable(world: World, charge: StripeObject) -> int:
    """What can still be given back of a captured charge, in cents.

    Where the part that was not captured was released as a refund, amount_refunded counts it, so
    the base is the whole amount and not amount_captured.
    """
    base = charge["amount"] if charge.get("_released") else charge["amount_captured"]
    return int(base - charge["amount_refunded"])


def create_refund(
    world: World,
    charge: StripeObject,
    amount: int | None = None,
    *,
    reason: str | None = None,
    metadata: dict[str, str] | None = None,
) -> StripeObject:
    """Give back a captured charge, or a part of it.

    Raises:
        StripeRefusal: 400, if the charge is not captured, disputed, or has less left.
    """
    _demand_refundable(world, charge)
    wanted = _amount_to_refund(world, charge, amount)
    refund = _make(world, charge, wanted, reason)
    refund["metadata"] = dict(metadata or {})
    card = CARDS[charge["_token"]]
    refund["status"] = "pending" if card.refund == "pending" else "succeeded"
    _count(world, charge, wanted)
    world.ledger.book_refund(refund)
    world.webhooks.emit("refund.created", refund)
    if card.refund:
        refund["_becomes"] = {"pending": "succeeded", "failed": "failed"}[card.refund]
        _finish_later(world, refund)
    return refund


def release(world: World, charge: StripeObject, amount: int, reason: str | None = None) -> None:
    """Let go of a hold that is not captured.

    Stripe shows it as a refund on the charge (seen 2019 to 2023), which is no customer's refund
    and is in no book; the settings can switch that off.
    """
    if not world.settings.partial_capture_makes_refund:
        return
    charge["_released"] = True
    refund = _make(world, charge, amount, reason)
    refund["_is_release"] = True
    _count(world, charge, amount)


def rearm(world: World) -> None:
    """Set the timers of every refund that a file remembers as on its way."""
    for refund in world.storage.newest_first("refund"):
        if "_becomes" in refund:
            _finish_later(world, refund)


@route("POST", "/v1/refunds")
def post_refund(call: Call) -> dict[str, Any]:
    charge = _charge_to_refund(call)
    draft: StripeObject = {"metadata": {}}
    write_metadata(call, draft)
    return create_refund(
        call.world,
        charge,
        call.integer("amount"),
        reason=call.text("reason"),
        metadata=draft["metadata"],
    )


@route("GET", "/v1/refunds/{refund}")
def retrieve_refund(call: Call) -> dict[str, Any]:
    return call.find("refund", "refund")


@route("GET", "/v1/refunds")
def list_refunds(call: Call) -> dict[str, Any]:
    return list_objects(call, "refund", same=("charge", "payment_intent"))


@route("POST", "/v1/refunds/{refund}")
def update_refund(call: Call) -> dict[str, Any]:
    refund = call.find("refund", "refund")
    before = public(refund)
    write_metadata(call, refund)
    call.world.webhooks.emit("refund.updated", refund, differences(before, public(refund)))
    return refund


@route("POST", "/v1/refunds/{refund}/cancel")
def cancel_refund(call: Call) -> dict[str, Any]:
    """Refuse: only refunds that wait for the customer can be cancelled, and no card's does."""
    refund = call.find("refund", "refund")
    message = f"You cannot cancel a refund with a status of {refund['status']}."
    raise StripeRefusal(400, INVALID_REQUEST, None, message)


def _charge_to_refund(call: Call) -> StripeObject:
    charge_id, intent_id = call.text("charge"), call.text("payment_intent")
    if charge_id:
        charge = call.get("charge", charge_id, "charge")
        if intent_id and charge["payment_intent"] != intent_id:
            message = "The charge does not belong to the payment_intent."
            raise invalid_parameter("parameters_exclusive", message, "charge")
        return charge
    if not intent_id:
        raise missing_parameter("payment_intent")
    intent = call.get("payment_intent", intent_id, "payment_intent")
    charge = call.world.storage.find(intent["latest_charge"] or "", "charge") or {}
    if not charge.get("captured"):
        message = f"This PaymentIntent ({intent_id}) does not have a successful charge to refund."
        raise StripeRefusal(
            400, INVALID_REQUEST, "charge_not_refundable", message, "payment_intent"
        )
    return charge


def _demand_refundable(world: World, charge: StripeObject) -> None:
    code, message = None, ""
    if not charge["captured"]:
        code, message = "charge_not_refundable", f"Charge {charge['id']} has not been captured."
    elif _is_locked_by_dispute(world, charge):
        code, message = "charge_disputed", f"Charge {charge['id']} has been charged back."
    elif refundable(world, charge) <= 0:
        code = "charge_already_refunded"
        message = f"Charge {charge['id']} has already been refunded."
    if code:
        raise StripeRefusal(400, INVALID_REQUEST, code, message)


def _is_locked_by_dispute(world: World, charge: StripeObject) -> bool:
    return any(
        dispute["charge"] == charge["id"] and not dispute["is_charge_refundable"]
        for dispute in world.storage.newest_first("dispute")
    )


def _amount_to_refund(world: World, charge: StripeObject, amount: int | None) -> int:
    left = refundable(world, charge)
    wanted = left if amount is None else amount
    if wanted < 1:
        message = "This value must be greater than or equal to 1."
        raise invalid_parameter("parameter_invalid_integer", message, "amount")
    if wanted > left:
        message = (
            f"Refund amount ({dollars(wanted)}) is greater than unrefunded amount on charge "
            f"({dollars(left)})"
        )
        raise StripeRefusal(400, INVALID_REQUEST, None, message, "amount")
    return wanted


def _make(world: World, charge: StripeObject, amount: int, reason: str | None) -> StripeObject:
    kind = charge["payment_method_details"]["type"]
    card = {"reference_status": "pending", "reference_type": "acquirer_reference_number"}
    return world.storage.add(
        {
            "id": world.new_id("re"),
            "object": "refund",
            "amount": amount,
            "balance_transaction": None,
            "charge": charge["id"],
            "created": world.now(),
            "currency": charge["currency"],
            "destination_details": {"type": kind}
            | ({"card": card | {"type": "refund"}} if kind == "card" else {}),
            "metadata": {},
            "payment_intent": charge["payment_intent"],
            "reason": reason,
            "receipt_number": None,
            "source_transfer_reversal": None,
            "status": "succeeded",
            "transfer_reversal": None,
        }
    )


def _count(world: World, charge: StripeObject, amount: int) -> None:
    """Count a refund (or, below nothing, one that failed) on its charge, and tell it."""
    total = charge["amount_refunded"] + amount
    is_all = total == charge["amount"] or (
        charge["captured"] and not charge.get("_released") and total == charge["amount_captured"]
    )
    event = "charge.refunded" if amount > 0 else "charge.updated"
    change(world, charge, event, amount_refunded=total, refunded=is_all)


def _finish_later(world: World, refund: StripeObject) -> None:
    due_at = refund["created"] + world.settings.refund_seconds
    world.clock.call_at(due_at, partial(_finish, world, refund["id"]))


def _finish(world: World, refund_id: str) -> None:
    """The bank's last word on a refund that was pending or is going to fail."""
    with world.turn():
        refund = world.storage.find(refund_id, "refund")
        if refund is None or "_becomes" not in refund:
            return
        before = public(refund)
        refund["status"] = refund.pop("_becomes")
        if refund["status"] == "failed":
            refund["failure_reason"] = "expired_or_canceled_card"
            charge = world.storage.find(refund["charge"], "charge") or {}
            _count(world, charge, -refund["amount"])
            world.ledger.book_refund_failure(refund)
        changed = differences(before, public(refund))
        event = "refund.failed" if refund["status"] == "failed" else "refund.updated"
        world.webhooks.emit(event, refund, changed)
        world.webhooks.emit("charge.refund.updated", refund, changed)
