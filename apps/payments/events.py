"""What came to the ears of payments, and what became of the money of cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from apps.core.events import Event


@dataclass(frozen=True, kw_only=True)
class StripeEventReceived(Event):
    """Stripe has told us something. `stripe_id` is its name of the event, `kind` its type."""

    type: ClassVar[str] = "stripe-event.received"

    stripe_id: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class PaymentCaptured(Event):
    """The money of a card payment was taken. The aggregate is the payment, the store a code.

    Of the card there is its brand and its last four digits, as our own books have them.
    """

    type: ClassVar[str] = "payment.captured"
    is_shared: ClassVar[bool] = True

    payment_id: str
    store: str
    order_id: str
    method: str
    currency: str
    amount_cents: int
    tip_cents: int
    captured_cents: int
    refunded_cents: int
    card_brand: str
    card_last4: str


@dataclass(frozen=True, kw_only=True)
class PaymentRefunded(Event):
    """A refund has given money back to a card, or, where `is_undone`, its bank has returned it.

    `amount_cents` is the refund's; `refunded_cents` is what has gone back of the payment by all
    refunds that Stripe has confirmed, after this one. The aggregate is the payment.
    """

    type: ClassVar[str] = "payment.refunded"
    is_shared: ClassVar[bool] = True

    refund_id: str
    payment_id: str
    store: str
    order_id: str
    currency: str
    amount_cents: int
    is_undone: bool
    captured_cents: int
    refunded_cents: int
    card_brand: str
    card_last4: str
