"""Payments that a reader took while it was offline, and intents that others made.

Storing and forwarding is the business of the reader's own SDK. The server sees such payments only
when they are forwarded: late, and declined perhaps when the customer is long gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.stripe.errors import StripeRefusal
from sandbox.stripe.paying import attach_and_confirm
from sandbox.stripe.payment_intents import create_intent
from sandbox.stripe.payment_methods import make_payment_method
from sandbox.stripe.routing import Call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.stripe.storage import StripeObject
    from sandbox.stripe.world import World


def make_intent_elsewhere(
    world: World,
    amount: int,
    *,
    metadata: Mapping[str, str] | None = None,
    capture_method: str = "manual",
) -> StripeObject:
    """An intent in US dollars for a card at a reader, made by somebody but our server."""
    params = {
        "amount": str(amount),
        "currency": "usd",
        "capture_method": capture_method,
        "allowed_payment_method_types": ["card_present"],
        "metadata": dict(metadata or {}),
    }
    with world.turn():
        return create_intent(Call(world, "POST", "/v1/payment_intents", params))


def forward_stored_payment(
    world: World, intent: StripeObject, *, stored_at: int, card: str = "pm_card_visa"
) -> StripeObject:
    """Forward a payment that was taken offline at `stored_at` (Unix seconds).

    A card that declines does so only now: the intent is left with a failed charge.

    Raises:
        StripeRefusal: 400, if the intent cannot be paid any more.
    """
    with world.turn():
        method = make_payment_method(world, card, "card_present")
        method["card_present"]["offline"] = {"stored_at": stored_at, "type": "deferred"}
        try:
            attach_and_confirm(world, intent, method)
        except StripeRefusal as refusal:
            if refusal.type != "card_error":
                raise
        return intent
