"""What a shop does most with the SDK, in a word each."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import pytest
import stripe as sdk

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.stripe.server import Simulator

NEW_INTENT = {
    "amount": 1390,
    "currency": "usd",
    "capture_method": "manual",
    "allowed_payment_method_types": ["card"],
}


@dataclass
class Till:
    """The SDK's own calls with the usual parameters filled in."""

    simulator: Simulator
    client: sdk.StripeClient

    def new(self, *, key: str | None = None, **params: Any) -> sdk.PaymentIntent:
        """A payment intent over 13.90, to be captured by hand."""
        merged = cast("Any", NEW_INTENT | params)
        return self.client.v1.payment_intents.create(merged, options(key))

    def held(self, card: str = "pm_card_visa", **params: Any) -> sdk.PaymentIntent:
        """An intent that holds its amount on a card."""
        return self.new(payment_method=card, confirm=True, **params)

    def paid(self, card: str = "pm_card_visa", **params: Any) -> sdk.PaymentIntent:
        """An intent that is paid at once."""
        return self.held(card, capture_method="automatic", **params)

    def get(self, intent: sdk.PaymentIntent, *expand: str) -> sdk.PaymentIntent:
        return self.client.v1.payment_intents.retrieve(intent.id, {"expand": list(expand)})

    def update(self, intent: sdk.PaymentIntent, **params: Any) -> sdk.PaymentIntent:
        return self.client.v1.payment_intents.update(intent.id, cast("Any", params))

    def confirm(self, intent: sdk.PaymentIntent, **params: Any) -> sdk.PaymentIntent:
        return self.client.v1.payment_intents.confirm(intent.id, cast("Any", params))

    def capture(
        self, intent: sdk.PaymentIntent, amount: int | None = None, *, key: str | None = None
    ) -> sdk.PaymentIntent:
        params: Any = {} if amount is None else {"amount_to_capture": amount}
        return self.client.v1.payment_intents.capture(intent.id, params, options(key))

    def cancel(self, intent: sdk.PaymentIntent, **params: Any) -> sdk.PaymentIntent:
        return self.client.v1.payment_intents.cancel(intent.id, cast("Any", params))

    def refund(
        self,
        intent: sdk.PaymentIntent,
        amount: int | None = None,
        *,
        key: str | None = None,
        **params: Any,
    ) -> sdk.Refund:
        if amount is not None:
            params["amount"] = amount
        whole: Any = {"payment_intent": intent.id} | params
        return self.client.v1.refunds.create(whole, options(key))

    def charge(self, intent: sdk.PaymentIntent) -> sdk.Charge:
        """The newest charge of an intent, as Stripe has it now."""
        return cast(sdk.Charge, self.get(intent, "latest_charge").latest_charge)

    def events(self, kind: str) -> list[sdk.Event]:
        return list(self.client.v1.events.list({"type": kind, "limit": 100}).data)

    def count(self) -> int:
        """How many intents there are."""
        return len(self.client.v1.payment_intents.list({"limit": 100}).data)


def wait_until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait until another thread has got somewhere."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def options(key: str | None) -> Any:
    return {"idempotency_key": key} if key else {}


def refused[E: sdk.StripeError](kind: type[E], call: Callable[[], object]) -> E:
    """The error of a kind that a call ends in."""
    with pytest.raises(kind) as caught:
        call()
    return caught.value


def code_of(error: sdk.StripeError) -> str | None:
    """The code in the envelope; the SDK's own `code` is None for some statuses."""
    return error.error.code if error.error else None
